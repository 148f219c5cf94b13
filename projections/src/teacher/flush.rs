//! The rows a batch touches, read and written back.

use sqlx::PgConnection;

use super::queries::{entry_columns, task_columns};
use super::{Entry, Task};
use crate::cells;
use crate::rows::{EntryKey, HomeworkKey, Overlay, Touched, flush, instant};

const ENTRIES: &str = concat!(
    "select ",
    entry_columns!(),
    " from lesson t join unnest($1::uuid[], $2::uuid[]) k(textbook, entry)",
    " on k.textbook = t.textbook and k.entry = t.entry"
);

const TASKS: &str = concat!(
    "select ",
    task_columns!(),
    " from task t join unnest($1::uuid[], $2::uuid[]) k(textbook, homework)",
    " on k.textbook = t.textbook and k.homework = t.homework"
);

const PUT_ENTRIES: &str = concat!(
    "insert into lesson (textbook, entry, school, group_id, subject, slot, date, starts_at, minutes, ended_at, withdrawn, ",
    "revision, version, content, resources, author, capacity, recorded_at, first_recorded_at, visible_from) ",
    "select textbook, entry, school, group_id, subject, slot, date::date, starts_at::time, minutes, ",
    instant!("ended_at"),
    ", withdrawn, revision, version, content::json, resources::json, author, capacity, ",
    instant!("recorded_at"),
    ", ",
    instant!("first_recorded_at"),
    ", ",
    instant!("visible_from"),
    " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::integer[], ",
    "$10::bigint[], $11::boolean[], $12::integer[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[], ",
    "$18::bigint[], $19::bigint[], $20::bigint[]) n(textbook, entry, school, group_id, subject, slot, date, starts_at, minutes, ",
    "ended_at, withdrawn, revision, version, content, resources, author, capacity, recorded_at, first_recorded_at, visible_from) ",
    "on conflict (textbook, entry) do update set minutes = excluded.minutes, ended_at = excluded.ended_at, ",
    "withdrawn = excluded.withdrawn, revision = excluded.revision, version = excluded.version, content = excluded.content, ",
    "resources = excluded.resources, author = excluded.author, capacity = excluded.capacity, ",
    "recorded_at = excluded.recorded_at, visible_from = excluded.visible_from"
);

const PUT_TASKS: &str = concat!(
    "insert into task (textbook, homework, school, group_id, subject, given_entry, given_slot, given_on, given_at, given_minutes, ",
    "given_ended_at, due_on, due_slot, due_at, kind, estimate, written, withdrawn, revision, version, content, resources, ",
    "author, capacity, recorded_at, first_recorded_at, visible_from) ",
    "select textbook, homework, school, group_id, subject, given_entry, given_slot, given_on::date, given_at::time, ",
    "given_minutes, ",
    instant!("given_ended_at"),
    ", due_on::date, due_slot, due_at::time, kind, estimate, written, withdrawn, revision, version, content::json, ",
    "resources::json, author, capacity, ",
    instant!("recorded_at"),
    ", ",
    instant!("first_recorded_at"),
    ", ",
    instant!("visible_from"),
    " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], ",
    "$10::integer[], $11::bigint[], $12::text[], $13::uuid[], $14::text[], $15::text[], $16::integer[], $17::boolean[], ",
    "$18::boolean[], $19::integer[], $20::bigint[], $21::text[], $22::text[], $23::text[], $24::text[], $25::bigint[], ",
    "$26::bigint[], $27::bigint[]) n(textbook, homework, school, group_id, subject, given_entry, given_slot, given_on, given_at, ",
    "given_minutes, given_ended_at, due_on, due_slot, due_at, kind, estimate, written, withdrawn, revision, version, content, ",
    "resources, author, capacity, recorded_at, first_recorded_at, visible_from) ",
    "on conflict (textbook, homework) do update set due_on = excluded.due_on, due_slot = excluded.due_slot, ",
    "due_at = excluded.due_at, kind = excluded.kind, estimate = excluded.estimate, written = excluded.written, ",
    "withdrawn = excluded.withdrawn, revision = excluded.revision, version = excluded.version, content = excluded.content, ",
    "resources = excluded.resources, author = excluded.author, capacity = excluded.capacity, ",
    "recorded_at = excluded.recorded_at, visible_from = excluded.visible_from"
);

pub const STATEMENTS: &[(&str, &str)] =
    &[("entries", ENTRIES), ("tasks", TASKS), ("put entries", PUT_ENTRIES), ("put tasks", PUT_TASKS)];

type Overlays = (Overlay<EntryKey, Entry>, Overlay<HomeworkKey, Task>);

pub async fn load(connection: &mut PgConnection, touched: Touched) -> Result<Overlays, sqlx::Error> {
    let (textbooks, ids) = touched.entries;
    let entries = sqlx::query(ENTRIES).bind(textbooks).bind(ids).fetch_all(&mut *connection).await?;
    let (textbooks, ids) = touched.homework;
    let tasks = sqlx::query(TASKS).bind(textbooks).bind(ids).fetch_all(connection).await?;
    let entries = entries.iter().map(|row| Entry::read(row).map(|row| ((row.place.textbook, row.entry), row)));
    let tasks = tasks.iter().map(|row| Task::read(row).map(|row| ((row.place.textbook, row.homework), row)));
    Ok((Overlay::new(entries.collect::<Result<Vec<_>, _>>()?), Overlay::new(tasks.collect::<Result<Vec<_>, _>>()?)))
}

pub async fn entries(connection: &mut PgConnection, rows: &[&Entry]) -> Result<(), sqlx::Error> {
    flush!(connection, PUT_ENTRIES, rows, |row| [
        row.place.textbook.0,
        row.entry.0,
        row.place.school.0,
        row.place.group.0,
        row.place.subject.as_str(),
        row.lesson.slot.map(|slot| slot.0),
        row.lesson.date.to_string(),
        row.lesson.starts_at.to_string(),
        i32::from(row.lesson.minutes),
        row.lesson.ended_at.as_microsecond(),
        row.withdrawn,
        row.writing.revision,
        row.writing.version,
        cells::column(row.content.as_ref()),
        cells::resources_column(&row.resources),
        row.writing.author.to_string(),
        row.writing.capacity.name(),
        row.writing.recorded_at.as_microsecond(),
        row.writing.first_recorded_at.as_microsecond(),
        row.writing.visible_from.as_microsecond(),
    ]);
    Ok(())
}

pub async fn tasks(connection: &mut PgConnection, rows: &[&Task]) -> Result<(), sqlx::Error> {
    flush!(connection, PUT_TASKS, rows, |row| [
        row.place.textbook.0,
        row.homework.0,
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
        row.writing.revision,
        row.writing.version,
        cells::column(row.text.as_ref()),
        cells::resources_column(&row.resources),
        row.writing.author.to_string(),
        row.writing.capacity.name(),
        row.writing.recorded_at.as_microsecond(),
        row.writing.first_recorded_at.as_microsecond(),
        row.writing.visible_from.as_microsecond(),
    ]);
    Ok(())
}
