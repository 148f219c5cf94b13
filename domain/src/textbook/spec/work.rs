//! What work may be given, to whom, and for when?

use super::*;

#[test]
fn ct_05_work_is_given_in_a_lesson_and_due_on_or_after_it() {
    let give = |due| Command::GiveHomework { given_in: on(THURSDAY, 4), homework: exercise(due) };
    let lesson = DueRef::Lesson { slot: slot(1).slot, date: date(2026, 11, 23) };
    let events = given(&[]).when(give(lesson)).unwrap();
    let Some(Event::HomeworkGiven { given_in, task, .. }) = events.last() else { panic!() };
    assert_eq!((given_in.date, task.due.on, task.due.slot), (THURSDAY, date(2026, 11, 23), Some(slot(1).slot)));
    assert_eq!(given(&[]).when(give(DueRef::Date { date: MONDAY })).unwrap_err(), Rejection::DueBeforeGiven);
    let no_lesson = DueRef::Lesson { slot: slot(1).slot, date: date(2026, 11, 24) };
    assert_eq!(given(&[]).when(give(no_lesson)).unwrap_err(), Rejection::NoLessonThatDay);
    let after_the_year = DueRef::Date { date: date(2027, 8, 1) };
    assert_eq!(given(&[]).when(give(after_the_year)).unwrap_err(), Rejection::OutsideSchoolYear);
}

#[test]
fn the_id_of_a_work_does_not_tell_when_it_was_written_and_one_that_did_is_still_revised() {
    let due = || DueRef::Date { date: date(2026, 11, 23) };
    // The examples of RFC 9562, Appendix A.
    let named = |id: &str| NewHomework { homework: HomeworkId(id.parse().unwrap()), ..exercise(due()) };
    let give = |id| Command::GiveHomework { given_in: on(THURSDAY, 4), homework: named(id) };
    for telling in ["C232AB00-9414-11EC-B3C8-9F6BDECED846", "1EC9414C-232A-6B00-B3C8-9F6BDECED846"] {
        assert_eq!(given(&[]).when(give(telling)).unwrap_err(), Rejection::HomeworkIdTellsWhen, "{telling}");
    }
    let seventh = "017F22E2-79B0-7CC3-98C4-DC0C0C07398F";
    assert_eq!(given(&[]).when(give(seventh)).unwrap_err(), Rejection::HomeworkIdTellsWhen);
    let mut past = Vec::new();
    for random in ["919108f7-52d1-4320-9bac-f847db4148a8", "2ed6657d-e927-568b-95e1-2665a8aea6a2"] {
        past = given(&[]).when(give(random)).unwrap();
    }
    // Given before that was refused.
    for event in &mut past {
        if let Event::HomeworkGiven { homework, .. } = event {
            *homework = named(seventh).homework;
        }
    }
    assert!(given(&past).when(Command::ReviseHomework { homework: named(seventh) }).is_ok());
}

#[test]
fn work_is_not_due_on_a_day_the_school_is_closed() {
    let give = |day| Command::GiveHomework {
        given_in: on(date(2026, 11, 9), 1),
        homework: exercise(DueRef::Date { date: day }),
    };
    assert_eq!(given(&[]).when(give(date(2026, 11, 11))).unwrap_err(), Rejection::DueOnClosure);
    assert!(given(&[]).when(give(date(2026, 11, 12))).is_ok());
}

