//! Rebuilding a read model: beside the live one, while it serves, then swapped with it.

use std::sync::Arc;

use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Row as _};

use tokio::sync::mpsc;

use super::checkpoints::{self, create};
use super::poison::is_of_the_event;
use super::read::Page;
use super::{Filling, ReadError, Rows, Subscriber, Subscriptions, read, skips};

const TURN: &str = "select pg_advisory_lock(7321, hashtext($1))";
/// What is swapped in is what was folded, and stands where it was left.
const REBUILT: &str =
    "select from subscriptions.models where name = $1 and not live and version = $2 and position = $3 for update";
const TABLES: &str = "select quote_ident(tablename::text) from pg_tables where schemaname = $1 order by 1";

/// Positions folded in one transaction of a rebuild.
const BATCH: i64 = 2_000;
/// Detail of the first statistics of a rebuilt model (PostgreSQL manual, `default_statistics_target`): enough to choose an index by.
/// The server's upkeep makes better ones once a tenth of the rows have changed.
const STATISTICS: u32 = 10;
/// Bytes that the filling of empty tables may hold; beyond, it goes on with what it needs read back, batch by batch.
const FILLING_BYTES_MAX: usize = 256 << 20;

impl Subscriptions {
    /// Folds the whole journal anew into a second schema and swaps it with the live one. Killed and started again, it goes on.
    /// `progress` is told the position reached and the head. A row that the fold cannot take is an error, and is noted beside the live
    /// model: there it goes on, by decision or at the next attempt.
    pub async fn rebuild(&self, name: &str, progress: impl FnMut(i64, i64)) -> Result<(), ReadError> {
        let model = self.models.iter().find(|model| model.name() == name);
        let model = model.ok_or_else(|| ReadError::UnknownModel(name.to_owned()))?;
        let turn = self.turn(name).await?;
        self.rebuild_in_turn(model, progress).await?;
        Ok(turn.close().await?)
    }

    /// The same, for who has the turn.
    pub(super) async fn rebuild_in_turn(
        &self,
        model: &Arc<dyn Subscriber>,
        mut progress: impl FnMut(i64, i64),
    ) -> Result<(), ReadError> {
        let name = model.name();
        let beside = format!("{name}_rebuilt");
        let mut at = self.begin_rebuild(model, &beside).await?;
        tracing::info!(model = name, from = at, "rebuilding");
        if at == 0
            && let Some(filling) = model.filling()
        {
            at = self.fill(model, &beside, filling, &mut progress).await?;
        }
        match self.index(model, &beside).await {
            // Filled without the keys that refuse one of its events. Begun anew with them, it stops before that one.
            Err(ReadError::Database(problem)) if is_of_the_event(&problem) => {
                tracing::warn!(model = name, %problem, "the tables filled cannot be indexed: filling them anew, slowly");
                at = self.begin_anew(model, &beside).await?;
                self.index(model, &beside).await?;
            }
            indexed => indexed?,
        }
        let mut limit = BATCH;
        loop {
            let head = read::head(&self.pool).await?;
            progress(at, head);
            if at >= head && self.swap(model, &beside, at).await? {
                tracing::info!(model = name, position = at, "rebuilt, and swapped with the live one");
                return Ok(());
            }
            at = match self.fold_beside(model, &beside, at, &mut limit).await {
                Err(ReadError::Row { position, problem }) => {
                    tracing::error!(
                        model = name,
                        position,
                        because = problem,
                        "this rebuild stops here: mend its fold, or decide with `palimpseste skip` that it goes on without this event"
                    );
                    checkpoints::stop_beside(&self.pool, model.as_ref(), position, &problem).await?;
                    return Err(ReadError::Row { position, problem });
                }
                reached => reached?,
            };
        }
    }

    /// One rebuild of a model at a time, whatever process asks for it: the next one waits. The lock goes with its connection.
    pub(super) async fn turn(&self, name: &str) -> Result<PgConnection, ReadError> {
        let mut connection = own_connection(&self.pool).await?;
        sqlx::query(TURN).bind(name).execute(&mut connection).await?;
        Ok(connection)
    }

