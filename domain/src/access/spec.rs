use super::*;
use crate::actor::Capacity;
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
fn ct_09_both_legal_guardians_read_and_nobody_else() {
    let guardians =
        [link(1, Standing::Legal1), link(2, Standing::Legal2), link(3, Standing::Contact), link(4, Standing::Other)];
    let stays = [stay("4B", date(2026, 9, 1), None)];
    for adult in [1, 2] {
        assert_eq!(
            of_guardian(person(adult), person(50), &guardians, &stays, TODAY),
            of_pupil(person(50), &stays, TODAY)
        );
    }
    for adult in [3, 4, 5] {
        assert!(of_guardian(person(adult), person(50), &guardians, &stays, TODAY).is_nothing());
    }
}

#[test]
fn rg_07_who_is_no_longer_in_the_set_reads_nothing() {
    let stays = [stay("4B", date(2026, 9, 1), None)];
    let (before, after) = ([link(1, Standing::Legal1), link(2, Standing::Legal2)], [link(2, Standing::Legal1)]);
    assert!(!of_guardian(person(1), person(50), &before, &stays, TODAY).is_nothing());
    assert!(of_guardian(person(1), person(50), &after, &stays, TODAY).is_nothing());
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