#[test]
fn pa_01_work_written_on_friday_evening_for_monday_morning_has_no_night() {
    use crate::textbook::homework::{Notice, notice};
    let (zone, monday) = (facts().zone, date(2026, 11, 23));
    let told = |due, year, month, day, hour| {
        let now = zone.to_timestamp(datetime(year, month, day, hour, 0, 0, 0)).unwrap();
        let visible = crate::calendar::visible_from(&national_pauses(), &zone, now);
        notice(&crate::calendar::customary_notice(), &zone, due, visible)
    };
    let at_eight = (monday, Some(time(8, 0, 0, 0)));
    assert_eq!(told(at_eight, 2026, 11, 20, 21), Notice::Short { hours: 1 });
    assert_eq!(told(at_eight, 2026, 11, 20, 19), Notice::Enough);
    assert_eq!(told((monday, None), 2026, 11, 20, 21), Notice::TooLate, "due when the day begins");
    // The night of the change of clocks has an hour more, and the pause ends at seven all the same.
    let after = (date(2026, 10, 26), Some(time(8, 0, 0, 0)));
    assert_eq!(told(after, 2026, 10, 23, 21), Notice::Short { hours: 1 });
    assert_eq!(told((date(2026, 11, 24), Some(time(8, 0, 0, 0))), 2026, 11, 23, 20), Notice::Short { hours: 1 });
}

#[test]
fn work_is_not_due_for_a_lesson_that_is_not_held_but_may_be_left_for_the_class_in_it() {
    use crate::calendar::{LessonOn, NotHeld};
    let absent = |past: &[Event]| {
        let mut given = given(past);
        let lesson = LessonOn { date: THURSDAY, slot: slot(4).slot };
        given.context.facts.not_held.insert(lesson, NotHeld::TeacherAbsent);
        given
    };
    let due = |date, weekday| DueRef::Lesson { slot: slot(weekday).slot, date };
    let give = |due| Command::GiveHomework { given_in: on(MONDAY, 1), homework: exercise(due) };
    assert_eq!(absent(&[]).when(give(due(THURSDAY, 4))).unwrap_err(), Rejection::DueLessonNotHeld);
    assert!(absent(&[]).when(give(due(date(2026, 11, 23), 1))).is_ok());
    assert!(absent(&[]).when(give(DueRef::Date { date: THURSDAY })).is_ok(), "a day is not a lesson");
    assert!(absent(&[]).when(publish(on(THURSDAY, 4))).is_ok(), "continuity: work for the class of an absent teacher");
}

#[test]
fn work_given_with_an_entry_is_one_fact_or_none() {
    let bad = DueRef::Date { date: date(2026, 1, 1) };
    let command = Command::PublishEntry {
        lesson: on(MONDAY, 1),
        content: "x".into(),
        framing: NewFraming::default(),
        copied_from: None,
        resources: vec![],
        homework: vec![exercise(bad)],
    };
    assert_eq!(given(&[]).when(command).unwrap_err(), Rejection::DueBeforeGiven);
}

