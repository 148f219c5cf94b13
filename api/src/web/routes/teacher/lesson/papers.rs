//! What a teacher keeps for oneself about a lesson: a draft of it, a private note.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use infra::desk::{DeskError, Found, Paper};
use jiff::civil::DateTime;

use super::super::form::{Typed, wrong};
use super::super::{Desk, Shared, Visitor, Web};
use super::standing::Standing;
use super::{Address, Arrived, At, named, unfinished};
use crate::problem::Problem;
use crate::web::routes::Page;
use crate::web::teacher::Papers;

/// What lies on the desk about a lesson.
#[derive(Default)]
pub struct OnDesk {
    draft: Option<Typed>,
    saved_at: Option<DateTime>,
    pub note: String,
}

impl OnDesk {
    pub fn of(draft: Option<Found>, note: Option<Found>, local: impl Fn(jiff::Timestamp) -> DateTime) -> Self {
        let saved_at = draft.as_ref().map(|found| local(found.saved_at));
        // A draft of another version of the form is read as far as it goes.
        let draft = draft.and_then(|found| serde_json::from_str(&found.text).ok());
        Self { draft, saved_at, note: note.map(|found| found.text).unwrap_or_default() }
    }

    /// The form as it was put aside.
    pub fn draft(&self) -> Option<&Typed> {
        self.draft.as_ref()
    }

    /// How a page shows it; `drafted` when its form was filled from the draft.
    pub fn view(&self, standing: &Standing, drafted: bool) -> Papers {
        let at = standing.at();
        Papers {
            draft_of: self.saved_at.filter(|_| drafted),
            overtaken: drafted && self.draft.as_ref().and_then(Typed::expected) != Some(standing.version),
            note: self.note.clone(),
            draft_action: at.action("brouillon"),
            discard_action: at.action("brouillon/jeter"),
            note_action: at.action("note"),
            kept_until: standing.term().map(|term| term.until),
        }
    }
}

/// Puts the form aside as it was typed, wrong or unfinished: nothing of it is published.
pub async fn save_draft(State(web): Shared, visitor: Visitor, Path(address): Path<Address>, request: Request) -> Page {
    save_draft_of(&web, visitor, named(address), request).await
}

pub async fn save_draft_of(web: &Web, visitor: Visitor, at: At, request: Request) -> Page {
    let desk = Desk::open(web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    let Arrived { mut typed, errors, .. } = Arrived::read(&desk, &standing, request).await?;
    // A file that was refused is told at once: it would not be in the draft.
    if !errors.is_empty() {
        return unfinished(&desk, visitor, &standing, typed, errors).await;
    }
    // Every sending of it is another one, and a lesson published late is confirmed when it is published.
    typed.confirmed = false;
    let (place, term) = (standing.place(visitor.0), standing.term().ok_or_else(Problem::unknown)?);
    let text = serde_json::to_string(&typed).map_err(|_| Problem::invalid("draft-malformed", "contenu"))?;
    match web.app.desk.lay(Paper::Draft, place, term, &text, web.app.now()).await {
        Ok(()) => Ok(here(&at, "brouillon")),
        Err(DeskError::TooLong) => {
            let mut errors = Vec::new();
            wrong(&mut errors, "contenu".into(), "Ce brouillon est trop long pour être gardé : raccourcissez-le.");
            unfinished(&desk, visitor, &standing, typed, errors).await
        }
        Err(problem) => Err(unavailable(&problem)),
    }
}

pub async fn discard_draft(State(web): Shared, visitor: Visitor, Path(address): Path<Address>) -> Page {
    discard_draft_of(&web, visitor, named(address)).await
}

pub async fn discard_draft_of(web: &Web, visitor: Visitor, at: At) -> Page {
    let desk = Desk::open(web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    web.app.desk.discard(Paper::Draft, standing.place(visitor.0)).await.map_err(|problem| unavailable(&problem))?;
    Ok(here(&at, "brouillon-jete"))
}

/// An empty note is no note.
pub async fn save_note(
    State(web): Shared,
    visitor: Visitor,
    Path(address): Path<Address>,
    Form(fields): Form<HashMap<String, String>>,
) -> Page {
    save_note_of(&web, visitor, named(address), fields).await
}

pub async fn save_note_of(web: &Web, visitor: Visitor, at: At, fields: HashMap<String, String>) -> Page {
    let desk = Desk::open(web, visitor)?;
    let standing = Standing::read(&desk, at).await?;
    let note = fields.get("note").map(|note| note.replace("\r\n", "\n").trim().to_owned()).unwrap_or_default();
    let (place, term) = (standing.place(visitor.0), standing.term().ok_or_else(Problem::unknown)?);
    if note.is_empty() {
        web.app.desk.discard(Paper::Note, place).await.map_err(|problem| unavailable(&problem))?;
        return Ok(here(&at, "note-effacee"));
    }
    match web.app.desk.lay(Paper::Note, place, term, &note, web.app.now()).await {
        Ok(()) => Ok(here(&at, "note")),
        Err(DeskError::TooLong) => {
            let mut errors = Vec::new();
            wrong(&mut errors, "note".into(), "Cette note est trop longue pour être gardée : raccourcissez-la.");
            unfinished(&desk, visitor, &standing, standing.typed(), errors).await
        }
        Err(problem) => Err(unavailable(&problem)),
    }
}

pub fn unavailable(problem: &DeskError) -> Problem {
    tracing::error!(%problem, "a desk cannot be reached");
    let detail = "drafts and notes cannot be reached now: nothing was changed";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "desk-unavailable", detail)
}

/// The form again, with a word of what was done.
fn here(at: &At, done: &str) -> Response {
    let address = at.address();
    let more = if address.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{address}{more}fait={done}")).into_response()
}
