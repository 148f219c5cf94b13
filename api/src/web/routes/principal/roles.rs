//! `/direction/roles`: what people of the staff are in the school, by hand: a role given from a day, for good or until another, and ended on
//! one. What will follow an end is said first, and recorded once confirmed.

mod ending;
mod parts;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::actor::Actor;
use domain::calendar::days_after;
use domain::decider::Decider as _;
use domain::directory::group::{self, Group};
use domain::directory::person::{self, Person, Role as Held};
use domain::ids::{GroupId, PersonId, StreamId};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::Office;
use crate::app::{Said, lasting};
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Role};
use crate::web::roles::{RoleForm, RolesPage};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page_with, said, with_flash};
pub use ending::{end, form as end_form};
use parts::{Part, lines, staff};

/// What a head asks of one person of the staff, or of the form tutors of one class.
#[derive(Clone)]
enum Asked {
    OfPerson(PersonId, person::Command),
    OfClass(StreamId, group::Command),
}

impl Asked {
    fn class(books: &Books, class: GroupId, command: group::Command) -> Result<Self, Problem> {
        let year = books.groups.get(&class).ok_or_else(Problem::unknown)?.year;
        Ok(Self::OfClass(StreamId::new(Group::TYPE, class, year), command))
    }

    /// Whether it would be obeyed now.
    async fn tried(self, office: &Office<'_>) -> Result<(), Problem> {
        let (head, app) = (Actor::Person(office.head), &office.web.app);
        match self {
            Self::OfPerson(person, command) => {
                let stream = lasting(Person::TYPE, person);
                app.try_in_directory::<Person>(head, office.school, stream, command).await
            }
            Self::OfClass(stream, command) => app.try_in_directory::<Group>(head, office.school, stream, command).await,
        }
    }

    /// The position of what it wrote, if it wrote.
    async fn told(self, office: &Office<'_>, said: Said) -> Result<Option<i64>, Problem> {
        let (head, app) = (Actor::Person(office.head), &office.web.app);
        let receipt = match self {
            Self::OfPerson(person, command) => {
                let stream = lasting(Person::TYPE, person);
                app.in_directory::<Person>(head, office.school, stream, said, command).await
            }
            Self::OfClass(stream, command) => {
                app.in_directory::<Group>(head, office.school, stream, said, command).await
            }
        };
        Ok(receipt?.last_position)
    }
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: fr::spaced(message) }
}

/// The day that a field holds.
fn day(field: &str, text: &str) -> Result<Date, FieldError> {
    text.parse().map_err(|_| wrong(field, "Indiquez le jour, par exemple 23/11/2026."))
}

/// What was chosen.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    personne: String,
    role: String,
    du: String,
    au: String,
    cle: String,
}

impl Typed {
    /// The command and the part that it gives, or what is wrong with each field.
    fn asked(&self, office: &Office<'_>) -> Result<(Asked, Part), Vec<FieldError>> {
        let books = office.web.app.register.read();
        let person = Uuid::parse_str(&self.personne).ok().map(PersonId);
        let person = person.filter(|person| staff(office, &books).iter().any(|(known, _)| known == person));
        let person = person.ok_or_else(|| wrong("personne", "Choisissez la personne."));
        let part = Part::parse(office, &books, &self.role).ok_or_else(|| wrong("role", "Choisissez le rôle."));
        let from = day("du", &self.du);
        let until = self.until();
        let (person, part, from, until) = match (person, part, from, until) {
            (Ok(person), Ok(part), Ok(from), Ok(until)) => (person, part, from, until),
            (person, part, from, until) => {
                let errors = [person.err(), part.err(), from.err(), until.err()];
                return Err(errors.into_iter().flatten().collect());
            }
        };
        if until.is_some_and(|until| until <= from) {
            return Err(vec![wrong("au", "Le dernier jour ne peut pas venir avant le premier.")]);
        }
        let asked = match part {
            Part::Of(role) => {
                let command = person::Command::TakeRole { school: office.school, role, from, until };
                Asked::OfPerson(person, command)
            }
            Part::Tutor(class) => {
                if !books.person(person).is_some_and(|book| book.teaches_in(office.school, from)) {
                    let message = "Un professeur principal est enseignant dans l’établissement ce jour-là : donnez d’abord ce rôle.";
                    return Err(vec![wrong("role", message)]);
                }
                let command = group::Command::AddFormTutor { teacher: person, from, until };
                Asked::class(&books, class, command).map_err(|_| vec![wrong("role", "Choisissez le rôle.")])?
            }
        };
        Ok((asked, part))
    }

