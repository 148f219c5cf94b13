//! `/enseignant`: the week, one textbook, and the form of a lesson.

mod form;
mod lesson;

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use domain::access::Scope;
use domain::calendar::{days_after, monday_of};
use domain::ids::{PersonId, SlotId, TextbookId};
use jiff::civil::{Date, DateTime};
use projections::teacher::queries;
use serde::Deserialize;

use super::announce::Done;
use super::pupil::WeekOf;
use super::reading::{Texts, end_of};
use super::{Page, Shared, Visitor, Web, page, said, with_flash};
use crate::facts::{Books, LessonAt, Standpoint};
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::teacher::{Cell, CellState, Day, Entry, EntryState, TextbookLink, TextbookPage, ToComplete, WeekPage};

pub fn routes() -> Router<Arc<Web>> {
    const LESSON: &str = "/enseignant/cahiers/{textbook}/seances/{slot}/{date}";
    Router::new()
        .route("/enseignant", get(week))
        .route("/enseignant/cahiers/{textbook}", get(textbook))
        .route(LESSON, get(lesson::show).post(lesson::publish))
        .route(&format!("{LESSON}/retirer"), post(lesson::withdraw))
}

/// A teacher, and the school's present hour.
struct Desk<'a> {
    web: &'a Web,
    teacher: PersonId,
    scope: Scope,
    local: DateTime,
}

impl<'a> Desk<'a> {
    fn open(web: &'a Web, Visitor(teacher): Visitor) -> Result<Self, Problem> {
        let books = web.app.register.read();
        let school = books.services_of_teacher(teacher).next().map(|service| service.school);
        let local = school.and_then(|school| books.schools.get(&school)).map(|school| school.local(web.app.now()));
        let local = local.ok_or_else(Problem::unknown)?;
        let scope = books.scope(teacher, Standpoint::Teacher, local.date());
        if scope.is_nothing() { Err(Problem::unknown()) } else { Ok(Self { web, teacher, scope, local }) }
    }

    /// The lessons this teacher holds between two days, in order.
    fn lessons(&self, from: Date, until: Date) -> Vec<LessonAt> {
        let books = self.web.app.register.read();
        let mut lessons: Vec<LessonAt> = Vec::new();
        for service in books.services_of_teacher(self.teacher) {
            let mine = |date| service.assignments.iter().any(|held| held.teacher == self.teacher && held.holds(date));
            // While somebody replaces them, the lesson is the substitute's to write.
            let replaced = |date| {
                let substitute = |held: &&domain::directory::service::Assignment| held.capacity == domain::actor::Capacity::Substitute;
                service.assignments.iter().filter(substitute).any(|held| held.teacher != self.teacher && held.holds(date))
            };
            let held = books.lessons(service.textbook, from, until);
            lessons.extend(held.into_iter().filter(|at| mine(at.date) && !replaced(at.date)));
        }
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at));
        lessons
    }

    fn is_over(&self, lesson: &LessonAt) -> bool {
        lesson.date.to_datetime(end_of(lesson.starts_at, lesson.minutes)) <= self.local
    }

    /// No lesson before this day can be missing: the school did not write here yet.
    fn since(&self) -> Date {
        let books = self.web.app.register.read();
        let service = books.services_of_teacher(self.teacher).next();
        let school = service.and_then(|service| books.schools.get(&service.school));
        let year = school.and_then(|school| school.year_on(self.local.date())).map(|bounds| bounds.starts_on);
        school.map(|school| school.since).max(year).unwrap_or(self.local.date())
    }
}

fn labels(books: &Books, textbook: TextbookId) -> (String, String) {
    let Some(service) = books.services.get(&textbook) else { return Default::default() };
    (said::group_of(books, service.group), said::subject(books, service.school, &service.subject))
}

fn address(textbook: TextbookId, slot: SlotId, date: Date) -> String {
    format!("/enseignant/cahiers/{textbook}/seances/{slot}/{date}")
}

#[derive(Deserialize)]
struct WeekAndDone {
    #[serde(flatten)]
    of: WeekOf,
    #[serde(flatten)]
    done: Done,
}

async fn week(State(web): Shared, visitor: Visitor, Query(WeekAndDone { of, done }): Query<WeekAndDone>) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let today = desk.local.date();
    let monday = monday_of(of.semaine.unwrap_or(today));
    let last_day = days_after(monday, 5).unwrap_or(monday);
    let since = desk.since();
    let (from, until) = (since.min(monday), last_day.max(today));
    let written = queries::written_between(&web.app.reader, &desk.scope, from, until).await?;
    let texts = Texts::open(&web.app, written.iter().filter_map(|row| row.content.as_ref()).collect()).await?;
    let filled: HashSet<(SlotId, Date)> =
        written.iter().filter(|row| !row.withdrawn).filter_map(|row| Some((row.lesson.slot?, row.lesson.date))).collect();
    let state = |lesson: &LessonAt| {
        let row = written.iter().find(|row| row.lesson.slot == Some(lesson.slot) && row.lesson.date == lesson.date);
        match row {
            Some(row) if row.withdrawn => CellState::Withdrawn,
            Some(row) => CellState::Filled { summary: first_words(&texts.of(row.content.as_ref())) },
            None if desk.is_over(lesson) => CellState::Empty,
            None => CellState::ToCome,
        }
    };
    let lessons = desk.lessons(monday, last_day);
    let past = desk.lessons(since, today);
    let books = web.app.register.read();
    let days = (0..6).filter_map(|number| days_after(monday, number)).map(|date| Day {
        date,
        note: note(&books, &desk, date),
        cells: lessons.iter().filter(|lesson| lesson.date == date).map(|lesson| cell(&books, lesson, state(lesson))).collect(),
    });
    let days: Vec<Day> = days.enumerate().filter(|(n, day)| *n < 5 || !day.cells.is_empty()).map(|(_, day)| day).collect();
    let missing = past.iter().filter(|lesson| desk.is_over(lesson) && !filled.contains(&(lesson.slot, lesson.date)));
    let to_complete = missing.map(|lesson| to_complete(&books, lesson)).collect();
    let here = |monday: Date| format!("/enseignant?semaine={monday}");
    let textbooks = textbooks(&books, &desk, &past, &filled);
    drop(books);
    page(&WeekPage {
        layout: with_flash(web.layout(Some(visitor), Some(Role::Teacher), "/enseignant"), done.flash(today)),
        monday,
        last_day: days.last().map_or(last_day, |day| day.date),
        previous: days_after(monday, -7).map(here),
        next: days_after(monday, 7).map(here),
        present: (monday != monday_of(today)).then(|| "/enseignant".to_owned()),
        days,
        to_complete,
        textbooks,
    })
}

