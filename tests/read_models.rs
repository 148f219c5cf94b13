//! What the read models promise together, on real tables: any split of a history into batches gives the same rows, every SQL text
//! prepares, and a rebuild gives the tables that are served. What each one answers is told in its own file.

mod inspector;
mod principal;
mod pupil;
mod teacher;

use std::collections::BTreeSet;

use api::worker::read_models;
use domain::actor::{Actor, Capacity};
use domain::calendar::YearBounds;
use domain::decider::Context;
use domain::event::{Fact, Recorded};
use domain::ids::{EntryId, StreamId};
use domain::textbook::entry::{LessonRef, NewFraming, NewResource, Purpose};
use domain::textbook::homework::{DueRef, HomeworkKind, NewHomework};
use domain::textbook::{Command, Event, Facts, Textbook};
use infra::journal::Envelope;
use infra::subscriptions::Subscriptions;
use jiff::SignedDuration;
use jiff::civil::{Date, date, time};
use jiff::tz::TimeZone;
use projections::Start;
use projections::history::*;
use sqlx::{Executor as _, PgPool};
use tests::{World, tuesday_evening};

/// The tables of every read model, made by the engine and filled by hand.
struct Database(World);

impl Database {
    async fn new() -> Self {
        let world = World::new().await;
        Subscriptions::new(world.writer.clone(), read_models(), vec![]).prepare(|_, _, _| {}).await.unwrap();
        Self(world)
    }

    /// One that holds the whole history.
    async fn filled() -> Self {
        let database = Self::new().await;
        database.apply(&history(), 5).await;
        database
    }

    fn pool(&self) -> &PgPool {
        &self.0.writer
    }

    async fn apply(&self, history: &[Recorded], size: usize) {
        for model in projections::all() {
            for batch in history.chunks(size) {
                let mut transaction = self.pool().begin().await.unwrap();
                transaction.execute(format!("set local search_path to {}", model.name()).as_str()).await.unwrap();
                model.folding(Start::Anywhere).apply(&mut transaction, batch).await.unwrap();
                transaction.commit().await.unwrap();
            }
        }
    }

    async fn empty(&self) {
        for (schema, table) in self.tables().await {
            self.pool().execute(format!("truncate {schema}.{table}").as_str()).await.unwrap();
        }
    }

    async fn tables(&self) -> Vec<(String, String)> {
        let names: Vec<_> = projections::all().iter().map(|model| model.name().to_owned()).collect();
        let tables = "select schemaname::text, tablename::text from pg_tables where schemaname = any($1) order by 1, 2";
        let tables: Vec<(String, String)> = sqlx::query_as(tables).bind(names).fetch_all(self.pool()).await.unwrap();
        assert_eq!(tables.len(), 11);
        tables
    }

    /// Every row of every table, in one order.
    async fn dump(&self) -> String {
        let mut dump = String::new();
        for (schema, table) in self.tables().await {
            let rows = format!("select '{schema}.{table} ' || t::text from {schema}.{table} t order by 1");
            for row in sqlx::query_scalar::<_, String>(&rows).fetch_all(self.pool()).await.unwrap() {
                dump.push_str(&row);
                dump.push('\n');
            }
        }
        dump
    }
}

/// The kinds of event of the cahier de textes, numbered: a new kind does not compile until the history has it.
fn kind(event: &Event) -> usize {
    match event {
        Event::TextbookOpened { .. } => 0,
        Event::EntryPublished { .. } => 1,
        Event::EntryRevised { .. } => 2,
        Event::EntryWithdrawn { .. } => 3,
        Event::HomeworkGiven { .. } => 4,
        Event::HomeworkRevised { .. } => 5,
        Event::HomeworkWithdrawn { .. } => 6,
    }
}

