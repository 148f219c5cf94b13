//! The figures of a school. A scope that does not include what is behind the scenes gets nothing here.
//! Days are those of the school, both ends included.

use std::collections::BTreeSet;

use domain::access::Scope;
use domain::actor::Actor;
use domain::ids::{EntryId, SlotId};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{Load, WrittenLesson};
use crate::rows::{date, named, time, timestamp};
use crate::scope::{Seen, seen};
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

/// Every query of this file, by name.
pub const STATEMENTS: &[(&str, &str)] = &[("written", WRITTEN), ("workload", WORKLOAD)];

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
