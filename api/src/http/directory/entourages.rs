//! The rights around one pupil: a head records them, the pupil of age objects. Only pupils of his school exist for a head; and those who
//! left it, for what only takes a right away.

use std::sync::Arc;

use axum::extract::State;
use domain::decider::Decider as _;
use domain::directory::entourage::{self, Entourage};
use domain::ids::{PersonId, SchoolId};

use crate::app::App;
use crate::facts::Books;
use crate::http::answer::{Answer, Receipt, written};
use crate::http::caller::{Caller, led};
use crate::http::refusals::Writing;
use crate::http::said::Told;
use crate::http::strict::{Command, Id};
use crate::problem::Problem;

/// Record a parent's right of supervision and the court decision that ends it, name an AESH; as the pupil of age, object.
///
/// The id is that of the pupil.
#[utoipa::path(
    post, path = "/api/v1/entourages/{id}/commands", tag = "directory", operation_id = "commandEntourage",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = entourage::Command,
    responses((status = 200, description = "Written", body = Receipt, headers(("ETag" = String))), Writing),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<entourage::Command>,
) -> Answer {
    let pupil = PersonId(id);
    let school = school(&app.register.read(), caller, (pupil, &command), app.now());
    let result = async {
        let (said, school) = (told.of(Entourage::TYPE, false)?, school?);
        app.in_entourage(caller.person, school, pupil, said, command).await
    };
    let result = result.await;
    written(&app, Entourage::TYPE, result, None).await
}

/// A school of the pupil: of those the caller leads, unless the caller is the pupil. One the pupil has left comes last.
fn school(
    books: &Books,
    caller: Caller,
    (pupil, command): (PersonId, &entourage::Command),
    now: jiff::Timestamp,
) -> Result<SchoolId, Problem> {
    let today = |school: &SchoolId| books.schools.get(school).map(|book| book.local(now).date());
    let enrolled = |school: &SchoolId| {
        today(school).is_some_and(|today| books.schools_of_pupil(pupil, today).any(|known| known == *school))
    };
    let mut of_pupil = books.schools.keys().copied().filter(enrolled);
    if caller.person == pupil {
        return of_pupil.next().map_or_else(|| led(books, pupil, None, now), Ok);
    }
    let leads = |school: &SchoolId| led(books, caller.person, Some(*school), now).is_ok();
    let left = |school: &SchoolId| today(school).is_some_and(|today| books.is_around(pupil, *school, command, today));
    let was_of_pupil = books.schools.keys().copied().filter(left);
    led(books, caller.person, of_pupil.chain(was_of_pupil).find(leads), now)
}