fn note(books: &Books, desk: &Desk<'_>, date: Date) -> Option<String> {
    let service = books.services_of_teacher(desk.teacher).next()?;
    let closures = books.schools.get(&service.school)?.closures.values().flatten();
    closures.into_iter().find(|closure| closure.holds(date)).map(|closure| closure.label.clone())
}

fn cell(books: &Books, lesson: &LessonAt, state: CellState) -> Cell {
    let (class, subject) = labels(books, lesson.textbook);
    Cell {
        start: lesson.starts_at,
        end: end_of(lesson.starts_at, lesson.minutes),
        class,
        subject,
        room: lesson.room.clone(),
        href: address(lesson.textbook, lesson.slot, lesson.date),
        state,
    }
}

fn to_complete(books: &Books, lesson: &LessonAt) -> ToComplete {
    let (class, subject) = labels(books, lesson.textbook);
    let href = address(lesson.textbook, lesson.slot, lesson.date);
    ToComplete { date: lesson.date, start: lesson.starts_at, class, subject, href }
}

fn textbooks(books: &Books, desk: &Desk<'_>, past: &[LessonAt], filled: &HashSet<(SlotId, Date)>) -> Vec<TextbookLink> {
    let mut links: Vec<TextbookLink> = desk
        .scope
        .textbooks
        .iter()
        .map(|textbook| {
            let (class, subject) = labels(books, *textbook);
            let held = || past.iter().filter(|lesson| lesson.textbook == *textbook && desk.is_over(lesson));
            let written = held().filter(|lesson| filled.contains(&(lesson.slot, lesson.date)));
            let (held, filled) = (held().count() as u32, written.count() as u32);
            TextbookLink { class, subject, href: format!("/enseignant/cahiers/{textbook}"), held, filled }
        })
        .collect();
    links.sort_by(|a, b| (&a.class, &a.subject).cmp(&(&b.class, &b.subject)));
    links
}

/// The beginning of a text, for a cell.
fn first_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 70 { line.to_owned() } else { line.chars().take(68).collect::<String>() + "…" }
}

async fn textbook(
    State(web): Shared,
    visitor: Visitor,
    Path(textbook): Path<TextbookId>,
    Query(done): Query<Done>,
) -> Page {
    let desk = Desk::open(&web, visitor)?;
    if !desk.scope.textbooks.contains(&textbook) {
        return Err(Problem::unknown());
    }
    let written = queries::textbook(&web.app.reader, &desk.scope, textbook, 400).await?;
    let works = queries::tasks(&web.app.reader, &desk.scope, textbook).await?;
    let cells = written.iter().flat_map(|row| row.content.iter().chain(row.reason.iter()));
    let texts = Texts::open(&web.app, cells.chain(works.iter().filter_map(|work| work.text.as_ref())).collect()).await?;
    let (since, today) = (desk.since(), desk.local.date());
    let books = web.app.register.read();
    let lessons = books.lessons(textbook, since, today);
    let mut entries: Vec<Entry> = Vec::new();
    for lesson in lessons.iter().filter(|lesson| desk.is_over(lesson)) {
        let row = written.iter().find(|row| row.lesson.slot == Some(lesson.slot) && row.lesson.date == lesson.date);
        let local = |at| books.school_of(textbook).map_or(desk.local, |school| school.local(at));
        let state = match row {
            None => EntryState::Empty,
            Some(row) if row.withdrawn => {
                EntryState::Withdrawn { reason: texts.of(row.reason.as_ref()), on: local(row.recorded_at).date() }
            }
            Some(row) => EntryState::Published {
                content: texts.of(row.content.as_ref()),
                version: row.revision as u32,
                visible_from: Some(local(row.visible_from)).filter(|from| *from > desk.local),
            },
        };
        entries.push(Entry {
            date: lesson.date,
            start: lesson.starts_at,
            href: address(textbook, lesson.slot, lesson.date),
            state,
            resources: vec![],
            homework: vec![],
        });
    }
    entries.reverse();
    let filled = entries.iter().filter(|entry| matches!(entry.state, EntryState::Published { .. })).count() as u32;
    let (class, subject) = labels(&books, textbook);
    let held = entries.len() as u32;
    drop(books);
    let here = format!("/enseignant/cahiers/{textbook}");
    let layout = with_flash(web.layout(Some(visitor), Some(Role::Teacher), &here), done.flash(today));
    page(&TextbookPage { layout, class, subject, held, filled, entries, older: None })
}
