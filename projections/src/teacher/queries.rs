//! What is written in a teacher's textbooks. A scope that does not include what is behind the scenes gets nothing here.
//! Days are those of the school, both ends included.

use domain::access::Scope;
use domain::actor::{Actor, Capacity};
use domain::ids::{EntryId, HomeworkId, SlotId, TextbookId};
use domain::textbook::entry::LessonRef;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{Entry, Task, Writing};
use crate::cells::{self, Framing, Work};
use crate::rows::{date, lesson, named, time, timestamp};
use crate::scope::{Seen, seen};
use crate::shelf::Place;

macro_rules! writing_columns {
    () => {
        concat!(
            "t.withdrawn, t.revision, t.version, t.content, t.resources, t.author, t.capacity, t.recorded_at, ",
            "t.first_recorded_at, t.visible_from"
        )
    };
}

macro_rules! entry_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.entry, ",
            "t.slot, t.date, t.starts_at, t.minutes, t.ended_at, t.framing, ",
            crate::teacher::queries::writing_columns!()
        )
    };
}

macro_rules! task_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.homework, t.given_entry, ",
            "t.given_slot as slot, t.given_on as date, t.given_at as starts_at, t.given_minutes as minutes, ",
            "t.given_ended_at as ended_at, t.due_on, t.due_slot, t.due_at, t.kind, t.estimate, t.written, ",
            "t.audience::uuid[] as audience, ",
            crate::teacher::queries::writing_columns!()
        )
    };
}
pub(super) use {entry_columns, task_columns, writing_columns};

const WRITTEN_BETWEEN: &str = concat!(
    "select t.textbook, t.entry, t.slot, t.date, t.starts_at, t.withdrawn, t.visible_from from teacher.lesson t where ",
    seen!("date"),
    " and t.textbook = any($5::uuid[]) and t.date between $6::text::date and $7::text::date ",
    "order by t.date, t.starts_at, t.textbook, t.entry"
);

const ENTRY: &str = concat!(
    "select ",
    entry_columns!(),
    " from teacher.lesson t where ",
    seen!("date"),
    " and t.textbook = $5 and t.date = $6::text::date and t.slot is not distinct from $7::uuid ",
    "and ($7::uuid is not null or t.starts_at = $8::text::time)"
);

const ENTRIES_NAMED: &str = concat!(
    "select ",
    entry_columns!(),
    " from teacher.lesson t where ",
    seen!("date"),
    " and (t.textbook, t.entry) in (select * from unnest($5::uuid[], $6::uuid[])) order by t.textbook, t.entry"
);

const GIVEN_IN: &str = concat!(
    "select ",
    task_columns!(),
    " from teacher.task t where ",
    seen!("given_on"),
    " and t.textbook = $5 and t.given_on = $6::text::date and t.given_slot is not distinct from $7::uuid ",
    "and ($7::uuid is not null or t.given_at = $8::text::time) order by t.due_on, t.homework"
);

const TEXTBOOK: &str = concat!(
    "select ",
    entry_columns!(),
    " from teacher.lesson t where ",
    seen!("date"),
    " and t.textbook = $5 order by t.date desc, t.starts_at desc, t.entry desc limit $6"
);

const TASKS_BETWEEN: &str = concat!(
    "select ",
    task_columns!(),
    " from teacher.task t where ",
    seen!("given_on"),
    " and t.textbook = any($5::uuid[]) and t.given_on between $6::text::date and $7::text::date ",
    "order by t.given_on, t.given_at, t.textbook, t.due_on, t.homework"
);

/// Every query of this file, by name.
pub const STATEMENTS: &[(&str, &str)] = &[
    ("written between", WRITTEN_BETWEEN),
    ("entry", ENTRY),
    ("entries named", ENTRIES_NAMED),
    ("given in", GIVEN_IN),
    ("textbook", TEXTBOOK),
    ("tasks between", TASKS_BETWEEN),
];

/// That a lesson is written, without what it says: enough to mark a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub textbook: TextbookId,
    pub entry: EntryId,
    /// None outside the timetable.
    pub slot: Option<SlotId>,
    pub date: Date,
    pub starts_at: Time,
    pub withdrawn: bool,
    pub visible_from: Timestamp,
}

/// A lesson as its form shows it.
#[derive(Clone)]
pub struct Sheet {
    /// None while nothing was written.
    pub entry: Option<Entry>,
    /// The work given in it, by due day; it may be given in a lesson not written yet.
    pub tasks: Vec<Task>,
}

