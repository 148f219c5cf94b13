//! A head corrects a name, gives a role, sets who answers for a pupil. Only people of his school exist for him.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use domain::decider::Decider as _;
use domain::directory::person::{self, Person};
use domain::ids::{PersonId, SchoolId};

use super::{Aim, belongs, not_its_id, not_of_this_school, send};
use crate::app::{App, lasting};
use crate::facts::Books;
use crate::http::answer::{Answer, Receipt};
use crate::http::caller::{Caller, led};
use crate::http::refusals::Writing;
use crate::http::said::Told;
use crate::http::strict::{Command, Id};
use crate::problem::Problem;

/// Register a person, correct their names, give and end their roles, set a pupil's guardians.
///
/// A person unknown so far is registered by `Several`, with a role in the head's school, under a random UUID made by the client.
#[utoipa::path(
    post, path = "/api/v1/persons/{id}/commands", tag = "directory", operation_id = "commandPerson",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = person::Command,
    responses((status = 200, description = "Written", body = Receipt, headers(("ETag" = String))), Writing),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<person::Command>,
) -> Answer {
    let now = app.now();
    send::<Person>(&app, caller, told, command, |books, command| {
        let person = PersonId(id);
        let commands = each(command);
        let school = led(books, caller.person, school(books, caller.person, person, &commands, now), now)?;
        for command in commands {
            allowed(books, school, person, command, now)?;
        }
        Ok(Aim { school, stream: lasting(Person::TYPE, person), address: None })
    })
    .await
}

fn each(command: &person::Command) -> Vec<&person::Command> {
    match command {
        person::Command::Several { commands } => commands.iter().collect(),
        one => vec![one],
    }
}

/// The school led by the caller that a person belongs to; for someone unknown, the one in which the command gives them a role.
fn school(
    books: &Books,
    caller: PersonId,
    person: PersonId,
    commands: &[&person::Command],
    now: jiff::Timestamp,
) -> Option<SchoolId> {
    let leads = |school: &SchoolId| led(books, caller, Some(*school), now).is_ok();
    if books.person(person).is_some() {
        return books.schools.keys().copied().filter(leads).find(|school| belongs(books, person, *school, now));
    }
    if !matches!(commands.first(), Some(person::Command::Register { .. })) {
        return None;
    }
    commands.iter().find_map(|command| match command {
        person::Command::TakeRole { school, .. } => Some(*school).filter(leads),
        _ => None,
    })
}

fn allowed(
    books: &Books,
    school: SchoolId,
    person: PersonId,
    command: &person::Command,
    now: jiff::Timestamp,
) -> Result<(), Problem> {
    match command {
        person::Command::Register { person: named, .. } if *named != person => Err(not_its_id()),
        person::Command::TakeRole { school: named, .. } | person::Command::EndRole { school: named, .. }
            if *named != school =>
        {
            Err(not_of_this_school("/school"))
        }
        person::Command::SetGuardians { guardians, .. }
            if !guardians.iter().all(|link| belongs(books, link.relative, school, now)) =>
        {
            Err(not_of_this_school("/SetGuardians/guardians"))
        }
        // Someone whom another school counts on is closed by the feed, not by one of their heads.
        person::Command::Deactivate { .. } | person::Command::Reactivate { .. }
            if books.schools.keys().any(|other| *other != school && belongs(books, person, *other, now)) =>
        {
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                "belongs-elsewhere-too",
                "this person belongs to another school too",
            ))
        }
        person::Command::Several { .. } => Err(Problem::invalid("several-in-several", "Several holds simple commands")),
        _ => Ok(()),
    }
}
