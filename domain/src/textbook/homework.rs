//! Work to do: given in a lesson, due for a lesson or a day.
//!
//! Circulaire 2010-136: each task carries the day it is given and the day it must be presented or handed in (rule CT-05).

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::entry::{Files, Lesson, LessonRef, NewResource, Resource, resolve as lesson, resources, text};
use super::{Event, Facts, Rejection, State};
use crate::calendar::{LessonOn, NoticePolicy};
use crate::ids::{HomeworkId, SlotId};
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
    /// For a lesson of this textbook.
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

/// When it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub on: Date,
    pub slot: Option<SlotId>,
    pub at: Option<Time>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewHomework {
    /// Made by the client (`UUIDv7`), so that a repeated command is the same work.
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
    let due = super::instant(zone, on.to_datetime(at.unwrap_or(Time::midnight())));
    let left = due.duration_since(visible_from);
    let wanted = policies.iter().filter(|policy| policy.valid_from <= on).max_by_key(|policy| policy.valid_from);
    match left.as_hours() {
        _ if left <= jiff::SignedDuration::ZERO => Notice::TooLate,
        hours if wanted.is_some_and(|policy| hours < i64::from(policy.hours)) => Notice::Short { hours },
        _ => Notice::Enough,
    }
}

fn resolve(facts: &Facts, given_on: Date, new: NewHomework, files: &Files<'_>) -> Result<Task, Rejection> {
    if new.minutes.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
        return Err(Rejection::MinutesMalformed);
    }
    let due = match new.due {
        DueRef::Lesson { slot, date } => {
            let lesson = lesson(facts, &LessonRef::Slot { slot, date })?;
            if facts.not_held.contains_key(&LessonOn { date, slot }) {
                return Err(Rejection::DueLessonNotHeld);
            }
            Due { on: date, slot: Some(slot), at: Some(lesson.starts_at) }
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
    Ok(Task {
        text: text(facts.textbook, new.text)?,
        due,
        kind: new.kind,
        minutes: new.minutes,
        written: new.written,
        resources: resources(facts.textbook, new.resources, files)?,
    })
}

/// Work newly given in a lesson.
pub(super) fn give(
    state: &State,
    facts: &Facts,
    lesson: &Lesson,
    homework: Vec<NewHomework>,
    visible_from: Timestamp,
    files: &Files<'_>,
) -> Result<Vec<Event>, Rejection> {
    if homework.len() > 10 {
        return Err(Rejection::TooMany);
    }
    let mut events: Vec<Event> = Vec::new();
    let mut given = std::collections::BTreeSet::new();
    for new in homework {
        let id = new.homework;
        if state.homework.contains_key(&id) || !given.insert(id) {
            return Err(Rejection::HomeworkGiven);
        }
        let task = resolve(facts, lesson.date, new, files)?;
        let (textbook, given_in) = (facts.textbook, lesson.clone());
        events.push(Event::HomeworkGiven { textbook, homework: id, given_in, task, visible_from });
    }
    Ok(events)
}

/// Work given before, written anew.
pub(super) fn revise(
    state: &State,
    facts: &Facts,
    homework: Vec<NewHomework>,
    visible_from: Timestamp,
    files: &Files<'_>,
) -> Result<Vec<Event>, Rejection> {
    let mut events = Vec::new();
    for revised in homework {
        let (textbook, id) = (facts.textbook, revised.homework);
        let task = resolve(facts, state.live_homework(id)?.on, revised, files)?;
        events.push(Event::HomeworkRevised { textbook, homework: id, task, visible_from });
    }
    Ok(events)
}
