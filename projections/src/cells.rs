//! What a read model keeps of a text: the sealed value as it stands, with the row it was sealed for. A page opens it; nothing here can.

use std::collections::BTreeSet;

use domain::event::Recorded;
use domain::ids::{PersonId, SlotId};
use domain::personal::{Personal, SealedCell};
use domain::textbook::entry::{self, Purpose};
use domain::textbook::file::{File, FileAddress};
use domain::textbook::homework::{Due, HomeworkKind, Task};
use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo};
use sqlx::{Encode, Postgres, Row, Type};
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

/// Where a lesson stands in the year's plan.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Framing {
    /// None when there is none, or when it was forgotten.
    pub sequence: Option<SealedCell>,
    pub programme: Option<SealedCell>,
}

impl Framing {
    pub(crate) fn of(recorded: &Recorded, framing: &entry::Framing) -> Self {
        let cell = |text: &Option<Personal>| text.as_ref().and_then(|text| recorded.cell(text));
        Self { sequence: cell(&framing.sequence), programme: cell(&framing.programme) }
    }

    /// What a page opens.
    pub fn cells(&self) -> impl Iterator<Item = &SealedCell> {
        self.sequence.iter().chain(&self.programme)
    }

    /// The JSON text of a column; none when there is nothing in it.
    pub(crate) fn column(&self) -> Option<String> {
        self.cells().next().map(|_| serde_json::to_string(self).unwrap_or_default())
    }

    /// The column `framing`.
    pub(crate) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Self::of_column(row.try_get("framing")?)
    }

    /// What [`Framing::column`] wrote.
    pub(crate) fn of_column(text: Option<&str>) -> Result<Self, sqlx::Error> {
        let read = text.map(|text| serde_json::from_str(text).map_err(|_| malformed("framing"))).transpose()?;
        Ok(read.unwrap_or_default())
    }
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
    /// The pupils it is for; empty for the whole group.
    pub audience: BTreeSet<PersonId>,
}

impl Work {
    pub(crate) fn of(task: &Task) -> Self {
        let audience = task.audience.clone();
        Self { due: task.due, kind: task.kind, minutes: task.minutes, written: task.written, audience }
    }

    /// The column `audience`; none for the whole group.
    pub(crate) fn audience_column(&self) -> Option<Vec<Uuid>> {
        (!self.audience.is_empty()).then(|| self.audience.iter().map(|pupil| pupil.0).collect())
    }

    /// The same as a text that PostgreSQL reads as an array: several arrays of uneven length do not make one.
    pub(crate) fn audience_text(&self) -> Option<String> {
        let ids: Vec<String> = self.audience.iter().map(ToString::to_string).collect();
        (!ids.is_empty()).then(|| format!("{{{}}}", ids.join(",")))
    }

    /// The columns `due_on`, `due_slot`, `due_at`, `kind`, `estimate`, `written`, `audience`.
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
            audience: row.try_get::<Option<Vec<Uuid>>, _>("audience")?.into_iter().flatten().map(PersonId).collect(),
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
    cells.chain([cell]).flatten().map(|cell| cell.sealed.bytes() + 256).sum()
}

/// The JSON text of a column. PostgreSQL has nothing to do with what is in it, and so does not read it; empty text, if it cannot be
/// written, it refuses.
pub(crate) fn column(cell: Option<&SealedCell>) -> Option<String> {
    cell.map(SealedCell::to_column)
}

/// The same column, written straight where it is to go.
pub(crate) struct Column<'a>(pub Option<&'a SealedCell>);

impl Encode<'_, Postgres> for Column<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let Some(cell) = self.0 else { return Ok(IsNull::Yes) };
        cell.write_column(buffer)?;
        Ok(IsNull::No)
    }
}

impl Type<Postgres> for Column<'_> {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }
}

/// The JSON text of a column; empty text, which PostgreSQL refuses, if it cannot be written.
pub(crate) fn resources_column(resources: &[Resource]) -> String {
    serde_json::to_string(resources).unwrap_or_default()
}

/// A column that [`column`] wrote.
pub(crate) fn read(row: &PgRow, column: &str) -> Result<Option<SealedCell>, sqlx::Error> {
    cell(row.try_get(column)?, column)
}

/// The text of such a column.
pub(crate) fn cell(text: Option<&str>, column: &str) -> Result<Option<SealedCell>, sqlx::Error> {
    text.map(|text| SealedCell::from_column(text).ok_or_else(|| malformed(column))).transpose()
}

/// A column that [`resources_column`] wrote.
pub(crate) fn read_resources(row: &PgRow, column: &str) -> Result<Vec<Resource>, sqlx::Error> {
    resources_of(row.try_get(column)?, column)
}

/// The text of such a column: most hold none.
pub(crate) fn resources_of(text: &str, column: &str) -> Result<Vec<Resource>, sqlx::Error> {
    if text == "[]" { Ok(Vec::new()) } else { serde_json::from_str(text).map_err(|_| malformed(column)) }
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
