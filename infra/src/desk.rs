//! A teacher's desk: drafts of lessons, and notes kept for oneself.
//!
//! They are not events. History starts when a lesson is published; what comes before is its author's alone, sealed under a key of that
//! person and year, and gone with the year: the rows are deleted and the key is destroyed, so that no backup says what they said.

use domain::ids::{EntryId, PersonId, SchoolYear, StreamId, TextbookId};
use domain::personal::{Retention, SealedCell, Subject};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
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

/// Bytes of one paper.
pub const BYTES_MAX: usize = 200_000;

/// Drafts and private notes. `pool` acts as the writer role: no reader may look here.
#[derive(Clone)]
pub struct Desk {
    pool: PgPool,
    vault: Vault,
}

const LAY: &str =
    "insert into desk.papers (author, kind, textbook, entry, date, school_year, keep_until, sealed, saved_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (author, kind, textbook, entry) do update set date = excluded.date, school_year = excluded.school_year,
        keep_until = excluded.keep_until, sealed = excluded.sealed, saved_at = excluded.saved_at";

const FIND: &str = "select kind, sealed, saved_at from desk.papers
    where author = $1 and textbook = $2 and entry = $3 and keep_until >= $4";

const DISCARD: &str = "delete from desk.papers where author = $1 and kind = $2 and textbook = $3 and entry = $4";

const DRAFTS: &str = "select textbook, entry from desk.papers
    where author = $1 and kind = 'draft' and date between $2 and $3 and keep_until >= $4";

/// The years of authors who keep nothing of them any more.
const CLEAR: &str = "with gone as (
        delete from desk.papers where keep_until < $1 returning author, school_year
    ) select distinct author, school_year from gone
        where not exists (select from desk.papers p where p.author = gone.author and p.school_year = gone.school_year and p.keep_until >= $1)";

/// Every SQL text of the desk, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 5] =
    [("lay", LAY), ("find", FIND), ("discard", DISCARD), ("drafts", DRAFTS), ("clear", CLEAR)];

impl Desk {
    pub fn new(pool: PgPool, vault: Vault) -> Self {
        Self { pool, vault }
    }

    /// Puts a paper at its place, over the one that was there.
    pub async fn lay(
        &self,
        paper: Paper,
        place: Place,
        term: Term,
        text: &str,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        if text.len() > BYTES_MAX {
            return Err(DeskError::TooLong);
        }
        let address = place.address(paper, term.year);
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

    /// The lessons between two days, both ends included, of which this author has a draft.
    pub async fn drafts(
        &self,
        author: PersonId,
        days: (Date, Date),
        today: Date,
    ) -> Result<Vec<(TextbookId, EntryId)>, DeskError> {
        let query = sqlx::query(DRAFTS).bind(author.0).bind(days.0.to_sqlx()).bind(days.1.to_sqlx());
        let rows = query.bind(today.to_sqlx()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((TextbookId(row.try_get("textbook")?), EntryId(row.try_get("entry")?)))).collect()
    }

    /// Throws away what belongs to school years that are over, with the keys it was sealed under.
    pub async fn clear(&self, today: Date) -> Result<usize, DeskError> {
        let gone = sqlx::query(CLEAR).bind(today.to_sqlx()).fetch_all(&self.pool).await?;
        let mut keys = Vec::new();
        for row in &gone {
            let (author, year) = (PersonId(row.try_get("author")?), SchoolYear(row.try_get("school_year")?));
            keys.push((Subject::Person(author), Retention::Desk, year));
        }
        self.vault.destroy(&keys).await?;
        Ok(keys.len())
    }
}
