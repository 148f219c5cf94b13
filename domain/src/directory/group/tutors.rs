//! The form tutors of a class, one by one: each set from its day until the day of the next, those that are to come included.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::civil::Date;

use super::{Event, State};
use crate::ids::{GroupId, PersonId};

/// The sets from a day on, with that of the day itself.
fn from_on(sets: &BTreeMap<Date, BTreeSet<PersonId>>, from: Date) -> BTreeMap<Date, BTreeSet<PersonId>> {
    let on = sets.range(..=from).next_back().map(|(_, set)| set.clone()).unwrap_or_default();
    let later = sets.range((Bound::Excluded(from), Bound::Unbounded));
    later.map(|(day, set)| (*day, set.clone())).chain([(from, on)]).collect()
}

/// What is said so that a change holds from a day, for good or until another; whoever else is named stays, on each day. Each set that is
/// said calls off those after it, so that they are said again, in order.
pub fn changed(
    state: &State,
    group: GroupId,
    (from, until): (Date, Option<Date>),
    change: impl Fn(&mut BTreeSet<PersonId>),
) -> Vec<Event> {
    let before = from_on(&state.form_tutors, from);
    let mut after = before.clone();
    if let Some(until) = until {
        let then = from_on(&state.form_tutors, until).remove(&until).unwrap_or_default();
        after.insert(until, then);
    }
    let within = after.iter_mut().filter(|(day, _)| until.is_none_or(|until| **day < until));
    within.for_each(|(_, set)| change(set));
    let same = |(day, set): (&Date, &BTreeSet<PersonId>)| {
        before.range(..=*day).next_back().is_some_and(|(_, known)| known == set)
    };
    if after.iter().all(same) {
        return vec![];
    }
    let said = |(from, teachers)| Event::FormTutorsNamed { group, teachers, from: Some(from) };
    after.into_iter().map(said).collect()
}
