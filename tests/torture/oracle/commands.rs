//! Commands: what is in the journal was asked, once, and decided on the state on which it stands; what was answered is so.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_lc_rs::hmac;
use domain::actor::{Actor, Capacity};
use domain::decider::{Context, Decider as _};
use domain::directory::person::{Event, Person, State};
use domain::event::DomainEvent as _;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Fold, Logged, Verdict, World, event};
use crate::torture::notes::{Answer, Ask, Note};

/// A command, and every attempt at it.
struct Told<'a> {
    ask: &'a Ask,
    /// What the reader of the process that asked first had been shown.
    saw: i64,
    answers: Vec<(i64, &'a Answer)>,
}

fn told(world: &World) -> BTreeMap<Uuid, Told<'_>> {
    let mut told = BTreeMap::new();
    for note in &world.notes {
        if let Note::Asked { saw, ask, .. } = note {
            told.insert(ask.id, Told { ask, saw: *saw, answers: vec![] });
        }
    }
    for note in &world.notes {
        if let Note::Answered { saw, id, answer, .. } = note
            && let Some(told) = told.get_mut(id)
        {
            told.answers.push((*saw, answer));
        }
    }
    told
}

/// What the domain decides; `None` when it refuses.
fn decided(state: &State, ask: &Ask) -> Option<Vec<Event>> {
    let actor = Actor::parse(&ask.actor)?;
    let context = Context {
        actor,
        capacity: Capacity::Machine,
        now: Timestamp::UNIX_EPOCH,
        facts: domain::directory::person::Facts::default(),
        facts_position: 0,
    };
    Person::decide(state, ask.body.clone(), &context).ok()
}

/// The same fact: what is sealed is compared by its name (its content is opened elsewhere).
fn alike(stored: &Event, decided: &Event) -> bool {
    let sealed = |event: &Event| {
        matches!(event, Event::PersonRegistered { .. } | Event::NamesCorrected { .. } | Event::ContactsChanged { .. })
    };
    stored.name() == decided.name() && (sealed(stored) || stored == decided)
}

/// Every position belongs to one command of the log, every command of the log was asked, and wrote what it decides where it stands.
pub fn logged(world: &World, fold: &Fold<'_>, verdict: &mut Verdict) {
    let told = told(world);
    let (mut next, mut known) = (1, HashSet::new());
    verdict.hold("log", fold.log.len() == world.log.len(), || "two commands begin at one position".into());
    verdict.hold("log", fold.keys.len() == world.log.len(), || "two commands have one key".into());
    for logged in fold.log.values() {
        verdict.hold("commands cover the positions", logged.first == next && logged.last >= next, || {
            format!("a command covers {} to {} where {next} is next", logged.first, logged.last)
        });
        next = logged.last + 1;
        let rows = world.rows.iter().skip(logged.first as usize - 1).take((logged.last - logged.first + 1) as usize);
        let rows: Vec<_> = rows.collect();
        let id = rows.first().and_then(|row| row.causation);
        let Some(told) = id.and_then(|id| told.get(&id)) else {
            verdict
                .hold("written commands were asked", false, || format!("nobody asked for position {}", logged.first));
            continue;
        };
        verdict.hold("a command is written once", known.insert(told.ask.id), || {
            format!("{} is written again at {}", told.ask.id, logged.first)
        });
        let one = rows.iter().all(|row| (row.causation, &row.stream) == (id, &told.ask.stream));
        verdict.hold("events of a command stand together", one, || format!("positions from {}", logged.first));
        asked_so(world, logged, told.ask, verdict);
        held(fold, logged, told, verdict);
        let version = fold.version_at(&told.ask.stream, logged.first - 1);
        let decided = fold.state(&told.ask.stream, version).and_then(|state| decided(&state, told.ask));
        let stored: Option<Vec<_>> = rows.iter().map(|row| event(row)).collect();
        let same = decided.zip(stored).is_some_and(|(decided, stored)| {
            decided.len() == stored.len() && stored.iter().zip(&decided).all(|(stored, decided)| alike(stored, decided))
        });
        verdict.hold("events are what is decided there", same, || {
            format!("{} at {} on version {version}", told.ask.id, logged.first)
        });
    }
    verdict.hold("commands cover the positions", next == world.head + 1, || format!("nothing covers {next}"));
}

/// The key and the hash of a logged command are those of what was asked.
fn asked_so(world: &World, logged: &Logged, ask: &Ask, verdict: &mut Verdict) {
    let text = format!("person/{}\n{}", ask.stream, serde_json::to_string(&ask.body).unwrap());
    let hash = hmac::sign(&world.request_hash, text.as_bytes());
    let same = (&logged.actor, &logged.key) == (&ask.actor, &ask.key) && logged.hash == hash.as_ref();
    verdict.hold("keys and hashes", same, || format!("{} at {}", ask.id, logged.first));
}

