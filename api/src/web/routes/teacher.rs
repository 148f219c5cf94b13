//! `/enseignant`: the week, one textbook, and the form of a lesson.

mod about_me;
mod form;
mod glance;
mod lesson;
mod outside;
mod takeover;
mod textbook;
mod week;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use domain::access::Scope;
use domain::actor::{Actor, Capacity};
use domain::directory::service::Assignment;
use domain::ids::{PersonId, SchoolId, TextbookId};
use jiff::civil::{Date, DateTime};

use super::{Page, Shared, Visitor, Web, class, page, said, with_flash, workload};
use crate::facts::{Books, LessonAt, SchoolBook, ServiceBook, Standpoint, Unwritten};

use crate::problem::Problem;
use crate::web::layout::{Layout, Link, Role};
use crate::web::teacher::{CellState, EntryState, WorkloadPage};

pub fn routes() -> Router<Arc<Web>> {
    const LESSON: &str = "/enseignant/cahiers/{textbook}/seances/{slot}/{date}";
    const OUTSIDE: &str = "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}";
    Router::new()
        .route("/enseignant", get(week::show))
        .route("/enseignant/charge", get(glance::show))
        .route("/enseignant/moi", get(about_me::show))
        .route("/enseignant/cahiers/{textbook}", get(textbook::show))
        .route("/enseignant/cahiers/{textbook}/charge", get(load))
        .route("/enseignant/cahiers/{textbook}/reprise-de-service", get(takeover::show))
        .route(LESSON, get(lesson::show).post(lesson::publish))
        .route(&format!("{LESSON}/retirer"), post(lesson::withdraw))
        .route(&format!("{LESSON}/brouillon"), post(lesson::papers::save_draft))
        .route(&format!("{LESSON}/brouillon/jeter"), post(lesson::papers::discard_draft))
        .route(&format!("{LESSON}/note"), post(lesson::papers::save_note))
        .route("/enseignant/cahiers/{textbook}/hors-emploi-du-temps", get(outside::ask))
        .route(OUTSIDE, get(outside::show).post(outside::publish))
        .route(&format!("{OUTSIDE}/retirer"), post(outside::withdraw))
        .route(&format!("{OUTSIDE}/brouillon"), post(outside::save_draft))
        .route(&format!("{OUTSIDE}/brouillon/jeter"), post(outside::discard_draft))
        .route(&format!("{OUTSIDE}/note"), post(outside::save_note))
}

/// A teacher, and the school's present hour: that of the school of the textbook that is open, else of the first, when they teach in several.
struct Desk<'a> {
    web: &'a Web,
    teacher: PersonId,
    scope: Scope,
    local: DateTime,
    /// The school of the textbook that is open.
    of: Option<SchoolId>,
    /// The first school of this teacher, then the others whose textbooks are theirs.
    schools: Vec<SchoolId>,
    /// The present hour at the school of each of their textbooks.
    clocks: BTreeMap<TextbookId, DateTime>,
}

impl<'a> Desk<'a> {
    /// « M. Benali », who wrote in a textbook of this teacher; none when it was this teacher.
    fn colleague(&self, books: &Books, author: Actor) -> Option<String> {
        match author {
            Actor::Person(person) => (person != self.teacher).then(|| books.formal_name(person)),
            Actor::Import | Actor::Operator | Actor::Ledger => None,
        }
    }

    fn open(web: &'a Web, Visitor(teacher): Visitor) -> Result<Self, Problem> {
        let books = web.app.register.read();
        let school = books.services_of_teacher(teacher).next().map(|service| service.school);
        let school = school.or_else(|| Some(books.person(teacher)?.roles.first()?.school));
        let clock = |school: SchoolId| books.schools.get(&school).map(|school| school.local(web.app.now()));
        let school = school.ok_or_else(Problem::unknown)?;
        let local = clock(school).ok_or_else(Problem::unknown)?;
        let scope = books.scope(teacher, Standpoint::Teacher, local.date());
        let mut schools = vec![school];
        let mut clocks = BTreeMap::new();
        for service in scope.textbooks.iter().filter_map(|textbook| books.services.get(textbook)) {
            if !schools.contains(&service.school) {
                schools.push(service.school);
            }
            clocks.insert(service.textbook, clock(service.school).unwrap_or(local));
        }
        // A form tutor who teaches nothing for now has a class all the same.
        let tutors = |standpoint: &Standpoint| matches!(standpoint, Standpoint::FormTutor(_));
        let has_a_page = !scope.is_nothing() || books.standpoints(teacher, local.date()).iter().any(tutors);
        if has_a_page {
            Ok(Self { web, teacher, scope, local, of: None, schools, clocks })
        } else {
            Err(Problem::unknown())
        }
    }

