//! The shape every aggregate has: a command and what is known give events or a rejection; events give the state.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::actor::{Actor, Capacity};
use crate::event::DomainEvent;

/// What a decision may look at besides the stream itself. `facts` was read from the register at journal position
/// `facts_position`, which is kept beside the events.
#[derive(Clone)]
pub struct Context<F> {
    pub actor: Actor,
    pub capacity: Capacity,
    pub now: Timestamp,
    pub facts: F,
    pub facts_position: i64,
}

/// What the rights of people have to do with an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Its events may give one, or take one away.
    Given,
    /// Its commands rest on one that other aggregates give.
    Needed,
    /// Neither.
    Apart,
}

/// An aggregate. Total and pure: the same arguments give the same answer, for ever.
pub trait Decider: Send + Sync + 'static {
    /// The aggregate type as stored.
    const TYPE: &'static str;
    /// What is not said otherwise gives rights: that costs others a second decision, and the contrary would cost a right.
    const RIGHTS: Rights = Rights::Given;
    type Command: Clone + Send + Sync;
    type Event: DomainEvent;
    type Rejection: Rejection;
    type Facts: Clone + Send + Sync;
    type State: Default + Clone + Send + Sync;

    /// Events are empty when the command changes nothing.
    fn decide(
        state: &Self::State,
        command: Self::Command,
        context: &Context<Self::Facts>,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    fn evolve(state: &mut Self::State, event: &Self::Event);

    /// Bytes held by a cached state, roughly: the cache of aggregates is bounded by it.
    fn weight(_state: &Self::State) -> usize {
        256
    }
}

/// How a refusal is told to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command is not well made (400).
    Invalid,
    /// Known, and not allowed (403).
    Forbidden,
    /// Unknown, or a secret existence (404).
    Unknown,
    /// Well made, but the state forbids it (409).
    Conflict,
}

/// The fact that forbids. Its name is its stable code.
pub trait Rejection: Sized + fmt::Display + fmt::Debug + Serialize + Send + Sync + 'static {
    fn kind(&self) -> Kind;

    /// Stable, kebab-case: the variant's own name.
    fn code(&self) -> &'static str {
        serde_variant::to_variant_name(self).unwrap_or("rejected")
    }
}
