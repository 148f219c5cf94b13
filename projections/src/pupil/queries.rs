//! What is there to read, for a reader and at a time. Days are those of the school, both ends included.

mod file;
mod held;

use domain::access::Scope;
use domain::actor::Actor;
use domain::ids::{EntryId, HomeworkId, TextbookId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres, Row};
use uuid::Uuid;

use super::{EntryVersion, HomeworkVersion};
use crate::cells::{self, Framing, Work};
use crate::rows::{lesson, named, timestamp};
use crate::scope::{Seen, Statements, seen, seen_in_groups, seen_in_whole_groups};
use crate::shelf::Place;

pub use file::file;
pub use held::{Moved, homework_held};

/// The columns of both tables, in one order: `entry` is the entry of the lesson a work was given in.
macro_rules! entry_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.entry, t.version, t.revision, t.slot, t.date, t.starts_at, t.minutes, ",
            "t.ended_at, t.withdrawn, t.content, t.framing, t.resources, t.author, t.visible_from"
        )
    };
}

macro_rules! homework_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.given_entry as entry, t.version, t.revision, t.given_slot as slot, ",
            "t.given_on as date, t.given_at as starts_at, t.given_minutes as minutes, t.given_ended_at as ended_at, t.withdrawn, ",
            "t.content, null::text as framing, t.resources, t.author, t.visible_from, ",
            "t.homework, t.due_on, t.due_slot, t.due_at, t.kind, t.estimate, t.written, t.audience"
        )
    };
}

/// What stands at `$5`: the last written among the versions released, unless it withdraws.
macro_rules! standing {
    ($table:literal, $id:literal) => {
        concat!(
            "t.visible_from <= $5 and not t.withdrawn and not exists (select 1 from pupil.",
            $table,
            " l where l.textbook = t.textbook and l.",
            $id,
            " = t.",
            $id,
            " and l.version > t.version and l.visible_from <= $5)"
        )
    };
}

/// Work for part of a group is read by these pupils, by who reads for them, and by who reads the whole textbook.
macro_rules! asked_of {
    ($pupils:literal) => {
        concat!(
            "(t.audience is null or t.audience && ",
            $pupils,
            "::uuid[] or t.school = any($1::uuid[]) or t.textbook = any($2::uuid[]))"
        )
    };
}

pub(super) use {asked_of, entry_columns, homework_columns, standing};

macro_rules! entries {
    ($seen:ident, $more_columns:literal) => {
        concat!(
            "select ",
            entry_columns!(),
            $more_columns,
            " from pupil.entry_version t where ",
            $seen!("date"),
            " and t.date between $6 and $7 and ",
            standing!("entry_version", "entry")
        )
    };
}

macro_rules! homework {
    ($seen:ident, $pupils:literal, $of:literal) => {
        concat!(
            "select ",
            homework_columns!(),
            " from pupil.homework_version t where ",
            $seen!("given_on"),
            " and ",
            asked_of!($pupils),
            " and ",
            $of,
            " and ",
            standing!("homework_version", "homework")
        )
    };
}

const ENTRIES: &str = concat!(entries!(seen, ""), " order by t.date, t.starts_at, t.textbook, t.entry");

/// One round trip for all that a week shows. A row without homework is an entry.
macro_rules! week {
    ($seen:ident) => {
        concat!(
            entries!(
                $seen,
                ", null::uuid as homework, null::date as due_on, null::uuid as due_slot, null::time as due_at, null::text as kind, \
                 null::integer as estimate, null::boolean as written, null::uuid[] as audience"
            ),
            " union all ",
            homework!($seen, "$8", "t.given_on between $6 and $7"),
            " union all ",
            homework!($seen, "$8", "t.due_on between $6 and $7 and not t.given_on between $6 and $7")
        )
    };
}

const WEEK: Statements =
    Statements { any: week!(seen), in_groups: week!(seen_in_groups), in_whole_groups: week!(seen_in_whole_groups) };

const TEXTBOOK: &str = concat!(
    "select ",
    entry_columns!(),
    " from pupil.entry_version t where ",
    seen!("date"),
    " and t.textbook = $6 and ",
    "($7::date is null or (t.date, t.starts_at, t.entry) < ($7, $8::time, $9::uuid)) and ",
    standing!("entry_version", "entry"),
    " order by t.date desc, t.starts_at desc, t.entry desc limit $10"
);

macro_rules! due {
    ($seen:ident) => {
        concat!(
            homework!(
                $seen,
                "$12",
                "t.due_on between $6 and $7 and ($8::date is null or (t.due_on, t.textbook, t.homework) > ($8, $9::uuid, $10::uuid))"
            ),
            " order by t.due_on, t.textbook, t.homework limit $11"
        )
    };
}

const HOMEWORK: Statements =
    Statements { any: due!(seen), in_groups: due!(seen_in_groups), in_whole_groups: due!(seen_in_whole_groups) };

const HOMEWORK_GIVEN_IN: &str = concat!(
    homework!(seen, "$9", "t.given_on between $6 and $7 and t.textbook = $8"),
    " order by t.given_on, t.given_at, t.textbook, t.due_on, t.homework"
);

/// Every query of this model, by name.
pub const STATEMENTS: &[(&str, &str)] = &[
    ("entries", ENTRIES),
    ("week", WEEK.any),
    ("week in groups", WEEK.in_groups),
    ("week in whole groups", WEEK.in_whole_groups),
    ("textbook", TEXTBOOK),
    ("homework", HOMEWORK.any),
    ("homework in groups", HOMEWORK.in_groups),
    ("homework in whole groups", HOMEWORK.in_whole_groups),
    ("homework given in", HOMEWORK_GIVEN_IN),
    ("file", file::FILE),
    ("homework held", held::HELD.any),
    ("homework held in groups", held::HELD.in_groups),
    ("homework held in whole groups", held::HELD.in_whole_groups),
];

