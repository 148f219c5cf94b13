//! Who may see what. Access is decided here, and is a `where` there: a [`Scope`] is handed to every query of a read model.
//!
//! | reader | sees |
//! |---|---|
//! | pupil | the textbooks of the groups they belong to; of a group they left, what is dated up to that day; of work for part of a group, what is theirs |
//! | legal guardian 1 or 2 | what the pupil sees, for as long as the link holds (rules CT-09, RG-07) |
//! | parent with the right of supervision | the same, until a court decision ends it (code civil, art. 373-2-1) |
//! | either, of a pupil of age who objects | nothing, from that day on |
//! | contact, other relative | nothing |
//! | AESH of a school of the pupil | what the pupils named to them see, between the days named |
//! | teacher | the textbooks of their services, those of an ended assignment included |
//! | form tutor | besides, what the pupils of the class see, in all subjects, while they hold it |
//! | school life (CPE, AED) | what the pupils of the school see, in all classes |
//! | head, deputy | every textbook of the school, what is not released or was withdrawn included |
//! | inspector | the textbooks of a mandate, between its dates (rule IN-01) |
//! | librarian, référent, data protection officer, archivist, observatory officer, host operator, other staff | nothing by that role |
//! | anyone else | nothing |
//!
//! The workload of a class (figures only) is counted by its teachers of that day, its form tutor, the school life and the head, with
//! what is not released yet; by a pupil, and whoever reads as they do, from what they see.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::calendar::days_after;
use crate::directory::entourage;
use crate::directory::person::{Guardian, Role};
use crate::directory::service::Assignment;
use crate::ids::{GroupId, PersonId, SchoolId, TextbookId};

pub use crate::directory::group::Stay;

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

    /// Of these groups of a school, those that it admits, and nothing else: what a page that shows a part of the school reads.
    #[must_use]
    pub fn within(&self, school: SchoolId, groups: impl IntoIterator<Item = GroupId>) -> Self {
        let whole = self.schools.contains(&school);
        let last_day = |group: GroupId| {
            let known = self.groups.iter().find(|(known, _)| *known == group).map(|(_, until)| *until);
            (if whole { Some(None) } else { known }).map(|until| (group, until))
        };
        let groups = groups.into_iter().filter_map(last_day).collect();
        Self { groups, pupils: self.pupils.clone(), behind_the_scenes: self.behind_the_scenes, ..Self::default() }
    }
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

/// What a pupil sees. Who joins late reads from the first day of the year; who leaves keeps reading up to that day. A stay that was called
/// off before it began gives nothing.
pub fn of_pupil(pupil: PersonId, stays: &[Stay], on: Date) -> Scope {
    let mut groups: Vec<(GroupId, Option<Date>)> = Vec::new();
    for stay in stays.iter().filter(|stay| stay.from <= on && stay.counts()) {
        // The stay ends on the first day out: the last day seen is the one before.
        let until = stay.until.filter(|until| *until <= on).map(|until| days_after(until, -1).unwrap_or(until));
        match groups.iter_mut().find(|(group, _)| *group == stay.group) {
            Some((_, known)) => *known = if until.is_none() { None } else { (*known).max(until) },
            None => groups.push((stay.group, until)),
        }
    }
    Scope { groups, pupils: BTreeSet::from([pupil]), ..Scope::default() }
}

/// By what an adult follows a pupil, whether or not the pupil objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// They hold parental authority.
    Authority,
    /// They have the right of supervision, since that day.
    Supervision(Date),
}

/// By what an adult follows a pupil on a day; none when they do not. Both rights need the link: they end with it (rule RG-07).
pub fn following(adult: PersonId, guardians: &[Guardian], entourage: &entourage::State, on: Date) -> Option<Following> {
    let link = guardians.iter().find(|link| link.relative == adult)?;
    if link.standing.holds_authority() {
        return Some(Following::Authority);
    }
    entourage.supervised_since(adult, on).map(Following::Supervision)
}

/// What an adult sees of a pupil: all the pupil sees if they hold parental authority or the right of supervision, else nothing. At eighteen
/// nothing ends, until the pupil objects.
pub fn of_guardian(
    adult: PersonId,
    pupil: PersonId,
    guardians: &[Guardian],
    entourage: &entourage::State,
    stays: &[Stay],
    on: Date,
) -> Scope {
    let follows = following(adult, guardians, entourage, on).is_some();
    if follows && entourage.objecting_since(on).is_none() { of_pupil(pupil, stays, on) } else { Scope::nothing() }
}

