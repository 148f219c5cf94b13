//! A batch as the database takes it: one array per column, stamped and with its MACs.

use std::collections::HashMap;

use domain::decider::Rights;
use domain::event::Fact;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::{Draft, Receipt, Refusal};
use crate::journal::{JOURNAL, upcast};
use crate::keys::WriterKey;
use crate::ledger::leaf::Record;

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// The columns of a batch, lent by its drafts. Rows are numbered from 1, as in SQL.
#[derive(Default)]
pub(super) struct Batch<'a> {
    recorded_us: i64,
    aggregate_type: Vec<&'static str>,
    aggregate_id: Vec<&'a str>,
    sequence: Vec<i64>,
    era: Vec<i16>,
    event_type: Vec<&'static str>,
    event_version: Vec<&'static str>,
    payload: Vec<&'a str>,
    metadata: Vec<&'a str>,
    school: Vec<Option<Uuid>>,
    actor: Vec<&'a str>,
    capacity: Vec<&'static str>,
    occurred_us: Vec<i64>,
    causation: Vec<Option<Uuid>>,
    correlation: Vec<Option<Uuid>>,
    facts_position: Vec<i64>,
    salt: Vec<&'a [u8]>,
    mac: Vec<[u8; 32]>,
    mac_key: Vec<&'a str>,
    predecessor_type: Vec<&'static str>,
    predecessor_id: Vec<&'a str>,
    predecessor_sequence: Vec<i64>,
    predecessor_era: Vec<i16>,
    command_actor: Vec<&'a str>,
    command_key: Vec<&'a str>,
    command_hash: Vec<&'a [u8]>,
    command_first: Vec<i64>,
    command_last: Vec<i64>,
    versions: Vec<i64>,
    guard_command: Vec<i64>,
    guard_type: Vec<&'static str>,
    guard_id: Vec<String>,
    guard_version: Vec<i64>,
    /// For each command, the position of the facts that its right rests on; none when it rests on none, or names its own guards.
    rests_on: Vec<Option<i64>>,
    /// For each command, whether it may change a right.
    gives: Vec<bool>,
}

/// What the careful path answered.
pub(super) enum Outcome {
    /// The head is at a later time: stamp again.
    Late {
        head_us: i64,
    },
    Each(Vec<Result<Receipt, Refusal>>),
}

impl<'a> Batch<'a> {
    pub fn new(drafts: &'a [Draft], recorded_us: i64, key: &'a WriterKey) -> Self {
        let mut batch = Self { recorded_us, ..Self::default() };
        for (draft, number) in drafts.iter().zip(1..) {
            batch.push(draft, number, key);
        }
        batch
    }

