//! Readers of the journal: they see every position once, in order, and never lose one.
//!
//! A read model advances in the transaction in which it writes, behind a fence, so two workers cannot both advance and a killed one
//! goes on where it was. An event that cannot be folded stops its model there, loudly; the others go on. A row that cannot be decoded
//! stops every reader of its aggregate before it, and nothing else: who must go on without it says so in a recorded skip. A rebuild is a second schema
//! folded beside the live one and swapped with it in one transaction; what stops it is noted beside the live model, whose tables stay as they are.

mod checkpoints;
mod poison;
mod prepare;
mod read;
mod rebuild;
mod seat;
mod skips;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::event::{Fact, Recorded};
use domain::ids::StreamId;
use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use checkpoints::{Standing, standings};
pub use prepare::Prepared;
use read::Page;
pub use read::{READ, ReadError, Unreadable, head, read, recorded_at};
use seat::{Reader, Seat};
pub use skips::{Decision, Skip, SkipError, Skips, skip, skip_in_memory, skips};

use crate::measures;

/// Every SQL text of the readers, by name, so that a test can prepare each.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    read::STATEMENTS.into_iter().chain(checkpoints::STATEMENTS).chain(skips::STATEMENTS)
}

/// Positions read at once.
const BATCH: i64 = 1_000;
/// The floor of the wake-up: a commit of another process is seen at the latest after this.
const POLL: Duration = Duration::from_millis(100);

/// A read model, as the engine sees it.
#[async_trait::async_trait]
pub trait Subscriber: Send + Sync + 'static {
    /// The name of the model, and of its schema.
    fn name(&self) -> &'static str;
    /// Another version is another fold: the engine rebuilds.
    fn version(&self) -> i32;
    /// DDL of the tables, with unqualified names.
    fn schema(&self) -> &'static str;
    /// DDL of the indexes that reading needs, each `if not exists` and ended by the only `;` it has: in place at once, or once a rebuild
    /// has filled the tables.
    fn indexes(&self) -> &'static str {
        ""
    }
    /// The aggregates whose events it folds; all by default. It may be shown those of others.
    fn folds(&self) -> Option<&'static [&'static str]> {
        None
    }
    /// Folds and flushes one batch, inside the engine's transaction, in whose search path the model's schema stands alone.
    async fn apply(&self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error>;
    /// A fold that does the same and holds what it has read and written, when there is one: what it holds is not read back.
    fn folding(&self) -> Option<Box<dyn Folding>> {
        None
    }
    /// One for the empty tables of a rebuild, from position 1 and without their indexes: what it does not hold does not exist.
    fn filling(&self) -> Option<Box<dyn Filling>> {
        None
    }
}

/// A fold that is kept from batch to batch, as long as each is committed and nobody else writes in its tables.
#[async_trait::async_trait]
pub trait Folding: Send {
    /// Folds and writes the next batch, inside the engine's transaction, in whose search path the model's schema stands alone.
    async fn apply(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error>;
    /// Bytes it holds, roughly. When they are too many it is dropped.
    fn bytes(&self) -> usize;
}

/// A fold of the empty tables of a rebuild. It reads nothing back, so it goes on while what it has folded is written.
pub trait Filling: Send {
    /// Folds the next batch, and gives the rows to write.
    fn fold(&mut self, batch: &[Recorded]) -> Result<Box<dyn Rows>, sqlx::Error>;
    /// Bytes it holds, roughly. When they are too many it is dropped.
    fn bytes(&self) -> usize;
}

/// Rows to write.
#[async_trait::async_trait]
pub trait Rows: Send {
    /// Writes them, inside the engine's transaction, in whose search path the model's schema stands alone.
    async fn write(self: Box<Self>, connection: &mut PgConnection) -> Result<(), sqlx::Error>;
}

/// A reader that keeps what it folds in memory, and so starts from position 1 at each start.
#[async_trait::async_trait]
pub trait Follower: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    /// The aggregates whose events it follows; all by default. It may be shown those of others.
    fn follows(&self) -> Option<&'static [&'static str]> {
        None
    }
    async fn follow(&self, batch: &[Recorded]);
    /// A row that cannot be decoded is passed over, by decision: what it says is not known, only that its stream has come to this version.
    async fn passed_over(&self, _stream: StreamId, _version: i64) {}
    /// Everything up to this position was looked at; the last events may not have been of its aggregates.
    async fn reached(&self, _position: i64) {}
}

