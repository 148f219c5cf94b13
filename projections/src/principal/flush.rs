//! The rows a batch touches, read and written back.

use domain::ids::HomeworkId;
use domain::textbook::homework::HomeworkKind;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::queries::lesson_columns;
use super::{Load, WrittenLesson};
use crate::rows::{EntryKey, HomeworkKey, Overlay, Touched, date, flush, instant, malformed, named};
use crate::shelf::Place;

const LESSONS: &str = concat!(
    "select ",
    lesson_columns!(),
    " from lesson t join unnest($1::uuid[], $2::uuid[]) k(textbook, entry)",
    " on k.textbook = t.textbook and k.entry = t.entry"
);

const WORK: &str = "select t.textbook, t.school, t.group_id, t.subject, t.homework, t.given_on, \
    t.due_on, t.kind, t.estimate, t.withdrawn from work t \
    join unnest($1::uuid[], $2::uuid[]) k(textbook, homework) on k.textbook = t.textbook and k.homework = t.homework";

const PUT_LESSONS: &str = concat!(
    "insert into lesson (textbook, entry, school, group_id, subject, slot, date, starts_at, author, delay, first_recorded_at, ",
    "withdrawn) select textbook, entry, school, group_id, subject, slot, date::date, starts_at::time, author, delay, ",
    instant!("first_recorded_at"),
    ", withdrawn from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], ",
    "$9::text[], $10::bigint[], $11::bigint[], $12::boolean[]) n(textbook, entry, school, group_id, subject, slot, date, ",
    "starts_at, author, delay, first_recorded_at, withdrawn) ",
    "on conflict (textbook, entry) do update set withdrawn = excluded.withdrawn"
);

const PUT_WORK: &str = "insert into work (textbook, homework, school, group_id, subject, given_on, due_on, kind, estimate, \
    withdrawn) select textbook, homework, school, group_id, subject, given_on::date, due_on::date, kind, estimate, withdrawn \
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::integer[], \
    $10::boolean[]) n(textbook, homework, school, group_id, subject, given_on, due_on, kind, estimate, withdrawn) \
    on conflict (textbook, homework) do update set due_on = excluded.due_on, kind = excluded.kind, \
    estimate = excluded.estimate, withdrawn = excluded.withdrawn";

pub const STATEMENTS: &[(&str, &str)] =
    &[("lessons", LESSONS), ("work", WORK), ("put lessons", PUT_LESSONS), ("put work", PUT_WORK)];

impl Load {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let estimate: Option<i32> = row.try_get("estimate")?;
        Ok(Self {
            place: Place::read(row)?,
            homework: HomeworkId(row.try_get("homework")?),
            given_on: date(row, "given_on")?,
            due_on: date(row, "due_on")?,
            kind: named(row, "kind", HomeworkKind::parse)?,
            minutes: estimate.map(u16::try_from).transpose().map_err(|_| malformed("estimate"))?,
            withdrawn: row.try_get("withdrawn")?,
        })
    }
}

type Overlays = (Overlay<EntryKey, WrittenLesson>, Overlay<HomeworkKey, Load>);

pub async fn load(connection: &mut PgConnection, touched: Touched) -> Result<Overlays, sqlx::Error> {
    let (textbooks, ids) = touched.entries;
    let lessons = sqlx::query(LESSONS).bind(textbooks).bind(ids).fetch_all(&mut *connection).await?;
    let (textbooks, ids) = touched.homework;
    let work = sqlx::query(WORK).bind(textbooks).bind(ids).fetch_all(connection).await?;
    let lessons = lessons.iter().map(|row| WrittenLesson::read(row).map(|row| ((row.place.textbook, row.entry), row)));
    let work = work.iter().map(|row| Load::read(row).map(|row| ((row.place.textbook, row.homework), row)));
    Ok((Overlay::new(lessons.collect::<Result<Vec<_>, _>>()?), Overlay::new(work.collect::<Result<Vec<_>, _>>()?)))
}

pub async fn lessons(connection: &mut PgConnection, rows: &[&WrittenLesson]) -> Result<(), sqlx::Error> {
    flush!(connection, PUT_LESSONS, rows, |row| [
        row.place.textbook.0,
        row.entry.0,
        row.place.school.0,
        row.place.group.0,
        row.place.subject.as_str(),
        row.slot.map(|slot| slot.0),
        row.date.to_string(),
        row.starts_at.to_string(),
        row.author.to_string(),
        row.delay.as_secs(),
        row.first_recorded_at.as_microsecond(),
        row.withdrawn,
    ]);
    Ok(())
}

pub async fn work(connection: &mut PgConnection, rows: &[&Load]) -> Result<(), sqlx::Error> {
    flush!(connection, PUT_WORK, rows, |row| [
        row.place.textbook.0,
        row.homework.0,
        row.place.school.0,
        row.place.group.0,
        row.place.subject.as_str(),
        row.given_on.to_string(),
        row.due_on.to_string(),
        row.kind.name(),
        row.minutes.map(i32::from),
        row.withdrawn,
    ]);
    Ok(())
}