    /// The same, with one textbook open: the day, the hour and the frame of the page are those of its school.
    fn with(web: &'a Web, visitor: Visitor, textbook: TextbookId) -> Result<Self, Problem> {
        let desk = Self::open(web, visitor)?;
        let books = web.app.register.read();
        let Some(school) = books.school_of(textbook).filter(|_| desk.clocks.contains_key(&textbook)) else {
            return Ok(desk);
        };
        let local = school.local(web.app.now());
        let scope = books.scope(desk.teacher, Standpoint::Teacher, local.date());
        Ok(Self { scope, local, of: Some(school.school), ..desk })
    }

    /// The frame of a page at this desk.
    fn layout(&self, here: &str) -> Layout {
        let layout = self.web.layout(Some(Visitor(self.teacher)), Some(Role::Teacher), here);
        let books = self.web.app.register.read();
        let Some(school) = self.of.and_then(|school| books.schools.get(&school)) else { return layout };
        Layout { school: Some(said::school(&school.identity.name)), now: self.local, ..layout }
    }

    /// Whether this teacher answers for the lessons of a service on a day. While somebody replaces them, a lesson is the substitute's.
    fn answers(&self, service: &ServiceBook, on: Date) -> bool {
        let mut holding = service.assignments.iter().filter(|held| held.holds(on));
        let replaced = |held: &Assignment| held.capacity == Capacity::Substitute && held.teacher != self.teacher;
        holding.clone().any(|held| held.teacher == self.teacher) && !holding.any(replaced)
    }

    /// The last day of this teacher in a service that is over for them, and will not begin again: they read its textbook, and write in it
    /// no more.
    fn ended_on(&self, books: &Books, textbook: TextbookId) -> Option<Date> {
        let today = self.local.date();
        let assignments = &books.services.get(&textbook)?.assignments;
        let mine = || assignments.iter().filter(|held| held.teacher == self.teacher);
        if mine().any(|held| held.until.is_none_or(|until| until >= today)) {
            return None;
        }
        mine().filter(|held| held.held_by(today)).filter_map(|held| held.until).max()
    }

