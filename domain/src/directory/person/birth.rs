//! The day on which a pupil was born, when the feed does not say it or says it wrong. What follows from it is computed, and kept nowhere.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::roles::{Facts, Role, today};
use super::{Event, Rejection, State};
use crate::decider::Context;
use crate::ids::PersonId;
use crate::personal::{Personal, Retention, Subject};

/// Never in clear: with a school it tells one pupil from the others.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BirthDate(pub Date);

/// Nobody at school is older, in years.
const OLDEST: i16 = 100;

/// Of a pupil, today or later, and of nobody else: a school needs that day for its pupils alone (RGPD, art. 5.1 c).
pub(super) fn stated(
    state: &State,
    person: PersonId,
    born_on: Date,
    context: &Context<Facts>,
) -> Result<Event, Rejection> {
    let today = today(context);
    if !state.roles.iter().any(|held| held.role == Role::Pupil && held.outlasts(today)) {
        return Err(Rejection::NotAPupil);
    }
    let oldest = today.saturating_sub(OLDEST.years());
    if !(oldest..=today).contains(&born_on) {
        return Err(Rejection::BirthDateMalformed);
    }
    let born_on = Personal::new(Subject::Person(person), Retention::Identity, BirthDate(born_on));
    Ok(Event::BirthDateStated { person, born_on })
}
