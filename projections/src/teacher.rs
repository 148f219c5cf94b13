//! What a teacher finds in their textbooks: which lessons are written, and the form of a lesson as it stands.
//!
//! One row per lesson and one per work, at their last version, released or not; what was withdrawn stays, and says so.

mod flush;
mod fold;
pub mod queries;

use domain::actor::{Actor, Capacity};
use domain::decider::Decider as _;
use domain::event::Recorded;
use domain::ids::{EntryId, HomeworkId};
use domain::personal::SealedCell;
use domain::textbook::Textbook;
use domain::textbook::entry::Lesson;
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::cells::{Framing, Resource, Work};
use crate::rows::{About, EntryKey, Held as _, HomeworkKey, Missing, Overlay, about, textbook_events};
use crate::shelf::{Place, Shelf};
use crate::{Folding, ReadModel, Start, Writes};

pub(crate) use flush::STATEMENTS;

/// Its name, and that of its live schema.
pub const NAME: &str = "teacher";

/// The read model of teachers.
pub struct Teacher;

/// Who wrote the last version of a row, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// Of the stream, after it was written: a command that starts from this row names it.
    pub version: i64,
    /// 1 is the first text; a withdrawal keeps the number of what it withdraws.
    pub revision: i32,
    pub author: Actor,
    pub capacity: Capacity,
    pub recorded_at: Timestamp,
    pub first_recorded_at: Timestamp,
    /// When pupils see it; for a withdrawal, when they no longer do.
    pub visible_from: Timestamp,
}

/// What was done in a lesson, as it stands.
#[derive(Clone, PartialEq)]
pub struct Entry {
    pub place: Place,
    pub entry: EntryId,
    pub lesson: Lesson,
    pub withdrawn: bool,
    /// The last text, withdrawn or not. None when it was forgotten.
    pub content: Option<SealedCell>,
    pub framing: Framing,
    pub resources: Vec<Resource>,
    pub writing: Writing,
}

/// A work to do, as it stands.
#[derive(Clone, PartialEq)]
pub struct Task {
    pub place: Place,
    pub homework: HomeworkId,
    /// The lesson it was given in: « donné le ».
    pub given_in: Lesson,
    /// The entry of that lesson, written or not.
    pub given_entry: EntryId,
    pub work: Work,
    pub withdrawn: bool,
    /// The last text, withdrawn or not. None when it was forgotten.
    pub text: Option<SealedCell>,
    pub resources: Vec<Resource>,
    pub writing: Writing,
}

#[async_trait::async_trait]
impl ReadModel for Teacher {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        6
    }

    fn schema(&self) -> &'static str {
        include_str!("teacher/schema.sql")
    }

    fn indexes(&self) -> &'static str {
        include_str!("teacher/indexes.sql")
    }

    fn folds(&self) -> &'static [&'static str] {
        &[Textbook::TYPE]
    }

    fn folding(&self, start: Start) -> Box<dyn Folding> {
        Box::new(Fold::new(start))
    }
}

/// What the fold has touched, and what a batch changes.
struct Fold {
    start: Start,
    shelf: Shelf,
    entries: Overlay<EntryKey, Entry>,
    tasks: Overlay<HomeworkKey, Task>,
}

impl Fold {
    fn new(start: Start) -> Self {
        Self { start, shelf: Shelf::new(), entries: Overlay::new(), tasks: Overlay::new() }
    }
}

#[async_trait::async_trait]
impl Folding for Fold {
    async fn load(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        if self.start == Start::Empty || textbook_events(batch).next().is_none() {
            return Ok(());
        }
        self.shelf.load(connection, batch).await?;
        let entries = |key: &EntryKey| self.entries.row(key).is_some();
        let missing = Missing::of(batch, entries, |key| self.tasks.row(key).is_some());
        flush::load(connection, self, missing).await
    }

    fn fold(&mut self, batch: &[Recorded]) -> Result<Writes, sqlx::Error> {
        for (recorded, event) in textbook_events(batch) {
            let Some(place) = self.shelf.place(event) else { continue };
            match about(event) {
                About::Textbook => {}
                About::Entry(key) => {
                    self.entries.put(key, fold::entry(self.entries.row(&key), place, recorded, event));
                }
                About::Homework(key) => self.tasks.put(key, fold::task(self.tasks.row(&key), place, recorded, event)),
            }
        }
        flush::write(self)
    }

    fn bytes(&self) -> usize {
        self.shelf.bytes() + self.entries.bytes() + self.tasks.bytes()
    }
}
