//! A batch as the database takes it: one array per column, stamped and with its MACs.

use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{Draft, Receipt, Refusal};
use crate::journal::{JOURNAL, upcast};
use crate::keys::WriterKey;
use crate::ledger::leaf::Record;

/// The columns of a batch. Rows are numbered from 1, as in SQL.
#[derive(Default)]
pub(super) struct Batch {
    recorded_us: i64,
    aggregate_type: Vec<&'static str>,
    aggregate_id: Vec<String>,
    sequence: Vec<i64>,
    era: Vec<i16>,
    event_type: Vec<&'static str>,
    event_version: Vec<&'static str>,
    payload: Vec<String>,
    metadata: Vec<String>,
    school: Vec<Option<Uuid>>,
    actor: Vec<String>,
    capacity: Vec<&'static str>,
    occurred_us: Vec<i64>,
    causation: Vec<Option<Uuid>>,
    correlation: Vec<Option<Uuid>>,
    facts_position: Vec<i64>,
    salt: Vec<Vec<u8>>,
    mac: Vec<Vec<u8>>,
    mac_key: Vec<String>,
    command_actor: Vec<String>,
    command_key: Vec<String>,
    command_hash: Vec<Vec<u8>>,
    command_first: Vec<i64>,
    command_last: Vec<i64>,
    versions: Vec<i64>,
    guard_command: Vec<i64>,
    guard_type: Vec<&'static str>,
    guard_id: Vec<String>,
    guard_version: Vec<i64>,
}

/// What the careful path answered.
pub(super) enum Outcome {
    /// The head is at a later time: stamp again.
    Late {
        head_us: i64,
    },
    Each(Vec<Result<Receipt, Refusal>>),
}

impl Batch {
    pub fn new(drafts: &[Draft], recorded_us: i64, key: &WriterKey) -> Self {
        let mut batch = Self { recorded_us, ..Self::default() };
        for (draft, number) in drafts.iter().zip(1..) {
            batch.push(draft, number, key);
        }
        batch
    }

    fn push(&mut self, draft: &Draft, number: i64, key: &WriterKey) {
        let id = draft.stream.key();
        self.command_first.push(self.sequence.len() as i64 + 1);
        for row in &draft.rows {
            let record = Record {
                aggregate_type: draft.stream.aggregate,
                aggregate_id: &id,
                sequence: row.sequence as u64,
                event_type: row.event_type,
                event_version: upcast::VERSION,
                recorded_at_us: self.recorded_us,
                actor: &draft.actor,
                salt: &row.salt,
                payload: &row.payload,
                metadata: &row.metadata,
                parts: &row.parts,
            };
            self.mac.push(record.mac(&key.key).to_vec());
            self.aggregate_type.push(draft.stream.aggregate);
            self.aggregate_id.push(id.clone());
            self.sequence.push(row.sequence);
            self.era.push(draft.stream.era.0);
            self.event_type.push(row.event_type);
            self.event_version.push(upcast::VERSION);
            self.payload.push(row.payload.clone());
            self.metadata.push(row.metadata.clone());
            self.school.push(row.school);
            self.actor.push(draft.actor.clone());
            self.capacity.push(row.capacity);
            self.occurred_us.push(row.occurred_us);
            self.causation.push(row.causation);
            self.correlation.push(row.correlation);
            self.facts_position.push(row.facts_position);
            self.salt.push(row.salt.to_vec());
            self.mac_key.push(key.id.clone());
        }
        self.command_last.push(self.sequence.len() as i64);
        self.command_actor.push(draft.actor.clone());
        self.command_key.push(draft.key.clone());
        self.command_hash.push(draft.request_hash.to_vec());
        self.versions.push(draft.version + draft.rows.len() as i64);
        for (stream, version) in &draft.guards {
            self.guard_command.push(number);
            self.guard_type.push(stream.aggregate);
            self.guard_id.push(stream.key());
            self.guard_version.push(*version);
        }
    }