impl Writing {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            version: row.try_get("version")?,
            revision: row.try_get("revision")?,
            author: named(row, "author", Actor::parse)?,
            capacity: named(row, "capacity", Capacity::parse)?,
            recorded_at: timestamp(row, "recorded_at")?,
            first_recorded_at: timestamp(row, "first_recorded_at")?,
            visible_from: timestamp(row, "visible_from")?,
        })
    }
}

impl Entry {
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            entry: EntryId(row.try_get("entry")?),
            lesson: lesson(row)?,
            withdrawn: row.try_get("withdrawn")?,
            content: cells::read(row, "content")?,
            framing: Framing::read(row)?,
            resources: cells::read_resources(row, "resources")?,
            writing: Writing::read(row)?,
        })
    }
}

impl Task {
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            homework: HomeworkId(row.try_get("homework")?),
            given_in: lesson(row)?,
            given_entry: EntryId(row.try_get("given_entry")?),
            work: Work::read(row)?,
            withdrawn: row.try_get("withdrawn")?,
            text: cells::read(row, "content")?,
            resources: cells::read_resources(row, "resources")?,
            writing: Writing::read(row)?,
        })
    }
}

impl Written {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            textbook: TextbookId(row.try_get("textbook")?),
            entry: EntryId(row.try_get("entry")?),
            slot: row.try_get::<Option<Uuid>, _>("slot")?.map(SlotId),
            date: date(row, "date")?,
            starts_at: time(row, "starts_at")?,
            withdrawn: row.try_get("withdrawn")?,
            visible_from: timestamp(row, "visible_from")?,
        })
    }
}

fn ids(textbooks: &[TextbookId]) -> Vec<Uuid> {
    textbooks.iter().map(|textbook| textbook.0).collect()
}

/// The lessons of these days that were written, in their order.
pub async fn written_between(
    pool: &PgPool,
    scope: &Scope,
    textbooks: &[TextbookId],
    from: Date,
    until: Date,
) -> Result<Vec<Written>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(WRITTEN_BETWEEN);
    let query = query.bind(ids(textbooks)).bind(from.to_string()).bind(until.to_string());
    query.fetch_all(pool).await?.iter().map(Written::read).collect()
}

/// One lesson, named by its slot or its hour: what is written of it, and the work given in it.
pub async fn entry(
    pool: &PgPool,
    scope: &Scope,
    textbook: TextbookId,
    lesson: &LessonRef,
) -> Result<Sheet, sqlx::Error> {
    let (slot, date, hour) = match *lesson {
        LessonRef::Slot { slot, date } => (Some(slot.0), date, None),
        LessonRef::Exceptional { date, starts_at, .. } => (None, date, Some(starts_at.to_string())),
    };
    let named = |sql| {
        let query = Seen::behind_the_scenes(scope).query(sql).bind(textbook.0);
        query.bind(date.to_string()).bind(slot).bind(hour.clone())
    };
    let entry = named(ENTRY).fetch_optional(pool).await?;
    let tasks = named(GIVEN_IN).fetch_all(pool).await?;
    Ok(Sheet {
        entry: entry.as_ref().map(Entry::read).transpose()?,
        tasks: tasks.iter().map(Task::read).collect::<Result<_, _>>()?,
    })
}

/// Some entries, by name, in no order; those that are not written are left out.
pub async fn entries_named(
    pool: &PgPool,
    scope: &Scope,
    named: &[(TextbookId, EntryId)],
) -> Result<Vec<Entry>, sqlx::Error> {
    let (textbooks, entries): (Vec<Uuid>, Vec<Uuid>) =
        named.iter().map(|(textbook, entry)| (textbook.0, entry.0)).unzip();
    let query = Seen::behind_the_scenes(scope).query(ENTRIES_NAMED).bind(textbooks).bind(entries);
    query.fetch_all(pool).await?.iter().map(Entry::read).collect()
}

/// The entries of one textbook, latest lesson first, at most `limit`.
pub async fn textbook(
    pool: &PgPool,
    scope: &Scope,
    textbook: TextbookId,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(TEXTBOOK).bind(textbook.0).bind(limit);
    query.fetch_all(pool).await?.iter().map(Entry::read).collect()
}

/// The work given on these days, in the order of the lessons.
pub async fn tasks_between(
    pool: &PgPool,
    scope: &Scope,
    textbooks: &[TextbookId],
    from: Date,
    until: Date,
) -> Result<Vec<Task>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(TASKS_BETWEEN);
    let query = query.bind(ids(textbooks)).bind(from.to_string()).bind(until.to_string());
    query.fetch_all(pool).await?.iter().map(Task::read).collect()
}
