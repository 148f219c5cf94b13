//! Passing over an event that cannot be folded: somebody's decision, recorded for ever, for one version of one fold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::{ReadError, read};

/// The version under which a reader that folds in memory is known: it has no tables, and tries every event that can be decoded.
const IN_MEMORY: i32 = 0;

/// A decision to pass over an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skip {
    pub model: String,
    /// The version of the fold it holds for.
    pub version: i32,
    pub position: i64,
    pub by: String,
    pub because: String,
    /// The error that stood in the way.
    pub stopped_because: String,
    pub at: Timestamp,
}

/// How often events were passed over for a reader, and the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skips {
    pub count: i64,
    pub last: Skip,
}

/// What is asked: the position, and who answers for it.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    pub position: i64,
    pub by: &'a str,
    pub because: &'a str,
}

/// Why an event is not passed over.
#[derive(Debug, thiserror::Error)]
pub enum SkipError {
    #[error("no reader is called {0:?}")]
    Unknown(String),
    #[error("a skip needs a reason and a name, of 500 characters at most each")]
    Unexplained,
    #[error("{model} is not stopped: it stands at position {at} and reads on; nothing is skipped")]
    NotStopped { model: String, at: i64 },
    #[error("{model} is stopped at position {at}, not at {asked}; nothing is skipped")]
    StoppedElsewhere { model: String, at: i64, asked: i64 },
    #[error("the event at position {position} can be read, so {reader} does not stop there; nothing is skipped")]
    Readable { reader: String, position: i64 },
    #[error("position {position} is already skipped for {reader}")]
    Already { reader: String, position: i64 },
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

const STANDS: &str = "select version, position, stopped_at, stopped_because from subscriptions.models where name = $1
    order by live desc for update";
const DECIDE: &str = "insert into subscriptions.skips (model, version, position, skipped_by, because, stopped_because)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
const GO_ON: &str =
    "update subscriptions.models set stopped_at = null, stopped_because = null where name = $1 and stopped_at = $2";
const OF: &str =
    "select position from subscriptions.skips where model = $1 and version = $2 and position > $3 order by position";
const LAST: &str =
    "select distinct on (model) count(*) over (partition by model), model, version, position, skipped_by, because,
        stopped_because, skipped_at
    from subscriptions.skips order by model, skipped_at desc, position desc";

/// Every SQL text of the skips, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 5] =
    [("stands", STANDS), ("decide", DECIDE), ("go on", GO_ON), ("skipped", OF), ("last skips", LAST)];

impl Decision<'_> {
    fn checked(self) -> Result<Self, SkipError> {
        let explained = |text: &str| !text.trim().is_empty() && text.chars().count() <= 500;
        if explained(self.by) && explained(self.because) { Ok(self) } else { Err(SkipError::Unexplained) }
    }
}

/// Lets a stopped read model go on past the event it stands before: the live one, one being rebuilt beside it, or both when both stand
/// there. Its worker, in whatever process, sees it within a moment. `pool` acts as the writer role.
pub async fn skip(pool: &PgPool, model: &str, decision: Decision<'_>) -> Result<(), SkipError> {
    let decision = decision.checked()?;
    let mut transaction = pool.begin().await?;
    let rows = sqlx::query(STANDS).bind(model).fetch_all(&mut *transaction).await?;
    let standing = rows.first().ok_or_else(|| SkipError::Unknown(model.to_owned()))?;
    let stopped_at = |row: &PgRow| row.get::<Option<i64>, _>(2);
    let there = rows.iter().filter(|row| stopped_at(row) == Some(decision.position));
    let folds: BTreeMap<i32, Option<&str>> = there.map(|row| (row.get(0), row.get(3))).collect();
    if folds.is_empty() {
        let (model, asked) = (model.to_owned(), decision.position);
        return Err(match rows.iter().find_map(stopped_at) {
            Some(at) => SkipError::StoppedElsewhere { model, at, asked },
            None => SkipError::NotStopped { model, at: standing.get(1) },
        });
    }
    for (version, because) in folds {
        decide(&mut transaction, model, version, decision, because.unwrap_or_default()).await?;
    }
    sqlx::query(GO_ON).bind(model).bind(decision.position).execute(&mut *transaction).await?;
    transaction.commit().await?;
    tracing::warn!(model, position = decision.position, "an event is passed over, by decision");
    Ok(())
}

/// The same for a reader that folds in memory: only a row that cannot be decoded stops one, and only such a row is passed over.
pub async fn skip_in_memory(pool: &PgPool, reader: &str, decision: Decision<'_>) -> Result<(), SkipError> {
    let (decision, position) = (decision.checked()?, decision.position);
    let page = read::page(pool, position - 1, 1, None).await?;
    let row = page.unreadable.first().ok_or_else(|| SkipError::Readable { reader: reader.to_owned(), position })?;
    let mut transaction = pool.begin().await?;
    decide(&mut transaction, reader, IN_MEMORY, decision, &row.because).await?;
    transaction.commit().await?;
    tracing::warn!(model = reader, position, "a row is passed over, by decision");
    Ok(())
}

async fn decide(
    connection: &mut sqlx::PgConnection,
    reader: &str,
    version: i32,
    decision: Decision<'_>,
    stopped_because: &str,
) -> Result<(), SkipError> {
    let Decision { position, by, because } = decision;
    let insert = sqlx::query(DECIDE).bind(reader).bind(version).bind(position).bind(by).bind(because);
    let done = insert.bind(stopped_because).execute(connection).await?;
    if done.rows_affected() == 0 {
        return Err(SkipError::Already { reader: reader.to_owned(), position });
    }
    Ok(())
}

/// The positions after `after` that this version of a fold passes over.
pub(super) async fn of(pool: &PgPool, model: &str, version: i32, after: i64) -> Result<Vec<i64>, ReadError> {
    Ok(sqlx::query_scalar(OF).bind(model).bind(version).bind(after).fetch_all(pool).await?)
}

/// The rows after `after` that a reader in memory passes over, as long as they cannot be decoded.
pub(super) async fn of_memory(pool: &PgPool, reader: &str, after: i64) -> Result<Vec<i64>, ReadError> {
    of(pool, reader, IN_MEMORY, after).await
}

/// For each reader that passed over something: how often, and the last decision.
pub async fn skips(pool: &PgPool) -> Result<Vec<Skips>, ReadError> {
    let rows = sqlx::query(LAST).fetch_all(pool).await?;
    let skips = |row: &PgRow| Skips {
        count: row.get(0),
        last: Skip {
            model: row.get(1),
            version: row.get(2),
            position: row.get(3),
            by: row.get(4),
            because: row.get(5),
            stopped_because: row.get(6),
            at: row.get::<jiff_sqlx::Timestamp, _>(7).to_jiff(),
        },
    };
    Ok(rows.iter().map(skips).collect())
}
