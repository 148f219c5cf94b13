//! What a fold holds from batch to batch is what its tables hold: it is let go of whenever they may say something else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::actor::{Actor, Capacity};
use domain::decider::Context;
use domain::directory::person::{self, Names, Person};
use domain::event::Recorded;
use domain::ids::{PersonId, SchoolYear, StreamId};
use infra::journal::Envelope;
use infra::subscriptions::{Decision, Folding, Subscriber, Subscriptions, skip};
use sqlx::{Executor as _, PgConnection};
use tests::World;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(20);

/// A read model that counts: a wrong count in memory is a wrong row for ever after.
struct Counter {
    /// Refuses this position as long as it is told to, after it has counted it.
    refuses: i64,
    refusing: AtomicBool,
    bytes: usize,
    read_back: Arc<std::sync::atomic::AtomicUsize>,
}

fn counter() -> Counter {
    Counter { refuses: 0, refusing: AtomicBool::new(false), bytes: 0, read_back: Arc::default() }
}

/// The count, once it was read.
struct Count {
    model: Arc<Counter>,
    held: Option<i64>,
}

#[async_trait::async_trait]
impl Folding for Count {
    async fn apply(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        if self.held.is_none() {
            self.model.read_back.fetch_add(1, Ordering::SeqCst);
            let known = sqlx::query_scalar("select coalesce(max(nth), 0) from seen");
            self.held = Some(known.fetch_one(&mut *connection).await?);
        }
        for recorded in batch {
            let nth = self.held.insert(self.held.unwrap_or_default() + 1);
            let insert = sqlx::query("insert into seen values ($1, $2)").bind(recorded.position).bind(*nth);
            insert.execute(&mut *connection).await?;
            if recorded.position == self.model.refuses && self.model.refusing.load(Ordering::SeqCst) {
                connection.execute("select 1 / 0").await?;
            }
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.model.bytes
    }
}

struct Model(Arc<Counter>);

#[async_trait::async_trait]
impl Subscriber for Model {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn version(&self) -> i32 {
        1
    }

    fn schema(&self) -> &'static str {
        "create table seen (position bigint primary key, nth bigint not null)"
    }

    async fn apply(&self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        Count { model: self.0.clone(), held: None }.apply(connection, batch).await
    }

    fn folding(&self) -> Option<Box<dyn Folding>> {
        Some(Box::new(Count { model: self.0.clone(), held: None }))
    }
}

async fn engine(world: &World, model: &Arc<Counter>) -> Subscriptions {
    let engine = Subscriptions::new(world.writer.clone(), vec![Arc::new(Model(model.clone()))], vec![]);
    engine.prepare(|_, _, _| {}).await.unwrap();
    engine
}

/// Reads in the background until the guard is dropped.
fn run(world: &World, engine: &Subscriptions) -> tokio_util::sync::DropGuard {
    let (cancel, head, engine) = (CancellationToken::new(), world.journal.head(), engine.clone());
    let until = cancel.clone();
    tokio::spawn(async move { engine.run(head, until).await });
    cancel.drop_guard()
}

/// One person more; the position.
async fn write(world: &World) -> i64 {
    let person = PersonId(Uuid::new_v4());
    let names = Names { family: "Fofana".into(), given: "Inès".into(), title: None };
    let (actor, capacity, now) = (Actor::Import, Capacity::Machine, world.journal.now());
    let context =
        Context { actor, capacity, now, facts: domain::directory::person::Facts::default(), facts_position: 0 };
    let command = person::Command::Register { person, names, origin: None };
    let stream = StreamId::new("person", person, SchoolYear::NONE);
    let receipt = world.journal.execute::<Person>(Envelope::to(stream), command, context).await.unwrap();
    receipt.last_position.unwrap()
}

/// Writes one event after the other, each folded before the next; the last position.
async fn some(world: &World, engine: &Subscriptions, count: usize) -> i64 {
    let mut last = 0;
    for _ in 0..count {
        last = write(world).await;
        engine.wait_for("counter", last, LONG).await.unwrap();
    }
    last
}

async fn counts(world: &World) -> Vec<(i64, i64)> {
    sqlx::query_as("select position, nth from counter.seen order by position").fetch_all(&world.writer).await.unwrap()
}

#[tokio::test]
async fn what_a_fold_holds_is_not_read_back() {
    let (world, model) = (World::new().await, Arc::new(counter()));
    let engine = engine(&world, &model).await;
    let _reading = run(&world, &engine);
    let last = some(&world, &engine, 5).await;
    assert_eq!(counts(&world).await, (1..=last).map(|at| (at, at)).collect::<Vec<_>>());
    assert_eq!(model.read_back.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_fold_that_holds_too_much_is_let_go() {
    let (world, model) = (World::new().await, Arc::new(Counter { bytes: 1 << 30, ..counter() }));
    let engine = engine(&world, &model).await;
    let _reading = run(&world, &engine);
    let last = some(&world, &engine, 5).await;
    assert_eq!(counts(&world).await.len() as i64, last);
    assert!(model.read_back.load(Ordering::SeqCst) >= 5, "read anew for each batch");
}

#[tokio::test]
async fn what_was_counted_in_a_batch_that_failed_is_forgotten() {
    let (world, model) = (World::new().await, Arc::new(Counter { refuses: 3, refusing: true.into(), ..counter() }));
    let engine = engine(&world, &model).await;
    let _reading = run(&world, &engine);
    let before = some(&world, &engine, 2).await;
    let refused = write(&world).await;
    let stopped = async {
        while engine.standings().await.unwrap()[0].stopped_at.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, stopped).await.unwrap();
    assert_eq!(counts(&world).await.len() as i64, before);
    let decision = Decision { position: refused, by: "Mme Roy", because: "Fait divisé par zéro" };
    skip(&world.writer, "counter", decision).await.unwrap();
    let last = some(&world, &engine, 2).await;
    assert_eq!(counts(&world).await, [(1, 1), (2, 2), (last - 1, 3), (last, 4)]);
}

#[tokio::test]
async fn what_another_worker_wrote_meanwhile_is_read_back() {
    let (world, model) = (World::new().await, Arc::new(counter()));
    let first = engine(&world, &model).await;
    let _reading = run(&world, &first);
    some(&world, &first, 3).await;
    // Another takes the model over, reads one event, and leaves.
    let second = engine(&world, &Arc::new(counter())).await;
    second.catch_up().await.unwrap();
    write(&world).await;
    second.catch_up().await.unwrap();
    let last = some(&world, &first, 3).await;
    assert_eq!(counts(&world).await, (1..=last).map(|at| (at, at)).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_held_of_tables_that_a_rebuild_replaced_is_read_back() {
    let (world, model) = (World::new().await, Arc::new(counter()));
    let engine = engine(&world, &model).await;
    let _reading = run(&world, &engine);
    some(&world, &engine, 3).await;
    // The tables are wrong, and so is what was read of them: that is what a rebuild is asked for.
    world.writer.execute("update counter.seen set nth = nth + 100").await.unwrap();
    world.writer.execute("update subscriptions.models set swaps = swaps + 1").await.unwrap();
    let wrong = some(&world, &engine, 1).await;
    assert_eq!(counts(&world).await.last(), Some(&(wrong, 104)));
    engine.rebuild("counter", |_, _| {}).await.unwrap();
    let last = some(&world, &engine, 2).await;
    assert_eq!(counts(&world).await, (1..=last).map(|at| (at, at)).collect::<Vec<_>>());
}
