//! The history of textbooks. A scope that does not include what is behind the scenes gets nothing here.

use std::collections::BTreeMap;

use domain::access::Scope;
use domain::actor::{Actor, Capacity};
use domain::ids::{EntryId, HomeworkId, SchoolYear, TextbookId};
use domain::textbook::entry::Source;
use domain::textbook::file::FileAddress;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::{Item, Version};
use crate::cells::{self, Framing, Resource, Work};
use crate::rows::{lesson, malformed, named, optional_timestamp, timestamp};
use crate::scope::{Seen, seen};
use crate::shelf::Place;

macro_rules! version_columns {
    () => {
        concat!(
            "t.textbook, t.school, t.group_id, t.subject, t.version, t.position, t.event, t.sort, t.id, t.number, t.author, ",
            "t.capacity, t.recorded_at, t.visible_from, t.lesson, t.slot, t.date, t.starts_at, t.minutes, t.ended_at, t.due_on, ",
            "t.due_slot, t.due_at, t.kind, t.estimate, t.written, t.audience, t.content, t.framing, ",
            "t.source_textbook, t.source_entry, t.source_version, t.resources, t.reason"
        )
    };
}
pub(super) use version_columns;

const TEXTBOOK: &str = concat!(
    "select ",
    version_columns!(),
    " from inspector.version t where ",
    seen!("date"),
    " and t.textbook = $5 and ($6::timestamptz is null or t.recorded_at <= $6) order by t.date desc, t.starts_at desc, t.lesson, t.sort, t.id, t.version desc"
);

const TEXTBOOKS: &str = concat!(
    "select b.textbook, b.school, b.group_id, b.subject, b.year, ",
    "count(distinct t.id) filter (where t.sort = 'entry') as entries, ",
    "count(distinct t.id) filter (where t.sort = 'homework') as homework, count(*) as versions, ",
    "max(t.recorded_at) as last_recorded_at ",
    "from inspector.version t join inspector.textbook b on b.textbook = t.textbook where ",
    seen!("date"),
    " group by b.textbook order by b.year desc, b.group_id, b.subject, b.textbook"
);

const FILE: &str = concat!(
    "select t.resources from inspector.version t where ",
    seen!("date"),
    " and t.textbook = $5 and strpos(t.resources, $6) > 0 order by t.version desc limit 1"
);

/// Each file once, whatever the versions that hold it.
const FILE_BYTES: &str = concat!(
    "select f.textbook, count(*) as files, sum(f.bytes)::bigint as bytes from (",
    "select distinct t.textbook, r -> 'file' ->> 'address' as address, (r -> 'file' ->> 'bytes')::bigint as bytes ",
    "from inspector.version t cross join lateral jsonb_array_elements(t.resources::jsonb) r where ",
    seen!("date"),
    " and t.textbook = any($5::uuid[]) and strpos(t.resources, '\"file\"') > 0 and r -> 'file' ->> 'address' is not null",
    ") f group by f.textbook"
);

const IS_VERSION: &str = concat!(
    "select exists (select from inspector.version t where ",
    seen!("date"),
    " and t.textbook = $5 and t.version = $6 and t.id = $7 and t.visible_from is not null)"
);

/// Every query of this file, by name.
pub const STATEMENTS: &[(&str, &str)] = &[
    ("textbook", TEXTBOOK),
    ("is version", IS_VERSION),
    ("textbooks", TEXTBOOKS),
    ("file", FILE),
    ("file bytes", FILE_BYTES),
];

/// A textbook in which something was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub place: Place,
    pub year: SchoolYear,
    /// Lessons that were written, withdrawn ones included.
    pub entries: i64,
    /// Works that were given, withdrawn ones included.
    pub homework: i64,
    /// Of all of them together.
    pub versions: i64,
    pub last_recorded_at: Timestamp,
}

impl Item {
    pub(super) fn sort(self) -> &'static str {
        match self {
            Self::Entry(_) => "entry",
            Self::Homework(_) => "homework",
        }
    }

    pub(super) fn id(self) -> Uuid {
        match self {
            Self::Entry(entry) => entry.0,
            Self::Homework(homework) => homework.0,
        }
    }

    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        match row.try_get("sort")? {
            "entry" => Ok(Self::Entry(EntryId(row.try_get("id")?))),
            "homework" => Ok(Self::Homework(HomeworkId(row.try_get("id")?))),
            _ => Err(malformed("sort")),
        }
    }
}

