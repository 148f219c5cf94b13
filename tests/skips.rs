//! What cannot be folded, or cannot even be read, stops its reader; going on without it is a decision that is recorded.

mod raised;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::actor::{Actor, Capacity};
use domain::decider::Context;
use domain::directory::person::{self, Names, Person};
use domain::event::Recorded;
use domain::ids::{PersonId, SchoolYear, StreamId};
use infra::journal::Envelope;
use infra::subscriptions::{
    self, Decision, Follower, Prepared, ReadError, SkipError, Standing, Subscriber, Subscriptions, skip, skip_in_memory,
};
use sqlx::{Executor as _, PgConnection};
use tests::World;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Long enough for a machine under load; nobody waits for it unless something is broken.
const LONG: Duration = Duration::from_secs(20);

/// A read model of one row a position, whose fold cannot take some positions.
struct Strict {
    name: &'static str,
    version: i32,
    refuses: Vec<i64>,
}

fn strict(name: &'static str, refuses: &[i64]) -> Strict {
    Strict { name, version: 1, refuses: refuses.to_vec() }
}

#[async_trait::async_trait]
impl Subscriber for Strict {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn schema(&self) -> &'static str {
        "create table seen (position bigint primary key)"
    }

    async fn apply(&self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        for position in batch.iter().map(|recorded| recorded.position) {
            if self.refuses.contains(&position) {
                connection.execute("do $$ begin raise exception 'too heavy' using errcode = '22012'; end $$").await?;
            }
            sqlx::query("insert into seen values ($1)").bind(position).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Remembers what it was shown.
#[derive(Default)]
struct Witness(Mutex<Vec<i64>>);

impl Witness {
    fn saw(&self) -> Vec<i64> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Follower for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }

    async fn follow(&self, batch: &[Recorded]) {
        self.0.lock().unwrap().extend(batch.iter().map(|recorded| recorded.position));
    }
}

async fn engine(world: &World, models: Vec<Strict>, followers: Vec<Arc<dyn Follower>>) -> Subscriptions {
    let models = models.into_iter().map(|model| Arc::new(model) as Arc<dyn Subscriber>).collect();
    let engine = Subscriptions::new(world.writer.clone(), models, followers);
    engine.prepare(|_, _, _| {}).await.unwrap();
    engine
}

/// Reads until it is told to stop.
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

    async fn reaches(&self, reader: &'static str, position: i64) {
        self.engine.wait_for(reader, position, LONG).await.unwrap();
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
        let (actor, capacity, now) = (Actor::Import, Capacity::Machine, world.journal.now());
        let context = Context { actor, capacity, now, facts: (), facts_position: 0 };
        let envelope = Envelope::to(StreamId::new("person", person, SchoolYear::NONE));
        let command = person::Command::Register { person, names, origin: None };
        let receipt = world.journal.execute::<Person>(envelope, command, context).await.unwrap();
        last = receipt.last_position.unwrap();
    }
    last
}

/// A row of an aggregate that this program does not know, as a later version might have written it: it may be anybody's.
pub async fn write_unreadable(world: &World) -> i64 {
    write_unreadable_of(world, "unheard").await
}

/// A row whose payload no version of this program reads.
async fn write_unreadable_of(world: &World, aggregate: &str) -> i64 {
    let insert = "with head as (update journal.heads set position = position + 1 where journal = 1 returning position)
        insert into journal.events
        select $1, gen_random_uuid()::text, 1, 'Unheard', '9', '{\"Unheard\":{}}'::json, metadata, era, journal, head.position,
            school, actor, capacity, recorded_at, occurred_at, causation, correlation, facts_position, salt, mac, mac_key
        from journal.events, head where journal = 1 and events.position = 1 returning position";
    sqlx::query_scalar(insert).bind(aggregate).fetch_one(&mut world.owner().await).await.unwrap()
}

async fn seen(world: &World, model: &str) -> Vec<i64> {
    let rows = format!("select position from {model}.seen order by position");
    sqlx::query_scalar(&rows).fetch_all(&world.writer).await.unwrap()
}

fn all_but(last: i64, skipped: &[i64]) -> Vec<i64> {
    (1..=last).filter(|position| !skipped.contains(position)).collect()
}

async fn standing(world: &World, name: &str) -> Standing {
    let all = subscriptions::standings(&world.reader).await.unwrap();
    all.into_iter().find(|standing| standing.live && standing.name == name).unwrap()
}

/// Waits until a model stands stopped there.
async fn stopped(world: &World, name: &str, at: i64) {
    let noted = async {
        while standing(world, name).await.stopped_at != Some(at) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, noted).await.unwrap();
}

fn decided(position: i64) -> Decision<'static> {
    Decision { position, by: "Mme Okafor", because: "written twice by a proxy" }
}

