//! The versions a fold starts from, and those it adds.

use std::collections::BTreeSet;

use domain::event::Recorded;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::fold::key;
use super::queries::version_columns;
use super::{Former, ItemKey, Version};
use crate::cells::{self, Work};
use crate::rows::{Trail, Versioned, textbook_events};
use crate::writing::table;

const VERSIONS: &str = concat!(
    "select distinct on (t.textbook, t.sort, t.id) ",
    version_columns!(),
    " from version t join unnest($1::uuid[], $2::text[], $3::uuid[]) k(textbook, sort, id)",
    " on k.textbook = t.textbook and k.sort = t.sort and k.id = t.id order by t.textbook, t.sort, t.id, t.version desc"
);

const COPY_VERSIONS: &str = "copy version (textbook, version, position, event, sort, id, number, school, group_id, subject, author, capacity, recorded_at, \
        visible_from, lesson, slot, date, starts_at, minutes, ended_at, due_on, due_slot, due_at, kind, estimate, written, audience, content, \
        framing, source_textbook, source_entry, source_version, resources, reason) from stdin (format binary)";

pub const STATEMENTS: &[(&str, &str)] = &[("versions", VERSIONS)];

impl Versioned for Version {
    type Kept = Former;

    fn kept(&self) -> Former {
        Former { number: self.number, lesson: self.lesson.clone(), work: self.work.clone() }
    }
}

pub async fn load(
    connection: &mut PgConnection,
    trail: &mut Trail<ItemKey, Version>,
    batch: &[Recorded],
) -> Result<(), sqlx::Error> {
    let touched = textbook_events(batch).filter_map(|(_, event)| key(event));
    let keys: BTreeSet<ItemKey> = touched.filter(|key| trail.latest(key).is_none()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let textbooks: Vec<Uuid> = keys.iter().map(|(textbook, _)| textbook.0).collect();
    let sorts: Vec<&str> = keys.iter().map(|(_, item)| item.sort()).collect();
    let ids: Vec<Uuid> = keys.iter().map(|(_, item)| item.id()).collect();
    for row in sqlx::query(VERSIONS).bind(textbooks).bind(sorts).bind(ids).fetch_all(connection).await? {
        let row = Version::read(&row)?;
        trail.found((row.place.textbook, row.item), &row);
    }
    Ok(())
}

table!(Versions, row: Version, copy COPY_VERSIONS, [
    row.place.textbook.0,
    row.version,
    row.position,
    row.event.as_str(),
    row.item.sort(),
    row.item.id(),
    row.number,
    row.place.school.0,
    row.place.group.0,
    &*row.place.subject,
    row.author.to_string(),
    row.capacity.name(),
    row.recorded_at.to_sqlx(),
    row.visible_from.map(jiff_sqlx::ToSqlx::to_sqlx),
    row.entry.0,
    row.lesson.slot.map(|slot| slot.0),
    row.lesson.date.to_sqlx(),
    row.lesson.starts_at.to_sqlx(),
    i32::from(row.lesson.minutes),
    row.lesson.ended_at.to_sqlx(),
    row.work.as_ref().map(|work| work.due.on.to_sqlx()),
    row.work.as_ref().and_then(|work| work.due.slot).map(|slot| slot.0),
    row.work.as_ref().and_then(|work| work.due.at).map(jiff_sqlx::ToSqlx::to_sqlx),
    row.work.as_ref().map(|work| work.kind.name()),
    row.work.as_ref().and_then(|work| work.minutes).map(i32::from),
    row.work.as_ref().map(|work| work.written),
    row.work.as_ref().and_then(Work::audience_column),
    cells::Column(row.content.as_ref()),
    row.framing.column(),
    row.copied_from.map(|source| source.textbook.0),
    row.copied_from.map(|source| source.entry.0),
    row.copied_from.map(|source| source.version),
    cells::resources_column(&row.resources),
    cells::Column(row.reason.as_ref()),
]);