    fn push(&mut self, draft: &'a Draft, number: i64, key: &'a WriterKey) {
        let id = draft.stream_key.as_str();
        if draft.version > 0 {
            self.predecessor_type.push(draft.stream.aggregate);
            self.predecessor_id.push(id);
            self.predecessor_sequence.push(draft.version);
            self.predecessor_era.push(draft.stream.era.0);
        }
        self.command_first.push(self.sequence.len() as i64 + 1);
        for row in &draft.rows {
            let record = Record {
                aggregate_type: draft.stream.aggregate,
                aggregate_id: id,
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
            self.mac.push(record.mac(&key.key));
            self.aggregate_type.push(draft.stream.aggregate);
            self.aggregate_id.push(id);
            self.sequence.push(row.sequence);
            self.era.push(draft.stream.era.0);
            self.event_type.push(row.event_type);
            self.event_version.push(upcast::VERSION);
            self.payload.push(&row.payload);
            self.metadata.push(&row.metadata);
            self.school.push(row.school);
            self.actor.push(&draft.actor);
            self.capacity.push(row.capacity);
            self.occurred_us.push(row.occurred_us);
            self.causation.push(row.causation);
            self.correlation.push(row.correlation);
            self.facts_position.push(row.facts_position);
            self.salt.push(&row.salt);
            self.mac_key.push(&key.id);
        }
        self.command_last.push(self.sequence.len() as i64);
        self.command_actor.push(&draft.actor);
        self.command_key.push(&draft.key);
        self.command_hash.push(&draft.request_hash);
        self.versions.push(draft.version + draft.rows.len() as i64);
        let rights = Fact::rights(draft.stream.aggregate);
        let facts_position = draft.rows.first().map_or(0, |row| row.facts_position);
        // Position 0: nothing was read.
        let rests = rights == Rights::Needed && draft.guards.is_empty() && facts_position > 0;
        self.rests_on.push(rests.then_some(facts_position));
        self.gives.push(rights == Rights::Given);
        for (stream, version) in &draft.guards {
            self.guard_command.push(number);
            self.guard_type.push(stream.aggregate);
            self.guard_id.push(stream.key());
            self.guard_version.push(*version);
        }
    }

    /// Binds the rows, in the order of both paths' parameters.
    fn bind<'q>(&'q self, sql: &'q str) -> Query<'q> {
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
    }

    /// Binds the commands, after the rows.
    fn bind_commands<'q>(&'q self, query: Query<'q>) -> Query<'q> {
        query
            .bind(&self.command_actor)
            .bind(&self.command_key)
            .bind(&self.command_hash)
            .bind(&self.command_first)
            .bind(&self.command_last)
    }

    /// The era of all its rows, when they have one.
    fn only_era(&self) -> Option<i16> {
        let first = self.era.first().copied();
        first.filter(|first| self.era.iter().all(|era| era == first))
    }

    /// The last row that may change a right; 0 when none does.
    fn last_given(&self) -> i64 {
        let given = self.command_last.iter().zip(&self.gives).filter(|(_, gives)| **gives);
        given.map(|(last, _)| *last).max().unwrap_or_default()
    }

    /// One statement. The position before the batch, or `None` when something in it must be looked at.
    pub async fn append_at_once(
        &self,
        connection: &mut PgConnection,
        statements: &mut Statements,
    ) -> Result<Option<i64>, sqlx::Error> {
        let (rests_on, last_given) = (self.rests_on.iter().flatten().min(), self.last_given());
        if rests_on.is_some() && last_given > 0 {
            // One of them may take away what another rests on.
            return Ok(None);
        }
        let query = self.bind(statements.of(self.only_era()));
        let query = query
            .bind(&self.predecessor_type)
            .bind(&self.predecessor_id)
            .bind(&self.predecessor_sequence)
            .bind(&self.predecessor_era);
        let query = self.bind_commands(query).bind(rests_on).bind(last_given);
        let row = query.fetch_optional(connection).await?;
        Ok(row.map(|row| row.get(0)))
    }

    pub async fn append_carefully(&self, connection: &mut PgConnection) -> Result<Outcome, sqlx::Error> {
        let query = self.bind_commands(self.bind(CAREFULLY));
        let query =
            query.bind(&self.guard_command).bind(&self.guard_type).bind(&self.guard_id).bind(&self.guard_version);
        let query = query.bind(&self.rests_on).bind(&self.gives);
        let rows = query.fetch_all(&mut *connection).await?;
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
                        super::seen(&mut *connection, self.command_actor[each.len()], self.command_key[each.len()])
                            .await?;
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

/// The rows of a batch, numbered.
macro_rules! input {
    () => {
        "select * from unnest($3::text[], $4::text[], $5::bigint[], $6::smallint[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::uuid[], $12::text[], $13::text[], $14::bigint[], $15::uuid[], $16::uuid[], $17::bigint[], $18::bytea[],
            $19::bytea[], $20::text[]) with ordinality as i (aggregate_type, aggregate_id, sequence, era, event_type,
            event_version, payload, metadata, school, actor, capacity, occurred_us, causation, correlation, facts_position, salt,
            mac, mac_key, number)"
    };
}

/// One statement for a batch whose rows all go to one table: the partition of their era, or the whole journal. Named by its partition,
/// a table is planned and entered directly, which halves what the check of a predecessor costs.
///
/// The snapshot of this statement is older than the lock, so a late conflict is caught by the unique key, and a repeat by the key of
/// the command log. Both raise 23505 and nothing is written. What no key refuses is a row whose predecessor is missing: that is looked
/// for first, one probe of the key a command, and the batch waits for the careful path. It waits too when a right may have changed since
/// the facts were read that its commands rest on: the head row, read again under its lock, knows the last position of such a change.
macro_rules! at_once {
    ($table:expr, $era:expr) => {
        format!(
            concat!(
                "with input as materialized (",
                input!(),
                "), orphans as materialized (
        select count(*) as many from unnest($21::text[], $22::text[], $23::bigint[], $24::smallint[]) p (type, id, sequence, era)
        where (select true from {table} e where e.aggregate_type = p.type and e.aggregate_id = p.id
            and e.sequence = p.sequence and e.era = {era} limit 1) is null
    ), head as (
        update journal.heads h
        set position = h.position + (select count(*) from input), recorded_at = timestamptz 'epoch' + $2 * interval '1 microsecond',
            rights = case when $31::bigint > 0 then h.position + $31 else h.rights end
        where h.journal = $1 and h.recorded_at <= timestamptz 'epoch' + $2 * interval '1 microsecond'
            and ($30::bigint is null or h.rights <= $30) and (select many from orphans) = 0
        returning h.position - (select count(*) from input) as base
    ), appended as (
        insert into {table} (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, era, journal,
            position, school, actor, capacity, recorded_at, occurred_at, causation, correlation, facts_position, salt, mac, mac_key)
        select i.aggregate_type, i.aggregate_id, i.sequence, i.event_type, i.event_version, i.payload::json, i.metadata::json, i.era,
            $1, head.base + i.number, i.school, i.actor, i.capacity, timestamptz 'epoch' + $2 * interval '1 microsecond',
            timestamptz 'epoch' + i.occurred_us * interval '1 microsecond', i.causation, i.correlation, i.facts_position, i.salt,
            i.mac, i.mac_key
        from head, input i
    ), logged as (
        insert into journal.command_log
        select $1, c.actor, c.key, c.request_hash, head.base + c.first_number, head.base + c.last_number
        from head, unnest($25::text[], $26::text[], $27::bytea[], $28::bigint[], $29::bigint[])
            as c (actor, key, request_hash, first_number, last_number)
    )
    select base from head"
            ),
            table = $table,
            era = $era
        )
    };
}

/// The fast statements, one for each era met: their text is what the connection knows them by.
#[derive(Default)]
pub(super) struct Statements(HashMap<Option<i16>, String>);

impl Statements {
    fn of(&mut self, era: Option<i16>) -> &str {
        self.0.entry(era).or_insert_with(|| at_once(era))
    }
}

/// The statement for rows of one era, or of several.
pub(super) fn at_once(era: Option<i16>) -> String {
    match era {
        Some(era) => at_once!(format!("journal.\"events_{era}\""), era),
        None => at_once!("journal.events", "p.era"),
    }
}

pub(super) const CAREFULLY: &str =
    "select * from journal.append_carefully($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31) order by command";
