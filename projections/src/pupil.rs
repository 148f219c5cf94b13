//! What pupils and their legal guardians read: the lessons of a week, the work to do, the textbook of a subject.
//!
//! Publication is a time: a version is released at `visible_from`, and nothing is written at that hour. So every version is kept, and
//! a reading at `now` takes, of each entry and each homework, the last written among those released: what is revised in the evening
//! shows as it was until the morning. A withdrawal is a version too, with nothing in it, released when it is recorded; it hides what was
//! written before it, released or not, and an entry published anew hides the withdrawal.
//!
//! No hour is kept but that from which a text shows, and no pupil and no parent is told it.

mod flush;
mod fold;
pub mod former;
pub mod queries;

use domain::actor::Actor;
use domain::decider::Decider as _;
use domain::event::Recorded;
use domain::ids::{EntryId, HomeworkId};
use domain::personal::SealedCell;
use domain::textbook::Textbook;
use domain::textbook::entry::Lesson;
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::cells::{Framing, Resource, Work};
use crate::rows::{About, EntryKey, Held as _, HomeworkKey, Missing, Trail, about, textbook_events};
use crate::shelf::{Place, Shelf};
use crate::{Folding, ReadModel, Start, Writes};

pub(crate) use flush::STATEMENTS;

/// Its name, and that of its live schema.
pub const NAME: &str = "pupil";

/// The read model of pupils and their legal guardians.
pub struct Pupil;

/// One version of what was done in a lesson.
#[derive(Clone, PartialEq)]
pub struct EntryVersion {
    pub place: Place,
    pub entry: EntryId,
    /// Of the stream, after this version was written.
    pub version: i64,
    /// 1 is the first text of this entry; a withdrawal keeps the number of what it withdraws.
    pub revision: i32,
    pub lesson: Lesson,
    /// Never true of what a query gives.
    pub withdrawn: bool,
    /// None when it was forgotten, or withdrawn.
    pub content: Option<SealedCell>,
    pub framing: Framing,
    pub resources: Vec<Resource>,
    pub author: Actor,
    pub visible_from: Timestamp,
}

/// One version of a work to do.
#[derive(Clone, PartialEq)]
pub struct HomeworkVersion {
    pub place: Place,
    pub homework: HomeworkId,
    /// Of the stream, after this version was written.
    pub version: i64,
    /// 1 is the work as first given; a withdrawal keeps the number of what it withdraws.
    pub revision: i32,
    /// The lesson it was given in: « donné le ».
    pub given_in: Lesson,
    /// The entry of that lesson, written or not.
    pub given_entry: EntryId,
    pub work: Work,
    /// Never true of what a query gives.
    pub withdrawn: bool,
    /// None when it was forgotten, or withdrawn.
    pub text: Option<SealedCell>,
    pub resources: Vec<Resource>,
    pub author: Actor,
    pub visible_from: Timestamp,
}

impl EntryVersion {
    /// Whether it differs from what was first published.
    pub fn modified(&self) -> bool {
        self.revision > 1
    }
}

impl HomeworkVersion {
    /// Whether it differs from what was first given.
    pub fn modified(&self) -> bool {
        self.revision > 1
    }
}

#[async_trait::async_trait]
impl ReadModel for Pupil {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        6
    }

    fn schema(&self) -> &'static str {
        include_str!("pupil/schema.sql")
    }

    fn indexes(&self) -> &'static str {
        include_str!("pupil/indexes.sql")
    }

    fn folds(&self) -> &'static [&'static str] {
        &[Textbook::TYPE]
    }

    fn folding(&self, start: Start) -> Box<dyn Folding> {
        Box::new(Fold::new(start))
    }
}

/// What a version of an entry takes over from the former one.
#[derive(Clone)]
pub struct FormerEntry {
    revision: i32,
    lesson: Lesson,
}

/// What a version of a work takes over from the former one.
#[derive(Clone)]
pub struct FormerHomework {
    revision: i32,
    given_in: Lesson,
    work: Work,
}

/// What the fold has touched, and what a batch adds.
struct Fold {
    start: Start,
    shelf: Shelf,
    entries: Trail<EntryKey, EntryVersion>,
    homework: Trail<HomeworkKey, HomeworkVersion>,
}

impl Fold {
    fn new(start: Start) -> Self {
        Self { start, shelf: Shelf::new(), entries: Trail::new(), homework: Trail::new() }
    }
}

#[async_trait::async_trait]
impl Folding for Fold {
    async fn load(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        if self.start == Start::Empty || textbook_events(batch).next().is_none() {
            return Ok(());
        }
        self.shelf.load(connection, batch).await?;
        let entries = |key: &EntryKey| self.entries.latest(key).is_some();
        let missing = Missing::of(batch, entries, |key| self.homework.latest(key).is_some());
        flush::load(connection, self, missing).await
    }

    fn fold(&mut self, batch: &[Recorded]) -> Result<Writes, sqlx::Error> {
        for (recorded, event) in textbook_events(batch) {
            let Some(place) = self.shelf.place(event) else { continue };
            match about(event) {
                About::Textbook => {}
                About::Entry(key) => {
                    self.entries.add(key, fold::entry(self.entries.latest(&key), place, recorded, event));
                }
                About::Homework(key) => {
                    self.homework.add(key, fold::homework(self.homework.latest(&key), place, recorded, event));
                }
            }
        }
        let mut writes = Writes::default();
        self.shelf.flush(&mut writes)?;
        flush::Entries::add(&mut writes, self.entries.added().iter())?;
        flush::Homework::add(&mut writes, self.homework.added().iter())?;
        self.entries.written();
        self.homework.written();
        Ok(writes)
    }

    fn bytes(&self) -> usize {
        self.shelf.bytes() + self.entries.bytes() + self.homework.bytes()
    }
}

#[cfg(test)]
mod spec;
