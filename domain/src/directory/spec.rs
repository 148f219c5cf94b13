mod lessons;

use crate::actor::{Actor, Capacity};
use crate::calendar::{LessonOn, NotHeld, Slot, Weeks, YearBounds};
use crate::decider::{Context, Decider};
use crate::directory::person::{Guardian, Names, Role, Standing};
use crate::directory::service::Assignment;
use crate::directory::{establishment, group, person, service};
use crate::ids::{GroupId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId};
use jiff::Timestamp;
use jiff::civil::{Date, date, time};
use uuid::Uuid;

fn decide<D: Decider<Facts: Default>>(past: &[D::Event], command: D::Command) -> Result<Vec<D::Event>, D::Rejection> {
    knowing::<D>(D::Facts::default(), past, command)
}

fn knowing<D: Decider>(facts: D::Facts, past: &[D::Event], command: D::Command) -> Result<Vec<D::Event>, D::Rejection> {
    let mut state = D::State::default();
    past.iter().for_each(|event| D::evolve(&mut state, event));
    let (actor, capacity, now) = (Actor::Import, Capacity::Machine, Timestamp::UNIX_EPOCH);
    D::decide(&state, command, &Context { actor, capacity, now, facts, facts_position: 0 })
}

fn pupil() -> PersonId {
    PersonId(Uuid::from_u128(1))
}

fn registered() -> Vec<person::Event> {
    let names = Names { family: "Fofana".into(), given: "Inès".into(), title: None };
    decide::<person::Person>(&[], person::Command::Register { person: pupil(), names, origin: None }).unwrap()
}

#[test]
fn the_same_school_twice_is_no_event() {
    let identity = establishment::Identity {
        uai: "0990001X".into(),
        name: "Collège des Tilleuls".into(),
        town: None,
        academy: None,
        level: establishment::Level::College,
        time_zone: "Europe/Paris".into(),
        holiday_zone: Some("A".into()),
    };
    let register = |identity| establishment::Command::Register { identity };
    let events = decide::<establishment::School>(&[], register(identity.clone())).unwrap();
    assert_eq!(events.len(), 1);
    assert!(decide::<establishment::School>(&events, register(identity.clone())).unwrap().is_empty());
    let moon = establishment::Identity { time_zone: "Lune/Tranquillité".into(), ..identity };
    assert!(decide::<establishment::School>(&[], register(moon)).is_err());
}

#[test]
fn guardians_are_a_set_replaced_as_a_whole() {
    let link = |number, standing| Guardian {
        relative: PersonId(Uuid::from_u128(number)),
        standing,
        relation: "mother".into(),
    };
    let set = |guardians| person::Command::SetGuardians { guardians, from: date(2026, 9, 1) };
    let mut events = registered();
    let both = vec![link(2, Standing::Legal1), link(3, Standing::Legal2)];
    events.extend(decide::<person::Person>(&events, set(both.clone())).unwrap());
    let reversed = both.iter().rev().cloned().collect();
    assert!(decide::<person::Person>(&events, set(reversed)).unwrap().is_empty());
    assert!(decide::<person::Person>(&events, set(vec![link(1, Standing::Legal1)])).is_err());
    let twice = vec![link(2, Standing::Legal1), link(2, Standing::Contact)];
    assert!(decide::<person::Person>(&events, set(twice)).is_err());
}

#[test]
fn a_role_is_taken_once_and_ended_once() {
    let school = SchoolId::of("0990001X");
    let take = person::Command::TakeRole { school, role: Role::Pupil, from: date(2026, 9, 1) };
    let end = person::Command::EndRole { school, role: Role::Pupil, on: date(2027, 7, 3) };
    let mut events = registered();
    assert!(decide::<person::Person>(&events, end.clone()).unwrap().is_empty());
    events.extend(decide::<person::Person>(&events, take.clone()).unwrap());
    assert!(decide::<person::Person>(&events, take).unwrap().is_empty());
    assert_eq!(decide::<person::Person>(&events, end).unwrap().len(), 1);
}

#[test]
fn several_facts_of_a_feed_are_all_or_nothing() {
    let bad = person::Command::Several {
        commands: vec![
            person::Command::Deactivate { on: date(2026, 9, 1) },
            person::Command::CorrectNames { names: Names { family: String::new(), given: String::new(), title: None } },
        ],
    };
    assert!(decide::<person::Person>(&registered(), bad).is_err());
}

