//! One lesson: its form, its publication, its withdrawal.

mod alone;
mod ended;
mod given;
mod page;
pub mod papers;
mod shown;
mod standing;
mod taken;
mod taking_up;
mod warnings;
mod withdrawing;

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::monday_of;
use domain::ids::{SlotId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use infra::desk::Paper;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use uuid::Uuid;

use super::form::{Beside, Sent, Typed, wrong};
use super::{Desk, Shared, Visitor, Web};
use crate::app::Said;
use crate::facts::LessonAt;
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, page, page_with, with_flash};
use crate::web::teacher::{LessonPage, Papers};
use standing::Standing;
use taken::Taken;

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

    /// Where something else is done with it: `retirer`, `brouillon`, `note`…
    fn action(&self, what: &str) -> String {
        format!("{}/{what}{}", self.path(), self.lasting())
    }

    fn lasting(&self) -> String {
        match self.lesson {
            LessonRef::Exceptional { minutes: minutes @ 1.., .. } => format!("?duree={minutes}"),
            LessonRef::Exceptional { .. } | LessonRef::Slot { .. } => String::new(),
        }
    }
}

type Address = (TextbookId, SlotId, Date);

/// What the form is to be filled from, and what was just done.
#[derive(Default, Deserialize)]
pub struct Asked {
    reprise: Option<String>,
    #[serde(flatten)]
    done: Done,
}

/// The form, with the lessons that it may take over, or that may take this one over.
async fn offered(
    desk: &Desk<'_>,
    standing: &Standing,
    typed: Typed,
    errors: Vec<FieldError>,
) -> Result<LessonPage, Problem> {
    let source_said = Taken::read(desk, &typed).await?.map(|taken| taken.said);
    let lesson = standing.lesson();
    let (sources, targets) = match standing.as_source() {
        Some(source) => (vec![], taken::targets(desk, lesson, source).await?),
        None if standing.is_held() => (taken::sources(desk, lesson, &standing.at().address()).await?, vec![]),
        None => (vec![], vec![]),
    };
    Ok(LessonPage { sources, targets, source_said, ..standing.page(desk, typed, errors) })
}

fn named((textbook, slot, date): Address) -> At {
    At { textbook, lesson: LessonRef::Slot { slot, date } }
}

pub async fn show(
    State(web): Shared,
    visitor: Visitor,
    Path(address): Path<Address>,
    Query(asked): Query<Asked>,
) -> Page {
    show_at(&web, visitor, named(address), asked).await
}

pub async fn publish(State(web): Shared, visitor: Visitor, Path(address): Path<Address>, request: Request) -> Page {
    publish_at(&web, visitor, named(address), request).await
}

pub async fn withdraw(
    State(web): Shared,
    visitor: Visitor,
    Path(address): Path<Address>,
    Form(fields): Form<HashMap<String, String>>,
) -> Page {
    withdraw_at(&web, visitor, named(address), fields).await
}

pub async fn show_at(web: &Web, visitor: Visitor, at: At, asked: Asked) -> Page {
    let desk = Desk::with(web, visitor, at.textbook)?;
    let standing = Standing::read(&desk, at).await?;
    let ended_on = desk.ended_on(&desk.web.app.register.read(), at.textbook);
    if let Some(ended_on) = ended_on {
        return page(&standing.ended(&desk, ended_on));
    }
    let named = Typed { source: asked.reprise.unwrap_or_default(), ..Typed::default() };
    let taken = if standing.is_live() { None } else { Taken::read(&desk, &named).await? };
    let draft = standing.on_desk.draft().filter(|_| taken.is_none());
    let drafted = draft.is_some();
    let typed = match (&taken, draft) {
        (Some(taken), _) => taken.typed(&standing),
        (None, Some(draft)) => standing.taken_up(&desk, draft).await?,
        (None, None) => standing.typed(),
    };
    let form = offered(&desk, &standing, typed, vec![]).await?;
    let layout = match asked.done.flash(desk.local.date()) {
        Some(flash) => with_flash(form.layout, Some(flash)),
        None => form.layout,
    };
    let just_kept = asked.done.fait.as_deref() == Some("brouillon");
    let papers = Papers { just_kept, ..standing.on_desk.view(&standing, drafted) };
    let published = standing.published().filter(|_| papers.overtaken);
    page(&LessonPage { layout, published, papers, ..form })
}

