//! What is there to read, for a reader and at a time. Days are those of the school, both ends included.

use domain::access::Scope;
use domain::actor::Actor;
use domain::ids::{EntryId, HomeworkId, TextbookId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{EntryVersion, HomeworkVersion};
use crate::cells::{self, Work};
use crate::rows::{instant, lesson, named, timestamp};
use crate::scope::{Seen, seen};
use crate::shelf::Place;

macro_rules! entry_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.entry, t.version, t.revision, ",
            "t.slot, t.date::text as date, t.starts_at::text as starts_at, t.minutes, ",
            crate::rows::micros!("t.ended_at"),
            " as ended_at, t.withdrawn, t.content::text as content, t.resources::text as resources, t.author, ",
            crate::rows::micros!("t.visible_from"),
            " as visible_from, t.position, ",
            crate::rows::micros!("t.recorded_at"),
            " as recorded_at, ",
            crate::rows::micros!("t.first_recorded_at"),
            " as first_recorded_at"
        )
    };
}

macro_rules! homework_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.homework, t.version, t.revision, t.given_entry, ",
            "t.given_slot as slot, t.given_on::text as date, t.given_at::text as starts_at, t.given_minutes as minutes, ",
            crate::rows::micros!("t.given_ended_at"),
            " as ended_at, t.due_on::text as due_on, t.due_slot, t.due_at::text as due_at, t.kind, t.estimate, t.written, ",
            "t.withdrawn, t.content::text as content, t.resources::text as resources, t.author, ",
            crate::rows::micros!("t.visible_from"),
            " as visible_from, t.position, ",
            crate::rows::micros!("t.recorded_at"),
            " as recorded_at, ",
            crate::rows::micros!("t.first_recorded_at"),
            " as first_recorded_at"
        )
    };
}
pub(super) use {entry_columns, homework_columns};

/// What stands at `$5`: the last written among the versions released, unless it withdraws.
macro_rules! standing {
    ($table:literal, $id:literal) => {
        concat!(
            "t.visible_from <= ",
            instant!("$5"),
            " and not t.withdrawn and not exists (select 1 from pupil.",
            $table,
            " l where l.textbook = t.textbook and l.",
            $id,
            " = t.",
            $id,
            " and l.version > t.version and l.visible_from <= ",
            instant!("$5"),
            ")"
        )
    };
}

const WEEK: &str = concat!(
    "select ",
    entry_columns!(),
    " from pupil.entry_version t where ",
    seen!("date"),
    " and t.date between $6::text::date and $7::text::date and ",
    standing!("entry_version", "entry"),
    " order by t.date, t.starts_at, t.textbook, t.entry"
);

const TEXTBOOK: &str = concat!(
    "select ",
    entry_columns!(),
    " from pupil.entry_version t where ",
    seen!("date"),
    " and t.textbook = $6 and ",
    "($7::text is null or (t.date, t.starts_at, t.entry) < ($7::text::date, $8::text::time, $9::uuid)) and ",
    standing!("entry_version", "entry"),
    " order by t.date desc, t.starts_at desc, t.entry desc limit $10"
);

const HOMEWORK: &str = concat!(
    "select ",
    homework_columns!(),
    " from pupil.homework_version t where ",
    seen!("given_on"),
    " and t.due_on between $6::text::date and $7::text::date and ",
    "($8::text is null or (t.due_on, t.textbook, t.homework) > ($8::text::date, $9::uuid, $10::uuid)) and ",
    standing!("homework_version", "homework"),
    " order by t.due_on, t.textbook, t.homework limit $11"
);

const HOMEWORK_GIVEN_IN: &str = concat!(
    "select ",
    homework_columns!(),
    " from pupil.homework_version t where ",
    seen!("given_on"),
    " and t.given_on between $6::text::date and $7::text::date and ($8::uuid is null or t.textbook = $8) and ",
    standing!("homework_version", "homework"),
    " order by t.given_on, t.given_at, t.textbook, t.due_on, t.homework"
);

/// Every query of this file, by name.
pub const STATEMENTS: &[(&str, &str)] =
    &[("week", WEEK), ("textbook", TEXTBOOK), ("homework", HOMEWORK), ("homework given in", HOMEWORK_GIVEN_IN)];

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
            resources: cells::read_resources(row, "resources")?,
            author: named(row, "author", Actor::parse)?,
            visible_from: timestamp(row, "visible_from")?,
            position: row.try_get("position")?,
            recorded_at: timestamp(row, "recorded_at")?,
            first_recorded_at: timestamp(row, "first_recorded_at")?,
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
            given_entry: EntryId(row.try_get("given_entry")?),
            work: Work::read(row)?,
            withdrawn: row.try_get("withdrawn")?,
            text: cells::read(row, "content")?,
            resources: cells::read_resources(row, "resources")?,
            author: named(row, "author", Actor::parse)?,
            visible_from: timestamp(row, "visible_from")?,
            position: row.try_get("position")?,
            recorded_at: timestamp(row, "recorded_at")?,
            first_recorded_at: timestamp(row, "first_recorded_at")?,
        })
    }
}

/// The entries of the lessons of these days, in the order of the lessons.
pub async fn week(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    from: Date,
    until: Date,
) -> Result<Vec<EntryVersion>, sqlx::Error> {
    let query = Seen::of(scope).query(WEEK).bind(now.as_microsecond()).bind(from.to_string()).bind(until.to_string());
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
        .bind(now.as_microsecond())
        .bind(textbook.0)
        .bind(before.map(|before| before.date.to_string()))
        .bind(before.map(|before| before.starts_at.to_string()))
        .bind(before.map(|before| before.entry.0))
        .bind(limit);
    query.fetch_all(pool).await?.iter().map(EntryVersion::read).collect()
}

/// The work due on these days, by due day: at most `limit`, those after the cursor.
pub async fn homework(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    (due_from, due_until): (Date, Date),
    after: Option<After>,
    limit: i64,
) -> Result<Vec<HomeworkVersion>, sqlx::Error> {
    let query = Seen::of(scope)
        .query(HOMEWORK)
        .bind(now.as_microsecond())
        .bind(due_from.to_string())
        .bind(due_until.to_string())
        .bind(after.map(|after| after.due_on.to_string()))
        .bind(after.map(|after| after.textbook.0))
        .bind(after.map(|after| after.homework.0))
        .bind(limit);
    query.fetch_all(pool).await?.iter().map(HomeworkVersion::read).collect()
}

/// The work given in the lessons of these days, of one textbook or of all: shown under its lesson by `given_entry`.
pub async fn homework_given_in(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    textbook: Option<TextbookId>,
    from: Date,
    until: Date,
) -> Result<Vec<HomeworkVersion>, sqlx::Error> {
    let query = Seen::of(scope)
        .query(HOMEWORK_GIVEN_IN)
        .bind(now.as_microsecond())
        .bind(from.to_string())
        .bind(until.to_string())
        .bind(textbook.map(|textbook| -> Uuid { textbook.0 }));
    query.fetch_all(pool).await?.iter().map(HomeworkVersion::read).collect()
}
