//! The relay, against a real nats-server: every position is in the stream under its own number, whatever happens to the stream.

mod broker;

use std::collections::BTreeSet;
use std::time::Duration;

use api::app::Said;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::stream::Config;
use domain::published::Published;
use domain::textbook::entry::LessonRef;
use futures_util::StreamExt as _;
use infra::relay::{self, Relay, State};
use jiff::civil::{date, time};
use serde_json::Value;
use sqlx::Row as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::school::{self, OTHER_TEACHER, School, TEACHER, maths, publish};
use broker::{Broker, Held, held};

/// Long enough for a machine under load; nobody waits for it unless something is broken.
const LONG: Duration = Duration::from_mins(1);

/// A relay of its own, beside those of the application.
struct Running {
    state: watch::Receiver<State>,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(school: &School, broker: &Broker) -> Self {
        let relay = Relay::new(school.world.reader.clone(), &broker.nats.url()).unwrap();
        Self::run(relay, school)
    }

    fn run(relay: Relay, school: &School) -> Self {
        let (state, cancel) = (relay.state(), CancellationToken::new());
        let task = tokio::spawn(relay.run(school.app.journal.head(), cancel.clone()));
        Self { state, cancel, task }
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

async fn until(state: &watch::Receiver<State>, wanted: impl FnMut(&State) -> bool) -> State {
    let mut watched = state.clone();
    let reached = tokio::time::timeout(LONG, watched.wait_for(wanted)).await;
    reached.unwrap_or_else(|_| panic!("it stays at {:?}", state.borrow())).unwrap().clone()
}

/// The stream says what the journal says, position by position, and nothing else.
async fn whole(school: &School, jetstream: &Context) -> Vec<Held> {
    let head = school.head().await;
    let held = held(jetstream, head).await;
    assert_eq!(held.len() as i64, head);
    let rows = "select position, event_type, aggregate_id, sequence, payload->'EntryPublished'->>'entry'
        from journal.events order by position";
    let rows = sqlx::query(rows).fetch_all(&school.world.reader).await.unwrap();
    let ours: BTreeSet<&str> = ["Ev", "Nats-Msg-Id", "Nats-Expected-Stream", "Nats-Expected-Last-Sequence"].into();
    for (message, row) in held.iter().zip(&rows) {
        let (position, event, stream, version): (i64, &str, &str, i64) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        if event == "EntryPublished" {
            let told: Value = serde_json::from_str(&message.payload).unwrap();
            assert_eq!((told["position"].as_i64(), told["version"].as_i64()), (Some(position), Some(version)));
            assert_eq!(told["stream"], format!("textbook/{stream}"));
            assert_eq!(told["entry"].as_str(), row.get(4));
            assert_eq!(message.header(relay::EVENT), Some(event));
            assert_eq!(message.header(relay::POSITION), Some(&*position.to_string()));
            assert_eq!(message.header(relay::STREAM), told["stream"].as_str());
        } else {
            assert_eq!((message.payload.as_str(), message.header(relay::EVENT)), ("", Some(relay::NOTHING)), "{event}");
            assert_eq!(message.headers.iter().map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>(), ours);
            assert_eq!(message.subject, "ev.1.none");
        }
    }
    held
}

/// An hour of mathematics outside the timetable.
async fn write(school: &School, class: &str, number: i8) -> i64 {
    let lesson = LessonRef::Exceptional { date: date(2026, 11, 17), starts_at: time(7 + number, 0, 0, 0), minutes: 30 };
    let author = if class == "4B" { TEACHER } else { OTHER_TEACHER };
    let written = school.app.in_textbook(author, maths(class), Said::default(), publish(lesson, "Un texte")).await;
    written.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap()
}

async fn relaying() -> (School, Broker, Context) {
    let (school, broker) = (School::open().await, Broker::start().await);
    let jetstream = broker.jetstream().await;
    school.app.relay_to(&broker.nats.url()).unwrap();
    (school, broker, jetstream)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_written_is_relayed_under_its_position_and_only_what_is_published_says_anything() {
    let (school, _broker, jetstream) = relaying().await;
    let school = school.written().await;
    let held = whole(&school, &jetstream).await;
    let said: Vec<&Held> = held.iter().filter(|message| !message.payload.is_empty()).collect();
    assert_eq!(said.len(), 2, "two lessons are written");
    let fields = "entry event lesson position recorded_at school stream textbook version visible_from";
    for message in &said {
        let told: serde_json::Map<String, Value> = serde_json::from_str(&message.payload).unwrap();
        let mut names: Vec<&str> = told.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), fields);
        let read: Published = serde_json::from_str(&message.payload).unwrap();
        let Published::EntryPublished { textbook, lesson, school: of, .. } = read;
        assert!([maths("4A"), maths("4B")].contains(&textbook));
        assert_eq!((lesson.date, lesson.minutes, of), (school::MONDAY, 55, Some(school::here())));
        let (before, after) = (format!("ev.1.{}.textbook.", school::here()), ".EntryPublished");
        assert!(message.subject.starts_with(&before) && message.subject.ends_with(after), "{}", message.subject);
    }
    // Whatever the stream holds: no text, no name, nobody.
    let everything = format!("{held:?}");
    let people = school::PEOPLE.map(|(_, person)| person.to_string());
    let never = ["quations", "Pythagore", "Exercice", "Camille", "Famille", "sealed", "\"box\"", "commit", "teacher"];
    for word in never.into_iter().chain(people.iter().map(String::as_str)) {
        assert!(!everything.contains(word), "the stream says {word:?}");
    }
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_while_the_school_writes_has_the_same_stream_when_it_is_back() {
    let (school, mut broker, jetstream) = relaying().await;
    let school = school.written().await;
    let state = school.app.relay().unwrap();
    let before = whole(&school, &jetstream).await;
    broker.nats.kill();
    until(&state, |state| !state.connected).await;
    // Nobody who writes notices.
    for number in 1..=6 {
        write(&school, "4A", number).await;
    }
    assert!(state.borrow().stopped.is_none());
    broker.nats.restart().await.unwrap();
    until(&state, |state| state.connected && state.trouble.is_none()).await;
    let after = whole(&school, &broker.jetstream().await).await;
    assert_eq!(after[..before.len()], before);
    assert!(after.len() > before.len());
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_waited_for() {
    let (school, mut broker) = (School::open().await, Broker::start().await);
    broker.nats.kill();
    school.app.relay_to(&broker.nats.url()).unwrap();
    let state = school.app.relay().unwrap();
    let waiting = until(&state, |state| state.trouble.is_some()).await;
    assert!(!waiting.connected && waiting.stopped.is_none(), "{waiting:?}");
    let school = school.written().await;
    broker.nats.restart().await.unwrap();
    whole(&school, &broker.jetstream().await).await;
    until(&state, |state| state.trouble.is_none()).await;
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_deleted_while_it_runs_is_made_again_from_the_journal() {
    let (school, _broker, jetstream) = relaying().await;
    let school = school.written().await;
    let before = whole(&school, &jetstream).await;
    // Nothing is written meanwhile: the relay finds out by itself.
    jetstream.delete_stream(relay::stream_name()).await.unwrap();
    assert_eq!(whole(&school, &jetstream).await, before);
    jetstream.delete_stream(relay::stream_name()).await.unwrap();
    for number in 1..=6 {
        write(&school, "4A", number).await;
    }
    let after = whole(&school, &jetstream).await;
    assert_eq!(after[..before.len()], before);
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_at_once_are_harmless() {
    let (school, broker, jetstream) = relaying().await;
    let second = Running::start(&school, &broker);
    tokio::join!(
        async {
            for number in 1..=8 {
                write(&school, "4A", number).await;
            }
        },
        async {
            for number in 1..=8 {
                write(&school, "4B", number).await;
            }
        }
    );
    whole(&school, &jetstream).await;
    let head = school.head().await;
    for state in [&school.app.relay().unwrap(), &second.state] {
        let state = until(state, |state| state.position == head).await;
        assert_eq!((state.trouble, state.stopped), (None, None));
    }
    second.stop().await;
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_ahead_of_a_stream_filled_again_sees_nothing_twice() {
    let (school, broker) = (School::open().await.written().await, Broker::start().await);
    let jetstream = broker.jetstream().await;
    let first = Running::start(&school, &broker);
    let checkpoint = whole(&school, &jetstream).await.len() as u64;
    first.stop().await;
    // The stream is lost; the consumer comes back before the relay does, and finds an empty one.
    jetstream.delete_stream(relay::stream_name()).await.unwrap();
    let empty = Config { name: relay::stream_name(), subjects: vec![relay::subjects()], ..Config::default() };
    let stream = jetstream.create_stream(empty).await.unwrap();
    let deliver_policy = DeliverPolicy::ByStartSequence { start_sequence: checkpoint + 1 };
    let consumer = stream.create_consumer(pull::OrderedConfig { deliver_policy, ..Default::default() }).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    let again = Running::start(&school, &broker);
    until(&again.state, |state| state.position.cast_unsigned() == checkpoint).await;
    let mut written = Vec::new();
    for number in 1..=5 {
        written.push(write(&school, "4B", number).await);
    }
    for position in checkpoint + 1..=written[4].cast_unsigned() {
        let message = tokio::time::timeout(LONG, messages.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(message.info().unwrap().stream_sequence, position);
    }
    again.stop().await;
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_started_again_goes_on_from_the_stream() {
    let (school, broker) = (School::open().await, Broker::start().await);
    let jetstream = broker.jetstream().await;
    let first = Running::start(&school, &broker);
    whole(&school, &jetstream).await;
    let last = school.head().await.cast_unsigned();
    first.stop().await;
    let stamped = async |sequence| {
        let stream = jetstream.get_stream(relay::stream_name()).await.unwrap();
        let message = stream.get_raw_message(sequence).await.unwrap();
        (message.time, stream.cached_info().created)
    };
    let (then, created) = stamped(last).await;
    let school = school.written().await;
    let second = Running::start(&school, &broker);
    whole(&school, &jetstream).await;
    assert_eq!(stamped(last).await, (then, created), "what was there was not sent again");
    second.stop().await;
    school.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_may_begin_at_the_oldest_position_that_is_needed() {
    let (school, broker) = (School::open().await.written().await, Broker::start().await);
    let jetstream = broker.jetstream().await;
    let head = school.head().await;
    let relay = Relay::new(school.world.reader.clone(), &broker.nats.url()).unwrap().beginning_at(head - 9);
    let relay = Running::run(relay, &school);
    let held = held(&jetstream, head).await;
    assert_eq!(held.len(), 10);
    assert_eq!(held[0].header("Nats-Expected-Last-Sequence"), Some(&*(head - 10).to_string()));
    relay.stop().await;
    school.app.close().await;
}

/// The relay stops for that reason, the stream is left as it is, and the school goes on writing.
async fn refused(school: &School, broker: &Broker, because: &str) {
    let jetstream = broker.jetstream().await;
    let found = jetstream.get_stream(relay::stream_name()).await.unwrap().cached_info().clone();
    school.app.relay_to(&broker.nats.url()).unwrap();
    let state = until(&school.app.relay().unwrap(), |state| state.stopped.is_some()).await;
    let reason = state.stopped.unwrap();
    assert!(reason.contains(because), "{reason}");
    assert!(!state.connected);
    write(school, "4A", 1).await;
    let left = jetstream.get_stream(relay::stream_name()).await.unwrap().cached_info().clone();
    assert_eq!((left.state.last_sequence, left.created), (found.state.last_sequence, found.created));
    school.app.close().await;
}

/// A stream as somebody else would leave it, with one message at a sequence.
async fn left_by_somebody(broker: &Broker, sequence: u64) {
    let jetstream = broker.jetstream().await;
    let (name, subjects) = (relay::stream_name(), vec![relay::subjects()]);
    let config = Config { name, subjects, first_sequence: Some(sequence), ..Config::default() };
    jetstream.create_stream(config).await.unwrap();
    let stored = jetstream.publish("ev.1.none", "".into()).await.unwrap().await.unwrap();
    assert_eq!(stored.sequence, sequence);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ahead_of_the_journal_is_not_written_to() {
    let (school, broker) = (School::open().await, Broker::start().await);
    left_by_somebody(&broker, school.head().await.cast_unsigned() + 100).await;
    refused(&school, &broker, "the database has lost what was published").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_the_journal_s_is_not_written_after() {
    let (school, broker) = (School::open().await, Broker::start().await);
    left_by_somebody(&broker, school.head().await.cast_unsigned()).await;
    refused(&school, &broker, "is not what the journal holds there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_another_journal_of_the_same_shape_is_known_by_its_last_message() {
    let (one, other, broker) = (School::open().await, School::open().await, Broker::start().await);
    let relay = Running::start(&one, &broker);
    whole(&one, &broker.jetstream().await).await;
    relay.stop().await;
    one.app.close().await;
    // The same school by the same commands: only the rows differ, by their salts.
    let other = other.written().await;
    refused(&other, &broker, "is not what the journal holds there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_other_subjects_is_left_alone() {
    let (school, broker) = (School::open().await, Broker::start().await);
    let theirs = Config { name: relay::stream_name(), subjects: vec!["orders.>".into()], ..Config::default() };
    broker.jetstream().await.create_stream(theirs).await.unwrap();
    refused(&school, &broker, "is not as the relay makes it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_stops_the_relay_just_before_it() {
    let (school, broker) = (School::open().await, Broker::start().await);
    let good = school.head().await;
    let mut owner = school.world.owner().await;
    let copy = format!(
        "with at as (update journal.heads set position = position + 1 returning position)
         insert into journal.events select aggregate_type, gen_random_uuid() || coalesce(substring(aggregate_id from '@.*'), ''), 1, 'FromTheFuture', event_version,
            '{{\"FromTheFuture\":{{}}}}', metadata, era, journal, (select position from at), school, actor, capacity,
            recorded_at, occurred_at, causation, correlation, facts_position, salt, mac, mac_key
         from journal.events where position = {good}"
    );
    sqlx::Executor::execute(&mut owner, copy.as_str()).await.unwrap();
    let relay = Running::start(&school, &broker);
    let state = until(&relay.state, |state| state.stopped.is_some()).await;
    assert_eq!(state.position, good);
    assert!(state.stopped.unwrap().contains(&format!("position {}", good + 1)));
    held(&broker.jetstream().await, good).await;
    relay.stop().await;
    school.app.close().await;
}
