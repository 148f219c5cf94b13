//! `/api/v1/{schools,persons,entourages,groups,services}`: what a head changes of the directory between two feeds. A head acts in his own school:
//! whatever a command names belongs to it, or does not exist for him.

pub mod entourages;
pub mod groups;
pub mod persons;
pub mod schools;
pub mod services;

use std::sync::Arc;

use domain::actor::Actor;
use domain::decider::Decider;
use domain::ids::{PersonId, SchoolId, SchoolYear, StreamId};
use serde::Serialize;

use super::answer::{Answer, written};
use super::caller::Caller;
use super::said::Told;
use crate::app::App;
use crate::facts::{Books, Known};
use crate::problem::Problem;

/// Where a command goes, once it is known to concern the head's school alone.
struct Aim {
    school: SchoolId,
    stream: StreamId,
    /// Where what it makes is read.
    address: Option<String>,
}

async fn send<D: Decider<Facts: Known>>(
    app: &Arc<App>,
    caller: Caller,
    told: Told,
    command: D::Command,
    aim: impl FnOnce(&Books, &D::Command) -> Result<Aim, Problem>,
) -> Answer
where
    D::Command: Serialize,
{
    let aim = {
        let books = app.register.read();
        aim(&books, &command)
    };
    let address = aim.as_ref().ok().and_then(|aim| aim.address.clone());
    let result = async {
        let (said, Aim { school, stream, .. }) = (told.of(D::TYPE, false)?, aim?);
        app.in_directory::<D>(Actor::Person(caller.person), school, stream, said, command).await
    };
    let result = result.await;
    written(app, D::TYPE, result, address).await
}

/// Whether a person holds a role in a school, today or later.
fn belongs(books: &Books, person: PersonId, school: SchoolId, now: jiff::Timestamp) -> bool {
    let Some(today) = books.schools.get(&school).map(|school| school.local(now).date()) else { return false };
    let roles = books.person(person).map_or(&[][..], |book| &book.roles);
    roles.iter().any(|held| held.school == school && held.until.is_none_or(|until| today < until))
}

fn not_of_this_school(pointer: &str) -> Problem {
    Problem::invalid("not-of-this-school", "this names someone or something outside your school").at(pointer)
}

/// An id with a natural key is that key's: another one is a mistake.
fn not_its_id() -> Problem {
    Problem::invalid("id-mismatch", "the id of this address is not that of what the command names").at("/path/id")
}

/// A year that the school has opened.
fn year(books: &Books, school: SchoolId, year: SchoolYear) -> Result<(), Problem> {
    let known = books.schools.get(&school).is_some_and(|school| school.years.contains_key(&year));
    let unknown = || Problem::invalid("school-year-unknown", "the school has not opened this year: OpenYear");
    known.then_some(()).ok_or_else(unknown)
}
