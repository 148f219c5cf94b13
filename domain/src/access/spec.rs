use super::*;
use crate::actor::Capacity;
use crate::decider::Decider as _;
use crate::directory::entourage::{Entourage, Event, State};
use crate::directory::person::Standing;
use crate::ids::SchoolYear;
use jiff::civil::date;
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 17);

fn group(code: &str) -> GroupId {
    GroupId::of(SchoolId::of("0990001X"), SchoolYear(2026), code)
}

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn stay(code: &str, from: Date, until: Option<Date>) -> Stay {
    Stay { group: group(code), from, until }
}

fn link(relative: u128, standing: Standing) -> Guardian {
    Guardian { relative: person(relative), standing, relation: "mother".into() }
}

fn rights(past: &[Event]) -> State {
    let mut state = State::default();
    past.iter().for_each(|event| Entourage::evolve(&mut state, event));
    state
}

#[test]
fn a_pupil_sees_the_textbooks_of_all_their_groups() {
    let scope =
        of_pupil(person(50), &[stay("4B", date(2026, 9, 1), None), stay("4ESP1", date(2026, 10, 12), None)], TODAY);
    assert_eq!(scope.groups, [(group("4B"), None), (group("4ESP1"), None)]);
    assert!(!scope.behind_the_scenes);
    assert_eq!(scope.pupils, BTreeSet::from([person(50)]));
}

#[test]
fn who_left_a_group_keeps_what_is_dated_up_to_that_day() {
    let left = date(2026, 10, 5);
    let scope = of_pupil(person(50), &[stay("4A", date(2026, 9, 1), Some(left)), stay("4B", left, None)], TODAY);
    assert_eq!(scope.groups, [(group("4A"), Some(date(2026, 10, 4))), (group("4B"), None)]);
}

#[test]
fn who_came_back_sees_all_of_it_again() {
    let stays = [stay("4A", date(2026, 9, 1), Some(date(2026, 9, 20))), stay("4A", date(2026, 10, 1), None)];
    assert_eq!(of_pupil(person(50), &stays, TODAY).groups, [(group("4A"), None)]);
}

#[test]
fn who_was_let_in_by_mistake_reads_nothing_of_that_group() {
    let (from, earlier) = (date(2026, 11, 9), date(2026, 11, 2));
    for until in [from, earlier] {
        assert!(of_pupil(person(50), &[stay("4ESP1", from, Some(until))], TODAY).is_nothing());
    }
}

#[test]
fn ct_09_both_legal_guardians_read_and_nobody_else() {
    let guardians =
        [link(1, Standing::Legal1), link(2, Standing::Legal2), link(3, Standing::Contact), link(4, Standing::Other)];
    let stays = [stay("4B", date(2026, 9, 1), None)];
    for adult in [1, 2] {
        assert_eq!(
            of_guardian(person(adult), person(50), &guardians, &rights(&[]), &stays, TODAY),
            of_pupil(person(50), &stays, TODAY)
        );
    }
    for adult in [3, 4, 5] {
        assert!(of_guardian(person(adult), person(50), &guardians, &rights(&[]), &stays, TODAY).is_nothing());
    }
}

#[test]
fn code_civil_373_2_1_a_parent_without_authority_reads_until_a_court_decides_otherwise() {
    let (stays, pupil, relative) = ([stay("4B", date(2026, 9, 1), None)], person(9), person(4));
    let guardians = [link(1, Standing::Legal1), link(4, Standing::Other)];
    let recorded = Event::SupervisionRecorded { pupil, relative, from: date(2026, 11, 2) };
    let decided = Event::CourtDecisionEntered { pupil, relative, from: TODAY };
    let seen = |past: &[Event], guardians: &[Guardian], on| {
        of_guardian(relative, person(50), guardians, &rights(past), &stays, on)
    };
    assert!(seen(std::slice::from_ref(&recorded), &guardians, date(2026, 11, 1)).is_nothing());
    assert_eq!(seen(std::slice::from_ref(&recorded), &guardians, TODAY), of_pupil(person(50), &stays, TODAY));
    assert!(seen(std::slice::from_ref(&recorded), &guardians[..1], TODAY).is_nothing(), "the link has ended");
    let both = [recorded, decided];
    assert!(!seen(&both, &guardians, date(2026, 11, 16)).is_nothing());
    assert!(seen(&both, &guardians, TODAY).is_nothing());
    let other = of_guardian(person(1), person(50), &guardians, &rights(&both), &stays, TODAY);
    assert_eq!(other, of_pupil(person(50), &stays, TODAY), "the other parent is not concerned");
}

