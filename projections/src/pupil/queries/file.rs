//! The files that a reader may open: those of what is there to read.

use domain::access::Scope;
use domain::ids::TextbookId;
use domain::textbook::file::FileAddress;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;

use super::{asked_of, pupils, standing};
use crate::cells::{self, Resource};
use crate::scope::{Seen, seen};

/// Read in one textbook: as many rows as a year has lessons.
pub(super) const FILE: &str = concat!(
    "select t.resources from pupil.entry_version t where ",
    seen!("date"),
    " and t.textbook = $6 and strpos(t.resources, $7) > 0 and ",
    standing!("entry_version", "entry"),
    " union all select t.resources from pupil.homework_version t where ",
    seen!("given_on"),
    " and ",
    asked_of!("$8"),
    " and t.textbook = $6 and strpos(t.resources, $7) > 0 and ",
    standing!("homework_version", "homework"),
    " limit 1"
);

/// The resource of a textbook that holds a file, in what stands at `now`; none for a file that only a former version holds, or that goes
/// with work for other pupils.
pub async fn file(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    textbook: TextbookId,
    file: FileAddress,
) -> Result<Option<Resource>, sqlx::Error> {
    let query = Seen::of(scope).query(FILE).bind(now.to_sqlx()).bind(textbook.0).bind(file.to_string());
    cells::holding(&query.bind(pupils(scope)).fetch_all(pool).await?, file)
}
