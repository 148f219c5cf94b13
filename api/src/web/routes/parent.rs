//! `/parent`, and `/accompagnement`: what a parent reads of a child, and an AESH of a pupil they accompany.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use domain::access;
use domain::ids::{PersonId, TextbookId};
use jiff::civil::Date;

use super::pupil::{Older, WeekOf};
use super::reading::{Reading, before};
use super::{Page, Shared, Visitor, Web, page, said};
use crate::facts::{Books, PersonBook, Standpoint};
use crate::problem::Problem;
use crate::web::layout::{Layout, Link, Role};
use crate::web::parent::{
    Child, ChildHead, ChildHomeworkPage, ChildLoadPage, ChildPage, ChildTextbookPage, HomePage, Objection, SubjectLink,
};

type Of = (Shared, Visitor, Path<PersonId>);
type OfWeek = (Shared, Visitor, Path<PersonId>, Query<WeekOf>);
type OfBook = (Shared, Visitor, Path<(PersonId, TextbookId)>, Query<Older>);

pub fn routes() -> Router<Arc<Web>> {
    const PARENT: Side = Side::Parent;
    const AESH: Side = Side::Companion;
    Router::new()
        .route("/parent", get(|a, b| home(PARENT, a, b)))
        .route("/parent/enfants/{pupil}", get(|a, b, c, d| child(PARENT, (a, b, c, d))))
        .route("/parent/enfants/{pupil}/travail", get(|a, b, c| homework(PARENT, (a, b, c))))
        .route("/parent/enfants/{pupil}/charge", get(|a, b, c| load(PARENT, (a, b, c))))
        .route("/parent/enfants/{pupil}/cahiers/{textbook}", get(|a, b, c, d| textbook(PARENT, (a, b, c, d))))
        .route("/accompagnement", get(|a, b| home(AESH, a, b)))
        .route("/accompagnement/eleves/{pupil}", get(|a, b, c, d| child(AESH, (a, b, c, d))))
        .route("/accompagnement/eleves/{pupil}/travail", get(|a, b, c| homework(AESH, (a, b, c))))
        .route("/accompagnement/eleves/{pupil}/charge", get(|a, b, c| load(AESH, (a, b, c))))
        .route("/accompagnement/eleves/{pupil}/cahiers/{textbook}", get(|a, b, c, d| textbook(AESH, (a, b, c, d))))
}

/// From where a child is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Parent,
    Companion,
}

impl Side {
    fn role(self) -> Role {
        match self {
            Self::Parent => Role::Parent,
            Self::Companion => Role::Companion,
        }
    }

    fn address(self, pupil: PersonId) -> String {
        match self {
            Self::Parent => format!("/parent/enfants/{pupil}"),
            Self::Companion => format!("/accompagnement/eleves/{pupil}"),
        }
    }

    fn home(self) -> Link {
        let text = match self {
            Self::Parent => "Mes enfants",
            Self::Companion => "Mes élèves",
        };
        Link { href: self.role().home().to_owned(), text: text.to_owned() }
    }

    fn reading(self, web: &Web, Visitor(adult): Visitor, pupil: PersonId) -> Result<Reading<'_>, Problem> {
        let standpoint = match self {
            Self::Parent => Standpoint::Guardian(pupil),
            Self::Companion => Standpoint::Companion(pupil),
        };
        Reading::open(&web.app, adult, standpoint, pupil, self.address(pupil))
    }

    /// The children this adult may read of, with what they read, in the order of their names. A relative without any right has children
    /// here and reads nothing of them.
    fn children(self, web: &Web, Visitor(adult): Visitor) -> Vec<(PersonId, Reading<'_>)> {
        let mut children: Vec<PersonId> = {
            let books = web.app.register.read();
            let mut children: Vec<PersonId> = match self {
                Self::Parent => books.children(adult).collect(),
                Self::Companion => books.accompanied(adult).collect(),
            };
            children.sort_by_key(|child| books.person(*child).map(PersonBook::full));
            children
        };
        let readings = children.drain(..).map(|child| (child, self.reading(web, Visitor(adult), child)));
        readings.filter_map(|(child, reading)| Some((child, reading.ok()?))).collect()
    }
}

/// The children who, of age, object to being read by this adult: they are told so, and nothing else.
fn objections(web: &Web, visitor: Visitor) -> Vec<Objection> {
    let today = web.layout(Some(visitor), None, "/").today();
    let books = web.app.register.read();
    let told = |(child, since)| Objection {
        given_name: books.person(child).map(PersonBook::given).unwrap_or_default(),
        since,
    };
    books.objections(visitor.0, today).into_iter().map(told).collect()
}

async fn home(side: Side, State(web): Shared, visitor: Visitor) -> Page {
    let mut cards = Vec::new();
    let children = side.children(&web, visitor);
    let several = children.iter().any(|(_, reading)| reading.school != children[0].1.school);
    for (pupil, reading) in children {
        let homework = reading.homework_ahead().await?.into_iter().filter(|work| work.due_on > reading.today());
        let homework = homework.collect();
        let next_day = reading.next_school_day();
        let books = web.app.register.read();
        cards.push(Child {
            given_name: books.person(pupil).map(PersonBook::given).unwrap_or_default(),
            class: said::class_of(&books, pupil, reading.today()),
            school: school_name(&books, &reading).filter(|_| several),
            href: reading.base.clone(),
            now: reading.local,
            next_day,
            homework,
        });
    }
    if side == Side::Companion && !web.roles(visitor).contains(&Role::Companion) {
        return Err(Problem::unknown());
    }
    let objections = if side == Side::Parent { objections(&web, visitor) } else { vec![] };
    let layout = web.layout(Some(visitor), Some(side.role()), side.role().home());
    // Of several schools, each card names its own.
    let layout = if several { Layout { school: None, ..layout } } else { layout };
    let unread = if side == Side::Parent { unread(&web, visitor, layout.today()) } else { Unread::default() };
    let near = unread.near && cards.is_empty() && objections.is_empty();
    page(&HomePage { near, unplaced: unread.unplaced, ..HomePage::new(layout, cards, objections) })
}