#[test]
fn parents_go_on_reading_a_pupil_of_age_who_does_not_object() {
    let (stays, pupil) = ([stay("4B", date(2026, 9, 1), None)], person(9));
    let guardians = [link(1, Standing::Legal1), link(4, Standing::Other)];
    let supervised = Event::SupervisionRecorded { pupil, relative: person(4), from: date(2026, 9, 1) };
    let objection = Event::ObjectionMade { pupil, from: TODAY };
    let back = Event::ObjectionWithdrawn { pupil, on: date(2026, 11, 20) };
    let past = [supervised, objection, back];
    for parent in [person(1), person(4)] {
        let seen = |on| of_guardian(parent, person(50), &guardians, &rights(&past), &stays, on);
        assert!(!seen(date(2026, 11, 16)).is_nothing());
        assert!(seen(TODAY).is_nothing(), "nothing, not even what was written before");
        assert!(!seen(date(2026, 11, 20)).is_nothing(), "taken back");
    }
}

#[test]
fn an_aesh_reads_what_the_pupils_named_to_them_read() {
    let (stays, pupil) = ([stay("4B", date(2026, 9, 1), None)], person(9));
    let named = Event::CompanionNamed { pupil, companion: person(6), from: date(2026, 11, 9) };
    let released = Event::CompanionReleased { pupil, companion: person(6), on: date(2026, 12, 1) };
    let objection = Event::ObjectionMade { pupil, from: date(2026, 11, 9) };
    let past = [named, released, objection];
    let seen = |who, on| of_companion(person(who), person(50), &rights(&past), &stays, on);
    assert_eq!(seen(6, TODAY), of_pupil(person(50), &stays, TODAY), "an objection is against parents");
    assert!(seen(6, date(2026, 11, 8)).is_nothing());
    assert!(seen(6, date(2026, 12, 1)).is_nothing());
    assert!(seen(7, TODAY).is_nothing());
}

#[test]
fn rg_07_who_is_no_longer_in_the_set_reads_nothing() {
    let stays = [stay("4B", date(2026, 9, 1), None)];
    let (before, after) = ([link(1, Standing::Legal1), link(2, Standing::Legal2)], [link(2, Standing::Legal1)]);
    assert!(!of_guardian(person(1), person(50), &before, &rights(&[]), &stays, TODAY).is_nothing());
    assert!(of_guardian(person(1), person(50), &after, &rights(&[]), &stays, TODAY).is_nothing());
}

#[test]
fn a_substitute_reads_the_whole_textbook_from_the_day_named() {
    let textbook = TextbookId::of(group("4B"), "061300");
    let assignment =
        Assignment { teacher: person(9), capacity: Capacity::Substitute, from: TODAY, until: Some(date(2026, 12, 1)) };
    assert!(of_teacher(person(9), &[(textbook, assignment)], date(2026, 11, 16)).is_nothing());
    assert!(of_teacher(person(9), &[(textbook, assignment)], TODAY).textbooks.contains(&textbook));
    assert!(of_teacher(person(8), &[(textbook, assignment)], TODAY).is_nothing());
}

#[test]
fn a_head_sees_the_schools_they_lead_and_a_teacher_does_not_lead() {
    let (here, there) = (SchoolId::of("0990001X"), SchoolId::of("0990002Y"));
    let scope = of_head(&[(here, Role::Head), (there, Role::Teacher)]);
    assert_eq!(scope.schools.into_iter().collect::<Vec<_>>(), [here]);
}

#[test]
fn in_01_an_inspector_reads_only_under_a_mandate_between_its_dates() {
    let textbook = TextbookId::of(group("4B"), "061300");
    let grant = Grant {
        inspector: person(7),
        textbooks: [textbook].into(),
        from: date(2026, 11, 9),
        until: date(2026, 11, 27),
        closed: false,
    };
    let grants = [grant.clone()];
    assert!(of_inspector(person(7), &grants, TODAY).textbooks.contains(&textbook));
    assert!(of_inspector(person(7), &grants, date(2026, 11, 8)).is_nothing());
    assert!(of_inspector(person(7), &grants, date(2026, 11, 28)).is_nothing());
    assert!(of_inspector(person(8), &grants, TODAY).is_nothing());
    assert!(of_inspector(person(7), &[Grant { closed: true, ..grant }], TODAY).is_nothing());
}

