//! Group commit: everything queued while the last batch was on its way goes out in one statement, one round trip, one transaction.
//!
//! The fast statement locks and advances the head row, so positions are dense and in commit order; the unique key refuses a stale
//! version, and a row whose predecessor is missing stops the batch. When anything is refused, or a command carries guards, the
//! database function `append_carefully` finds the guilty and lets the innocent through.

mod batch;
mod queue;

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::StreamId;
use sqlx::{PgConnection, PgExecutor, PgPool, Row as _};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::{JOURNAL, Receipt};
use crate::clock::Clock;
use crate::keys::WriterKey;
use crate::ledger::leaf::Part;
use crate::measures;
use batch::{Batch, Outcome, Statements};
use queue::{CROWD, Pending, Queue, WRITERS};

/// Attempts after a lost connection, before the callers are told.
const ATTEMPTS_MAX: u32 = 8;

/// One event, sealed and ready but for its time.
pub struct Row {
    pub sequence: i64,
    pub event_type: &'static str,
    pub payload: String,
    pub metadata: String,
    pub school: Option<Uuid>,
    pub capacity: &'static str,
    pub occurred_us: i64,
    pub causation: Option<Uuid>,
    pub correlation: Option<Uuid>,
    pub facts_position: i64,
    pub salt: [u8; 32],
    pub parts: Vec<Part>,
}

/// One command's events.
pub struct Draft {
    pub stream: StreamId,
    /// The aggregate id as stored.
    pub stream_key: String,
    /// The version it was decided at.
    pub version: i64,
    pub rows: Vec<Row>,
    pub actor: String,
    pub key: String,
    pub request_hash: [u8; 32],
    pub guards: Vec<(StreamId, i64)>,
}

/// Why a draft was not written.
#[derive(Debug, Clone)]
pub enum Refusal {
    Conflict {
        actual: i64,
    },
    /// Written already, by this key.
    Repeat(Receipt),
    /// This key was used for another command.
    Mismatch,
    /// A guard no longer holds.
    Guarded,
    Unavailable(String),
}

/// The one way into the journal, in this process.
pub struct Appender {
    queue: mpsc::UnboundedSender<Pending>,
    outstanding: Arc<AtomicUsize>,
    crowd: Arc<Notify>,
    head: watch::Receiver<i64>,
    closing: CancellationToken,
    writing: Mutex<Vec<JoinHandle<()>>>,
    _ends: DropGuard,
}

impl Appender {
    /// Starts the writers; they end when this handle is dropped and the queue is empty. Each takes a connection out of `pool`.
    pub fn start(pool: PgPool, key: WriterKey, clock: Arc<dyn Clock>) -> Self {
        let (queue, pending) = mpsc::unbounded_channel();
        let (head, watched) = watch::channel(0);
        let (key, head, outstanding) = (Arc::new(key), Arc::new(head), Arc::<AtomicUsize>::default());
        let queued = Arc::new(tokio::sync::Mutex::new(Queue { pending, kept: None, outstanding: outstanding.clone() }));
        let (closing, crowd) = (CancellationToken::new(), Arc::<Notify>::default());
        let writer = |number| {
            let (pool, key, clock, head) = (pool.clone(), key.clone(), clock.clone(), head.clone());
            let (outstanding, statements) = (outstanding.clone(), Statements::default());
            let writer = Writer { pool, key, clock, head, outstanding, eras: vec![0], statements, connection: None };
            let (queued, closing, crowd) = (queued.clone(), closing.clone(), crowd.clone());
            tokio::spawn(async move {
                // When one leaves, for whatever reason, nobody waits for an answer that will not come.
                let _closed = closing.clone().drop_guard();
                if number == 0 { writer.run(queued, closing).await } else { writer.help(queued, closing, crowd).await }
            })
        };
        let writing = Mutex::new((0..WRITERS).map(writer).collect());
        let ends = closing.clone().drop_guard();
        Self { queue, outstanding, crowd, head: watched, closing, writing, _ends: ends }
    }

