//! What is otherwise in a primary school?

use super::*;

/// A work of that kind, given on Monday for Thursday in a school of that degree.
fn given_in_a_school(degree: Degree, kind: HomeworkKind, written: bool) -> Result<Vec<Event>, Rejection> {
    let mut given = given(&[]);
    given.context.facts.degree = degree;
    let homework = NewHomework { kind, written, ..exercise(DueRef::Date { date: THURSDAY }) };
    given.when(Command::GiveHomework { given_in: on(MONDAY, 1), homework })
}

#[test]
fn ct_13_written_work_outside_class_is_refused_in_a_primary_school_with_the_text_that_says_so() {
    use HomeworkKind::{Exercise, Other, Reading, Research, TakeHome};
    for kind in [Exercise, Reading, Research, Other] {
        let Err(Rejection::WrittenHomeworkInPrimary(text)) = given_in_a_school(Degree::First, kind, true) else {
            panic!("{kind:?}")
        };
        assert!(text.contains("94-226") && text.contains("29 décembre 1956"), "{text}");
    }
    let take_home = given_in_a_school(Degree::First, TakeHome, false);
    assert!(matches!(take_home, Err(Rejection::WrittenHomeworkInPrimary(_))), "a devoir maison is written by its name");
    for degree in [Degree::Second, Degree::Unsaid] {
        assert!(given_in_a_school(degree, TakeHome, true).is_ok(), "no text forbids it elsewhere");
    }
}

#[test]
fn ct_13_oral_work_lessons_reading_and_what_is_written_in_class_stay_allowed_in_a_primary_school() {
    use HomeworkKind::{ClassWork, Exercise, Learning, Material, Reading, Test};
    for kind in [Learning, Reading, Exercise, Material] {
        assert!(given_in_a_school(Degree::First, kind, false).is_ok(), "{kind:?}");
    }
    for kind in [ClassWork, Test] {
        assert!(given_in_a_school(Degree::First, kind, true).is_ok(), "{kind:?} is written in class");
    }
}

#[test]
fn ct_13_a_work_given_before_is_not_made_a_written_one() {
    let mut given = given(&given_in_a_school(Degree::First, HomeworkKind::Exercise, false).unwrap());
    given.context.facts.degree = Degree::First;
    let written = exercise(DueRef::Date { date: THURSDAY });
    let oral = NewHomework { written: false, text: "Ex. 12 à l’oral".into(), ..written.clone() };
    let revise = |homework| Textbook::decide(&given.state, Command::ReviseHomework { homework }, &given.context);
    assert!(matches!(revise(written), Err(Rejection::WrittenHomeworkInPrimary(_))));
    assert!(matches!(revise(oral).unwrap()[..], [Event::HomeworkRevised { .. }]));
}

#[test]
fn ct_13_the_text_in_force_is_that_of_the_day_the_work_is_given() {
    use crate::textbook::written::{POLICIES, WrittenWorkPolicy, forbidding};
    let text = |on| forbidding(&POLICIES, Degree::First, on).map(|policy| policy.source);
    assert_eq!(text(date(1956, 12, 28)), None);
    assert_eq!(text(date(1994, 9, 5)), Some("circulaire du 29 décembre 1956"));
    assert!(text(MONDAY).unwrap().starts_with("circulaire n° 94-226"));
    let again = WrittenWorkPolicy { valid_from: date(2027, 9, 1), allowed: true, ..POLICIES[1] };
    let later = [POLICIES[0], POLICIES[1], again];
    assert!(forbidding(&later, Degree::First, date(2027, 8, 31)).is_some());
    assert_eq!(forbidding(&later, Degree::First, date(2027, 9, 1)), None, "a later text may allow it");
}

#[test]
fn a_half_day_is_a_lesson_like_another() {
    let mut given = given(&[]);
    let morning = &mut given.context.facts.slots[0].0;
    (morning.starts_at, morning.minutes) = (time(8, 30, 0, 0), 180);
    let command = publish(on(MONDAY, 1));
    let events = Textbook::decide(&given.state, command, &given.context).unwrap();
    let noon = facts().zone.to_timestamp(datetime(2026, 11, 16, 11, 30, 0, 0)).unwrap();
    assert_eq!(events[1].occurred_at(), Some(noon));
}
