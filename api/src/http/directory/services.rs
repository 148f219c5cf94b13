//! Services: who teaches what to whom, and at what hours.

use std::sync::Arc;

use axum::extract::State;
use domain::calendar::LessonOn;
use domain::decider::Decider as _;
use domain::directory::service::{self, Service};
use domain::ids::{SchoolId, SchoolYear, ServiceId, StreamId, TextbookId};

use super::{Aim, belongs, not_its_id, not_of_this_school, send, year};
use crate::app::App;
use crate::facts::{Books, ServiceBook};
use crate::http::answer::{Answer, Receipt};
use crate::http::caller::{Caller, led};
use crate::http::refusals::Writing;
use crate::http::said::Told;
use crate::http::strict::{Command, Id};
use crate::problem::Problem;

/// Open a service, assign and release its teachers, set its timetable, say which lessons are not held, moved, or taken by a colleague.
#[utoipa::path(
    post, path = "/api/v1/services/{id}/commands", tag = "directory", operation_id = "commandService",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = service::Command,
    responses(
        (status = 200, description = "Written", body = Receipt,
            headers(("ETag" = String), ("Location" = String, description = "The textbook of the service opened"))),
        Writing,
    ),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<service::Command>,
) -> Answer {
    let now = app.now();
    send::<Service>(&app, caller, told, command, |books, command| {
        let known = books.services.values().find(|book| book.service == ServiceId(id));
        let place = place(known, command);
        let school = led(books, caller.person, place.map(|(school, _)| school), now)?;
        let (_, era) = place.ok_or_else(Problem::unknown)?;
        well_made(books, ServiceId(id), (school, era), known, command, now)?;
        Ok(Aim { school, stream: StreamId::new(Service::TYPE, ServiceId(id), era), address: address(command) })
    })
    .await
}

/// Of a known service, or of the one the command opens.
fn place(known: Option<&ServiceBook>, command: &service::Command) -> Option<(SchoolId, SchoolYear)> {
    match (known, command) {
        (Some(book), _) => Some((book.school, book.year)),
        (None, service::Command::Open { school, year, .. }) => Some((*school, *year)),
        (None, _) => None,
    }
}

fn not_a_teacher_then() -> Problem {
    Problem::invalid("not-a-teacher-then", "this person does not teach in your school on the day of a lesson named")
        .at("/Replace/by")
}

fn address(command: &service::Command) -> Option<String> {
    let service::Command::Open { group, subject, .. } = command else { return None };
    Some(format!("/api/v1/textbooks/{}", TextbookId::of(*group, subject)))
}

fn well_made(
    books: &Books,
    id: ServiceId,
    place: (SchoolId, SchoolYear),
    known: Option<&ServiceBook>,
    command: &service::Command,
    now: jiff::Timestamp,
) -> Result<(), Problem> {
    match command {
        service::Command::Open { school, year: named, group, subject } => {
            if (*school, *named) != place || ServiceId::of(*group, subject) != id {
                return Err(not_its_id());
            }
            year(books, *school, *named)?;
            let here = books.groups.get(group).is_some_and(|book| (book.school, book.year) == place);
            here.then_some(()).ok_or_else(|| not_of_this_school("/Open/group"))
        }
        service::Command::Assign { assignment } => {
            let here = belongs(books, assignment.teacher, place.0, now);
            here.then_some(()).ok_or_else(|| not_of_this_school("/Assign/assignment/teacher"))
        }
        service::Command::Schedule { slots, .. } => {
            // A slot belongs to one service for ever: another's would take over its lessons.
            let textbook = known.map(|book| book.textbook);
            let free = |slot| books.textbook_of_slot(slot).is_none_or(|owner| Some(owner) == textbook);
            let taken = slots.iter().position(|slot| !free(slot.slot));
            taken.map_or(Ok(()), |at| Err(not_of_this_school(&format!("/Schedule/slots/{at}/slot"))))
        }
        service::Command::Replace { lessons, by } => {
            let held_on = |lesson: &LessonOn| {
                let held = known.and_then(|book| books.lesson(book.textbook, *lesson));
                held.map_or(lesson.date, |held| held.date)
            };
            let teaches = |on| books.person(*by).is_some_and(|book| book.teaches_in(place.0, on));
            lessons.iter().all(|lesson| teaches(held_on(lesson))).then_some(()).ok_or_else(not_a_teacher_then)
        }
        service::Command::Release { .. }
        | service::Command::Cancel { .. }
        | service::Command::Reinstate { .. }
        | service::Command::Move { .. } => Ok(()),
    }
}
