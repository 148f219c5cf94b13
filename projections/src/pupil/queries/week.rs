//! The week: what was done in its lessons, the work given in them, and the work due on its days.

use std::cmp::Reverse;
use std::collections::HashSet;

use domain::access::Scope;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{EntryVersion, HomeworkVersion, asked_of, between, entry_columns, homework_columns, pupils, standing};
use crate::scope::{Statements, seen, seen_in_groups, seen_in_whole_groups};

/// One round trip for all that a week shows. A row without homework is an entry.
///
/// The lesson of an entry, and that in which a work was given, are the same in all its versions: those released come all, and the last of
/// each is what stands. Looking for a later one would be a search of the index for each row. The day a work is due may change,
/// and whom it is for: of those due on other lessons the last is looked for, and of those given the last says whom it asks.
macro_rules! week {
    ($seen:ident) => {
        concat!(
            "select ",
            entry_columns!(),
            ", null::uuid as homework, null::date as due_on, null::uuid as due_slot, null::time as due_at, null::text as kind, \
             null::integer as estimate, null::boolean as written, null::uuid[] as audience, true as asked",
            " from pupil.entry_version t where ",
            $seen!("date"),
            " and t.date between $6 and $7 and t.visible_from <= $5 union all select ",
            homework_columns!(),
            ", ",
            asked_of!("$8"),
            " from pupil.homework_version t where ",
            $seen!("given_on"),
            " and t.given_on between $6 and $7 and t.visible_from <= $5 union all select ",
            homework_columns!(),
            ", true from pupil.homework_version t where ",
            $seen!("given_on"),
            " and ",
            asked_of!("$8"),
            " and t.due_on between $6 and $7 and not t.given_on between $6 and $7 and ",
            standing!("homework_version", "homework")
        )
    };
}

pub(super) const WEEK: Statements =
    Statements { any: week!(seen), in_groups: week!(seen_in_groups), in_whole_groups: week!(seen_in_whole_groups) };

/// All that a week shows, or any days.
pub struct Week {
    /// In the order of the lessons.
    pub entries: Vec<EntryVersion>,
    /// Given in these lessons, or due on these days.
    homework: Vec<HomeworkVersion>,
    days: (Date, Date),
}

impl Week {
    fn of(days: (Date, Date), rows: &[PgRow]) -> Result<Self, sqlx::Error> {
        let mut week = Self { entries: Vec::new(), homework: Vec::new(), days };
        let mut asked = HashSet::new();
        for row in rows {
            if row.try_get::<Option<Uuid>, _>("homework")?.is_some() {
                let work = HomeworkVersion::read(row)?;
                if row.try_get("asked")? {
                    asked.insert((work.place.textbook, work.homework, work.version));
                }
                week.homework.push(work);
            } else {
                week.entries.push(EntryVersion::read(row)?);
            }
        }
        let key = |entry: &EntryVersion| (entry.place.textbook, entry.entry);
        week.entries.sort_unstable_by_key(|entry| (key(entry), Reverse(entry.version)));
        week.entries.dedup_by_key(|entry| key(entry));
        week.entries.retain(|entry| !entry.withdrawn);
        let key = |work: &HomeworkVersion| (work.place.textbook, work.homework);
        week.homework.sort_unstable_by_key(|work| (key(work), Reverse(work.version)));
        week.homework.dedup_by_key(|work| key(work));
        week.homework
            .retain(|work| !work.withdrawn && asked.contains(&(work.place.textbook, work.homework, work.version)));
        let place =
            |entry: &EntryVersion| (entry.lesson.date, entry.lesson.starts_at, entry.place.textbook, entry.entry);
        week.entries.sort_unstable_by_key(place);
        Ok(week)
    }

    fn holds(&self, day: Date) -> bool {
        (self.days.0..=self.days.1).contains(&day)
    }

    /// Each work once, in no order.
    pub fn homework(&self) -> &[HomeworkVersion] {
        &self.homework
    }

    /// Each work once: by textbook, then soonest first.
    pub fn in_order(&self) -> Vec<&HomeworkVersion> {
        let mut works: Vec<_> = self.homework.iter().collect();
        works.sort_unstable_by_key(|work| (work.place.textbook, work.work.due.on, work.homework));
        works
    }

    /// Adds what other days hold: of lessons that are held here and written there. Each row once.
    pub fn join(&mut self, other: Self) {
        let new = |entry: &EntryVersion| !self.entries.iter().any(|known| known.entry == entry.entry);
        let entries: Vec<_> = other.entries.into_iter().filter(new).collect();
        self.entries.extend(entries);
        let key = |work: &HomeworkVersion| (work.place.textbook, work.homework);
        let new = |work: &HomeworkVersion| !self.homework.iter().any(|known| key(known) == key(work));
        let homework: Vec<_> = other.homework.into_iter().filter(new).collect();
        self.homework.extend(homework);
    }

    /// The work given in these lessons, in their order.
    pub fn given(&self) -> Vec<&HomeworkVersion> {
        let mut given: Vec<_> = self.homework.iter().filter(|work| self.holds(work.given_in.date)).collect();
        given.sort_unstable_by_key(|work| {
            (work.given_in.date, work.given_in.starts_at, work.place.textbook, work.work.due.on, work.homework)
        });
        given
    }

    /// The work due on these days, soonest first.
    pub fn due(&self) -> Vec<&HomeworkVersion> {
        let mut due: Vec<_> = self.homework.iter().filter(|work| self.holds(work.work.due.on)).collect();
        due.sort_unstable_by_key(|work| (work.work.due.on, work.place.textbook, work.homework));
        due
    }
}

/// The lessons of these days, the work given in them, and the work due on them: in one round trip.
pub async fn week(pool: &PgPool, scope: &Scope, now: Timestamp, days: (Date, Date)) -> Result<Week, sqlx::Error> {
    let query = between(WEEK, scope, now, days).bind(pupils(scope));
    Week::of(days, &query.fetch_all(pool).await?)
}
