//! Who looked at a teacher's work: rows, not events, with a day and no hour.
//!
//! They are written before a page that shows something is answered, all those of a page in one statement; the second look of a day
//! writes nothing. The teacher alone reads them, and they go some time after the school year.

use std::collections::BTreeSet;

use domain::actor::Capacity;
use domain::ids::PersonId;
use domain::inspection::look::{Look, Seen};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

/// The looks. `pool` acts as the writer role: no reader may look here.
#[derive(Clone)]
pub struct Looks {
    pool: PgPool,
}

/// In the order of the key: two pages that note the same rows wait for each other, and never each for the other.
const NOTE: &str = "insert into looks.days (teacher, looker, capacity, seen, day, keep_until)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[]) l(teacher, looker, capacity, seen, day, until)
    order by teacher, looker, capacity, seen, day
    on conflict do nothing";

const OF_TEACHER: &str = "select looker, capacity, seen, day, keep_until from looks.days
    where teacher = $1 and keep_until >= $2 order by day desc, looker, seen";

const CLEAR: &str = "delete from looks.days where keep_until < $1";

/// Every SQL text of the looks, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 3] =
    [("note looks", NOTE), ("looks of teacher", OF_TEACHER), ("clear looks", CLEAR)];

impl Looks {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Keeps these looks, in one statement. Those of the same day that are known stay as they are.
    pub async fn note(&self, looks: &BTreeSet<Look>) -> Result<(), sqlx::Error> {
        if looks.is_empty() {
            return Ok(());
        }
        let column = |of: fn(&Look) -> Uuid| looks.iter().map(of).collect::<Vec<_>>();
        let text = |of: fn(&Look) -> &'static str| looks.iter().map(of).collect::<Vec<_>>();
        let days = |of: fn(&Look) -> Date| looks.iter().map(|look| of(look).to_sqlx()).collect::<Vec<_>>();
        let query = sqlx::query(NOTE).bind(column(|look| look.teacher.0)).bind(column(|look| look.looker.0));
        let query = query.bind(text(|look| look.capacity.name())).bind(text(|look| look.seen.name()));
        query.bind(days(|look| look.day)).bind(days(|look| look.until)).execute(&self.pool).await?;
        Ok(())
    }

    /// The looks at one teacher's work that may still be kept, the latest day first. Asked for that teacher only.
    pub async fn of_teacher(&self, teacher: PersonId, today: Date) -> Result<Vec<Look>, sqlx::Error> {
        let query = sqlx::query(OF_TEACHER).bind(teacher.0).bind(today.to_sqlx());
        query.fetch_all(&self.pool).await?.iter().map(|row| read(teacher, row)).collect()
    }

    /// Throws away what may be kept no longer. The number of rows.
    pub async fn clear(&self, today: Date) -> Result<u64, sqlx::Error> {
        Ok(sqlx::query(CLEAR).bind(today.to_sqlx()).execute(&self.pool).await?.rows_affected())
    }
}

fn read(teacher: PersonId, row: &PgRow) -> Result<Look, sqlx::Error> {
    let unreadable = |column: &str| sqlx::Error::ColumnDecode { index: column.to_owned(), source: "not a name".into() };
    let day = |column| Ok::<_, sqlx::Error>(row.try_get::<jiff_sqlx::Date, _>(column)?.to_jiff());
    Ok(Look {
        teacher,
        looker: PersonId(row.try_get("looker")?),
        capacity: Capacity::parse(row.try_get("capacity")?).ok_or_else(|| unreadable("capacity"))?,
        seen: Seen::parse(row.try_get("seen")?).ok_or_else(|| unreadable("seen"))?,
        day: day("day")?,
        until: day("keep_until")?,
    })
}