/// Of the children of an adult, what their page says of those whom it does not show.
#[derive(Default)]
struct Unread {
    /// They are written on a pupil's record, and follow none: they are not told that nothing is written.
    near: bool,
    /// The children whom they follow, and who are in no class or group yet.
    unplaced: Vec<String>,
}

fn unread(web: &Web, Visitor(adult): Visitor, today: Date) -> Unread {
    let books = web.app.register.read();
    let children = books.children(adult).filter_map(|child| Some((child, books.person(child)?)));
    let (followed, others): (Vec<_>, Vec<_>) = children
        .partition(|(_, book)| access::following(adult, book.guardians_on(today), &book.entourage, today).is_some());
    let waits = |(child, book): &&(PersonId, &PersonBook)| {
        let objects = book.entourage.objecting_since(today).is_some();
        let is_pupil = books.roles(*child, today).any(|held| held.role == domain::directory::person::Role::Pupil);
        let are_here = books.is_active(adult, today) && books.is_active(*child, today) && is_pupil;
        are_here && !objects && access::of_pupil(*child, books.stays(*child), today).is_nothing()
    };
    let mut unplaced: Vec<String> = followed.iter().filter(waits).map(|(_, book)| book.given()).collect();
    unplaced.sort();
    Unread { near: followed.is_empty() && !others.is_empty(), unplaced }
}

fn school_name(books: &Books, reading: &Reading<'_>) -> Option<String> {
    books.schools.get(&reading.school).map(|school| said::school(&school.identity.name))
}

/// The frame of a child's page: the school is the child's, and so is the hour.
fn frame(side: Side, web: &Web, visitor: Visitor, reading: &Reading<'_>, here: &str) -> Layout {
    let layout = web.layout(Some(visitor), Some(side.role()), here);
    let school = school_name(&web.app.register.read(), reading);
    Layout { school, now: reading.local, ..layout }
}

fn head(side: Side, web: &Web, visitor: Visitor, (pupil, reading): (PersonId, &Reading<'_>)) -> ChildHead {
    let siblings: Vec<PersonId> = side.children(web, visitor).into_iter().map(|(child, _)| child).collect();
    let books = web.app.register.read();
    let given = |child: PersonId| books.person(child).map(PersonBook::given).unwrap_or_default();
    let others = siblings.into_iter().filter(|child| *child != pupil);
    ChildHead {
        home: side.home(),
        given_name: given(pupil),
        class: said::class_of(&books, pupil, reading.today()),
        href: reading.base.clone(),
        siblings: others.map(|child| Link { href: side.address(child), text: given(child) }).collect(),
    }
}

async fn child(side: Side, (State(web), visitor, Path(pupil), Query(of)): OfWeek) -> Page {
    let reading = side.reading(&web, visitor, pupil)?;
    let week = reading.week(of.semaine).await?;
    let homework_count = reading.homework_ahead().await?.len();
    let latest = reading.latest().await?;
    let subjects = reading
        .textbooks()
        .into_iter()
        .map(|(textbook, link, teacher)| SubjectLink {
            subject: link.text,
            teacher,
            href: link.href,
            latest: latest.get(&textbook).copied(),
        })
        .collect();
    let layout = frame(side, &web, visitor, &reading, &reading.base);
    page(&ChildPage { layout, child: head(side, &web, visitor, (pupil, &reading)), week, subjects, homework_count })
}

async fn homework(side: Side, (State(web), visitor, Path(pupil)): Of) -> Page {
    let reading = side.reading(&web, visitor, pupil)?;
    let homework = reading.homework_ahead().await?;
    let layout = frame(side, &web, visitor, &reading, &format!("{}/travail", reading.base));
    page(&ChildHomeworkPage { layout, child: head(side, &web, visitor, (pupil, &reading)), homework })
}

async fn load(side: Side, (State(web), visitor, Path(pupil)): Of) -> Page {
    let reading = side.reading(&web, visitor, pupil)?;
    let (days, until) = reading.load_ahead().await?;
    let layout = frame(side, &web, visitor, &reading, &format!("{}/charge", reading.base));
    page(&ChildLoadPage { layout, child: head(side, &web, visitor, (pupil, &reading)), days, until })
}

async fn textbook(side: Side, (State(web), visitor, Path((pupil, textbook)), Query(older)): OfBook) -> Page {
    let reading = side.reading(&web, visitor, pupil)?;
    let textbook = reading.textbook(textbook, before(older.avant.as_deref())?).await?;
    let layout = frame(side, &web, visitor, &reading, &format!("{}/cahiers", reading.base));
    page(&ChildTextbookPage { layout, child: head(side, &web, visitor, (pupil, &reading)), textbook })
}