    /// Fills the empty tables up to the head, or as far as memory allows. One task reads and decodes, another folds, and this one writes:
    /// while a page is written, and waits for the disk, the next is folded and the one after it read.
    async fn fill(
        &self,
        model: &Arc<dyn Subscriber>,
        beside: &str,
        filling: Box<dyn Filling>,
        progress: &mut impl FnMut(i64, i64),
    ) -> Result<i64, ReadError> {
        let head = read::head(&self.pool).await?;
        let skipped = skips::of(&self.pool, model.name(), model.version(), 0).await?;
        let (sender, pages) = mpsc::channel(2);
        let reading = tokio::spawn(read_pages(own_connection(&self.pool).await?, head, model.folds(), sender));
        let (sender, mut folded) = mpsc::channel(2);
        let folding = tokio::spawn(fold_pages(filling, model.folds(), skipped, pages, sender));
        let (mut at, mut connection) = (0, own_connection(&self.pool).await?);
        progress(at, head);
        while let Some((until, rows)) = folded.recv().await {
            let mut transaction = connection.begin().await?;
            if !checkpoints::advance_beside(&mut transaction, model.as_ref(), beside, (at, until)).await? {
                transaction.rollback().await?;
                return self.begin_rebuild(model, beside).await;
            }
            let filled = async {
                rows.write(&mut transaction).await?;
                transaction.commit().await
            };
            match filled.await {
                Ok(()) => at = until,
                // Told by the ordinary way, which finds the event.
                Err(problem) if is_of_the_event(&problem) => return Ok(at),
                Err(problem) => return Err(problem.into()),
            }
            progress(at, head);
        }
        for task in [folding, reading] {
            match task.await {
                Ok(ended) => ended?,
                Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
                // The runtime is going down: so is this rebuild, which goes on at the next start.
                Err(_) => return Ok(at),
            }
        }
        connection.close().await?;
        Ok(at)
    }

    /// Makes the indexes that are missing, and lets the planner know what the tables hold.
    async fn index(&self, model: &Arc<dyn Subscriber>, schema: &str) -> Result<(), ReadError> {
        let indexes = model.indexes().split_inclusive(';').map(str::to_owned);
        let tables: Vec<String> = sqlx::query_scalar(TABLES).bind(schema).fetch_all(&self.pool).await?;
        for statements in [indexes.collect(), tables.iter().map(|table| format!("analyze {table}")).collect()] {
            let (left, right) = halves(statements);
            tokio::try_join!(self.maintain(schema, left), self.maintain(schema, right))?;
        }
        Ok(())
    }

