//! Classes and groups: opened, described, joined and left.

use std::sync::Arc;

use axum::extract::State;
use domain::decider::Decider as _;
use domain::directory::group::{self, Group};
use domain::ids::{GroupId, SchoolId, SchoolYear, StreamId};

use super::{Aim, belongs, not_its_id, not_of_this_school, send, year};
use crate::app::App;
use crate::facts::Books;
use crate::http::answer::{Answer, Receipt};
use crate::http::caller::{Caller, led};
use crate::http::refusals::Writing;
use crate::http::said::Told;
use crate::http::strict::{Command, Id};
use crate::problem::Problem;

/// Open a class or a group, change its members, name its form tutors.
#[utoipa::path(
    post, path = "/api/v1/groups/{id}/commands", tag = "directory", operation_id = "commandGroup",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = group::Command,
    responses((status = 200, description = "Written", body = Receipt, headers(("ETag" = String))), Writing),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<group::Command>,
) -> Answer {
    let now = app.now();
    send::<Group>(&app, caller, told, command, |books, command| {
        let place = place(books, GroupId(id), command);
        let school = led(books, caller.person, place.map(|(school, _)| school), now)?;
        let (_, era) = place.ok_or_else(Problem::unknown)?;
        well_named(books, GroupId(id), (school, era), command)?;
        of_the_school(books, school, command, now)?;
        Ok(Aim { school, stream: StreamId::new(Group::TYPE, GroupId(id), era), address: None })
    })
    .await
}

/// Of a known group, or of the one the command opens.
fn place(books: &Books, id: GroupId, command: &group::Command) -> Option<(SchoolId, SchoolYear)> {
    match (books.groups.get(&id), command) {
        (Some(book), _) => Some((book.school, book.year)),
        (None, group::Command::Open { school, year, .. }) => Some((*school, *year)),
        (None, _) => None,
    }
}

fn well_named(
    books: &Books,
    id: GroupId,
    place: (SchoolId, SchoolYear),
    command: &group::Command,
) -> Result<(), Problem> {
    let group::Command::Open { school, year: named, description } = command else { return Ok(()) };
    if (*school, *named) != place || GroupId::of(*school, *named, &description.code) != id {
        return Err(not_its_id());
    }
    year(books, *school, *named)
}

fn of_the_school(
    books: &Books,
    school: SchoolId,
    command: &group::Command,
    now: jiff::Timestamp,
) -> Result<(), Problem> {
    let all = |mut people: Box<dyn Iterator<Item = &domain::ids::PersonId> + '_>, pointer| {
        let here = people.all(|person| belongs(books, *person, school, now));
        here.then_some(()).ok_or_else(|| not_of_this_school(pointer))
    };
    match command {
        group::Command::ChangeMembers { joined, .. } => all(Box::new(joined.iter()), "/ChangeMembers/joined"),
        group::Command::NameFormTutors { teachers, .. } => all(Box::new(teachers.iter()), "/NameFormTutors/teachers"),
        group::Command::AddFormTutor { teacher, .. } => {
            all(Box::new(std::iter::once(teacher)), "/AddFormTutor/teacher")
        }
        group::Command::Open { .. } | group::Command::RemoveFormTutor { .. } => Ok(()),
    }
}
