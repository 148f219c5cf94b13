//! `/parent`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use domain::ids::{PersonId, TextbookId};

use super::pupil::{Older, WeekOf};
use super::reading::{Reading, before};
use super::{Page, Shared, Visitor, Web, page, said};
use crate::facts::Standpoint;
use crate::problem::Problem;
use crate::web::layout::{Link, Role};
use crate::web::parent::{Child, ChildHead, ChildHomeworkPage, ChildPage, ChildTextbookPage, HomePage, SubjectLink};

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/parent", get(home))
        .route("/parent/enfants/{pupil}", get(child))
        .route("/parent/enfants/{pupil}/travail", get(homework))
        .route("/parent/enfants/{pupil}/cahiers/{textbook}", get(textbook))
}

fn reading(web: &Web, Visitor(adult): Visitor, pupil: PersonId) -> Result<Reading<'_>, Problem> {
    Reading::open(&web.app, adult, Standpoint::Guardian(pupil), pupil, format!("/parent/enfants/{pupil}"))
}

/// The children this adult answers for, in the order of their names.
fn children(web: &Web, Visitor(adult): Visitor) -> Vec<PersonId> {
    let books = web.app.register.read();
    let mut children: Vec<PersonId> = books.children(adult).collect();
    children.sort_by_key(|child| books.person(*child).map(crate::facts::PersonBook::full));
    children
}

async fn home(State(web): Shared, visitor: Visitor) -> Page {
    let mut cards = Vec::new();
    for pupil in children(&web, visitor) {
        // A relative without authority has children here and reads nothing of them.
        let Ok(reading) = reading(&web, visitor, pupil) else { continue };
        let homework = reading.homework_ahead().await?.into_iter().filter(|work| work.due_on > reading.today());
        let homework = homework.collect();
        let next_day = reading.next_school_day();
        let books = web.app.register.read();
        cards.push(Child {
            given_name: books.person(pupil).map(crate::facts::PersonBook::given).unwrap_or_default(),
            class: said::class_of(&books, pupil, reading.today()),
            school: None,
            href: reading.base.clone(),
            next_day,
            homework,
        });
    }
    page(&HomePage { layout: web.layout(Some(visitor), Some(Role::Parent), "/parent"), children: cards })
}

fn head(web: &Web, visitor: Visitor, reading: &Reading<'_>) -> ChildHead {
    let siblings = children(web, visitor).into_iter().filter(|child| *child != reading.pupil);
    let siblings: Vec<PersonId> = siblings.filter(|child| self::reading(web, visitor, *child).is_ok()).collect();
    let books = web.app.register.read();
    let given = |child: PersonId| books.person(child).map(crate::facts::PersonBook::given).unwrap_or_default();
    ChildHead {
        given_name: given(reading.pupil),
        class: said::class_of(&books, reading.pupil, reading.today()),
        href: reading.base.clone(),
        siblings: siblings
            .into_iter()
            .map(|child| Link { href: format!("/parent/enfants/{child}"), text: given(child) })
            .collect(),
    }
}

async fn child(State(web): Shared, visitor: Visitor, Path(pupil): Path<PersonId>, Query(of): Query<WeekOf>) -> Page {
    let reading = reading(&web, visitor, pupil)?;
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
    let layout = web.layout(Some(visitor), Some(Role::Parent), &reading.base);
    page(&ChildPage { layout, child: head(&web, visitor, &reading), week, subjects, homework_count })
}

async fn homework(State(web): Shared, visitor: Visitor, Path(pupil): Path<PersonId>) -> Page {
    let reading = reading(&web, visitor, pupil)?;
    let homework = reading.homework_ahead().await?;
    let layout = web.layout(Some(visitor), Some(Role::Parent), &format!("{}/travail", reading.base));
    page(&ChildHomeworkPage { layout, child: head(&web, visitor, &reading), homework })
}

async fn textbook(
    State(web): Shared,
    visitor: Visitor,
    Path((pupil, textbook)): Path<(PersonId, TextbookId)>,
    Query(older): Query<Older>,
) -> Page {
    let reading = reading(&web, visitor, pupil)?;
    let textbook = reading.textbook(textbook, before(older.avant.as_deref())?).await?;
    let layout = web.layout(Some(visitor), Some(Role::Parent), &format!("{}/cahiers", reading.base));
    page(&ChildTextbookPage { layout, child: head(&web, visitor, &reading), textbook })
}
