//! The rows a batch touches: read once, folded in memory, written back by one statement per table.
//!
//! Columns are read as they stand. Rows are written as arrays, where times are microseconds since 1970 ([`instant!`]), dates and hours
//! ISO text.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Fact, Recorded};
use domain::ids::{EntryId, HomeworkId, TextbookId};
use domain::textbook::Event;
use domain::textbook::entry::Lesson;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// Microseconds (a column or a parameter) as a `timestamptz`; null stays null.
macro_rules! instant {
    ($micros:expr) => {
        concat!("(timestamptz 'epoch' + ", $micros, "::bigint * interval '1 microsecond')")
    };
}
pub(crate) use instant;

/// Writes rows with one `unnest` statement: each value becomes the array of one column. Says nothing to the database for no row.
macro_rules! flush {
    ($connection:expr, $sql:expr, $rows:expr, |$row:ident| [$($value:expr),+ $(,)?]) => {{
        let rows = $rows;
        if !rows.is_empty() {
            sqlx::query($sql)
                $(.bind(rows.iter().map(|$row| $value).collect::<Vec<_>>()))+
                .execute(&mut *$connection)
                .await?;
        }
    }};
}
pub(crate) use flush;

/// A table with one row per key: the rows of the keys a batch touches, as its events have left them so far.
pub struct Overlay<K, R> {
    rows: BTreeMap<K, R>,
    touched: BTreeSet<K>,
}

impl<K: Ord + Clone, R> Overlay<K, R> {
    pub fn new(former: impl IntoIterator<Item = (K, R)>) -> Self {
        Self { rows: former.into_iter().collect(), touched: BTreeSet::new() }
    }

    pub fn row(&self, key: &K) -> Option<&R> {
        self.rows.get(key)
    }

    /// No row changes nothing.
    pub fn put(&mut self, key: K, row: Option<R>) {
        if let Some(row) = row {
            self.touched.insert(key.clone());
            self.rows.insert(key, row);
        }
    }

    /// The last state of each row that changed.
    pub fn changed(&self) -> Vec<&R> {
        self.touched.iter().filter_map(|key| self.rows.get(key)).collect()
    }
}

/// A table of versions, each written once: the latest of the keys a batch touches, and all it adds.
pub struct Trail<K, R> {
    latest: BTreeMap<K, R>,
    added: Vec<R>,
}

impl<K: Ord, R: Clone> Trail<K, R> {
    pub fn new(former: impl IntoIterator<Item = (K, R)>) -> Self {
        Self { latest: former.into_iter().collect(), added: Vec::new() }
    }

    pub fn latest(&self, key: &K) -> Option<&R> {
        self.latest.get(key)
    }

    /// No version changes nothing.
    pub fn add(&mut self, key: K, version: Option<R>) {
        if let Some(version) = version {
            self.latest.insert(key, version.clone());
            self.added.push(version);
        }
    }

    pub fn added(&self) -> &[R] {
        &self.added
    }
}

/// The key of an entry. A homework is named by a client, so it is a key only within its textbook; entries follow suit.
pub type EntryKey = (TextbookId, EntryId);
pub type HomeworkKey = (TextbookId, HomeworkId);

/// The events of the cahier de textes. The read models of this crate are silent about the directory and the mandates, which live in
/// the register.
pub fn textbook_events(batch: &[Recorded]) -> impl Iterator<Item = (&Recorded, &Event)> {
    batch.iter().filter_map(|recorded| match &recorded.fact {
        Fact::Textbook(event) => Some((recorded, event)),
        Fact::School(_) | Fact::Person(_) | Fact::Group(_) | Fact::Service(_) | Fact::Mandate(_) => None,
    })
}

