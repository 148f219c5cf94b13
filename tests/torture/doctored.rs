//! The oracle can fail: a small world in which everything agrees is doctored, each time in one way, and each time it complains of it.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::hmac;
use domain::directory::person::{Command, Guardian, Standing};
use domain::ids::{PersonId, SchoolId};
use serde_json::json;
use uuid::Uuid;

use super::notes::{Answer, Ask, Note};
use super::oracle::{self, Logged, Row, World, rows};
use super::readers::{Chain, Sight};

const ALICE: u128 = 1;
const BRUNO: u128 = 2;

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, b"request hash")
}

fn stream(person: u128) -> String {
    Uuid::from_u128(person).to_string()
}

/// A world told command by command.
struct Tale(World);

impl Tale {
    fn new() -> Self {
        Self(World {
            head: 0,
            rows: vec![],
            log: vec![],
            notes: vec![],
            sights: vec![],
            models: BTreeMap::new(),
            writer_keys: HashMap::from([("writer".to_owned(), b"secret".to_vec())]),
            request_hash: key(),
        })
    }

    fn ask(&mut self, id: u128, person: u128, body: Command, saw: i64) -> Ask {
        let id = Uuid::from_u128(id);
        let (actor, key) = ("import".to_owned(), format!("k-{id}"));
        let ask = Ask { id, actor, key, stream: stream(person), expected: None, guards: vec![], body };
        self.0.notes.push(Note::Asked { by: "a".into(), saw, ask: ask.clone() });
        ask
    }

    fn answer(&mut self, ask: &Ask, saw: i64, answer: Answer) {
        self.0.notes.push(Note::Answered { by: "a".into(), saw, id: ask.id, answer });
    }

    /// Writes these events as those of one command, and acknowledges it.
    fn write(&mut self, ask: &Ask, events: &[(&str, serde_json::Value)]) {
        let first = self.0.head + 1;
        let version = self.0.rows.iter().filter(|row| row.stream == ask.stream).count() as i64;
        for (at, (event, fields)) in (1..).zip(events) {
            let mut row = Row {
                position: self.0.head + 1,
                aggregate: "person".into(),
                stream: ask.stream.clone(),
                sequence: version + at,
                event: (*event).into(),
                event_version: "1".into(),
                actor: ask.actor.clone(),
                recorded_us: 1_000 + self.0.head,
                causation: Some(ask.id),
                payload: json!({ *event: fields }).to_string(),
                metadata: "{}".into(),
                salt: vec![7; 32],
                mac: vec![],
                mac_key: "writer".into(),
            };
            sign(&mut row);
            self.0.rows.push(row);
            self.0.head += 1;
        }
        let hash = hmac::sign(
            &key(),
            format!("person/{}\n{}", ask.stream, serde_json::to_string(&ask.body).unwrap()).as_bytes(),
        );
        let (last, hash) = (self.0.head, hash.as_ref().to_vec());
        self.0.log.push(Logged { actor: ask.actor.clone(), key: ask.key.clone(), hash, first, last });
        self.answer(ask, first - 1, Answer::Written { version: version + events.len() as i64, first, last });
    }

    /// Readers that were shown everything, batch by batch.
    fn read(mut self) -> World {
        let (mut chain, mut chains) = (Chain::default(), vec![]);
        for row in &self.0.rows {
            chain.show(&oracle::shown(row));
            chains.push(chain.clone());
        }
        self.0.sights.push(Sight { reader: "reader".into(), chains });
        self.0.models.insert("tally".into(), (1..=self.0.head).collect());
        self.0
    }
}

fn sign(row: &mut Row) {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
    row.mac = rows::mac(row, &key).unwrap().to_vec();
}

fn on() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 17)
}

fn registered(person: u128) -> (&'static str, serde_json::Value) {
    let person = stream(person);
    let names = json!({ "about": { "person": person }, "class": "identity", "part": 0, "dek": [], "box": "", "commit": "A".repeat(43) });
    ("PersonRegistered", json!({ "person": person, "names": names, "origin": null }))
}

fn register(person: u128) -> Command {
    let names = domain::directory::person::Names { family: "Fofana".into(), given: "Inès".into(), title: None };
    Command::Register { person: PersonId(Uuid::from_u128(person)), names, origin: None }
}

fn deactivated(person: u128) -> (&'static str, serde_json::Value) {
    ("PersonDeactivated", json!({ "person": stream(person), "on": on() }))
}

fn reactivated(person: u128) -> (&'static str, serde_json::Value) {
    ("PersonReactivated", json!({ "person": stream(person), "on": on() }))
}

