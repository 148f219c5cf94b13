//! The journal, read in order and decoded once for all.

use std::borrow::Cow;

use domain::actor::{Actor, Capacity};
use domain::event::{DecodeError, Fact, Recorded};
use domain::ids::{SchoolId, StreamId};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, PgPool, Row};

use crate::journal::JOURNAL;

/// The journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("position {position}: {problem}")]
    Row { position: i64, problem: String },
    #[error("position {expected} is missing: the journal has a hole before {found}")]
    Hole { expected: i64, found: i64 },
    #[error("no read model is called {0:?}")]
    UnknownModel(String),
}

/// The rows after a position.
pub const READ: &str =
    "select position, aggregate_type, aggregate_id, sequence, payload, school, actor, capacity, recorded_at,
        occurred_at, causation, correlation, facts_position
    from journal.events where journal = $1 and position > $2 order by position limit $3";

/// As [`READ`], of some aggregates and of those this program does not know: of the others the position alone, so that a hole is still
/// seen.
const SCAN: &str = "select position, case when wanted then aggregate_type end, case when wanted then aggregate_id end, sequence,
        case when wanted then payload end, school, actor, capacity, recorded_at, occurred_at, causation, correlation,
        facts_position
    from (select *, aggregate_type = any($4) or aggregate_type <> all($5) as wanted from journal.events where journal = $1 and position > $2
        order by position limit $3) e order by position";

const RECORDED_AT: &str = "select recorded_at from journal.events where journal = $1 and position = $2";

const HEAD: &str = "select position from journal.heads where journal = $1";

/// Every SQL text of the readers, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 4] =
    [("read", READ), ("scan", SCAN), ("head", HEAD), ("recorded at", RECORDED_AT)];

/// Rows of the journal in order, dense, decoded once for all readers.
pub struct Page {
    pub events: Vec<Recorded>,
    /// Rows asked for that this program cannot decode: no reader passes one, unless a recorded skip says so.
    pub unreadable: Vec<Unreadable>,
    /// The last position looked at, whether asked for, decoded, or not: how far a reader of this page stands after it.
    pub last: i64,
}

/// A row that cannot be decoded, or folded, and why.
#[derive(Debug, Clone)]
pub struct Unreadable {
    pub position: i64,
    pub because: String,
    /// Of what it is an event; `None` when that is not known either, and then it may be anybody's.
    pub aggregate: Option<&'static str>,
    /// The stream it belongs to and the version it brings it to: its envelope can be read even where its payload cannot.
    pub brings: Option<(StreamId, i64)>,
}

impl Unreadable {
    /// Of which no more is known.
    pub(super) fn at(position: i64, because: String) -> Self {
        Self { position, because, aggregate: None, brings: None }
    }

    /// Whether a reader of these aggregates (of all by default) misses something without it.
    fn concerns(&self, aggregates: Option<&[&str]>) -> bool {
        self.aggregate.is_none_or(|own| aggregates.is_none_or(|aggregates| aggregates.contains(&own)))
    }
}

impl From<Unreadable> for ReadError {
    fn from(row: Unreadable) -> Self {
        Self::Row { position: row.position, problem: row.because }
    }
}

/// What of a page one reader may fold now.
pub(super) struct Share<'a> {
    pub events: Cow<'a, [Recorded]>,
    /// Where the reader stands afterwards.
    pub until: i64,
    /// The row it cannot pass, when there is one in the page.
    pub wall: Option<&'a Unreadable>,
}

impl Page {
    /// For a reader of these aggregates that stands at `after` and shall go no further than `limit`. Whoever shares the page, it stops
    /// before the same rows.
    pub(super) fn share(&self, after: i64, limit: i64, aggregates: Option<&[&str]>, skipped: &[i64]) -> Share<'_> {
        let ahead = self.unreadable.iter().filter(|row| row.position > after && row.concerns(aggregates));
        let wall = ahead.into_iter().find(|row| !skipped.contains(&row.position));
        let until = wall.map_or(self.last, |row| row.position - 1).min(limit);
        let place = |position| self.events.partition_point(|recorded| recorded.position <= position);
        let events = &self.events[place(after)..place(until)];
        let passed = |recorded: &Recorded| skipped.contains(&recorded.position);
        let events = if events.iter().any(passed) {
            Cow::Owned(events.iter().filter(|recorded| !passed(recorded)).cloned().collect())
        } else {
            Cow::Borrowed(events)
        };
        Share { events, until, wall }
    }
}

