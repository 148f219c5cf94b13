//! What leaves the house: the contract with whoever listens to the relay (other services, an observatory, a national platform).
//!
//! Nothing leaves by default. One fact becomes at most one message, and a message holds identifiers, dates and hours: never a text,
//! sealed or clear, never a name, never an author. Both matches below name every event and every field, so a new one is a
//! compile error until somebody has decided whether it leaves.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::event::{Fact, Recorded};
use crate::ids::{EntryId, SchoolId, SlotId, TextbookId};
use crate::textbook;

/// A message, as consumers read it: JSON, named by `event`. Fields are added, never renamed nor removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Published {
    /// A lesson was written in a textbook. Whoever may read the text asks the API for it, under their own rights.
    EntryPublished {
        /// Of the journal; also the sequence of the message in its stream. Consumers keep it and skip what is not above it.
        position: i64,
        /// `textbook/<uuid>@<school year>`, and the version of that textbook after this event.
        stream: String,
        version: i64,
        school: Option<SchoolId>,
        textbook: TextbookId,
        entry: EntryId,
        lesson: Lesson,
        /// When pupils and parents may read it. A consumer that shows anything waits until then.
        visible_from: Timestamp,
        recorded_at: Timestamp,
    },
}

/// The lesson an entry is about, in the school's local time but for its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// None for a lesson outside the timetable.
    pub slot: Option<SlotId>,
    pub date: Date,
    pub starts_at: Time,
    pub minutes: u16,
    pub ended_at: Timestamp,
}

impl Published {
    /// The name of the message: that of its event.
    pub fn name(&self) -> &'static str {
        match self {
            Self::EntryPublished { .. } => "EntryPublished",
        }
    }

    /// What leaves of a fact; `None` when nothing does.
    pub fn of(recorded: &Recorded) -> Option<Self> {
        match &recorded.fact {
            Fact::Textbook(event) => Self::of_textbook(recorded, event),
            Fact::School(_)
            | Fact::Person(_)
            | Fact::Entourage(_)
            | Fact::Group(_)
            | Fact::Service(_)
            | Fact::Mandate(_) => None,
        }
    }

    fn of_textbook(recorded: &Recorded, event: &textbook::Event) -> Option<Self> {
        use textbook::Event::{
            EntryPublished, EntryRevised, EntryWithdrawn, HomeworkGiven, HomeworkRevised, HomeworkWithdrawn,
            TextbookOpened,
        };
        match event {
            EntryPublished {
                textbook,
                entry,
                lesson,
                content: _,
                framing: _,
                resources: _,
                copied_from: _,
                visible_from,
            } => Some(Self::EntryPublished {
                position: recorded.position,
                stream: recorded.stream.to_string(),
                version: recorded.sequence,
                school: recorded.school,
                textbook: *textbook,
                entry: *entry,
                lesson: Lesson::from(lesson),
                visible_from: *visible_from,
                recorded_at: recorded.recorded_at,
            }),
            TextbookOpened { .. }
            | EntryRevised { .. }
            | EntryWithdrawn { .. }
            | HomeworkGiven { .. }
            | HomeworkRevised { .. }
            | HomeworkWithdrawn { .. } => None,
        }
    }
}

impl From<&textbook::entry::Lesson> for Lesson {
    fn from(lesson: &textbook::entry::Lesson) -> Self {
        let textbook::entry::Lesson { slot, date, starts_at, minutes, ended_at } = lesson.clone();
        Self { slot, date, starts_at, minutes, ended_at }
    }
}

#[cfg(test)]
mod spec;
