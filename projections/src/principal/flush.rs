//! The rows a fold touches, read and written.

use domain::ids::HomeworkId;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::queries::{lesson_columns, work_columns};
use super::{Fold, Load, WrittenLesson};
use crate::cells::Work;
use crate::rows::{Missing, Row, date};
use crate::shelf::Place;
use crate::writing::{Writes, table};

const LESSONS: &str = concat!(
    "select ",
    lesson_columns!(),
    " from lesson t join unnest($1::uuid[], $2::uuid[]) k(textbook, entry)",
    " on k.textbook = t.textbook and k.entry = t.entry"
);

const WORK: &str = concat!(
    "select ",
    work_columns!(),
    " from work t join unnest($1::uuid[], $2::uuid[]) k(textbook, homework)",
    " on k.textbook = t.textbook and k.homework = t.homework"
);

macro_rules! lesson_table {
    () => {
        "lesson (textbook, entry, school, group_id, subject, slot, date, starts_at, author, delay, first_recorded_at, withdrawn)"
    };
}

macro_rules! work_table {
    () => {
        "work (textbook, homework, school, group_id, subject, given_on, due_on, due_slot, due_at, kind, estimate, written, audience, \
            withdrawn)"
    };
}

const PUT_LESSONS: &str = concat!(
    "insert into ",
    lesson_table!(),
    " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::date[], $8::time[], $9::text[], \
        $10::bigint[], $11::timestamptz[], $12::boolean[]) \
        on conflict (textbook, entry) do update set withdrawn = excluded.withdrawn"
);

const PUT_WORK: &str = concat!(
    "insert into ",
    work_table!(),
    " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::date[], $7::date[], $8::uuid[], $9::time[], \
        $10::text[], $11::integer[], $12::boolean[], $13::text[], $14::boolean[]) on conflict (textbook, homework) do update set \
        due_on = excluded.due_on, due_slot = excluded.due_slot, due_at = excluded.due_at, kind = excluded.kind, \
        estimate = excluded.estimate, written = excluded.written, audience = excluded.audience, withdrawn = excluded.withdrawn"
);

const COPY_LESSONS: &str = concat!("copy ", lesson_table!(), " from stdin (format binary)");

const COPY_WORK: &str = concat!("copy ", work_table!(), " from stdin (format binary)");

pub const STATEMENTS: &[(&str, &str)] =
    &[("lessons", LESSONS), ("work", WORK), ("put lessons", PUT_LESSONS), ("put work", PUT_WORK)];

impl Load {
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::read(row)?,
            homework: HomeworkId(row.try_get("homework")?),
            given_on: date(row, "given_on")?,
            work: Work::read(row)?,
            withdrawn: row.try_get("withdrawn")?,
        })
    }
}

impl Row for WrittenLesson {}

impl Row for Load {}

pub async fn load(connection: &mut PgConnection, fold: &mut Fold, missing: Missing) -> Result<(), sqlx::Error> {
    let (textbooks, ids) = missing.entries;
    if !ids.is_empty() {
        for row in sqlx::query(LESSONS).bind(textbooks).bind(ids).fetch_all(&mut *connection).await? {
            let row = WrittenLesson::read(&row)?;
            fold.lessons.found((row.place.textbook, row.entry), row);
        }
    }
    let (textbooks, ids) = missing.homework;
    if !ids.is_empty() {
        for row in sqlx::query(WORK).bind(textbooks).bind(ids).fetch_all(connection).await? {
            let row = Load::read(&row)?;
            fold.work.found((row.place.textbook, row.homework), row);
        }
    }
    Ok(())
}

pub fn write(fold: &mut Fold) -> Result<Writes, sqlx::Error> {
    let mut writes = Writes::default();
    fold.shelf.flush(&mut writes)?;
    let (new, known) = fold.lessons.changed();
    Lessons::add(&mut writes, new.into_iter())?;
    Lessons::put(&mut writes, &known)?;
    let (new, known) = fold.work.changed();
    Works::add(&mut writes, new.into_iter())?;
    Works::put(&mut writes, &known)?;
    fold.lessons.written();
    fold.work.written();
    Ok(writes)
}

table!(Lessons, row: WrittenLesson, copy COPY_LESSONS, put PUT_LESSONS, [
    row.place.textbook.0,
    row.entry.0,
    row.place.school.0,
    row.place.group.0,
    &*row.place.subject,
    row.slot.map(|slot| slot.0),
    row.date.to_sqlx(),
    row.starts_at.to_sqlx(),
    row.author.to_string(),
    row.delay.as_secs(),
    row.first_recorded_at.to_sqlx(),
    row.withdrawn,
]);

table!(Works, row: Load, copy COPY_WORK, put PUT_WORK, [
    row.place.textbook.0,
    row.homework.0,
    row.place.school.0,
    row.place.group.0,
    &*row.place.subject,
    row.given_on.to_sqlx(),
    row.work.due.on.to_sqlx(),
    row.work.due.slot.map(|slot| slot.0),
    row.work.due.at.map(jiff_sqlx::ToSqlx::to_sqlx),
    row.work.kind.name(),
    row.work.minutes.map(i32::from),
    row.work.written,
    row.work.audience_text(),
    row.withdrawn,
]);
