//! When something was written, as far as it matters to who leads or inspects: in days of class, and before or after the next lesson. An
//! hour is for its author alone.

use domain::calendar::days_after;
use domain::ids::TextbookId;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::{Books, LessonAt};

/// A lesson where it was held, and when the next one of the textbook began.
pub struct Followed {
    pub date: Date,
    pub next: Option<DateTime>,
}

impl Followed {
    /// Among the lessons that are over, in order.
    pub fn among(held: &[LessonAt], start: DateTime) -> Self {
        let next = held.iter().find(|at| at.is_expected() && at.start() > start);
        Self { date: start.date(), next: next.map(LessonAt::start) }
    }
}

/// How long after its lesson something was written.
pub struct Delay {
    pub written_on: Date,
    /// Before the day of the lesson.
    pub ahead: bool,
    /// Days of class after that of the lesson, up to that on which it was written; 0 when it was written before them.
    pub school_days: usize,
    /// None when no lesson has followed yet.
    pub after_next: Option<bool>,
}

impl Books {
    /// The lessons of a textbook that are over, in order, since the school writes here.
    pub fn lessons_over(&self, textbook: TextbookId, local: DateTime) -> Vec<LessonAt> {
        let Some(school) = self.school_of(textbook) else { return vec![] };
        let from = school.year_on(local.date()).map_or(school.since, |bounds| bounds.starts_on.max(school.since));
        let mut lessons = self.lessons(textbook, from, local.date());
        lessons.retain(|at| at.end() <= local);
        lessons
    }

    /// Whether the school of a textbook has lessons on that day of the week and of the year.
    pub fn is_school_day(&self, textbook: TextbookId, day: Date) -> bool {
        let mut closures = self.school_of(textbook).into_iter().flat_map(|school| school.closures.values().flatten());
        day.weekday().to_monday_zero_offset() < 5 && !closures.any(|closure| closure.holds(day))
    }

    /// None of a textbook that the register does not know.
    pub fn delay(&self, textbook: TextbookId, lesson: &Followed, at: Timestamp) -> Option<Delay> {
        let written = self.school_of(textbook)?.local(at);
        let days = (1..).map_while(|days| days_after(lesson.date, days)).take_while(|day| *day <= written.date());
        Some(Delay {
            written_on: written.date(),
            ahead: written.date() < lesson.date,
            school_days: days.filter(|day| self.is_school_day(textbook, *day)).count(),
            after_next: lesson.next.map(|next| written >= next),
        })
    }
}
