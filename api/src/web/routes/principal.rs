//! `/direction`: how far the textbooks are filled, which lessons are not held, and who may inspect them.

mod filling;
mod lessons;
mod mandates;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use domain::access::Scope;
use domain::ids::{PersonId, SchoolId};
use jiff::civil::DateTime;
use serde::Deserialize;

use super::{Page, Shared, Visitor, Web, page};
use crate::facts::Standpoint;
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::principal::CoveragePage;
use filling::Line;

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/direction", get(coverage))
        .route("/direction/seances", get(lessons::show).post(lessons::cancel))
        .route("/direction/seances/retablir", post(lessons::reinstate))
        .route("/direction/mandats", get(mandates::show).post(mandates::open))
        .route("/direction/mandats/{mandate}/fermer", post(mandates::close))
}

/// A head, and the school they lead.
struct Office<'a> {
    web: &'a Web,
    head: PersonId,
    school: SchoolId,
    scope: Scope,
    local: DateTime,
}

impl<'a> Office<'a> {
    fn open(web: &'a Web, Visitor(head): Visitor) -> Result<Self, Problem> {
        let books = web.app.register.read();
        let now = web.app.now();
        // Of several schools, the first: a page for each comes with the académie.
        let led = books.schools.values().find_map(|school| {
            let local = school.local(now);
            let scope = books.scope(head, Standpoint::Head, local.date());
            scope.schools.contains(&school.school).then_some((school.school, scope, local))
        });
        let (school, scope, local) = led.ok_or_else(Problem::unknown)?;
        Ok(Self { web, head, school, scope, local })
    }
}

#[derive(Deserialize)]
struct Chosen {
    classe: Option<domain::ids::GroupId>,
    enseignant: Option<PersonId>,
}

async fn coverage(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let line = chosen.classe.map(Line::Group).or(chosen.enseignant.map(Line::Teacher));
    let counted = filling::count(&office).await?;
    page(&CoveragePage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction"),
        months: counted.months.clone(),
        total: counted.total(),
        classes: counted.classes(&office),
        teachers: counted.teachers(&office),
        gaps: line.and_then(|line| counted.gaps(&office, line)),
    })
}
