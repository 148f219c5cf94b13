//! `/direction/seances/{textbook}/{slot}/{date}/deplacer`: one lesson, to another day or hour.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::calendar::{LessonOn, Placement};
use domain::directory::service::Command;
use domain::ids::{SlotId, TextbookId};
use domain::inspection::look::Seen;
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use uuid::Uuid;

use super::chosen::{at, error, members};
use super::{Office, confirmation, shown_with, tell};
use crate::facts::LessonAt;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{FieldError, Role};
use crate::web::principal::MovePage;
use crate::web::routes::{Page, Shared, Visitor, page_with, said};

/// Where to, as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    jour: String,
    heure: String,
    salle: String,
    cle: String,
    confirmer: String,
}

impl Typed {
    /// Where it is held now.
    fn of(lesson: &LessonAt) -> Self {
        Self {
            jour: lesson.date.to_string(),
            heure: lesson.starts_at.strftime("%H:%M").to_string(),
            cle: Uuid::now_v7().to_string(),
            ..Self::default()
        }
    }

    fn placement(&self) -> Result<Placement, Vec<FieldError>> {
        let date = self.jour.parse::<Date>().map_err(|_| error("jour", "Indiquez le jour, par exemple 23/11/2026."));
        let hour = self.heure.parse::<Time>().map_err(|_| error("heure", "Indiquez l’heure, par exemple 14:00."));
        let room = Some(self.salle.trim().to_owned()).filter(|room| !room.is_empty());
        match (date, hour) {
            (Ok(date), Ok(starts_at)) => Ok(Placement { date, starts_at, room }),
            (date, hour) => Err(date.err().into_iter().chain(hour.err()).collect()),
        }
    }
}

/// Lessons held at that hour that have pupils or a teacher of this one, in words.
fn clashes(office: &Office<'_>, lesson: &LessonAt, to: &Placement) -> Vec<String> {
    let books = office.web.app.register.read();
    let Some(own) = books.services.get(&lesson.textbook) else { return vec![] };
    let start = to.date.to_datetime(to.starts_at);
    let end = start.saturating_add(SignedDuration::from_mins(i64::from(lesson.minutes)));
    let (pupils, teacher) = (members(&books, own.group, to.date), own.answering(to.date));
    let mut clashes = Vec::new();
    for service in books.services_of_school(office.school) {
        let there = books.lessons(service.textbook, to.date, to.date).into_iter();
        let there = there.filter(|at| at.not_held.is_none() && at.named() != lesson.named());
        for other in there.filter(|at| at.start() < end && start < at.end()) {
            let (class, subject) =
                (said::group_of(&books, service.group), said::subject(&books, service.school, &service.subject));
            let hour = fr::hour(other.starts_at);
            let same_teacher = teacher.filter(|teacher| service.answering(to.date) == Some(*teacher));
            if let Some(teacher) = same_teacher.filter(|_| other.replaced_by.is_none()) {
                clashes.push(format!("{} a déjà la classe {class} à {hour}.", books.formal_name(teacher)));
            }
            if !members(&books, service.group, to.date).is_disjoint(&pupils) {
                clashes.push(format!("Des élèves ont déjà cours à {hour} : {}, {class}.", said::inside(&subject)));
            }
        }
    }
    clashes.into_iter().map(|text| fr::spaced(&text)).collect()
}

fn view(office: &Office<'_>, visitor: Visitor, lesson: &LessonAt, typed: Typed, errors: Vec<FieldError>) -> MovePage {
    let action = format!("/direction/seances/{}/{}/{}/deplacer", lesson.textbook, lesson.slot, lesson.of);
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), &action);
    let books = office.web.app.register.read();
    let service = books.services.get(&lesson.textbook);
    MovePage {
        layout,
        class: service.map(|service| said::group_of(&books, service.group)).unwrap_or_default(),
        subject: service.map(|service| said::subject(&books, service.school, &service.subject)).unwrap_or_default(),
        teacher: said::teachers(&books, lesson.textbook, lesson.date),
        date: lesson.date,
        start: lesson.starts_at,
        minutes: u32::from(lesson.minutes),
        room: lesson.room.clone(),
        reason: lesson.not_held.map(|because| said::not_held(because).to_owned()),
        notes: said::became(&books, lesson),
        action,
        key: typed.cle,
        day: typed.jour,
        hour: typed.heure,
        new_room: typed.salle,
        errors,
        warnings: vec![],
        confirmation: String::new(),
    }
}

