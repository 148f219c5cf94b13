//! The journal: the one place where facts are written.
//!
//! [`Journal::execute`] loads a stream (memory first), lets the aggregate decide, seals what is personal, and hands the events to the
//! group commit ([`append`]). Nothing else writes. The answer is a [`Receipt`]: the command is on disk.

pub mod append;
mod cache;
pub mod load;
pub mod stock;
pub mod upcast;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use aws_lc_rs::hmac;
use domain::actor::{Actor, Capacity};
use domain::decider::{Context, Decider};
use domain::event::DomainEvent;
use domain::ids::{SchoolId, StreamId};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::Clock;
use crate::keys::{KeyDirectory, KeyError};
use crate::vault::{Address, Sealer, Unknown, Vault, VaultError};
use append::{Appender, Draft, Refusal, Row};
use cache::Cache;

/// The journal of this node. A node holds one; a school that must be able to leave gets its own node.
pub const JOURNAL: i32 = 1;

/// A conflict with another process is decided again at most this many times.
const DECISIONS_MAX: usize = 8;

/// What the caller says of a command besides the command itself.
#[derive(Clone)]
pub struct Envelope {
    pub stream: StreamId,
    /// The client's idempotency key: the same key with the same command is the same fact.
    pub key: Option<String>,
    /// `If-Match`: the version the caller saw.
    pub expected: Option<i64>,
    pub school: Option<SchoolId>,
    pub causation: Option<Uuid>,
    pub correlation: Option<Uuid>,
    /// Versions of other streams that must still hold when the command is written.
    pub guards: Vec<(StreamId, i64)>,
}

impl Envelope {
    pub fn to(stream: StreamId) -> Self {
        Self { stream, key: None, expected: None, school: None, causation: None, correlation: None, guards: vec![] }
    }
}

/// Proof that a command is written: the version of its stream, and its positions (none when it changed nothing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub version: i64,
    pub first_position: Option<i64>,
    pub last_position: Option<i64>,
}

/// Why a command was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R: std::fmt::Debug + std::fmt::Display> {
    #[error("{0}")]
    Rejected(R),
    /// The stream is no longer at the version the caller saw.
    #[error("the stream is at version {actual}")]
    Conflict { actual: i64 },
    #[error("this idempotency key was used for another command")]
    KeyReused,
    #[error("an idempotency key has between 1 and 200 visible ASCII characters")]
    KeyMalformed,
    /// Something that the decision rested on has changed meanwhile.
    #[error("what this command rests on has changed: read again and decide again")]
    Stale,
    #[error("stored event: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the journal cannot be reached: {0}")]
    Unavailable(String),
}

