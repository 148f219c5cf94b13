//! The versions a batch starts from, and those it adds.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::queries::{entry_columns, homework_columns};
use super::{EntryVersion, Fold, HomeworkVersion};
use crate::cells;
use crate::rows::{Row, Touched};
use crate::writing::table;

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

macro_rules! entry_table {
    () => {
        "entry_version (textbook, entry, version, revision, school, group_id, subject, slot, date, starts_at, minutes, ended_at, \
            withdrawn, content, resources, author, visible_from, position, recorded_at, first_recorded_at)"
    };
}

macro_rules! homework_table {
    () => {
        "homework_version (textbook, homework, version, revision, school, group_id, subject, given_entry, given_slot, given_on, \
            given_at, given_minutes, given_ended_at, due_on, due_slot, due_at, kind, estimate, written, withdrawn, content, resources, \
            author, visible_from, position, recorded_at, first_recorded_at)"
    };
}

const ADD_ENTRIES: &str = concat!(
    "insert into ",
    entry_table!(),
    " select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::integer[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], \
        $9::date[], $10::time[], $11::integer[], $12::timestamptz[], $13::boolean[], $14::text[]::json[], $15::text[]::json[], \
        $16::text[], $17::timestamptz[], $18::bigint[], $19::timestamptz[], $20::timestamptz[]) \
        on conflict (textbook, entry, version) do nothing"
);

const ADD_HOMEWORK: &str = concat!(
    "insert into ",
    homework_table!(),
    " select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::integer[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], \
        $9::uuid[], $10::date[], $11::time[], $12::integer[], $13::timestamptz[], $14::date[], $15::uuid[], $16::time[], $17::text[], \
        $18::integer[], $19::boolean[], $20::boolean[], $21::text[]::json[], $22::text[]::json[], $23::text[], $24::timestamptz[], \
        $25::bigint[], $26::timestamptz[], $27::timestamptz[]) on conflict (textbook, homework, version) do nothing"
);

const COPY_ENTRIES: &str = concat!("copy ", entry_table!(), " from stdin (format binary)");

const COPY_HOMEWORK: &str = concat!("copy ", homework_table!(), " from stdin (format binary)");

pub const STATEMENTS: &[(&str, &str)] =
    &[("entries", ENTRIES), ("homework", HOMEWORK), ("add entries", ADD_ENTRIES), ("add homework", ADD_HOMEWORK)];

impl Row for EntryVersion {
    fn kept(&self) -> Self {
        Self { place: self.place.clone(), lesson: self.lesson.clone(), content: None, resources: Vec::new(), ..*self }
    }
}

impl Row for HomeworkVersion {
    fn kept(&self) -> Self {
        let (place, given_in, work) = (self.place.clone(), self.given_in.clone(), self.work.clone());
        Self { place, given_in, work, text: None, resources: Vec::new(), ..*self }
    }
}

pub async fn load(connection: &mut PgConnection, fold: &mut Fold, touched: Touched) -> Result<(), sqlx::Error> {
    let (textbooks, ids) = touched.entries;
    if !ids.is_empty() {
        for row in sqlx::query(ENTRIES).bind(textbooks).bind(ids).fetch_all(&mut *connection).await? {
            let row = EntryVersion::read(&row)?;
            fold.entries.found((row.place.textbook, row.entry), row);
        }
    }
    let (textbooks, ids) = touched.homework;
    if !ids.is_empty() {
        for row in sqlx::query(HOMEWORK).bind(textbooks).bind(ids).fetch_all(connection).await? {
            let row = HomeworkVersion::read(&row)?;
            fold.homework.found((row.place.textbook, row.homework), row);
        }
    }
    Ok(())
}

table!(entries, row: EntryVersion, ADD_ENTRIES, COPY_ENTRIES, [
    row.place.textbook.0,
    row.entry.0,
    row.version,
    row.revision,
    row.place.school.0,
    row.place.group.0,
    row.place.subject.as_str(),
    row.lesson.slot.map(|slot| slot.0),
    row.lesson.date.to_sqlx(),
    row.lesson.starts_at.to_sqlx(),
    i32::from(row.lesson.minutes),
    row.lesson.ended_at.to_sqlx(),
    row.withdrawn,
    cells::column(row.content.as_ref()),
    cells::resources_column(&row.resources),
    row.author.to_string(),
    row.visible_from.to_sqlx(),
    row.position,
    row.recorded_at.to_sqlx(),
    row.first_recorded_at.to_sqlx(),
]);

table!(homework, row: HomeworkVersion, ADD_HOMEWORK, COPY_HOMEWORK, [
    row.place.textbook.0,
    row.homework.0,
    row.version,
    row.revision,
    row.place.school.0,
    row.place.group.0,
    row.place.subject.as_str(),
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
    row.withdrawn,
    cells::column(row.text.as_ref()),
    cells::resources_column(&row.resources),
    row.author.to_string(),
    row.visible_from.to_sqlx(),
    row.position,
    row.recorded_at.to_sqlx(),
    row.first_recorded_at.to_sqlx(),
]);
