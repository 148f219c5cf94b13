//! What a journal is like, read from its database alone: how much there is of it, where, and whether the server keeps what it promises.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{PgPool, Row as _};

use crate::journal::JOURNAL;

/// How long counting may take: a large journal is not counted, and that is said.
const COUNT_PATIENCE: Duration = Duration::from_secs(10);

/// A journal, as it lies in its database.
#[derive(Debug, Clone, Serialize)]
pub struct Checkup {
    /// The last position.
    pub head: i64,
    /// The events there are; as many as positions unless one is missing. `None` when counting takes too long.
    pub events: Option<i64>,
    /// When the last event was recorded; none in an empty journal.
    pub last_recorded_at: Option<Timestamp>,
    /// On disk, with its indexes and the log of commands.
    pub bytes: i64,
    pub eras: Vec<Era>,
    /// Settings with which a crash of the machine loses what was acknowledged.
    pub dangers: Vec<&'static str>,
}

/// The partition of a school year; 0 holds the streams that outlive one.
#[derive(Debug, Clone, Serialize)]
pub struct Era {
    pub year: i16,
    pub bytes: i64,
}

const HEAD: &str =
    "select position, (extract(epoch from recorded_at) * 1000000)::bigint from journal.heads where journal = $1";
const COUNT: &str = "select count(*) from journal.events where journal = $1";
const ERAS: &str = "select substring(c.relname from 'events_([0-9]+)$')::smallint, pg_total_relation_size(c.oid)
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'journal.events'::regclass order by 1";
const LOG: &str = "select pg_total_relation_size('journal.command_log')";
const SETTINGS: &str = "select name from pg_settings where setting = 'off' and name = any($1) order by name";

const DANGEROUS: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// Every SQL text of the check-up, by name, so that a test can prepare each.
pub const STATEMENTS: [(&str, &str); 5] =
    [("head and time", HEAD), ("count", COUNT), ("eras", ERAS), ("log size", LOG), ("settings", SETTINGS)];

/// Examines the journal. `pool` may act as the reader role.
pub async fn examine(pool: &PgPool) -> Result<Checkup, sqlx::Error> {
    let row = sqlx::query(HEAD).bind(JOURNAL).fetch_one(pool).await?;
    let (head, recorded_us): (i64, i64) = (row.get(0), row.get(1));
    let era = |row: &sqlx::postgres::PgRow| Era { year: row.get(0), bytes: row.get(1) };
    let eras: Vec<Era> = sqlx::query(ERAS).fetch_all(pool).await?.iter().map(era).collect();
    let log: i64 = sqlx::query_scalar(LOG).fetch_one(pool).await?;
    let off: Vec<String> = sqlx::query_scalar(SETTINGS).bind(&DANGEROUS[..]).fetch_all(pool).await?;
    let counted = sqlx::query_scalar(COUNT).bind(JOURNAL).fetch_one(pool);
    let events = tokio::time::timeout(COUNT_PATIENCE, counted).await.ok().transpose()?;
    Ok(Checkup {
        head,
        events,
        last_recorded_at: Timestamp::from_microsecond(recorded_us).ok().filter(|_| head > 0),
        bytes: eras.iter().map(|era| era.bytes).sum::<i64>() + log,
        eras,
        dangers: DANGEROUS.into_iter().filter(|name| off.iter().any(|off| off == name)).collect(),
    })
}
