//! The checkpoint of each read model: in the transaction in which it writes, behind a fence.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Executor as _, PgConnection, PgPool, Postgres, Row, Transaction};

use super::read::{Page, Share, Unreadable};
use super::seat::Seat;
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
    /// When the oldest event it has not folded was recorded; none when it is up to date.
    pub waiting_since: Option<Timestamp>,
}

impl Standing {
    /// The age of the oldest event it has not folded; 0 when it is up to date.
    pub fn age_seconds(&self, now: Timestamp) -> f64 {
        self.waiting_since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0))
    }
}

pub(super) enum Advance {
    Moved(i64),
    /// The very next row cannot be decoded.
    Wall(Unreadable),
    /// It was swapped with a rebuilt one, which stands at another position.
    Elsewhere(i64),
    /// Another worker holds the fence.
    Lost,
}

/// Bytes that the fold of one model may hold from batch to batch.
const HELD_BYTES_MAX: usize = 32 << 20;

const STANDINGS: &str = "select m.name, m.live, m.version, m.position, m.stopped_at, m.stopped_because,
        (select e.recorded_at from journal.events e where e.journal = $1 and e.position = m.position + 1)
    from subscriptions.models m order by m.name, m.live desc";
const TAKE: &str = "update subscriptions.models set fence = fence + 1, stopped_at = null, stopped_because = null
    where name = $1 and live and version = $2 returning position, fence";
// Opens the schema to the writing that follows in the same transaction. A skip is decided under this row's lock and lets a stopped model go on: whoever holds the fence after it sees it here.
const HOLD: &str = "select m.position, m.fence, coalesce((select array_agg(s.position) from subscriptions.skips s
        where s.model = m.name and s.version = m.version and s.position > m.position), '{}'),
        m.swaps, set_config('search_path', m.name, true)
    from subscriptions.models m where m.name = $1 and m.live for update of m";
// The same and the move in one, when no skip is ahead and no row of the page stands in the way.
const MOVE_ON: &str = "update subscriptions.models m set position = $2
    where m.name = $1 and m.live and m.position = $3 and m.fence = $4 and not exists (
        select from subscriptions.skips s where s.model = m.name and s.version = m.version and s.position > $3)
    returning m.swaps, set_config('search_path', m.name, true)";
const MOVE: &str = "update subscriptions.models set position = $2 where name = $1 and live";
const MOVE_BESIDE: &str = "update subscriptions.models set position = $2, stopped_at = null, stopped_because = null
    where name = $1 and not live and position = $3 returning set_config('search_path', $4, true)";
const STOP: &str =
    "update subscriptions.models set stopped_at = $2, stopped_because = $3 where name = $1 and live and fence = $4";
const STOP_BESIDE: &str = "update subscriptions.models set stopped_at = $3, stopped_because = $4
    where name = $1 and not live and version = $2 and position = $3 - 1";
// Once somebody has decided, or another process has brought it to this version.
const MAY_GO_ON: &str =
    "select exists (select from subscriptions.models m where m.name = $1 and m.version = $2 and (m.live
    or m.stopped_at is null or exists (select from subscriptions.skips s
        where s.model = m.name and s.version = m.version and s.position = m.stopped_at)))";
const LOOK: &str = "select position, fence, stopped_at from subscriptions.models where name = $1 and live";
const TAKE_BACK: &str = "update subscriptions.models set fence = fence + 1 where name = $1 and live and version = $2 and position = $3
    and fence = $4 and stopped_at is null and position < (select position from journal.heads where journal = $5) returning fence";
const INSERT: &str = "insert into subscriptions.models (name, live, version) values ($1, $2, $3)";

/// Every SQL text of the checkpoints, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 12] = [
    ("standings", STANDINGS),
    ("take", TAKE),
    ("hold", HOLD),
    ("move on", MOVE_ON),
    ("move", MOVE),
    ("move beside", MOVE_BESIDE),
    ("stop", STOP),
    ("stop beside", STOP_BESIDE),
    ("may go on", MAY_GO_ON),
    ("look", LOOK),
    ("take back", TAKE_BACK),
    ("insert", INSERT),
];

