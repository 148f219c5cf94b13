//! Lessons that the timetable does not have: when they were, then the form of any lesson.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::ids::TextbookId;
use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;

use super::form::wrong;
use super::lesson::{self, At, papers};
use super::{Desk, Page, Shared, Visitor, labels, page};
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::page_with;
use crate::web::teacher::OutsidePage;

/// When the lesson was, as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    jour: Option<String>,
    heure: String,
    duree: String,
}

/// `?duree=55`: known of a lesson that is not written yet.
#[derive(Deserialize)]
pub struct Lasting {
    duree: Option<u16>,
}

impl Asked {
    /// When it was and how long, or what is wrong with each field.
    fn read(&self, desk: &Desk<'_>, textbook: TextbookId) -> Result<(DateTime, u16), Vec<FieldError>> {
        let mut errors = Vec::new();
        let day: Option<Date> = self.jour.as_deref().and_then(|text| text.parse().ok());
        let hour: Option<Time> = self.heure.parse().ok().filter(|hour: &Time| hour.second() == 0);
        let minutes = self.duree.trim().parse().ok().filter(|minutes| (5..=720).contains(minutes));
        if day.is_none() {
            wrong(&mut errors, "jour".into(), "Indiquez le jour, par exemple 23/11/2026.");
        }
        if hour.is_none() {
            wrong(&mut errors, "heure".into(), "Indiquez l’heure de début, par exemple 14:00.");
        }
        if minutes.is_none() {
            wrong(&mut errors, "duree".into(), "La durée est un nombre de minutes, de 5 à 720, par exemple 55.");
        }
        let books = desk.web.app.register.read();
        let service = books.services.get(&textbook);
        let year = service.and_then(|service| books.schools.get(&service.school)?.years.get(&service.year));
        if day.is_some_and(|day| !year.is_some_and(|year| (year.starts_on..=year.ends_on).contains(&day))) {
            wrong(&mut errors, "jour".into(), "Ce jour est hors de l’année scolaire.");
        }
        let planned = day.map(|day| books.lessons(textbook, day, day)).unwrap_or_default();
        if planned.iter().any(|lesson| Some(lesson.starts_at) == hour) {
            let message = "L’emploi du temps a déjà une séance à cette heure : écrivez-la depuis votre semaine.";
            wrong(&mut errors, "heure".into(), message);
        }
        match (day.zip(hour), minutes) {
            (Some((day, hour)), Some(minutes)) if errors.is_empty() => Ok((day.to_datetime(hour), minutes)),
            _ => Err(errors),
        }
    }
}

pub async fn ask(
    State(web): Shared,
    visitor: Visitor,
    Path(textbook): Path<TextbookId>,
    Query(asked): Query<Asked>,
) -> Page {
    let desk = Desk::with(&web, visitor, textbook)?;
    if !desk.scope.textbooks.contains(&textbook) {
        return Err(Problem::unknown());
    }
    let back = format!("/enseignant/cahiers/{textbook}");
    // The textbook says that they write in it no more.
    if desk.ended_on(&desk.web.app.register.read(), textbook).is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let errors = match asked.jour.is_some().then(|| asked.read(&desk, textbook)) {
        Some(Ok((start, minutes))) => {
            return Ok(Redirect::to(&At::outside(textbook, start, minutes).address()).into_response());
        }
        Some(Err(errors)) => errors,
        None => vec![],
    };
    let (class, subject) = labels(&web.app.register.read(), textbook);
    let action = format!("{back}/hors-emploi-du-temps");
    let fresh = asked.jour.is_none();
    let view = OutsidePage {
        layout: desk.layout(&action),
        class,
        subject,
        textbook: back,
        action,
        day: asked.jour.unwrap_or_else(|| desk.local.date().to_string()),
        hour: asked.heure,
        minutes: if fresh { "55".to_owned() } else { asked.duree },
        errors,
    };
    if view.errors.is_empty() { page(&view) } else { page_with(StatusCode::UNPROCESSABLE_ENTITY, &view) }
}

type Named = Path<(TextbookId, DateTime)>;

fn at(Path((textbook, start)): Named, Query(Lasting { duree }): Query<Lasting>) -> Result<At, Problem> {
    // Its name holds hours and minutes.
    if start.second() != 0 || start.subsec_nanosecond() != 0 {
        return Err(Problem::unknown());
    }
    Ok(duree.map_or_else(|| At::written_outside(textbook, start), |minutes| At::outside(textbook, start, minutes)))
}

pub async fn show(
    State(web): Shared,
    visitor: Visitor,
    named: Named,
    lasting: Query<Lasting>,
    Query(asked): Query<lesson::Asked>,
) -> Page {
    lesson::show_at(&web, visitor, at(named, lasting)?, asked).await
}

pub async fn publish(
    State(web): Shared,
    visitor: Visitor,
    named: Named,
    lasting: Query<Lasting>,
    request: Request,
) -> Page {
    lesson::publish_at(&web, visitor, at(named, lasting)?, request).await
}

pub async fn withdraw(
    State(web): Shared,
    visitor: Visitor,
    named: Named,
    lasting: Query<Lasting>,
    Form(fields): Form<HashMap<String, String>>,
) -> Page {
    lesson::withdraw_at(&web, visitor, at(named, lasting)?, fields).await
}

pub async fn save_draft(
    State(web): Shared,
    visitor: Visitor,
    named: Named,
    lasting: Query<Lasting>,
    request: Request,
) -> Page {
    papers::save_draft_of(&web, visitor, at(named, lasting)?, request).await
}

pub async fn discard_draft(State(web): Shared, visitor: Visitor, named: Named, lasting: Query<Lasting>) -> Page {
    papers::discard_draft_of(&web, visitor, at(named, lasting)?).await
}

pub async fn save_note(
    State(web): Shared,
    visitor: Visitor,
    named: Named,
    lasting: Query<Lasting>,
    request: Request,
) -> Page {
    papers::save_note_of(&web, visitor, at(named, lasting)?, request).await
}
