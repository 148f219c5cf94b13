//! `/enseignant`: the week, one textbook, and the form of a lesson.

mod about_me;
mod form;
mod lesson;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use domain::access::Scope;
use domain::calendar::{days_after, monday_of};
use domain::directory::service::Assignment;
use domain::ids::{EntryId, PersonId, SlotId, TextbookId};
use jiff::civil::{Date, DateTime};
use projections::teacher::queries::Written;
use projections::teacher::{Task, queries};
use serde::Deserialize;

use super::announce::Done;
use super::pupil::WeekOf;
use super::reading::{Texts, end_of};
use super::{Page, Shared, Visitor, Web, page, said, with_flash, workload};
use crate::facts::{Books, LessonAt, Standpoint};
use crate::problem::Problem;
use crate::web::layout::{Link, Role};
use crate::web::pupil::Homework;
use crate::web::teacher::{
    Cell, CellState, Day, Entry, EntryState, TextbookLink, TextbookPage, ToComplete, WeekPage, WorkloadPage,
};

pub fn routes() -> Router<Arc<Web>> {
    const LESSON: &str = "/enseignant/cahiers/{textbook}/seances/{slot}/{date}";
    Router::new()
        .route("/enseignant", get(week))
        .route("/enseignant/moi", get(about_me::show))
        .route("/enseignant/cahiers/{textbook}", get(textbook))
        .route("/enseignant/cahiers/{textbook}/charge", get(load))
        .route(LESSON, get(lesson::show).post(lesson::publish))
        .route(&format!("{LESSON}/retirer"), post(lesson::withdraw))
}

/// Entries of one textbook that are listed: a school year holds fewer.
const LISTED: i64 = 400;

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
                let substitute = |held: &&Assignment| held.capacity == domain::actor::Capacity::Substitute;
                service
                    .assignments
                    .iter()
                    .filter(substitute)
                    .any(|held| held.teacher != self.teacher && held.holds(date))
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
    let mine: Vec<TextbookId> = desk.scope.textbooks.iter().copied().collect();
    // Lessons may be written ahead: a year is far enough.
    let until = days_after(last_day.max(today), 366).unwrap_or(last_day);
    let written = queries::written_between(&web.app.reader, &desk.scope, &mine, since.min(monday), until).await?;
    let live = written.iter().filter(|row| !row.withdrawn);
    let filled: HashSet<(SlotId, Date)> = live.filter_map(|row| Some((row.slot?, row.date))).collect();
    let lessons = desk.lessons(monday, last_day);
    let summaries = summaries(&desk, &lessons, &written, monday).await?;
    let state = |lesson: &LessonAt| {
        let row = written.iter().find(|row| row.slot == Some(lesson.slot) && row.date == lesson.date);
        match row {
            Some(row) if row.withdrawn => CellState::Withdrawn,
            Some(row) => CellState::Filled { summary: summaries.get(&row.entry).cloned().unwrap_or_default() },
            None if lesson.not_held.is_some() => CellState::Cancelled { reason: reason(lesson) },
            None if desk.is_over(lesson) => CellState::Empty,
            None => CellState::ToCome,
        }
    };
    let past = desk.lessons(since, today);
    let books = web.app.register.read();
    let days = (0..6).filter_map(|number| days_after(monday, number)).map(|date| Day {
        date,
        note: note(&books, &desk, date),
        cells: lessons.iter().filter(|lesson| lesson.date == date).map(|at| cell(&books, at, state(at))).collect(),
    });
    let days: Vec<Day> =
        days.enumerate().filter(|(n, day)| *n < 5 || !day.cells.is_empty()).map(|(_, day)| day).collect();
    let missing = past.iter().filter(|at| {
        at.not_held.is_none()
            && desk.is_over(at)
            && !written.iter().any(|row| row.slot == Some(at.slot) && row.date == at.date)
    });
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

/// The first words of what is written in these lessons.
async fn summaries(
    desk: &Desk<'_>,
    lessons: &[LessonAt],
    written: &[Written],
    monday: Date,
) -> Result<HashMap<EntryId, String>, Problem> {
    let textbooks: HashSet<TextbookId> = lessons.iter().map(|lesson| lesson.textbook).collect();
    let dates: HashSet<Date> = lessons.iter().map(|lesson| lesson.date).collect();
    let mut rows = Vec::new();
    for textbook in textbooks {
        // The latest come first: no further back than this week.
        let since = written.iter().filter(|row| row.textbook == textbook && row.date >= monday).count() as i64;
        if since > 0 {
            rows.extend(queries::textbook(&desk.web.app.reader, &desk.scope, textbook, since).await?);
        }
    }
    rows.retain(|row| dates.contains(&row.lesson.date));
    let texts = Texts::open(&desk.web.app, rows.iter().filter_map(|row| row.content.as_ref()).collect()).await?;
    Ok(rows.iter().map(|row| (row.entry, first_words(&texts.of(row.content.as_ref())))).collect())
}

/// Why the withdrawn entries of a textbook were withdrawn.
async fn reasons(desk: &Desk<'_>, textbook: TextbookId) -> Result<HashMap<EntryId, String>, Problem> {
    let versions = projections::inspector::queries::textbook(&desk.web.app.reader, &desk.scope, textbook, None).await?;
    let withdrawn = || versions.iter().filter(|version| version.withdrawal() && version.work.is_none());
    let texts = Texts::open(&desk.web.app, withdrawn().filter_map(|version| version.reason.as_ref()).collect()).await?;
    let mut reasons = HashMap::new();
    for version in withdrawn() {
        // The latest withdrawal of an entry stands first.
        reasons.entry(version.entry).or_insert_with(|| texts.of(version.reason.as_ref()));
    }
    Ok(reasons)
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
            let of_this = |lesson: &&LessonAt| lesson.textbook == *textbook && lesson.not_held.is_none();
            let held = || past.iter().filter(of_this).filter(|lesson| desk.is_over(lesson));
            let written = held().filter(|lesson| filled.contains(&(lesson.slot, lesson.date)));
            let (held, filled) = (held().count() as u32, written.count() as u32);
            TextbookLink { class, subject, href: format!("/enseignant/cahiers/{textbook}"), held, filled }
        })
        .collect();
    links.sort_by(|a, b| (&a.class, &a.subject).cmp(&(&b.class, &b.subject)));
    links
}