/// Looks at the rows after a position, at most `limit`, and decodes those of these aggregates (of all by default).
pub(super) async fn page(
    executor: impl PgExecutor<'_>,
    after: i64,
    limit: i64,
    aggregates: Option<&[&str]>,
) -> Result<Page, ReadError> {
    let mut rows = match aggregates {
        None => sqlx::query(READ).bind(JOURNAL).bind(after).bind(limit).fetch(executor),
        Some(wanted) => {
            let query = sqlx::query(SCAN).bind(JOURNAL).bind(after).bind(limit).bind(wanted);
            query.bind(Fact::AGGREGATES).fetch(executor)
        }
    };
    let mut page = Page { events: Vec::new(), unreadable: vec![], last: after };
    // Decoded as they come: the server fetches the next ones meanwhile.
    while let Some(row) = rows.try_next().await? {
        let (found, expected): (i64, i64) = (row.get(0), page.last + 1);
        if found != expected {
            return Err(ReadError::Hole { expected, found });
        }
        if let Some(aggregate) = row.get::<Option<&str>, _>(1) {
            match recorded(&row, aggregate) {
                Ok(recorded) => page.events.push(recorded),
                Err(because) => {
                    let aggregate = Fact::aggregate(aggregate);
                    let stream = aggregate.and_then(|aggregate| StreamId::parse(aggregate, row.get(2)));
                    let brings = stream.map(|stream| (stream, row.get(3)));
                    page.unreadable.push(Unreadable { position: found, because, aggregate, brings });
                }
            }
        }
        page.last = found;
    }
    Ok(page)
}

/// The events after a position, at most `limit`, dense. A row that cannot be decoded is an error.
pub async fn read(pool: &PgPool, after: i64, limit: i64) -> Result<Vec<Recorded>, ReadError> {
    let page = page(pool, after, limit, None).await?;
    match page.unreadable.into_iter().next() {
        Some(row) => Err(row.into()),
        None => Ok(page.events),
    }
}

/// When the event at a position was recorded; `None` when there is none yet.
pub async fn recorded_at(pool: &PgPool, position: i64) -> Result<Option<Timestamp>, ReadError> {
    let query = sqlx::query_scalar(RECORDED_AT).bind(JOURNAL).bind(position);
    let found: Option<jiff_sqlx::Timestamp> = query.fetch_optional(pool).await?;
    Ok(found.map(jiff_sqlx::Timestamp::to_jiff))
}

/// The last position of the journal.
pub async fn head(executor: impl PgExecutor<'_>) -> Result<i64, ReadError> {
    Ok(sqlx::query_scalar(HEAD).bind(JOURNAL).fetch_one(executor).await?)
}

fn recorded(row: &PgRow, aggregate: &str) -> Result<Recorded, String> {
    let (key, actor, capacity): (&str, &str, &str) = (row.get(2), row.get(6), row.get(7));
    // A `json` column goes as its text (PostgreSQL manual, « JSON Types »): nothing is copied to be read.
    let payload = row.try_get_raw(4).map_err(|problem| problem.to_string())?;
    let payload = payload.as_str().map_err(|problem| problem.to_string())?;
    let aggregate =
        Fact::aggregate(aggregate).ok_or_else(|| DecodeError::UnknownAggregate(aggregate.into()).to_string())?;
    let instant = |column| row.try_get::<jiff_sqlx::Timestamp, _>(column).map(jiff_sqlx::Timestamp::to_jiff);
    let instant = |column| instant(column).map_err(|problem| problem.to_string());
    Ok(Recorded {
        position: row.get(0),
        stream: StreamId::parse(aggregate, key).ok_or_else(|| format!("{key:?} names no stream"))?,
        sequence: row.get(3),
        fact: Fact::decode(aggregate, payload).map_err(|problem| problem.to_string())?,
        school: row.get::<Option<uuid::Uuid>, _>(5).map(SchoolId),
        actor: Actor::parse(actor).ok_or_else(|| format!("{actor:?} is no actor"))?,
        capacity: Capacity::parse(capacity).ok_or_else(|| format!("{capacity:?} is no capacity"))?,
        recorded_at: instant(8)?,
        occurred_at: instant(9)?,
        causation: row.get(10),
        correlation: row.get(11),
        facts_position: row.get(12),
    })
}
