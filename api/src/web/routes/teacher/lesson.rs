//! One lesson: its form, its publication, its withdrawal.

mod standing;

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::monday_of;
use domain::ids::{SlotId, TextbookId};
use domain::textbook::Command;
use jiff::civil::{Date, DateTime};
use uuid::Uuid;

use super::form::{Sent, Typed, wrong};
use super::{Desk, Shared, Visitor, Web};
use crate::app::Said;
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::{Page, page_with};
use crate::web::teacher::LessonPage;
use standing::Standing;

type Address = (TextbookId, SlotId, Date);

pub async fn show(State(web): Shared, visitor: Visitor, Path(address): Path<Address>) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let standing = Standing::read(&desk, address).await?;
    page_with(StatusCode::OK, &standing.page(&desk, visitor, standing.typed(), vec![]))
}

pub async fn publish(State(web): Shared, visitor: Visitor, Path(at): Path<Address>, request: Request) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    let sent = Sent::read(&web.app, visitor.0, at.0, request).await?;
    let mut typed = Typed::read(sent.fields, sent.files.keys().max().copied().unwrap_or_default());
    let mut errors = Vec::new();
    typed.attach(&web.app, at.0, sent.files, &standing.files(), &mut errors).await?;
    versioned(&typed, "contenu", &mut errors);
    if typed.content.is_empty() {
        wrong(&mut errors, "contenu".into(), "Écrivez ce qui a été fait pendant la séance.");
    }
    let resources = typed.resources(&mut errors);
    let homework = typed.homework(|date| standing.slot_on(date), at.2, &mut errors);
    let warnings = if typed.confirmed { vec![] } else { standing.too_late(&desk, &typed, &homework) };
    let command = standing.command(&typed, resources, homework, &mut errors);
    if !errors.is_empty() {
        return unfinished(&desk, visitor, &standing, typed, errors);
    }
    if !warnings.is_empty() {
        let page = LessonPage { warnings, ..standing.page(&desk, visitor, typed, vec![]) };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let Some(command) = command else {
        return Ok(back(&at, "inchange", None));
    };
    let done = if standing.is_live() { "revise" } else { "publie" };
    let said = Said { key: Some(typed.key.clone()), expected: typed.expected() };
    match web.app.in_textbook(visitor.0, at.0, said, command).await {
        Ok(receipt) => {
            settled(&web, receipt.last_position).await;
            Ok(back(&at, done, standing.visible_from))
        }
        Err(problem) => refused(&desk, visitor, &standing, typed, ("contenu", problem)),
    }
}

pub async fn withdraw(
    State(web): Shared,
    visitor: Visitor,
    Path(at): Path<Address>,
    Form(fields): Form<HashMap<String, String>>,
) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    let sent = Typed::read(fields, 0);
    let typed = Typed { reason: sent.reason.clone(), ..standing.typed() };
    // What is out of sight already has no such form any more.
    let field = if standing.is_live() { "motif" } else { "contenu" };
    let mut errors = Vec::new();
    versioned(&sent, field, &mut errors);
    if sent.reason.is_empty() {
        wrong(&mut errors, field.into(), "Dites pourquoi : le motif reste dans l’historique.");
    }
    if !errors.is_empty() {
        return unfinished(&desk, visitor, &standing, typed, errors);
    }
    let said = Said { key: Some(sent.key.clone()), expected: sent.expected() };
    let command = Command::WithdrawEntry { entry: standing.entry, reason: sent.reason, with_homework: true };
    match web.app.in_textbook(visitor.0, at.0, said, command).await {
        Ok(receipt) => {
            settled(&web, receipt.last_position).await;
            Ok(back(&at, "retire", None))
        }
        Err(problem) => refused(&desk, visitor, &standing, typed, (field, problem)),
    }
}

/// A form says which version it was made from: without it, what somebody else wrote could be written over unseen.
fn versioned(typed: &Typed, field: &str, errors: &mut Vec<FieldError>) {
    if typed.expected().is_none() {
        let message = "Ce formulaire est incomplet : relisez la séance telle qu’elle est, puis enregistrez de nouveau.";
        wrong(errors, field.into(), message);
    }
}

/// The form again, with what is wrong beside each field.
fn unfinished(
    desk: &Desk<'_>,
    visitor: Visitor,
    standing: &Standing,
    mut typed: Typed,
    errors: Vec<FieldError>,
) -> Page {
    if typed.expected().is_none() {
        typed.version = standing.version.to_string();
    }
    let status = if typed.too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNPROCESSABLE_ENTITY };
    page_with(status, &standing.page(desk, visitor, typed, errors))
}

async fn settled(web: &Web, position: Option<i64>) {
    if let Some(position) = position {
        web.app.await_readers(position).await;
    }
}

/// The week of the lesson, with a word of what was done.
fn back((_, _, date): &Address, done: &str, visible_from: Option<DateTime>) -> Response {
    let visible = visible_from.map(|from| format!("&visible={from}")).unwrap_or_default();
    Redirect::to(&format!("/enseignant?semaine={}&fait={done}{visible}", monday_of(*date))).into_response()
}

/// The form again, with what was typed, and what the school answered.
fn refused(
    desk: &Desk<'_>,
    visitor: Visitor,
    standing: &Standing,
    typed: Typed,
    (field, problem): (&str, Problem),
) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let message = match problem.code.as_str() {
        "version-changed" | "lesson-written" => {
            "Quelqu’un a écrit dans ce cahier entre-temps. Votre texte est gardé ici : relisez, puis enregistrez de nouveau."
        }
        "not-your-textbook" => "Vous ne tenez pas ce cahier aujourd’hui : vous pouvez le lire, pas y écrire.",
        "entry-withdrawn" => "Cette séance est déjà retirée de la vue.",
        "text-too-long" => "Ce texte dépasse 20 000 caractères : raccourcissez-le, ou joignez un lien.",
        "outside-school-year" => "Cette date est hors de l’année scolaire.",
        "due-on-closure" => {
            "L’établissement est fermé le jour choisi pour ce travail (férié ou vacances) : choisissez un jour de classe."
        }
        "due-lesson-not-held" => "La séance choisie pour ce travail est annulée : choisissez-en une autre, ou un jour.",
        "file-unknown" => "Un fichier joint n’est plus là : joignez-le de nouveau.",
        "file-too-large" => "Un fichier joint est plus lourd que l’établissement ne l’accepte aujourd’hui.",
        "no-lesson-that-day" => "Il n’y a pas de séance ce jour-là à l’emploi du temps.",
        "idempotency-key-reused" => "Ce formulaire a déjà servi : relisez, puis enregistrez de nouveau.",
        _ => "L’établissement n’accepte pas cette écriture. Vérifiez les dates et les textes.",
    };
    let mut errors = Vec::new();
    wrong(&mut errors, field.into(), message);
    // The next sending is another one, made from what stands now.
    let typed = Typed { version: standing.version.to_string(), key: Uuid::now_v7().to_string(), ..typed };
    page_with(status, &standing.page(desk, visitor, typed, errors))
}