pub fn textbook_of(event: &Event) -> TextbookId {
    match event {
        Event::TextbookOpened { textbook, .. }
        | Event::EntryPublished { textbook, .. }
        | Event::EntryRevised { textbook, .. }
        | Event::EntryWithdrawn { textbook, .. }
        | Event::HomeworkGiven { textbook, .. }
        | Event::HomeworkRevised { textbook, .. }
        | Event::HomeworkWithdrawn { textbook, .. } => *textbook,
    }
}

/// What an event is about, within its textbook.
pub enum About {
    Textbook,
    Entry(EntryKey),
    Homework(HomeworkKey),
}

pub fn about(event: &Event) -> About {
    match event {
        Event::TextbookOpened { .. } => About::Textbook,
        Event::EntryPublished { textbook, entry, .. }
        | Event::EntryRevised { textbook, entry, .. }
        | Event::EntryWithdrawn { textbook, entry, .. } => About::Entry((*textbook, *entry)),
        Event::HomeworkGiven { textbook, homework, .. }
        | Event::HomeworkRevised { textbook, homework, .. }
        | Event::HomeworkWithdrawn { textbook, homework, .. } => About::Homework((*textbook, *homework)),
    }
}

/// The entries and the homework a batch touches, as the two arrays of a key each.
#[derive(Default)]
pub struct Touched {
    pub entries: (Vec<Uuid>, Vec<Uuid>),
    pub homework: (Vec<Uuid>, Vec<Uuid>),
}

impl Touched {
    pub fn by(batch: &[Recorded]) -> Self {
        let (mut entries, mut homework) = (BTreeSet::new(), BTreeSet::new());
        for (_, event) in textbook_events(batch) {
            match about(event) {
                About::Textbook => {}
                About::Entry((textbook, entry)) => {
                    entries.insert((textbook.0, entry.0));
                }
                About::Homework((textbook, id)) => {
                    homework.insert((textbook.0, id.0));
                }
            }
        }
        Self { entries: entries.into_iter().unzip(), homework: homework.into_iter().unzip() }
    }
}

/// A column that is not what the fold writes there.
pub fn malformed(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "malformed".into() }
}

pub fn timestamp(row: &PgRow, column: &str) -> Result<Timestamp, sqlx::Error> {
    Ok(row.try_get::<jiff_sqlx::Timestamp, _>(column)?.to_jiff())
}

pub fn optional_timestamp(row: &PgRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row.try_get::<Option<jiff_sqlx::Timestamp>, _>(column)?.map(jiff_sqlx::Timestamp::to_jiff))
}

pub fn date(row: &PgRow, column: &str) -> Result<Date, sqlx::Error> {
    Ok(row.try_get::<jiff_sqlx::Date, _>(column)?.to_jiff())
}

pub fn time(row: &PgRow, column: &str) -> Result<Time, sqlx::Error> {
    optional_time(row, column)?.ok_or_else(|| malformed(column))
}

pub fn optional_time(row: &PgRow, column: &str) -> Result<Option<Time>, sqlx::Error> {
    Ok(row.try_get::<Option<jiff_sqlx::Time>, _>(column)?.map(jiff_sqlx::Time::to_jiff))
}

pub fn minutes(row: &PgRow, column: &str) -> Result<u16, sqlx::Error> {
    u16::try_from(row.try_get::<i32, _>(column)?).map_err(|_| malformed(column))
}

/// A column kept under the stored name of a value.
pub fn named<T>(row: &PgRow, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    parse(row.try_get(column)?).ok_or_else(|| malformed(column))
}

/// The columns `slot`, `date`, `starts_at`, `minutes`, `ended_at`.
pub fn lesson(row: &PgRow) -> Result<Lesson, sqlx::Error> {
    Ok(Lesson {
        slot: row.try_get::<Option<Uuid>, _>("slot")?.map(domain::ids::SlotId),
        date: date(row, "date")?,
        starts_at: time(row, "starts_at")?,
        minutes: minutes(row, "minutes")?,
        ended_at: timestamp(row, "ended_at")?,
    })
}
