//! `/inspection`: what a mandate opens, and all that was ever written in it.

mod history;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use domain::access::Scope;
use domain::ids::{PersonId, SlotId, TextbookId};
use domain::inspection::look::Seen;
use jiff::civil::{Date, DateTime};
use projections::principal;
use serde::Deserialize;

use super::{Page, Shared, Visitor, Web, page, said};
use crate::facts::{Books, LessonAt, MandateBook, Standpoint};
use crate::problem::Problem;
use crate::web::inspector::{Mandate, TextbookLink, TextbooksPage};
use crate::web::layout::Role;
use history::Kept;

pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/inspection", get(mandates)).route("/inspection/cahiers/{textbook}", get(textbook))
}

/// An inspector, and the day on which they read.
struct Visit<'a> {
    web: &'a Web,
    inspector: PersonId,
    scope: Scope,
    local: DateTime,
}

impl<'a> Visit<'a> {
    fn open(web: &'a Web, Visitor(inspector): Visitor) -> Result<Self, Problem> {
        let books = web.app.register.read();
        let held = books.person(inspector).and_then(|book| book.roles.first()).ok_or_else(Problem::unknown)?;
        let local = books.schools.get(&held.school).ok_or_else(Problem::unknown)?.local(web.app.now());
        if !books.standpoints(inspector, local.date()).contains(&Standpoint::Inspector) {
            return Err(Problem::unknown());
        }
        let scope = books.scope(inspector, Standpoint::Inspector, local.date());
        Ok(Self { web, inspector, scope, local })
    }

    /// The lessons that are over and expected, of every textbook that may be read.
    fn all_held(&self) -> Vec<LessonAt> {
        let books = self.web.app.register.read();
        let held = self.scope.textbooks.iter().flat_map(|textbook| self.held(&books, *textbook));
        held.filter(LessonAt::is_expected).collect()
    }

    /// Of these lessons, those that are written and not withdrawn.
    async fn written(&self, held: &[LessonAt]) -> Result<HashSet<(SlotId, Date)>, Problem> {
        let days = || held.iter().map(|lesson| lesson.of);
        let Some(days) = days().min().zip(days().max()) else { return Ok(HashSet::new()) };
        let marks = principal::queries::written_marks(
            self.web.app.tables(principal::NAME)?,
            &self.scope,
            days,
            &BTreeSet::new(),
        )
        .await?;
        Ok(marks.into_iter().collect())
    }

    /// The lessons of a textbook that are over, in order, since the school writes here.
    fn held(&self, books: &Books, textbook: TextbookId) -> Vec<LessonAt> {
        books.lessons_over(textbook, self.clock(books, textbook))
    }

    /// The present hour at the school of a textbook.
    fn clock(&self, books: &Books, textbook: TextbookId) -> DateTime {
        books.school_of(textbook).map_or(self.local, |school| school.local(self.web.app.now()))
    }
}

fn mandate(books: &Books, book: &MandateBook, textbooks: Vec<TextbookLink>) -> Mandate {
    Mandate {
        school: books.schools.get(&book.school).map(|school| said::school(&school.identity.name)).unwrap_or_default(),
        opened_by: book.opened_by.map(|head| books.formal_name(head)).unwrap_or_default(),
        from: book.grant.from,
        to: book.grant.until,
        textbooks,
    }
}

async fn mandates(State(web): Shared, visitor: Visitor) -> Page {
    let visit = Visit::open(&web, visitor)?;
    let today = visit.local.date();
    // The list says how far each one is filled, as the page of each counts it.
    let held = visit.all_held();
    let ((), written) = tokio::try_join!(
        web.app.note_inspection(visit.inspector, visit.scope.textbooks.clone(), Seen::Filling),
        visit.written(&held),
    )?;
    let books = web.app.register.read();
    let filled = |lesson: &LessonAt| written.contains(&(lesson.slot, lesson.of));
    let counts = |lesson: &LessonAt| lesson.counts(filled(lesson), visit.clock(&books, lesson.textbook));
    let of = |textbook| held.iter().filter(move |lesson| lesson.textbook == textbook).filter(|lesson| counts(lesson));
    let own: Vec<&MandateBook> =
        books.mandates.values().filter(|book| book.grant.inspector == visit.inspector).collect();
    let link = |textbook: TextbookId| {
        let service = books.services.get(&textbook)?;
        Some(TextbookLink {
            class: said::group_of(&books, service.group),
            subject: said::subject(&books, service.school, &service.subject),
            teacher: said::teachers(&books, textbook, today),
            href: format!("/inspection/cahiers/{textbook}"),
            held: of(textbook).count() as u32,
            filled: of(textbook).filter(|lesson| filled(lesson)).count() as u32,
        })
    };
    let in_force = own.iter().filter(|book| !book.grant.closed && today <= book.grant.until);
    let views = in_force.map(|book| {
        let begun = book.grant.holds(today);
        let links = book.grant.textbooks.iter().filter(|_| begun).filter_map(|textbook| link(*textbook)).collect();
        mandate(&books, book, links)
    });
    let mandates = views.collect();
    let ended = own.iter().filter(|book| book.grant.closed || book.grant.until < today);
    let ended = ended.map(|book| book.closed_on.unwrap_or(book.grant.until)).max();
    drop(books);
    page(&TextbooksPage { layout: web.layout(Some(visitor), Some(Role::Inspector), "/inspection"), mandates, ended })
}

#[derive(Deserialize)]
struct Filtered {
    filtre: Option<String>,
}

async fn textbook(
    State(web): Shared,
    visitor: Visitor,
    Path(textbook): Path<TextbookId>,
    Query(filtered): Query<Filtered>,
) -> Page {
    let visit = Visit::open(&web, visitor)?;
    if !visit.scope.textbooks.contains(&textbook) {
        return Err(Problem::unknown());
    }
    let noted = web.app.note_inspection(visit.inspector, [textbook].into(), Seen::History);
    let ((), kept) = tokio::try_join!(noted, Kept::read(&visit, textbook))?;
    page(&kept.page(&visit, visitor, filtered.filtre.as_deref()))
}

/// A lesson of the timetable, where it is held, or one outside it.
type LessonKey = (Date, jiff::civil::Time, Option<SlotId>);
