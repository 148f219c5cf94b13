//! `/eleve/droits`: who reads a pupil's textbooks, and the objection of a pupil of age.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::{Form, RequestExt as _};
use domain::access::{self, Following};
use domain::directory::entourage::Command;
use domain::directory::majority;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{Reading, reading};
use crate::app::Said;
use crate::facts::{Books, PersonBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::pupil::{FollowedBy, Majority, RightsPage};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, Web, page_with, with_flash};

/// What was asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    acte: String,
    version: String,
    cle: String,
    confirmer: String,
}

async fn view(
    web: &Web,
    visitor: Visitor,
    today: Date,
    (asked, error): (&str, Option<&str>),
) -> Result<RightsPage, Problem> {
    let (state, version) = web.app.entourage(visitor.0).await?;
    let born = web.app.born_on(visitor.0).await?;
    let majority = match born.and_then(|born| majority::of_age_from(born, today)) {
        // An objection that stands was made by somebody of age: it can be taken back whatever the school knows now.
        _ if state.objecting_since(today).is_some() => {
            Majority::OfAge { objecting_since: state.objecting_since(today) }
        }
        None => Majority::Unknown,
        Some(from) if from <= today => Majority::OfAge { objecting_since: None },
        Some(of_age_from) => Majority::Minor { of_age_from },
    };
    Ok(RightsPage {
        layout: web.layout(Some(visitor), Some(Role::Pupil), "/eleve/droits"),
        followed_by: followed_by(&web.app.register.read(), visitor, today),
        majority,
        asked: asked.to_owned(),
        version: version.to_string(),
        key: Uuid::now_v7().to_string(),
        error: error.map(fr::spaced),
    })
}

/// Who reads this pupil today from outside the school's staff, and the AESH named.
fn followed_by(books: &Books, Visitor(pupil): Visitor, today: Date) -> Vec<FollowedBy> {
    let Some(book) = books.person(pupil) else { return vec![] };
    let objects = book.entourage.objecting_since(today).is_some();
    let relatives = book.guardians_on(today);
    let right = |relative| match access::following(relative, relatives, &book.entourage, today)? {
        _ if objects => None,
        Following::Authority => Some("autorité parentale".to_owned()),
        Following::Supervision(_) => Some("droit de surveillance".to_owned()),
    };
    let name = |person| books.person(person).map(PersonBook::full).unwrap_or_default();
    let parents = relatives.iter().map(|link| link.relative);
    let parents = parents.filter_map(|relative| Some(FollowedBy { name: name(relative), right: right(relative)? }));
    let reads = |companion| books.may_accompany(companion, pupil, today);
    let named = book.entourage.companions(today).into_iter();
    let named = named.filter(|(companion, from)| *from <= today && reads(*companion));
    let named = named.map(|(companion, _)| FollowedBy { name: name(companion), right: "AESH".to_owned() });
    parents.chain(named).collect()
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(done): Query<Done>) -> Page {
    let today = reading(&web, visitor)?.today();
    let view = view(&web, visitor, today, ("", None)).await?;
    let layout = with_flash(view.layout, done.flash(today));
    page_with(StatusCode::OK, &RightsPage { layout, ..view })
}

pub async fn say(State(web): Shared, visitor: Visitor, request: axum::extract::Request) -> Page {
    let Reading { school, local, .. } = reading(&web, visitor)?;
    let today = local.date();
    let typed = request.extract::<Form<Typed>, _>().await;
    let Form(typed) = typed.map_err(|problem| Problem::invalid("form-malformed", problem.to_string()))?;
    let (command, done) = match typed.acte.as_str() {
        "opposer" => (Command::Object, "opposition"),
        "lever" => (Command::WithdrawObjection, "opposition-levee"),
        _ => return again(&web, visitor, today, StatusCode::UNPROCESSABLE_ENTITY, INCOMPLETE).await,
    };
    let Ok(version) = typed.version.parse::<i64>() else {
        return again(&web, visitor, today, StatusCode::UNPROCESSABLE_ENTITY, INCOMPLETE).await;
    };
    if typed.confirmer != "oui" {
        // Whoever may not do it is told so before being asked to confirm.
        return match web.app.try_entourage(visitor.0, school, visitor.0, command).await {
            Ok(()) => page_with(StatusCode::OK, &view(&web, visitor, today, (&typed.acte, None)).await?),
            Err(problem) => refused(&web, visitor, today, problem).await,
        };
    }
    let said = Said { key: Some(typed.cle).filter(|key| !key.is_empty()), expected: Some(version) };
    match web.app.in_entourage(visitor.0, school, visitor.0, said, command).await {
        Ok(receipt) => {
            web.app.await_readers(receipt.last_position.unwrap_or_default()).await;
            Ok(Redirect::to(&format!("/eleve/droits?fait={done}")).into_response())
        }
        Err(problem) => refused(&web, visitor, today, problem).await,
    }
}

const INCOMPLETE: &str = "Ce formulaire est incomplet : relisez la page, puis recommencez.";

async fn refused(web: &Web, visitor: Visitor, today: Date, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let message = match problem.code.as_str() {
        "still-minor" => "Cette opposition n’est possible qu’à partir de la majorité.",
        "birth-date-unknown" => "L’établissement ne connaît pas la date de naissance : demandez au secrétariat.",
        _ => "Cela a changé entre-temps : relisez la page, puis recommencez.",
    };
    again(web, visitor, today, status, message).await
}

async fn again(web: &Web, visitor: Visitor, today: Date, status: StatusCode, message: &str) -> Page {
    page_with(status, &view(web, visitor, today, ("", Some(message))).await?)
}
