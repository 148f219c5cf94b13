//! `/eleve`.

mod rights;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use domain::ids::TextbookId;
use jiff::civil::Date;
use serde::Deserialize;

use super::reading::{Reading, before};
use super::{Page, Shared, Visitor, Web, page};
use crate::facts::Standpoint;
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::pupil::{HomeworkPage, LoadPage, TextbookPage, WeekPage};

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/eleve", get(week))
        .route("/eleve/travail", get(homework))
        .route("/eleve/charge", get(load))
        .route("/eleve/droits", get(rights::show).post(rights::say))
        .route("/eleve/cahiers/{textbook}", get(textbook))
}

#[derive(Deserialize)]
pub struct WeekOf {
    pub semaine: Option<Date>,
}

#[derive(Deserialize)]
pub struct Older {
    pub avant: Option<String>,
}

fn reading(web: &Web, Visitor(person): Visitor) -> Result<Reading<'_>, Problem> {
    Reading::open(&web.app, person, Standpoint::Pupil, person, "/eleve".to_owned())
}

async fn week(State(web): Shared, visitor: Visitor, Query(of): Query<WeekOf>) -> Page {
    let reading = reading(&web, visitor)?;
    let week = reading.week(of.semaine).await?;
    let textbooks = reading.textbooks().into_iter().map(|(_, link, _)| link).collect();
    page(&WeekPage { layout: web.layout(Some(visitor), Some(Role::Pupil), "/eleve"), week, textbooks })
}

async fn homework(State(web): Shared, visitor: Visitor) -> Page {
    let homework = reading(&web, visitor)?.homework_ahead().await?;
    page(&HomeworkPage { layout: web.layout(Some(visitor), Some(Role::Pupil), "/eleve/travail"), homework })
}

async fn load(State(web): Shared, visitor: Visitor) -> Page {
    let (days, until) = reading(&web, visitor)?.load_ahead().await?;
    page(&LoadPage { layout: web.layout(Some(visitor), Some(Role::Pupil), "/eleve/charge"), days, until })
}

async fn textbook(
    State(web): Shared,
    visitor: Visitor,
    Path(textbook): Path<TextbookId>,
    Query(older): Query<Older>,
) -> Page {
    let here = format!("/eleve/cahiers/{textbook}");
    let textbook = reading(&web, visitor)?.textbook(textbook, before(older.avant.as_deref())?).await?;
    page(&TextbookPage { layout: web.layout(Some(visitor), Some(Role::Pupil), &here), textbook })
}