#[test]
fn work_is_given_before_its_lesson_is_written_and_may_be_corrected_when_it_is() {
    let named = |id, text: &str| NewHomework {
        homework: HomeworkId(Uuid::from_u128(id)),
        text: text.into(),
        ..exercise(DueRef::Date { date: THURSDAY })
    };
    let all = |homework| Command::WriteHomework { given_in: on(MONDAY, 1), homework };
    let past = given(&[]).when(all(vec![named(1, "Ex. 12"), named(2, "Lire")])).unwrap();
    let works = |events: &[Event]| {
        let of = |event: &Event| match event {
            Event::HomeworkGiven { homework, .. } => Some((homework.0.as_u128(), "given")),
            Event::HomeworkRevised { homework, .. } => Some((homework.0.as_u128(), "revised")),
            Event::EntryPublished { .. } => Some((0, "published")),
            _ => None,
        };
        events.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(works(&past), [(1, "given"), (2, "given")], "no lesson is written by that");
    let again = given(&past).when(all(vec![named(1, "Ex. 13"), named(3, "Apprendre")])).unwrap();
    assert_eq!(works(&again), [(3, "given"), (1, "revised")]);
    let Command::PublishEntry { lesson, content, framing, resources, copied_from, .. } = publish(on(MONDAY, 1)) else {
        panic!()
    };
    let homework = vec![named(2, "Lire la page 12")];
    let publish = Command::PublishEntry { lesson, content, framing, resources, homework, copied_from };
    assert_eq!(works(&given(&past).when(publish).unwrap()), [(0, "published"), (2, "revised")]);
    // All of it or nothing.
    let bad = NewHomework { due: DueRef::Date { date: date(2026, 1, 1) }, ..named(4, "x") };
    assert_eq!(given(&past).when(all(vec![named(5, "y"), bad])).unwrap_err(), Rejection::DueBeforeGiven);
}

#[test]
fn a_command_names_each_work_once_and_ten_at_most() {
    let named =
        |id| NewHomework { homework: HomeworkId(Uuid::from_u128(id)), ..exercise(DueRef::Date { date: THURSDAY }) };
    let alone = |ids: &[u128]| {
        let homework = ids.iter().copied().map(named).collect();
        Command::WriteHomework { given_in: on(MONDAY, 1), homework }
    };
    let ten: Vec<u128> = (1..=10).collect();
    let past = given(&[]).when(alone(&ten)).unwrap();
    let refused = |past: &[Event], command| given(past).when(command).unwrap_err();
    // Given before or not, with a lesson or without.
    assert_eq!(refused(&past, alone(&[3, 4, 3])), Rejection::HomeworkNamedTwice);
    assert_eq!(refused(&[], alone(&[3, 4, 3])), Rejection::HomeworkNamedTwice);
    let published: Vec<Event> =
        past.iter().cloned().chain(given(&past).when(publish(on(MONDAY, 1))).unwrap()).collect();
    let entry = entry_of(&published);
    assert_eq!(refused(&published, revised(entry, None, vec![named(3), named(3)])), Rejection::HomeworkNamedTwice);
    // Those that are revised count like those that are given.
    let eleven: Vec<u128> = (1..=11).collect();
    assert_eq!(refused(&past, alone(&eleven)), Rejection::TooMany);
    assert_eq!(refused(&published, revised(entry, None, (1..=11).map(named).collect())), Rejection::TooMany);
    assert_eq!(given(&past).when(alone(&ten)).unwrap().len(), 10);
    // The refusal says which field, and the rule.
    let said = Rejection::HomeworkNamedTwice.to_string() + &Rejection::TooMany.to_string();
    assert!(said.matches("`homework`").count() == 2 && said.contains("at most 10 works"), "{said}");
}

#[test]
fn work_for_part_of_the_group_names_pupils_who_are_in_it() {
    let (due, lesson) = (DueRef::Date { date: THURSDAY }, on(MONDAY, 1));
    let give = |pupils: &[PersonId]| {
        let homework = NewHomework { audience: Some(pupils.iter().copied().collect()), ..exercise(due) };
        Command::GiveHomework { given_in: lesson, homework }
    };
    let stranger = PersonId(Uuid::from_u128(999));
    assert_eq!(given(&[]).when(give(&[pupil(1), stranger])).unwrap_err(), Rejection::PupilNotInGroup);
    let events = given(&[]).when(give(&[pupil(1), pupil(2)])).unwrap();
    let Some(Event::HomeworkGiven { task, .. }) = events.last() else { panic!("no work was given") };
    assert_eq!(task.audience, BTreeSet::from([pupil(1), pupil(2)]));
    // One of them changes class: the work can be written anew, for them too; but nobody else can be added who is not of the class.
    let revise = |pupils: &[PersonId]| Command::ReviseHomework {
        homework: NewHomework { audience: Some(pupils.iter().copied().collect()), ..exercise(due) },
    };
    let left = || {
        let mut given = given(&events);
        given.context.facts.members.remove(&pupil(1));
        given
    };
    assert!(left().when(revise(&[pupil(1), pupil(2)])).is_ok());
    assert_eq!(left().when(revise(&[stranger])).unwrap_err(), Rejection::PupilNotInGroup);
    // Written anew without a word of whom it is for, it is for the same: it does not become everybody's.
    let same = left().when(Command::ReviseHomework { homework: exercise(due) }).unwrap();
    assert!(matches!(&same[..], [Event::HomeworkRevised { task, .. }] if task.audience.len() == 2));
}