#[test]
fn members_join_and_leave_one_event_each() {
    let school = SchoolId::of("0990001X");
    let description = group::Description {
        sort: group::Sort::Class,
        code: "1 STMG 3°".into(),
        label: String::new(),
        curricula: vec![],
        classes: vec![],
    };
    let open = group::Command::Open { school, year: SchoolYear(2026), description };
    let mut events = decide::<group::Group>(&[], open.clone()).unwrap();
    assert!(decide::<group::Group>(&events, open).unwrap().is_empty());
    let other = PersonId(Uuid::from_u128(2));
    let change = |joined, left| group::Command::ChangeMembers { joined, left, on: date(2026, 9, 1) };
    events.extend(decide::<group::Group>(&events, change(vec![pupil(), other, pupil()], vec![])).unwrap());
    assert_eq!(events.len(), 3);
    assert!(decide::<group::Group>(&events, change(vec![other], vec![])).unwrap().is_empty());
    assert_eq!(decide::<group::Group>(&events, change(vec![], vec![other])).unwrap().len(), 1);
}

#[test]
fn a_stay_is_begun_earlier_ended_earlier_and_called_off() {
    let school = SchoolId::of("0990001X");
    let (code, label) = ("M4-2".to_owned(), String::new());
    let description = group::Description { sort: group::Sort::Group, code, label, curricula: vec![], classes: vec![] };
    let open = group::Command::Open { school, year: SchoolYear(2026), description };
    let opened = decide::<group::Group>(&[], open).unwrap();
    let (early, late) = (date(2026, 11, 16), date(2027, 1, 4));
    let join = |on| group::Command::ChangeMembers { joined: vec![pupil()], left: vec![], on };
    let leave = |on| group::Command::ChangeMembers { joined: vec![], left: vec![pupil()], on };
    // Each of these says something, and says it once.
    let mut events = opened.clone();
    for command in [join(late), join(early), leave(late), leave(date(2026, 12, 7)), join(date(2026, 12, 1))] {
        events.extend(decide::<group::Group>(&events, command.clone()).unwrap());
        assert!(decide::<group::Group>(&events, command).unwrap().is_empty());
    }
    assert_eq!(events.len(), opened.len() + 5);
    // The last one took the end back: the pupil is in since November.
    assert!(decide::<group::Group>(&events, join(late)).unwrap().is_empty());
    // A stay to come is called off, and begins again.
    let mut events = opened;
    for command in [join(late), leave(early)] {
        events.extend(decide::<group::Group>(&events, command).unwrap());
    }
    assert!(decide::<group::Group>(&events, leave(late)).unwrap().is_empty(), "it never held");
    assert_eq!(decide::<group::Group>(&events, join(late)).unwrap().len(), 1);
}

#[test]
fn form_tutors_are_named_as_a_set_from_a_day() {
    let (school, year) = (SchoolId::of("0990001X"), SchoolYear(2026));
    let (code, label) = ("4B".to_owned(), String::new());
    let description = group::Description { sort: group::Sort::Class, code, label, curricula: vec![], classes: vec![] };
    let mut events = decide::<group::Group>(&[], group::Command::Open { school, year, description }).unwrap();
    let name = |from| group::Command::NameFormTutors { teachers: [pupil()].into(), from };
    events.extend(decide::<group::Group>(&events, name(Some(date(2026, 9, 1)))).unwrap());
    assert!(
        matches!(events.last(), Some(group::Event::FormTutorsNamed { from: Some(day), .. }) if *day == date(2026, 9, 1))
    );
    assert!(
        decide::<group::Group>(&events, name(Some(date(2026, 11, 16)))).unwrap().is_empty(),
        "they are named already"
    );
    let before = r#"{"FormTutorsNamed":{"group":"d7bac048-cc7b-5d75-ab0f-1879bf39ea5e","teachers":[]}}"#;
    let stored: group::Event = serde_json::from_str(before).unwrap();
    assert!(matches!(stored, group::Event::FormTutorsNamed { from: None, .. }));
    assert_eq!(serde_json::to_string(&stored).unwrap(), before, "what was stored without a day stays so");
}

