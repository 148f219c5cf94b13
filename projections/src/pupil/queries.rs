//! What is there to read, for a reader and at a time. Days are those of the school, both ends included.

mod file;
mod held;
mod ordered;
mod week;

use domain::access::Scope;
use domain::actor::Actor;
use domain::ids::{EntryId, HomeworkId, TextbookId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};
use uuid::Uuid;

use super::{EntryVersion, HomeworkVersion};
use crate::scope::{Seen, Statements, seen, seen_in_groups, seen_in_whole_groups};
use ordered::Ordered;

pub use file::file;
pub use held::{Moved, homework_held};
pub use week::{Week, week};

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

const ENTRIES: &str = concat!(
    "select ",
    entry_columns!(),
    " from pupil.entry_version t where ",
    seen!("date"),
    " and t.date between $6 and $7 and ",
    standing!("entry_version", "entry"),
    " order by t.date, t.starts_at, t.textbook, t.entry"
);

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
    ("week", week::WEEK.any),
    ("week in groups", week::WEEK.in_groups),
    ("week in whole groups", week::WEEK.in_whole_groups),
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
        // In the order of `entry_columns`.
        let mut row = Ordered::of(row);
        Ok(Self {
            place: row.place()?,
            entry: EntryId(row.next()?),
            version: row.next()?,
            revision: row.next()?,
            lesson: row.lesson()?,
            withdrawn: row.next()?,
            content: row.content()?,
            framing: row.framing()?,
            resources: row.resources()?,
            author: row.named("author", Actor::parse)?,
            visible_from: row.timestamp()?,
        })
    }
}

impl HomeworkVersion {
    /// Where the next page begins, when this is the last row of one.
    pub fn cursor(&self) -> After {
        After { due_on: self.work.due.on, textbook: self.place.textbook, homework: self.homework }
    }

    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        // In the order of `homework_columns`.
        let mut row = Ordered::of(row);
        let (place, given_entry) = (row.place()?, EntryId(row.next()?));
        let (version, revision, given_in, withdrawn) = (row.next()?, row.next()?, row.lesson()?, row.next()?);
        let text = row.content()?;
        // The framing of an entry, which a work has not.
        row.skip();
        let (resources, author) = (row.resources()?, row.named("author", Actor::parse)?);
        let (visible_from, homework, work) = (row.timestamp()?, HomeworkId(row.next()?), row.work()?);
        Ok(Self {
            place,
            homework,
            version,
            revision,
            given_in,
            given_entry,
            work,
            withdrawn,
            text,
            resources,
            author,
            visible_from,
        })
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