/// What a written command rests on held at the position before it; and it stands after what its author had seen.
fn held(fold: &Fold<'_>, logged: &Logged, told: &Told<'_>, verdict: &mut Verdict) {
    let before = logged.first - 1;
    if let Some(expected) = told.ask.expected {
        let version = fold.version_at(&told.ask.stream, before);
        verdict.hold("If-Match held", version == expected, || {
            format!("{} at {}: expected {expected}, was {version}", told.ask.id, logged.first)
        });
    }
    for (stream, version) in &told.ask.guards {
        let actual = fold.version_at(stream, before);
        verdict.hold("guards held", actual == *version, || {
            format!("{} at {}: {stream} was at {actual}, not {version}", told.ask.id, logged.first)
        });
    }
    verdict.hold("a command stands after what was seen", logged.first > told.saw, || {
        format!("{} stands at {}, asked by one who saw {}", told.ask.id, logged.first, told.saw)
    });
}

/// Every answer agrees with the journal as it stands.
pub fn answered(world: &World, fold: &Fold<'_>, verdict: &mut Verdict) {
    let by_id: HashMap<Uuid, &Logged> = fold
        .log
        .values()
        .filter_map(|logged| Some((world.rows.get(logged.first as usize - 1)?.causation?, *logged)))
        .collect();
    for told in told(world).values() {
        let ask = told.ask;
        let logged = by_id.get(&ask.id).copied();
        let last = told.answers.last().map(|(_, answer)| *answer);
        verdict.hold("commands answered in the end", told.answers.iter().any(|(_, answer)| answer.is_final()), || {
            format!("{} has no answer: {last:?}", ask.id)
        });
        for (saw, answer) in &told.answers {
            *verdict.counts.entry(answer.kind()).or_default() += 1;
            agrees(fold, ask, logged, *saw, answer, verdict);
        }
        let receipts =
            told.answers.iter().filter(|(_, answer)| matches!(answer, Answer::Written { .. })).count() as u64;
        *verdict.counts.entry("the same receipt again").or_default() += receipts.saturating_sub(1);
        let both = told.answers.iter().any(|(_, answer)| matches!(answer, Answer::Nothing { .. }));
        *verdict.counts.entry("changed nothing first, something when repeated").or_default() +=
            u64::from(both && logged.is_some());
    }
    let unanswered = |told: &&Told<'_>| told.answers.iter().any(|(_, answer)| !answer.is_final());
    verdict.counts.insert("commands", told(world).len() as u64);
    verdict.counts.insert("commands once without an answer", told(world).values().filter(unanswered).count() as u64);
}

fn agrees(fold: &Fold<'_>, ask: &Ask, logged: Option<&Logged>, saw: i64, answer: &Answer, verdict: &mut Verdict) {
    let told = |what: &str| format!("{} on {}: {what} ({answer:?})", ask.id, ask.stream);
    // No answer may be older than what the one who asked had seen.
    let recent = |version: i64| version >= fold.version_at(&ask.stream, saw);
    match answer {
        Answer::Written { version, first, last } => {
            let found = logged.map(|logged| (logged.first, logged.last));
            verdict.hold("acknowledged commands present", found == Some((*first, *last)), || {
                told("the log says otherwise")
            });
            let actual = fold.version_at(&ask.stream, *last);
            verdict.hold("receipts", actual == *version, || told(&format!("the version there is {actual}")));
        }
        Answer::Nothing { version } => {
            let state = fold.state(&ask.stream, *version);
            let nothing = state.and_then(|state| decided(&state, ask)).is_some_and(|events| events.is_empty());
            verdict.hold("nothing to change", nothing, || told("at that version it changes something"));
            verdict
                .hold("nothing to change, as of now", recent(*version), || told(&format!("its author had seen {saw}")));
        }
        Answer::Outdated { actual } | Answer::Contended { actual } => {
            let other = ask.expected != Some(*actual) && *actual <= fold.version_at(&ask.stream, i64::MAX);
            verdict.hold("conflicts", other && recent(*actual), || told("no such conflict"));
        }
        Answer::Guarded => {
            let moved = ask.guards.iter().any(|(stream, version)| fold.version_at(stream, i64::MAX) != *version);
            verdict.hold("guards failed", moved, || told("all guards hold"));
        }
        Answer::Rejected(_) => {
            let mut versions = fold.version_at(&ask.stream, saw)..=fold.version_at(&ask.stream, i64::MAX);
            let refused = versions
                .any(|version| fold.state(&ask.stream, version).is_some_and(|state| decided(&state, ask).is_none()));
            verdict.hold("rejections", refused, || told("at no version is it rejected"));
        }
        Answer::Broken(_) => verdict.hold("answers explained", false, || told("what is this?")),
        Answer::KeyReused | Answer::Unstorable | Answer::Unknown(_) => {}
    }
    if answer.forbids() {
        verdict.hold("refused commands absent", logged.is_none(), || told("it was refused, and is written"));
    }
    if *answer == Answer::KeyReused {
        let taken = fold.keys.contains(&(ask.actor.as_str(), ask.key.as_str()));
        verdict.hold("reused keys", taken, || told("nobody used this key"));
    }
}
