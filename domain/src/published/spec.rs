use super::*;
use crate::actor::{Actor, Capacity};
use crate::directory::{entourage, person};
use crate::ids::{GroupId, HomeworkId, PersonId, SchoolYear, StreamId};
use crate::personal::Personal;
use crate::textbook::Event;
use crate::textbook::entry::{Framing, Purpose, Resource};
use crate::textbook::file::{File, FileAddress, Media};
use crate::textbook::homework::{Due, HomeworkKind, Task};
use jiff::civil::{date, time};
use serde_json::{Value, json};
use uuid::Uuid;

const TEACHER: PersonId = PersonId(Uuid::from_u128(0x7ea_c4e5));

fn textbook() -> TextbookId {
    TextbookId::of(GroupId::of(SchoolId::of("0990001X"), SchoolYear(2026), "4B"), "061300")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn lesson() -> textbook::entry::Lesson {
    let (slot, ended_at) = (Some(SlotId(Uuid::from_u128(5))), at("2026-11-16T07:55:00Z"));
    textbook::entry::Lesson { slot, date: date(2026, 11, 16), starts_at: time(8, 0, 0, 0), minutes: 55, ended_at }
}

fn official(text: &str) -> Personal {
    Personal::official(textbook(), text.to_owned())
}

fn entry_published() -> Event {
    let resource = Resource {
        title: official("Fiche de Zoé"),
        link: Some(official("https://ent.invalid/zoe")),
        purpose: Purpose::Lesson,
        file: Some(File { address: FileAddress([0xab; 32]), bytes: 3, media: Media::Pdf, commit: "BQYHCA".into() }),
    };
    Event::EntryPublished {
        textbook: textbook(),
        entry: lesson().entry(textbook()),
        lesson: lesson(),
        content: official("Zoé a rendu son devoir"),
        framing: Framing { sequence: Some(official("Zoé et les autres")), programme: None },
        resources: vec![resource],
        copied_from: None,
        visible_from: at("2026-11-17T06:00:00Z"),
    }
}

fn recorded(fact: impl Into<Fact>) -> Recorded {
    Recorded {
        position: 41,
        stream: StreamId::new("textbook", textbook(), SchoolYear(2026)),
        sequence: 2,
        fact: fact.into(),
        school: Some(SchoolId::of("0990001X")),
        actor: Actor::Person(TEACHER),
        capacity: Capacity::Teacher,
        recorded_at: at("2026-11-16T20:14:00Z"),
        occurred_at: at("2026-11-16T07:55:00Z"),
        causation: None,
        correlation: Some(Uuid::from_u128(9)),
        facts_position: Some(40),
    }
}

#[test]
fn an_entry_published_leaves_with_these_fields_and_no_other() {
    let message = Published::of(&recorded(entry_published())).unwrap();
    let expected = json!({
        "event": "EntryPublished",
        "position": 41,
        "stream": format!("textbook/{}@2026", textbook()),
        "version": 2,
        "school": SchoolId::of("0990001X"),
        "textbook": textbook(),
        "entry": lesson().entry(textbook()),
        "lesson": {
            "slot": "00000000-0000-0000-0000-000000000005",
            "date": "2026-11-16",
            "starts_at": "08:00:00",
            "minutes": 55,
            "ended_at": "2026-11-16T07:55:00Z",
        },
        "visible_from": "2026-11-17T06:00:00Z",
        "recorded_at": "2026-11-16T20:14:00Z",
    });
    assert_eq!(serde_json::to_value(&message).unwrap(), expected);
    assert_eq!(message.name(), expected["event"]);
    assert_eq!(serde_json::from_value::<Published>(expected).unwrap(), message);
}

#[test]
fn neither_a_text_nor_an_author_leaves() {
    let message = serde_json::to_string(&Published::of(&recorded(entry_published()))).unwrap();
    let author = TEACHER.to_string();
    for kept in ["Zoé", "devoir", "Fiche", "ent.invalid", "sealed", "abab", &*author, "teacher"] {
        assert!(!message.contains(kept), "{kept} leaves in {message}");
    }
}

#[test]
fn a_lesson_outside_the_timetable_says_so_by_its_missing_slot() {
    let mut event = entry_published();
    let Event::EntryPublished { lesson, .. } = &mut event else { panic!() };
    lesson.slot = None;
    let message = serde_json::to_value(Published::of(&recorded(event))).unwrap();
    assert_eq!(message["lesson"]["slot"], Value::Null);
}

#[test]
fn every_other_event_stays_in_the_house() {
    let (textbook, entry, homework) = (textbook(), lesson().entry(textbook()), HomeworkId(Uuid::from_u128(3)));
    let visible_from = at("2026-11-17T06:00:00Z");
    let task = || Task {
        text: official("Ex. 12"),
        due: Due { on: date(2026, 11, 19), slot: None, at: None },
        kind: HomeworkKind::Exercise,
        minutes: None,
        written: true,
        resources: vec![],
        audience: [PersonId(Uuid::from_u128(50))].into(),
    };
    let framing = Framing::default();
    let school = SchoolId::of("0990001X");
    let group = GroupId::of(school, SchoolYear(2026), "4B");
    let kept: [Fact; 8] = [
        Event::TextbookOpened { textbook, school, year: SchoolYear(2026), group, subject: "061300".into() }.into(),
        Event::EntryRevised { textbook, entry, content: official("x"), framing, resources: vec![], visible_from }
            .into(),
        Event::EntryWithdrawn { textbook, entry, reason: official("x") }.into(),
        Event::HomeworkGiven { textbook, homework, given_in: lesson(), task: task(), visible_from }.into(),
        Event::HomeworkRevised { textbook, homework, task: task(), visible_from }.into(),
        Event::HomeworkWithdrawn { textbook, homework, reason: official("x") }.into(),
        person::Event::PersonReactivated { person: TEACHER, on: date(2026, 11, 16) }.into(),
        entourage::Event::ObjectionMade { pupil: TEACHER, from: date(2026, 11, 16) }.into(),
    ];
    for fact in kept {
        let name = fact.name();
        assert_eq!(Published::of(&recorded(fact)), None, "{name}");
    }
}
