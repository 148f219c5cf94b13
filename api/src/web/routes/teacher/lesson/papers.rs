//! What a teacher keeps for oneself about a lesson: a draft of it, a private note.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::textbook::file::FileAddress;
use infra::desk::{DeskError, Found, Paper, Place};
use jiff::civil::DateTime;

use super::super::form::{Typed, wrong};
use super::super::{Desk, Shared, Visitor, Web};
use super::standing::Standing;
use super::{Address, Arrived, At, named, offered, unfinished};
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, page_with, with_flash};
use crate::web::teacher::{LessonPage, Papers};

/// What lies on the desk about a lesson.
#[derive(Default)]
pub struct OnDesk {
    draft: Option<Typed>,
    saved_at: Option<DateTime>,
    note: String,
}

impl OnDesk {
    pub async fn read(desk: &Desk<'_>, place: Place) -> Result<Self, Problem> {
        let app = &desk.web.app;
        let found = app.desk.find(place, desk.local.date()).await;
        let (draft, note) = found.map_err(|problem| unavailable(&problem))?;
        let books = app.register.read();
        let local = |at| books.school_of(place.textbook).map_or(desk.local, |school| school.local(at));
        Ok(Self::of(draft, note, local))
    }

    fn of(draft: Option<Found>, note: Option<Found>, local: impl Fn(jiff::Timestamp) -> DateTime) -> Self {
        let saved_at = draft.as_ref().map(|found| local(found.saved_at));
        // A draft of another version of the form is read as far as it goes.
        let draft = draft.and_then(|found| serde_json::from_str(&found.text).ok());
        Self { draft, saved_at, note: note.map(|found| found.text).unwrap_or_default() }
    }

    /// The form as it was put aside.
    pub fn draft(&self) -> Option<&Typed> {
        self.draft.as_ref()
    }

    /// The word to oneself; empty when there is none.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// How a page shows it; `drafted` when its form was filled from the draft.
    pub fn view(&self, standing: &Standing, drafted: bool) -> Papers {
        let at = standing.at();
        Papers {
            draft_of: self.saved_at.filter(|_| drafted),
            just_kept: false,
            waiting: !drafted && self.draft.is_some(),
            overtaken: drafted && self.draft.as_ref().is_some_and(|draft| standing.changed_since(draft)),
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
    let desk = Desk::with(web, visitor, at.textbook)?;
    let standing = Standing::read(&desk, at).await?;
    let Arrived { mut typed, errors, .. } = Arrived::read(&desk, &standing, request).await?;
    // A file that was refused is told at once: it would not be in the draft.
    if !errors.is_empty() {
        return unfinished(&desk, &standing, typed, errors).await;
    }
    // A lesson published late is confirmed when it is published.
    typed.confirmed = false;
    let (place, term) = (standing.place(visitor.0), standing.term().ok_or_else(Problem::unknown)?);
    let text = serde_json::to_string(&typed).map_err(|_| Problem::invalid("draft-malformed", "contenu"))?;
    let files: Vec<FileAddress> = typed.files();
    match web.app.desk.lay(Paper::Draft, place, term, &text, &files, web.app.now()).await {
        Ok(()) => {}
        Err(DeskError::TooLong) => {
            let mut errors = Vec::new();
            wrong(&mut errors, "contenu".into(), "Ce brouillon est trop long pour être gardé : raccourcissez-le.");
            return unfinished(&desk, &standing, typed, errors).await;
        }
        Err(problem) => return Err(unavailable(&problem)),
    }
    let mut errors = Vec::new();
    keep_note(web, &standing, visitor, &typed, &mut errors).await?;
    if errors.is_empty() { Ok(here(&at, "brouillon")) } else { unfinished(&desk, &standing, typed, errors).await }
}

pub async fn discard_draft(State(web): Shared, visitor: Visitor, Path(address): Path<Address>) -> Page {
    discard_draft_of(&web, visitor, named(address)).await
}

pub async fn discard_draft_of(web: &Web, visitor: Visitor, at: At) -> Page {
    let desk = Desk::with(web, visitor, at.textbook)?;
    let standing = Standing::read(&desk, at).await?;
    web.app.desk.discard(Paper::Draft, standing.place(visitor.0)).await.map_err(|problem| unavailable(&problem))?;
    Ok(here(&at, "brouillon-jete"))
}

pub async fn save_note(State(web): Shared, visitor: Visitor, Path(address): Path<Address>, request: Request) -> Page {
    save_note_of(&web, visitor, named(address), request).await
}

/// Keeps the note, and shows the form as it was typed: nothing else of it is kept or lost.
pub async fn save_note_of(web: &Web, visitor: Visitor, at: At, request: Request) -> Page {
    let desk = Desk::with(web, visitor, at.textbook)?;
    let standing = Standing::read(&desk, at).await?;
    let Arrived { typed, mut errors, .. } = Arrived::read(&desk, &standing, request).await?;
    keep_note(web, &standing, visitor, &typed, &mut errors).await?;
    if !errors.is_empty() {
        return unfinished(&desk, &standing, typed, errors).await;
    }
    let done = if typed.note.as_deref().unwrap_or_default().is_empty() { "note-effacee" } else { "note" };
    let note = typed.note.clone().unwrap_or_default();
    let page = offered(&desk, &standing, typed, vec![]).await?;
    let layout = with_flash(page.layout, Done::of(done).flash(desk.local.date()));
    page_with(StatusCode::OK, &LessonPage { layout, papers: Papers { note, ..page.papers }, ..page })
}

/// Keeps the note of a form, if it changed; an empty note is no note.
pub async fn keep_note(
    web: &Web,
    standing: &Standing,
    Visitor(author): Visitor,
    typed: &Typed,
    errors: &mut Vec<FieldError>,
) -> Result<(), Problem> {
    let Some(note) = typed.note.as_ref().filter(|note| **note != standing.on_desk.note) else { return Ok(()) };
    let place = standing.place(author);
    let kept = match standing.term() {
        _ if note.is_empty() => web.app.desk.discard(Paper::Note, place).await,
        Some(term) => web.app.desk.lay(Paper::Note, place, term, note, &[], web.app.now()).await,
        None => return Err(Problem::unknown()),
    };
    match kept {
        Ok(()) => Ok(()),
        Err(DeskError::TooLong) => {
            wrong(errors, "note".into(), "Cette note est trop longue pour être gardée : raccourcissez-la.");
            Ok(())
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
