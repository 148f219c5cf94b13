//! Names of things. What has a natural key without personal data (school, group, service, textbook, slot, entry) is a
//! `UUIDv5` of that key, so that two people cannot open the same notebook twice. Persons are random.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of every natural key of this product (random, fixed for ever).
const NAMESPACE: Uuid = Uuid::from_u128(0x9d2c_41b0_7e35_4c86_b1f4_0a6d_58e2_7c13);

fn natural(kind: &str, parts: &[&str]) -> Uuid {
    let mut key = kind.to_owned();
    for part in parts {
        key.push('\u{1f}');
        key.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, key.as_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
    )*};
}

ids! {
    /// Établissement, named by its UAI.
    SchoolId
    /// A person: random, never derived from anything about them.
    PersonId
    /// Division or groupe of one school year, named by school, year and code.
    GroupId
    /// Service d'enseignement: a group × a subject × a school year.
    ServiceId
    /// Cahier de textes: a group × a subject × a school year.
    TextbookId
    /// Créneau: one line of the timetable of a service.
    SlotId
    /// Séance written in a textbook; one per lesson.
    EntryId
    /// Travail à faire.
    HomeworkId
    /// Mandat d'inspection.
    MandateId
}

impl SchoolId {
    /// `uai`: seven digits and a letter, as the feed gives it.
    pub fn of(uai: &str) -> Self {
        Self(natural("school", &[&uai.to_uppercase()]))
    }
}

impl GroupId {
    /// The code is free text of the school (`4B`, `1 STMG 3°`), kept as it stands.
    pub fn of(school: SchoolId, year: SchoolYear, code: &str) -> Self {
        Self(natural("group", &[&school.to_string(), &year.to_string(), code]))
    }
}

impl ServiceId {
    pub fn of(group: GroupId, subject: &str) -> Self {
        Self(natural("service", &[&group.to_string(), subject]))
    }
}

impl TextbookId {
    pub fn of(group: GroupId, subject: &str) -> Self {
        Self(natural("textbook", &[&group.to_string(), subject]))
    }
}

impl SlotId {
    /// `weeks` tells apart two slots at the same hour in weeks A and B.
    pub fn of(service: ServiceId, weekday: i8, starts_at: jiff::civil::Time, weeks: &str) -> Self {
        let hour = starts_at.strftime("%H:%M").to_string();
        Self(natural("slot", &[&service.to_string(), &weekday.to_string(), &hour, weeks]))
    }
}

impl EntryId {
    /// One entry per lesson: `lesson` is the slot or, outside the timetable, the hour.
    pub fn of(textbook: TextbookId, lesson: &str, date: jiff::civil::Date) -> Self {
        Self(natural("entry", &[&textbook.to_string(), lesson, &date.to_string()]))
    }
}

impl HomeworkId {
    /// Whether it holds the moment at which it was made: versions 1, 2, 6 and 7 (RFC 9562 §5). Pupils read the id of a work, and never when
    /// it was written.
    pub fn tells_when(self) -> bool {
        matches!(self.0.get_version_num(), 1 | 2 | 6 | 7)
    }
}

/// A school year, named by the calendar year in which it starts. 0 stands for streams that outlive a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct SchoolYear(pub i16);

impl SchoolYear {
    /// The era of streams that outlive a year: schools, persons, mandates.
    pub const NONE: Self = Self(0);
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A stream of the journal. Its text form carries the era (`<uuid>@2026`), so the era is a function of the identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    pub aggregate: &'static str,
    pub id: Uuid,
    pub era: SchoolYear,
}

impl StreamId {
    pub fn new(aggregate: &'static str, id: impl Into<Uuid>, era: SchoolYear) -> Self {
        Self { aggregate, id: id.into(), era }
    }

    /// The aggregate id as stored: `<uuid>`, or `<uuid>@<year>` for a stream of one school year.
    pub fn key(&self) -> String {
        if self.era == SchoolYear::NONE { self.id.to_string() } else { format!("{}@{}", self.id, self.era) }
    }

    /// Reads back [`StreamId::key`]; `None` when it is not one.
    pub fn parse(aggregate: &'static str, key: &str) -> Option<Self> {
        let (id, era) = match key.split_once('@') {
            Some((id, era)) => (id, SchoolYear(era.parse().ok()?)),
            None => (key, SchoolYear::NONE),
        };
        Some(Self { aggregate, id: Uuid::parse_str(id).ok()?, era })
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.aggregate, self.key())
    }
}
