//! `/direction/eleves`: the pupils of a class, and of one the day of birth, stated when no feed gave it, or mended. It is opened for that page
//! alone.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::actor::Actor;
use domain::decider::Decider as _;
use domain::directory::majority;
use domain::directory::person::{Command, Person};
use domain::ids::PersonId;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{Chosen, Classes, Office};
use crate::app::{Said, lasting};
use crate::facts::PersonBook;
use crate::fr;
use crate::problem::Problem;
use crate::web::births::{BirthPage, BirthsPage};
use crate::web::layout::{FieldError, Link, Role};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page, page_with, said, with_flash};

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    ne_le: String,
    version: String,
    cle: String,
}

pub async fn list(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let (classes, pupils) = {
        let books = web.app.register.read();
        let classes = Classes::of(&office, &books, &chosen)?;
        let members = classes.shown.map(|class| said::members(&books, class, today)).unwrap_or_default();
        let link = |(pupil, text): (PersonId, String)| Link { href: format!("/direction/eleves/{pupil}"), text };
        (classes, members.into_iter().map(link).collect())
    };
    page(&BirthsPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction/eleves"),
        class: classes.label(),
        chosen: classes.value(),
        classes: classes.choices(),
        pupils,
    })
}

/// Of a pupil of this school today; any other is not known here.
async fn view(
    office: &Office<'_>,
    visitor: Visitor,
    pupil: PersonId,
    (typed, errors): (Option<String>, Vec<FieldError>),
) -> Result<BirthPage, Problem> {
    known(office, pupil)?;
    let born_on = office.web.app.born_on(pupil).await?;
    let action = format!("/direction/eleves/{pupil}");
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), &action);
    let today = office.local.date();
    let books = office.web.app.register.read();
    let class = books.stays_on(pupil, today).map(|stay| stay.group).find(|group| said::is_class(&books, *group));
    let back = class.map_or("/direction/eleves".to_owned(), |class| format!("/direction/eleves?classe={class}"));
    Ok(BirthPage {
        layout,
        name: books.person(pupil).map(PersonBook::full).unwrap_or_default(),
        class: said::class_of(&books, pupil, today),
        back: Link { href: back, text: "Les élèves de la classe".to_owned() },
        action,
        born_on,
        of_age_from: born_on.and_then(|born| majority::of_age_from(born, today)),
        typed: typed.or(born_on.map(|born| born.to_string())).unwrap_or_default(),
        version: books.person(pupil).map_or(0, |book| book.version).to_string(),
        key: Uuid::now_v7().to_string(),
        errors,
    })
}

fn known(office: &Office<'_>, pupil: PersonId) -> Result<(), Problem> {
    let books = office.web.app.register.read();
    let here = books.schools_of_pupil(pupil, office.local.date()).any(|school| school == office.school);
    here.then_some(()).ok_or_else(Problem::unknown)
}

fn wrong(message: &str) -> FieldError {
    FieldError { field: "ne_le".to_owned(), message: fr::spaced(message) }
}

pub async fn show(State(web): Shared, visitor: Visitor, Path(pupil): Path<PersonId>, Query(done): Query<Done>) -> Page {
    let office = Office::open(&web, visitor)?;
    let view = view(&office, visitor, pupil, (None, vec![])).await?;
    let layout = with_flash(view.layout, done.flash(office.local.date()));
    page(&BirthPage { layout, ..view })
}

pub async fn state(
    State(web): Shared,
    visitor: Visitor,
    Path(pupil): Path<PersonId>,
    Form(typed): Form<Typed>,
) -> Page {
    let office = Office::open(&web, visitor)?;
    known(&office, pupil)?;
    let (Ok(born_on), Ok(version)) = (typed.ne_le.parse::<Date>(), typed.version.parse::<i64>()) else {
        let errors = vec![wrong("Indiquez la date, par exemple 23/11/2012.")];
        let view = view(&office, visitor, pupil, (Some(typed.ne_le), errors)).await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &view);
    };
    // The same day said again is no other fact: what is sealed cannot be compared by the decision.
    if web.app.born_on(pupil).await? == Some(born_on) {
        return Ok(Redirect::to(&format!("/direction/eleves/{pupil}?fait=naissance-inchangee")).into_response());
    }
    let said = Said { key: Some(typed.cle.clone()).filter(|key| !key.is_empty()), expected: Some(version) };
    let (head, stream) = (Actor::Person(office.head), lasting(Person::TYPE, pupil));
    let command = Command::StateBirthDate { born_on };
    match web.app.in_directory::<Person>(head, office.school, stream, said, command).await {
        Ok(receipt) => {
            web.app.await_readers(receipt.last_position.unwrap_or_default()).await;
            Ok(Redirect::to(&format!("/direction/eleves/{pupil}?fait=naissance")).into_response())
        }
        Err(problem) if problem.status().is_server_error() || problem.status() == StatusCode::NOT_FOUND => Err(problem),
        Err(problem) => {
            let message = match problem.code.as_str() {
                "birth-date-malformed" => "Vérifiez l’année : cette date n’est pas à venir, et a moins de cent ans.",
                "version-changed" | "idempotency-key-reused" | "stale" => {
                    "Cela a changé entre-temps : relisez ce qui est enregistré, puis recommencez."
                }
                _ => "L’établissement n’accepte pas cette date.",
            };
            let view = view(&office, visitor, pupil, (Some(typed.ne_le), vec![wrong(message)])).await?;
            page_with(problem.status(), &view)
        }
    }
}