pub async fn publish_at(web: &Web, visitor: Visitor, at: At, request: Request) -> Page {
    let desk = Desk::with(web, visitor, at.textbook)?;
    let standing = Standing::read(&desk, at).await?;
    let Arrived { typed, taken, mut errors } = Arrived::read(&desk, &standing, request).await?;
    versioned(&typed, "contenu", &mut errors);
    let mut of_work = Vec::new();
    let homework = typed.homework(|value| standing.lesson_of(value), standing.held_on(), &mut of_work);
    standing.without_content(&typed, &homework, &of_work, &mut errors);
    let resources = typed.resources(&mut errors);
    errors.extend(of_work);
    standing.forbidden_in_writing(&desk, &typed, &homework, &mut errors);
    let warnings = if typed.confirmed { vec![] } else { standing.too_late(&desk, &typed, &homework) };
    let mut command = standing.command(&typed, taken.as_ref(), resources, homework, &mut errors);
    if typed.copied_from().is_some() && taken.is_none() && !standing.is_live() {
        wrong(
            &mut errors,
            "contenu".into(),
            "La séance reprise n’est plus lisible : elle a été retirée de la vue. Rechargez la page pour écrire sans elle.",
        );
    }
    if errors.is_empty()
        && warnings.is_empty()
        && let (Some(taken), Some(command)) = (&taken, &mut command)
        && taken.bring_files(&desk, at.textbook, command).await.is_err()
    {
        let message = "Un fichier de la séance reprise n’a pas pu être recopié : retirez-le, ou joignez-le de nouveau.";
        wrong(&mut errors, "contenu".into(), message);
    }
    if !errors.is_empty() {
        return unfinished(&desk, &standing, typed, errors).await;
    }
    if !warnings.is_empty() {
        let page = LessonPage { warnings, ..offered(&desk, &standing, typed, vec![]).await? };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let Some(command) = command else {
        // Of work alone sent twice, the draft of the lesson stays.
        if standing.is_live() {
            discarded(web, &standing, visitor, &typed).await;
        }
        return Ok(back(&standing, "inchange", None));
    };
    let (done, alone) = (standing.done(&command), matches!(command, Command::WriteHomework { .. }));
    let said = Said { key: Some(typed.key.clone()), expected: typed.expected() };
    match web.app.in_textbook(visitor.0, at.textbook, said, command).await {
        Ok(receipt) => {
            if alone {
                alone::given(web, &standing, visitor, &typed, receipt).await;
            } else {
                discarded(web, &standing, visitor, &typed).await;
            }
            settled(web, receipt.last_position).await;
            Ok(back(&standing, done, standing.visible_from))
        }
        Err(problem) => refused(&desk, &standing, typed, ("contenu", problem)).await,
    }
}

pub async fn withdraw_at(web: &Web, visitor: Visitor, at: At, fields: HashMap<String, String>) -> Page {
    let desk = Desk::with(web, visitor, at.textbook)?;
    let standing = Standing::read(&desk, at).await?;
    let sent = Typed::read(fields, &[]);
    let typed = Typed { reason: sent.reason.clone(), withdrawn: sent.withdrawn.clone(), ..standing.typed() };
    // What is out of sight already has no such form any more.
    let field = if standing.withdrawable().is_empty() { "contenu" } else { "motif" };
    let mut errors = Vec::new();
    versioned(&sent, field, &mut errors);
    let command = standing.withdrawal(&sent);
    if command.is_none() {
        wrong(&mut errors, "quoi".into(), "Choisissez ce qui est retiré, dans la liste.");
    }
    if sent.reason.is_empty() {
        wrong(&mut errors, field.into(), "Dites pourquoi : le motif reste dans l’historique.");
    }
    let (Some((command, done)), true) = (command, errors.is_empty()) else {
        return unfinished(&desk, &standing, typed, errors).await;
    };
    let said = Said { key: Some(sent.key.clone()), expected: sent.expected() };
    match web.app.in_textbook(visitor.0, at.textbook, said, command).await {
        Ok(receipt) => {
            settled(web, receipt.last_position).await;
            Ok(back(&standing, done, None))
        }
        Err(problem) => refused(&desk, &standing, typed, (field, problem)).await,
    }
}

/// A form as it was typed, with its files and those of the lesson it takes over.
struct Arrived {
    typed: Typed,
    taken: Option<Taken>,
    errors: Vec<FieldError>,
}

impl Arrived {
    async fn read(desk: &Desk<'_>, standing: &Standing, request: Request) -> Result<Self, Problem> {
        let (app, textbook) = (&desk.web.app, standing.at().textbook);
        let sent = Sent::read(app, desk.teacher, textbook, request).await?;
        let files: Vec<Beside> = sent.files.keys().copied().collect();
        let mut typed = Typed::read(sent.fields, &files);
        let taken = Taken::read(desk, &typed).await?;
        standing.complete(&mut typed, taken.as_ref());
        let known = |address| {
            let files = standing.files().into_iter().chain(taken.iter().flat_map(Taken::files));
            files.into_iter().find(|file| file.address == address).cloned()
        };
        let mut errors = Vec::new();
        typed.attach(app, (desk.teacher, textbook), sent.files, known, &mut errors).await?;
        Ok(Self { typed, taken, errors })
    }
}

/// A form says which version it was made from: without it, what somebody else wrote could be written over unseen.
fn versioned(typed: &Typed, field: &str, errors: &mut Vec<FieldError>) {
    if typed.expected().is_none() {
        let message = "Ce formulaire est incomplet : relisez la séance telle qu’elle est, puis enregistrez de nouveau.";
        wrong(errors, field.into(), message);
    }
}

/// What is published is no longer a draft; the note that came with it is kept. A draft that could not be thrown away says, when it is shown,
/// that the lesson has moved on.
async fn discarded(web: &Web, standing: &Standing, visitor: Visitor, typed: &Typed) {
    if let Err(problem) = web.app.desk.discard(Paper::Draft, standing.place(visitor.0)).await {
        tracing::warn!(%problem, "the draft of a published lesson is still there");
    }
    // The lesson is published, whatever becomes of a word to oneself.
    if let Err(problem) = papers::keep_note(web, standing, visitor, typed, &mut Vec::new()).await {
        tracing::warn!(code = problem.code, "the note of a published lesson is not kept");
    }
}

/// The form again, with what is wrong beside each field.
async fn unfinished(desk: &Desk<'_>, standing: &Standing, mut typed: Typed, errors: Vec<FieldError>) -> Page {
    if typed.expected().is_none() {
        typed.version = standing.version.to_string();
    }
    let status = if typed.too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNPROCESSABLE_ENTITY };
    page_with(status, &offered(desk, standing, typed, errors).await?)
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
    let (textbook, day) = standing.lesson();
    let of = format!("&cahier={textbook}&jour={day}");
    Redirect::to(&format!("/enseignant?semaine={monday}&fait={done}{visible}{of}")).into_response()
}

