//! The figures of a school. A scope that does not include what is behind the scenes gets nothing here.
//! Days are those of the school, both ends included.

use domain::access::Scope;
use domain::actor::Actor;
use domain::ids::{EntryId, GroupId, SchoolId, SlotId};
use jiff::SignedDuration;
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::WrittenLesson;
use crate::rows::{date, named, time, timestamp};
use crate::scope::{Seen, seen};
use crate::shelf::Place;

macro_rules! lesson_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.entry, t.slot, t.date, ",
            "t.starts_at, t.author, t.delay, t.first_recorded_at, t.withdrawn"
        )
    };
}
pub(super) use lesson_columns;

const WRITTEN: &str = concat!(
    "select ",
    lesson_columns!(),
    " from principal.lesson t where ",
    seen!("date"),
    " and t.date between $5::text::date and $6::text::date and not t.withdrawn",
    " order by t.date, t.starts_at, t.textbook, t.entry"
);

const WORKLOAD: &str = concat!(
    "select t.school, t.group_id, t.due_on, coalesce(sum(t.estimate), 0)::bigint as minutes, count(*) as tasks, ",
    "count(*) filter (where t.kind = 'test') as tests, count(*) filter (where t.estimate is null) as unestimated ",
    "from principal.work t where ",
    seen!("given_on"),
    " and ($5::uuid is null or t.group_id = $5) and t.due_on between $6::text::date and $7::text::date and not t.withdrawn and t.kind <> 'class-work'",
    " group by t.school, t.group_id, t.due_on order by t.due_on, t.group_id"
);

/// Every query of this file, by name.
pub const STATEMENTS: &[(&str, &str)] = &[("written", WRITTEN), ("workload", WORKLOAD)];

/// The work of one group due on one day, but for what is done in class. A class and its groups are separate rows: who sums them knows who is in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    pub school: SchoolId,
    pub group: GroupId,
    pub due_on: Date,
    /// Estimated by those who gave the work, for what has an estimate.
    pub minutes: i64,
    pub tasks: i64,
    /// Of these, tests announced.
    pub tests: i64,
    /// Of these, without an estimate: the sum of minutes is then too low.
    pub unestimated: i64,
}

impl WrittenLesson {
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            entry: EntryId(row.try_get("entry")?),
            slot: row.try_get::<Option<Uuid>, _>("slot")?.map(SlotId),
            date: date(row, "date")?,
            starts_at: time(row, "starts_at")?,
            author: named(row, "author", Actor::parse)?,
            delay: SignedDuration::from_secs(row.try_get("delay")?),
            first_recorded_at: timestamp(row, "first_recorded_at")?,
            withdrawn: row.try_get("withdrawn")?,
        })
    }
}

impl Workload {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            school: SchoolId(row.try_get("school")?),
            group: GroupId(row.try_get("group_id")?),
            due_on: date(row, "due_on")?,
            minutes: row.try_get("minutes")?,
            tasks: row.try_get("tasks")?,
            tests: row.try_get("tests")?,
            unestimated: row.try_get("unestimated")?,
        })
    }
}

/// The lessons of these days that are written and not withdrawn, in their order.
pub async fn written(pool: &PgPool, scope: &Scope, from: Date, until: Date) -> Result<Vec<WrittenLesson>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(WRITTEN).bind(from.to_string()).bind(until.to_string());
    query.fetch_all(pool).await?.iter().map(WrittenLesson::read).collect()
}

/// The work due on these days, by day and group; of one group, or of all. Days without work have no row.
pub async fn workload(
    pool: &PgPool,
    scope: &Scope,
    group: Option<GroupId>,
    from: Date,
    until: Date,
) -> Result<Vec<Workload>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope)
        .query(WORKLOAD)
        .bind(group.map(|group| group.0))
        .bind(from.to_string())
        .bind(until.to_string());
    query.fetch_all(pool).await?.iter().map(Workload::read).collect()
}