#[test]
fn form_tutors_named_for_later_are_named_earlier_or_not_at_all() {
    let (school, year) = (SchoolId::of("0990001X"), SchoolYear(2026));
    let bounds = YearBounds { year, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) };
    let now: Timestamp = "2026-11-16T23:30:00Z".parse().unwrap();
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
    let facts = group::Facts { bounds: Some(bounds), zone };
    let by_the_head = |past: &[group::Event], command| {
        let mut state = group::State::default();
        past.iter().for_each(|event| group::Group::evolve(&mut state, event));
        let (actor, capacity) = (Actor::Person(pupil()), Capacity::Head);
        group::Group::decide(
            &state,
            command,
            &Context { actor, capacity, now, facts: facts.clone(), facts_position: 0 },
        )
    };
    let someone = |number| PersonId(Uuid::from_u128(number));
    let name = |teachers: &[u128], from| group::Command::NameFormTutors {
        teachers: teachers.iter().map(|n| someone(*n)).collect(),
        from,
    };
    let (code, label) = ("4B".to_owned(), String::new());
    let description = group::Description { sort: group::Sort::Class, code, label, curricula: vec![], classes: vec![] };
    let mut events = by_the_head(&[], group::Command::Open { school, year, description }).unwrap();
    assert!(by_the_head(&events, name(&[], None)).unwrap().is_empty(), "there are none");
    let (today, january) = (date(2026, 11, 17), date(2027, 1, 1));
    events.extend(by_the_head(&events, name(&[10], Some(date(2026, 9, 1)))).unwrap());
    events.extend(by_the_head(&events, name(&[11], Some(january))).unwrap());
    assert!(by_the_head(&events, name(&[11], Some(january))).unwrap().is_empty());
    for set in [&[11][..], &[], &[10]] {
        for from in [None, Some(today)] {
            let told = by_the_head(&events, name(set, from)).unwrap();
            assert_eq!(told.len(), 1, "from today, whatever is to come: {set:?} {from:?}");
            let after: Vec<_> = events.iter().chain(&told).cloned().collect();
            assert!(by_the_head(&after, name(set, None)).unwrap().is_empty(), "{set:?} {from:?}");
            assert!(by_the_head(&after, name(set, Some(today))).unwrap().is_empty(), "{set:?} {from:?}");
        }
    }
    // Named without a day, they began when it was recorded: an earlier day is another thing to say.
    let undated: Vec<_> = events.iter().cloned().chain(by_the_head(&events, name(&[11], None)).unwrap()).collect();
    assert_eq!(by_the_head(&undated, name(&[11], Some(date(2026, 9, 1)))).unwrap().len(), 1);
    for wrong in [date(2206, 11, 17), date(206, 11, 17), date(2027, 7, 4), date(2026, 8, 31)] {
        assert_eq!(by_the_head(&events, name(&[11], Some(wrong))), Err(group::Rejection::DayOutsideTheYear));
        let join = group::Command::ChangeMembers { joined: vec![pupil()], left: vec![], on: wrong };
        assert_eq!(by_the_head(&events, join), Err(group::Rejection::DayOutsideTheYear));
    }
}

#[test]
fn a_timetable_says_only_what_changed() {
    let group = GroupId::of(SchoolId::of("0990001X"), SchoolYear(2026), "4B");
    let service = ServiceId::of(group, "061300");
    let slot = |weekday| {
        let (starts_at, weeks) = (time(8, 0, 0, 0), Weeks::new(date(2026, 8, 31), 1));
        Slot { slot: SlotId::of(service, weekday, starts_at, "1"), weekday, starts_at, minutes: 55, weeks, room: None }
    };
    let school = SchoolId::of("0990001X");
    let open = service::Command::Open { school, year: SchoolYear(2026), group, subject: "061300".into() };
    let mut events = decide::<service::Service>(&[], open).unwrap();
    let schedule = |slots| service::Command::Schedule { slots, on: date(2026, 9, 1) };
    events.extend(decide::<service::Service>(&events, schedule(vec![slot(1), slot(4)])).unwrap());
    assert_eq!(events.len(), 3);
    let moved = decide::<service::Service>(&events, schedule(vec![slot(1), slot(2)])).unwrap();
    assert!(matches!(moved[..], [service::Event::SlotEnded { .. }, service::Event::SlotScheduled { .. }]));
    let off = |weekday, day| LessonOn { slot: slot(weekday).slot, date: date(2026, 8, day) };
    let cancel = |lessons: Vec<LessonOn>, because| {
        let lessons = lessons.into_iter().collect();
        decide::<service::Service>(&events, service::Command::Cancel { lessons, because })
    };
    let out = cancel(vec![off(1, 31)], NotHeld::Outing).unwrap();
    assert!(matches!(out[..], [service::Event::LessonCancelled { because: NotHeld::Outing, .. }]));
    let unknown = service::Rejection::LessonUnknown;
    assert_eq!(cancel(vec![off(1, 31), off(4, 31)], NotHeld::Outing).unwrap_err(), unknown, "all or none");
    assert_eq!(cancel(vec![], NotHeld::Outing).unwrap_err(), service::Rejection::LessonsMalformed);
    let all: Vec<_> = events.iter().chain(&out).cloned().collect();
    let again = |because| service::Command::Cancel { lessons: [off(1, 31)].into(), because };
    assert!(decide::<service::Service>(&all, again(NotHeld::Outing)).unwrap().is_empty());
    assert_eq!(decide::<service::Service>(&all, again(NotHeld::TeacherAbsent)).unwrap().len(), 1);
    let back = || service::Command::Reinstate { lessons: [off(1, 31)].into() };
    assert_eq!(decide::<service::Service>(&all, back()).unwrap().len(), 1);
    assert!(decide::<service::Service>(&events, back()).unwrap().is_empty());
    let odd = Assignment { teacher: pupil(), capacity: Capacity::Head, from: date(2026, 9, 1), until: None };
    assert!(decide::<service::Service>(&events, service::Command::Assign { assignment: odd }).is_err());
}