/// Why a lesson is not held, in the words of the page.
fn reason(lesson: &LessonAt) -> Option<String> {
    lesson.not_held.map(|because| said::not_held(because).to_owned())
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
    let (since, today) = (desk.since(), desk.local.date());
    let pool = &web.app.reader;
    let written = queries::textbook(pool, &desk.scope, textbook, LISTED).await?;
    let works = queries::tasks_between(pool, &desk.scope, &[textbook], since, today).await?;
    let works: Vec<Task> = works.into_iter().filter(|work| !work.withdrawn).collect();
    let resources =
        written.iter().flat_map(|row| &row.resources).flat_map(|one| one.title.iter().chain(one.link.iter()));
    let cells = written.iter().filter_map(|row| row.content.as_ref()).chain(resources);
    let texts =
        Texts::open(&web.app, cells.chain(works.iter().filter_map(|work| work.text.as_ref())).collect()).await?;
    let reasons =
        if written.iter().any(|row| row.withdrawn) { reasons(&desk, textbook).await? } else { HashMap::new() };
    let books = web.app.register.read();
    let (class, subject) = labels(&books, textbook);
    let local = |at| books.school_of(textbook).map_or(desk.local, |school| school.local(at));
    let teacher = said::teachers(&books, textbook, today);
    let entry = |lesson: &LessonAt| {
        let row = written.iter().find(|row| row.lesson.slot == Some(lesson.slot) && row.lesson.date == lesson.date);
        let state = match row {
            None if lesson.not_held.is_some() => EntryState::Cancelled { reason: reason(lesson) },
            None => EntryState::Empty,
            Some(row) if row.withdrawn => EntryState::Withdrawn {
                reason: reasons.get(&row.entry).cloned().unwrap_or_default(),
                on: local(row.writing.recorded_at).date(),
            },
            Some(row) => EntryState::Published {
                content: texts.of(row.content.as_ref()),
                version: row.writing.revision as u32,
                visible_from: Some(local(row.writing.visible_from)).filter(|from| *from > desk.local),
            },
        };
        let given =
            works.iter().filter(|work| work.given_in.slot == Some(lesson.slot) && work.given_in.date == lesson.date);
        Entry {
            date: lesson.date,
            start: lesson.starts_at,
            href: address(textbook, lesson.slot, lesson.date),
            state,
            resources: row.map(|row| texts.resources(textbook, &row.resources)).unwrap_or_default(),
            homework: given
                .map(|work| homework(work, &texts, &subject, &teacher, local(work.writing.recorded_at).date()))
                .collect(),
        }
    };
    let mut over = books.lessons(textbook, since, today);
    over.retain(|lesson| desk.is_over(lesson));
    over.reverse();
    let entries: Vec<Entry> = over.iter().map(entry).collect();
    let held = || over.iter().zip(&entries).filter(|(lesson, _)| lesson.not_held.is_none());
    let filled = held().filter(|(_, entry)| matches!(entry.state, EntryState::Published { .. })).count() as u32;
    let held = held().count() as u32;
    drop(books);
    let here = format!("/enseignant/cahiers/{textbook}");
    let layout = with_flash(web.layout(Some(visitor), Some(Role::Teacher), &here), done.flash(today));
    let load = format!("{here}/charge");
    page(&TextbookPage { layout, class, subject, load, held, filled, entries, older: None })
}

async fn load(State(web): Shared, visitor: Visitor, Path(textbook): Path<TextbookId>) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let group = {
        let books = web.app.register.read();
        // Of the team of today: who has left the class reads their own textbook still, and no longer counts its work.
        let today = desk.local.date();
        let of_team = |held: &Assignment| held.teacher == desk.teacher && held.holds(today);
        let service = books.services.get(&textbook).filter(|service| service.assignments.iter().any(of_team));
        service.map(|service| service.group)
    };
    let group = group.ok_or_else(Problem::unknown)?;
    let (days, until) = workload::ahead(&web.app, group, desk.local.date()).await?;
    let (class, subject) = labels(&web.app.register.read(), textbook);
    let back = Link { href: format!("/enseignant/cahiers/{textbook}"), text: format!("Cahier de textes, {subject}") };
    let layout = web.layout(Some(visitor), Some(Role::Teacher), &format!("/enseignant/cahiers/{textbook}/charge"));
    page(&WorkloadPage { layout, class, back: Some(back), classes: vec![], chosen: String::new(), days, until })
}

fn homework(work: &Task, texts: &Texts, subject: &str, teacher: &str, written_on: Date) -> Homework {
    Homework {
        subject: subject.to_owned(),
        teacher: teacher.to_owned(),
        text: texts.of(work.text.as_ref()),
        kind: Some(said::kind(work.work.kind).to_owned()),
        minutes: work.work.minutes.map(u32::from),
        given_on: work.given_in.date,
        due_on: work.work.due.on,
        in_writing: work.work.written,
        revised_on: (work.writing.revision > 1).then_some(written_on),
        resources: vec![],
        textbook: None,
    }
}