    /// The first day without the role, when a last one was typed.
    fn until(&self) -> Result<Option<Date>, FieldError> {
        if self.au.is_empty() {
            return Ok(None);
        }
        let last = day("au", &self.au)?;
        days_after(last, 1).map(Some).ok_or_else(|| wrong("au", "Vérifiez l’année."))
    }
}

fn view(office: &Office<'_>, visitor: Visitor, typed: Typed, errors: Vec<FieldError>) -> RolesPage {
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), "/direction/roles");
    let books = office.web.app.register.read();
    let people = staff(office, &books).into_iter();
    let (lines, held_by) = lines(office, &books);
    let of_staff = Held::OF_THE_STAFF
        .into_iter()
        .map(|role| Choice { value: role.name().to_owned(), label: fr::capital(said::role(role)) });
    let tutored = said::classes(&books, office.school, office.local.date()).into_iter();
    let tutored = tutored.map(|(class, label)| Choice {
        value: Part::Tutor(class).value(),
        label: format!("Professeur principal, {label}"),
    });
    RolesPage {
        layout,
        lines,
        people: held_by,
        form: RoleForm {
            people: people.map(|(person, label)| Choice { value: person.to_string(), label }).collect(),
            person: typed.personne,
            roles: of_staff.collect(),
            tutored: tutored.collect(),
            role: typed.role,
            from: typed.du,
            to: typed.au,
            key: Uuid::now_v7().to_string(),
            errors,
        },
    }
}

pub async fn list(State(web): Shared, visitor: Visitor, Query(done): Query<Done>) -> Page {
    let office = Office::open(&web, visitor)?;
    let typed = Typed { du: office.local.date().to_string(), ..Typed::default() };
    let page = view(&office, visitor, typed, vec![]);
    let layout = with_flash(page.layout, done.flash(office.local.date()));
    page_with(StatusCode::OK, &RolesPage { layout, ..page })
}

pub async fn give(State(web): Shared, visitor: Visitor, Form(typed): Form<Typed>) -> Page {
    let office = Office::open(&web, visitor)?;
    let (asked, part) = match typed.asked(&office) {
        Ok(asked) => asked,
        Err(errors) => return page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&office, visitor, typed, errors)),
    };
    let said = Said { key: Some(typed.cle.clone()).filter(|key| !key.is_empty()), expected: None };
    match asked.told(&office, said).await {
        Ok(last) => {
            web.app.await_readers(last.unwrap_or_default()).await;
            let done = match (last, part) {
                (None, _) => "role-inchange",
                (Some(_), Part::Of(Held::Aesh)) => "role-aesh",
                (Some(_), _) => "role-donne",
            };
            Ok(Redirect::to(&format!("/direction/roles?fait={done}")).into_response())
        }
        Err(problem) => refused(&office, visitor, typed, problem),
    }
}

/// The list again, with what was typed, and what the school answered.
fn refused(office: &Office<'_>, visitor: Visitor, typed: Typed, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let error = match problem.code.as_str() {
        "day-malformed" => wrong("du", DAY_MALFORMED),
        "day-outside-the-year" => wrong("du", &super::groups::outside_the_year(office)),
        "period-malformed" => wrong("au", "Le dernier jour ne peut pas venir avant le premier."),
        "stale" => wrong("personne", "Cela a changé entre-temps : relisez la liste, puis recommencez."),
        "idempotency-key-reused" => {
            wrong("personne", "Ce formulaire a déjà servi : relisez la liste, puis recommencez.")
        }
        _ => wrong("personne", "L’établissement n’accepte pas ce rôle. Vérifiez la personne, le rôle et les jours."),
    };
    page_with(status, &view(office, visitor, typed, vec![error]))
}

const DAY_MALFORMED: &str = "Vérifiez l’année : vingt-cinq ans en arrière au plus, dix ans en avant.";
