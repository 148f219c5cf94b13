//! Who may see what. Access is decided here, and is a `where` there: a [`Scope`] is handed to every query of a read model.
//!
//! | reader | sees |
//! |---|---|
//! | pupil | the textbooks of the groups they belong to; of a group they left, what is dated up to that day; of work for part of a group, what is theirs |
//! | legal guardian 1 or 2 | what the pupil sees, for as long as the link holds (rules CT-09, RG-07) |
//! | contact, other relative | nothing |
//! | teacher | the textbooks of their services, those of an ended assignment included |
//! | head, deputy | every textbook of the school |
//! | inspector | the textbooks of a mandate, between its dates (rule IN-01) |
//! | anyone else | nothing |

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::calendar::days_after;
use crate::directory::person::{Guardian, Role};
use crate::directory::service::Assignment;
use crate::ids::{GroupId, PersonId, SchoolId, TextbookId};

/// The rows a reader may see: those that match any of its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub schools: BTreeSet<SchoolId>,
    pub textbooks: BTreeSet<TextbookId>,
    /// A group, and the last day seen of it when the pupil left.
    pub groups: Vec<(GroupId, Option<Date>)>,
    /// Those for whom it reads: of work for part of a group, what is theirs.
    pub pupils: BTreeSet<PersonId>,
    /// Whether it includes what is not released yet, and what was withdrawn.
    pub behind_the_scenes: bool,
}

impl Scope {
    /// Sees nothing at all.
    pub fn nothing() -> Self {
        Self::default()
    }

    pub fn is_nothing(&self) -> bool {
        self.schools.is_empty() && self.textbooks.is_empty() && self.groups.is_empty()
    }

    /// Whether one textbook is in it at all (its rows are filtered further by date).
    pub fn admits(&self, school: SchoolId, textbook: TextbookId, group: GroupId) -> bool {
        self.schools.contains(&school)
            || self.textbooks.contains(&textbook)
            || self.groups.iter().any(|(known, _)| *known == group)
    }
}

/// One stay of a pupil in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub group: GroupId,
    pub from: Date,
    /// The first day on which they are no longer a member.
    pub until: Option<Date>,
}

/// A mandate as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub inspector: PersonId,
    pub textbooks: BTreeSet<TextbookId>,
    pub from: Date,
    pub until: Date,
    pub closed: bool,
}

impl Grant {
    pub fn holds(&self, on: Date) -> bool {
        !self.closed && (self.from..=self.until).contains(&on)
    }
}

/// What a pupil sees. Who joins late reads from the first day of the year; who leaves keeps reading up to that day.
pub fn of_pupil(pupil: PersonId, stays: &[Stay], on: Date) -> Scope {
    let mut groups: Vec<(GroupId, Option<Date>)> = Vec::new();
    for stay in stays.iter().filter(|stay| stay.from <= on) {
        // The stay ends on the first day out: the last day seen is the one before.
        let until = stay.until.filter(|until| *until <= on).map(|until| days_after(until, -1).unwrap_or(until));
        match groups.iter_mut().find(|(group, _)| *group == stay.group) {
            Some((_, known)) => *known = if until.is_none() { None } else { (*known).max(until) },
            None => groups.push((stay.group, until)),
        }
    }
    Scope { groups, pupils: BTreeSet::from([pupil]), ..Scope::default() }
}

/// What an adult sees of a pupil: all the pupil sees if they hold parental authority, else nothing.
pub fn of_guardian(adult: PersonId, pupil: PersonId, guardians: &[Guardian], stays: &[Stay], on: Date) -> Scope {
    let holds = guardians.iter().any(|link| link.relative == adult && link.standing.holds_authority());
    if holds { of_pupil(pupil, stays, on) } else { Scope::nothing() }
}

/// What a teacher sees: the textbooks of the services they hold or held; a substitute reads all of it from the day named.
pub fn of_teacher(teacher: PersonId, services: &[(TextbookId, Assignment)], on: Date) -> Scope {
    let textbooks = services
        .iter()
        .filter(|(_, assignment)| assignment.teacher == teacher && assignment.held_by(on))
        .map(|(textbook, _)| *textbook)
        .collect();
    Scope { textbooks, behind_the_scenes: true, ..Scope::default() }
}

/// What a head or deputy sees: the whole school where the role is held.
pub fn of_head(roles: &[(SchoolId, Role)]) -> Scope {
    let schools = roles.iter().filter(|(_, role)| matches!(role, Role::Head | Role::Deputy)).map(|(school, _)| *school);
    Scope { schools: schools.collect(), behind_the_scenes: true, ..Scope::default() }
}

/// What those who give work to a class may count: all that is given to the groups its pupils are in, visible yet or not. For figures only.
pub fn of_workload(groups: impl Iterator<Item = GroupId>) -> Scope {
    Scope { groups: groups.map(|group| (group, None)).collect(), behind_the_scenes: true, ..Scope::default() }
}

/// What an inspector sees: what the mandates in force on that day name.
pub fn of_inspector(inspector: PersonId, grants: &[Grant], on: Date) -> Scope {
    let granted = grants.iter().filter(|grant| grant.inspector == inspector && grant.holds(on));
    let textbooks = granted.flat_map(|grant| grant.textbooks.iter().copied()).collect();
    Scope { textbooks, behind_the_scenes: true, ..Scope::default() }
}

#[cfg(test)]
mod spec;
