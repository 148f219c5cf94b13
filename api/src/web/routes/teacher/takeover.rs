//! `/enseignant/cahiers/{textbook}/reprise-de-service`: what was done and what is to be done, for who takes a class over.

use std::collections::HashSet;

use axum::extract::{Path, State};
use domain::actor::Capacity;
use domain::calendar::days_after;
use domain::directory::service::Assignment;
use domain::ids::TextbookId;

use super::textbook::Kept;
use super::{Desk, Page, Shared, Visitor, labels, page};
use crate::problem::Problem;
use crate::web::layout::Link;
use crate::web::pupil::{Homework, Resource};
use crate::web::routes::reading::held;
use crate::web::teacher::{Entry, TakeoverPage};

/// For how long after they begin a substitute is led here.
const NEW_DAYS: i64 = 21;
/// Lessons that are shown.
const LAST: usize = 5;
/// How far back: a textbook is of one school year.
const BEHIND_DAYS: i64 = 366;
/// How far ahead work may have been given already.
const AHEAD_DAYS: i64 = 120;

impl Desk<'_> {
    /// Where this teacher finds what was done in the textbooks they have just taken as a substitute.
    pub fn taken_over(&self) -> Vec<Link> {
        let (books, today) = (self.web.app.register.read(), self.local.date());
        let since = days_after(today, -NEW_DAYS).unwrap_or(today);
        let new = |held: &Assignment| {
            let mine = held.teacher == self.teacher && held.capacity == Capacity::Substitute;
            mine && held.holds(today) && held.from > since
        };
        let taken = books.services_of_teacher(self.teacher).filter(|service| service.assignments.iter().any(new));
        let link = |textbook: TextbookId| {
            let (class, subject) = labels(&books, textbook);
            let subject = self.of_school(&books, textbook, subject);
            Link {
                href: format!("/enseignant/cahiers/{textbook}/reprise-de-service"),
                text: format!("{class}, {subject}"),
            }
        };
        let mut links: Vec<Link> = taken.map(|service| link(service.textbook)).collect();
        links.sort_by(|a, b| a.text.cmp(&b.text));
        links
    }
}

pub async fn show(State(web): Shared, visitor: Visitor, Path(textbook): Path<TextbookId>) -> Page {
    let desk = Desk::with(&web, visitor, textbook)?;
    if !desk.scope.textbooks.contains(&textbook) {
        return Err(Problem::unknown());
    }
    let today = desk.local.date();
    let since = days_after(today, -BEHIND_DAYS).unwrap_or(today);
    let until = days_after(today, AHEAD_DAYS).unwrap_or(today);
    let here = format!("/enseignant/cahiers/{textbook}");
    let layout = desk.layout(&format!("{here}/reprise-de-service"));
    let kept = Kept::read(&desk, textbook, (since, until)).await?;
    let books = web.app.register.read();
    let (class, subject) = labels(&books, textbook);
    // The latest first, by the day of the timetable.
    let done = || kept.written.iter().filter(|row| !row.withdrawn && row.lesson.date <= today);
    let entry = |row: &projections::teacher::Entry| match held(&books, textbook, &row.lesson) {
        Some(lesson) => kept.lesson(&books, &desk, &lesson),
        None => kept.outside(&books, &desk, row),
    };
    let mut last: Vec<Entry> = done().map(entry).filter(|entry| entry.date <= today).collect();
    last.sort_by_key(|entry| std::cmp::Reverse((entry.date, entry.start)));
    last.truncate(LAST);
    let framing = done().map(|row| kept.texts.framing(&row.framing)).find(|framing| framing.sequence.is_some());
    let framing = framing.unwrap_or_default();
    let of_sequence = done()
        .filter(|row| framing.sequence.is_some() && kept.texts.framing(&row.framing).sequence == framing.sequence);
    let mut known = HashSet::new();
    let documents = of_sequence.flat_map(|row| kept.resources(row));
    let documents: Vec<Resource> = documents.filter(|document| known.insert(document.url.clone())).collect();
    let mut works: Vec<Homework> = kept.works.iter().map(|work| kept.homework(&books, &desk, work)).collect();
    works.retain(|work| work.due_on >= today);
    works.sort_by_key(|work| work.due_on);
    drop(books);
    page(&TakeoverPage { layout, class, subject, textbook: here, framing, documents, last, works })
}
