//! The bridge to cqrs-es: `domain` knows nothing of it, and the stock stack reads what we write.
//!
//! [`Root`] makes any [`Decider`] a cqrs-es aggregate; [`Store`] is our `EventStore`. There are no snapshots: those of cqrs-es 0.5 apply
//! events twice.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateContext, AggregateError, EventEnvelope, EventStore};
use domain::decider::{Context, Decider};
use domain::ids::StreamId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::append::{Draft, Refusal};
use super::{Envelope, ExecuteError, Journal, load};

/// A decider as cqrs-es sees it. It is never stored.
pub struct Root<D: Decider>(pub D::State);

impl<D: Decider> Default for Root<D> {
    fn default() -> Self {
        Self(D::State::default())
    }
}

impl<D: Decider> Serialize for Root<D> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("aggregates are not stored: no snapshots"))
    }
}

impl<'de, D: Decider> Deserialize<'de> for Root<D> {
    fn deserialize<T: Deserializer<'de>>(_: T) -> Result<Self, T::Error> {
        Err(serde::de::Error::custom("aggregates are not stored: no snapshots"))
    }
}

/// An event as cqrs-es sees it: the same JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stored<E>(pub E);

impl<E: domain::event::DomainEvent> fmt::Debug for Stored<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl<E: domain::event::DomainEvent> cqrs_es::DomainEvent for Stored<E> {
    fn event_type(&self) -> String {
        self.0.name().to_owned()
    }

    fn event_version(&self) -> String {
        super::upcast::VERSION.to_owned()
    }
}

/// A rejection as cqrs-es sees it.
#[derive(Debug)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl<D: Decider> Aggregate for Root<D> {
    const TYPE: &'static str = D::TYPE;
    type Command = D::Command;
    type Event = Stored<D::Event>;
    type Error = Refused;
    type Services = Context<D::Facts>;

    async fn handle(
        &mut self,
        command: Self::Command,
        context: &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let events = D::decide(&self.0, command, context).map_err(|rejection| Refused(rejection.to_string()))?;
        for event in events {
            sink.write(Stored(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        D::evolve(&mut self.0, &event.0);
    }
}

/// Our event store, as cqrs-es wants one. `context` says who acts; its metadata map is not used: ours is typed.
pub struct Store<D: Decider> {
    journal: Journal,
    context: Context<D::Facts>,
    decider: PhantomData<D>,
}

impl<D: Decider> Store<D> {
    pub fn new(journal: Journal, context: Context<D::Facts>) -> Self {
        Self { journal, context, decider: PhantomData }
    }

    fn stream(id: &str) -> Result<StreamId, AggregateError<Refused>> {
        StreamId::parse(D::TYPE, id).ok_or_else(|| unexpected(format!("{id:?} names no stream")))
    }
}

fn unexpected(problem: String) -> AggregateError<Refused> {
    AggregateError::UnexpectedError(problem.into())
}

/// A loaded stream, and the version it was loaded at.
pub struct Loaded<D: Decider> {
    id: String,
    version: usize,
    root: Root<D>,
}

impl<D: Decider> AggregateContext<Root<D>> for Loaded<D> {
    fn aggregate(&mut self) -> &mut Root<D> {
        &mut self.root
    }
}

impl<D: Decider> EventStore<Root<D>> for Store<D> {
    type AC = Loaded<D>;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<Root<D>>>, AggregateError<Refused>> {
        let repository = load::repository(self.journal.pool().clone());
        let stock = cqrs_es::persist::PersistedEventStore::<_, Root<D>>::new_event_store(repository);
        stock.load_events(id).await
    }

    async fn load_aggregate(&self, id: &str) -> Result<Loaded<D>, AggregateError<Refused>> {
        let mut loaded = Loaded { id: id.to_owned(), version: 0, root: Root::default() };
        for envelope in self.load_events(id).await? {
            loaded.version = envelope.sequence;
            loaded.root.apply(envelope.payload);
        }
        Ok(loaded)
    }

    async fn commit(
        &self,
        events: Vec<Stored<D::Event>>,
        loaded: Loaded<D>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Root<D>>>, AggregateError<Refused>> {
        let envelope = Envelope::to(Self::stream(&loaded.id)?);
        let plain: Vec<_> = events.iter().map(|event| event.0.clone()).collect();
        let key = uuid::Uuid::now_v7().to_string();
        let hash = crate::ledger::leaf::sha256(key.as_bytes());
        let draft: Result<Draft, ExecuteError<D::Rejection>> =
            self.journal.draft::<D>(&envelope, &plain, loaded.version as i64, &self.context, key, hash).await;
        let draft = draft.map_err(|problem| unexpected(problem.to_string()))?;
        match self.journal.0.appender.append(draft).await {
            Ok(_) => Ok(events
                .into_iter()
                .zip(loaded.version + 1..)
                .map(|(payload, sequence)| EventEnvelope {
                    aggregate_id: loaded.id.clone(),
                    sequence,
                    payload,
                    metadata: metadata.clone(),
                })
                .collect()),
            Err(Refusal::Conflict { .. }) => Err(AggregateError::AggregateConflict),
            Err(refusal) => Err(unexpected(format!("{refusal:?}"))),
        }
    }
}
