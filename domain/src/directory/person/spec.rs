use jiff::civil::{Date, date};
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, Capacity};

const TODAY: Date = date(2026, 11, 17);
const RENTREE: Date = date(2026, 9, 1);
const JANUARY: Date = date(2027, 1, 4);
const MARCH: Date = date(2027, 3, 1);

fn someone(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn school() -> SchoolId {
    SchoolId::of("0990001X")
}

fn taken(role: Role, from: Date, until: Option<Date>) -> Event {
    Event::RoleTaken { person: someone(1), school: school(), role, from, until }
}

fn take_role(role: Role, from: Date, until: Option<Date>) -> Command {
    Command::TakeRole { school: school(), role, from, until }
}

fn end_role(role: Role, on: Date) -> Command {
    Command::EndRole { school: school(), role, on }
}

/// What the person's stream holds, and who else is head.
struct Given {
    past: Vec<Event>,
    facts: Facts,
    capacity: Capacity,
}

fn given(past: impl IntoIterator<Item = Event>) -> Given {
    let names = Names { family: "Fofana".into(), given: "Inès".into(), title: None };
    let names = Personal::new(Subject::Person(someone(1)), Retention::Identity, names);
    let registered = Event::PersonRegistered { person: someone(1), names, origin: None };
    let past = [registered].into_iter().chain(past).collect();
    Given { past, facts: Facts::default(), capacity: Capacity::Head }
}

impl Given {
    fn beside(mut self, terms: &[(Date, Option<Date>)]) -> Self {
        let term = |(from, until): &(Date, Option<Date>)| HeadTerm { head: someone(2), from: *from, until: *until };
        self.facts.heads.insert(school(), terms.iter().map(term).collect());
        self
    }

    fn by_the_feed(self) -> Self {
        Self { capacity: Capacity::Machine, ..self }
    }

    fn state(&self) -> State {
        let mut state = State::default();
        self.past.iter().for_each(|event| Person::evolve(&mut state, event));
        state
    }

    fn when(&self, command: Command) -> Result<Vec<Event>, Rejection> {
        let (actor, now) = (Actor::Person(someone(9)), "2026-11-17T16:30:00Z".parse().unwrap());
        let (capacity, facts) = (self.capacity, self.facts.clone());
        Person::decide(&self.state(), command, &Context { actor, capacity, now, facts, facts_position: 1 })
    }

    /// What is obeyed is of the past.
    fn and(mut self, command: Command) -> Self {
        let events = self.when(command).unwrap();
        assert!(!events.is_empty());
        self.past.extend(events);
        self
    }

    fn held(&self, role: Role) -> Vec<(Date, Option<Date>)> {
        let state = self.state();
        state.roles.iter().filter(|held| held.role == role).map(|held| (held.from, held.until)).collect()
    }
}

#[test]
fn a_role_ended_and_given_again_is_held_by_its_days() {
    let librarian = given([taken(Role::Librarian, RENTREE, None)]).and(end_role(Role::Librarian, TODAY));
    assert_eq!(librarian.held(Role::Librarian), [(RENTREE, Some(TODAY))]);
    assert_eq!(librarian.when(end_role(Role::Librarian, JANUARY)), Ok(vec![]), "it ends before");
    let again = librarian.and(take_role(Role::Librarian, JANUARY, Some(MARCH)));
    assert_eq!(again.held(Role::Librarian), [(RENTREE, Some(TODAY)), (JANUARY, Some(MARCH))]);
    // Given on days that it has already, nothing changes; given over the gap, it goes on.
    assert_eq!(again.when(take_role(Role::Librarian, date(2027, 2, 1), Some(MARCH))), Ok(vec![]));
    let whole = again.and(take_role(Role::Librarian, TODAY, None));
    assert_eq!(whole.held(Role::Librarian), [(RENTREE, None)]);
}

#[test]
fn a_role_to_come_is_called_off_and_leaves_nothing() {
    let aed = given([]).and(take_role(Role::SchoolLife, JANUARY, None)).and(end_role(Role::SchoolLife, JANUARY));
    assert_eq!(aed.held(Role::SchoolLife), []);
    assert_eq!(aed.when(end_role(Role::SchoolLife, JANUARY)), Ok(vec![]));
    assert_eq!(aed.and(take_role(Role::SchoolLife, JANUARY, None)).held(Role::SchoolLife), [(JANUARY, None)]);
}

#[test]
fn a_role_with_an_end_does_not_shorten_one_without() {
    let teacher = given([taken(Role::Teacher, RENTREE, None)]);
    assert_eq!(teacher.when(take_role(Role::Teacher, TODAY, Some(JANUARY))), Ok(vec![]));
    let before = given([taken(Role::Teacher, JANUARY, None)]).and(take_role(Role::Teacher, RENTREE, Some(TODAY)));
    assert_eq!(before.held(Role::Teacher), [(JANUARY, None), (RENTREE, Some(TODAY))]);
}

#[test]
fn days_that_cannot_be_meant_are_refused_to_people() {
    let malformed = Err(Rejection::PeriodMalformed);
    assert_eq!(given([]).when(take_role(Role::Staff, TODAY, Some(TODAY))), malformed);
    for wrong in [date(2206, 11, 17), date(206, 11, 17)] {
        assert_eq!(given([]).when(take_role(Role::Staff, wrong, None)), Err(Rejection::DayMalformed));
    }
    assert!(given([]).by_the_feed().when(take_role(Role::Staff, date(1990, 9, 1), None)).is_ok());
}

#[test]
fn what_the_academie_or_the_host_gives_no_head_gives() {
    for role in [Role::Observatory, Role::HostOperator] {
        assert_eq!(given([]).when(take_role(role, TODAY, None)), Err(Rejection::RoleFromAbove));
        assert!(given([]).by_the_feed().when(take_role(role, TODAY, None)).is_ok());
        assert!(!Role::OF_THE_STAFF.contains(&role));
    }
}

#[test]
fn a_school_is_not_left_without_a_head() {
    let last = || given([taken(Role::Head, RENTREE, None)]);
    for command in [end_role(Role::Head, TODAY), end_role(Role::Head, JANUARY), Command::Deactivate { on: TODAY }] {
        assert_eq!(last().when(command.clone()), Err(Rejection::TheLastHead));
        let several = Command::Several { commands: vec![command.clone()] };
        assert_eq!(last().when(several), Err(Rejection::TheLastHead));
        assert_eq!(last().beside(&[(JANUARY, Some(MARCH))]).when(command.clone()), Err(Rejection::TheLastHead));
        assert!(last().beside(&[(RENTREE, None)]).when(command.clone()).is_ok());
        assert!(last().by_the_feed().when(command).is_ok(), "a feed says what the school's records say");
    }
    assert!(last().when(end_role(Role::Deputy, TODAY)).unwrap().is_empty());
}

#[test]
fn a_head_leaves_on_the_day_on_which_another_begins_and_not_before() {
    let leaves =
        |on| given([taken(Role::Head, RENTREE, None)]).beside(&[(JANUARY, None)]).when(end_role(Role::Head, on));
    assert_eq!(leaves(date(2027, 1, 3)), Err(Rejection::TheLastHead));
    assert!(leaves(JANUARY).is_ok());
    // Two who follow each other without a day between them do as well as one.
    let relay = |second| {
        let terms = [(RENTREE, Some(JANUARY)), (second, None)];
        given([taken(Role::Head, RENTREE, None)]).beside(&terms).when(end_role(Role::Head, TODAY))
    };
    assert!(relay(JANUARY).is_ok());
    assert_eq!(relay(date(2027, 1, 5)), Err(Rejection::TheLastHead));
}

#[test]
fn days_that_are_past_or_that_nobody_led_before_are_asked_of_nobody() {
    // Ended after the fact: what is past has no other head any more.
    let successor = [(TODAY, None)];
    assert!(given([taken(Role::Head, RENTREE, None)]).beside(&successor).when(end_role(Role::Head, RENTREE)).is_ok());
    // Nobody leads after March anyway: what is lost ends there.
    let until_march = given([taken(Role::Head, RENTREE, Some(MARCH))]);
    assert!(until_march.beside(&[(RENTREE, Some(MARCH))]).when(end_role(Role::Head, TODAY)).is_ok());
    // Whoever's account is closed leads nothing.
    let closed = given([taken(Role::Head, RENTREE, None), Event::PersonDeactivated { person: someone(1), on: TODAY }]);
    assert!(closed.when(end_role(Role::Head, TODAY)).is_ok());
}

#[test]
fn the_day_of_birth_is_that_of_a_pupil_sealed_under_the_key_of_the_names() {
    let state_birth = |born_on| Command::StateBirthDate { born_on };
    let pupil = || given([taken(Role::Pupil, RENTREE, None)]);
    let told = pupil().when(state_birth(date(2008, 2, 1))).unwrap();
    let [Event::BirthDateStated { born_on, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(born_on.under(), Some((&Subject::Person(someone(1)), Retention::Identity)));
    assert_eq!(given([]).when(state_birth(TODAY)), Err(Rejection::NotAPupil));
    let left = given([taken(Role::Pupil, RENTREE, Some(TODAY)), taken(Role::Teacher, RENTREE, None)]);
    assert_eq!(left.when(state_birth(date(2008, 2, 1))), Err(Rejection::NotAPupil));
    for wrong in [date(2026, 11, 18), date(1908, 2, 1)] {
        assert_eq!(pupil().when(state_birth(wrong)), Err(Rejection::BirthDateMalformed));
    }
    let outsider = Given { capacity: Capacity::Stranger, ..pupil() };
    assert_eq!(outsider.when(state_birth(date(2008, 2, 1))), Err(Rejection::NotTheHead));
}

#[test]
fn a_role_stored_without_an_end_stays_so() {
    let before = r#"{"RoleTaken":{"person":"00000000-0000-0000-0000-000000000001","school":"d7bac048-cc7b-5d75-ab0f-1879bf39ea5e","role":"head","from":"2026-09-01"}}"#;
    let stored: Event = serde_json::from_str(before).unwrap();
    assert!(matches!(stored, Event::RoleTaken { until: None, .. }));
    assert_eq!(serde_json::to_string(&stored).unwrap(), before);
}
