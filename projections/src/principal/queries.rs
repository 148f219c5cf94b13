//! The figures of a school. A scope that does not include what is behind the scenes gets nothing here.
//! Days are those of the school, both ends included.

use std::collections::BTreeSet;

use domain::access::Scope;
use domain::actor::Actor;
use domain::ids::{EntryId, GroupId, PersonId, SlotId, TextbookId};
use domain::textbook::homework::Due;
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{Load, WrittenLesson};
use crate::rows::{date, malformed, named, optional_time, time, timestamp};
use crate::scope::{Seen, of_groups_seen, seen};
use crate::shelf::Place;

macro_rules! lesson_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.entry, t.slot, t.date, ",
            "t.starts_at, t.author, t.delay, t.first_recorded_at, t.withdrawn"
        )
    };
}

macro_rules! work_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.homework, t.given_on, t.due_on, t.due_slot, t.due_at, t.kind, ",
            "t.estimate, t.written, t.audience::uuid[] as audience, t.withdrawn"
        )
    };
}
pub(super) use {lesson_columns, work_columns};

const WRITTEN: &str = concat!(
    "select ",
    lesson_columns!(),
    " from principal.lesson t where ",
    seen!("date"),
    " and t.date between $5::text::date and $6::text::date and not t.withdrawn",
    " order by t.date, t.starts_at, t.textbook, t.entry"
);

const WORKLOAD: &str = concat!(
    "select ",
    work_columns!(),
    " from principal.work t where ",
    seen!("given_on"),
    " and t.due_on = any($5::date[]) and not t.withdrawn and t.kind <> 'class-work'",
    " order by t.due_on, t.textbook, t.homework"
);

/// Days between two, and others. Two arms, so that each is a stretch of an index.
macro_rules! on_days {
    ($columns:literal, $from:expr, $date:literal, $and:literal) => {
        concat!(
            "select ",
            $columns,
            " from ",
            $from,
            " and t.",
            $date,
            " between $5::text::date and $6::text::date",
            $and,
            " union all select ",
            $columns,
            " from ",
            $from,
            " and t.",
            $date,
            " = any($7::date[])",
            $and
        )
    };
}

/// One row: two arrays of the same length cost far less to send and to read than as many rows.
macro_rules! marks {
    ($from:expr) => {
        concat!(
            "select coalesce(array_agg(l.slot), '{}') as slots, coalesce(array_agg(l.date), '{}') as dates from (",
            on_days!("t.slot, t.date", $from, "date", " and not t.withdrawn and t.slot is not null"),
            ") l"
        )
    };
}

const MARKS: &str = marks!(concat!("principal.lesson t where ", seen!("date")));

const MARKS_OF_GROUPS: &str = marks!(of_groups_seen!("principal.lesson", "date"));

const WEIGHTS: &str = on_days!(
    "t.textbook, t.group_id, t.due_on, t.due_slot, t.due_at, t.kind = 'test' as test, t.estimate, t.audience::uuid[] as audience",
    of_groups_seen!("principal.work", "given_on"),
    "due_on",
    " and not t.withdrawn and t.kind <> 'class-work'"
);

/// Every query of this file, by name.
pub const STATEMENTS: &[(&str, &str)] = &[
    ("written", WRITTEN),
    ("marks", MARKS),
    ("marks of groups", MARKS_OF_GROUPS),
    ("workload", WORKLOAD),
    ("weights", WEIGHTS),
];

/// What a work weighs, for whom, and when it is due: what a table of many classes counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    pub textbook: TextbookId,
    pub group: GroupId,
    pub due: Due,
    pub test: bool,
    /// Estimated work of a pupil.
    pub minutes: Option<u16>,
    /// The pupils it is for; empty for the whole group.
    pub audience: Vec<PersonId>,
}

impl Weight {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let estimate: Option<i32> = row.try_get("estimate")?;
        Ok(Self {
            textbook: TextbookId(row.try_get("textbook")?),
            group: GroupId(row.try_get("group_id")?),
            due: Due {
                on: date(row, "due_on")?,
                slot: row.try_get::<Option<Uuid>, _>("due_slot")?.map(SlotId),
                at: optional_time(row, "due_at")?,
            },
            test: row.try_get("test")?,
            minutes: estimate.map(u16::try_from).transpose().map_err(|_| malformed("estimate"))?,
            audience: row.try_get::<Option<Vec<Uuid>>, _>("audience")?.into_iter().flatten().map(PersonId).collect(),
        })
    }
}

impl WrittenLesson {
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            entry: EntryId(row.try_get("entry")?),
            slot: row.try_get::<Option<Uuid>, _>("slot")?.map(SlotId),
            date: date(row, "date")?,
            starts_at: time(row, "starts_at")?,
            author: named(row, "author", Actor::parse)?,
            delay: SignedDuration::from_secs(row.try_get("delay")?),
            first_recorded_at: timestamp(row, "first_recorded_at")?,
            withdrawn: row.try_get("withdrawn")?,
        })
    }
}

/// The lessons of these days that are written and not withdrawn, in their order.
pub async fn written(pool: &PgPool, scope: &Scope, from: Date, until: Date) -> Result<Vec<WrittenLesson>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(WRITTEN).bind(from.to_string()).bind(until.to_string());
    query.fetch_all(pool).await?.iter().map(WrittenLesson::read).collect()
}

/// The work due on these days, but for what is done in class. Its own day is that of its lesson when it was given: who knows where that
/// lesson is held since asks for the days it had in the meantime, and who knows the pupils of a group sums what each has to do.
pub async fn workload(pool: &PgPool, scope: &Scope, days: &BTreeSet<Date>) -> Result<Vec<Load>, sqlx::Error> {
    let days: Vec<_> = days.iter().map(|day| day.to_sqlx()).collect();
    let query = Seen::behind_the_scenes(scope).query(WORKLOAD).bind(days);
    query.fetch_all(pool).await?.iter().map(Load::read).collect()
}

/// Of the lessons of the timetable of these days, and of other days besides, those that are written and not withdrawn: each by its slot
/// and its day, in no order.
pub async fn written_marks(
    pool: &PgPool,
    scope: &Scope,
    (from, until): (Date, Date),
    besides: &BTreeSet<Date>,
) -> Result<Vec<(SlotId, Date)>, sqlx::Error> {
    let seen = Seen::behind_the_scenes(scope);
    let sql = if seen.is_groups() { MARKS_OF_GROUPS } else { MARKS };
    let besides: Vec<_> = besides.iter().map(|day| day.to_sqlx()).collect();
    let query = seen.query(sql).bind(from.to_string()).bind(until.to_string()).bind(besides);
    let row = query.fetch_one(pool).await?;
    let slots: Vec<Uuid> = row.try_get("slots")?;
    let dates: Vec<jiff_sqlx::Date> = row.try_get("dates")?;
    Ok(slots.into_iter().map(SlotId).zip(dates.into_iter().map(jiff_sqlx::Date::to_jiff)).collect())
}

/// The work of these groups due on these days, and on other days besides, but for what is done in class, in no order. A scope that is not
/// one of groups alone gets nothing.
pub async fn weights(
    pool: &PgPool,
    scope: &Scope,
    (from, until): (Date, Date),
    besides: &BTreeSet<Date>,
) -> Result<Vec<Weight>, sqlx::Error> {
    let besides: Vec<_> = besides.iter().map(|day| day.to_sqlx()).collect();
    let query = Seen::behind_the_scenes(scope).query(WEIGHTS);
    let query = query.bind(from.to_string()).bind(until.to_string()).bind(besides);
    query.fetch_all(pool).await?.iter().map(Weight::read).collect()
}
