//! `/api/v1/mandates`: a head opens named textbooks to a named inspector, and may close early.

use std::sync::Arc;

use axum::extract::State;
use domain::decider::Decider as _;
use domain::ids::{MandateId, PersonId, SchoolId};
use domain::inspection::mandate::{self, Mandate};

use super::answer::{Answer, Receipt, written};
use super::caller::{Caller, led};
use super::refusals::Writing;
use super::said::Told;
use super::strict::{Command, Id};
use crate::app::App;
use crate::problem::Problem;

/// Open or close a mandate of inspection.
///
/// The id of a new mandate is made by the client, a UUIDv7, so that a repeated command is the same mandate.
#[utoipa::path(
    post, path = "/api/v1/mandates/{id}/commands", tag = "direction", operation_id = "commandMandate",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = mandate::Command,
    responses((status = 200, description = "Written", body = Receipt, headers(("ETag" = String))), Writing),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<mandate::Command>,
) -> Answer {
    let result = async {
        let said = told.of(Mandate::TYPE, false)?;
        let school = school(&app, caller.person, MandateId(id), &command)?;
        app.in_mandate(caller.person, school, MandateId(id), said, command).await
    };
    let result = result.await;
    written(&app, Mandate::TYPE, result, None).await
}

/// The school of a known mandate; that of the textbooks named for a new one.
fn school(app: &App, caller: PersonId, id: MandateId, command: &mandate::Command) -> Result<SchoolId, Problem> {
    let books = app.register.read();
    let now = app.now();
    if let Some(known) = books.mandates.get(&id) {
        return led(&books, caller, Some(known.school), now);
    }
    let mandate::Command::OpenMandate { textbooks, .. } = command else { return led(&books, caller, None, now) };
    let mut named = textbooks.iter().filter_map(|textbook| books.services.get(textbook)).map(|service| service.school);
    let school = led(&books, caller, named.next(), now);
    if school.is_ok() && id.0.get_version_num() != 7 {
        return Err(Problem::invalid("id-malformed", "the id of a new mandate is a UUIDv7").at("/path/id"));
    }
    school
}
