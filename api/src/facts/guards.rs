//! The streams that give a right, at the versions folded here: what a command names, so that it is not written once they have moved on.

use domain::decider::Decider as _;
use domain::directory::person::Person;
use domain::directory::service::Service;
use domain::ids::{PersonId, SchoolYear, StreamId, TextbookId};

use super::Books;

/// A stream and the version of it that a decision rests on.
pub type Guard = (StreamId, i64);

impl Books {
    /// What gives a person whatever they are in their schools: roles, an account that is open.
    pub fn standing_of(&self, person: PersonId) -> Guard {
        let version = self.person(person).map_or(0, |book| book.version);
        (StreamId::new(Person::TYPE, person, SchoolYear::NONE), version)
    }

    /// What lets a person write in a textbook, or no longer: the assignments of its service, and what they are in the school.
    pub fn right_in(&self, person: PersonId, textbook: TextbookId) -> Vec<Guard> {
        let service = self.services.get(&textbook).map(|book| {
            let stream = StreamId::new(Service::TYPE, book.service, book.year);
            (stream, book.version)
        });
        service.into_iter().chain([self.standing_of(person)]).collect()
    }
}
