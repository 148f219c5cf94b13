//! The oracle: looks at the journal as it stands after the storm, at everything that was asked and answered, and at what every reader
//! was shown, and says what does not agree. It knows the world as plain data, so that a story can feed it a doctored one.

mod commands;
pub mod rows;

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_lc_rs::hmac;
use domain::decider::Decider as _;
use domain::directory::person;
use domain::directory::person::{Person, State};
use domain::event::Fact;
use uuid::Uuid;

use super::notes::Note;
use super::readers::{Chain, Shown, Sight};

/// A row of `journal.events`, as stored.
#[derive(Clone)]
pub struct Row {
    pub position: i64,
    pub aggregate: String,
    pub stream: String,
    pub sequence: i64,
    pub event: String,
    pub event_version: String,
    pub actor: String,
    pub recorded_us: i64,
    pub causation: Option<Uuid>,
    pub payload: String,
    pub metadata: String,
    pub salt: Vec<u8>,
    pub mac: Vec<u8>,
    pub mac_key: String,
}

/// A row of `journal.command_log`.
#[derive(Clone, PartialEq, Eq)]
pub struct Logged {
    pub actor: String,
    pub key: String,
    pub hash: Vec<u8>,
    pub first: i64,
    pub last: i64,
}

pub struct World {
    pub head: i64,
    /// In the order of their positions.
    pub rows: Vec<Row>,
    pub log: Vec<Logged>,
    pub notes: Vec<Note>,
    pub sights: Vec<Sight>,
    /// Positions of each read model, in order.
    pub models: BTreeMap<String, Vec<i64>>,
    pub writer_keys: HashMap<String, Vec<u8>>,
    pub request_hash: hmac::Key,
}

/// What was compared, how often, and what did not agree.
#[derive(Default)]
pub struct Verdict {
    pub counts: BTreeMap<&'static str, u64>,
    pub complaints: Vec<String>,
}

impl Verdict {
    /// One comparison.
    pub fn hold(&mut self, what: &'static str, holds: bool, told: impl FnOnce() -> String) {
        *self.counts.entry(what).or_default() += 1;
        if !holds {
            self.complaints.push(format!("{what}: {}", told()));
        }
    }

    pub fn count(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }
}

/// The journal, folded once: what every comparison looks things up in.
struct Fold<'a> {
    /// Rows by stream, in the order of their positions.
    streams: HashMap<&'a str, Vec<&'a Row>>,
    /// States of each stream after 0, 1, 2… events.
    states: HashMap<&'a str, Vec<State>>,
    /// By the first position of what they wrote.
    log: BTreeMap<i64, &'a Logged>,
    keys: HashSet<(&'a str, &'a str)>,
}

impl<'a> Fold<'a> {
    fn of(world: &'a World, verdict: &mut Verdict) -> Self {
        let mut streams: HashMap<&str, Vec<&Row>> = HashMap::new();
        let mut states: HashMap<&str, Vec<State>> = HashMap::new();
        for row in &world.rows {
            streams.entry(&row.stream).or_default().push(row);
            let states = states.entry(&row.stream).or_insert_with(|| vec![State::default()]);
            let mut state = states[states.len() - 1].clone();
            match event(row) {
                Some(event) => Person::evolve(&mut state, &event),
                None => verdict.hold("events decoded", false, || format!("position {} does not decode", row.position)),
            }
            states.push(state);
        }
        let log = world.log.iter().map(|logged| (logged.first, logged)).collect();
        let keys = world.log.iter().map(|logged| (logged.actor.as_str(), logged.key.as_str())).collect();
        Self { streams, states, log, keys }
    }

    /// How many events the stream had when that position was the last.
    fn version_at(&self, stream: &str, position: i64) -> i64 {
        self.streams.get(stream).map_or(0, |rows| rows.partition_point(|row| row.position <= position) as i64)
    }

    /// The state of a stream at a version.
    fn state(&self, stream: &str, version: i64) -> Option<State> {
        match self.states.get(stream) {
            None => (version == 0).then(State::default),
            Some(states) => states.get(usize::try_from(version).ok()?).cloned(),
        }
    }
}

fn event(row: &Row) -> Option<person::Event> {
    match Fact::decode(&row.aggregate, &row.payload) {
        Ok(Fact::Person(event)) => Some(event),
        _ => None,
    }
}

pub fn shown(row: &Row) -> Shown<'_> {
    Shown {
        position: row.position,
        stream: &row.stream,
        sequence: row.sequence,
        event: &row.event,
        actor: &row.actor,
        recorded_us: row.recorded_us,
        causation: row.causation,
    }
}

/// Compares everything with everything.
pub fn examine(world: &World) -> Verdict {
    let mut verdict = Verdict::default();
    rows::dense(world, &mut verdict);
    rows::in_their_streams(world, &mut verdict);
    rows::in_time(world, &mut verdict);
    rows::sealed_by_their_writer(world, &mut verdict);
    let fold = Fold::of(world, &mut verdict);
    commands::logged(world, &fold, &mut verdict);
    commands::answered(world, &fold, &mut verdict);
    readers(world, &mut verdict);
    verdict
}

/// Every reader was shown every position once, in order, as it stands in the journal today; every read model holds each once.
fn readers(world: &World, verdict: &mut Verdict) {
    let (mut chain, mut links) = (Chain::default(), vec![Chain::default()]);
    for row in &world.rows {
        chain.show(&shown(row));
        links.push(chain.clone());
    }
    for sight in &world.sights {
        for seen in &sight.chains {
            let expected = usize::try_from(seen.count).ok().and_then(|count| links.get(count));
            verdict.hold("batches shown to a reader", expected == Some(seen), || {
                format!(
                    "{} was shown {} rows up to position {}, not those of the journal",
                    sight.reader, seen.count, seen.last
                )
            });
        }
        *verdict.counts.entry("lives of readers").or_default() += 1;
    }
    for (name, positions) in &world.models {
        let same = positions.iter().copied().eq(1..=world.head);
        verdict.hold("read models", same, || {
            format!("{name} holds {} positions where the head is {}", positions.len(), world.head)
        });
        *verdict.counts.entry("rows of read models").or_default() += positions.len() as u64;
    }
}