/// Six positions: two persons, one command of two events, one guard, one `If-Match`, one refusal, one answer of nothing to change.
fn world() -> World {
    let mut tale = Tale::new();
    let alice = tale.ask(11, ALICE, register(ALICE), 0);
    tale.write(&alice, &[registered(ALICE)]);
    let bruno = tale.ask(12, BRUNO, register(BRUNO), 0);
    tale.write(&bruno, &[registered(BRUNO)]);
    let both = Command::Several { commands: vec![Command::Deactivate { on: on() }, Command::Reactivate { on: on() }] };
    let both = tale.ask(13, ALICE, both, 2);
    tale.write(&both, &[deactivated(ALICE), reactivated(ALICE)]);
    let mut guarded = tale.ask(14, BRUNO, Command::Deactivate { on: on() }, 3);
    guarded.guards = vec![(stream(ALICE), 3)];
    guarded.expected = Some(1);
    correct(&mut tale.0, &guarded);
    tale.write(&guarded, &[deactivated(BRUNO)]);
    let nothing = tale.ask(15, BRUNO, Command::Deactivate { on: on() }, 5);
    tale.answer(&nothing, 5, Answer::Nothing { version: 2 });
    let mut refused = tale.ask(16, ALICE, Command::Deactivate { on: on() }, 5);
    refused.expected = Some(1);
    correct(&mut tale.0, &refused);
    tale.answer(&refused, 5, Answer::Outdated { actual: 3 });
    let relative = PersonId(Uuid::from_u128(9));
    let guardians = vec![Guardian { relative, standing: Standing::Legal1, relation: "mother".into() }];
    let set = tale.ask(17, ALICE, Command::SetGuardians { guardians: guardians.clone(), from: on() }, 5);
    tale.write(&set, &[("GuardiansSet", json!({ "pupil": stream(ALICE), "guardians": guardians, "from": on() }))]);
    tale.read()
}

/// Notes a command again as it was really asked.
fn correct(world: &mut World, ask: &Ask) {
    for note in &mut world.notes {
        if let Note::Asked { ask: noted, .. } = note
            && noted.id == ask.id
        {
            *noted = ask.clone();
        }
    }
}

/// What the oracle complains of, in the doctored world.
fn complaints(doctor: impl FnOnce(&mut World)) -> Vec<String> {
    let mut world = world();
    doctor(&mut world);
    oracle::examine(&world).complaints
}

fn complains(of: &str, doctor: impl FnOnce(&mut World)) {
    let complaints = complaints(doctor);
    assert!(complaints.iter().any(|complaint| complaint.starts_with(of)), "not of {of}: {complaints:#?}");
}

/// Signed again by a writer that is in it.
fn resign(world: &mut World) {
    world.rows.iter_mut().for_each(sign);
}

fn answers(world: &mut World) -> impl Iterator<Item = &mut Answer> {
    world.notes.iter_mut().filter_map(|note| match note {
        Note::Answered { answer, .. } => Some(answer),
        _ => None,
    })
}

#[test]
fn in_a_world_where_all_agrees_the_oracle_is_silent() {
    let verdict = oracle::examine(&world());
    assert_eq!(verdict.complaints, Vec::<String>::new());
    for (what, times) in [("positions dense", 6), ("MACs", 6), ("acknowledged commands present", 5), ("guards held", 1)]
    {
        assert_eq!(verdict.count(what), times, "{what}");
    }
}

#[test]
fn a_missing_position_is_seen() {
    complains("positions dense", |world| drop(world.rows.remove(3)));
    // The last one: the head knows of it.
    complains("head", |world| drop(world.rows.pop()));
    // Those after it have moved up, and the head with them: their streams and the readers know.
    complains("sequences dense", |world| {
        world.rows.remove(2);
        renumber(world);
    });
    complains("batches shown to a reader", |world| {
        world.rows.remove(2);
        renumber(world);
    });
}

fn renumber(world: &mut World) {
    (1..).zip(&mut world.rows).for_each(|(position, row)| row.position = position);
    world.head = world.rows.len() as i64;
    resign(world);
}

#[test]
fn a_doubled_command_is_seen() {
    let double = |world: &mut World| {
        let (mut row, mut logged) = (world.rows[4].clone(), world.log[3].clone());
        (row.position, row.sequence, logged.key) = (7, 3, "another".into());
        (logged.first, logged.last, world.head) = (7, 7, 7);
        world.rows.push(row);
        world.log.push(logged);
        resign(world);
    };
    complains("a command is written once", double);
    complains("If-Match held", double);
    complains("keys and hashes", double);
    complains("read models", double);
    // Written twice at one position.
    complains("positions dense", |world| {
        let row = world.rows[2].clone();
        world.rows.insert(2, row);
    });
}