#[test]
fn a_form_tutor_sees_what_the_class_sees_while_they_hold_it() {
    let tutoring = Tutoring { tutor: person(9), from: date(2026, 9, 1), until: Some(date(2026, 12, 1)) };
    let groups = || [group("4B"), group("4ESP1")];
    let seen = |who, on| of_form_tutor(person(who), &[tutoring], groups(), [person(50)], on);
    assert_eq!(seen(9, TODAY), of_class(groups(), [person(50)]));
    assert!(!seen(9, TODAY).behind_the_scenes, "what a colleague has not released, or took back, is theirs");
    for nothing in [seen(9, date(2026, 8, 31)), seen(9, date(2026, 12, 1)), seen(8, TODAY)] {
        assert!(nothing.is_nothing());
    }
}

#[test]
fn the_school_life_sees_what_pupils_see_in_its_school_alone() {
    let (here, there) = (SchoolId::of("0990001X"), SchoolId::of("0990002Y"));
    let scope = of_school_life(&[(here, Role::SchoolLife), (there, Role::Teacher)]);
    assert_eq!(scope.schools, [here].into());
    assert!(!scope.behind_the_scenes);
    assert!(of_head(&[(here, Role::SchoolLife)]).is_nothing());
}

#[test]
fn who_sets_up_guards_archives_counts_or_hosts_reads_nothing() {
    use Role::{Archivist, DataProtection, HostOperator, Librarian, Observatory, Referent, Staff};
    let here = SchoolId::of("0990001X");
    for role in [Librarian, Staff, Referent, DataProtection, Archivist, Observatory, HostOperator] {
        assert_eq!(reach(role), Reach::Nothing, "{role:?}");
        assert!(of_head(&[(here, role)]).is_nothing() && of_school_life(&[(here, role)]).is_nothing(), "{role:?}");
        assert!(of_workload(person(1), &[(here, role)], &team(), TODAY).is_nothing(), "{role:?}");
    }
}

#[test]
fn a_part_of_a_school_is_never_more_than_what_was_seen_of_it() {
    let (here, there) = (SchoolId::of("0990001X"), SchoolId::of("0990002Y"));
    let head = of_head(&[(here, Role::Head)]);
    let part = head.within(here, [group("4B"), group("4A")]);
    assert_eq!(part.groups, [(group("4B"), None), (group("4A"), None)]);
    assert!(part.behind_the_scenes && part.schools.is_empty(), "as much, of fewer groups");
    assert!(head.within(there, [group("4B")]).is_nothing(), "of a school that is not theirs");
    let left = date(2026, 10, 5);
    let pupil = Scope { groups: vec![(group("4B"), Some(left))], ..Scope::default() };
    assert_eq!(pupil.within(here, [group("4A"), group("4B")]).groups, [(group("4B"), Some(left))]);
}

fn team() -> Team {
    let held = |teacher, until| Assignment {
        teacher: person(teacher),
        capacity: Capacity::Teacher,
        from: date(2026, 9, 1),
        until,
    };
    Team {
        school: SchoolId::of("0990001X"),
        groups: [group("4B"), group("4ESP1")].into(),
        assignments: vec![held(7, None), held(8, Some(date(2026, 10, 31)))],
        tutorings: vec![Tutoring { tutor: person(9), from: date(2026, 9, 1), until: None }],
    }
}

#[test]
fn ct_11_the_team_of_the_day_counts_the_work_of_a_class_and_nobody_else() {
    let (here, there) = (SchoolId::of("0990001X"), SchoolId::of("0990002Y"));
    let counted = |who, roles: &[(SchoolId, Role)]| of_workload(person(who), roles, &team(), TODAY);
    let whole = counted(7, &[]);
    let groups: BTreeSet<GroupId> = whole.groups.iter().map(|(group, _)| *group).collect();
    assert_eq!(groups, team().groups);
    assert!(whole.behind_the_scenes, "what is not released yet falls on that day all the same");
    assert_eq!(counted(9, &[]), whole, "the form tutor");
    for role in [Role::SchoolLife, Role::Head, Role::Deputy] {
        assert_eq!(counted(1, &[(here, role)]), whole, "{role:?}");
        assert!(counted(1, &[(there, role)]).is_nothing(), "{role:?} of another school");
    }
    assert!(counted(8, &[(here, Role::Teacher)]).is_nothing(), "who has left the class");
    for role in [Role::Teacher, Role::Pupil, Role::Relative, Role::Aesh, Role::Inspector] {
        assert!(counted(1, &[(here, role)]).is_nothing(), "{role:?} counts what they see, elsewhere");
    }
}