#[tokio::test]
async fn a_running_worker_goes_on_past_a_skipped_event_and_the_others_are_untouched() {
    let world = World::new().await;
    let both = vec![strict("heavy", &[4]), strict("light", &[])];
    let worker = Worker::start(&world, engine(&world, both, vec![]).await);
    let last = write(&world, 6).await;
    worker.reaches("light", last).await;
    stopped(&world, "heavy", 4).await;
    assert_eq!(standing(&world, "heavy").await.position, 3);
    // As another process does: it has the database, and no more.
    skip(&world.writer, "heavy", decided(4)).await.unwrap();
    worker.reaches("heavy", last).await;
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[4]));
    assert_eq!(seen(&world, "light").await, all_but(last, &[]));
    let after = standing(&world, "heavy").await;
    assert_eq!((after.stopped_at, after.stopped_because), (None, None));
    let told = subscriptions::skips(&world.reader).await.unwrap();
    assert_eq!((told.len(), told[0].count), (1, 1));
    let last_told = &told[0].last;
    assert_eq!((last_told.model.as_str(), last_told.version, last_told.position), ("heavy", 1, 4));
    assert_eq!((last_told.by.as_str(), last_told.because.as_str()), ("Mme Okafor", "written twice by a proxy"));
    assert!(last_told.stopped_because.contains("too heavy"), "{}", last_told.stopped_because);
    worker.stop().await;
}

#[tokio::test]
async fn a_busy_worker_still_sees_that_a_stopped_model_may_go_on() {
    let world = World::new().await;
    let both = vec![strict("heavy", &[2]), strict("light", &[])];
    let worker = Worker::start(&world, engine(&world, both, vec![]).await);
    write(&world, 3).await;
    stopped(&world, "heavy", 2).await;
    let enough = AtomicBool::new(false);
    let busy = async {
        let mut last = 0;
        while !enough.load(Ordering::Relaxed) {
            last = write(&world, 1).await;
        }
        last
    };
    let decide = async {
        skip(&world.writer, "heavy", decided(2)).await.unwrap();
        worker.reaches("heavy", 3).await;
        enough.store(true, Ordering::Relaxed);
    };
    let (last, ()) = tokio::join!(busy, decide);
    worker.reaches("heavy", last).await;
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[2]));
    worker.stop().await;
}

#[tokio::test]
async fn a_skip_is_refused_in_words_unless_the_model_stands_stopped_there() {
    let world = World::new().await;
    let engine = engine(&world, vec![strict("heavy", &[4]), strict("light", &[])], vec![]).await;
    write(&world, 6).await;
    engine.catch_up().await.unwrap();
    let refused = async |model: &'static str, position| {
        skip(&world.writer, model, decided(position)).await.unwrap_err().to_string()
    };
    assert!(refused("light", 4).await.contains("light is not stopped: it stands at position 6"));
    assert!(refused("heavy", 5).await.contains("heavy is stopped at position 4, not at 5"));
    assert!(refused("nobody", 4).await.contains("no reader is called \"nobody\""));
    for unexplained in [Decision { because: " ", ..decided(4) }, Decision { by: "", ..decided(4) }] {
        assert!(matches!(skip(&world.writer, "heavy", unexplained).await, Err(SkipError::Unexplained)));
    }
    assert_eq!(standing(&world, "heavy").await.stopped_at, Some(4));
    assert!(subscriptions::skips(&world.reader).await.unwrap().is_empty());
    // Once is enough, and what was decided stays.
    skip(&world.writer, "heavy", decided(4)).await.unwrap();
    assert!(refused("heavy", 4).await.contains("heavy is not stopped"));
    let mut owner = world.owner().await;
    for change in ["update subscriptions.skips set because = 'x'", "delete from subscriptions.skips"] {
        let refusal = owner.execute(change).await.unwrap_err().to_string();
        assert!(refusal.contains("append-only"), "{refusal}");
    }
}

#[tokio::test]
async fn a_rebuild_honours_the_skips_of_its_version_and_the_next_version_tries_again() {
    let world = World::new().await;
    let first = engine(&world, vec![strict("heavy", &[2, 6])], vec![]).await;
    let last = write(&world, 6).await;
    for position in [2, 6] {
        first.catch_up().await.unwrap();
        assert_eq!(standing(&world, "heavy").await.stopped_at, Some(position));
        skip(&world.writer, "heavy", decided(position)).await.unwrap();
    }
    first.catch_up().await.unwrap();
    // The last event itself is skipped: the model is up to date all the same.
    assert_eq!(standing(&world, "heavy").await.position, last);
    world.writer.execute("delete from heavy.seen where position = 3").await.unwrap();
    first.rebuild("heavy", |_, _| {}).await.unwrap();
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[2, 6]));
    let told = subscriptions::skips(&world.reader).await.unwrap();
    assert_eq!((told[0].count, told[0].last.position), (2, 6));
    // The former decision was about another fold: a new one that cannot take the event either does not replace the live one.
    let worse = Subscriptions::new(
        world.writer.clone(),
        vec![Arc::new(Strict { version: 2, ..strict("heavy", &[2]) })],
        vec![],
    );
    let prepared = worse.prepare(|_, _, _| {}).await.unwrap();
    assert!(matches!(&prepared[..], [("heavy", Prepared::Stopped(row))] if row.position == 2), "{prepared:?}");
    assert_eq!(standing(&world, "heavy").await.version, 1);
    let mended = engine(&world, vec![Strict { version: 3, ..strict("heavy", &[]) }], vec![]).await;
    mended.catch_up().await.unwrap();
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[]));
}

