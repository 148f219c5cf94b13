//! The relay: one more reader of the journal, which sends each position to a stream of NATS JetStream whose sequence is the position.
//!
//! PostgreSQL is the truth; the stream is a cache of it that may vanish or go back at any time, acknowledged messages included. So
//! there is no table of what was sent: on start and after any trouble the relay asks the stream how far it has come and goes on
//! from there, and a stream that is lost is made again and filled from the journal. Each message says which sequence must stand
//! before it: the server refuses what is late, early or twice, and two relays at once are harmless.
//!
//! What may leave in a message is decided by [`domain::published`]; every other position is an empty message that holds the place.

mod address;
mod message;
mod stream;

use std::time::Duration;

use async_nats::Event;
use async_nats::jetstream::context::{Context, ContextBuilder, PublishErrorKind};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::subscriptions::{ReadError, woken};
use address::Address;
pub use address::BadAddress;
use message::Message;
pub use message::{EVENT, NOTHING, POSITION, STREAM};
pub use stream::{name as stream_name, subjects};

/// Messages on their way at once, at most.
const PIPELINE: i64 = 512;
/// How often a relay with nothing to send makes sure that its stream is still there and stands where it left it.
const LOOK: Duration = Duration::from_secs(1);
/// What the server is given to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// What messages under way are given to be acknowledged, once the relay is asked to end. They are not lost if they are not.
const DRAIN: Duration = Duration::from_secs(2);
/// Between two attempts at a server that is unwell: doubled each time.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(3);

/// How the relay stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// The last position known to be in the stream.
    pub position: i64,
    pub connected: bool,
    /// What is wrong now; it is tried again.
    pub trouble: Option<String>,
    /// Why it stopped, until the server is started again.
    pub stopped: Option<String>,
}

/// Why a relay stops rather than say something else than the journal.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("nats-server {version} is too old: 2.11 is the oldest that keeps what is asked of a stream")]
    TooOld { version: String },
    #[error("the stream was to begin at {wanted} and begins at {found}: this server does not know first_seq")]
    FirstIgnored { wanted: i64, found: i64 },
    #[error(
        "the stream {name} is not as the relay makes it ({0}): rename it or delete it, and start again",
        name = stream::name()
    )]
    NotOurs(String),
    #[error(
        "the stream {} is at {stream} and the journal at {journal}: the database has lost what was published, or is another \
         one. Nothing is overwritten; to publish this journal anew, delete the stream and start again",
        stream::name()
    )]
    Ahead { stream: i64, journal: i64 },
    #[error(
        "the message at {position} in the stream {} is not what the journal holds there: it is another journal's, or was \
         published by somebody else. Nothing is overwritten; to publish this journal anew, delete the stream and start again",
        stream::name()
    )]
    Differs { position: i64 },
    #[error("position {position} was stored as {sequence}")]
    Renumbered { position: i64, sequence: u64 },
    #[error("the journal cannot be read: {0}")]
    Unreadable(ReadError),
    #[error("an event cannot be written as a message: {0}")]
    Unwritable(serde_json::Error),
}

/// Why a session with the server ends.
enum End {
    Cancelled,
    /// The stream is not where it was thought to be: look again, and go on from there.
    Again,
    /// Something is unwell: wait and try again.
    Trouble(String),
    Refused(Refusal),
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Every SQL text of the relay, by name, so that a test can prepare each.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    message::STATEMENTS.into_iter()
}

pub struct Relay {
    pool: PgPool,
    address: Address,
    first: i64,
    state: watch::Sender<State>,
}

impl Relay {
    /// `pool` may read the journal; `servers` are those of one cluster.
    pub fn new(pool: PgPool, servers: &str) -> Result<Self, BadAddress> {
        Ok(Self { pool, address: Address::parse(servers)?, first: 1, state: watch::Sender::default() })
    }

    /// The oldest position that a consumer may still need: a stream made anew begins there, and not at 1.
    #[must_use]
    pub fn beginning_at(self, first: i64) -> Self {
        Self { first: first.max(1), ..self }
    }

    /// How it stands, now and as it changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Relays until cancelled, or until it must stop. `head` wakes it at once for what this process wrote; a poll is the floor.
    pub async fn run(self, mut head: watch::Receiver<i64>, cancel: CancellationToken) {
        let mut pause = PAUSE_MIN;
        loop {
            let end = self.session(&mut head, &cancel).await;
            let mut was_well = false;
            self.state.send_modify(|state| was_well = std::mem::take(&mut state.connected));
            match end {
                End::Cancelled => return,
                End::Refused(reason) => {
                    tracing::error!(%reason, "the relay stops");
                    self.state.send_modify(|state| state.stopped = Some(reason.to_string()));
                    return;
                }
                End::Again => pause = PAUSE_MIN,
                End::Trouble(problem) => {
                    pause = if was_well { PAUSE_MIN } else { PAUSE_MAX.min(pause * 2) };
                    self.complain(problem);
                }
            }
            tokio::select! { () = cancel.cancelled() => return, () = sleep(pause) => {} }
        }
    }

