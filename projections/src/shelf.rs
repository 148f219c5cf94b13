//! The shelf: which textbook is whose. Every read model keeps its own, because only the opening of a textbook says it, and a read
//! model is rebuilt alone.

use std::sync::Arc;

use domain::event::Recorded;
use domain::ids::{GroupId, SchoolId, SchoolYear, TextbookId};
use domain::textbook::Event;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use crate::rows::{Held as _, Overlay, Row, textbook_events, textbook_of};
use crate::writing::{Writes, table};

/// Where a row belongs: what decides who sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub textbook: TextbookId,
    pub school: SchoolId,
    pub group: GroupId,
    /// Code of the school's list of subjects.
    pub subject: Arc<str>,
}

impl Place {
    /// The columns `textbook`, `school`, `group_id`, `subject`.
    pub(crate) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            textbook: TextbookId(row.try_get("textbook")?),
            school: SchoolId(row.try_get("school")?),
            group: GroupId(row.try_get("group_id")?),
            subject: row.try_get::<&str, _>("subject")?.into(),
        })
    }
}

/// A row of the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book {
    pub place: Place,
    pub year: SchoolYear,
}

/// The textbooks a fold has touched.
pub(crate) struct Shelf(Overlay<TextbookId, Book>);

const BOOKS: &str =
    "select t.textbook, t.school, t.group_id, t.subject, t.year from textbook t where t.textbook = any($1::uuid[])";

const COPY: &str = "copy textbook (textbook, school, group_id, year, subject) from stdin (format binary)";

pub(crate) const STATEMENTS: &[(&str, &str)] = &[("books", BOOKS)];

impl Row for Book {}

impl Shelf {
    pub fn new() -> Self {
        Self(Overlay::new())
    }

    pub async fn load(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        let touched = textbook_events(batch).map(|(_, event)| textbook_of(event));
        let mut wanted: Vec<Uuid> =
            touched.filter(|textbook| self.0.row(textbook).is_none()).map(|book| book.0).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        for row in sqlx::query(BOOKS).bind(wanted).fetch_all(connection).await? {
            let book = Book { place: Place::read(&row)?, year: SchoolYear(row.try_get("year")?) };
            self.0.found(book.place.textbook, book);
        }
        Ok(())
    }

    /// The place of what the event is about; its opening, which comes first in its stream, is shelved on the way.
    pub fn place(&mut self, event: &Event) -> Option<&Place> {
        let textbook = textbook_of(event);
        self.0.put(textbook, fold(event));
        self.0.row(&textbook).map(|book| &book.place)
    }

    /// A textbook is opened once: what is known already is not written again.
    pub fn flush(&mut self, writes: &mut Writes) -> Result<(), sqlx::Error> {
        Books::add(writes, self.0.changed().0.into_iter())?;
        self.0.written();
        Ok(())
    }

    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

table!(Books, book: Book, copy COPY, [
    book.place.textbook.0,
    book.place.school.0,
    book.place.group.0,
    book.year.0,
    &*book.place.subject,
]);

pub(crate) fn fold(event: &Event) -> Option<Book> {
    match event {
        Event::TextbookOpened { textbook, school, year, group, subject } => {
            let place = Place { textbook: *textbook, school: *school, group: *group, subject: subject.as_str().into() };
            Some(Book { place, year: *year })
        }
        Event::EntryPublished { .. }
        | Event::EntryRevised { .. }
        | Event::EntryWithdrawn { .. }
        | Event::HomeworkGiven { .. }
        | Event::HomeworkRevised { .. }
        | Event::HomeworkWithdrawn { .. } => None,
    }
}
