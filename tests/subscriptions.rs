//! Readers of the journal: each sees every position once, one alone writes a read model, and what cannot be read is said.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::actor::{Actor, Capacity};
use domain::decider::Context;
use domain::directory::person::{self, Names, Person};
use domain::event::Recorded;
use domain::ids::{PersonId, SchoolYear, StreamId};
use infra::journal::Envelope;
use infra::subscriptions::{Follower, ReadError, Standing, Subscriber, Subscriptions};
use sqlx::{Executor as _, PgConnection};
use tests::World;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Long enough for a machine under load; nobody waits for it unless something is broken.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(300);

/// The smallest read model: a row for each position, and which fold wrote it.
struct Tally {
    name: &'static str,
    version: i32,
    /// Refuses this position with an error of that SQLSTATE, so many times.
    refuses: Option<(i64, &'static str)>,
    refusals: AtomicU32,
}

fn tally(name: &'static str) -> Tally {
    Tally { name, version: 1, refuses: None, refusals: AtomicU32::new(0) }
}

#[async_trait::async_trait]
impl Subscriber for Tally {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn schema(&self) -> &'static str {
        "create table seen (position bigint primary key, version integer not null)"
    }

    async fn apply(&self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        for position in batch.iter().map(|recorded| recorded.position) {
            if let Some((_, code)) = self.refuses.filter(|(refused, _)| *refused == position)
                && self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
            {
                let raise = format!("do $$ begin raise exception 'cannot be folded' using errcode = '{code}'; end $$");
                connection.execute(raise.as_str()).await?;
            }
            let insert = sqlx::query("insert into seen values ($1, $2)").bind(position).bind(self.version);
            insert.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Remembers what it was shown.
#[derive(Default)]
struct Witness(Mutex<Vec<i64>>);

#[async_trait::async_trait]
impl Follower for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }

    async fn follow(&self, batch: &[Recorded]) {
        self.0.lock().unwrap().extend(batch.iter().map(|recorded| recorded.position));
    }
}

async fn engine(world: &World, models: Vec<Tally>) -> Subscriptions {
    let models = models.into_iter().map(|model| Arc::new(model) as Arc<dyn Subscriber>).collect();
    let engine = Subscriptions::new(world.writer.clone(), models, vec![]);
    engine.prepare(|_, _, _| {}).await.unwrap();
    engine
}

/// A process that reads until it is told to stop.
struct Worker {
    engine: Subscriptions,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Worker {
    fn start(world: &World, engine: Subscriptions) -> Self {
        let (cancel, head) = (CancellationToken::new(), world.journal.head());
        let (running, until) = (engine.clone(), cancel.clone());
        Self { engine, cancel, task: tokio::spawn(async move { running.run(head, until).await }) }
    }

    async fn reaches(&self, model: &'static str, position: i64) {
        self.engine.wait_for(model, position, LONG).await.unwrap();
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

/// So many persons more; the last position.
async fn write(world: &World, count: usize) -> i64 {
    let mut last = 0;
    for _ in 0..count {
        let person = PersonId(Uuid::new_v4());
        let names = Names { family: "Fofana".into(), given: "Inès".into(), title: None };
        let context = Context {
            actor: Actor::Import,
            capacity: Capacity::Machine,
            now: world.journal.now(),
            facts: domain::directory::person::Facts::default(),
            facts_position: 0,
        };
        let (stream, command) = (
            StreamId::new("person", person, SchoolYear::NONE),
            person::Command::Register { person, names, origin: None },
        );
        let receipt = world.journal.execute::<Person>(Envelope::to(stream), command, context).await.unwrap();
        last = receipt.last_position.unwrap();
    }
    last
}

/// Positions, and the version of the fold that wrote each.
async fn seen(world: &World, model: &str) -> Vec<(i64, i32)> {
    let rows = format!("select position, version from {model}.seen order by position");
    sqlx::query_as(&rows).fetch_all(&world.writer).await.unwrap()
}

fn by(version: i32, last: i64) -> Vec<(i64, i32)> {
    (1..=last).map(|position| (position, version)).collect()
}

async fn standing(engine: &Subscriptions, name: &str) -> Standing {
    engine.standings().await.unwrap().into_iter().find(|standing| standing.live && standing.name == name).unwrap()
}

#[tokio::test]
async fn a_worker_that_lost_its_place_cannot_advance() {
    let world = World::new().await;
    let first = Worker::start(&world, engine(&world, vec![tally("tally")]).await);
    let before = write(&world, 5).await;
    first.reaches("tally", before).await;
    let second = Worker::start(&world, engine(&world, vec![tally("tally")]).await);
    second.reaches("tally", before).await;
    let after = write(&world, 5).await;
    second.reaches("tally", after).await;
    // It writes nothing any more, yet knows how far the other is: what waits here waits for that.
    first.reaches("tally", after).await;
    assert_eq!(seen(&world, "tally").await, by(1, after));
    second.stop().await;
    // The other has left with an event unread: the model is taken back.
    let last = write(&world, 1).await;
    first.reaches("tally", last).await;
    assert_eq!(seen(&world, "tally").await, by(1, last));
    first.stop().await;
}

#[tokio::test]
async fn a_worker_that_could_not_take_its_place_at_its_start_takes_it_later() {
    let world = World::new().await;
    let engine = engine(&world, vec![tally("tally")]).await;
    world.owner().await.execute("revoke update on subscriptions.models from palimpseste_writer").await.unwrap();
    let worker = Worker::start(&world, engine.clone());
    let last = write(&world, 3).await;
    engine.wait_for("tally", last, SHORT).await.unwrap_err();
    world.owner().await.execute("grant update on subscriptions.models to palimpseste_writer").await.unwrap();
    worker.reaches("tally", last).await;
    assert_eq!(seen(&world, "tally").await, by(1, last));
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_of_another_version_loses_its_place_to_the_rebuilt_tables() {
    let world = World::new().await;
    let old = Worker::start(&world, engine(&world, vec![tally("tally")]).await);
    let before = write(&world, 5).await;
    old.reaches("tally", before).await;
    let new = engine(&world, vec![Tally { version: 2, ..tally("tally") }]).await;
    let after = write(&world, 1).await;
    old.engine.wait_for("tally", after, SHORT).await.unwrap_err();
    assert_eq!(seen(&world, "tally").await, by(2, before));
    new.catch_up().await.unwrap();
    assert_eq!(seen(&world, "tally").await, by(2, after));
    old.stop().await;
}

#[tokio::test]
async fn a_rebuild_goes_on_after_a_kill_while_the_live_model_serves() {
    let world = World::new().await;
    let worker = Worker::start(&world, engine(&world, vec![tally("tally")]).await);
    // More than two batches of a rebuild, written at once.
    let before = many(&world, 4_500).await;
    worker.reaches("tally", before).await;
    world.writer.execute("delete from tally.seen where position = 7").await.unwrap();
    let rebuilding = engine(&world, vec![tally("tally")]).await;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    let killed = rebuilding.rebuild("tally", |at, _| {
        if at > 0 {
            stop.take().map(|stop| stop.send(()));
        }
    });
    tokio::select! { biased; _ = stopped => {}, done = killed => panic!("not killed: {done:?}") }
    let standings = rebuilding.standings().await.unwrap();
    let beside = standings.iter().find(|standing| !standing.live).unwrap();
    assert!((1..before).contains(&beside.position));
    // The live one serves, and advances.
    let meanwhile = write(&world, 1).await;
    worker.reaches("tally", meanwhile).await;
    assert_eq!(seen(&world, "tally").await.len() as i64, meanwhile - 1);
    let (resumed, mut positions) = (beside.position, Vec::new());
    rebuilding.rebuild("tally", |at, _| positions.push(at)).await.unwrap();
    assert_eq!(positions[0], resumed);
    assert_eq!(seen(&world, "tally").await, by(1, meanwhile));
    assert!(rebuilding.standings().await.unwrap().iter().all(|standing| standing.live));
    let after = write(&world, 3).await;
    worker.reaches("tally", after).await;
    assert_eq!(seen(&world, "tally").await, by(1, after));
    worker.stop().await;
}

/// The same as [`write`], many at a time.
async fn many(world: &World, count: usize) -> i64 {
    let each = std::iter::repeat_n(count / 50, 50).map(|count| write(world, count));
    let mut tasks: Vec<_> = each.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        tasks.retain_mut(|task| task.as_mut().poll(context).is_pending());
        if tasks.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    infra::subscriptions::head(&world.reader).await.unwrap()
}

#[tokio::test]
async fn an_event_that_cannot_be_folded_stops_its_model_alone_until_the_next_start() {
    let world = World::new().await;
    let poisoned = Tally { refuses: Some((4, "22012")), refusals: AtomicU32::new(u32::MAX), ..tally("poisoned") };
    let engine_of_both = engine(&world, vec![poisoned, tally("healthy")]).await;
    let last = write(&world, 6).await;
    engine_of_both.catch_up().await.unwrap();
    let stopped = standing(&engine_of_both, "poisoned").await;
    assert_eq!((stopped.position, stopped.stopped_at), (3, Some(4)));
    assert!(stopped.stopped_because.unwrap().contains("cannot be folded"));
    assert_eq!(seen(&world, "poisoned").await, by(1, 3));
    assert_eq!(standing(&engine_of_both, "healthy").await.stopped_at, None);
    assert_eq!(seen(&world, "healthy").await, by(1, last));
    // The fold is mended: the next start tries again from there.
    let mended = engine(&world, vec![tally("poisoned")]).await;
    mended.catch_up().await.unwrap();
    let going = standing(&mended, "poisoned").await;
    assert_eq!((going.position, going.stopped_at, going.stopped_because), (last, None, None));
    assert_eq!(seen(&world, "poisoned").await, by(1, last));
}

#[tokio::test]
async fn a_database_that_is_unwell_stops_no_model() {
    let world = World::new().await;
    for (name, code) in [("deadlocked", "40P01"), ("crowded", "53100"), ("cancelled", "57014")] {
        let unwell = Tally { refuses: Some((2, code)), refusals: AtomicU32::new(3), ..tally(name) };
        let engine = engine(&world, vec![unwell]).await;
        let last = write(&world, 3).await;
        engine.catch_up().await.unwrap();
        assert_eq!(standing(&engine, name).await.stopped_at, None);
        assert_eq!(seen(&world, name).await, by(1, last));
    }
}

#[tokio::test]
async fn a_follower_sees_every_position_once_whatever_the_models_do() {
    let world = World::new().await;
    let witness = Arc::new(Witness::default());
    let slow = Tally { refuses: Some((3, "22012")), refusals: AtomicU32::new(u32::MAX), ..tally("stopped") };
    let engine = Subscriptions::new(world.writer.clone(), vec![Arc::new(slow)], vec![witness.clone()]);
    engine.prepare(|_, _, _| {}).await.unwrap();
    write(&world, 4).await;
    engine.catch_up().await.unwrap();
    let worker = Worker::start(&world, engine);
    let last = write(&world, 4).await;
    worker.reaches("witness", last).await;
    worker.stop().await;
    assert_eq!(*witness.0.lock().unwrap(), (1..=last).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_hole_in_the_positions_is_an_error_and_nothing_passes_it() {
    let world = World::new().await;
    let engine = engine(&world, vec![tally("tally")]).await;
    write(&world, 6).await;
    let mut owner = world.owner().await;
    assert!(owner.execute("delete from journal.events where position = 4").await.is_err());
    owner.execute("alter table journal.events disable trigger no_change").await.unwrap();
    owner.execute("alter table journal.events_0 disable trigger no_change").await.unwrap();
    owner.execute("delete from journal.events where position = 4").await.unwrap();
    let told = engine.catch_up().await.unwrap_err();
    assert!(matches!(told, ReadError::Hole { expected: 4, found: 5 }), "{told}");
    assert_eq!(standing(&engine, "tally").await.position, 0);
}

#[tokio::test]
async fn who_waits_for_a_reader_is_told_in_bounded_time_that_it_is_behind() {
    let world = World::new().await;
    let engine = engine(&world, vec![tally("tally")]).await;
    let last = write(&world, 2).await;
    let asked = Instant::now();
    let behind = engine.wait_for("tally", last, SHORT).await.unwrap_err();
    assert_eq!((behind.model, behind.position), ("tally", last));
    assert!(asked.elapsed() >= SHORT && asked.elapsed() < LONG);
    engine.wait_for("nobody", last, LONG).await.unwrap_err();
    engine.catch_up().await.unwrap();
    engine.wait_for("tally", last, SHORT).await.unwrap();
}