/// A key goes into an index: it is short, and holds no text of anybody's.
fn is_key(key: &str) -> bool {
    (1..=200).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

struct Inner {
    reader: PgPool,
    vault: Vault,
    clock: Arc<dyn Clock>,
    appender: Appender,
    request_hash: hmac::Key,
    caches: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    cache_bytes_max: usize,
}

/// A handle on the journal; clones share it.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

impl Journal {
    /// Opens the journal for writing. `pool` acts as the writer role; `writer` leads to the same database and is used by the group
    /// commit alone.
    pub fn open(
        pool: PgPool,
        writer: PgPool,
        vault: Vault,
        keys: &KeyDirectory,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyError> {
        let appender = Appender::start(writer, keys.writer_key()?, clock.clone());
        Ok(Self(Arc::new(Inner {
            reader: pool,
            vault,
            clock,
            appender,
            request_hash: hmac::Key::new(hmac::HMAC_SHA256, &keys.derive("request-hash")),
            caches: RwLock::default(),
            cache_bytes_max: 64 << 20,
        })))
    }

    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub fn pool(&self) -> &PgPool {
        &self.0.reader
    }

    /// The last position written by this process: readers wake on it.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.0.appender.head()
    }

    /// Takes no more commands, and waits until all that were taken are on disk or refused.
    pub async fn close(&self) {
        self.0.appender.close().await;
    }

    /// Decides and writes. One command per stream is in flight in this process; with other processes, the last to come decides again.
    pub async fn execute<D: Decider>(
        &self,
        envelope: Envelope,
        command: D::Command,
        context: Context<D::Facts>,
    ) -> Result<Receipt, ExecuteError<D::Rejection>>
    where
        D::Command: Serialize,
    {
        let key = match &envelope.key {
            Some(key) if !is_key(key) => return Err(ExecuteError::KeyMalformed),
            Some(key) => key.clone(),
            None => Uuid::now_v7().to_string(),
        };
        let hash = self.request_hash(&envelope.stream, &command)?;
        let actor = context.actor.to_string();
        let cache = self.cache::<D>();
        let slot = cache.slot(envelope.stream);
        let mut held = slot.lock().await;
        for _ in 0..DECISIONS_MAX {
            let was_warm = !held.stale;
            crate::measures::stream(D::TYPE, was_warm);
            load::refresh::<D>(&self.0.reader, envelope.stream, &mut held).await?;
            let refused = match envelope.expected {
                Some(expected) if expected != held.version => Err(ExecuteError::Conflict { actual: held.version }),
                _ => D::decide(&held.state, command.clone(), &context).map_err(ExecuteError::Rejected),
            };
            // A repeated command is refused by its own first effect: the key is looked up before the refusal is told.
            let events = match refused {
                Ok(events) => events,
                Err(refusal) => match self.repeat(&actor, &key, &hash).await? {
                    Some(receipt) => return Ok(receipt),
                    // From memory alone nobody is refused: another process may have written since.
                    None if was_warm => {
                        held.stale = true;
                        continue;
                    }
                    None => return Err(refusal),
                },
            };
            if events.is_empty() {
                let first = if envelope.key.is_some() { self.repeat(&actor, &key, &hash).await? } else { None };
                let nothing = Receipt { version: held.version, first_position: None, last_position: None };
                match first {
                    // Nor is anybody told from memory alone that nothing changes.
                    None if was_warm => held.stale = true,
                    first => return Ok(first.unwrap_or(nothing)),
                }
                continue;
            }
            let draft = self.draft::<D>(&envelope, &events, held.version, &context, key.clone(), hash).await?;
            // Until the answer is here, what is in memory may be old: the caller can go away while it waits.
            held.stale = true;
            match self.0.appender.append(draft).await {
                Ok(receipt) => {
                    held.stale = false;
                    events.iter().for_each(|event| D::evolve(&mut held.state, event));
                    held.version += events.len() as i64;
                    cache.settle(envelope.stream, D::weight(&held.state));
                    return Ok(receipt);
                }
                Err(Refusal::Conflict { .. }) => {}
                Err(Refusal::Repeat(receipt)) => return Ok(receipt),
                Err(Refusal::Mismatch) => return Err(ExecuteError::KeyReused),
                Err(Refusal::Guarded) => return Err(ExecuteError::Stale),
                Err(Refusal::Unavailable(problem)) => return Err(ExecuteError::Unavailable(problem)),
            }
        }
        Err(ExecuteError::Conflict { actual: held.version })
    }

    /// The state of a stream and its version, as of now.
    pub async fn state<D: Decider>(&self, stream: StreamId) -> Result<(D::State, i64), ExecuteError<D::Rejection>> {
        let slot = self.cache::<D>().slot(stream);
        let mut held = slot.lock().await;
        held.stale = true;
        load::refresh::<D>(&self.0.reader, stream, &mut held).await?;
        Ok((held.state.clone(), held.version))
    }

    async fn repeat<R: std::fmt::Debug + std::fmt::Display>(
        &self,
        actor: &str,
        key: &str,
        hash: &[u8; 32],
    ) -> Result<Option<Receipt>, ExecuteError<R>> {
        match append::seen(&self.0.reader, actor, key).await {
            Ok(Some((known, receipt))) if known == hash => Ok(Some(receipt)),
            Ok(Some(_)) => Err(ExecuteError::KeyReused),
            Ok(None) => Ok(None),
            Err(problem) => Err(ExecuteError::Unavailable(problem.to_string())),
        }
    }

    fn request_hash<R: std::fmt::Debug + std::fmt::Display>(
        &self,
        stream: &StreamId,
        command: &impl Serialize,
    ) -> Result<[u8; 32], ExecuteError<R>> {
        let text = serde_json::to_string(command).map_err(|problem| ExecuteError::Unreadable(problem.to_string()))?;
        let tag = hmac::sign(&self.0.request_hash, format!("{stream}\n{text}").as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        Ok(hash)
    }

    async fn draft<D: Decider>(
        &self,
        envelope: &Envelope,
        events: &[D::Event],
        version: i64,
        context: &Context<D::Facts>,
        key: String,
        request_hash: [u8; 32],
    ) -> Result<Draft, ExecuteError<D::Rejection>> {
        let said = Said {
            envelope,
            actor: context.actor,
            capacity: context.capacity,
            now: context.now,
            facts: context.facts_position,
        };
        let mut rows = Vec::with_capacity(events.len());
        for (event, sequence) in events.iter().zip(version + 1..) {
            rows.push(self.row(event, sequence, &said).await?);
        }
        let (stream, guards) = (envelope.stream, envelope.guards.clone());
        let (stream_key, actor) = (stream.key(), context.actor.to_string());
        Ok(Draft { stream, stream_key, version, rows, actor, key, request_hash, guards })
    }

    /// One row, sealed. Keys that were missing are made first, durably, and the row is sealed again.
    async fn row<E: DomainEvent, R: std::fmt::Debug + std::fmt::Display>(
        &self,
        event: &E,
        sequence: i64,
        said: &Said<'_>,
    ) -> Result<Row, ExecuteError<R>> {
        let address = Address { stream: said.envelope.stream, sequence, event: event.name() };
        for _ in 0..3 {
            let outcome = {
                let sealer = std::rc::Rc::new(Sealer::new(&self.0.vault, address.clone()));
                let payload = domain::personal::sealing(sealer.clone(), || serde_json::to_string(event));
                let payload = payload.map_err(|problem| ExecuteError::Unreadable(problem.to_string()))?;
                sealer.finish().map(|parts| (payload, parts))
            };
            match outcome {
                Ok((payload, parts)) => return said.row(event, sequence, payload, parts),
                Err(Unknown(names)) => self.0.vault.prepare(&names).await?,
            }
        }
        Err(ExecuteError::Unavailable("the vault gives no key".into()))
    }

    fn cache<D: Decider>(&self) -> Arc<Cache<D>> {
        let find = |caches: &HashMap<TypeId, Arc<dyn Any + Send + Sync>>| {
            caches.get(&TypeId::of::<D>()).and_then(|cache| cache.clone().downcast::<Cache<D>>().ok())
        };
        let read = self.0.caches.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(cache) = find(&read) {
            return cache;
        }
        drop(read);
        let mut write = self.0.caches.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        find(&write).unwrap_or_else(|| {
            let cache = Arc::new(Cache::<D>::bounded(self.0.cache_bytes_max));
            write.insert(TypeId::of::<D>(), cache.clone());
            cache
        })
    }
}

/// What goes in the metadata of each row of a command.
struct Said<'a> {
    envelope: &'a Envelope,
    actor: Actor,
    capacity: Capacity,
    now: Timestamp,
    facts: i64,
}

impl Said<'_> {
    fn row<E: DomainEvent, R: std::fmt::Debug + std::fmt::Display>(
        &self,
        event: &E,
        sequence: i64,
        payload: String,
        parts: Vec<crate::ledger::leaf::Part>,
    ) -> Result<Row, ExecuteError<R>> {
        let school = event.school().or(self.envelope.school).map(|school| school.0);
        let occurred_at = event.occurred_at().unwrap_or(self.now);
        let (actor, capacity) = (self.actor.to_string(), self.capacity.name());
        let mut metadata = std::collections::BTreeMap::from([
            ("actor", actor.clone()),
            ("capacity", capacity.to_owned()),
            ("facts_position", self.facts.to_string()),
            ("occurred_at", occurred_at.to_string()),
        ]);
        let mut note = |name, value: Option<Uuid>| value.map(|value| metadata.insert(name, value.to_string()));
        note("school", school);
        note("causation", self.envelope.causation);
        note("correlation", self.envelope.correlation);
        let metadata = serde_json::to_string(&metadata).map_err(|p| ExecuteError::Unreadable(p.to_string()))?;
        Ok(Row {
            sequence,
            event_type: event.name(),
            payload,
            metadata,
            school,
            capacity,
            occurred_us: occurred_at.as_microsecond(),
            causation: self.envelope.causation,
            correlation: self.envelope.correlation,
            facts_position: self.facts,
            salt: crate::keys::random().map_err(VaultError::from)?,
            parts,
        })
    }
}
