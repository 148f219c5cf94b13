//! Work given in lessons of which nothing else is in sight: not written yet, or withdrawn.

use domain::ids::{EntryId, TextbookId};
use jiff::civil::Date;
use projections::teacher::queries::{self, Written};
use projections::teacher::{self, Task};

use super::super::lesson::At;
use super::super::{Desk, labels};
use super::{Sheet, said};
use crate::facts::Books;
use crate::problem::Problem;
use crate::web::routes::reading::end_of;
use crate::web::teacher::Cell;

/// Of the work given on these days, what is given in lessons of which nothing else is in sight.
pub async fn alone(
    desk: &Desk<'_>,
    textbooks: &[TextbookId],
    written: &[Written],
    (from, until): (Date, Date),
) -> Result<Vec<Task>, Problem> {
    let pool = desk.web.app.tables(teacher::NAME)?;
    let mut works = queries::tasks_between(pool, &desk.scope, textbooks, from, until).await?;
    let live = |entry: EntryId| written.iter().any(|row| !row.withdrawn && row.entry == entry);
    works.retain(|work| !work.withdrawn && !live(work.given_entry));
    Ok(works)
}

impl Sheet<'_> {
    /// Said of a lesson of which only the work is there.
    pub(super) fn given_note(&self, entry: EntryId) -> Option<String> {
        self.given.iter().any(|work| work.given_entry == entry).then(|| "travail donné".to_owned())
    }

    /// The same lessons outside the timetable, where nothing else says that there is a lesson.
    pub(super) fn given_outside(&self, books: &Books, date: Date) -> Vec<Cell> {
        let mut known: Vec<EntryId> = self.taken_entries().chain(self.written.iter().map(|row| row.entry)).collect();
        let mut cells = Vec::new();
        for work in self.given.iter().filter(|work| work.given_in.slot.is_none() && work.given_in.date == date) {
            if known.contains(&work.given_entry) {
                continue;
            }
            known.push(work.given_entry);
            let (textbook, lesson) = (work.place.textbook, &work.given_in);
            let (class, subject) = labels(books, textbook);
            let start = date.to_datetime(lesson.starts_at);
            let cell = Cell {
                start: lesson.starts_at,
                end: end_of(lesson.starts_at, lesson.minutes),
                class,
                subject,
                room: None,
                href: Some(At::written_outside(textbook, start).address()),
                not_held: None,
                notes: [said::OUTSIDE.to_owned()].into_iter().chain(self.given_note(work.given_entry)).collect(),
                state: self.desk.unwritten_outside(textbook, start).into(),
                draft: self.has_draft(textbook, work.given_entry),
            };
            cells.push(self.at_school(books, textbook, cell));
        }
        cells
    }

    /// Lessons of colleagues that are written in one's own textbook: they have cells of their own.
    fn taken_entries(&self) -> impl Iterator<Item = EntryId> {
        self.taken.iter().filter_map(|taken| Some(taken.at()?.lesson.entry(taken.own?)))
    }
}
