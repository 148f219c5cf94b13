//! From what the register knows to what a reader may see; the rule itself is `domain::access`.

use domain::access::{self, Grant, Scope};
use domain::directory::person::Role;
use domain::directory::service::Assignment;
use domain::ids::{PersonId, SchoolId, TextbookId};
use jiff::civil::Date;

use super::Books;

/// From where a person reads: one page, one standpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standpoint {
    Pupil,
    /// As an adult who answers for that pupil.
    Guardian(PersonId),
    Teacher,
    Head,
    Inspector,
}

impl Books {
    /// What a person may see on a day. Someone deactivated sees nothing.
    pub fn scope(&self, person: PersonId, standpoint: Standpoint, on: Date) -> Scope {
        let Some(book) = self.person(person).filter(|book| book.inactive_since.is_none_or(|since| on < since)) else {
            return Scope::nothing();
        };
        let has = |role| book.roles.iter().any(|held| held.role == role && held.holds(on));
        match standpoint {
            Standpoint::Pupil if has(Role::Pupil) => access::of_pupil(person, self.stays(person), on),
            Standpoint::Guardian(child) => {
                let guardians = self.person(child).map_or(&[][..], |child| child.guardians_on(on));
                access::of_guardian(person, child, guardians, self.stays(child), on)
            }
            Standpoint::Teacher => {
                let services: Vec<(TextbookId, Assignment)> = self
                    .services_of_teacher(person)
                    .flat_map(|service| service.assignments.iter().map(|held| (service.textbook, *held)))
                    .collect();
                access::of_teacher(person, &services, on)
            }
            Standpoint::Head => {
                let roles: Vec<(SchoolId, Role)> =
                    self.roles(person, on).map(|held| (held.school, held.role)).collect();
                access::of_head(&roles)
            }
            Standpoint::Inspector if has(Role::Inspector) => {
                let grants: Vec<Grant> = self.mandates.values().map(|book| book.grant.clone()).collect();
                access::of_inspector(person, &grants, on)
            }
            Standpoint::Pupil | Standpoint::Inspector => Scope::nothing(),
        }
    }

    /// The standpoints a person has on a day, in the order in which they are offered.
    pub fn standpoints(&self, person: PersonId, on: Date) -> Vec<Standpoint> {
        let children = self.children(person).map(Standpoint::Guardian);
        [Standpoint::Head, Standpoint::Inspector, Standpoint::Teacher, Standpoint::Pupil]
            .into_iter()
            .chain(children)
            .filter(|standpoint| match standpoint {
                // An inspector without a mandate still has a page: it says so.
                Standpoint::Inspector => self.roles(person, on).any(|held| held.role == Role::Inspector),
                Standpoint::Head => self.roles(person, on).any(|held| matches!(held.role, Role::Head | Role::Deputy)),
                other => !self.scope(person, *other, on).is_nothing(),
            })
            .collect()
    }
}