    /// One connection's part of it.
    async fn maintain(&self, schema: &str, statements: Vec<String>) -> Result<(), ReadError> {
        let mut transaction = self.pool.begin().await?;
        let settings = format!(
            "set local search_path = {schema}; set local maintenance_work_mem = '128MB';
            set local max_parallel_maintenance_workers = 0; set local default_statistics_target = {STATISTICS}"
        );
        transaction.execute(sqlx::raw_sql(&settings)).await?;
        for statement in &statements {
            transaction.execute(sqlx::raw_sql(statement)).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn begin_rebuild(&self, model: &Arc<dyn Subscriber>, beside: &str) -> Result<i64, ReadError> {
        let known = sqlx::query("select position, version from subscriptions.models where name = $1 and not live")
            .bind(model.name())
            .fetch_optional(&self.pool)
            .await?;
        if let Some(row) = known
            && row.get::<i32, _>(1) == model.version()
        {
            return Ok(row.get(0));
        }
        self.begin_anew(model, beside).await
    }

    async fn begin_anew(&self, model: &Arc<dyn Subscriber>, beside: &str) -> Result<i64, ReadError> {
        let mut transaction = self.pool.begin().await?;
        create(&mut transaction, model.as_ref(), beside).await?;
        sqlx::query(
            "insert into subscriptions.models (name, live, version) values ($1, false, $2)
             on conflict (name, live) do update set version = excluded.version, position = 0, fence = 0,
                 stopped_at = null, stopped_because = null",
        )
        .bind(model.name())
        .bind(model.version())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(0)
    }

    /// Folds the next rows, `limit` at most, and gives where it stands. Where the fold refuses some, half as many are tried next: the error
    /// is told of one row alone.
    async fn fold_beside(
        &self,
        model: &Arc<dyn Subscriber>,
        beside: &str,
        at: i64,
        limit: &mut i64,
    ) -> Result<i64, ReadError> {
        let page = read::page(&self.pool, at, *limit, model.folds()).await?;
        let share =
            page.share(at, i64::MAX, model.folds(), &skips::of(&self.pool, model.name(), model.version(), at).await?);
        if share.until == at {
            return share.wall.map_or(Ok(at), |row| Err(row.clone().into()));
        }
        let mut transaction = self.pool.begin().await?;
        let steps = (at, share.until);
        if !checkpoints::advance_beside(&mut transaction, model.as_ref(), beside, steps).await? {
            // Another process rebuilds the same model: go on from where it is.
            transaction.rollback().await?;
            return self.begin_rebuild(model, beside).await;
        }
        let folded = async {
            if !share.events.is_empty() {
                model.apply(&mut transaction, &share.events).await?;
            }
            transaction.commit().await
        };
        match folded.await {
            Ok(()) => Ok(share.until),
            Err(problem) if !is_of_the_event(&problem) => Err(problem.into()),
            Err(problem) if *limit == 1 => Err(ReadError::Row { position: at + 1, problem: problem.to_string() }),
            Err(_) => {
                *limit /= 2;
                Ok(at)
            }
        }
    }

    /// Swaps if the rebuilt model is not behind the live one. The live row's lock keeps its worker waiting meanwhile.
    async fn swap(&self, model: &Arc<dyn Subscriber>, beside: &str, at: i64) -> Result<bool, ReadError> {
        let name = model.name();
        let mut transaction = self.pool.begin().await?;
        let live: Option<i64> =
            sqlx::query_scalar("select position from subscriptions.models where name = $1 and live for update")
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await?;
        if live.is_some_and(|live| live > at) {
            return Ok(false);
        }
        let rebuilt = sqlx::query(REBUILT).bind(name).bind(model.version()).bind(at);
        if rebuilt.fetch_optional(&mut *transaction).await?.is_none() {
            return Ok(false);
        }
        let swap = format!("drop schema if exists {name} cascade; alter schema {beside} rename to {name}");
        transaction.execute(sqlx::raw_sql(&swap)).await?;
        sqlx::query("delete from subscriptions.models where name = $1 and not live")
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        // A worker whose fold is of another version must not write in these tables: it loses its place.
        sqlx::query(
            "insert into subscriptions.models (name, live, version, position) values ($1, true, $2, $3)
             on conflict (name, live) do update set version = excluded.version, position = excluded.position,
                 swaps = models.swaps + 1, fence = models.fence + (models.version <> excluded.version)::int, stopped_at = null, stopped_because = null",
        )
        .bind(name)
        .bind(model.version())
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// A connection that is held for long and so is not one of those that the readers share: they never wait for it.
async fn own_connection(pool: &PgPool) -> Result<PgConnection, ReadError> {
    Ok(pool.acquire().await?.detach())
}

/// Reads and decodes up to the head, as long as somebody folds.
async fn read_pages(
    mut connection: PgConnection,
    head: i64,
    folds: Option<&'static [&'static str]>,
    pages: mpsc::Sender<Page>,
) -> Result<(), ReadError> {
    let mut at = 0;
    while at < head {
        let page = read::page(&mut connection, at, BATCH, folds).await?;
        at = page.last;
        if pages.send(page).await.is_err() {
            break;
        }
    }
    Ok(connection.close().await?)
}

/// Folds the pages, as long as somebody writes: up to the first row that cannot be decoded or folded, which is told by the ordinary way
/// since it stops before it too, or until too much is held.
async fn fold_pages(
    mut filling: Box<dyn Filling>,
    folds: Option<&'static [&'static str]>,
    skipped: Vec<i64>,
    mut pages: mpsc::Receiver<Page>,
    folded: mpsc::Sender<(i64, Box<dyn Rows>)>,
) -> Result<(), ReadError> {
    let mut at = 0;
    while let Some(page) = pages.recv().await {
        let share = page.share(at, i64::MAX, folds, &skipped);
        if share.until == at {
            break;
        }
        let rows = match filling.fold(&share.events) {
            Err(problem) if is_of_the_event(&problem) => break,
            rows => rows?,
        };
        at = share.until;
        let is_last = at < page.last || filling.bytes() > FILLING_BYTES_MAX;
        if folded.send((at, rows)).await.is_err() || is_last {
            break;
        }
    }
    Ok(())
}

/// One after the other in turn, for two connections.
fn halves(statements: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (left, right): (Vec<_>, Vec<_>) = statements.into_iter().enumerate().partition(|(number, _)| number % 2 == 0);
    let plain = |numbered: Vec<(usize, String)>| numbered.into_iter().map(|(_, statement)| statement).collect();
    (plain(left), plain(right))
}
