//! The stock stack: `CqrsFramework` over `PersistedEventStore` over `PostgresEventRepository`, on its own table, untouched.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, CqrsFramework};
use domain::decider::Decider as _;
use domain::ids::StreamId;
use domain::textbook::{Command, Event, Textbook};
use infra::journal::stock::Stored;
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::RwLock;

use crate::callers::{Failure, Store};
use crate::cluster::Cluster;
use crate::work::World;

/// The textbook as an aggregate of cqrs-es that seals what it emits.
#[derive(Default, Serialize, Deserialize)]
struct Sealing {
    #[serde(skip)]
    state: <Textbook as domain::decider::Decider>::State,
    #[serde(skip)]
    version: i64,
}

/// What a command needs besides itself: cqrs-es hands an aggregate neither its id nor a context.
struct Told {
    book: usize,
    command: Command,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

impl Aggregate for Sealing {
    const TYPE: &'static str = "textbook";
    type Command = Told;
    type Event = Stored<Event>;
    type Error = Refused;
    type Services = Arc<World>;

    async fn handle(&mut self, told: Told, world: &Arc<World>, sink: &EventSink<Self>) -> Result<(), Refused> {
        let book = &world.books[told.book];
        let refused = |problem: &dyn std::fmt::Display| Refused(problem.to_string());
        let events = Textbook::decide(&self.state, told.command, &world.context(book)).map_err(|no| refused(&no))?;
        for event in events {
            let event = sealed(world, book.stream, self.version + 1, &event).map_err(|problem| refused(&problem))?;
            sink.write(Stored(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Stored<Event>) {
        Textbook::evolve(&mut self.state, &event.0);
        self.version += 1;
    }
}

fn sealed(world: &World, stream: StreamId, sequence: i64, event: &Event) -> Result<Event, Failure> {
    Ok(serde_json::from_str(&world.sealed(stream, sequence, event)?.0)?)
}

type Framework = CqrsFramework<Sealing, PersistedEventStore<PostgresEventRepository, Sealing>>;

pub struct Stock {
    url: String,
    world: Arc<World>,
    framework: RwLock<Option<Framework>>,
}

impl Stock {
    pub async fn open(cluster: &Cluster, world: Arc<World>) -> Result<Self, Failure> {
        let mut owner = PgConnection::connect(&cluster.url).await?;
        // The table of its documentation, with the same history as ours.
        let fill = "create schema stock;
            create table stock.events (aggregate_type text not null, aggregate_id text not null, sequence bigint not null check (sequence >= 0),
                event_type text not null, event_version text not null, payload json not null, metadata json not null,
                primary key (aggregate_type, aggregate_id, sequence));
            insert into stock.events select aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
                from journal.events;
            analyze stock.events";
        owner.execute(sqlx::raw_sql(fill)).await?;
        Ok(Self { url: cluster.url.clone(), world, framework: RwLock::default() })
    }
}

#[async_trait::async_trait]
impl Store for Stock {
    fn name(&self) -> &'static str {
        "postgres_es"
    }

    /// A connection a caller, at most 64: more were slower.
    async fn ready(&self, callers: usize) -> Result<(), Failure> {
        let pool = PgPoolOptions::new().max_connections(callers.min(64) as u32).connect(&self.url).await?;
        let repository = PostgresEventRepository::new(pool).with_tables("stock.events", "stock.snapshots");
        let store = PersistedEventStore::new_event_store(repository);
        *self.framework.write().await = Some(CqrsFramework::new(store, vec![], self.world.clone()));
        Ok(())
    }

    async fn revise(&self, book: usize) -> Result<(), Failure> {
        let framework = self.framework.read().await;
        let framework = framework.as_ref().ok_or("not ready")?;
        let known = &self.world.books[book];
        let metadata = HashMap::from([
            ("actor".to_owned(), self.world.teacher.to_string()),
            ("capacity".to_owned(), "teacher".to_owned()),
            ("occurred_at".to_owned(), jiff::Timestamp::now().to_string()),
        ]);
        let told = Told { book, command: World::revise(known) };
        framework.execute_with_metadata(&known.stream.key(), told, metadata).await?;
        Ok(())
    }
}