fn kinds(history: &[Recorded]) -> Vec<usize> {
    let of = |recorded: &Recorded| match &recorded.fact {
        Fact::Textbook(event) => Some(kind(event)),
        _ => None,
    };
    history.iter().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

#[tokio::test]
async fn any_split_of_a_history_gives_the_same_rows() {
    let database = Database::new().await;
    let history = history();
    assert_eq!(kinds(&history), [0, 1, 2, 3, 4, 5, 6]);
    let mut first: Option<String> = None;
    for size in [1, 2, 3, 7, history.len()] {
        database.empty().await;
        database.apply(&history, size).await;
        let rows = database.dump().await;
        assert!(rows.lines().count() > 100);
        assert!(*first.get_or_insert_with(|| rows.clone()) == rows, "batches of {size} give other rows");
    }
}

/// What can be done to a book, by number: writing, revising, withdrawing, working, out of order too.
fn act(journal: &mut projections::history::Journal, number: u8, minute: usize) {
    let books = [maths(), english(), history_4a()];
    let nth = usize::from(number / 3) % 3;
    let (book, day) = (books[usize::from(number) % 3], [MONDAY, TUESDAY, THURSDAY][nth]);
    let now = format!("2026-11-23T{:02}:{:02}:00Z", 8 + minute / 60, minute % 60);
    // A work belongs to the lesson it was given in, as the domain has it.
    let (entry, work) = (entry(book, day, 8), homework(u128::from(number / 9) % 4 + 10 * nth as u128));
    match number % 7 {
        0 => journal.publish(book, lesson(book, day, 8), &format!("Texte {minute}"), &now, ""),
        1 => journal.revise(book, entry, &format!("Reprise {minute}"), &now, "2026-11-24T06:00:00Z"),
        2 => journal.withdraw(book, entry, "Erreur", &now),
        3 | 4 => {
            let task = task(book, &format!("Ex. {minute}"), NEXT_MONDAY, HomeworkKind::Exercise, Some(20));
            journal.give(book, lesson(book, day, 8), work, task, &now);
        }
        5 => {
            let task = task(book, &format!("Ex. {minute} bis"), FRIDAY, HomeworkKind::Test, None);
            journal.change(book, work, task, &now, &now);
        }
        _ => journal.take_back(book, work, "Trop de travail", &now),
    }
}

impl Database {
    /// By a fold that holds what it has touched: of empty tables, as a rebuild does, or as a worker does, which drops it now and then.
    async fn fold(&self, history: &[Recorded], sizes: &[usize], start: Start) {
        for model in projections::all() {
            let (mut folding, mut rest, mut sizes) = (model.folding(start), history, sizes.iter().cycle().enumerate());
            while !rest.is_empty() {
                let (number, size) = sizes.next().unwrap();
                if start == Start::Anywhere && number % 4 == 3 {
                    folding = model.folding(start);
                }
                let (batch, later) = rest.split_at((*size).min(rest.len()));
                let mut transaction = self.pool().begin().await.unwrap();
                transaction.execute(format!("set local search_path to {}", model.name()).as_str()).await.unwrap();
                folding.apply(&mut transaction, batch).await.unwrap();
                transaction.commit().await.unwrap();
                rest = later;
            }
            assert!(folding.bytes() > 0);
        }
    }
}

/// Any history, read as it comes in batches of any sizes or filled into empty tables in others, gives the same rows. Thirty-two
/// histories, the same at each run.
#[tokio::test]
async fn any_history_in_any_batches_gives_the_same_rows_live_and_filled() {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    let strategy = (
        proptest::collection::vec(0_u8..252, 1..80),
        proptest::collection::vec(1_usize..40, 1..6),
        proptest::collection::vec(1_usize..40, 1..6),
    );
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (database, mut versions) = (Database::new().await, 0);
    for _ in 0..32 {
        let (acts, live, filled) = strategy.new_tree(&mut runner).unwrap().current();
        let mut journal = projections::history::Journal::default();
        [maths(), english(), history_4a()].into_iter().for_each(|book| journal.open(book, "2026-11-23T07:00:00Z"));
        acts.iter().enumerate().for_each(|(minute, number)| act(&mut journal, *number, minute));
        let history = journal.records;
        database.empty().await;
        database.apply(&history, history.len()).await;
        let at_once = database.dump().await;
        database.empty().await;
        let (mut rest, mut sizes) = (&history[..], live.iter().cycle());
        while !rest.is_empty() {
            let (batch, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            database.apply(batch, batch.len()).await;
            rest = later;
        }
        assert!(database.dump().await == at_once, "in batches of {live:?}: {acts:?}");
        database.empty().await;
        database.fold(&history, &filled, Start::Empty).await;
        assert!(database.dump().await == at_once, "filled in batches of {filled:?}: {acts:?}");
        database.empty().await;
        database.fold(&history, &live, Start::Anywhere).await;
        assert!(database.dump().await == at_once, "held from batch to batch of {live:?}: {acts:?}");
        versions += at_once.lines().count();
    }
    assert!(versions > 1_000, "the histories say something: {versions} rows");
}

#[tokio::test]
async fn a_version_cannot_be_written_twice() {
    let database = Database::filled().await;
    let (history, before) = (history(), database.dump().await.lines().count());
    let last = history.iter().rposition(|recorded| matches!(recorded.fact, Fact::Textbook(_))).unwrap();
    let mut refused = Vec::new();
    for model in projections::all() {
        let mut transaction = database.pool().begin().await.unwrap();
        transaction.execute(format!("set local search_path to {}", model.name()).as_str()).await.unwrap();
        let again = model.folding(Start::Anywhere).apply(&mut transaction, &history[last..]).await;
        match again {
            Ok(()) => transaction.commit().await.unwrap(),
            Err(problem) => {
                assert!(problem.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation));
                refused.push(model.name());
            }
        }
    }
    assert_eq!(refused, ["pupil", "inspector"], "the others read one row, as it stands");
    assert_eq!(database.dump().await.lines().count(), before, "and write no second one");
}

#[tokio::test]
async fn every_statement_prepares() {
    let database = Database::new().await;
    let statements = projections::statements();
    assert!(statements.len() >= 30);
    let mut connection = database.pool().acquire().await.unwrap();
    for statement in statements {
        connection.execute(format!("set search_path to {}", statement.model).as_str()).await.unwrap();
        let prepared = connection.prepare(statement.sql).await;
        assert!(prepared.is_ok(), "{} {}: {:?}", statement.model, statement.name, prepared.err());
    }
    for (name, sql) in infra::subscriptions::statements() {
        let prepared = connection.prepare(sql).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

const YEAR_OF_LESSONS: YearBounds = YearBounds { year: YEAR, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) };

/// A teacher writes in the journal, outside any timetable.
async fn write(world: &World, book: Book, command: Command) {
    let Book { textbook, school, group, subject, .. } = book;
    let facts = Facts {
        textbook,
        school,
        group,
        subject: subject.into(),
        degree: domain::textbook::written::Degree::Second,
        zone: TimeZone::get("Europe/Paris").unwrap(),
        pauses: vec![],
        bounds: YEAR_OF_LESSONS,
        closures: vec![],
        slots: vec![],
        not_held: std::collections::BTreeMap::new(),
        members: BTreeSet::new(),
        source: None,
        moved: std::collections::BTreeMap::new(),
        received: domain::textbook::file::Received::default(),
    };
    let (actor, capacity, now) = (Actor::Operator, Capacity::Teacher, world.journal.now());
    let stream = StreamId::new("textbook", textbook, YEAR);
    let context = Context { actor, capacity, now, facts, facts_position: 0 };
    world.journal.execute::<Textbook>(Envelope::to(stream), command, context).await.unwrap();
}

fn lesson_on(date: Date) -> LessonRef {
    LessonRef::Exceptional { date, starts_at: time(8, 0, 0, 0), minutes: 55 }
}

fn work(number: u128, text: &str) -> NewHomework {
    let (homework, due) = (homework(number), DueRef::Date { date: NEXT_MONDAY });
    let (text, kind) = (text.into(), HomeworkKind::Exercise);
    NewHomework { homework, text, due, kind, minutes: Some(20), written: true, resources: vec![], audience: None }
}

/// Everything that can happen to a lesson, and to the work given in it.
async fn write_all_there_is(world: &World, book: Book, number: u128) {
    let entry = |date: Date| EntryId::of(book.textbook, "08:00", date);
    let resources = || {
        let link = Some("https://exemple.fr/a".into());
        vec![NewResource { title: "Fiche".into(), link, purpose: Purpose::Lesson, file: None }]
    };
    let publish = |date| Command::PublishEntry {
        lesson: lesson_on(date),
        content: "Équations".into(),
        framing: NewFraming::default(),
        copied_from: None,
        resources: resources(),
        homework: vec![],
    };
    write(world, book, publish(MONDAY)).await;
    write(world, book, publish(TUESDAY)).await;
    for rank in 0..3 {
        let homework = work(number + rank, "Ex. 12");
        write(world, book, Command::GiveHomework { given_in: lesson_on(MONDAY), homework }).await;
    }
    world.clock.set(tuesday_evening() + SignedDuration::from_hours(1));
    let content = Some("Équations, corrigé".into());
    let revise = Command::ReviseEntry {
        entry: entry(MONDAY),
        content,
        framing: NewFraming::default(),
        resources: resources(),
        homework: vec![],
    };
    write(world, book, revise).await;
    write(world, book, Command::ReviseHomework { homework: work(number, "Ex. 12 et 13") }).await;
    let reason = "Donné deux fois".to_owned();
    write(world, book, Command::WithdrawHomework { homework: homework(number + 1), reason: reason.clone() }).await;
    write(world, book, Command::WithdrawEntry { entry: entry(TUESDAY), reason, with_homework: true }).await;
    write(world, book, publish(TUESDAY)).await;
}

#[tokio::test]
async fn a_rebuild_from_zero_gives_the_tables_that_are_served() {
    let world = World::new().await;
    let engine = Subscriptions::new(world.writer.clone(), read_models(), vec![]);
    engine.prepare(|_, _, _| {}).await.unwrap();
    // Read as it is written, in many small batches; rebuilt in one.
    for (book, number) in [(maths(), 100), (english(), 200), (french_6c(), 300)] {
        write_all_there_is(&world, book, number).await;
        engine.catch_up().await.unwrap();
    }
    let history = infra::subscriptions::read(&world.reader, 0, 1_000).await.unwrap();
    assert_eq!(kinds(&history), [0, 1, 2, 3, 4, 5, 6]);
    let database = Database(world);
    let served = database.dump().await;
    assert!(served.lines().count() > 50);
    for name in engine.names() {
        engine.rebuild(name, |_, _| {}).await.unwrap();
    }
    assert!(database.dump().await == served);
    let standings = engine.standings().await.unwrap();
    assert!(standings.iter().all(|standing| standing.live && standing.position == history.len() as i64));
}