    /// The lessons this teacher holds between two days, in order.
    fn lessons(&self, from: Date, until: Date) -> Vec<LessonAt> {
        let books = self.web.app.register.read();
        let mut lessons: Vec<LessonAt> = Vec::new();
        for service in books.services_of_teacher(self.teacher) {
            let held = books.lessons(service.textbook, from, until);
            lessons.extend(held.into_iter().filter(|at| self.answers(service, at.date)));
        }
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at));
        lessons
    }

    /// Where the timetable has lessons of this teacher that are held elsewhere, between two days.
    fn moved_away(&self, from: Date, until: Date) -> Vec<LessonAt> {
        let books = self.web.app.register.read();
        let mut lessons: Vec<LessonAt> = Vec::new();
        for service in books.services_of_teacher(self.teacher) {
            let away = books.moved_away(service.textbook, from, until);
            lessons.extend(away.into_iter().filter(|at| self.answers(service, at.of)));
        }
        lessons
    }

    /// By the clock of its own school. A colleague's lesson is of the first.
    fn is_over(&self, lesson: &LessonAt) -> bool {
        lesson.end() <= self.clock(lesson.textbook)
    }

    /// Whether it is in the figures, as the head reads them.
    fn counts(&self, lesson: &LessonAt, written: bool) -> bool {
        lesson.counts(written, self.clock(lesson.textbook))
    }

    /// What is said of a lesson that is not written, in the week as in its textbook.
    fn unwritten(&self, lesson: &LessonAt) -> Unwritten {
        Unwritten::at(lesson.start(), self.clock(lesson.textbook))
    }

    /// The same, outside the timetable: nobody expects it, and it is never missing.
    fn unwritten_outside(&self, textbook: TextbookId, start: DateTime) -> Unwritten {
        match Unwritten::at(start, self.clock(textbook)) {
            Unwritten::Missing => Unwritten::ToWrite,
            other => other,
        }
    }

    fn clock(&self, textbook: TextbookId) -> DateTime {
        *self.clocks.get(&textbook).unwrap_or(&self.local)
    }

    /// No lesson before this day can be missing: no school of this teacher wrote here yet.
    fn since(&self) -> Date {
        let books = self.web.app.register.read();
        let known = self.schools.iter().filter_map(|school| books.schools.get(school));
        known.map(|school| self.begins(school)).min().unwrap_or(self.local.date())
    }

    /// The day from which a lesson of this textbook can be missing.
    fn since_of(&self, books: &Books, textbook: TextbookId) -> Date {
        books.school_of(textbook).map_or(self.local.date(), |school| self.begins(school))
    }

    fn begins(&self, school: &SchoolBook) -> Date {
        let year = school.year_on(self.local.date()).map(|bounds| bounds.starts_on);
        year.map_or(school.since, |year| year.max(school.since))
    }

    /// The first day of the school year of this textbook.
    fn year_of(&self, books: &Books, textbook: TextbookId) -> Date {
        let service = books.services.get(&textbook);
        let year = service.and_then(|service| books.schools.get(&service.school)?.years.get(&service.year));
        year.map_or_else(|| self.since_of(books, textbook), |bounds| bounds.starts_on)
    }

    /// Those of these lessons that can be missing, each by its own school.
    fn since_theirs(&self, mut lessons: Vec<LessonAt>) -> Vec<LessonAt> {
        let books = self.web.app.register.read();
        lessons.retain(|lesson| lesson.date >= self.since_of(&books, lesson.textbook));
        lessons
    }

    /// The schools where they teach on a day; the first one when there is none.
    fn schools_on(&self, books: &Books, on: Date) -> Vec<SchoolId> {
        let mine = |held: &Assignment| held.teacher == self.teacher && held.holds(on);
        let teaches = |school: &&SchoolId| {
            let mut services = books.services_of_teacher(self.teacher).filter(|service| service.school == **school);
            services.any(|service| service.assignments.iter().any(mine))
        };
        let found: Vec<SchoolId> = self.schools.iter().filter(teaches).copied().collect();
        if found.is_empty() { self.schools.iter().take(1).copied().collect() } else { found }
    }

    /// A subject, with the school when this teacher has several.
    fn of_school(&self, books: &Books, textbook: TextbookId, subject: String) -> String {
        let school = books.school_of(textbook).filter(|_| self.schools.len() > 1);
        school.map_or(subject.clone(), |school| format!("{subject}, {}", said::school(&school.identity.name)))
    }
}

impl From<Unwritten> for CellState {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::ToCome => Self::ToCome,
            Unwritten::ToWrite => Self::ToWrite,
            Unwritten::Missing => Self::Empty,
        }
    }
}

impl From<Unwritten> for EntryState {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::ToCome => Self::ToCome,
            Unwritten::ToWrite => Self::ToWrite,
            Unwritten::Missing => Self::Empty,
        }
    }
}

fn labels(books: &Books, textbook: TextbookId) -> (String, String) {
    let Some(service) = books.services.get(&textbook) else { return Default::default() };
    (said::group_of(books, service.group), said::subject(books, service.school, &service.subject))
}

/// Why a lesson is not held, in the words of the page.
fn reason(lesson: &LessonAt) -> Option<String> {
    lesson.not_held.map(|because| said::not_held(because).to_owned())
}

async fn load(State(web): Shared, visitor: Visitor, Path(textbook): Path<TextbookId>) -> Page {
    let desk = Desk::with(&web, visitor, textbook)?;
    let group = {
        let books = web.app.register.read();
        // Of the team of today: who has left the class reads their own textbook still, and no longer counts its work.
        let today = desk.local.date();
        let of_team = |held: &Assignment| held.teacher == desk.teacher && held.holds(today);
        let service = books.services.get(&textbook).filter(|service| service.assignments.iter().any(of_team));
        service.map(|service| service.group)
    };
    let group = group.ok_or_else(Problem::unknown)?;
    let (days, until) = workload::ahead(&web.app, desk.teacher, group, desk.local.date()).await?;
    let (class, subject) = labels(&web.app.register.read(), textbook);
    let back = Link { href: format!("/enseignant/cahiers/{textbook}"), text: format!("Cahier de textes, {subject}") };
    let layout = desk.layout(&format!("/enseignant/cahiers/{textbook}/charge"));
    page(&WorkloadPage {
        layout,
        class,
        back: Some(back),
        glance: Some(glance::HERE.to_owned()),
        classes: vec![],
        chosen: String::new(),
        days,
        until,
    })
}