/// A place in the entries of a textbook, from the latest lesson back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    pub date: Date,
    pub starts_at: Time,
    pub entry: EntryId,
}

/// A place in the work to do, by due day, then textbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub due_on: Date,
    pub textbook: TextbookId,
    pub homework: HomeworkId,
}

impl EntryVersion {
    /// Where the next page begins, when this is the last row of one.
    pub fn cursor(&self) -> Before {
        Before { date: self.lesson.date, starts_at: self.lesson.starts_at, entry: self.entry }
    }

    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            entry: EntryId(row.try_get("entry")?),
            version: row.try_get("version")?,
            revision: row.try_get("revision")?,
            lesson: lesson(row)?,
            withdrawn: row.try_get("withdrawn")?,
            content: cells::read(row, "content")?,
            framing: Framing::read(row)?,
            resources: cells::read_resources(row, "resources")?,
            author: named(row, "author", Actor::parse)?,
            visible_from: timestamp(row, "visible_from")?,
        })
    }
}

impl HomeworkVersion {
    /// Where the next page begins, when this is the last row of one.
    pub fn cursor(&self) -> After {
        After { due_on: self.work.due.on, textbook: self.place.textbook, homework: self.homework }
    }

    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            homework: HomeworkId(row.try_get("homework")?),
            version: row.try_get("version")?,
            revision: row.try_get("revision")?,
            given_in: lesson(row)?,
            given_entry: EntryId(row.try_get("entry")?),
            work: Work::read(row)?,
            withdrawn: row.try_get("withdrawn")?,
            text: cells::read(row, "content")?,
            resources: cells::read_resources(row, "resources")?,
            author: named(row, "author", Actor::parse)?,
            visible_from: timestamp(row, "visible_from")?,
        })
    }
}

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
        for row in rows {
            if row.try_get::<Option<Uuid>, _>("homework")?.is_some() {
                week.homework.push(HomeworkVersion::read(row)?);
            } else {
                week.entries.push(EntryVersion::read(row)?);
            }
        }
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

/// What is there to read at `now`, for who has this scope, between two days: by the statement for this scope.
fn between(
    of: Statements,
    scope: &Scope,
    now: Timestamp,
    (from, until): (Date, Date),
) -> Query<'static, Postgres, PgArguments> {
    let seen = Seen::of(scope);
    let sql = seen.chosen(of);
    seen.query(sql).bind(now.to_sqlx()).bind(from.to_sqlx()).bind(until.to_sqlx())
}

/// Those for whom this scope reads.
pub(super) fn pupils(scope: &Scope) -> Vec<Uuid> {
    scope.pupils.iter().map(|pupil| pupil.0).collect()
}

/// The lessons of these days, the work given in them, and the work due on them: in one round trip.
pub async fn week(pool: &PgPool, scope: &Scope, now: Timestamp, days: (Date, Date)) -> Result<Week, sqlx::Error> {
    let query = between(WEEK, scope, now, days).bind(pupils(scope));
    Week::of(days, &query.fetch_all(pool).await?)
}

/// The entries of the lessons of these days, in the order of the lessons.
pub async fn entries(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    days: (Date, Date),
) -> Result<Vec<EntryVersion>, sqlx::Error> {
    let query = Seen::of(scope).query(ENTRIES).bind(now.to_sqlx()).bind(days.0.to_sqlx()).bind(days.1.to_sqlx());
    query.fetch_all(pool).await?.iter().map(EntryVersion::read).collect()
}

/// The entries of one textbook, latest lesson first: at most `limit`, those before the cursor.
pub async fn textbook(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    textbook: TextbookId,
    before: Option<Before>,
    limit: i64,
) -> Result<Vec<EntryVersion>, sqlx::Error> {
    let query = Seen::of(scope)
        .query(TEXTBOOK)
        .bind(now.to_sqlx())
        .bind(textbook.0)
        .bind(before.map(|before| before.date.to_sqlx()))
        .bind(before.map(|before| before.starts_at.to_sqlx()))
        .bind(before.map(|before| before.entry.0))
        .bind(limit);
    query.fetch_all(pool).await?.iter().map(EntryVersion::read).collect()
}

/// The work due on these days, by due day: at most `limit`, those after the cursor.
pub async fn homework(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    due: (Date, Date),
    after: Option<After>,
    limit: i64,
) -> Result<Vec<HomeworkVersion>, sqlx::Error> {
    let query = between(HOMEWORK, scope, now, due)
        .bind(after.map(|after| after.due_on.to_sqlx()))
        .bind(after.map(|after| after.textbook.0))
        .bind(after.map(|after| after.homework.0))
        .bind(limit)
        .bind(pupils(scope));
    query.fetch_all(pool).await?.iter().map(HomeworkVersion::read).collect()
}

/// The work given in the lessons of a textbook on these days: shown under its lesson by `given_entry`.
pub async fn homework_given_in(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    textbook: TextbookId,
    given: (Date, Date),
) -> Result<Vec<HomeworkVersion>, sqlx::Error> {
    let query =
        Seen::of(scope).query(HOMEWORK_GIVEN_IN).bind(now.to_sqlx()).bind(given.0.to_sqlx()).bind(given.1.to_sqlx());
    query.bind(textbook.0).bind(pupils(scope)).fetch_all(pool).await?.iter().map(HomeworkVersion::read).collect()
}
