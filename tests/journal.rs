//! The journal keeps what it acknowledged, once, in order, sealed; the untouched stock stack reads it.

use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{CqrsFramework, EventStore as _};
use domain::actor::{Actor, Capacity};
use domain::decider::Context;
use domain::directory::establishment::{self, Identity, Level, School};
use domain::directory::person::{self, Names, Person};
use domain::ids::{PersonId, SchoolId, SchoolYear, StreamId};
use domain::personal::{Sealed, SealedCell};
use infra::journal::stock::{Root, Store, Stored};
use infra::journal::{Envelope, ExecuteError, Receipt};
use infra::subscriptions;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Executor as _, Row as _};
use tests::World;
use uuid::Uuid;

fn by_the_feed<F: Default>(now: Timestamp) -> Context<F> {
    Context { actor: Actor::Import, capacity: Capacity::Machine, now, facts: F::default(), facts_position: 0 }
}

fn someone(number: u128) -> (StreamId, person::Command) {
    let person = PersonId(Uuid::from_u128(number));
    let names = Names { family: "Fofana-Témoin".into(), given: "Inès".into(), title: None };
    (StreamId::new("person", person, SchoolYear::NONE), person::Command::Register { person, names, origin: None })
}

fn renamed(family: &str) -> person::Command {
    person::Command::CorrectNames { names: Names { family: family.into(), given: "Inès".into(), title: None } }
}

async fn register(world: &World, number: u128) -> (StreamId, Receipt) {
    let (stream, command) = someone(number);
    let context = by_the_feed(world.journal.now());
    (stream, world.journal.execute::<Person>(Envelope::to(stream), command, context).await.unwrap())
}

#[tokio::test]
async fn a_receipt_says_version_and_positions() {
    let world = World::new().await;
    let (stream, receipt) = register(&world, 1).await;
    assert_eq!(receipt, Receipt { version: 1, first_position: Some(1), last_position: Some(1) });
    let context = by_the_feed(world.journal.now());
    let nothing = world.journal.execute::<Person>(Envelope::to(stream), someone(1).1, context).await.unwrap();
    assert_eq!(nothing, Receipt { version: 1, first_position: None, last_position: None });
}

#[tokio::test]
async fn the_untouched_stock_stack_reads_a_stream_written_by_us() {
    let world = World::new().await;
    let (stream, _) = register(&world, 1).await;
    let context = by_the_feed(world.journal.now());
    world.journal.execute::<Person>(Envelope::to(stream), renamed("Fofana-Diop"), context).await.unwrap();
    let repository = postgres_es::PostgresEventRepository::new(world.reader.clone())
        .with_tables("journal.events", "journal.snapshots");
    let raw = repository.get_events::<Root<Person>>(&stream.key()).await.unwrap();
    assert_eq!(
        raw.iter().map(|event| event.event_type.as_str()).collect::<Vec<_>>(),
        ["PersonRegistered", "NamesCorrected"]
    );
    let stock = PersistedEventStore::<_, Root<Person>>::new_event_store(repository);
    let events = stock.load_events(&stream.key()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(events[0].metadata["actor"], "import");
    assert_eq!(events[0].metadata["capacity"], "machine");
    let Stored(person::Event::PersonRegistered { names, .. }) = &events[0].payload else { panic!() };
    assert!(names.sealed().is_some() && names.clear().is_none());
}

#[tokio::test]
async fn the_stock_framework_writes_through_our_store() {
    let world = World::new().await;
    let store = Store::<Person>::new(world.journal.clone(), by_the_feed(world.journal.now()));
    let framework = CqrsFramework::new(store, vec![], by_the_feed(world.journal.now()));
    let (stream, command) = someone(5);
    framework.execute(&stream.key(), command).await.unwrap();
    framework.execute(&stream.key(), renamed("Autre")).await.unwrap();
    let (_, version) = world.journal.state::<Person>(stream).await.unwrap();
    assert_eq!(version, 2);
}

#[tokio::test]
async fn concurrent_commands_are_dense_and_in_order() {
    let world = World::new().await;
    let journal = &world.journal;
    let commands = (1..=300).map(|number| async move {
        let (stream, command) = someone(number);
        journal.execute::<Person>(Envelope::to(stream), command, by_the_feed(journal.now())).await.unwrap()
    });
    let receipts = futures(commands).await;
    let mut positions: Vec<_> = receipts.iter().filter_map(|receipt| receipt.last_position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=300).collect::<Vec<i64>>());
    let batch = subscriptions::read(&world.reader, 0, 1000).await.unwrap();
    assert_eq!(batch.len(), 300);
}

