//! Form tutors named one by one, among sets that are to come.

use std::collections::BTreeSet;

use super::*;
use crate::calendar::days_after;

const JANUARY: Date = date(2027, 1, 4);
const MARCH: Date = date(2027, 3, 1);
const RENTREE: Date = date(2026, 9, 1);

fn someone(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn opened() -> Vec<group::Event> {
    let (school, year) = (SchoolId::of("0990001X"), SchoolYear(2026));
    let (code, label) = ("4B".to_owned(), String::new());
    let description = group::Description { sort: group::Sort::Class, code, label, curricula: vec![], classes: vec![] };
    decide::<group::Group>(&[], group::Command::Open { school, year, description }).unwrap()
}

/// The sets that hold, as they were last said.
fn sets(events: &[group::Event]) -> Vec<(Date, BTreeSet<PersonId>)> {
    let mut sets: Vec<(Date, BTreeSet<PersonId>)> = vec![];
    for event in events {
        if let group::Event::FormTutorsNamed { teachers, from: Some(from), .. } = event {
            sets.retain(|(day, _)| day < from);
            sets.push((*from, teachers.clone()));
        }
    }
    sets
}

fn obeyed(events: &mut Vec<group::Event>, command: group::Command) {
    events.extend(decide::<group::Group>(events, command.clone()).unwrap());
    assert!(decide::<group::Group>(events, command).unwrap().is_empty(), "said twice");
}

#[test]
fn one_more_form_tutor_sends_nobody_away_on_any_day() {
    let (a, b, c) = (someone(10), someone(11), someone(12));
    let mut events = opened();
    obeyed(&mut events, group::Command::NameFormTutors { teachers: [a].into(), from: Some(RENTREE) });
    obeyed(&mut events, group::Command::NameFormTutors { teachers: [b].into(), from: Some(JANUARY) });
    obeyed(&mut events, group::Command::AddFormTutor { teacher: c, from: date(2026, 11, 17), until: Some(MARCH) });
    let all =
        [(RENTREE, [a].into()), (date(2026, 11, 17), [a, c].into()), (JANUARY, [b, c].into()), (MARCH, [b].into())];
    assert_eq!(sets(&events), all);
    obeyed(&mut events, group::Command::RemoveFormTutor { teacher: c, on: JANUARY });
    assert_eq!(sets(&events), [&all[..2], &[(JANUARY, [b].into()), (MARCH, [b].into())]].concat());
    obeyed(&mut events, group::Command::AddFormTutor { teacher: a, from: RENTREE, until: None });
    assert!(sets(&events).iter().all(|(_, set)| set.contains(&a)));
}

#[test]
fn a_form_tutor_who_is_none_is_not_sent_away() {
    let remove = group::Command::RemoveFormTutor { teacher: pupil(), on: JANUARY };
    assert!(decide::<group::Group>(&opened(), remove).unwrap().is_empty());
    let backwards = group::Command::AddFormTutor { teacher: pupil(), from: MARCH, until: Some(JANUARY) };
    assert_eq!(decide::<group::Group>(&opened(), backwards).unwrap_err(), group::Rejection::PeriodMalformed);
}

#[test]
fn a_form_tutor_may_be_named_until_the_last_day_of_the_year() {
    let last = date(2027, 7, 3);
    let bounds = YearBounds { year: SchoolYear(2026), starts_on: RENTREE, ends_on: last };
    let mut state = group::State::default();
    opened().iter().for_each(|event| group::Group::evolve(&mut state, event));
    let until = |day| {
        let (actor, capacity) = (Actor::Person(pupil()), Capacity::Head);
        let facts = group::Facts { bounds: Some(bounds.clone()), ..group::Facts::default() };
        let context = Context { actor, capacity, now: Timestamp::UNIX_EPOCH, facts, facts_position: 0 };
        let command = group::Command::AddFormTutor { teacher: someone(10), from: JANUARY, until: Some(day) };
        group::Group::decide(&state, command, &context)
    };
    // Sent as the first day without the role.
    let named = until(days_after(last, 1).unwrap()).unwrap();
    assert_eq!(sets(&named), [(JANUARY, [someone(10)].into())]);
    assert_eq!(until(days_after(last, 2).unwrap()).unwrap_err(), group::Rejection::DayOutsideTheYear);
}
