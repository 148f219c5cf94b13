//! What a read model keeps of a text: the sealed value as it stands, with the row it was sealed for. A page opens it; nothing here can.

use domain::event::Recorded;
use domain::ids::SlotId;
use domain::personal::SealedCell;
use domain::textbook::entry::{self, Purpose};
use domain::textbook::file::{File, FileAddress};
use domain::textbook::homework::{Due, HomeworkKind, Task};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::rows::{date, malformed, named, optional_time};

/// A resource of an entry or of a homework.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// None when it was forgotten.
    pub title: Option<SealedCell>,
    /// None when there is no link, or when it was forgotten.
    pub link: Option<SealedCell>,
    pub purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
}

/// What a homework asks, besides its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    pub due: Due,
    pub kind: HomeworkKind,
    /// Estimated work of a pupil.
    pub minutes: Option<u16>,
    /// Whether it is to be done in writing.
    pub written: bool,
}

impl Work {
    pub(crate) fn of(task: &Task) -> Self {
        Self { due: task.due, kind: task.kind, minutes: task.minutes, written: task.written }
    }

    /// The columns `due_on`, `due_slot`, `due_at`, `kind`, `estimate`, `written`.
    pub(crate) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let estimate: Option<i32> = row.try_get("estimate")?;
        Ok(Self {
            due: Due {
                on: date(row, "due_on")?,
                slot: row.try_get::<Option<Uuid>, _>("due_slot")?.map(SlotId),
                at: optional_time(row, "due_at")?,
            },
            kind: named(row, "kind", HomeworkKind::parse)?,
            minutes: estimate.map(u16::try_from).transpose().map_err(|_| malformed("estimate"))?,
            written: row.try_get("written")?,
        })
    }
}

/// The resources of an event.
pub(crate) fn resources(recorded: &Recorded, resources: &[entry::Resource]) -> Vec<Resource> {
    let sealed = resources.iter().map(|resource| Resource {
        title: recorded.cell(&resource.title),
        link: resource.link.as_ref().and_then(|link| recorded.cell(link)),
        purpose: resource.purpose,
        file: resource.file.clone(),
    });
    sealed.collect()
}

/// Bytes these hold in memory, roughly.
pub(crate) fn bytes(cell: Option<&SealedCell>, resources: &[Resource]) -> usize {
    let cells = resources.iter().flat_map(|resource| [resource.title.as_ref(), resource.link.as_ref()]);
    cells.chain([cell]).flatten().map(|cell| cell.sealed.sealed_box.len() + 512).sum()
}

/// The JSON text of a column. PostgreSQL has nothing to do with what is in it, and so does not read it; empty text, if it cannot be
/// written, it refuses.
pub(crate) fn column(cell: Option<&SealedCell>) -> Option<String> {
    cell.map(SealedCell::to_column)
}

/// The JSON text of a column; empty text, which PostgreSQL refuses, if it cannot be written.
pub(crate) fn resources_column(resources: &[Resource]) -> String {
    serde_json::to_string(resources).unwrap_or_default()
}

/// A column that [`column`] wrote.
pub(crate) fn read(row: &PgRow, column: &str) -> Result<Option<SealedCell>, sqlx::Error> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| SealedCell::from_column(text).ok_or_else(|| malformed(column))).transpose()
}

/// A column that [`resources_column`] wrote.
pub(crate) fn read_resources(row: &PgRow, column: &str) -> Result<Vec<Resource>, sqlx::Error> {
    serde_json::from_str(row.try_get(column)?).map_err(|_| malformed(column))
}

/// Of the resources of these rows, one that holds that file.
pub(crate) fn holding(rows: &[PgRow], file: FileAddress) -> Result<Option<Resource>, sqlx::Error> {
    for row in rows {
        let mut resources = read_resources(row, "resources")?.into_iter();
        let holds = |resource: &Resource| resource.file.as_ref().is_some_and(|held| held.address == file);
        if let Some(resource) = resources.find(holds) {
            return Ok(Some(resource));
        }
    }
    Ok(None)
}