#[tokio::test]
async fn a_stopped_model_that_is_rebuilt_goes_on_without_a_restart() {
    let world = World::new().await;
    let worker = Worker::start(&world, engine(&world, vec![strict("heavy", &[3])], vec![]).await);
    let last = write(&world, 4).await;
    stopped(&world, "heavy", 3).await;
    // The mended fold, in another process.
    let mended = engine(&world, vec![strict("heavy", &[])], vec![]).await;
    mended.rebuild("heavy", |_, _| {}).await.unwrap();
    worker.reaches("heavy", last).await;
    let last = write(&world, 1).await;
    worker.reaches("heavy", last).await;
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[]));
    worker.stop().await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_every_reader_before_it_and_no_writer() {
    let world = World::new().await;
    let witness = Arc::new(Witness::default());
    let readers = engine(&world, vec![strict("heavy", &[]), strict("light", &[])], vec![witness.clone()]).await;
    write(&world, 3).await;
    let unreadable = write_unreadable(&world).await;
    let worker = Worker::start(&world, readers);
    // Commands are decided and written as before.
    let last = write(&world, 2).await;
    for name in ["heavy", "light"] {
        stopped(&world, name, unreadable).await;
        let stands = standing(&world, name).await;
        assert_eq!(stands.position, unreadable - 1);
        assert!(stands.stopped_because.unwrap().contains("unheard"));
        assert_eq!(seen(&world, name).await, all_but(unreadable - 1, &[]));
    }
    let halted = async {
        while worker.engine.halted("witness").is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, halted).await.unwrap();
    assert_eq!(worker.engine.halted("witness").unwrap().position, unreadable);
    assert_eq!(witness.saw(), all_but(unreadable - 1, &[]));
    // Each reader has its own decision.
    skip(&world.writer, "heavy", decided(unreadable)).await.unwrap();
    worker.reaches("heavy", last).await;
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[unreadable]));
    assert_eq!(standing(&world, "light").await.stopped_at, Some(unreadable));
    assert_eq!(witness.saw(), all_but(unreadable - 1, &[]));
    let readable = skip_in_memory(&world.writer, "witness", decided(last)).await;
    assert!(matches!(readable, Err(SkipError::Readable { .. })));
    skip_in_memory(&world.writer, "witness", decided(unreadable)).await.unwrap();
    worker.reaches("witness", last).await;
    assert_eq!(witness.saw(), all_but(last, &[unreadable]));
    assert!(worker.engine.halted("witness").is_none());
    let twice = skip_in_memory(&world.writer, "witness", decided(unreadable)).await;
    assert!(matches!(twice, Err(SkipError::Already { .. })));
    worker.stop().await;
}

#[tokio::test]
async fn a_rebuild_stops_at_a_row_that_cannot_be_read_and_passes_it_when_it_is_skipped() {
    let world = World::new().await;
    let engine = engine(&world, vec![strict("heavy", &[])], vec![]).await;
    write(&world, 2).await;
    let unreadable = write_unreadable(&world).await;
    let last = write(&world, 2).await;
    let told = engine.rebuild("heavy", |_, _| {}).await.unwrap_err();
    assert!(matches!(told, ReadError::Row { position, .. } if position == unreadable), "{told}");
    engine.catch_up().await.unwrap();
    skip(&world.writer, "heavy", decided(unreadable)).await.unwrap();
    engine.rebuild("heavy", |_, _| {}).await.unwrap();
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[unreadable]));
    // A follower that starts afterwards still asks for a decision of its own.
    let witness = Arc::new(Witness::default());
    let late = Subscriptions::new(world.writer.clone(), vec![], vec![witness.clone()]);
    late.catch_up().await.unwrap();
    assert_eq!(late.halted("witness").unwrap().position, unreadable);
    assert_eq!(witness.saw(), all_but(unreadable - 1, &[]));
}

#[tokio::test]
async fn a_row_that_cannot_be_decoded_stops_those_alone_who_fold_its_aggregate() {
    let world = World::new().await;
    write(&world, 2).await;
    let unreadable = write_unreadable_of(&world, "person").await;
    let mut models = api::worker::read_models();
    models.push(Arc::new(strict("everything", &[])));
    let engine = Subscriptions::new(world.writer.clone(), models, vec![]);
    engine.prepare(|_, _, _| {}).await.unwrap();
    engine.catch_up().await.unwrap();
    assert_eq!(standing(&world, "everything").await.stopped_at, Some(unreadable));
    // What is written in textbooks says nothing of persons: shown beside another reader or alone, it is all there.
    for name in ["pupil", "teacher", "principal", "inspector"] {
        let standing = standing(&world, name).await;
        assert_eq!((standing.position, standing.stopped_at), (unreadable, None), "{name}");
        engine.rebuild(name, |_, _| {}).await.unwrap();
    }
}
