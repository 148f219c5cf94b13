//! One row, one INSERT, one commit: the same row as ours, from a state held in memory.

use std::sync::Arc;

use aws_lc_rs::hmac;
use domain::decider::Decider as _;
use domain::event::DomainEvent as _;
use domain::textbook::{State, Textbook};
use infra::ledger::leaf::Record;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};
use tokio::sync::{Mutex, RwLock};

use crate::callers::{Failure, Store};
use crate::cluster::Cluster;
use crate::work::World;

const INSERT: &str = "insert into plain.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, era,
        journal, actor, capacity, recorded_at, occurred_at, facts_position, salt, mac, mac_key)
    values ($1, $2, $3, $4, '1', $5::text::json, $6::text::json, 2026, 1, $7, 'teacher',
        timestamptz 'epoch' + $8 * interval '1 microsecond', timestamptz 'epoch' + $8 * interval '1 microsecond', 1, $9, $10, 'bench')";

struct Held {
    state: State,
    version: i64,
}

pub struct Insert {
    url: String,
    world: Arc<World>,
    held: Vec<Mutex<Held>>,
    key: hmac::Key,
    pool: RwLock<Option<PgPool>>,
}

impl Insert {
    pub async fn open(cluster: &Cluster, world: Arc<World>) -> Result<Self, Failure> {
        let mut owner = PgConnection::connect(&cluster.url).await?;
        // The journal's own columns and keys; the position is the database's, so holes are possible and nobody waits.
        let fill = "create schema plain;
            create table plain.events (like journal.events including constraints);
            alter table plain.events alter position add generated always as identity,
                add unique (aggregate_type, aggregate_id, sequence, era);
            create index on plain.events (journal, position);
            insert into plain.events overriding system value select * from journal.events;
            select setval(pg_get_serial_sequence('plain.events', 'position'), (select max(position) from plain.events));
            analyze plain.events";
        owner.execute(sqlx::raw_sql(fill)).await?;
        let mut held = Vec::with_capacity(world.books.len());
        for book in &world.books {
            let (state, version) = world.journal.state::<Textbook>(book.stream).await?;
            held.push(Mutex::new(Held { state, version }));
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, &world.keys.derive("bench"));
        Ok(Self { url: cluster.url.clone(), world, held, key, pool: RwLock::default() })
    }
}

#[async_trait::async_trait]
impl Store for Insert {
    fn name(&self) -> &'static str {
        "insert"
    }

    /// A connection a caller, at most 64: more were slower.
    async fn ready(&self, callers: usize) -> Result<(), Failure> {
        let options = PgPoolOptions::new().max_connections(callers.min(64) as u32).test_before_acquire(false);
        *self.pool.write().await = Some(options.connect(&self.url).await?);
        Ok(())
    }

    async fn revise(&self, book: usize) -> Result<(), Failure> {
        let (known, mut held) = (&self.world.books[book], self.held[book].lock().await);
        let context = self.world.context(known);
        let events = Textbook::decide(&held.state, World::revise(known), &context)?;
        for event in events {
            let (sequence, id, actor) = (held.version + 1, known.stream.key(), context.actor.to_string());
            let (payload, parts) = self.world.sealed(known.stream, sequence, &event)?;
            let metadata = format!(
                r#"{{"actor":"{actor}","capacity":"teacher","facts_position":"1","occurred_at":"{}"}}"#,
                context.now
            );
            let salt = infra::keys::random::<32>()?;
            let recorded_at_us = context.now.as_microsecond();
            let record = Record {
                aggregate_type: Textbook::TYPE,
                aggregate_id: &id,
                sequence: sequence as u64,
                event_type: event.name(),
                event_version: "1",
                recorded_at_us,
                actor: &actor,
                salt: &salt,
                payload: &payload,
                metadata: &metadata,
                parts: &parts,
            };
            let mac = record.mac(&self.key);
            let pool = self.pool.read().await;
            let query = sqlx::query(INSERT).bind(Textbook::TYPE).bind(&id).bind(sequence).bind(event.name());
            let query = query.bind(&payload).bind(&metadata).bind(&actor).bind(recorded_at_us);
            query.bind(&salt[..]).bind(&mac[..]).execute(pool.as_ref().ok_or("not ready")?).await?;
            Textbook::evolve(&mut held.state, &event);
            held.version = sequence;
        }
        Ok(())
    }
}
