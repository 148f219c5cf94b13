//! What was recorded: the envelope says who, in what capacity, when it happened and when it was written; the fact says what.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::actor::{Actor, Capacity};
use crate::decider::{Decider, Rights};
use crate::directory::{entourage, establishment, group, person, service};
use crate::ids::{SchoolId, StreamId};
use crate::inspection::mandate;
use crate::personal::{Personal, SealedCell};
use crate::textbook;

/// An event of an aggregate. Its stored name is the name of its variant.
pub trait DomainEvent: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static {
    fn name(&self) -> &'static str {
        serde_variant::to_variant_name(self).unwrap_or("Unnamed")
    }

    /// When it happened, if that is another time than when it was written.
    fn occurred_at(&self) -> Option<Timestamp> {
        None
    }

    /// The school it belongs to, when the event itself says so.
    fn school(&self) -> Option<SchoolId> {
        None
    }
}

macro_rules! facts {
    ($($variant:ident($event:ty) = $decider:ty),* $(,)?) => {
        /// Any event of the journal, decoded. A fold matches on it exhaustively.
        #[derive(Clone, PartialEq)]
        pub enum Fact { $($variant($event)),* }

        impl Fact {
            /// The aggregate types that exist, in no order.
            pub const AGGREGATES: &'static [&'static str] = &[$(<$decider as Decider>::TYPE),*];

            /// Reads a stored payload. An unknown aggregate is an error, never a silence.
            pub fn decode(aggregate: &str, payload: &str) -> Result<Self, DecodeError> {
                $(if aggregate == <$decider as Decider>::TYPE {
                    return Ok(Self::$variant(serde_json::from_str(payload)?));
                })*
                Err(DecodeError::UnknownAggregate(aggregate.to_owned()))
            }

            /// The static name of an aggregate type read from the database.
            pub fn aggregate(name: &str) -> Option<&'static str> {
                Self::AGGREGATES.iter().find(|known| **known == name).copied()
            }

            /// What rights have to do with an aggregate; an unknown one may give some.
            pub fn rights(aggregate: &str) -> Rights {
                $(if aggregate == <$decider as Decider>::TYPE {
                    return <$decider as Decider>::RIGHTS;
                })*
                Rights::Given
            }

            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(event) => event.name()),* }
            }
        }

        $(impl From<$event> for Fact {
            fn from(event: $event) -> Self { Self::$variant(event) }
        })*
    };
}

facts! {
    School(establishment::Event) = establishment::School,
    Person(person::Event) = person::Person,
    Entourage(entourage::Event) = entourage::Entourage,
    Group(group::Event) = group::Group,
    Service(service::Event) = service::Service,
    Textbook(textbook::Event) = textbook::Textbook,
    Mandate(mandate::Event) = mandate::Mandate,
}

/// Why a stored row cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("unknown aggregate type {0:?}")]
    UnknownAggregate(String),
    #[error("payload: {0}")]
    Payload(#[from] serde_json::Error),
}

/// A row of the journal, decoded.
#[derive(Clone)]
pub struct Recorded {
    /// Dense, from 1, in commit order.
    pub position: i64,
    pub stream: StreamId,
    /// From 1, dense in its stream: the version of the aggregate after this event.
    pub sequence: i64,
    pub fact: Fact,
    pub school: Option<SchoolId>,
    pub actor: Actor,
    pub capacity: Capacity,
    pub recorded_at: Timestamp,
    pub occurred_at: Timestamp,
    pub causation: Option<Uuid>,
    pub correlation: Option<Uuid>,
    pub facts_position: Option<i64>,
}

impl Recorded {
    /// The sealed value of one of this event's personal fields, with all that is needed to open it later.
    /// `None` when it was forgotten.
    pub fn cell<T>(&self, personal: &Personal<T>) -> Option<SealedCell> {
        personal.kept().map(|sealed| SealedCell {
            aggregate: self.stream.aggregate.into(),
            stream: self.stream.key(),
            sequence: self.sequence,
            event: self.fact.name().into(),
            sealed,
        })
    }

    /// Hours and minutes between the fact and its writing; negative when it was written ahead.
    pub fn delay(&self) -> jiff::SignedDuration {
        self.recorded_at.duration_since(self.occurred_at)
    }
}