/// The engine: one reader feeds all models of this process.
#[derive(Clone)]
pub struct Subscriptions {
    pool: PgPool,
    models: Arc<Vec<Arc<dyn Subscriber>>>,
    followers: Arc<Vec<Arc<dyn Follower>>>,
    positions: Arc<HashMap<&'static str, watch::Sender<i64>>>,
    /// Readers that a row has stopped and no live checkpoint says so: those in memory have none, and that of a model whose rebuild was
    /// stopped is of tables that nobody reads here.
    halted: Arc<Mutex<HashMap<&'static str, Unreadable>>>,
}

/// At the next write of this process, or after a while. A writer that is gone wakes nobody.
pub(crate) async fn woken(head: &mut watch::Receiver<i64>) {
    let next = async {
        if head.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let _ = tokio::time::timeout(POLL, next).await;
}

/// A reader did not reach the position in time: what it shows may be a moment old.
#[derive(Debug, thiserror::Error)]
#[error("{model} has not reached position {position} yet")]
pub struct Behind {
    pub model: &'static str,
    pub position: i64,
}

impl Subscriptions {
    /// `pool` acts as the writer role.
    pub fn new(pool: PgPool, models: Vec<Arc<dyn Subscriber>>, followers: Vec<Arc<dyn Follower>>) -> Self {
        let names = models.iter().map(|model| model.name()).chain(followers.iter().map(|follower| follower.name()));
        let positions = names.map(|name| (name, watch::channel(0).0)).collect();
        let halted = Arc::default();
        Self { pool, models: Arc::new(models), followers: Arc::new(followers), positions: Arc::new(positions), halted }
    }

    /// Reads until cancelled; a batch under way is finished first. `head` wakes it at once for what this process wrote; a poll is the
    /// floor.
    pub async fn run(&self, mut head: watch::Receiver<i64>, cancel: CancellationToken) {
        let mut seats = self.seats().await;
        let _until_it_ends = self.lifting();
        let mut looked = Instant::now();
        tracing::info!(readers = seats.len(), "reading the journal");
        while !cancel.is_cancelled() {
            let advanced = match self.round(&mut seats).await {
                Ok(advanced) => advanced,
                Err(problem) => {
                    tracing::warn!(%problem, "the journal cannot be read, trying again");
                    tokio::select! { () = cancel.cancelled() => {}, () = tokio::time::sleep(POLL * 5) => {} }
                    false
                }
            };
            if !advanced || looked.elapsed() >= POLL {
                self.look_after_standing(&mut seats).await;
                looked = Instant::now();
            }
            if !advanced {
                tokio::select! { () = cancel.cancelled() => {}, () = woken(&mut head) => {} }
            }
        }
        tracing::info!("no longer reading the journal");
    }

    /// Reads everything there is now, once: what tests and commands of the machine use.
    pub async fn catch_up(&self) -> Result<(), ReadError> {
        let mut seats = self.seats().await;
        while self.round(&mut seats).await? {}
        Ok(())
    }

    /// Waits until a reader has seen a position, at most `patience`.
    pub async fn wait_for(&self, model: &'static str, position: i64, patience: Duration) -> Result<(), Behind> {
        let Some(sender) = self.positions.get(model) else { return Err(Behind { model, position }) };
        let mut watched = sender.subscribe();
        let reached = watched.wait_for(|seen| *seen >= position);
        match tokio::time::timeout(patience, reached).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Behind { model, position }),
        }
    }

    /// The positions of a reader of this process as it moves; `None` when no reader is called that.
    pub fn watch(&self, model: &str) -> Option<watch::Receiver<i64>> {
        self.positions.get(model).map(watch::Sender::subscribe)
    }

    /// The last position a reader of this process has seen.
    pub fn position(&self, model: &str) -> i64 {
        self.positions.get(model).map_or(0, |sender| *sender.borrow())
    }

    /// How each read model stands, for `doctor` and `/readyz`.
    pub async fn standings(&self) -> Result<Vec<Standing>, ReadError> {
        standings(&self.pool).await
    }

    /// The row that has stopped a reader in memory, or the rebuild of a model that cannot be read here until it is done.
    pub fn halted(&self, reader: &str) -> Option<Unreadable> {
        self.halted.lock().unwrap_or_else(PoisonError::into_inner).get(reader).cloned()
    }

    fn halts(&self, reader: &'static str, row: Option<Unreadable>) {
        let mut halted = self.halted.lock().unwrap_or_else(PoisonError::into_inner);
        match row {
            Some(row) => halted.insert(reader, row),
            None => halted.remove(reader),
        };
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.models.iter().map(|model| model.name()).collect()
    }

    async fn seats(&self) -> Vec<Seat> {
        let mut seats = Vec::new();
        for model in self.models.iter() {
            let mut seat = Seat::new(Reader::Model(model.clone()), 0, 0);
            match checkpoints::take(&self.pool, model.as_ref()).await {
                Ok(Some((position, fence))) => {
                    self.seen(model.name(), position);
                    seat.stands(position, fence);
                }
                // Tables of another fold: not to be written by this one. They are taken when they have been rebuilt.
                Ok(None) => seat.lose(),
                Err(problem) => {
                    tracing::error!(model = model.name(), %problem, "this read model cannot be opened now");
                    // As if another worker had it: it is taken when nobody moves it.
                    seat.lose();
                }
            }
            seats.push(seat);
        }
        let memory = |follower: &Arc<dyn Follower>| {
            Seat::new(Reader::Memory(follower.clone()), self.position(follower.name()), 0)
        };
        seats.extend(self.followers.iter().map(memory));
        seats
    }

    /// Reads one page for the seats that are furthest behind, and one for those in front, whom a reader that comes back after a long
    /// stop must not keep waiting. Whether anything was read.
    async fn round(&self, seats: &mut [Seat]) -> Result<bool, ReadError> {
        let span = |seats: &[Seat]| {
            let reading = || seats.iter().filter(|seat| seat.reads()).map(|seat| seat.position);
            reading().min().zip(reading().max())
        };
        let Some((last, _)) = span(seats) else { return Ok(false) };
        let mut advanced = self.read_from(last, seats).await?;
        if let Some((last, first)) = span(seats)
            && first > last
        {
            advanced |= self.read_from(first, seats).await?;
        }
        Ok(advanced)
    }

    async fn read_from(&self, from: i64, seats: &mut [Seat]) -> Result<bool, ReadError> {
        // What the seats of this page fold; the others of it may be shown more than they ask for, never less.
        let reading = seats.iter().filter(|seat| seat.reads() && (from..from + BATCH).contains(&seat.position));
        let mut wanted = Some(BTreeSet::new());
        for seat in reading {
            wanted = wanted.zip(seat.reader.aggregates()).map(|(mut all, some)| {
                all.extend(some);
                all
            });
        }
        let wanted = wanted.filter(|wanted| wanted.len() < Fact::AGGREGATES.len());
        let wanted: Option<Vec<&str>> = wanted.map(|wanted| wanted.into_iter().copied().collect());
        let page = read::page(&self.pool, from, BATCH, wanted.as_deref()).await?;
        let news = from..page.last;
        let served = seats.iter_mut().filter(|seat| seat.reads() && news.contains(&seat.position));
        let steps = served.map(|seat| self.step(seat, &page));
        futures_util::future::join_all(steps).await;
        Ok(page.last > from)
    }

    async fn step(&self, seat: &mut Seat, page: &Page) {
        let (before, started) = (seat.position, Instant::now());
        match &seat.reader {
            Reader::Memory(follower) => {
                let follower = follower.clone();
                self.follow(seat, follower.as_ref(), page).await;
            }
            Reader::Model(model) => {
                let model = model.clone();
                match checkpoints::advance(&self.pool, model.as_ref(), seat, page, i64::MAX).await {
                    Ok(checkpoints::Advance::Moved(to)) => seat.position = to,
                    Ok(checkpoints::Advance::Elsewhere(position)) => seat.stands(position, seat.fence),
                    Ok(checkpoints::Advance::Wall(row)) => self.halt(seat, row).await,
                    Ok(checkpoints::Advance::Lost) => {
                        tracing::warn!(model = model.name(), "another worker has taken this read model over");
                        seat.lose();
                    }
                    Err(problem) => self.find_poison(seat, page, problem).await,
                }
            }
        }
        measures::folded(seat.reader.name(), seat.position - before, started.elapsed());
        self.seen(seat.reader.name(), seat.position);
    }

    fn seen(&self, name: &str, position: i64) {
        if let Some(sender) = self.positions.get(name) {
            sender.send_replace(position);
        }
    }
}
