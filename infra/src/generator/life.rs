//! The weeks of the teachers: who wrote what in the cahier de textes, when, and what they changed after.
//!
//! Every lesson draws from its own stream of chance, so the acts of a day do not depend on the window asked for.

mod acts;
mod half_days;
mod story;
mod telling;

use jiff::civil::{Date, DateTime, Time};

use super::bank::Bank;
use super::programme::Level;
use super::school::{School, StsId};

/// Something a teacher did in the cahier de textes, about one lesson of the timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When it was written, school time.
    pub at: DateTime,
    /// Who writes: the holder, or whoever replaces them that day. By the STS id, or the jointure where there is no STS.
    pub teacher: StsId,
    /// Code of the division or group.
    pub group: String,
    /// Six characters.
    pub subject: String,
    /// Day of the lesson.
    pub date: Date,
    /// Start of the lesson.
    pub starts_at: Time,
    pub deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Publish {
        content: String,
        resources: Vec<Res>,
        homework: Vec<Given>,
    },
    /// The content is written again, whole.
    Revise {
        content: String,
    },
    /// The homework at `index` of the entry as published is worded again.
    ReviseHomework {
        index: usize,
        text: String,
    },
    Withdraw {
        reason: String,
    },
}

/// A resource put with a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Res {
    pub title: String,
    /// None for a sheet handed out on paper.
    pub url: Option<String>,
    pub purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    Lesson,
    Homework,
    Further,
}

/// Work to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub text: String,
    pub due: Due,
    pub kind: HomeworkKind,
    pub minutes: u16,
    /// Whether something is to be written down.
    pub written: bool,
    /// Of a class of several levels: for the pupils of that one.
    pub level: Option<Level>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    NextLesson,
    /// That many lessons later: 1 is the next one.
    LessonAfter(u8),
    /// A day with a lesson of the same group and subject.
    OnDate(Date),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HomeworkKind {
    Exercises,
    /// A lesson to learn.
    Lesson,
    Reading,
    Writing,
    Preparation,
    Project,
    Oral,
    /// A test to revise for.
    Test,
}

impl HomeworkKind {
    pub(super) fn is_written(self) -> bool {
        matches!(self, Self::Exercises | Self::Writing | Self::Project | Self::Preparation)
    }
}

/// What the teachers do in the cahier de textes from the day `from` to the day `until`, both included, by time of writing.
///
/// About nine lessons in ten are filled in. Nothing is written on holidays and days off.
pub fn life(school: &School, from: Date, until: Date) -> Vec<Act> {
    let bank = Bank::open();
    let mut told = Vec::new();
    for (index, service) in school.services.iter().enumerate() {
        telling::tell(school, &bank, index, service, until, &mut told);
    }
    told.retain(|act: &Act| from <= act.at.date() && act.at.date() <= until);
    told.sort_by(|one, other| {
        let key = |act: &Act| (act.at, act.date, act.starts_at);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.group.cmp(&other.group))
            .then_with(|| one.subject.cmp(&other.subject))
    });
    told
}
