//! Work to do: given in a lesson, due for a lesson or a day.
//!
//! Circulaire 2010-136: each task carries the day it is given and the day it must be presented or handed in (rule CT-05).

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::entry::{Files, Lesson, LessonRef, NewResource, Resource, resolve as lesson, resources, text};
use super::{Event, Facts, Rejection, State, written};
use crate::calendar::{LessonOn, NoticePolicy};
use crate::ids::{HomeworkId, PersonId, SlotId};
use crate::personal::Personal;

/// What kind of work it is, in the words of the school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HomeworkKind {
    /// Exercices.
    Exercise,
    /// Leçon à apprendre.
    Learning,
    Reading,
    /// Exposé, recherche.
    Research,
    /// Devoir maison.
    TakeHome,
    /// Contrôle annoncé: revise for it.
    Test,
    /// Matériel à apporter.
    Material,
    /// Travail fait en classe.
    ClassWork,
    Other,
}

impl HomeworkKind {
    pub fn name(self) -> &'static str {
        serde_variant::to_variant_name(&self).unwrap_or("other")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }
}

/// When a command says it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DueRef {
    /// For a lesson of this textbook, named by the day on which the timetable has it.
    Lesson {
        slot: SlotId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        date: Date,
    },
    /// For a day.
    Date {
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        date: Date,
    },
}

/// When it is due: for a lesson, where that lesson is held when the work is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub on: Date,
    pub slot: Option<SlotId>,
    pub at: Option<Time>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewHomework {
    /// Made by the client, so that a repeated command is the same work; of no version that tells the hour (`UUIDv4`): whoever reads the work
    /// reads its id.
    pub homework: HomeworkId,
    pub text: String,
    pub due: DueRef,
    pub kind: HomeworkKind,
    /// Estimated work of a pupil, in minutes.
    pub minutes: Option<u16>,
    /// Whether it is to be done in writing.
    #[serde(default)]
    pub written: bool,
    #[serde(default)]
    pub resources: Vec<NewResource>,
    /// The pupils it is for; empty for the whole group. None: for the whole group when it is given, for whom it was when it is revised.
    #[serde(default)]
    pub audience: Option<BTreeSet<PersonId>>,
}

/// One version of the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub text: Personal,
    pub due: Due,
    pub kind: HomeworkKind,
    pub minutes: Option<u16>,
    pub written: bool,
    pub resources: Vec<Resource>,
    /// The pupils it is for; empty for the whole group. They, those who answer for them and the team read it: nobody else.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub audience: BTreeSet<PersonId>,
}

/// Whether pupils have the time to do it, from when they can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Enough,
    /// Hours, whole, between its being visible and its being due.
    Short {
        hours: i64,
    },
    /// It would be visible when it is due, or after.
    TooLate,
}

/// The notice of a work, by the policy in force on the day it is due. A work due for a day and no lesson is due when that day begins.
/// In the pause, what is written on Friday evening for Monday at 8:00 is visible on Monday at 7:00 (rule PA-01).
pub fn notice(
    policies: &[NoticePolicy],
    zone: &TimeZone,
    due: (Date, Option<Time>),
    visible_from: Timestamp,
) -> Notice {
    let (on, at) = due;
    let due = super::entry::instant(zone, on.to_datetime(at.unwrap_or(Time::midnight())));
    let left = due.duration_since(visible_from);
    let wanted = policies.iter().filter(|policy| policy.valid_from <= on).max_by_key(|policy| policy.valid_from);
    match left.as_hours() {
        _ if left <= jiff::SignedDuration::ZERO => Notice::TooLate,
        hours if wanted.is_some_and(|policy| hours < i64::from(policy.hours)) => Notice::Short { hours },
        _ => Notice::Enough,
    }
}

/// Works that one command names, at most.
pub const WORKS_MAX: usize = 10;

/// What the work of a command is written from.
pub(super) struct Writing<'a> {
    pub state: &'a State,
    pub facts: &'a Facts,
    pub visible_from: Timestamp,
    pub files: &'a Files<'a>,
}

