//! The versions a batch starts from, and those it adds.

use sqlx::PgConnection;

use super::queries::{entry_columns, homework_columns};
use super::{EntryVersion, HomeworkVersion};
use crate::cells;
use crate::rows::{EntryKey, HomeworkKey, Touched, Trail, flush, instant};

const ENTRIES: &str = concat!(
    "select distinct on (t.textbook, t.entry) ",
    entry_columns!(),
    " from entry_version t join unnest($1::uuid[], $2::uuid[]) k(textbook, entry)",
    " on k.textbook = t.textbook and k.entry = t.entry order by t.textbook, t.entry, t.version desc"
);

const HOMEWORK: &str = concat!(
    "select distinct on (t.textbook, t.homework) ",
    homework_columns!(),
    " from homework_version t join unnest($1::uuid[], $2::uuid[]) k(textbook, homework)",
    " on k.textbook = t.textbook and k.homework = t.homework order by t.textbook, t.homework, t.version desc"
);

const ADD_ENTRIES: &str = concat!(
    "insert into entry_version (textbook, entry, version, revision, school, group_id, subject, slot, date, starts_at, minutes, ",
    "ended_at, withdrawn, content, resources, author, visible_from, position, recorded_at, first_recorded_at) ",
    "select textbook, entry, version, revision, school, group_id, subject, slot, date::date, starts_at::time, minutes, ",
    instant!("ended_at"),
    ", withdrawn, content::json, resources::json, author, ",
    instant!("visible_from"),
    ", position, ",
    instant!("recorded_at"),
    ", ",
    instant!("first_recorded_at"),
    " from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::integer[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::text[], ",
    "$10::text[], $11::integer[], $12::bigint[], $13::boolean[], $14::text[], $15::text[], $16::text[], $17::bigint[], ",
    "$18::bigint[], $19::bigint[], $20::bigint[]) n(textbook, entry, version, revision, school, group_id, subject, slot, date, ",
    "starts_at, minutes, ended_at, withdrawn, content, resources, author, visible_from, position, recorded_at, first_recorded_at) ",
    "on conflict (textbook, entry, version) do nothing"
);

const ADD_HOMEWORK: &str = concat!(
    "insert into homework_version (textbook, homework, version, revision, school, group_id, subject, given_entry, given_slot, ",
    "given_on, given_at, given_minutes, given_ended_at, due_on, due_slot, due_at, kind, estimate, written, withdrawn, content, ",
    "resources, author, visible_from, position, recorded_at, first_recorded_at) ",
    "select textbook, homework, version, revision, school, group_id, subject, given_entry, given_slot, given_on::date, ",
    "given_at::time, given_minutes, ",
    instant!("given_ended_at"),
    ", due_on::date, due_slot, due_at::time, kind, estimate, written, withdrawn, content::json, resources::json, author, ",
    instant!("visible_from"),
    ", position, ",
    instant!("recorded_at"),
    ", ",
    instant!("first_recorded_at"),
    " from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::integer[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::uuid[], ",
    "$10::text[], $11::text[], $12::integer[], $13::bigint[], $14::text[], $15::uuid[], $16::text[], $17::text[], $18::integer[], ",
    "$19::boolean[], $20::boolean[], $21::text[], $22::text[], $23::text[], $24::bigint[], $25::bigint[], $26::bigint[], ",
    "$27::bigint[]) n(textbook, homework, version, revision, school, group_id, subject, given_entry, given_slot, given_on, ",
    "given_at, given_minutes, given_ended_at, due_on, due_slot, due_at, kind, estimate, written, withdrawn, content, resources, ",
    "author, visible_from, position, recorded_at, first_recorded_at) on conflict (textbook, homework, version) do nothing"
);

pub const STATEMENTS: &[(&str, &str)] =
    &[("entries", ENTRIES), ("homework", HOMEWORK), ("add entries", ADD_ENTRIES), ("add homework", ADD_HOMEWORK)];

type Trails = (Trail<EntryKey, EntryVersion>, Trail<HomeworkKey, HomeworkVersion>);

pub async fn load(connection: &mut PgConnection, touched: Touched) -> Result<Trails, sqlx::Error> {
    let (textbooks, ids) = touched.entries;
    let entries = sqlx::query(ENTRIES).bind(textbooks).bind(ids).fetch_all(&mut *connection).await?;
    let (textbooks, ids) = touched.homework;
    let homework = sqlx::query(HOMEWORK).bind(textbooks).bind(ids).fetch_all(connection).await?;
    let entries = entries.iter().map(|row| EntryVersion::read(row).map(|row| ((row.place.textbook, row.entry), row)));
    let homework =
        homework.iter().map(|row| HomeworkVersion::read(row).map(|row| ((row.place.textbook, row.homework), row)));
    Ok((Trail::new(entries.collect::<Result<Vec<_>, _>>()?), Trail::new(homework.collect::<Result<Vec<_>, _>>()?)))
}

pub async fn entries(connection: &mut PgConnection, rows: &[EntryVersion]) -> Result<(), sqlx::Error> {
    flush!(connection, ADD_ENTRIES, rows, |row| [
        row.place.textbook.0,
        row.entry.0,
        row.version,
        row.revision,
        row.place.school.0,
        row.place.group.0,
        row.place.subject.as_str(),
        row.lesson.slot.map(|slot| slot.0),
        row.lesson.date.to_string(),
        row.lesson.starts_at.to_string(),
        i32::from(row.lesson.minutes),
        row.lesson.ended_at.as_microsecond(),
        row.withdrawn,
        cells::column(row.content.as_ref()),
        cells::resources_column(&row.resources),
        row.author.to_string(),
        row.visible_from.as_microsecond(),
        row.position,
        row.recorded_at.as_microsecond(),
        row.first_recorded_at.as_microsecond(),
    ]);
    Ok(())
}

pub async fn homework(connection: &mut PgConnection, rows: &[HomeworkVersion]) -> Result<(), sqlx::Error> {
    flush!(connection, ADD_HOMEWORK, rows, |row| [
        row.place.textbook.0,
        row.homework.0,
        row.version,
        row.revision,
        row.place.school.0,
        row.place.group.0,
        row.place.subject.as_str(),
        row.given_entry.0,
        row.given_in.slot.map(|slot| slot.0),
        row.given_in.date.to_string(),
        row.given_in.starts_at.to_string(),
        i32::from(row.given_in.minutes),
        row.given_in.ended_at.as_microsecond(),
        row.work.due.on.to_string(),
        row.work.due.slot.map(|slot| slot.0),
        row.work.due.at.map(|at| at.to_string()),
        row.work.kind.name(),
        row.work.minutes.map(i32::from),
        row.work.written,
        row.withdrawn,
        cells::column(row.text.as_ref()),
        cells::resources_column(&row.resources),
        row.author.to_string(),
        row.visible_from.as_microsecond(),
        row.position,
        row.recorded_at.as_microsecond(),
        row.first_recorded_at.as_microsecond(),
    ]);
    Ok(())
}
