//! The lessons that do not go as the timetable has them: a year has thousands, and a page shows those of some days.

use std::collections::BTreeSet;

use domain::calendar::{LessonOn, days_after};
use domain::ids::SlotId;
use jiff::civil::Date;
use uuid::Uuid;

use super::Office;
use crate::facts::{Books, LessonAt};
use crate::fr;

/// How far back the page looks at first.
const RECENT_DAYS: i64 = 14;
/// Days of a page of older lessons.
const OLDER_DAYS: i64 = 28;

/// Those of some days.
pub struct Changed {
    /// All those of the school year.
    pub total: usize,
    pub lessons: Vec<LessonAt>,
    /// Days shown, when there are others: the last is none for all that comes.
    days: Option<(Date, Option<Date>)>,
    /// The first day of the page of those that came just before.
    pub older: Option<Date>,
}

impl Changed {
    /// From a day on, for some weeks; or from a while ago on.
    pub fn since(books: &Books, office: &Office<'_>, asked: Option<Date>) -> Self {
        let after = |day, days| days_after(day, days).unwrap_or(day);
        let from = asked.unwrap_or_else(|| after(office.local.date(), -RECENT_DAYS));
        let until = asked.map(|from| after(from, OLDER_DAYS - 1));
        let all = changed(books, office);
        let total = all.len();
        let older = all.iter().map(|at| at.date).filter(|day| *day < from).max();
        let shown = |at: &LessonAt| from <= at.date && until.is_none_or(|until| at.date <= until);
        let lessons: Vec<_> = all.into_iter().filter(shown).collect();
        let days = (asked.is_some() || lessons.len() < total).then_some((from, until));
        Self { total, lessons, days, older: older.map(|last| after(last, 1 - OLDER_DAYS)) }
    }

    /// `depuis le vendredi 13 novembre`, `du lundi 5 octobre au dimanche 1er novembre`
    pub fn days_said(&self) -> Option<String> {
        let (from, until) = self.days?;
        let from = fr::long_date(from);
        Some(
            until.map_or_else(|| format!("depuis le {from}"), |until| format!("du {from} au {}", fr::long_date(until))),
        )
    }
}

/// The lessons of the school year that do not go as the timetable has them.
fn changed(books: &Books, office: &Office<'_>) -> Vec<LessonAt> {
    let today = office.local.date();
    let year = books.schools.get(&office.school).and_then(|school| school.year_on(today));
    let since = LessonOn { date: year.map_or(today, |bounds| bounds.starts_on), slot: SlotId(Uuid::nil()) };
    let mut lessons = Vec::new();
    for service in books.services_of_school(office.school) {
        let moved = service.moved.range(since..).filter(|(_, moved)| moved.now.is_some()).map(|(lesson, _)| lesson);
        let said = service.not_held.range(since..).map(|(lesson, _)| lesson);
        let said = said.chain(service.replaced.range(since..).map(|(lesson, _)| lesson)).chain(moved);
        let named: BTreeSet<LessonOn> = said.copied().collect();
        // One that was moved to a day closed since is held nowhere: it may be moved again, or back.
        lessons.extend(named.into_iter().filter_map(|lesson| books.in_timetable(service.textbook, lesson)));
    }
    lessons
}
