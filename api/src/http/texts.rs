//! Lessons and work as a program reads them, their texts opened: once for a whole page.

mod former;

use std::collections::HashMap;

use domain::actor::Actor;
use domain::calendar::LessonOn;
use domain::ids::{EntryId, HomeworkId, PersonId, SchoolId, SlotId, TextbookId};
use domain::personal::SealedCell;
use domain::textbook::entry::{self, Purpose};
use domain::textbook::file::{File, Media};
use domain::textbook::homework::HomeworkKind;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use projections::cells::{self, Work};
use projections::pupil::{EntryVersion, HomeworkVersion};
use serde::Serialize;

use crate::app::App;
use crate::facts::Books;
use crate::problem::Problem;

pub use former::FormerHomework;

/// A lesson, in the hours of the school.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Lesson {
    /// None outside the timetable.
    slot: Option<SlotId>,
    #[schema(value_type = String, format = Date)]
    date: Date,
    #[schema(value_type = String)]
    starts_at: Time,
    minutes: u16,
}

impl From<&entry::Lesson> for Lesson {
    fn from(lesson: &entry::Lesson) -> Self {
        Self { slot: lesson.slot, date: lesson.date, starts_at: lesson.starts_at, minutes: lesson.minutes }
    }
}

/// Who wrote it.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Author {
    /// None for the machine itself.
    person: Option<PersonId>,
    /// « Mme Vidal »
    name: String,
}

impl Author {
    pub fn of(books: &Books, actor: Actor) -> Self {
        let person = actor.person();
        Self { person, name: person.map_or_else(|| actor.to_string(), |person| books.formal_name(person)) }
    }
}

#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Resource {
    /// None: forgotten.
    title: Option<String>,
    link: Option<String>,
    purpose: Purpose,
    /// Instead of a link.
    file: Option<AttachedFile>,
}

/// A file that goes with a resource: read at `/api/v1/textbooks/{id}/files/{file}`.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct AttachedFile {
    file: String,
    bytes: u64,
    media: Media,
}

impl From<&File> for AttachedFile {
    fn from(file: &File) -> Self {
        Self { file: file.address.to_string(), bytes: file.bytes, media: file.media }
    }
}

/// What was done in a lesson.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct WrittenEntry {
    entry: EntryId,
    textbook: TextbookId,
    /// Code of the school's list of subjects.
    subject: String,
    lesson: Lesson,
    /// None: forgotten, at the request of someone it was about.
    content: Option<String>,
    resources: Vec<Resource>,
    author: Author,
    /// 1 is the first text.
    revision: i32,
    /// The day from which this text is read, when it is not the first.
    #[schema(value_type = Option<String>, format = Date)]
    revised_on: Option<Date>,
    #[serde(flatten)]
    release: Release,
    /// The sequence it belongs to, as the teacher words it.
    sequence: Option<String>,
    /// The item of the programme.
    programme: Option<String>,
    /// The work given in this lesson.
    homework: Vec<GivenHomework>,
}

/// Work to do.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct GivenHomework {
    homework: HomeworkId,
    textbook: TextbookId,
    subject: String,
    given_in: Lesson,
    due: Due,
    kind: HomeworkKind,
    /// Estimated work of a pupil.
    minutes: Option<u16>,
    /// Whether it is to be done in writing.
    written: bool,
    /// Whether it is for some pupils of the group only. Who they are is for the team.
    for_part_of_group: bool,
    /// None: forgotten, at the request of someone it was about.
    text: Option<String>,
    resources: Vec<Resource>,
    author: Author,
    revision: i32,
    /// The day from which this version is read, when it is not the first.
    #[schema(value_type = Option<String>, format = Date)]
    revised_on: Option<Date>,
    #[serde(flatten)]
    release: Release,
    /// What it said before it was last changed, as its readers could read it; none when nothing they see is different.
    former: Option<FormerHomework>,
}

#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Due {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The lesson it is due for; none when it is due for a day.
    slot: Option<SlotId>,
    #[schema(value_type = Option<String>)]
    at: Option<Time>,
    /// The day for which it was given, when its lesson is held on another now.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    given_for: Option<Date>,
}

/// As it was written.
impl From<&Work> for Due {
    fn from(work: &Work) -> Self {
        Self { on: work.due.on, slot: work.due.slot, at: work.due.at, given_for: None }
    }
}

impl Due {
    /// Where the lesson it is for is held now.
    fn held(books: &Books, textbook: TextbookId, work: &Work) -> Self {
        let Some(lesson) = books.due_lesson(textbook, &work.due) else { return work.into() };
        let given_for = Some(work.due.on).filter(|on| *on != lesson.date);
        Self { on: lesson.date, slot: work.due.slot, at: Some(lesson.starts_at), given_for }
    }
}

/// When pupils and their guardians see it. To them nothing is said: what they receive is visible.
#[derive(Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Release {
    /// The day, for who reads behind the scenes.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    visible_on: Option<Date>,
    /// The instant, for its author alone.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    visible_from: Option<Timestamp>,
}

/// With whose eyes a page is read.
#[derive(Clone, Copy)]
pub enum Eyes {
    /// Of who reads what is released.
    Released,
    /// Of this person, behind the scenes.
    Behind(PersonId),
}

impl Eyes {
    fn release(self, books: &Books, row: (SchoolId, Actor, Timestamp)) -> Release {
        let ((school, author, from), Self::Behind(reader)) = (row, self) else { return Release::default() };
        let own = author == Actor::Person(reader);
        Release { visible_on: Some(day(books, school, from)), visible_from: own.then_some(from) }
    }
}

