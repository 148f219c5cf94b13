//! A school describes itself: its identity, its years, its closures, the pause it keeps.

use std::sync::Arc;

use axum::extract::State;
use domain::decider::Decider as _;
use domain::directory::establishment::{self, School};
use domain::ids::SchoolId;

use super::{Aim, not_its_id, send};
use crate::app::{App, lasting};
use crate::http::answer::{Answer, Receipt};
use crate::http::caller::{Caller, led};
use crate::http::refusals::Writing;
use crate::http::said::Told;
use crate::http::strict::{Command, Id};
use crate::problem::Problem;

/// Describe the school, open a year, set its closures, name its subjects, adopt a pause.
#[utoipa::path(
    post, path = "/api/v1/schools/{id}/commands", tag = "directory", operation_id = "commandSchool",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header), ("If-Match" = Option<String>, Header)),
    request_body = establishment::Command,
    responses((status = 200, description = "Written", body = Receipt, headers(("ETag" = String))), Writing),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<establishment::Command>,
) -> Answer {
    let now = app.now();
    send::<School>(&app, caller, told, command, |books, command| {
        let school = led(books, caller.person, Some(SchoolId(id)), now)?;
        well_named(school, command)?;
        Ok(Aim { school, stream: lasting(School::TYPE, school), address: None })
    })
    .await
}

fn well_named(school: SchoolId, command: &establishment::Command) -> Result<(), Problem> {
    match command {
        establishment::Command::Register { identity } if SchoolId::of(&identity.uai) != school => Err(not_its_id()),
        establishment::Command::OpenYear { bounds } if !(1990..=2200).contains(&bounds.year.0) => {
            Err(Problem::invalid("school-year-malformed", "a school year is named by the year it starts in")
                .at("/OpenYear/bounds/year"))
        }
        _ => Ok(()),
    }
}
