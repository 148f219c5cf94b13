//! The journal, read in order and decoded once for all.

use domain::actor::{Actor, Capacity};
use domain::event::{DecodeError, Fact, Recorded};
use domain::ids::{SchoolId, StreamId};
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, PgPool, Row};

use crate::journal::JOURNAL;

/// The journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("position {position}: {problem}")]
    Row { position: i64, problem: String },
    #[error("position {expected} is missing: the journal has a hole before {found}")]
    Hole { expected: i64, found: i64 },
    #[error("no read model is called {0:?}")]
    UnknownModel(String),
}

/// The rows after a position.
pub const READ: &str =
    "select position, aggregate_type, aggregate_id, sequence, payload::text, school, actor, capacity, recorded_at,
        occurred_at, causation, correlation, facts_position
    from journal.events where journal = $1 and position > $2 order by position limit $3";

/// As [`READ`], of some aggregates: of the others the position alone, so that a hole is still seen.
const SCAN: &str = "select position, case when wanted then aggregate_type end, case when wanted then aggregate_id end, sequence,
        case when wanted then payload::text end, school, actor, capacity, recorded_at, occurred_at, causation, correlation,
        facts_position
    from (select *, aggregate_type = any($4) as wanted from journal.events where journal = $1 and position > $2
        order by position limit $3) e order by position";

const HEAD: &str = "select position from journal.heads where journal = $1";

/// Every SQL text of the readers, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 3] = [("read", READ), ("scan", SCAN), ("head", HEAD)];

/// A stretch of the journal: the events asked for, and the last position looked at.
pub struct Stretch {
    pub events: Vec<Recorded>,
    /// Where a reader stands after it, whether or not its last events were asked for; never further than what was looked at.
    pub until: i64,
}

/// The events after a position, at most `limit`, dense.
pub async fn read(pool: &PgPool, after: i64, limit: i64) -> Result<Vec<Recorded>, ReadError> {
    Ok(scan(pool, after, limit, None).await?.map_or_else(Vec::new, |stretch| stretch.events))
}

/// Looks at the next `limit` positions, and gives the events of these aggregates (of all by default). `None` at the end of the journal.
pub async fn scan(
    pool: &PgPool,
    after: i64,
    limit: i64,
    aggregates: Option<&[&str]>,
) -> Result<Option<Stretch>, ReadError> {
    let rows = match aggregates {
        None => sqlx::query(READ).bind(JOURNAL).bind(after).bind(limit).fetch_all(pool).await?,
        Some(wanted) => sqlx::query(SCAN).bind(JOURNAL).bind(after).bind(limit).bind(wanted).fetch_all(pool).await?,
    };
    let mut events = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(after + 1..) {
        let found: i64 = row.get(0);
        if found != expected {
            return Err(ReadError::Hole { expected, found });
        }
        if let Some(aggregate) = row.get::<Option<&str>, _>(1) {
            let event = recorded(row, aggregate).map_err(|problem| ReadError::Row { position: found, problem })?;
            events.push(event);
        }
    }
    let until = after + rows.len() as i64;
    Ok((!rows.is_empty()).then_some(Stretch { events, until }))
}

/// The last position of the journal.
pub async fn head(executor: impl PgExecutor<'_>) -> Result<i64, ReadError> {
    Ok(sqlx::query_scalar(HEAD).bind(JOURNAL).fetch_one(executor).await?)
}

fn recorded(row: &PgRow, aggregate: &str) -> Result<Recorded, String> {
    let (key, payload, actor, capacity): (&str, &str, &str, &str) = (row.get(2), row.get(4), row.get(6), row.get(7));
    let aggregate =
        Fact::aggregate(aggregate).ok_or_else(|| DecodeError::UnknownAggregate(aggregate.into()).to_string())?;
    let instant = |column| row.try_get::<jiff_sqlx::Timestamp, _>(column).map(jiff_sqlx::Timestamp::to_jiff);
    let instant = |column| instant(column).map_err(|problem| problem.to_string());
    Ok(Recorded {
        position: row.get(0),
        stream: StreamId::parse(aggregate, key).ok_or_else(|| format!("{key:?} names no stream"))?,
        sequence: row.get(3),
        fact: Fact::decode(aggregate, payload).map_err(|problem| problem.to_string())?,
        school: row.get::<Option<uuid::Uuid>, _>(5).map(SchoolId),
        actor: Actor::parse(actor).ok_or_else(|| format!("{actor:?} is no actor"))?,
        capacity: Capacity::parse(capacity).ok_or_else(|| format!("{capacity:?} is no capacity"))?,
        recorded_at: instant(8)?,
        occurred_at: instant(9)?,
        causation: row.get(10),
        correlation: row.get(11),
        facts_position: row.get(12),
    })
}