impl Writing<'_> {
    /// The work of a lesson, each named once: what was given before is revised, the rest is given.
    pub fn write(&self, lesson: &Lesson, homework: Vec<NewHomework>) -> Result<Vec<Event>, Rejection> {
        if homework.len() > WORKS_MAX {
            return Err(Rejection::TooMany);
        }
        let mut named = BTreeSet::new();
        if !homework.iter().all(|work| named.insert(work.homework)) {
            return Err(Rejection::HomeworkNamedTwice);
        }
        let (known, new): (Vec<_>, Vec<_>) =
            homework.into_iter().partition(|work| self.state.homework.contains_key(&work.homework));
        let given = new.into_iter().map(|work| self.give(lesson, work));
        given.chain(known.into_iter().map(|work| self.revise(work))).collect()
    }

    /// The same, of a lesson that may have nothing else written.
    pub fn alone(&self, given_in: &LessonRef, homework: Vec<NewHomework>) -> Result<Vec<Event>, Rejection> {
        if homework.is_empty() {
            return Err(Rejection::TextEmpty);
        }
        self.write(&lesson(self.facts, given_in)?, homework)
    }

    /// Work newly given in a lesson.
    pub fn give(&self, lesson: &Lesson, new: NewHomework) -> Result<Event, Rejection> {
        let (facts, homework) = (self.facts, new.homework);
        if self.state.homework.contains_key(&homework) {
            return Err(Rejection::HomeworkGiven);
        }
        if homework.tells_when() {
            return Err(Rejection::HomeworkIdTellsWhen);
        }
        let task = self.resolve(facts.held_on(lesson.slot, lesson.date), &BTreeSet::new(), new)?;
        let (textbook, given_in, visible_from) = (facts.textbook, lesson.clone(), self.visible_from);
        Ok(Event::HomeworkGiven { textbook, homework, given_in, task, visible_from })
    }

    /// Work given before, written anew.
    pub fn revise(&self, revised: NewHomework) -> Result<Event, Rejection> {
        let (facts, homework) = (self.facts, revised.homework);
        let given = self.state.live_homework(homework)?;
        let task = self.resolve(facts.held_on(given.slot, given.on), &given.audience, revised)?;
        Ok(Event::HomeworkRevised { textbook: facts.textbook, homework, task, visible_from: self.visible_from })
    }

    /// `named` are the pupils it was for already: one who has left the group since stays named.
    fn resolve(&self, given_on: Date, named: &BTreeSet<PersonId>, new: NewHomework) -> Result<Task, Rejection> {
        let facts = self.facts;
        if new.minutes.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
            return Err(Rejection::MinutesMalformed);
        }
        let due = match new.due {
            DueRef::Lesson { slot, date } => {
                let lesson = lesson(facts, &LessonRef::Slot { slot, date })?;
                if facts.not_held.contains_key(&LessonOn { date, slot }) {
                    return Err(Rejection::DueLessonNotHeld);
                }
                let moved = facts.moved.get(&LessonOn { date, slot });
                let (on, at) = moved.map_or((date, lesson.starts_at), |to| (to.date, to.starts_at));
                Due { on, slot: Some(slot), at: Some(at) }
            }
            DueRef::Date { date } => {
                if date > facts.bounds.ends_on {
                    return Err(Rejection::OutsideSchoolYear);
                }
                if facts.closures.iter().any(|closure| closure.holds(date)) {
                    return Err(Rejection::DueOnClosure);
                }
                Due { on: date, slot: None, at: None }
            }
        };
        if due.on < given_on {
            return Err(Rejection::DueBeforeGiven);
        }
        let audience = new.audience.unwrap_or_else(|| named.clone());
        if !audience.iter().all(|pupil| facts.members.contains(pupil) || named.contains(pupil)) {
            return Err(Rejection::PupilNotInGroup);
        }
        let forbidding = written::forbidding(&written::POLICIES, facts.degree, given_on);
        if let Some(policy) = forbidding.filter(|_| written::outside_class(new.kind, new.written)) {
            return Err(Rejection::WrittenHomeworkInPrimary(policy.source));
        }
        Ok(Task {
            text: text(facts.textbook, new.text)?,
            due,
            kind: new.kind,
            minutes: new.minutes,
            written: new.written,
            resources: resources(facts.textbook, new.resources, self.files)?,
            audience,
        })
    }
}
