//! The rows a fold touches: read once, folded in memory, written by one statement per table and batch, or two: new ones, and those that
//! changed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use domain::event::{Fact, Recorded};
use domain::ids::{EntryId, HomeworkId, TextbookId};
use domain::textbook::Event;
use domain::textbook::entry::Lesson;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// The rows a fold has touched, as the events have left them so far.
pub trait Held {
    /// Bytes held, roughly.
    fn bytes(&self) -> usize;
}

/// A version, written once.
pub trait Versioned {
    /// What the next one takes over.
    type Kept;

    fn kept(&self) -> Self::Kept;
}

/// A row as it is kept for the events that follow.
pub trait Row: Clone {
    /// Bytes of its texts, roughly.
    fn text_bytes(&self) -> usize {
        0
    }
}

/// A table with one row per key.
pub struct Overlay<K, R> {
    rows: HashMap<K, R>,
    touched: BTreeSet<K>,
    /// Keys that are not in the table yet.
    fresh: HashSet<K>,
    text_bytes: usize,
}

impl<K: Ord + Hash + Copy, R: Row> Overlay<K, R> {
    pub fn new() -> Self {
        Self { rows: HashMap::new(), touched: BTreeSet::new(), fresh: HashSet::new(), text_bytes: 0 }
    }

    /// A row as the table has it.
    pub fn found(&mut self, key: K, row: R) {
        self.text_bytes += row.text_bytes();
        self.rows.insert(key, row);
    }

    pub fn row(&self, key: &K) -> Option<&R> {
        self.rows.get(key)
    }

    /// No row changes nothing.
    pub fn put(&mut self, key: K, row: Option<R>) {
        let Some(row) = row else { return };
        self.touched.insert(key);
        self.text_bytes += row.text_bytes();
        match self.rows.insert(key, row) {
            Some(former) => self.text_bytes = self.text_bytes.saturating_sub(former.text_bytes()),
            None => {
                self.fresh.insert(key);
            }
        }
    }

    /// The last state of each row that changed, new ones apart, in the order of their keys.
    pub fn changed(&self) -> (Vec<&R>, Vec<&R>) {
        let (new, known): (Vec<&K>, Vec<&K>) = self.touched.iter().partition(|key| self.fresh.contains(key));
        let rows = |keys: Vec<&K>| keys.into_iter().filter_map(|key| self.rows.get(key)).collect();
        (rows(new), rows(known))
    }

    /// What changed is written.
    pub fn written(&mut self) {
        self.touched.clear();
        self.fresh.clear();
    }
}

impl<K, R> Held for Overlay<K, R> {
    fn bytes(&self) -> usize {
        self.rows.len() * (size_of::<K>() + size_of::<R>() + PLACE_BYTES) + self.text_bytes
    }
}

/// What a row in memory costs besides itself: the room of a hash table, the allocations of its short texts.
const PLACE_BYTES: usize = 64;

/// A table of versions: what the next one takes over from the latest of each key, and all that a batch adds.
pub struct Trail<K, R: Versioned> {
    latest: HashMap<K, R::Kept>,
    added: Vec<R>,
}

impl<K: Eq + Hash, R: Versioned> Trail<K, R> {
    pub fn new() -> Self {
        Self { latest: HashMap::new(), added: Vec::new() }
    }

    /// The latest version as the table has it.
    pub fn found(&mut self, key: K, version: &R) {
        self.latest.insert(key, version.kept());
    }

    pub fn latest(&self, key: &K) -> Option<&R::Kept> {
        self.latest.get(key)
    }

    /// No version changes nothing.
    pub fn add(&mut self, key: K, version: Option<R>) {
        if let Some(version) = version {
            self.latest.insert(key, version.kept());
            self.added.push(version);
        }
    }

    pub fn added(&self) -> &[R] {
        &self.added
    }

    /// What was added is written.
    pub fn written(&mut self) {
        self.added.clear();
    }
}

impl<K, R: Versioned> Held for Trail<K, R> {
    fn bytes(&self) -> usize {
        self.latest.len() * (size_of::<K>() + size_of::<R::Kept>() + PLACE_BYTES)
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
        Fact::School(_)
        | Fact::Person(_)
        | Fact::Entourage(_)
        | Fact::Group(_)
        | Fact::Service(_)
        | Fact::Mandate(_) => None,
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

/// The entries and the homework that a batch touches and the fold does not hold, as the two arrays of a key each.
pub struct Missing {
    pub entries: (Vec<Uuid>, Vec<Uuid>),
    pub homework: (Vec<Uuid>, Vec<Uuid>),
}

impl Missing {
    pub fn of(
        batch: &[Recorded],
        held_entry: impl Fn(&EntryKey) -> bool,
        held_homework: impl Fn(&HomeworkKey) -> bool,
    ) -> Self {
        let (mut entries, mut homework) = (BTreeSet::new(), BTreeSet::new());
        for (_, event) in textbook_events(batch) {
            match about(event) {
                About::Entry(key) if !held_entry(&key) => {
                    entries.insert((key.0.0, key.1.0));
                }
                About::Homework(key) if !held_homework(&key) => {
                    homework.insert((key.0.0, key.1.0));
                }
                About::Textbook | About::Entry(_) | About::Homework(_) => {}
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