    /// Said once, and again when it is another trouble.
    fn complain(&self, problem: String) {
        let news = self.state.borrow().trouble.as_ref() != Some(&problem);
        if news {
            tracing::warn!(problem, "the journal cannot be relayed, trying again");
            self.state.send_modify(|state| state.trouble = Some(problem));
        }
    }

    /// From a connection to the reason it ended.
    async fn session(&self, head: &mut watch::Receiver<i64>, cancel: &CancellationToken) -> End {
        let (lost, mut losses) = watch::channel(false);
        let work = async {
            let context = match unless(cancel, self.connect(lost)).await {
                Ok(context) => context,
                Err(end) => return end,
            };
            loop {
                match self.follow(&context, head, cancel).await {
                    // It is known that the server answers: no new connection for that.
                    Err(End::Again) => sleep(PAUSE_MIN).await,
                    Err(end) => return end,
                    Ok(()) => return End::Cancelled,
                }
            }
        };
        tokio::select! {
            biased;
            end = work => end,
            Ok(_) = losses.wait_for(|lost| *lost) => End::Trouble("the connection to NATS was lost".into()),
        }
    }

    /// A new connection for each session, so that what it could not do is said and not hidden behind attempts.
    async fn connect(&self, lost: watch::Sender<bool>) -> Result<Context, End> {
        let told = move |event| {
            let over = matches!(event, Event::Disconnected | Event::Closed);
            lost.send_if_modified(|lost| over && !std::mem::replace(lost, true));
            std::future::ready(())
        };
        let servers = &self.address.servers;
        let options = self
            .address
            .options()
            .name("palimpseste relay")
            .connection_timeout(ANSWER)
            .request_timeout(Some(ANSWER))
            .max_reconnects(servers.len())
            .event_callback(told);
        let client = options.connect(&servers[..]).await;
        let client = client.map_err(|problem| End::Trouble(format!("NATS cannot be reached: {problem}")))?;
        let context = ContextBuilder::new().timeout(ANSWER).build(client);
        stream::ask_level(&context).await?;
        Ok(context)
    }

    /// Asks the stream how far it has come, and goes on from there until cancelled.
    async fn follow(
        &self,
        context: &Context,
        head: &mut watch::Receiver<i64>,
        cancel: &CancellationToken,
    ) -> Result<(), End> {
        let (stream, mut at) = unless(cancel, stream::open(context, &self.pool, self.first)).await?;
        self.state.send_replace(State { position: at, connected: true, ..State::default() });
        let mut looked = Instant::now();
        while !cancel.is_cancelled() {
            let batch = unless(cancel, message::after(&self.pool, at, PIPELINE)).await?;
            if let Some(last) = batch.last() {
                tokio::select! {
                    sent = self.send(context, &batch) => sent?,
                    () = cancelled_since(cancel, DRAIN) => return Ok(()),
                }
                at = last.position;
                continue;
            }
            if looked.elapsed() >= LOOK {
                let found = unless(cancel, async { stream.get_info().await.map_err(|_| End::Again) }).await?;
                if found.state.last_sequence != at.unsigned_abs() {
                    return Err(End::Again);
                }
                looked = Instant::now();
            }
            tokio::select! { () = cancel.cancelled() => {}, () = woken(head) => {} }
        }
        Ok(())
    }

    /// Sends a batch without waiting between its messages, then reads the answers in order.
    async fn send(&self, context: &Context, batch: &[Message]) -> Result<(), End> {
        let mut answers = FuturesOrdered::new();
        for message in batch {
            let sent = context.send_publish(message.subject(), message.to_publish()).await;
            answers.push_back(sent.map_err(|problem| End::Trouble(problem.to_string()))?.into_future());
        }
        for message in batch {
            match answers.next().await {
                // A repeat of what stands there already is as good: 2.11 knows it by its id first, and refuses only then.
                Some(Ok(stored)) if stored.sequence != message.position.unsigned_abs() => {
                    return Err(Refusal::Renumbered { position: message.position, sequence: stored.sequence }.into());
                }
                Some(Ok(_)) => self.state.send_modify(|state| state.position = message.position),
                Some(Err(problem)) => {
                    return Err(match problem.kind() {
                        // Another relay was faster, or the stream went back or is gone.
                        PublishErrorKind::WrongLastSequence | PublishErrorKind::StreamNotFound => End::Again,
                        _ => End::Trouble(problem.to_string()),
                    });
                }
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// Nothing is under way that must be ended first.
async fn unless<T>(cancel: &CancellationToken, work: impl Future<Output = Result<T, End>>) -> Result<T, End> {
    tokio::select! { biased; () = cancel.cancelled() => Err(End::Cancelled), done = work => done }
}

async fn cancelled_since(cancel: &CancellationToken, how_long: Duration) {
    cancel.cancelled().await;
    sleep(how_long).await;
}
