//! The checkpoint of each read model: in the transaction in which it writes, behind a fence.

use domain::event::Recorded;
use serde::Serialize;
use sqlx::{Executor as _, PgConnection, PgPool, Row};

use super::{ReadError, Subscriber};
use crate::journal::JOURNAL;

/// How a read model stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub name: String,
    /// False for one being rebuilt.
    pub live: bool,
    pub version: i32,
    pub position: i64,
    /// The position at which it stopped, and why.
    pub stopped_at: Option<i64>,
    pub stopped_because: Option<String>,
}

pub(super) enum Advance {
    Moved,
    /// It was swapped with a rebuilt one, which stands at another position.
    Elsewhere(i64),
    /// Another worker holds the fence.
    Lost,
}

const STANDINGS: &str = "select name, live, version, position, stopped_at, stopped_because from subscriptions.models order by name, live desc";
const TAKE: &str = "update subscriptions.models set fence = fence + 1, stopped_at = null, stopped_because = null
    where name = $1 and live returning position, fence";
/// Advances behind the fence, and opens the model's schema to the writing that follows in the same transaction.
const MOVE: &str =
    "update subscriptions.models set position = $3 where name = $1 and live = $2 and position = $4 and fence = $5
    returning set_config('search_path', $6, true)";
const STOP: &str =
    "update subscriptions.models set stopped_at = $2, stopped_because = $3 where name = $1 and live and fence = $4";
const LOOK: &str = "select position, fence from subscriptions.models where name = $1 and live";
const TAKE_BACK: &str = "update subscriptions.models set fence = fence + 1 where name = $1 and live and version = $2 and position = $3
    and fence = $4 and stopped_at is null and position < (select position from journal.heads where journal = $5) returning fence";
const INSERT: &str = "insert into subscriptions.models (name, live, version) values ($1, $2, $3)";

/// Every SQL text of the checkpoints, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 7] = [
    ("standings", STANDINGS),
    ("take", TAKE),
    ("move", MOVE),
    ("stop", STOP),
    ("look", LOOK),
    ("take back", TAKE_BACK),
    ("insert", INSERT),
];

pub(super) async fn standings(pool: &PgPool) -> Result<Vec<Standing>, ReadError> {
    let rows = sqlx::query(STANDINGS).fetch_all(pool).await?;
    let standing = |row: &sqlx::postgres::PgRow| Standing {
        name: row.get(0),
        live: row.get(1),
        version: row.get(2),
        position: row.get(3),
        stopped_at: row.get(4),
        stopped_because: row.get(5),
    };
    Ok(rows.iter().map(standing).collect())
}

pub(super) async fn live(pool: &PgPool, name: &str) -> Result<Option<Standing>, ReadError> {
    Ok(standings(pool).await?.into_iter().find(|standing| standing.live && standing.name == name))
}

pub(super) async fn create_live(pool: &PgPool, model: &dyn Subscriber) -> Result<(), ReadError> {
    let mut transaction = pool.begin().await?;
    // Two processes may start at the same time: one makes the schema, the other finds it.
    sqlx::query("select pg_advisory_xact_lock(7320, hashtext($1))")
        .bind(model.name())
        .execute(&mut *transaction)
        .await?;
    let known: Option<i32> = sqlx::query_scalar("select version from subscriptions.models where name = $1 and live")
        .bind(model.name())
        .fetch_optional(&mut *transaction)
        .await?;
    if known.is_none() {
        create(&mut transaction, model, model.name()).await?;
        transaction.execute(sqlx::raw_sql(model.indexes())).await?;
        sqlx::query(INSERT).bind(model.name()).bind(true).bind(model.version()).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// Makes the empty tables of a model in a schema of that name.
pub(super) async fn create(
    connection: &mut PgConnection,
    model: &dyn Subscriber,
    schema: &str,
) -> Result<(), sqlx::Error> {
    let open =
        format!("drop schema if exists {schema} cascade; create schema {schema}; set local search_path = {schema}");
    connection.execute(sqlx::raw_sql(&open)).await?;
    connection.execute(sqlx::raw_sql(model.schema())).await?;
    Ok(())
}

/// Takes the fence: whoever held it before can no longer advance.
pub(super) async fn take(pool: &PgPool, name: &str) -> Result<(i64, i64), ReadError> {
    let row = sqlx::query(TAKE).bind(name).fetch_one(pool).await?;
    Ok((row.get(0), row.get(1)))
}

/// One step of a model: from where to where, behind which fence, and what it folds on the way.
pub(super) struct Step<'a> {
    pub from: i64,
    pub until: i64,
    pub fence: i64,
    pub news: &'a [Recorded],
}

pub(super) async fn advance(pool: &PgPool, model: &dyn Subscriber, step: Step<'_>) -> Result<Advance, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let moved = sqlx::query(MOVE).bind(model.name()).bind(true).bind(step.until).bind(step.from).bind(step.fence);
    if moved.bind(model.name()).fetch_optional(&mut *transaction).await?.is_none() {
        let found = sqlx::query(LOOK).bind(model.name()).fetch_one(&mut *transaction).await?;
        let (position, fence): (i64, i64) = (found.get(0), found.get(1));
        return Ok(if fence == step.fence { Advance::Elsewhere(position) } else { Advance::Lost });
    }
    model.apply(&mut transaction, step.news).await?;
    transaction.commit().await?;
    Ok(Advance::Moved)
}

/// Moves the checkpoint of a model being rebuilt, in the transaction that writes beside the live one. False when another process
/// has moved it.
pub(super) async fn advance_beside(
    connection: &mut PgConnection,
    model: &dyn Subscriber,
    schema: &str,
    (from, until): (i64, i64),
) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query(MOVE).bind(model.name()).bind(false).bind(until).bind(from).bind(0_i64).bind(schema);
    Ok(moved.fetch_optional(connection).await?.is_some())
}

/// Notes where a model stopped, unless another worker has taken it over meanwhile.
pub(super) async fn stop(pool: &PgPool, name: &str, fence: i64, at: i64, because: &str) -> Result<(), ReadError> {
    sqlx::query(STOP).bind(name).bind(at).bind(because).bind(fence).execute(pool).await?;
    Ok(())
}

/// Where a model stands, and behind which fence.
pub(super) async fn look(pool: &PgPool, name: &str) -> Result<(i64, i64), ReadError> {
    let row = sqlx::query(LOOK).bind(name).fetch_one(pool).await?;
    Ok((row.get(0), row.get(1)))
}

/// Takes the fence back from a worker that stands there with events left to read. One that is writing holds the row: this waits
/// for it, and then finds that it has moved.
pub(super) async fn take_back(
    pool: &PgPool,
    model: &dyn Subscriber,
    position: i64,
    fence: i64,
) -> Result<Option<i64>, ReadError> {
    let taken = sqlx::query_scalar(TAKE_BACK).bind(model.name()).bind(model.version()).bind(position).bind(fence);
    Ok(taken.bind(JOURNAL).fetch_optional(pool).await?)
}
