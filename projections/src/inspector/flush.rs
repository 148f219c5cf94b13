//! The versions a batch starts from, and those it adds.

use std::collections::BTreeSet;

use domain::event::Recorded;
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::fold::key;
use super::queries::version_columns;
use super::{ItemKey, Version};
use crate::cells;
use crate::rows::{Trail, flush, instant, textbook_events};

const VERSIONS: &str = concat!(
    "select distinct on (t.textbook, t.sort, t.id) ",
    version_columns!(),
    " from version t join unnest($1::uuid[], $2::text[], $3::uuid[]) k(textbook, sort, id)",
    " on k.textbook = t.textbook and k.sort = t.sort and k.id = t.id order by t.textbook, t.sort, t.id, t.version desc"
);

const ADD_VERSIONS: &str = concat!(
    "insert into version (textbook, version, position, event, sort, id, number, school, group_id, subject, author, capacity, ",
    "recorded_at, visible_from, lesson, slot, date, starts_at, minutes, ended_at, due_on, due_slot, due_at, kind, estimate, ",
    "written, content, resources, reason) ",
    "select textbook, version, position, event, sort, id, number, school, group_id, subject, author, capacity, ",
    instant!("recorded_at"),
    ", ",
    instant!("visible_from"),
    ", lesson, slot, date::date, starts_at::time, minutes, ",
    instant!("ended_at"),
    ", due_on::date, due_slot, due_at::time, kind, estimate, written, content::json, resources::json, reason::json ",
    "from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::integer[], $8::uuid[], ",
    "$9::uuid[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::uuid[], $16::uuid[], $17::text[], ",
    "$18::text[], $19::integer[], $20::bigint[], $21::text[], $22::uuid[], $23::text[], $24::text[], $25::integer[], ",
    "$26::boolean[], $27::text[], $28::text[], $29::text[]) n(textbook, version, position, event, sort, id, number, school, ",
    "group_id, subject, author, capacity, recorded_at, visible_from, lesson, slot, date, starts_at, minutes, ended_at, due_on, ",
    "due_slot, due_at, kind, estimate, written, content, resources, reason) on conflict (textbook, version) do nothing"
);

pub const STATEMENTS: &[(&str, &str)] = &[("versions", VERSIONS), ("add versions", ADD_VERSIONS)];

pub async fn load(connection: &mut PgConnection, batch: &[Recorded]) -> Result<Trail<ItemKey, Version>, sqlx::Error> {
    let keys: BTreeSet<ItemKey> = textbook_events(batch).filter_map(|(_, event)| key(event)).collect();
    let textbooks: Vec<Uuid> = keys.iter().map(|(textbook, _)| textbook.0).collect();
    let sorts: Vec<&str> = keys.iter().map(|(_, item)| item.sort()).collect();
    let ids: Vec<Uuid> = keys.iter().map(|(_, item)| item.id()).collect();
    let former = sqlx::query(VERSIONS).bind(textbooks).bind(sorts).bind(ids).fetch_all(connection).await?;
    let former = former.iter().map(|row| Version::read(row).map(|row| ((row.place.textbook, row.item), row)));
    Ok(Trail::new(former.collect::<Result<Vec<_>, _>>()?))
}

pub async fn versions(connection: &mut PgConnection, rows: &[Version]) -> Result<(), sqlx::Error> {
    flush!(connection, ADD_VERSIONS, rows, |row| [
        row.place.textbook.0,
        row.version,
        row.position,
        row.event.as_str(),
        row.item.sort(),
        row.item.id(),
        row.number,
        row.place.school.0,
        row.place.group.0,
        row.place.subject.as_str(),
        row.author.to_string(),
        row.capacity.name(),
        row.recorded_at.as_microsecond(),
        row.visible_from.map(Timestamp::as_microsecond),
        row.entry.0,
        row.lesson.slot.map(|slot| slot.0),
        row.lesson.date.to_string(),
        row.lesson.starts_at.to_string(),
        i32::from(row.lesson.minutes),
        row.lesson.ended_at.as_microsecond(),
        row.work.as_ref().map(|work| work.due.on.to_string()),
        row.work.as_ref().and_then(|work| work.due.slot).map(|slot| slot.0),
        row.work.as_ref().and_then(|work| work.due.at).map(|at| at.to_string()),
        row.work.as_ref().map(|work| work.kind.name()),
        row.work.as_ref().and_then(|work| work.minutes).map(i32::from),
        row.work.as_ref().map(|work| work.written),
        cells::column(row.content.as_ref()),
        cells::resources_column(&row.resources),
        cells::column(row.reason.as_ref()),
    ]);
    Ok(())
}
