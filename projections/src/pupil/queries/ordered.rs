//! A row read column by column, in the order in which the statements of this model name them: a name would be looked up anew in each row
//! of a page.

use std::collections::BTreeSet;

use domain::ids::{GroupId, PersonId, SchoolId, SlotId, TextbookId};
use domain::textbook::entry::Lesson;
use domain::textbook::homework::{Due, HomeworkKind};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};
use uuid::Uuid;

use crate::cells::{self, Framing, Resource, Work};
use crate::rows::malformed;
use crate::shelf::Place;

pub(super) struct Ordered<'r> {
    row: &'r PgRow,
    at: usize,
}

impl<'r> Ordered<'r> {
    pub fn of(row: &'r PgRow) -> Self {
        Self { row, at: 0 }
    }

    pub fn next<T: Decode<'r, Postgres> + Type<Postgres>>(&mut self) -> Result<T, sqlx::Error> {
        self.at += 1;
        self.row.try_get(self.at - 1)
    }

    /// A column that this reading has no use for.
    pub fn skip(&mut self) {
        self.at += 1;
    }

    pub fn timestamp(&mut self) -> Result<Timestamp, sqlx::Error> {
        Ok(self.next::<jiff_sqlx::Timestamp>()?.to_jiff())
    }

    fn date(&mut self) -> Result<Date, sqlx::Error> {
        Ok(self.next::<jiff_sqlx::Date>()?.to_jiff())
    }

    fn time(&mut self) -> Result<Option<Time>, sqlx::Error> {
        Ok(self.next::<Option<jiff_sqlx::Time>>()?.map(jiff_sqlx::Time::to_jiff))
    }

    /// A column kept under the stored name of a value.
    pub fn named<T>(&mut self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
        parse(self.next()?).ok_or_else(|| malformed(column))
    }

    /// The columns `textbook`, `school`, `group_id`, `subject`.
    pub fn place(&mut self) -> Result<Place, sqlx::Error> {
        let (textbook, school, group) = (self.next()?, self.next()?, self.next()?);
        Ok(Place {
            textbook: TextbookId(textbook),
            school: SchoolId(school),
            group: GroupId(group),
            subject: self.next::<&str>()?.into(),
        })
    }

    /// The columns `slot`, `date`, `starts_at`, `minutes`, `ended_at`.
    pub fn lesson(&mut self) -> Result<Lesson, sqlx::Error> {
        Ok(Lesson {
            slot: self.next::<Option<Uuid>>()?.map(SlotId),
            date: self.date()?,
            starts_at: self.time()?.ok_or_else(|| malformed("starts_at"))?,
            minutes: u16::try_from(self.next::<i32>()?).map_err(|_| malformed("minutes"))?,
            ended_at: self.timestamp()?,
        })
    }

    /// The column `content`.
    pub fn content(&mut self) -> Result<Option<domain::personal::SealedCell>, sqlx::Error> {
        cells::cell(self.next()?, "content")
    }

    /// The column `framing`.
    pub fn framing(&mut self) -> Result<Framing, sqlx::Error> {
        Framing::of_column(self.next()?)
    }

    /// The column `resources`.
    pub fn resources(&mut self) -> Result<Vec<Resource>, sqlx::Error> {
        cells::resources_of(self.next()?, "resources")
    }

    /// The columns `due_on`, `due_slot`, `due_at`, `kind`, `estimate`, `written`, `audience`.
    pub fn work(&mut self) -> Result<Work, sqlx::Error> {
        let due = Due { on: self.date()?, slot: self.next::<Option<Uuid>>()?.map(SlotId), at: self.time()? };
        let kind = self.named("kind", HomeworkKind::parse)?;
        let estimate: Option<i32> = self.next()?;
        let minutes = estimate.map(u16::try_from).transpose().map_err(|_| malformed("estimate"))?;
        let written = self.next()?;
        let audience: Option<Vec<Uuid>> = self.next()?;
        let audience: BTreeSet<PersonId> = audience.into_iter().flatten().map(PersonId).collect();
        Ok(Work { due, kind, minutes, written, audience })
    }
}
