//! From what the register knows to what a reader may see; the rule itself is `domain::access`.

use std::collections::BTreeSet;

use domain::access::{self, Grant, Scope, Team};
use domain::directory::entourage;
use domain::directory::person::Role;
use domain::directory::service::Assignment;
use domain::ids::{GroupId, PersonId, SchoolId, TextbookId};
use jiff::civil::Date;

use super::{Books, PersonBook};

/// From where a person reads: one page, one standpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standpoint {
    Pupil,
    /// As an adult who answers for that pupil, or has the right to watch over their schooling.
    Guardian(PersonId),
    /// As the AESH of that pupil.
    Companion(PersonId),
    Teacher,
    /// As the professeur principal of that class.
    FormTutor(GroupId),
    SchoolLife,
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
            Standpoint::Guardian(child) => self.person(child).map_or_else(Scope::nothing, |book| {
                access::of_guardian(person, child, book.guardians_on(on), &book.entourage, self.stays(child), on)
            }),
            Standpoint::Companion(child) if self.may_accompany(person, child, on) => {
                self.person(child).map_or_else(Scope::nothing, |book| {
                    access::of_companion(person, child, &book.entourage, self.stays(child), on)
                })
            }
            Standpoint::Teacher => {
                let services: Vec<(TextbookId, Assignment)> = self
                    .services_of_teacher(person)
                    .flat_map(|service| service.assignments.iter().map(|held| (service.textbook, *held)))
                    .collect();
                access::of_teacher(person, &services, on)
            }
            // Of a class of the year of the day: last year's is not given up by anybody.
            Standpoint::FormTutor(class) if self.is_of_the_year(class, on) => {
                let tutorings = self.groups.get(&class).map_or(&[][..], |book| &book.tutorings);
                let groups = self.groups_of_class(class, on);
                access::of_form_tutor(person, tutorings, groups, self.members(class, on), on)
            }
            Standpoint::SchoolLife => access::of_school_life(&self.places(person, on)),
            Standpoint::Head => access::of_head(&self.places(person, on)),
            Standpoint::Inspector if has(Role::Inspector) => {
                let grants: Vec<Grant> = self.mandates.values().map(|book| book.grant.clone()).collect();
                access::of_inspector(person, &grants, on)
            }
            Standpoint::Pupil | Standpoint::Companion(_) | Standpoint::FormTutor(_) | Standpoint::Inspector => {
                Scope::nothing()
            }
        }
    }

    /// The standpoints a person has on a day, in the order in which they are offered.
    pub fn standpoints(&self, person: PersonId, on: Date) -> Vec<Standpoint> {
        let children = self.children(person).map(Standpoint::Guardian);
        let accompanied = self.accompanied(person).map(Standpoint::Companion);
        let tutored = self.tutored_by.get(&person).into_iter().flatten().copied().map(Standpoint::FormTutor);
        [Standpoint::Head, Standpoint::Inspector, Standpoint::Teacher]
            .into_iter()
            .chain(tutored)
            .chain([Standpoint::SchoolLife, Standpoint::Pupil])
            .chain(accompanied)
            .chain(children)
            .filter(|standpoint| match standpoint {
                // An inspector without a mandate still has a page: it says so.
                Standpoint::Inspector => self.roles(person, on).any(|held| held.role == Role::Inspector),
                Standpoint::Head => self.roles(person, on).any(|held| matches!(held.role, Role::Head | Role::Deputy)),
                other => !self.scope(person, *other, on).is_nothing(),
            })
            .collect()
    }

    fn places(&self, person: PersonId, on: Date) -> Vec<(SchoolId, Role)> {
        self.roles(person, on).map(|held| (held.school, held.role)).collect()
    }

    /// Whether somebody is AESH, on that day, of a school where the child is a pupil on that day: an AESH of another school reads nothing.
    pub fn may_accompany(&self, person: PersonId, child: PersonId, on: Date) -> bool {
        self.schools_of_pupil(child, on).any(|school| {
            let mut held = self.roles(person, on);
            held.any(|held| held.school == school && held.role == Role::Aesh)
        })
    }

    /// The schools where somebody is a pupil on that day.
    pub fn schools_of_pupil(&self, pupil: PersonId, on: Date) -> impl Iterator<Item = SchoolId> {
        self.roles(pupil, on).filter(|held| held.role == Role::Pupil).map(|held| held.school)
    }

    /// Whether a command may be given around a pupil from that school: it is one of the pupil's, or was, for what only takes away.
    pub fn is_around(&self, pupil: PersonId, school: SchoolId, command: &entourage::Command, on: Date) -> bool {
        let ever = |book: &PersonBook| {
            book.roles.iter().any(|held| held.school == school && held.role == Role::Pupil && held.from <= on)
        };
        self.schools_of_pupil(pupil, on).any(|known| known == school)
            || command.takes_away() && self.person(pupil).is_some_and(ever)
    }

    /// The pupils somebody was ever named to accompany.
    pub fn accompanied(&self, companion: PersonId) -> impl Iterator<Item = PersonId> {
        self.accompanied_by.get(&companion).into_iter().flatten().copied()
    }

    /// The children of an adult who follows them, and reads nothing since the child, of age, objects; with the day of it.
    pub fn objections(&self, adult: PersonId, on: Date) -> Vec<(PersonId, Date)> {
        let told = |child: PersonId| {
            let book = self.person(child)?;
            access::following(adult, book.guardians_on(on), &book.entourage, on)?;
            Some((child, book.entourage.objecting_since(on)?))
        };
        if self.is_active(adult, on) { self.children(adult).filter_map(told).collect() } else { vec![] }
    }

    /// What a person may count of the work of a group on a day, all of it and not only what they may read. `groups` are this one and
    /// those its pupils are in.
    pub fn workload_scope(&self, person: PersonId, group: GroupId, groups: BTreeSet<GroupId>, on: Date) -> Scope {
        let Some(book) = self.groups.get(&group).filter(|_| self.is_active(person, on)) else {
            return Scope::nothing();
        };
        let services = groups.iter().flat_map(|group| self.services_of_group(*group));
        let assignments = services.flat_map(|service| service.assignments.iter().copied()).collect();
        let team = Team { school: book.school, groups, assignments, tutorings: book.tutorings.clone() };
        access::of_workload(person, &self.places(person, on), &team, on)
    }
}
