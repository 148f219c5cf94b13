//! Who did it, and in what capacity. Both are known to the server; a client never supplies them.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::PersonId;

/// The author of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    Person(PersonId),
    /// The directory feed (AAF, STS).
    Import,
    /// The operator, by a command of the machine.
    Operator,
    /// What the ledger signer has to say.
    Ledger,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Import => f.write_str("import"),
            Self::Operator => f.write_str("operator"),
            Self::Ledger => f.write_str("ledger"),
        }
    }
}

impl Actor {
    /// Reads back the stored form; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "import" => Some(Self::Import),
            "operator" => Some(Self::Operator),
            "ledger" => Some(Self::Ledger),
            person => Uuid::parse_str(person).ok().map(|id| Self::Person(PersonId(id))),
        }
    }

    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            _ => None,
        }
    }
}

/// In what capacity the author acted, as the school's own records say on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Capacity {
    /// The teacher of the service.
    Teacher,
    /// One of several teachers of a service (co-enseignement).
    CoTeacher,
    /// Suppléant or remplaçant, for the dates of the assignment.
    Substitute,
    Head,
    Deputy,
    Inspector,
    /// Référent numérique: sets the school up, and reads nothing.
    Referent,
    Pupil,
    Guardian,
    /// The machine itself: a feed, the operator, the ledger.
    Machine,
    /// Nothing that gives a right here.
    Stranger,
}

impl Capacity {
    /// The stored name; the same as in JSON.
    pub fn name(self) -> &'static str {
        serde_variant::to_variant_name(&self).unwrap_or("stranger")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }

    /// Chef d'établissement or adjoint.
    pub fn leads(self) -> bool {
        matches!(self, Self::Head | Self::Deputy)
    }

    pub fn teaches(self) -> bool {
        matches!(self, Self::Teacher | Self::CoTeacher | Self::Substitute)
    }
}
