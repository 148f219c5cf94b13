//! A teacher's desk: drafts of lessons, and notes kept for oneself.
//!
//! They are not events. History starts when a lesson is published; what comes before is its author's alone, sealed under a key of that
//! person and year, and gone with the year: the rows are deleted and the key is destroyed, so that no backup says what they said.
//!
//! A draft names the files joined to it, beside its seal: they are kept as long as it is ([`crate::files`]).

use std::collections::BTreeSet;

use domain::ids::{EntryId, PersonId, SchoolYear, StreamId, TextbookId};
use domain::personal::{Retention, SealedCell, Subject};
use domain::textbook::file::FileAddress;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_sqlx::ToSqlx as _;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use crate::vault::{Address, Vault, VaultError};

/// What lies on a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Paper {
    /// A lesson being written: gone once it is published.
    Draft,
    /// A word to oneself about a lesson.
    Note,
}

impl Paper {
    fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Note => "note",
        }
    }
}

/// Whose it is, and about which lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub author: PersonId,
    pub textbook: TextbookId,
    pub entry: EntryId,
}

impl Place {
    /// It opens nowhere else: neither at another person's place nor at another lesson.
    fn address(&self, paper: Paper, year: SchoolYear) -> Address {
        let id = Uuid::new_v5(&self.author.0, format!("{}/{}", self.textbook, self.entry).as_bytes());
        Address { stream: StreamId::new("desk", id, year), sequence: 0, event: paper.name() }
    }
}

/// When the lesson is, and how long what is written about it may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub date: Date,
    pub year: SchoolYear,
    /// The last day of the school year.
    pub until: Date,
    /// Of a lesson outside the timetable, which nothing else names: its hour, and how many minutes it lasts.
    pub outside: Option<(Time, u16)>,
}

/// A lesson of which there is a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drafted {
    pub textbook: TextbookId,
    pub entry: EntryId,
    pub date: Date,
    pub outside: Option<(Time, u16)>,
}

/// The school year that a day belongs to, or that has just ended: years are named by their first.
fn running_year(day: Date) -> i16 {
    if day.month() >= 9 { day.year() } else { day.year() - 1 }
}

/// What was found on the desk.
#[derive(Clone)]
pub struct Found {
    pub text: String,
    pub saved_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("a draft or a note has at most {BYTES_MAX} bytes")]
    TooLong,
    #[error("desk: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

fn digests(files: &[FileAddress]) -> Vec<Vec<u8>> {
    files.iter().map(|file| file.0.to_vec()).collect()
}

/// Bytes of one paper.
pub const BYTES_MAX: usize = 200_000;

/// Drafts and private notes. `pool` acts as the writer role: no reader may look here.
#[derive(Clone)]
pub struct Desk {
    pool: PgPool,
    vault: Vault,
}

const LAY: &str = "insert into desk.papers
        (author, kind, textbook, entry, date, school_year, keep_until, sealed, saved_at, starts_at, minutes, files)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (author, kind, textbook, entry) do update set date = excluded.date, school_year = excluded.school_year, files = excluded.files,
        starts_at = excluded.starts_at, minutes = excluded.minutes, keep_until = excluded.keep_until, sealed = excluded.sealed, saved_at = excluded.saved_at";

const FIND: &str = "select kind, sealed, saved_at from desk.papers
    where author = $1 and textbook = $2 and entry = $3 and keep_until >= $4";

const DISCARD: &str = "delete from desk.papers where author = $1 and kind = $2 and textbook = $3 and entry = $4";

const DRAFTS: &str = "select textbook, entry, date, starts_at, minutes from desk.papers
    where author = $1 and kind = 'draft' and date between $2 and $3 and keep_until >= $4";

/// Both ask of the files of papers as their index has them.
const HOLDS: &str =
    "select exists (select from desk.papers where author = $1 and files <> '{}' and files @> array[$2::bytea])";

const HOLDING: &str = "select distinct file from desk.papers, unnest(files) as file
    where files <> '{}' and files && $1 and file = any($1)";

/// The years of authors who have nothing left of them that may be kept.
const OVER: &str =
    "select author, school_year from desk.papers group by author, school_year having max(keep_until) < $1";

const CLEAR: &str = "delete from desk.papers where keep_until < $1";

/// Every SQL text of the desk, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 8] = [
    ("lay", LAY),
    ("find", FIND),
    ("discard", DISCARD),
    ("drafts", DRAFTS),
    ("holds", HOLDS),
    ("holding", HOLDING),
    ("over", OVER),
    ("clear", CLEAR),
];

impl Desk {
    pub fn new(pool: PgPool, vault: Vault) -> Self {
        Self { pool, vault }
    }

