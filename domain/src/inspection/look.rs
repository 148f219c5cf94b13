//! A look: somebody who leads or inspects has read, on a day, what concerns a teacher; the teacher is shown who did.
//!
//! It is no event: the school stands by nothing there. It has a day and no hour, says what kind of page it was and not which, and goes
//! with the school year (RGPD, art. 5-1-e and 15-1-c). Nobody counts looks.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::{Date, date};

use crate::actor::Capacity;
use crate::ids::PersonId;

/// What was looked at. What falls on a class (its workload) or takes room in a school (its files) is told of nobody, and is no look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seen {
    /// How far textbooks are filled.
    Filling,
    /// Which lessons are empty.
    Gaps,
    /// A textbook as it stands, or a file of it.
    Textbook,
    /// All that was ever written in a textbook.
    History,
    /// Which lessons somebody teaches, and those that are not held, or held by a colleague.
    Lessons,
}

impl Seen {
    pub const ALL: [Self; 5] = [Self::Filling, Self::Gaps, Self::Textbook, Self::History, Self::Lessons];

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Gaps => "gaps",
            Self::Textbook => "textbook",
            Self::History => "history",
            Self::Lessons => "lessons",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|seen| seen.name() == text)
    }
}

/// One row of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// Whose work was looked at.
    pub teacher: PersonId,
    pub looker: PersonId,
    /// As the school's records said on that day.
    pub capacity: Capacity,
    pub seen: Seen,
    pub day: Date,
    /// The last day on which it is kept.
    pub until: Date,
}

/// For how long looks are kept after the school year. Dated data, as the pause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    pub valid_from: Date,
    /// The text it rests on, as a page cites it.
    pub source: &'static str,
    pub months_after_the_year: i8,
}

/// No text fixes it for a register of this kind. A school year and the summer are twelve months: what the CNIL advises at most for the
/// logs of an application.
pub const KEEPING: [Keeping; 1] = [Keeping {
    valid_from: date(2021, 10, 14),
    source: "CNIL, délibération n° 2021-122 du 14 octobre 2021",
    months_after_the_year: 2,
}];

/// The delay in force on a day: the latest of those already valid.
pub fn keeping_on(keepings: &[Keeping], on: Date) -> Option<&Keeping> {
    keepings.iter().filter(|keeping| keeping.valid_from <= on).max_by_key(|keeping| keeping.valid_from)
}

/// The last day on which a look of that day is kept: so long after the school year, or after the day itself when the year is over.
/// Without any delay in force, it goes the next day.
pub fn kept_until(keepings: &[Keeping], year_ends_on: Date, day: Date) -> Date {
    let Some(keeping) = keeping_on(keepings, day) else { return day };
    let end = year_ends_on.max(day);
    end.checked_add(Span::new().months(keeping.months_after_the_year)).unwrap_or(end)
}

/// The looks of one reader, one for each teacher: nobody looks at their own work.
pub fn looks(
    (looker, capacity): (PersonId, Capacity),
    teachers: impl IntoIterator<Item = PersonId>,
    seen: Seen,
    (day, until): (Date, Date),
) -> BTreeSet<Look> {
    let others = teachers.into_iter().filter(|teacher| *teacher != looker);
    others.map(|teacher| Look { teacher, looker, capacity, seen, day, until }).collect()
}

#[cfg(test)]
mod spec;