    /// Takes nothing more, and waits until everything queued is on disk or refused.
    pub async fn close(&self) {
        self.closing.cancel();
        let writing = std::mem::take(&mut *self.writing.lock().unwrap_or_else(PoisonError::into_inner));
        for writer in writing {
            let _ = writer.await;
        }
    }

    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.clone()
    }

    /// Waits until the draft is on disk, or refused.
    pub async fn append(&self, draft: Draft) -> Result<Receipt, Refusal> {
        let (reply, answer) = oneshot::channel();
        let stopped = || Refusal::Unavailable("the writer has stopped".into());
        if self.outstanding.fetch_add(1, Relaxed) >= CROWD {
            self.crowd.notify_one();
        }
        if self.queue.send(Pending { draft, reply }).is_err() {
            self.outstanding.fetch_sub(1, Relaxed);
            return Err(stopped());
        }
        answer.await.map_err(|_| stopped())?
    }
}

/// One connection that writes, batch after batch.
struct Writer {
    pool: PgPool,
    key: Arc<WriterKey>,
    clock: Arc<dyn Clock>,
    head: Arc<watch::Sender<i64>>,
    outstanding: Arc<AtomicUsize>,
    eras: Vec<i16>,
    statements: Statements,
    /// Held from batch to batch: a pool asks the server whether a connection still lives each time it comes back, which would be a
    /// second round trip for each batch.
    connection: Option<PgConnection>,
}

impl Writer {
    async fn run(mut self, queue: Arc<tokio::sync::Mutex<Queue>>, closing: CancellationToken) {
        loop {
            let next = queue.lock().await.next(&closing).await;
            let Some(batch) = next else { return };
            self.flush(batch).await;
        }
    }

    /// Writes when there is a crowd, and leaves what comes alone to the other: two connections in turn are slower than one.
    async fn help(mut self, queue: Arc<tokio::sync::Mutex<Queue>>, closing: CancellationToken, crowd: Arc<Notify>) {
        while !closing.is_cancelled() {
            tokio::select! { () = crowd.notified() => {}, () = closing.cancelled() => {} }
            while self.outstanding.load(Relaxed) > CROWD {
                let next = queue.lock().await.try_next().await;
                let Some(batch) = next else { break };
                self.flush(batch).await;
            }
        }
    }

    /// Writes a batch and answers each of its commands.
    async fn flush(&mut self, pending: Vec<Pending>) {
        let (drafts, replies): (Vec<_>, Vec<_>) =
            pending.into_iter().map(|pending| (pending.draft, pending.reply)).unzip();
        let started = Instant::now();
        let outcomes = self.write(&drafts).await;
        noted(&outcomes, started.elapsed());
        if let Some(last) = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()?.last_position).max() {
            self.head.send_if_modified(|head| std::mem::replace(head, last.max(*head)) < last);
        }
        self.outstanding.fetch_sub(outcomes.len(), Relaxed);
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A caller that went away has still written: its key tells it so.
            let _ = reply.send(outcome);
        }
    }

    async fn write(&mut self, drafts: &[Draft]) -> Vec<Result<Receipt, Refusal>> {
        match self.insist(drafts).await {
            Ok(outcomes) => outcomes,
            Err(problem) if drafts.len() > 1 && !transient(&problem) => {
                // One of them cannot be stored at all: each goes alone, so that the others are not refused with it.
                let mut outcomes = Vec::with_capacity(drafts.len());
                for draft in drafts.chunks(1) {
                    outcomes.extend(self.insist(draft).await.unwrap_or_else(|problem| unavailable(draft, &problem)));
                }
                outcomes
            }
            Err(problem) => unavailable(drafts, &problem),
        }
    }

    /// Tries again while it may help.
    async fn insist(&mut self, drafts: &[Draft]) -> Result<Vec<Result<Receipt, Refusal>>, sqlx::Error> {
        let mut attempt = 0;
        loop {
            match self.attempt(drafts, attempt > 0).await {
                Err(problem) if transient(&problem) && attempt + 1 < ATTEMPTS_MAX => {
                    attempt += 1;
                    measures::retried();
                    tracing::warn!(%problem, attempt, "a batch is sent again");
                    tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// One attempt. The connection is kept only when the server answered by it.
    async fn attempt(&mut self, drafts: &[Draft], careful: bool) -> Result<Vec<Result<Receipt, Refusal>>, sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?.detach(),
        };
        let outcome = self.attempt_on(&mut connection, drafts, careful).await;
        let answered = match &outcome {
            Err(problem @ sqlx::Error::Database(_)) => !transient(problem),
            outcome => outcome.is_ok(),
        };
        self.connection = answered.then_some(connection);
        outcome
    }

    /// After a lost connection the careful path is taken: it knows by key what is already written.
    async fn attempt_on(
        &mut self,
        connection: &mut PgConnection,
        drafts: &[Draft],
        careful: bool,
    ) -> Result<Vec<Result<Receipt, Refusal>>, sqlx::Error> {
        for era in drafts.iter().map(|draft| draft.stream.era.0) {
            if !self.eras.contains(&era) {
                sqlx::query("select journal.open_era($1)").bind(era).execute(&mut *connection).await?;
                self.eras.push(era);
            }
        }
        let mut recorded_us = self.clock.now().as_microsecond();
        if !careful && drafts.iter().all(|draft| draft.guards.is_empty()) {
            let batch = Batch::new(drafts, recorded_us, &self.key);
            let mut base = batch.append_at_once(connection, &mut self.statements).await;
            if let Ok(None) = base {
                // Another writer was stamped later and came first: stamped again, it most likely goes.
                recorded_us = self.clock.now().as_microsecond();
                let batch = Batch::new(drafts, recorded_us, &self.key);
                base = batch.append_at_once(connection, &mut self.statements).await;
            }
            match base {
                Ok(Some(base)) => return Ok(receipts(drafts, base)),
                Ok(None) => {}
                // 23505: a stale version or a key just used. Someone is guilty: the careful path says who.
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("23505") => {}
                Err(error) => return Err(error),
            }
        }
        measures::careful();
        loop {
            let batch = Batch::new(drafts, recorded_us, &self.key);
            match batch.append_carefully(connection).await? {
                Outcome::Late { head_us } => recorded_us = head_us.max(self.clock.now().as_microsecond()),
                Outcome::Each(outcomes) => return Ok(outcomes),
            }
        }
    }
}

/// What became of a batch, in figures.
fn noted(outcomes: &[Result<Receipt, Refusal>], after: Duration) {
    let positions = |receipt: &Receipt| Some(receipt.last_position? - receipt.first_position? + 1);
    let events: i64 = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().and_then(positions)).sum();
    let written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    measures::batch(outcomes.len(), written, events as u64, after);
    if written < outcomes.len() {
        tracing::debug!(commands = outcomes.len(), written, "some commands of a batch were not written");
    }
}

