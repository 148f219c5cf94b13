//! Lessons and work as a program reads them, their texts opened: once for a whole page.

use std::collections::{BTreeMap, HashMap};

use domain::actor::Actor;
use domain::ids::{EntryId, HomeworkId, PersonId, SlotId, TextbookId};
use domain::personal::SealedCell;
use domain::textbook::entry::{self, Purpose};
use domain::textbook::homework::HomeworkKind;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use projections::cells::{self, Work};
use projections::pupil::{EntryVersion, HomeworkVersion};
use serde::Serialize;

use crate::app::App;
use crate::facts::Books;
use crate::problem::Problem;

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
    /// When pupils and their guardians see it: after now, for who reads behind the scenes.
    #[schema(value_type = String, format = DateTime)]
    visible_from: Timestamp,
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
    /// None: forgotten, at the request of someone it was about.
    text: Option<String>,
    resources: Vec<Resource>,
    author: Author,
    revision: i32,
    #[schema(value_type = String, format = DateTime)]
    visible_from: Timestamp,
}

#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Due {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The lesson it is due for; none when it is due for a day.
    slot: Option<SlotId>,
    #[schema(value_type = Option<String>)]
    at: Option<Time>,
}

impl From<&Work> for Due {
    fn from(work: &Work) -> Self {
        Self { on: work.due.on, slot: work.due.slot, at: work.due.at }
    }
}

/// Texts of one page, opened.
#[derive(Default)]
pub struct Texts(HashMap<(String, i64, u16), String>);

impl Texts {
    pub async fn open(app: &App, cells: Vec<&SealedCell>) -> Result<Self, Problem> {
        let opened = app.vault.open(&cells).await?;
        let key = |cell: &SealedCell| (cell.stream.clone(), cell.sequence, cell.sealed.part);
        Ok(Self(cells.into_iter().zip(opened).filter_map(|(cell, text)| Some((key(cell), text?))).collect()))
    }

    pub fn of(&self, cell: Option<&SealedCell>) -> Option<String> {
        let cell = cell?;
        self.0.get(&(cell.stream.clone(), cell.sequence, cell.sealed.part)).cloned()
    }

    pub fn resources(&self, resources: &[cells::Resource]) -> Vec<Resource> {
        let one = |resource: &cells::Resource| Resource {
            title: self.of(resource.title.as_ref()),
            link: self.of(resource.link.as_ref()),
            purpose: resource.purpose,
        };
        resources.iter().map(one).collect()
    }
}

/// The sealed values of resources.
pub fn cells(resources: &[cells::Resource]) -> impl Iterator<Item = &SealedCell> {
    resources.iter().flat_map(|resource| resource.title.iter().chain(resource.link.iter()))
}

/// Opens the texts of entries and of work, and joins the work given in each lesson to its entry.
pub async fn entries(
    app: &App,
    rows: &[EntryVersion],
    given: &[HomeworkVersion],
) -> Result<Vec<WrittenEntry>, Problem> {
    let of_entries = rows.iter().flat_map(|row| row.content.iter().chain(cells(&row.resources)));
    let of_work = given.iter().flat_map(|row| row.text.iter().chain(cells(&row.resources)));
    let texts = Texts::open(app, of_entries.chain(of_work).collect()).await?;
    let books = app.register.read();
    let mut by_lesson: BTreeMap<EntryId, Vec<GivenHomework>> = BTreeMap::new();
    for row in given {
        by_lesson.entry(row.given_entry).or_default().push(one_homework(&books, &texts, row));
    }
    let entry = |row: &EntryVersion| WrittenEntry {
        entry: row.entry,
        textbook: row.place.textbook,
        subject: row.place.subject.clone(),
        lesson: (&row.lesson).into(),
        content: texts.of(row.content.as_ref()),
        resources: texts.resources(&row.resources),
        author: Author::of(&books, row.author),
        revision: row.revision,
        visible_from: row.visible_from,
        homework: by_lesson.remove(&row.entry).unwrap_or_default(),
    };
    Ok(rows.iter().map(entry).collect())
}

/// Opens the texts of work.
pub async fn homework(app: &App, rows: &[HomeworkVersion]) -> Result<Vec<GivenHomework>, Problem> {
    let cells = rows.iter().flat_map(|row| row.text.iter().chain(cells(&row.resources)));
    let texts = Texts::open(app, cells.collect()).await?;
    let books = app.register.read();
    Ok(rows.iter().map(|row| one_homework(&books, &texts, row)).collect())
}

fn one_homework(books: &Books, texts: &Texts, row: &HomeworkVersion) -> GivenHomework {
    GivenHomework {
        homework: row.homework,
        textbook: row.place.textbook,
        subject: row.place.subject.clone(),
        given_in: (&row.given_in).into(),
        due: (&row.work).into(),
        kind: row.work.kind,
        minutes: row.work.minutes,
        written: row.work.written,
        text: texts.of(row.text.as_ref()),
        resources: texts.resources(&row.resources),
        author: Author::of(books, row.author),
        revision: row.revision,
        visible_from: row.visible_from,
    }
}

impl WrittenEntry {
    /// Whether it is what was written of that lesson of the timetable.
    pub fn is_of(&self, slot: SlotId, date: Date) -> bool {
        self.lesson.slot == Some(slot) && self.lesson.date == date
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

impl GivenHomework {
    pub fn due(&self) -> &Due {
        &self.due
    }
}
