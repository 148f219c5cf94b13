//! Why a textbook refuses a command: each names the fact that forbids.

use serde::Serialize;

use crate::decider::Kind;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("only a teacher of this service, on this day, writes in its textbook")]
    NotYourTextbook,
    #[error("the text is empty")]
    TextEmpty,
    #[error("the text has more than 20,000 characters")]
    TextTooLong,
    #[error("a lesson or a work has at most 20 `resources`, and a command at most 10 works in `homework`")]
    TooMany,
    #[error("a resource has a title, and a link or a file, not both; a link starts with https:// or http://")]
    ResourceMalformed,
    #[error("no file of this address was received for this textbook in the last hours: send it again")]
    FileUnknown,
    #[error("this file is larger than the school takes")]
    FileTooLarge,
    #[error("the school does not take files of this type")]
    FileTypeRefused,
    #[error("the files of this textbook would be more than the school lets it hold in a year")]
    FileQuotaReached,
    #[error("this slot is not in the timetable of this textbook")]
    SlotUnknown,
    #[error("the timetable places no lesson of this slot on that day")]
    NoLessonThatDay,
    #[error("that day is outside the school year")]
    OutsideSchoolYear,
    #[error("a lesson outside the timetable lasts from 5 to 720 minutes")]
    LessonMalformed,
    #[error("this lesson is written already: revise it")]
    LessonWritten,
    #[error("no such entry in this textbook")]
    EntryUnknown,
    #[error("this entry is withdrawn")]
    EntryWithdrawn,
    #[error("what is taken over is an entry that its author may read")]
    SourceUnknown,
    #[error("a sequence and an item of the programme have at most 300 characters")]
    FramingTooLong,
    #[error("work for part of the group names pupils who are in it")]
    PupilNotInGroup,
    #[error("work is due on or after the day it is given")]
    DueBeforeGiven,
    #[error("the lesson that work is due for is not held")]
    DueLessonNotHeld,
    #[error("the school is closed on the day that work is due")]
    DueOnClosure,
    /// With the text that says so.
    #[error("in a primary school no written work is given to be done outside class ({0})")]
    WrittenHomeworkInPrimary(&'static str),
    #[error("estimated minutes are between 1 and 1440")]
    MinutesMalformed,
    #[error("this work is given already: revise it")]
    HomeworkGiven,
    #[error("a command names a work once: two of its works in `homework` have the same id")]
    HomeworkNamedTwice,
    #[error("the id of a work is random (UUIDv4): one of versions 1, 2, 6 and 7 tells when it was written")]
    HomeworkIdTellsWhen,
    #[error("no such work in this textbook")]
    HomeworkUnknown,
    #[error("this work is withdrawn")]
    HomeworkWithdrawn,
    #[error("a withdrawal says why")]
    ReasonEmpty,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::NotYourTextbook => Kind::Forbidden,
            Self::EntryUnknown | Self::HomeworkUnknown => Kind::Unknown,
            Self::LessonWritten | Self::EntryWithdrawn | Self::HomeworkGiven | Self::HomeworkWithdrawn => {
                Kind::Conflict
            }
            _ => Kind::Invalid,
        }
    }
}