/// What a page is made of, besides its rows.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    pub books: &'a Books,
    pub eyes: Eyes,
    /// What its revised works said before.
    pub formers: &'a [HomeworkVersion],
}

/// The day of a school at an instant.
pub fn day(books: &Books, school: SchoolId, at: Timestamp) -> Date {
    books.schools.get(&school).map_or_else(|| TimeZone::UTC.to_datetime(at), |school| school.local(at)).date()
}

/// Texts of one page, opened: by the stream, the version and the place in it that each was sealed for.
#[derive(Default)]
pub struct Texts<'a>(HashMap<(&'a str, i64, u16), String, rapidhash::fast::RandomState>);

fn address(cell: &SealedCell) -> (&str, i64, u16) {
    (&cell.stream, cell.sequence, cell.sealed.part())
}

impl<'a> Texts<'a> {
    pub async fn open(app: &App, cells: Vec<&'a SealedCell>) -> Result<Self, Problem> {
        let opened = app.vault.open(&cells).await?;
        Ok(Self(cells.into_iter().zip(opened).filter_map(|(cell, text)| Some((address(cell), text?))).collect()))
    }

    /// The texts of entries and of work, in one pass.
    pub async fn of_rows(
        app: &App,
        entries: &'a [EntryVersion],
        work: impl IntoIterator<Item = &'a HomeworkVersion>,
    ) -> Result<Self, Problem> {
        let of_entry =
            |row: &'a EntryVersion| row.content.iter().chain(row.framing.cells()).chain(cells(&row.resources));
        let of_entries = entries.iter().flat_map(of_entry);
        let of_work = work.into_iter().flat_map(|row| row.text.iter().chain(cells(&row.resources)));
        Self::open(app, of_entries.chain(of_work).collect()).await
    }

    pub fn of(&self, cell: Option<&SealedCell>) -> Option<String> {
        self.0.get(&address(cell?)).cloned()
    }

    pub fn resources(&self, resources: &[cells::Resource]) -> Vec<Resource> {
        let one = |resource: &cells::Resource| Resource {
            title: self.of(resource.title.as_ref()),
            link: self.of(resource.link.as_ref()),
            purpose: resource.purpose,
            file: resource.file.as_ref().map(AttachedFile::from),
        };
        resources.iter().map(one).collect()
    }

    /// Entries, each with the work given in its lesson: `given` names it by its entry.
    pub fn entries(
        &self,
        page: Read<'_>,
        rows: &[EntryVersion],
        given: impl IntoIterator<Item = (EntryId, GivenHomework)>,
    ) -> Vec<WrittenEntry> {
        let mut by_lesson: HashMap<EntryId, Vec<GivenHomework>> = HashMap::new();
        for (entry, work) in given {
            by_lesson.entry(entry).or_default().push(work);
        }
        let Read { books, eyes, .. } = page;
        let entry = |row: &EntryVersion| WrittenEntry {
            entry: row.entry,
            textbook: row.place.textbook,
            subject: row.place.subject.to_string(),
            lesson: (&row.lesson).into(),
            content: self.of(row.content.as_ref()),
            sequence: self.of(row.framing.sequence.as_ref()),
            programme: self.of(row.framing.programme.as_ref()),
            resources: self.resources(&row.resources),
            author: Author::of(books, row.author),
            revision: row.revision,
            revised_on: row.modified().then(|| day(books, row.place.school, row.visible_from)),
            release: eyes.release(books, (row.place.school, row.author, row.visible_from)),
            homework: by_lesson.remove(&row.entry).unwrap_or_default(),
        };
        rows.iter().map(entry).collect()
    }

    pub fn homework(&self, page: Read<'_>, row: &HomeworkVersion) -> GivenHomework {
        let Read { books, eyes, formers } = page;
        let key = |work: &HomeworkVersion| (work.place.textbook, work.homework);
        let former = formers.iter().find(|former| key(former) == key(row));
        GivenHomework {
            homework: row.homework,
            textbook: row.place.textbook,
            subject: row.place.subject.to_string(),
            given_in: (&row.given_in).into(),
            due: Due::held(books, row.place.textbook, &row.work),
            kind: row.work.kind,
            minutes: row.work.minutes,
            written: row.work.written,
            for_part_of_group: !row.work.audience.is_empty(),
            text: self.of(row.text.as_ref()),
            resources: self.resources(&row.resources),
            author: Author::of(books, row.author),
            revision: row.revision,
            revised_on: row.modified().then(|| day(books, row.place.school, row.visible_from)),
            release: eyes.release(books, (row.place.school, row.author, row.visible_from)),
            former: former.and_then(|former| self.former(books, former, row)),
        }
    }
}

/// The sealed values of resources.
pub fn cells(resources: &[cells::Resource]) -> impl Iterator<Item = &SealedCell> {
    resources.iter().flat_map(|resource| resource.title.iter().chain(resource.link.iter()))
}

impl WrittenEntry {
    /// Whether it is what was written of that lesson of the timetable, wherever it is held.
    pub fn is_of(&self, lesson: LessonOn) -> bool {
        self.lesson.slot == Some(lesson.slot) && self.lesson.date == lesson.date
    }

    pub fn date(&self) -> Date {
        self.lesson.date
    }

    /// When it began, and how long it lasted.
    pub fn hours(&self) -> (Time, u16) {
        (self.lesson.starts_at, self.lesson.minutes)
    }

    pub fn slot(&self) -> Option<SlotId> {
        self.lesson.slot
    }

    pub fn textbook(&self) -> TextbookId {
        self.textbook
    }
}
