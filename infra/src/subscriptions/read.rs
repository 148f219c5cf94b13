//! The journal, read in order and decoded once for all.

use domain::actor::{Actor, Capacity};
use domain::event::{DecodeError, Fact, Recorded};
use domain::ids::{SchoolId, StreamId};
use jiff::Timestamp;
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

const READ: &str = "select position, aggregate_type, aggregate_id, sequence, payload::text, school, actor, capacity,
        (extract(epoch from recorded_at) * 1000000)::bigint, (extract(epoch from occurred_at) * 1000000)::bigint, causation,
        correlation, facts_position
    from journal.events where journal = $1 and position > $2 order by position limit $3";

const HEAD: &str = "select position from journal.heads where journal = $1";

/// Every SQL text of the readers, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 2] = [("read", READ), ("head", HEAD)];

/// The events after a position, at most `limit`, dense.
pub async fn read(pool: &PgPool, after: i64, limit: i64) -> Result<Vec<Recorded>, ReadError> {
    let rows = sqlx::query(READ).bind(JOURNAL).bind(after).bind(limit).fetch_all(pool).await?;
    let mut batch = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(after + 1..) {
        let found: i64 = row.get(0);
        if found != expected {
            return Err(ReadError::Hole { expected, found });
        }
        batch.push(recorded(row).map_err(|problem| ReadError::Row { position: found, problem })?);
    }
    Ok(batch)
}

/// The last position of the journal.
pub async fn head(executor: impl PgExecutor<'_>) -> Result<i64, ReadError> {
    Ok(sqlx::query_scalar(HEAD).bind(JOURNAL).fetch_one(executor).await?)
}

fn recorded(row: &PgRow) -> Result<Recorded, String> {
    let aggregate: &str = row.get(1);
    let (key, payload, actor, capacity): (&str, &str, &str, &str) = (row.get(2), row.get(4), row.get(6), row.get(7));
    let aggregate =
        Fact::aggregate(aggregate).ok_or_else(|| DecodeError::UnknownAggregate(aggregate.into()).to_string())?;
    let instant = |micros: i64| Timestamp::from_microsecond(micros).map_err(|problem| problem.to_string());
    Ok(Recorded {
        position: row.get(0),
        stream: StreamId::parse(aggregate, key).ok_or_else(|| format!("{key:?} names no stream"))?,
        sequence: row.get(3),
        fact: Fact::decode(aggregate, payload).map_err(|problem| problem.to_string())?,
        school: row.get::<Option<uuid::Uuid>, _>(5).map(SchoolId),
        actor: Actor::parse(actor).ok_or_else(|| format!("{actor:?} is no actor"))?,
        capacity: Capacity::parse(capacity).ok_or_else(|| format!("{capacity:?} is no capacity"))?,
        recorded_at: instant(row.get(8))?,
        occurred_at: instant(row.get(9))?,
        causation: row.get(10),
        correlation: row.get(11),
        facts_position: row.get(12),
    })
}