#[test]
fn a_lost_acknowledgement_is_seen() {
    let lose = |world: &mut World| {
        world.rows.pop();
        world.log.pop();
        world.head = 5;
    };
    complains("acknowledged commands present", lose);
    complains("batches shown to a reader", lose);
    complains("read models", lose);
    complains("commands answered in the end", |world| {
        world.notes.retain(|note| !matches!(note, Note::Answered { answer: Answer::Outdated { .. }, .. }));
    });
}

#[test]
fn a_receipt_that_is_not_that_of_the_log_is_seen() {
    complains("receipts", |world| {
        for answer in answers(world) {
            if let Answer::Written { version, .. } = answer {
                *version += 1;
            }
        }
    });
    complains("acknowledged commands present", |world| {
        let answer = answers(world).next().unwrap();
        *answer = Answer::Written { version: 1, first: 2, last: 2 };
    });
}

#[test]
fn a_swapped_order_is_seen() {
    // Two events of one stream, whose positions are dense all the same.
    complains("sequences dense", |world| {
        world.rows.swap(2, 3);
        renumber(world);
    });
    // Two rows of two streams: only who saw them knows.
    let apart = complaints(|world| {
        world.rows.swap(0, 1);
        world.log.swap(0, 1);
        renumber(world);
    });
    assert!(apart.iter().any(|complaint| complaint.starts_with("batches shown to a reader")), "{apart:#?}");
    complains("recorded times", |world| world.rows[3].recorded_us = 1);
}

#[test]
fn a_refused_command_that_left_something_is_seen() {
    complains("refused commands absent", |world| {
        for refusal in [Answer::KeyReused, Answer::Guarded, Answer::Unstorable, Answer::Outdated { actual: 9 }] {
            let id = Uuid::from_u128(17);
            world.notes.push(Note::Answered { by: "b".into(), saw: 6, id, answer: refusal });
        }
    });
    complains("written commands were asked", |world| {
        world.notes.retain(|note| !matches!(note, Note::Asked { ask, .. } if ask.id == Uuid::from_u128(17)));
    });
    complains("conflicts", |world| {
        answers(world).for_each(|answer| {
            if let Answer::Outdated { actual } = answer {
                *actual = 1;
            }
        });
    });
}

#[test]
fn a_decision_on_a_state_that_is_not_the_one_before_it_is_seen() {
    // It was asked for another thing than what it wrote.
    complains("events are what is decided there", |world| {
        let Note::Asked { ask, .. } = &mut world.notes[0] else { panic!() };
        let school = SchoolId(Uuid::nil());
        ask.body = Command::TakeRole { school, role: domain::directory::person::Role::Pupil, from: on(), until: None };
    });
    complains("guards held", |world| {
        for note in &mut world.notes {
            if let Note::Asked { ask, .. } = note {
                ask.guards.iter_mut().for_each(|(_, version)| *version = 2);
            }
        }
    });
    complains("a command stands after what was seen", |world| {
        for note in &mut world.notes {
            if let Note::Asked { saw, .. } = note {
                *saw = 6;
            }
        }
    });
}

#[test]
fn an_answer_from_memory_that_is_out_of_date_is_seen() {
    complains("nothing to change, as of now", |world| {
        let Some(Note::Answered { saw, .. }) =
            world.notes.iter_mut().find(|note| matches!(note, Note::Answered { answer: Answer::Nothing { .. }, .. }))
        else {
            panic!()
        };
        *saw = 7;
        let mut row = world.rows[4].clone();
        (row.position, row.sequence) = (7, 3);
        world.rows.push(row);
    });
    complains("nothing to change:", |world| {
        answers(world).for_each(|answer| {
            if let Answer::Nothing { version } = answer {
                *version = 1;
            }
        });
    });
}

#[test]
fn an_altered_row_is_seen() {
    complains("MACs", |world| world.rows[4].payload = world.rows[4].payload.replace("11-17", "11-18"));
    complains("MACs", |world| world.rows[4].metadata = "{ }".into());
    complains("MACs", |world| world.rows[4].mac_key = "nobody".into());
}

#[test]
fn a_reader_that_skipped_or_saw_twice_is_seen() {
    complains("batches shown to a reader", |world| {
        let mut chain = Chain::default();
        for row in world.rows.iter().filter(|row| row.position != 3) {
            chain.show(&oracle::shown(row));
        }
        world.sights[0].chains = vec![chain];
    });
    complains("batches shown to a reader", |world| {
        let mut chain = Chain::default();
        for row in world.rows.iter().take(2).chain(world.rows.iter().skip(1)) {
            chain.show(&oracle::shown(row));
        }
        world.sights[0].chains = vec![chain];
    });
    complains("read models", |world| world.models.get_mut("tally").unwrap().retain(|position| *position != 3));
    complains("read models", |world| world.models.get_mut("tally").unwrap().insert(2, 2));
}
