use super::*;
use crate::actor::{Actor, Capacity};
use crate::ids::{GroupId, SchoolYear};
use jiff::Timestamp;
use jiff::civil::date;
use uuid::Uuid;

const INSPECTOR: PersonId = PersonId(Uuid::from_u128(7));

fn school() -> SchoolId {
    SchoolId::of("0990001X")
}

fn textbook() -> TextbookId {
    TextbookId::of(GroupId::of(school(), SchoolYear(2026), "4B"), "061300")
}

fn decide(past: &[Event], capacity: Capacity, command: Command) -> Result<Vec<Event>, Rejection> {
    let mut state = State::default();
    past.iter().for_each(|event| Mandate::evolve(&mut state, event));
    let facts = Facts {
        mandate: MandateId(Uuid::from_u128(3)),
        school: school(),
        textbooks: [textbook()].into(),
        inspectors: [INSPECTOR].into(),
    };
    let actor = Actor::Person(PersonId(Uuid::from_u128(1)));
    Mandate::decide(&state, command, &Context { actor, capacity, now: Timestamp::UNIX_EPOCH, facts, facts_position: 0 })
}

fn open() -> Command {
    let (from, until) = (date(2026, 11, 9), date(2026, 11, 27));
    Command::OpenMandate { inspector: INSPECTOR, textbooks: [textbook()].into(), from, until }
}

#[test]
fn a_head_opens_a_mandate_once_and_may_close_it_early() {
    let events = decide(&[], Capacity::Head, open()).unwrap();
    assert!(matches!(events[..], [Event::MandateOpened { .. }]));
    assert_eq!(decide(&events, Capacity::Head, open()).unwrap_err(), Rejection::MandateOpen);
    let closed = decide(&events, Capacity::Deputy, Command::CloseMandate).unwrap();
    assert!(matches!(closed[..], [Event::MandateClosed { .. }]));
}

#[test]
fn nobody_else_opens_one() {
    for capacity in [Capacity::Teacher, Capacity::Inspector, Capacity::Stranger, Capacity::Machine] {
        assert_eq!(decide(&[], capacity, open()).unwrap_err(), Rejection::NotTheHead);
    }
}

#[test]
fn it_names_services_of_this_school_and_an_inspector() {
    let stranger = Command::OpenMandate {
        inspector: PersonId(Uuid::from_u128(8)),
        textbooks: [textbook()].into(),
        from: date(2026, 11, 9),
        until: date(2026, 11, 9),
    };
    assert_eq!(decide(&[], Capacity::Head, stranger).unwrap_err(), Rejection::NotAnInspector);
    let elsewhere = TextbookId(Uuid::from_u128(9));
    let Command::OpenMandate { inspector, from, until, .. } = open() else { panic!() };
    let foreign = Command::OpenMandate { inspector, textbooks: [elsewhere].into(), from, until };
    assert_eq!(decide(&[], Capacity::Head, foreign).unwrap_err(), Rejection::ServicesMalformed);
    let backwards = Command::OpenMandate { inspector, textbooks: [textbook()].into(), from: until, until: from };
    assert_eq!(decide(&[], Capacity::Head, backwards).unwrap_err(), Rejection::DatesMalformed);
}