fn unavailable(drafts: &[Draft], problem: &sqlx::Error) -> Vec<Result<Receipt, Refusal>> {
    tracing::error!(%problem, commands = drafts.len(), "a batch could not be written");
    drafts.iter().map(|_| Err(Refusal::Unavailable(problem.to_string()))).collect()
}

fn receipts(drafts: &[Draft], base: i64) -> Vec<Result<Receipt, Refusal>> {
    let mut last = base;
    let receipt = |draft: &Draft| {
        let first = last + 1;
        last += draft.rows.len() as i64;
        let version = draft.version + draft.rows.len() as i64;
        Ok(Receipt { version, first_position: Some(first), last_position: Some(last) })
    };
    drafts.iter().map(receipt).collect()
}

/// Whether trying again may help: the connection was lost, the server restarts, two transactions met.
fn transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("57P") || matches!(&*code, "40001" | "40P01" | "53300")
        }),
        _ => false,
    }
}

const SEEN: &str = "select l.request_hash, l.first_position, l.last_position, e.sequence
    from journal.command_log l join journal.events e on e.journal = l.journal and e.position = l.last_position
    where l.journal = $1 and l.actor = $2 and l.key = $3";

/// The receipt of a command already written by this key, and the hash of its request.
pub(super) async fn seen(
    executor: impl PgExecutor<'_>,
    actor: &str,
    key: &str,
) -> Result<Option<(Vec<u8>, Receipt)>, sqlx::Error> {
    let row = sqlx::query(SEEN).bind(JOURNAL).bind(actor).bind(key).fetch_optional(executor).await?;
    Ok(row.map(|row| {
        let (first, last): (i64, i64) = (row.get(1), row.get(2));
        (row.get(0), Receipt { version: row.get(3), first_position: Some(first), last_position: Some(last) })
    }))
}

/// Every SQL text of the append, by name, so that a test can prepare each.
pub fn statements() -> Vec<(&'static str, String)> {
    vec![
        ("seen", SEEN.to_owned()),
        ("since", super::load::SINCE.to_owned()),
        ("append_at_once, one era", batch::at_once(Some(0))),
        ("append_at_once", batch::at_once(None)),
        ("append_carefully", batch::CAREFULLY.to_owned()),
    ]
}