/// Who teaches it is named on the page.
async fn looked(office: &Office<'_>, lesson: &LessonAt) -> Result<(), Problem> {
    let teachers = shown_with(&office.web.app.register.read(), lesson).collect();
    office.web.app.note_figures(office.head, office.school, [(Seen::Lessons, teachers)]).await
}

/// The day and hour that a warning is about.
fn place(to: &Placement) -> String {
    to.date.to_datetime(to.starts_at).to_string()
}

type Address = (TextbookId, SlotId, Date);

pub async fn form(State(web): Shared, visitor: Visitor, Path((textbook, slot, date)): Path<Address>) -> Page {
    let office = Office::open(&web, visitor)?;
    let lesson = at(&office, textbook, LessonOn { date, slot })?;
    looked(&office, &lesson).await?;
    page_with(StatusCode::OK, &view(&office, visitor, &lesson, Typed::of(&lesson), vec![]))
}

pub async fn relocate(
    State(web): Shared,
    visitor: Visitor,
    Path((textbook, slot, date)): Path<Address>,
    Form(typed): Form<Typed>,
) -> Page {
    let office = Office::open(&web, visitor)?;
    let lesson = at(&office, textbook, LessonOn { date, slot })?;
    looked(&office, &lesson).await?;
    let again = |typed: Typed, errors, warned: Option<(&Placement, Vec<String>)>| {
        let page = view(&office, visitor, &lesson, typed, errors);
        let page = match warned {
            Some((to, warnings)) => MovePage { confirmation: confirmation(&place(to), &warnings), warnings, ..page },
            None => page,
        };
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let to = match typed.placement() {
        Ok(to) => to,
        Err(errors) => return again(typed, errors, None),
    };
    let warnings = clashes(&office, &lesson, &to);
    if !warnings.is_empty() && typed.confirmer != confirmation(&place(&to), &warnings) {
        return again(typed, vec![], Some((&to, warnings)));
    }
    let command = Command::Move { lesson: lesson.named(), to };
    let key = Some(typed.cle.clone()).filter(|key| !key.is_empty());
    match tell(&office, textbook, key, command).await {
        Ok(position) => {
            web.app.await_readers(position).await;
            Ok(Redirect::to("/direction/seances?fait=seance-deplacee").into_response())
        }
        Err(problem) => {
            let refused = refused(&problem)?;
            let typed = Typed { cle: Uuid::now_v7().to_string(), ..typed };
            again(typed, vec![refused], None)
        }
    }
}

/// What the school answered, beside the field it concerns.
fn refused(problem: &Problem) -> Result<FieldError, Problem> {
    Ok(match problem.code.as_str() {
        "school-closed" => error("jour", "L’établissement est fermé ce jour-là (férié ou vacances)."),
        "outside-school-year" => error("jour", "Ce jour est hors de l’année scolaire."),
        "lesson-there-already" => {
            error("heure", "La séance est déjà là : choisissez un autre jour, une autre heure ou une autre salle.")
        }
        "hour-taken" => error("heure", "Ce cours a déjà une séance à cette heure."),
        "lesson-replaced" => error("jour", "Un collègue assure cette séance : rétablissez-la avant de la déplacer."),
        "room-malformed" => error("salle", "Une salle se nomme en 40 caractères au plus."),
        "idempotency-key-reused" => error("jour", "Ce formulaire a déjà servi : relisez, puis enregistrez de nouveau."),
        _ => return Err(problem.clone()),
    })
}