/// The form again, with what was typed, and what the school answered.
async fn refused(desk: &Desk<'_>, standing: &Standing, typed: Typed, (field, problem): (&str, Problem)) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let message = match problem.code.as_str() {
        "version-changed" | "lesson-written" => {
            "Quelqu’un a écrit dans ce cahier entre-temps. Votre texte est gardé ici : relisez, puis enregistrez de nouveau."
        }
        "not-your-textbook" => "Vous ne tenez pas ce cahier aujourd’hui : vous pouvez le lire, pas y écrire.",
        "stale" => {
            "L’emploi du temps change en ce moment. Votre texte est gardé ici : enregistrez de nouveau dans un instant."
        }
        "entry-withdrawn" => "Cette séance est déjà retirée de la vue.",
        "homework-withdrawn" => "Ce travail est déjà retiré de la vue : il n’est plus dans ce formulaire.",
        "text-too-long" => "Ce texte dépasse 20 000 caractères : raccourcissez-le, ou joignez un lien.",
        "lesson-malformed" => "Une séance dure de 5 à 720 minutes.",
        "outside-school-year" => "Cette date est hors de l’année scolaire.",
        "due-on-closure" => {
            "L’établissement est fermé le jour choisi pour ce travail (férié ou vacances) : choisissez un jour de classe."
        }
        "written-homework-in-primary" => {
            "À l’école primaire, aucun travail écrit n’est donné à faire hors de la classe : donnez un travail oral, une lecture ou une leçon à apprendre."
        }
        "due-lesson-not-held" => "La séance choisie pour ce travail est annulée : choisissez-en une autre, ou un jour.",
        "file-unknown" => "Un fichier joint n’est plus là : joignez-le de nouveau.",
        "file-too-large" => "Un fichier joint est plus lourd que l’établissement ne l’accepte aujourd’hui.",
        "file-type-refused" => "Un fichier joint est d’un type que l’établissement n’accepte pas aujourd’hui.",
        "file-quota-reached" => {
            "Les fichiers joints dépassent ce que ce cahier peut garder dans l’année : retirez-en, ou demandez à la direction."
        }
        "no-lesson-that-day" => "Il n’y a pas de séance ce jour-là à l’emploi du temps.",
        "source-unknown" => "La séance reprise n’est plus lisible : videz ce qui en vient, ou choisissez-en une autre.",
        "pupil-not-in-group" => "Un des élèves cochés n’est plus dans ce groupe : revoyez les élèves concernés.",
        "framing-too-long" => "La séquence et le point du programme tiennent en 300 caractères chacun.",
        "idempotency-key-reused" => "Ce formulaire a déjà servi : relisez, puis enregistrez de nouveau.",
        _ => "L’établissement n’accepte pas cette écriture. Vérifiez les dates et les textes.",
    };
    let mut errors = Vec::new();
    wrong(&mut errors, field.into(), message);
    // As it stands since a colleague wrote: they are shown what they would write over.
    let now = if matches!(problem.code.as_str(), "version-changed" | "lesson-written") {
        Standing::read(desk, standing.at()).await.ok()
    } else {
        None
    };
    let standing = now.as_ref().unwrap_or(standing);
    let published = standing.published().filter(|_| standing.changed_since(&typed));
    // The next sending is another one, made from what stands now.
    let mut typed = typed;
    typed.name_given(|id| standing.works.iter().any(|work| work.homework == id));
    typed.leave_out(&standing.gone);
    let typed = Typed { version: standing.version.to_string(), key: Uuid::now_v7().to_string(), ..typed };
    page_with(status, &LessonPage { published, ..offered(desk, standing, typed, errors).await? })
}
