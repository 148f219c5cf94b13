//! `/direction`: how far the textbooks are filled, which lessons are not held, how much work falls on a class, who may inspect them, and
//! what rights are recorded around a pupil.

pub mod filling;
mod lessons;
mod mandates;
mod rights;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use domain::access::Scope;
use domain::ids::{GroupId, PersonId, SchoolId};
use jiff::civil::DateTime;
use serde::Deserialize;

use super::{Page, Shared, Visitor, Web, page, said, workload};
use crate::facts::Standpoint;
use crate::problem::Problem;
use crate::web::layout::{Choice, Role};
use crate::web::principal::CoveragePage;
use crate::web::teacher::WorkloadPage;
use filling::Line;

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/direction", get(coverage))
        .route("/direction/charge", get(load))
        .route("/direction/seances", get(lessons::show).post(lessons::change))
        .route("/direction/seances/{textbook}/{slot}/{date}/deplacer", get(lessons::move_form).post(lessons::relocate))
        .route("/direction/seances/retablir", post(lessons::reinstate))
        .route("/direction/droits", get(rights::list))
        .route("/direction/droits/{pupil}", get(rights::show).post(rights::record))
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
    classe: Option<GroupId>,
    enseignant: Option<PersonId>,
}

/// The work that falls on each day of a class: the first one, until another is chosen.
async fn load(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let classes = said::classes(&web.app.register.read(), office.school, today);
    let known = |group: &GroupId| classes.iter().any(|(class, _)| class == group);
    let group = match chosen.classe {
        Some(group) => Some(Some(group).filter(known).ok_or_else(Problem::unknown)?),
        None => classes.first().map(|(group, _)| *group),
    };
    let (days, until) = match group {
        Some(group) => workload::ahead(&web.app, office.head, group, today).await?,
        None => (vec![], today),
    };
    let class = classes.iter().find(|(class, _)| Some(*class) == group).map(|(_, label)| label.clone());
    let choice = |(group, label): (GroupId, String)| Choice { value: group.to_string(), label };
    page(&WorkloadPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction/charge"),
        class: class.unwrap_or_default(),
        back: None,
        classes: classes.into_iter().map(choice).collect(),
        chosen: group.map(|group| group.to_string()).unwrap_or_default(),
        days,
        until,
    })
}

async fn coverage(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let line = chosen.classe.map(Line::Group).or(chosen.enseignant.map(Line::Teacher));
    let counted = filling::count(&office.web.app, office.school, &office.scope, office.local).await?;
    page(&CoveragePage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction"),
        months: counted.months.clone(),
        total: counted.total(),
        classes: counted.classes(&office),
        teachers: counted.teachers(&office),
        gaps: line.and_then(|line| counted.gaps(&office, line)),
    })
}