    /// Puts a paper at its place, over the one that was there. `files` are those it names: they are kept as long as it lies there.
    pub async fn lay(
        &self,
        paper: Paper,
        place: Place,
        term: Term,
        text: &str,
        files: &[FileAddress],
        now: Timestamp,
    ) -> Result<(), DeskError> {
        if text.len() > BYTES_MAX {
            return Err(DeskError::TooLong);
        }
        let address = place.address(paper, term.year);
        self.vault.renew(&(Subject::Person(place.author), Retention::Desk, term.year)).await?;
        let cell = self.vault.seal(&address, &Subject::Person(place.author), Retention::Desk, text).await?;
        sqlx::query(LAY)
            .bind(place.author.0)
            .bind(paper.name())
            .bind(place.textbook.0)
            .bind(place.entry.0)
            .bind(term.date.to_sqlx())
            .bind(term.year.0)
            .bind(term.until.to_sqlx())
            .bind(cell.to_column())
            .bind(now.to_sqlx())
            .bind(term.outside.map(|(starts_at, _)| starts_at.to_sqlx()))
            .bind(term.outside.map(|(_, minutes)| minutes.cast_signed()))
            .bind(digests(files))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The draft and the note of a lesson, in that order. What no longer opens is not there.
    pub async fn find(&self, place: Place, today: Date) -> Result<(Option<Found>, Option<Found>), DeskError> {
        let query = sqlx::query(FIND).bind(place.author.0).bind(place.textbook.0).bind(place.entry.0);
        let (mut draft, mut note) = (None, None);
        for row in query.bind(today.to_sqlx()).fetch_all(&self.pool).await? {
            let Some(cell) = SealedCell::from_column(row.try_get("sealed")?) else { continue };
            let Some(text) = self.vault.open_one(&cell).await? else { continue };
            let saved_at = row.try_get::<jiff_sqlx::Timestamp, _>("saved_at")?.to_jiff();
            let found = Some(Found { text, saved_at });
            match row.try_get("kind")? {
                "draft" => draft = found,
                _ => note = found,
            }
        }
        Ok((draft, note))
    }

    /// Throws a paper away; nothing happens if there is none.
    pub async fn discard(&self, paper: Paper, place: Place) -> Result<(), DeskError> {
        let query = sqlx::query(DISCARD).bind(place.author.0).bind(paper.name());
        query.bind(place.textbook.0).bind(place.entry.0).execute(&self.pool).await?;
        Ok(())
    }

    /// Whether a paper of this author names a file.
    pub async fn holds(&self, author: PersonId, file: FileAddress) -> Result<bool, DeskError> {
        let query = sqlx::query_scalar(HOLDS).bind(author.0).bind(file.0.to_vec());
        Ok(query.fetch_one(&self.pool).await?)
    }

    /// Of these files, those that somebody's paper names.
    pub async fn holding(&self, files: &[FileAddress]) -> Result<BTreeSet<FileAddress>, DeskError> {
        if files.is_empty() {
            return Ok(BTreeSet::new());
        }
        let found: Vec<Vec<u8>> = sqlx::query_scalar(HOLDING).bind(digests(files)).fetch_all(&self.pool).await?;
        Ok(found.into_iter().filter_map(|digest| Some(FileAddress(digest.try_into().ok()?))).collect())
    }

    /// The drafts of this author of lessons between two days, both ends included.
    pub async fn drafts(&self, author: PersonId, days: (Date, Date), today: Date) -> Result<Vec<Drafted>, DeskError> {
        let query = sqlx::query(DRAFTS).bind(author.0).bind(days.0.to_sqlx()).bind(days.1.to_sqlx());
        let rows = query.bind(today.to_sqlx()).fetch_all(&self.pool).await?;
        let drafted = |row: &PgRow| {
            let starts_at: Option<jiff_sqlx::Time> = row.try_get("starts_at")?;
            let minutes: Option<i16> = row.try_get("minutes")?;
            Ok(Drafted {
                textbook: TextbookId(row.try_get("textbook")?),
                entry: EntryId(row.try_get("entry")?),
                date: row.try_get::<jiff_sqlx::Date, _>("date")?.to_jiff(),
                outside: starts_at
                    .map(jiff_sqlx::Time::to_jiff)
                    .zip(minutes.and_then(|minutes| minutes.try_into().ok())),
            })
        };
        rows.iter().map(drafted).collect()
    }

    /// Throws away what belongs to school years that are over: the keys first, so that a cut between the two leaves nothing readable; then
    /// those of whoever has no paper left. The number of keys.
    pub async fn clear(&self, today: Date) -> Result<usize, DeskError> {
        let over = sqlx::query(OVER).bind(today.to_sqlx()).fetch_all(&self.pool).await?;
        let mut keys = Vec::new();
        for row in &over {
            let (author, year) = (PersonId(row.try_get("author")?), SchoolYear(row.try_get("school_year")?));
            keys.push((Subject::Person(author), Retention::Desk, year));
        }
        self.vault.destroy(&keys).await?;
        sqlx::query(CLEAR).bind(today.to_sqlx()).execute(&self.pool).await?;
        let emptied = self.vault.destroy_before(Retention::Desk, SchoolYear(running_year(today))).await?;
        Ok(keys.len() + emptied)
    }
}