/// What an AESH sees of a pupil: what the pupil sees, while named to accompany them.
pub fn of_companion(
    companion: PersonId,
    pupil: PersonId,
    entourage: &entourage::State,
    stays: &[Stay],
    on: Date,
) -> Scope {
    let named = entourage.accompanied_since(companion, on).is_some();
    if named { of_pupil(pupil, stays, on) } else { Scope::nothing() }
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

/// A form tutor (professeur principal) of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tutoring {
    pub tutor: PersonId,
    pub from: Date,
    /// The first day on which it is no longer held.
    pub until: Option<Date>,
}

impl Tutoring {
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on < until)
    }
}

/// What a form tutor sees of a class: what its pupils see, in all subjects. `groups` are the class and those its pupils are in, `pupils`
/// who they are.
pub fn of_form_tutor(
    tutor: PersonId,
    tutorings: &[Tutoring],
    groups: impl IntoIterator<Item = GroupId>,
    pupils: impl IntoIterator<Item = PersonId>,
    on: Date,
) -> Scope {
    let holds = tutorings.iter().any(|held| held.tutor == tutor && held.holds(on));
    if holds { of_class(groups, pupils) } else { Scope::nothing() }
}

/// What is released to these groups, work for some of these pupils included, and nothing of what is behind.
pub fn of_class(groups: impl IntoIterator<Item = GroupId>, pupils: impl IntoIterator<Item = PersonId>) -> Scope {
    let groups = groups.into_iter().map(|group| (group, None)).collect();
    Scope { groups, pupils: pupils.into_iter().collect(), ..Scope::default() }
}

/// How far a role reaches in its school by itself, whatever its holder teaches and whomever they answer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All that was ever written.
    Everything,
    /// What pupils see.
    Released,
    /// What follows from something else: a service, a mandate, a link; or nothing at all.
    Nothing,
}

/// Every role is decided here: those who set up, guard, archive, count or host read no content.
pub fn reach(role: Role) -> Reach {
    match role {
        Role::Head | Role::Deputy => Reach::Everything,
        Role::SchoolLife => Reach::Released,
        Role::Pupil
        | Role::Relative
        | Role::Teacher
        | Role::Aesh
        | Role::Inspector
        | Role::Librarian
        | Role::Staff
        | Role::Referent
        | Role::DataProtection
        | Role::Archivist
        | Role::Observatory
        | Role::HostOperator => Reach::Nothing,
    }
}

fn reached(roles: &[(SchoolId, Role)], wanted: Reach) -> BTreeSet<SchoolId> {
    roles.iter().filter(|(_, role)| reach(*role) == wanted).map(|(school, _)| *school).collect()
}

/// What a head or deputy sees: the whole school where the role is held.
pub fn of_head(roles: &[(SchoolId, Role)]) -> Scope {
    Scope { schools: reached(roles, Reach::Everything), behind_the_scenes: true, ..Scope::default() }
}

/// What the school life sees: what the pupils of the school see, in every class.
pub fn of_school_life(roles: &[(SchoolId, Role)]) -> Scope {
    Scope { schools: reached(roles, Reach::Released), ..Scope::default() }
}

/// Those who are around a class on a day.
#[derive(Debug, Clone)]
pub struct Team {
    pub school: SchoolId,
    /// The class, or the group, and those its pupils are in: whose work falls on the same pupils.
    pub groups: BTreeSet<GroupId>,
    /// Of the services of these groups.
    pub assignments: Vec<Assignment>,
    pub tutorings: Vec<Tutoring>,
}

/// What somebody may count of the work of a class: all that is given to the groups its pupils are in, visible yet or not, for its team of
/// that day and those who follow the whole school; nothing for anybody else. For figures only (circulaire 2010-136, b; rule CT-11).
pub fn of_workload(person: PersonId, roles: &[(SchoolId, Role)], team: &Team, on: Date) -> Scope {
    let teaches = team.assignments.iter().any(|held| held.teacher == person && held.holds(on));
    let tutors = team.tutorings.iter().any(|held| held.tutor == person && held.holds(on));
    let follows = roles.iter().any(|(school, role)| *school == team.school && reach(*role) != Reach::Nothing);
    if teaches || tutors || follows {
        Scope { behind_the_scenes: true, ..of_class(team.groups.iter().copied(), []) }
    } else {
        Scope::nothing()
    }
}

/// What an inspector sees: what the mandates in force on that day name.
pub fn of_inspector(inspector: PersonId, grants: &[Grant], on: Date) -> Scope {
    let granted = grants.iter().filter(|grant| grant.inspector == inspector && grant.holds(on));
    let textbooks = granted.flat_map(|grant| grant.textbooks.iter().copied()).collect();
    Scope { textbooks, behind_the_scenes: true, ..Scope::default() }
}

#[cfg(test)]
mod spec;
