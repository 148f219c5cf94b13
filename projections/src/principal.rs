//! What a head follows: which lessons are written and how soon after they ended, and how much work falls on a group each day.
//!
//! It holds ids, dates and figures only, and of a work for part of a group, whom it is for. Which lessons should have been written is the timetable's to say, and it is held elsewhere:
//! a fill rate is these rows over those. The workload is asked for by the circulaire 2010-136, b (rule CT-11).

mod flush;
mod fold;
pub mod queries;

use domain::actor::Actor;
use domain::decider::Decider as _;
use domain::event::Recorded;
use domain::ids::{EntryId, HomeworkId, SlotId};
use domain::textbook::Textbook;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;

use crate::cells::Work;
use crate::rows::{About, EntryKey, Held as _, HomeworkKey, Missing, Overlay, about, textbook_events};
use crate::shelf::{Place, Shelf};
use crate::{Folding, ReadModel, Start, Writes};

pub(crate) use flush::STATEMENTS;

/// Its name, and that of its live schema.
pub const NAME: &str = "principal";

/// The read model of heads and deputies.
pub struct Principal;

/// A lesson that was written, and how soon.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenLesson {
    pub place: Place,
    pub entry: EntryId,
    /// None outside the timetable.
    pub slot: Option<SlotId>,
    pub date: Date,
    pub starts_at: Time,
    /// Of the first text.
    pub author: Actor,
    /// From the end of the lesson to its first text, in whole seconds; negative when it was written ahead.
    pub delay: SignedDuration,
    pub first_recorded_at: Timestamp,
    /// Never true of what a query gives.
    pub withdrawn: bool,
}

/// A work, when it is due and for whom: what it weighs.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    pub place: Place,
    pub homework: HomeworkId,
    pub given_on: Date,
    pub work: Work,
    /// Never true of what a query gives.
    pub withdrawn: bool,
}

#[async_trait::async_trait]
impl ReadModel for Principal {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        5
    }

    fn schema(&self) -> &'static str {
        include_str!("principal/schema.sql")
    }

    fn indexes(&self) -> &'static str {
        include_str!("principal/indexes.sql")
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
    lessons: Overlay<EntryKey, WrittenLesson>,
    work: Overlay<HomeworkKey, Load>,
}

impl Fold {
    fn new(start: Start) -> Self {
        Self { start, shelf: Shelf::new(), lessons: Overlay::new(), work: Overlay::new() }
    }
}

#[async_trait::async_trait]
impl Folding for Fold {
    async fn load(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        if self.start == Start::Empty || textbook_events(batch).next().is_none() {
            return Ok(());
        }
        self.shelf.load(connection, batch).await?;
        let lessons = |key: &EntryKey| self.lessons.row(key).is_some();
        let missing = Missing::of(batch, lessons, |key| self.work.row(key).is_some());
        flush::load(connection, self, missing).await
    }

    fn fold(&mut self, batch: &[Recorded]) -> Result<Writes, sqlx::Error> {
        for (recorded, event) in textbook_events(batch) {
            let Some(place) = self.shelf.place(event) else { continue };
            match about(event) {
                About::Textbook => {}
                About::Entry(key) => {
                    self.lessons.put(key, fold::lesson(self.lessons.row(&key), place, recorded, event));
                }
                About::Homework(key) => self.work.put(key, fold::work(self.work.row(&key), place, event)),
            }
        }
        flush::write(self)
    }

    fn bytes(&self) -> usize {
        self.shelf.bytes() + self.lessons.bytes() + self.work.bytes()
    }
}