async fn futures<T>(tasks: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut set = Vec::new();
    let mut tasks: Vec<_> = tasks.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        tasks.retain_mut(|task| match task.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                set.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if tasks.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    set
}

#[tokio::test]
async fn a_repeated_command_returns_its_first_receipt() {
    let world = World::new().await;
    let (stream, command) = someone(1);
    let envelope = Envelope { key: Some("k1".into()), ..Envelope::to(stream) };
    let context = by_the_feed(world.journal.now());
    let first = world.journal.execute::<Person>(envelope.clone(), command, context.clone()).await.unwrap();
    let rename = Envelope { key: Some("k2".into()), ..Envelope::to(stream) };
    let second = world.journal.execute::<Person>(rename.clone(), renamed("A"), context.clone()).await.unwrap();
    assert_eq!(world.journal.execute::<Person>(rename.clone(), renamed("A"), context.clone()).await.unwrap(), second);
    let elsewhere = world.another_process().await;
    assert_eq!(elsewhere.execute::<Person>(rename.clone(), renamed("A"), context.clone()).await.unwrap(), second);
    let reused = elsewhere.execute::<Person>(rename, renamed("B"), context).await;
    assert!(matches!(reused, Err(ExecuteError::KeyReused)));
    assert_eq!(first.last_position, Some(1));
    assert_eq!(subscriptions::read(&world.reader, 0, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn if_match_refuses_a_version_that_is_past() {
    let world = World::new().await;
    let (stream, _) = register(&world, 1).await;
    let context = by_the_feed(world.journal.now());
    let stale = Envelope { expected: Some(0), ..Envelope::to(stream) };
    let refused = world.journal.execute::<Person>(stale, renamed("A"), context.clone()).await;
    assert!(matches!(refused, Err(ExecuteError::Conflict { actual: 1 })));
    let fresh = Envelope { expected: Some(1), ..Envelope::to(stream) };
    assert_eq!(world.journal.execute::<Person>(fresh, renamed("A"), context).await.unwrap().version, 2);
}

#[tokio::test]
async fn two_processes_on_one_stream_both_write_in_turn() {
    let world = World::new().await;
    let (stream, _) = register(&world, 1).await;
    let other = world.another_process().await;
    for turn in 0..10 {
        let journal = if turn % 2 == 0 { &world.journal } else { &other };
        let context = by_the_feed(journal.now());
        let receipt =
            journal.execute::<Person>(Envelope::to(stream), renamed(&format!("N{turn}")), context).await.unwrap();
        assert_eq!(receipt.version, turn + 2);
    }
    let (left, right) = tokio::join!(
        world.journal.execute::<Person>(Envelope::to(stream), renamed("L"), by_the_feed(other.now())),
        other.execute::<Person>(Envelope::to(stream), renamed("R"), by_the_feed(other.now())),
    );
    let mut versions = [left.unwrap().version, right.unwrap().version];
    versions.sort_unstable();
    assert_eq!(versions, [12, 13]);
    assert_eq!(subscriptions::read(&world.reader, 0, 100).await.unwrap().len(), 13);
}

#[tokio::test]
async fn that_nothing_changes_is_not_told_from_memory_alone() {
    let world = World::new().await;
    let (stream, _) = register(&world, 1).await;
    let other = world.another_process().await;
    let on = jiff::civil::date(2026, 11, 17);
    let (leave, come_back) = (person::Command::Deactivate { on }, person::Command::Reactivate { on });
    let mut versions = vec![];
    for (journal, command) in [(&world.journal, leave.clone()), (&other, come_back), (&world.journal, leave)] {
        let context = by_the_feed(journal.now());
        versions.push(journal.execute::<Person>(Envelope::to(stream), command, context).await.unwrap().version);
    }
    assert_eq!(versions, [2, 3, 4]);
}

#[tokio::test]
async fn a_guard_that_no_longer_holds_refuses_the_command_and_lets_others_through() {
    let world = World::new().await;
    let (first, _) = register(&world, 1).await;
    let (second, _) = register(&world, 2).await;
    let context = by_the_feed(world.journal.now());
    let guarded = |version| Envelope { guards: vec![(first, version)], ..Envelope::to(second) };
    let (refused, innocent) = tokio::join!(
        world.journal.execute::<Person>(guarded(0), renamed("A"), context.clone()),
        world.journal.execute::<Person>(Envelope::to(first), renamed("B"), context.clone()),
    );
    assert!(matches!(refused, Err(ExecuteError::Stale)));
    assert_eq!(innocent.unwrap().version, 2);
    assert_eq!(world.journal.execute::<Person>(guarded(2), renamed("A"), context).await.unwrap().version, 2);
}

#[tokio::test]
async fn recorded_time_never_goes_back() {
    let world = World::new().await;
    register(&world, 1).await;
    world.clock.set(tests::tuesday_evening() - SignedDuration::from_hours(1));
    register(&world, 2).await;
    let batch = subscriptions::read(&world.reader, 0, 10).await.unwrap();
    assert_eq!(batch[1].recorded_at, batch[0].recorded_at);
}

#[tokio::test]
async fn nobody_changes_the_past() {
    let world = World::new().await;
    register(&world, 1).await;
    let refused = [
        "update journal.events set actor = 'x'",
        "delete from journal.events",
        "truncate journal.events",
        "truncate journal.events_0",
        "delete from journal.command_log",
        "update journal.events_0 set actor = 'x'",
    ];
    for change in refused {
        for pool in [&world.writer, &world.reader] {
            let error = pool.execute(change).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{change}");
        }
        let error = world.owner().await.execute(change).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "0A000", "{change}");
    }
    let replica = format!("set session_replication_role = replica; {}", refused[0]);
    assert!(world.owner().await.execute(sqlx::raw_sql(&replica)).await.is_err());
    let mut owner = world.owner().await;
    let triggers = "select count(*) from pg_trigger t join pg_inherits i on i.inhrelid = t.tgrelid
        where i.inhparent = 'journal.events'::regclass and t.tgenabled = 'A' and not t.tgisinternal";
    let partitions = "select count(*) from pg_inherits where inhparent = 'journal.events'::regclass";
    let count = |row: sqlx::postgres::PgRow| row.get::<i64, _>(0);
    let triggers = count(owner.fetch_one(triggers).await.unwrap());
    assert_eq!(triggers, 2 * count(owner.fetch_one(partitions).await.unwrap()));
}

#[tokio::test]
async fn a_school_year_is_one_partition() {
    let world = World::new().await;
    let school = SchoolId::of("0990001X");
    let identity = Identity {
        uai: "0990001X".into(),
        name: "Collège".into(),
        town: None,
        academy: None,
        level: Level::College,
        time_zone: "Europe/Paris".into(),
        holiday_zone: None,
    };
    let context = by_the_feed(world.journal.now());
    let stream = StreamId::new("school", school, SchoolYear::NONE);
    let register = establishment::Command::Register { identity };
    world.journal.execute::<School>(Envelope::to(stream), register, context).await.unwrap();
    let group = domain::ids::GroupId::of(school, SchoolYear(2026), "4B");
    let description = domain::directory::group::Description {
        sort: domain::directory::group::Sort::Class,
        code: "4B".into(),
        label: "4EME B".into(),
        curricula: vec![],
        classes: vec![],
    };
    let open = domain::directory::group::Command::Open { school, year: SchoolYear(2026), description };
    let stream = StreamId::new("group", group, SchoolYear(2026));
    let context = by_the_feed(world.journal.now());
    world.journal.execute::<domain::directory::group::Group>(Envelope::to(stream), open, context).await.unwrap();
    let row =
        world.reader.fetch_one("select tableoid::regclass::text, position from journal.events where era = 2026").await;
    let row = row.unwrap();
    assert_eq!((row.get::<String, _>(0).as_str(), row.get::<i64, _>(1)), ("journal.events_2026", 2));
}

#[tokio::test]
async fn a_name_is_sealed_and_opens_only_in_its_own_row() {
    let world = World::new().await;
    register(&world, 1).await;
    register(&world, 2).await;
    let row = world
        .reader
        .fetch_one("select string_agg(payload::text || metadata::text, '') from journal.events")
        .await
        .unwrap();
    assert!(!row.get::<String, _>(0).contains("Fofana"));
    let batch = subscriptions::read(&world.reader, 0, 10).await.unwrap();
    let cell = |at: usize| match &batch[at].fact {
        domain::event::Fact::Person(person::Event::PersonRegistered { names, .. }) => batch[at].cell(names).unwrap(),
        _ => panic!(),
    };
    let opened = world.vault.open_one(&cell(0)).await.unwrap().unwrap();
    assert!(opened.contains("Fofana-Témoin"));
    let moved = SealedCell { sequence: 2, ..cell(0) };
    assert!(world.vault.open_one(&moved).await.unwrap().is_none());
    let mut swapped = cell(0);
    let other = cell(1).sealed.read().unwrap().sealed_box.clone();
    swapped.sealed = Sealed { sealed_box: other, ..cell(0).sealed.read().unwrap().into_owned() }.into();
    assert!(world.vault.open_one(&swapped).await.unwrap().is_none());
    // It was refused, and the keys that were made for it are still good for what is in its place.
    assert!(world.vault.open_one(&cell(0)).await.unwrap().unwrap() == opened);
    assert!(world.vault.open_one(&moved).await.unwrap().is_none());
}

#[tokio::test]
async fn a_name_that_was_just_read_no_longer_opens_once_its_key_is_destroyed() {
    let world = World::new().await;
    register(&world, 1).await;
    register(&world, 2).await;
    let batch = subscriptions::read(&world.reader, 0, 10).await.unwrap();
    let cell = |at: usize| match &batch[at].fact {
        domain::event::Fact::Person(person::Event::PersonRegistered { names, .. }) => batch[at].cell(names).unwrap(),
        _ => panic!(),
    };
    let (first, other) = (cell(0), cell(1));
    assert!(world.vault.open(&[&first, &other]).await.unwrap().iter().all(Option::is_some));
    let sealed = first.sealed.read().unwrap();
    let name = (sealed.about.clone(), sealed.class, batch[0].stream.era);
    world.vault.destroy(&[name]).await.unwrap();
    let left = world.vault.open(&[&first, &other]).await.unwrap();
    assert!(left[0].is_none() && left[1].is_some());
}

#[tokio::test]
async fn every_row_carries_what_the_ledger_needs() {
    let world = World::new().await;
    register(&world, 1).await;
    let row = world
        .reader
        .fetch_one(sqlx::query("select payload::text, metadata::text, salt, mac, mac_key, (extract(epoch from recorded_at) * 1000000)::bigint
            from journal.events"))
        .await
        .unwrap();
    let key =
        std::fs::read(world.data_dir.path().join(format!("keys/writers/{}.key", row.get::<String, _>(4)))).unwrap();
    let batch = subscriptions::read(&world.reader, 0, 1).await.unwrap();
    let domain::event::Fact::Person(person::Event::PersonRegistered { names, .. }) = &batch[0].fact else { panic!() };
    let parts = [infra::ledger::leaf::Part::of(&names.sealed().unwrap()).unwrap()];
    let record = infra::ledger::leaf::Record {
        aggregate_type: "person",
        aggregate_id: &batch[0].stream.key(),
        sequence: 1,
        event_type: "PersonRegistered",
        event_version: "1",
        recorded_at_us: row.get(5),
        actor: "import",
        salt: row.get::<&[u8], _>(2).try_into().unwrap(),
        payload: row.get(0),
        metadata: row.get(1),
        parts: &parts,
    };
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    assert_eq!(record.mac(&key).to_vec(), row.get::<Vec<u8>, _>(3));
}

#[tokio::test]
async fn every_statement_is_understood_by_a_migrated_database() {
    let world = World::new().await;
    let mut owner = world.owner().await;
    let readers = subscriptions::statements().chain(infra::relay::statements());
    let readers = readers.chain(infra::checkup::STATEMENTS).chain(infra::desk::STATEMENTS);
    let readers = readers.chain(infra::looks::STATEMENTS);
    let readers = readers.map(|(name, sql)| (name, sql.to_owned()));
    for (name, sql) in infra::journal::append::statements().into_iter().chain(readers) {
        let prepared = format!("prepare \"{name}\" as {sql}");
        owner.execute(prepared.as_str()).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
    let mut vault: sqlx::PgConnection = sqlx::Connection::connect(&world.vault_url).await.unwrap();
    for (name, sql) in infra::vault::statements() {
        let prepared = format!("prepare \"{name}\" as {sql}");
        vault.execute(prepared.as_str()).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}
