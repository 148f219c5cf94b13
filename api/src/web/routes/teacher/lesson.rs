//! One lesson: its form, its publication, its withdrawal.

mod shown;
mod standing;

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::monday_of;
use domain::ids::{SlotId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use jiff::civil::{Date, DateTime};
use uuid::Uuid;

use super::form::{Typed, wrong};
use super::{Desk, Shared, Visitor, Web};
use crate::app::Said;
use crate::facts::LessonAt;
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::{Page, page_with};
use crate::web::teacher::LessonPage;
use standing::Standing;

/// A lesson of a textbook, as its address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    pub textbook: TextbookId,
    pub lesson: LessonRef,
}

impl At {
    /// A lesson of the timetable: by the day on which the timetable has it, wherever it is held.
    pub fn of(lesson: &LessonAt) -> Self {
        Self { textbook: lesson.textbook, lesson: LessonRef::Slot { slot: lesson.slot, date: lesson.of } }
    }

    /// A lesson outside the timetable.
    pub fn outside(textbook: TextbookId, start: DateTime, minutes: u16) -> Self {
        Self { textbook, lesson: LessonRef::Exceptional { date: start.date(), starts_at: start.time(), minutes } }
    }

    /// One that is written: what is written says how long it lasted.
    pub fn written_outside(textbook: TextbookId, start: DateTime) -> Self {
        Self::outside(textbook, start, 0)
    }

    /// `/enseignant/cahiers/{textbook}/…`
    pub fn address(&self) -> String {
        let path = self.path();
        match self.lesson {
            LessonRef::Exceptional { minutes: 1.., .. } => format!("{path}{}", self.lasting()),
            LessonRef::Exceptional { .. } | LessonRef::Slot { .. } => path,
        }
    }

    fn path(&self) -> String {
        let textbook = format!("/enseignant/cahiers/{}", self.textbook);
        match self.lesson {
            LessonRef::Slot { slot, date } => format!("{textbook}/seances/{slot}/{date}"),
            LessonRef::Exceptional { date, starts_at, .. } => {
                format!("{textbook}/hors-emploi-du-temps/{date}T{}", starts_at.strftime("%H:%M"))
            }
        }
    }

    /// Where it is taken out of sight.
    fn withdrawal(&self) -> String {
        format!("{}/retirer{}", self.path(), self.lasting())
    }

    fn lasting(&self) -> String {
        match self.lesson {
            LessonRef::Exceptional { minutes: minutes @ 1.., .. } => format!("?duree={minutes}"),
            LessonRef::Exceptional { .. } | LessonRef::Slot { .. } => String::new(),
        }
    }
}

type Address = (TextbookId, SlotId, Date);

fn named((textbook, slot, date): Address) -> At {
    At { textbook, lesson: LessonRef::Slot { slot, date } }
}

pub async fn show(State(web): Shared, visitor: Visitor, Path(address): Path<Address>) -> Page {
    show_at(&web, visitor, named(address)).await
}

pub async fn publish(
    State(web): Shared,
    visitor: Visitor,
    Path(address): Path<Address>,
    Form(fields): Form<HashMap<String, String>>,
) -> Page {
    publish_at(&web, visitor, named(address), fields).await
}

pub async fn withdraw(
    State(web): Shared,
    visitor: Visitor,
    Path(address): Path<Address>,
    Form(fields): Form<HashMap<String, String>>,
) -> Page {
    withdraw_at(&web, visitor, named(address), fields).await
}

pub async fn show_at(web: &Web, visitor: Visitor, at: At) -> Page {
    let desk = Desk::open(web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    page_with(StatusCode::OK, &standing.page(&desk, visitor, standing.typed(), vec![]))
}

pub async fn publish_at(web: &Web, visitor: Visitor, at: At, fields: HashMap<String, String>) -> Page {
    let desk = Desk::open(web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    let typed = Typed::read(fields);
    let mut errors = Vec::new();
    versioned(&typed, "contenu", &mut errors);
    if typed.content.is_empty() {
        wrong(&mut errors, "contenu".into(), standing.nothing_written());
    }
    let resources = typed.resources(&mut errors);
    let homework = typed.homework(|value| standing.lesson_of(value), standing.held_on(), &mut errors);
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
        return Ok(back(&standing, "inchange", None));
    };
    let done = if standing.is_live() { "revise" } else { "publie" };
    let said = Said { key: Some(typed.key.clone()), expected: typed.expected() };
    match web.app.in_textbook(visitor.0, at.textbook, said, command).await {
        Ok(receipt) => {
            settled(web, receipt.last_position).await;
            Ok(back(&standing, done, standing.visible_from))
        }
        Err(problem) => refused(&desk, visitor, &standing, typed, ("contenu", problem)),
    }
}

pub async fn withdraw_at(web: &Web, visitor: Visitor, at: At, fields: HashMap<String, String>) -> Page {
    let desk = Desk::open(web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    let sent = Typed::read(fields);
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
    match web.app.in_textbook(visitor.0, at.textbook, said, command).await {
        Ok(receipt) => {
            settled(web, receipt.last_position).await;
            Ok(back(&standing, "retire", None))
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
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &standing.page(desk, visitor, typed, errors))
}

async fn settled(web: &Web, position: Option<i64>) {
    if let Some(position) = position {
        web.app.await_readers(position).await;
    }
}

/// The week in which the lesson is held, with a word of what was done.
fn back(standing: &Standing, done: &str, visible_from: Option<DateTime>) -> Response {
    let visible = visible_from.map(|from| format!("&visible={from}")).unwrap_or_default();
    let monday = monday_of(standing.held_on());
    Redirect::to(&format!("/enseignant?semaine={monday}&fait={done}{visible}")).into_response()
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
        "lesson-malformed" => "Une séance dure de 5 à 720 minutes.",
        "outside-school-year" => "Cette date est hors de l’année scolaire.",
        "due-on-closure" => {
            "L’établissement est fermé le jour choisi pour ce travail (férié ou vacances) : choisissez un jour de classe."
        }
        "due-lesson-not-held" => "La séance choisie pour ce travail est annulée : choisissez-en une autre, ou un jour.",
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
