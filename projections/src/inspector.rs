//! What was written before: the history of a textbook, for those who inspect it.
//!
//! A palimpsest's read model: one row per version of each entry and each homework, in the order of their writing, with who, in what
//! capacity and when. A withdrawal is a version with a reason and no text. A row names the event it comes from by `(stream, version)`
//! and by position, so that its proof can be found.

mod flush;
mod fold;
pub mod queries;

use domain::actor::{Actor, Capacity};
use domain::decider::Decider as _;
use domain::event::Recorded;
use domain::ids::{EntryId, HomeworkId, TextbookId};
use domain::personal::SealedCell;
use domain::textbook::Textbook;
use domain::textbook::entry::{Lesson, Source};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;

use crate::cells::{Framing, Resource, Work};
use crate::rows::{Held as _, Trail, textbook_events};
use crate::shelf::{Place, Shelf};
use crate::{Folding, ReadModel, Start, Writes};

pub(crate) use flush::STATEMENTS;

/// Its name, and that of its live schema.
pub const NAME: &str = "inspector";

/// The read model of inspectors.
pub struct Inspector;

/// What a version is a version of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    Entry(EntryId),
    Homework(HomeworkId),
}

/// One version of an entry or of a homework.
#[derive(Clone, PartialEq)]
pub struct Version {
    pub place: Place,
    pub item: Item,
    /// Within the item, from 1; withdrawals count.
    pub number: i32,
    /// Of the stream, after this version was written: what a visa cites.
    pub version: i64,
    pub position: i64,
    /// The stored name of the event.
    pub event: String,
    pub author: Actor,
    pub capacity: Capacity,
    pub recorded_at: Timestamp,
    /// None for a withdrawal, which takes effect when it is recorded.
    pub visible_from: Option<Timestamp>,
    /// The lesson, or for homework the one it was given in.
    pub lesson: Lesson,
    /// The entry of that lesson, written or not.
    pub entry: EntryId,
    /// None for an entry. A withdrawal keeps what it withdraws.
    pub work: Option<Work>,
    /// The content of an entry or the text of a homework; none when it was forgotten, and for a withdrawal.
    pub content: Option<SealedCell>,
    pub framing: Framing,
    /// The entry whose text was taken over; only of the first version of an entry.
    pub copied_from: Option<Source>,
    pub resources: Vec<Resource>,
    /// Why it was withdrawn; none for any other version, or when it was forgotten.
    pub reason: Option<SealedCell>,
}

impl Version {
    /// How long after the end of the lesson it was written; negative when written ahead.
    pub fn delay(&self) -> SignedDuration {
        self.recorded_at.duration_since(self.lesson.ended_at)
    }

    pub fn withdrawal(&self) -> bool {
        self.visible_from.is_none()
    }
}

/// The key of an item: a homework is named by a client, so it is a key only within its textbook.
pub(crate) type ItemKey = (TextbookId, Item);

#[async_trait::async_trait]
impl ReadModel for Inspector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        6
    }

    fn schema(&self) -> &'static str {
        include_str!("inspector/schema.sql")
    }

    fn indexes(&self) -> &'static str {
        include_str!("inspector/indexes.sql")
    }

    fn folds(&self) -> &'static [&'static str] {
        &[Textbook::TYPE]
    }

    fn folding(&self, start: Start) -> Box<dyn Folding> {
        Box::new(Fold::new(start))
    }
}

/// What a version takes over from the former one of the same item.
#[derive(Clone)]
pub struct Former {
    number: i32,
    lesson: Lesson,
    work: Option<Work>,
}

/// What the fold has touched, and what a batch adds.
struct Fold {
    start: Start,
    shelf: Shelf,
    versions: Trail<ItemKey, Version>,
}

impl Fold {
    fn new(start: Start) -> Self {
        Self { start, shelf: Shelf::new(), versions: Trail::new() }
    }
}

#[async_trait::async_trait]
impl Folding for Fold {
    async fn load(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        if self.start == Start::Empty || textbook_events(batch).next().is_none() {
            return Ok(());
        }
        self.shelf.load(connection, batch).await?;
        flush::load(connection, &mut self.versions, batch).await
    }

    fn fold(&mut self, batch: &[Recorded]) -> Result<Writes, sqlx::Error> {
        for (recorded, event) in textbook_events(batch) {
            let (Some(place), Some(key)) = (self.shelf.place(event), fold::key(event)) else { continue };
            self.versions.add(key, fold::version(self.versions.latest(&key), place, recorded, event));
        }
        let mut writes = Writes::default();
        self.shelf.flush(&mut writes)?;
        flush::Versions::add(&mut writes, self.versions.added().iter())?;
        self.versions.written();
        Ok(writes)
    }

    fn bytes(&self) -> usize {
        self.shelf.bytes() + self.versions.bytes()
    }
}