#[test]
fn a_village_class_holds_several_levels_and_one_service_covers_all_subjects_in_half_days() {
    let (school, year) = (SchoolId::of("0990010G"), SchoolYear(2026));
    let group = GroupId::of(school, year, "CE1-CE2");
    let description = group::Description {
        sort: group::Sort::Class,
        code: "CE1-CE2".into(),
        label: "CE1-CE2 de Mme Roux".into(),
        curricula: vec!["CE1".into(), "CE2".into()],
        classes: vec![],
    };
    let opened = decide::<group::Group>(&[], group::Command::Open { school, year, description }).unwrap();
    let [group::Event::GroupOpened { description, .. }] = &opened[..] else { panic!() };
    assert_eq!(description.curricula, ["CE1", "CE2"]);
    let subject = service::ALL_SUBJECTS.to_owned();
    let mut events = decide::<service::Service>(&[], service::Command::Open { school, year, group, subject }).unwrap();
    let service = ServiceId::of(group, service::ALL_SUBJECTS);
    let half_day = |weekday, starts_at, minutes| Slot {
        slot: SlotId::of(service, weekday, starts_at, "all"),
        weekday,
        starts_at,
        minutes,
        weeks: Weeks::new(date(2026, 9, 1), u64::MAX),
        room: None,
    };
    let slots = vec![half_day(1, time(8, 30, 0, 0), 180), half_day(1, time(13, 30, 0, 0), 180)];
    let schedule = service::Command::Schedule { slots, on: date(2026, 9, 1) };
    events.extend(decide::<service::Service>(&events, schedule).unwrap());
    assert_eq!(events.len(), 3, "{events:?}");
}

#[test]
fn a_head_decides_how_large_files_are_from_a_day_and_says_it_once() {
    use crate::media::{FileLimits, customary_limits, limits_on};
    let identity = establishment::Identity {
        uai: "0990001X".into(),
        name: "Collège".into(),
        town: None,
        academy: None,
        level: establishment::Level::College,
        time_zone: "Europe/Paris".into(),
        holiday_zone: None,
    };
    let mut events = decide::<establishment::School>(&[], establishment::Command::Register { identity }).unwrap();
    let from = |valid_from, document_bytes_max| FileLimits {
        valid_from,
        document_bytes_max,
        source: "décision".into(),
        ..customary_limits().remove(0)
    };
    let (before, day) = (date(2026, 11, 15), date(2026, 11, 16));
    let adopt = |limits| establishment::Command::AdoptFileLimits { limits };
    events.extend(decide::<establishment::School>(&events, adopt(from(day, 5_000_000))).unwrap());
    assert!(decide::<establishment::School>(&events, adopt(from(day, 5_000_000))).unwrap().is_empty());
    let largest = decide::<establishment::School>(&events, adopt(from(day, 300_000_000)));
    assert_eq!(largest.unwrap_err(), establishment::Rejection::FileLimitsMalformed);
    let none = FileLimits { taken: [].into(), ..from(day, 5_000_000) };
    assert_eq!(
        decide::<establishment::School>(&events, adopt(none)).unwrap_err(),
        establishment::Rejection::FileLimitsMalformed
    );
    let by = |capacity, command| {
        let mut state = establishment::State::default();
        events.iter().for_each(|event| establishment::School::evolve(&mut state, event));
        let (actor, now) = (Actor::Person(pupil()), Timestamp::UNIX_EPOCH);
        establishment::School::decide(&state, command, &Context { actor, capacity, now, facts: (), facts_position: 0 })
    };
    assert!(by(Capacity::Referent, adopt(from(day, 6_000_000))).is_ok(), "who sets the school up decides them too");
    let subjects = establishment::Command::NameSubjects { subjects: [("1".into(), "x".into())].into() };
    assert_eq!(by(Capacity::Referent, subjects).unwrap_err(), establishment::Rejection::NotTheHead);
    assert_eq!(by(Capacity::Teacher, adopt(from(day, 6_000_000))).unwrap_err(), establishment::Rejection::NotTheHead);
    let limits = [customary_limits(), vec![from(day, 5_000_000)]].concat();
    let most = |on| limits_on(&limits, on).map(|limits| limits.document_bytes_max);
    assert_eq!((most(before), most(day)), (Some(20_000_000), Some(5_000_000)));
}
