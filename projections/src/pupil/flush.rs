//! The versions a fold starts from, and those it adds.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::queries::{entry_columns, homework_columns};
use super::{EntryVersion, Fold, FormerEntry, FormerHomework, HomeworkVersion};
use crate::cells;
use crate::rows::{Missing, Versioned};
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

const COPY_ENTRIES: &str = "copy entry_version (textbook, entry, version, revision, school, group_id, subject, slot, date, starts_at, minutes, ended_at, \
        withdrawn, content, framing, resources, author, visible_from) from stdin (format binary)";

const COPY_HOMEWORK: &str = "copy homework_version (textbook, homework, version, revision, school, group_id, subject, given_entry, given_slot, given_on, \
        given_at, given_minutes, given_ended_at, due_on, due_slot, due_at, kind, estimate, written, audience, withdrawn, content, resources, \
        author, visible_from) from stdin (format binary)";

pub const STATEMENTS: &[(&str, &str)] = &[("entries", ENTRIES), ("homework", HOMEWORK)];

impl Versioned for EntryVersion {
    type Kept = FormerEntry;

    fn kept(&self) -> FormerEntry {
        FormerEntry { revision: self.revision, lesson: self.lesson.clone() }
    }
}

impl Versioned for HomeworkVersion {
    type Kept = FormerHomework;

    fn kept(&self) -> FormerHomework {
        FormerHomework { revision: self.revision, given_in: self.given_in.clone(), work: self.work.clone() }
    }
}

pub async fn load(connection: &mut PgConnection, fold: &mut Fold, missing: Missing) -> Result<(), sqlx::Error> {
    let (textbooks, ids) = missing.entries;
    if !ids.is_empty() {
        for row in sqlx::query(ENTRIES).bind(textbooks).bind(ids).fetch_all(&mut *connection).await? {
            let row = EntryVersion::read(&row)?;
            fold.entries.found((row.place.textbook, row.entry), &row);
        }
    }
    let (textbooks, ids) = missing.homework;
    if !ids.is_empty() {
        for row in sqlx::query(HOMEWORK).bind(textbooks).bind(ids).fetch_all(connection).await? {
            let row = HomeworkVersion::read(&row)?;
            fold.homework.found((row.place.textbook, row.homework), &row);
        }
    }
    Ok(())
}

table!(Entries, row: EntryVersion, copy COPY_ENTRIES, [
    row.place.textbook.0,
    row.entry.0,
    row.version,
    row.revision,
    row.place.school.0,
    row.place.group.0,
    &*row.place.subject,
    row.lesson.slot.map(|slot| slot.0),
    row.lesson.date.to_sqlx(),
    row.lesson.starts_at.to_sqlx(),
    i32::from(row.lesson.minutes),
    row.lesson.ended_at.to_sqlx(),
    row.withdrawn,
    cells::Column(row.content.as_ref()),
    row.framing.column(),
    cells::resources_column(&row.resources),
    row.author.to_string(),
    row.visible_from.to_sqlx(),
]);

table!(Homework, row: HomeworkVersion, copy COPY_HOMEWORK, [
    row.place.textbook.0,
    row.homework.0,
    row.version,
    row.revision,
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
    row.work.audience_column(),
    row.withdrawn,
    cells::Column(row.text.as_ref()),
    cells::resources_column(&row.resources),
    row.author.to_string(),
    row.visible_from.to_sqlx(),
]);
