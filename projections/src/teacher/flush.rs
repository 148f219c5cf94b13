//! The rows a fold touches, read and written.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::queries::{entry_columns, task_columns};
use super::{Entry, Fold, Task};
use crate::cells;
use crate::rows::{Missing, Row};
use crate::writing::{Writes, table};

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

macro_rules! lesson_table {
    () => {
        "lesson (textbook, entry, school, group_id, subject, slot, date, starts_at, minutes, ended_at, withdrawn, revision, version, \
            content, framing, resources, author, capacity, recorded_at, first_recorded_at, visible_from)"
    };
}

macro_rules! task_table {
    () => {
        "task (textbook, homework, school, group_id, subject, given_entry, given_slot, given_on, given_at, given_minutes, \
            given_ended_at, due_on, due_slot, due_at, kind, estimate, written, audience, withdrawn, revision, version, content, resources, author, \
            capacity, recorded_at, first_recorded_at, visible_from)"
    };
}

const PUT_ENTRIES: &str = concat!(
    "insert into ",
    lesson_table!(),
    " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::date[], $8::time[], \
        $9::integer[], $10::timestamptz[], $11::boolean[], $12::integer[], $13::bigint[], $14::text[], $15::text[], \
        $16::text[], $17::text[], $18::text[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[]) \
        on conflict (textbook, entry) do update set minutes = excluded.minutes, ended_at = excluded.ended_at, \
        withdrawn = excluded.withdrawn, revision = excluded.revision, version = excluded.version, content = excluded.content, \
        framing = excluded.framing, resources = excluded.resources, author = excluded.author, capacity = excluded.capacity, \
        recorded_at = excluded.recorded_at, visible_from = excluded.visible_from"
);

const PUT_TASKS: &str = concat!(
    "insert into ",
    task_table!(),
    " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::date[], $9::time[], \
        $10::integer[], $11::timestamptz[], $12::date[], $13::uuid[], $14::time[], $15::text[], $16::integer[], $17::boolean[], \
        $18::text[], $19::boolean[], $20::integer[], $21::bigint[], $22::text[], $23::text[], $24::text[], $25::text[], \
        $26::timestamptz[], $27::timestamptz[], $28::timestamptz[]) \
        on conflict (textbook, homework) do update set due_on = excluded.due_on, due_slot = excluded.due_slot, \
        due_at = excluded.due_at, kind = excluded.kind, estimate = excluded.estimate, written = excluded.written, \
        audience = excluded.audience, withdrawn = excluded.withdrawn, revision = excluded.revision, version = excluded.version, content = excluded.content, \
        resources = excluded.resources, author = excluded.author, capacity = excluded.capacity, \
        recorded_at = excluded.recorded_at, visible_from = excluded.visible_from"
);

const COPY_ENTRIES: &str = concat!("copy ", lesson_table!(), " from stdin (format binary)");

const COPY_TASKS: &str = concat!("copy ", task_table!(), " from stdin (format binary)");

pub const STATEMENTS: &[(&str, &str)] =
    &[("entries", ENTRIES), ("tasks", TASKS), ("put entries", PUT_ENTRIES), ("put tasks", PUT_TASKS)];

impl Row for Entry {
    fn text_bytes(&self) -> usize {
        cells::bytes(self.content.as_ref(), &self.resources)
    }
}

impl Row for Task {
    fn text_bytes(&self) -> usize {
        cells::bytes(self.text.as_ref(), &self.resources)
    }
}

pub async fn load(connection: &mut PgConnection, fold: &mut Fold, missing: Missing) -> Result<(), sqlx::Error> {
    let (textbooks, ids) = missing.entries;
    if !ids.is_empty() {
        for row in sqlx::query(ENTRIES).bind(textbooks).bind(ids).fetch_all(&mut *connection).await? {
            let row = Entry::read(&row)?;
            fold.entries.found((row.place.textbook, row.entry), row);
        }
    }
    let (textbooks, ids) = missing.homework;
    if !ids.is_empty() {
        for row in sqlx::query(TASKS).bind(textbooks).bind(ids).fetch_all(connection).await? {
            let row = Task::read(&row)?;
            fold.tasks.found((row.place.textbook, row.homework), row);
        }
    }
    Ok(())
}

pub fn write(fold: &mut Fold) -> Result<Writes, sqlx::Error> {
    let mut writes = Writes::default();
    fold.shelf.flush(&mut writes)?;
    let (new, known) = fold.entries.changed();
    Entries::add(&mut writes, new.into_iter())?;
    Entries::put(&mut writes, &known)?;
    let (new, known) = fold.tasks.changed();
    Tasks::add(&mut writes, new.into_iter())?;
    Tasks::put(&mut writes, &known)?;
    fold.entries.written();
    fold.tasks.written();
    Ok(writes)
}

table!(Entries, row: Entry, copy COPY_ENTRIES, put PUT_ENTRIES, [
    row.place.textbook.0,
    row.entry.0,
    row.place.school.0,
    row.place.group.0,
    &*row.place.subject,
    row.lesson.slot.map(|slot| slot.0),
    row.lesson.date.to_sqlx(),
    row.lesson.starts_at.to_sqlx(),
    i32::from(row.lesson.minutes),
    row.lesson.ended_at.to_sqlx(),
    row.withdrawn,
    row.writing.revision,
    row.writing.version,
    cells::column(row.content.as_ref()),
    row.framing.column(),
    cells::resources_column(&row.resources),
    row.writing.author.to_string(),
    row.writing.capacity.name(),
    row.writing.recorded_at.to_sqlx(),
    row.writing.first_recorded_at.to_sqlx(),
    row.writing.visible_from.to_sqlx(),
]);

table!(Tasks, row: Task, copy COPY_TASKS, put PUT_TASKS, [
    row.place.textbook.0,
    row.homework.0,
    row.place.school.0,
    row.place.group.0,
    &*row.place.subject,
    row.given_entry.0,
    row.given_in.slot.map(|slot| slot.0),
    row.given_in.date.to_sqlx(),
    row.given_in.starts_at.to_sqlx(),
    i32::from(row.given_in.minutes),
    row.given_in.ended_at.to_sqlx(),
    row.work.due.on.to_sqlx(),
    row.work.due.slot.map(|slot| slot.0),
    row.work.due.at.map(jiff_sqlx::ToSqlx::to_sqlx),
    row.work.kind.name(),
    row.work.minutes.map(i32::from),
    row.work.written,
    row.work.audience_text(),
    row.withdrawn,
    row.writing.revision,
    row.writing.version,
    cells::column(row.text.as_ref()),
    cells::resources_column(&row.resources),
    row.writing.author.to_string(),
    row.writing.capacity.name(),
    row.writing.recorded_at.to_sqlx(),
    row.writing.first_recorded_at.to_sqlx(),
    row.writing.visible_from.to_sqlx(),
]);