impl Version {
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let item = Item::read(row)?;
        let work = match item {
            Item::Entry(_) => None,
            Item::Homework(_) => Some(Work::read(row)?),
        };
        Ok(Self {
            place: Place::read(row)?,
            item,
            number: row.try_get("number")?,
            version: row.try_get("version")?,
            position: row.try_get("position")?,
            event: row.try_get("event")?,
            author: named(row, "author", Actor::parse)?,
            capacity: named(row, "capacity", Capacity::parse)?,
            recorded_at: timestamp(row, "recorded_at")?,
            visible_from: optional_timestamp(row, "visible_from")?,
            lesson: lesson(row)?,
            entry: EntryId(row.try_get("lesson")?),
            work,
            content: cells::read(row, "content")?,
            framing: Framing::read(row)?,
            copied_from: source(row)?,
            resources: cells::read_resources(row, "resources")?,
            reason: cells::read(row, "reason")?,
        })
    }
}

/// The columns `source_textbook`, `source_entry`, `source_version`.
fn source(row: &PgRow) -> Result<Option<Source>, sqlx::Error> {
    let Some(textbook) = row.try_get::<Option<Uuid>, _>("source_textbook")? else { return Ok(None) };
    let (textbook, entry) = (TextbookId(textbook), EntryId(row.try_get("source_entry")?));
    Ok(Some(Source { textbook, entry, version: row.try_get("source_version")? }))
}

/// Every version in a textbook: latest lesson first, in each lesson the entry then the work given in it, of each the last version first.
/// With a time, what was recorded up to then: what was visible at that time is those with `visible_from` up to it.
pub async fn textbook(
    pool: &PgPool,
    scope: &Scope,
    textbook: TextbookId,
    as_recorded_at: Option<Timestamp>,
) -> Result<Vec<Version>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(TEXTBOOK).bind(textbook.0);
    let query = query.bind(as_recorded_at.map(Timestamp::to_sqlx));
    query.fetch_all(pool).await?.iter().map(Version::read).collect()
}

/// Whether an entry has a version of that number, and this scope reads it.
pub async fn is_version(pool: &PgPool, scope: &Scope, source: &Source) -> Result<bool, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(IS_VERSION).bind(source.textbook.0);
    query.bind(source.version).bind(source.entry.0).fetch_one(pool).await?.try_get(0)
}

/// The textbooks in which something was written, by year, group and subject.
pub async fn textbooks(pool: &PgPool, scope: &Scope) -> Result<Vec<Summary>, sqlx::Error> {
    let rows = Seen::behind_the_scenes(scope).query(TEXTBOOKS).fetch_all(pool).await?;
    let summary = |row: &PgRow| {
        Ok(Summary {
            place: Place::read(row)?,
            year: SchoolYear(row.try_get("year")?),
            entries: row.try_get("entries")?,
            homework: row.try_get("homework")?,
            versions: row.try_get("versions")?,
            last_recorded_at: timestamp(row, "last_recorded_at")?,
        })
    };
    rows.iter().map(summary).collect()
}

/// How many files these textbooks ever held, and their bytes as they can be read; nothing of those that held none.
pub async fn file_bytes(
    pool: &PgPool,
    scope: &Scope,
    textbooks: &[TextbookId],
) -> Result<BTreeMap<TextbookId, (u64, u64)>, sqlx::Error> {
    let textbooks: Vec<Uuid> = textbooks.iter().map(|textbook| textbook.0).collect();
    let rows = Seen::behind_the_scenes(scope).query(FILE_BYTES).bind(textbooks).fetch_all(pool).await?;
    let count = |row: &PgRow, column| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
    let held = |row: &PgRow| Ok((TextbookId(row.try_get("textbook")?), (count(row, "files")?, count(row, "bytes")?)));
    rows.iter().map(held).collect()
}

/// The resource of a textbook that holds a file, in any version: the last that does, former and withdrawn ones included.
pub async fn file(
    pool: &PgPool,
    scope: &Scope,
    textbook: TextbookId,
    file: FileAddress,
) -> Result<Option<Resource>, sqlx::Error> {
    let query = Seen::behind_the_scenes(scope).query(FILE).bind(textbook.0).bind(file.to_string());
    cells::holding(&query.fetch_all(pool).await?, file)
}