    /// Binds what both paths share, in the order of their parameters.
    fn bind<'q>(&'q self, sql: &'q str) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
        sqlx::query(sql)
            .bind(JOURNAL)
            .bind(self.recorded_us)
            .bind(&self.aggregate_type)
            .bind(&self.aggregate_id)
            .bind(&self.sequence)
            .bind(&self.era)
            .bind(&self.event_type)
            .bind(&self.event_version)
            .bind(&self.payload)
            .bind(&self.metadata)
            .bind(&self.school)
            .bind(&self.actor)
            .bind(&self.capacity)
            .bind(&self.occurred_us)
            .bind(&self.causation)
            .bind(&self.correlation)
            .bind(&self.facts_position)
            .bind(&self.salt)
            .bind(&self.mac)
            .bind(&self.mac_key)
            .bind(&self.command_actor)
            .bind(&self.command_key)
            .bind(&self.command_hash)
            .bind(&self.command_first)
            .bind(&self.command_last)
    }

    /// One statement. The position before the batch, or `None` when something in it must be looked at.
    pub async fn append_at_once(&self, pool: &PgPool) -> Result<Option<i64>, sqlx::Error> {
        let row = self.bind(AT_ONCE).fetch_optional(pool).await?;
        Ok(row.map(|row| row.get(0)))
    }

    pub async fn append_carefully(&self, pool: &PgPool) -> Result<Outcome, sqlx::Error> {
        let query = self.bind(CAREFULLY);
        let query =
            query.bind(&self.guard_command).bind(&self.guard_type).bind(&self.guard_id).bind(&self.guard_version);
        let rows = query.fetch_all(pool).await?;
        let mut each = Vec::with_capacity(rows.len());
        for row in &rows {
            let (outcome, actual): (String, Option<i64>) = (row.get("outcome"), row.get("actual"));
            let (first_position, last_position) = (row.get("first_position"), row.get("last_position"));
            let number: i64 = row.get("command");
            let version = self.versions.get((number - 1) as usize).copied().unwrap_or_default();
            let receipt = |version| Receipt { version, first_position, last_position };
            each.push(match outcome.as_str() {
                "late" => return Ok(Outcome::Late { head_us: actual.unwrap_or_default() }),
                "appended" => Ok(receipt(version)),
                "repeat" => {
                    let known =
                        super::seen(pool, &self.command_actor[each.len()], &self.command_key[each.len()]).await?;
                    Err(Refusal::Repeat(known.map_or(receipt(version), |(_, receipt)| receipt)))
                }
                "mismatch" => Err(Refusal::Mismatch),
                "guarded" => Err(Refusal::Guarded),
                _ => Err(Refusal::Conflict { actual: actual.unwrap_or_default() }),
            });
        }
        Ok(Outcome::Each(each))
    }
}

/// The snapshot of this statement is older than the lock, so a late conflict is caught by the unique key, and a late repeat by the
/// key of the command log. Both raise 23505 and nothing is written.
pub(super) const AT_ONCE: &str = "with input as materialized (
        select * from unnest($3::text[], $4::text[], $5::bigint[], $6::smallint[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::uuid[], $12::text[], $13::text[], $14::bigint[], $15::uuid[], $16::uuid[], $17::bigint[], $18::bytea[],
            $19::bytea[], $20::text[]) with ordinality as i (aggregate_type, aggregate_id, sequence, era, event_type,
            event_version, payload, metadata, school, actor, capacity, occurred_us, causation, correlation, facts_position, salt,
            mac, mac_key, number)
    ), commands as materialized (
        select * from unnest($21::text[], $22::text[], $23::bytea[], $24::bigint[], $25::bigint[])
            as c (actor, key, request_hash, first_number, last_number)
    ), obstacles as materialized (
        select (select count(*) from commands c, lateral (select 1 from journal.command_log l
                where l.journal = $1 and l.actor = c.actor and l.key = c.key limit 1) known)
            + (select count(*) from commands c join input i on i.number = c.first_number
                left join lateral (select 1 as found from journal.events e where e.aggregate_type = i.aggregate_type
                    and e.aggregate_id = i.aggregate_id and e.sequence = i.sequence - 1 and e.era = i.era limit 1) before on true
                where i.sequence > 1 and before.found is null) as many
    ), head as (
        update journal.heads h
        set position = h.position + (select count(*) from input), recorded_at = timestamptz 'epoch' + $2 * interval '1 microsecond'
        where h.journal = $1 and h.recorded_at <= timestamptz 'epoch' + $2 * interval '1 microsecond'
            and (select many from obstacles) = 0
        returning h.position - (select count(*) from input) as base
    ), appended as (
        insert into journal.events
        select i.aggregate_type, i.aggregate_id, i.sequence, i.event_type, i.event_version, i.payload::json, i.metadata::json, i.era,
            $1, head.base + i.number, i.school, i.actor, i.capacity, timestamptz 'epoch' + $2 * interval '1 microsecond',
            timestamptz 'epoch' + i.occurred_us * interval '1 microsecond', i.causation, i.correlation, i.facts_position, i.salt,
            i.mac, i.mac_key
        from head, input i order by i.number
    ), logged as (
        insert into journal.command_log
        select $1, c.actor, c.key, c.request_hash, head.base + c.first_number, head.base + c.last_number from head, commands c
    )
    select base from head";

pub(super) const CAREFULLY: &str =
    "select * from journal.append_carefully($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29) order by command";
