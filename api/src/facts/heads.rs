//! Who leads a school, and when: what a decision must know so that a school keeps a head.

use std::collections::{BTreeMap, BTreeSet};

use domain::directory::person::{self, HeadTerm, Role};
use domain::ids::{PersonId, SchoolId};
use jiff::tz::TimeZone;

use super::{Books, PersonBook};

impl Books {
    /// What a decision on a person may look at, from a school.
    pub fn person_facts(&self, school: SchoolId, person: PersonId) -> person::Facts {
        let zone = self.schools.get(&school).map_or(TimeZone::UTC, |book| book.zone.clone());
        let led = self.person(person).into_iter().flat_map(|book| &book.roles).filter(|held| held.role == Role::Head);
        // Of the school of who asks too: the stream may know a role that is not read here yet.
        let schools: BTreeSet<SchoolId> = led.map(|held| held.school).chain([school]).collect();
        let mut heads: BTreeMap<SchoolId, Vec<HeadTerm>> = BTreeMap::new();
        for (head, book) in self.persons.iter().filter(|(other, _)| **other != person) {
            for (school, term) in terms(*head, book).filter(|(school, _)| schools.contains(school)) {
                heads.entry(school).or_default().push(term);
            }
        }
        person::Facts { zone, heads }
    }
}

/// The days on which somebody leads schools: an account that is closed leads none.
fn terms(head: PersonId, book: &PersonBook) -> impl Iterator<Item = (SchoolId, HeadTerm)> {
    let closed = book.inactive_since;
    let led = book.roles.iter().filter(|held| held.role == Role::Head);
    let terms = led.map(move |held| {
        let until = held.until.into_iter().chain(closed).min();
        (held.school, HeadTerm { head, from: held.from, until })
    });
    terms.filter(|(_, term)| term.until.is_none_or(|until| term.from < until))
}