/// How each read model stands, whoever feeds it.
pub async fn standings(pool: &PgPool) -> Result<Vec<Standing>, ReadError> {
    let rows = sqlx::query(STANDINGS).bind(JOURNAL).fetch_all(pool).await?;
    let standing = |row: &sqlx::postgres::PgRow| Standing {
        name: row.get(0),
        live: row.get(1),
        version: row.get(2),
        position: row.get(3),
        stopped_at: row.get(4),
        stopped_because: row.get(5),
        waiting_since: row.get::<Option<jiff_sqlx::Timestamp>, _>(6).map(jiff_sqlx::Timestamp::to_jiff),
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

/// Takes the fence: whoever held it before can no longer advance. Not that of tables of another fold.
pub(super) async fn take(pool: &PgPool, model: &dyn Subscriber) -> Result<Option<(i64, i64)>, ReadError> {
    let row = sqlx::query(TAKE).bind(model.name()).bind(model.version()).fetch_optional(pool).await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// Folds what of a page is new to the model, up to `limit`, and moves its checkpoint with it. The seat stays where it is; what it holds
/// goes along.
pub(super) async fn advance(
    pool: &PgPool,
    model: &dyn Subscriber,
    seat: &mut Seat,
    page: &Page,
    limit: i64,
) -> Result<Advance, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let share = page.share(seat.position, limit, model.folds(), &[]);
    let on = sqlx::query(MOVE_ON).bind(model.name()).bind(share.until).bind(seat.position).bind(seat.fence);
    if share.wall.is_none()
        && let Some(moved) = on.fetch_optional(&mut *transaction).await?
    {
        return fold(transaction, model, seat, moved.get(0), &share).await;
    }
    let held = sqlx::query(HOLD).bind(model.name()).fetch_one(&mut *transaction).await?;
    let (found, fence, skipped): (i64, i64, Vec<i64>) = (held.get(0), held.get(1), held.get(2));
    if fence != seat.fence {
        return Ok(Advance::Lost);
    }
    if found != seat.position {
        return Ok(Advance::Elsewhere(found));
    }
    let share = page.share(seat.position, limit, model.folds(), &skipped);
    if let Some(wall) = share.wall.filter(|_| share.until == seat.position) {
        return Ok(Advance::Wall(wall.clone()));
    }
    sqlx::query(MOVE).bind(model.name()).bind(share.until).execute(&mut *transaction).await?;
    fold(transaction, model, seat, held.get(3), &share).await
}

async fn fold(
    mut transaction: Transaction<'_, Postgres>,
    model: &dyn Subscriber,
    seat: &mut Seat,
    swaps: i64,
    share: &Share<'_>,
) -> Result<Advance, sqlx::Error> {
    if std::mem::replace(&mut seat.swaps, swaps) != swaps {
        seat.held = None;
    }
    // Put back once it is committed: until then it holds what the tables may never hold.
    let mut folding = seat.held.take().or_else(|| model.folding());
    if !share.events.is_empty() {
        match &mut folding {
            Some(folding) => folding.apply(&mut transaction, &share.events).await?,
            None => model.apply(&mut transaction, &share.events).await?,
        }
    }
    transaction.commit().await?;
    seat.held = folding.filter(|folding| folding.bytes() <= HELD_BYTES_MAX);
    Ok(Advance::Moved(share.until))
}

/// Moves the checkpoint of a model being rebuilt in that schema, in the transaction that writes there. False when another process has
/// moved it.
pub(super) async fn advance_beside(
    connection: &mut PgConnection,
    model: &dyn Subscriber,
    schema: &str,
    (from, until): (i64, i64),
) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query(MOVE_BESIDE).bind(model.name()).bind(until).bind(from).bind(schema);
    Ok(moved.fetch_optional(connection).await?.is_some())
}

/// Notes where a model stopped, unless another worker has taken it over meanwhile.
pub(super) async fn stop(pool: &PgPool, name: &str, fence: i64, at: i64, because: &str) -> Result<(), ReadError> {
    sqlx::query(STOP).bind(name).bind(at).bind(because).bind(fence).execute(pool).await?;
    Ok(())
}

/// Notes before which row the rebuild of a model stopped.
pub(super) async fn stop_beside(
    pool: &PgPool,
    model: &dyn Subscriber,
    at: i64,
    because: &str,
) -> Result<(), ReadError> {
    let stop = sqlx::query(STOP_BESIDE).bind(model.name()).bind(model.version());
    stop.bind(at).bind(because).execute(pool).await?;
    Ok(())
}

/// Whether a rebuild that was stopped may go on, or is done.
pub(super) async fn may_go_on(pool: &PgPool, model: &dyn Subscriber) -> Result<bool, ReadError> {
    Ok(sqlx::query_scalar(MAY_GO_ON).bind(model.name()).bind(model.version()).fetch_one(pool).await?)
}

/// Where a model stands, behind which fence, and at which event it is stopped.
pub(super) async fn look(pool: &PgPool, name: &str) -> Result<(i64, i64, Option<i64>), ReadError> {
    let row = sqlx::query(LOOK).bind(name).fetch_one(pool).await?;
    Ok((row.get(0), row.get(1), row.get(2)))
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
