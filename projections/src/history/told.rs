//! The history itself, day by day.

use domain::actor::{Actor, Capacity};
use domain::decider::Decider as _;
use domain::directory::establishment::{self, School};
use domain::directory::group::{self, Group};
use domain::event::Recorded;
use domain::ids::{MandateId, PersonId, SchoolYear, StreamId};
use domain::inspection::mandate::{self, Mandate};
use domain::textbook::homework::HomeworkKind;
use jiff::civil::date;
use uuid::Uuid;

use super::{
    Book, FRIDAY, Journal, MONDAY, NEXT_MONDAY, SHARED, THURSDAY, TUESDAY, YEAR, english, entry, exceptional,
    french_6c, history_4a, homework, lesson, maths, task, undated,
};

fn directory(journal: &mut Journal) {
    let Book { school, group, .. } = maths();
    let feed = (Actor::Import, Capacity::Machine);
    let bounds = domain::calendar::YearBounds { year: YEAR, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) };
    let opened = establishment::Event::YearOpened { school, bounds };
    journal.record(StreamId::new(School::TYPE, school, SchoolYear::NONE), feed, "2026-08-28T08:00:00Z", opened);
    let joined = group::Event::MemberJoined { group, pupil: PersonId(Uuid::from_u128(50)), from: date(2026, 9, 1) };
    journal.record(StreamId::new(Group::TYPE, group, YEAR), feed, "2026-08-28T08:00:01Z", joined);
}

/// The first day: three textbooks.
fn first_day(journal: &mut Journal) {
    let (maths, english, history) = (maths(), english(), history_4a());
    let exercise = HomeworkKind::Exercise;
    journal.open(maths, "2026-11-16T08:00:00Z");
    journal.publish(maths, lesson(maths, MONDAY, 8), "Équations", "2026-11-16T08:00:00.123456Z", "");
    journal.give(
        maths,
        lesson(maths, MONDAY, 8),
        homework(1),
        task(maths, "Ex. 12", THURSDAY, exercise, Some(20)),
        "2026-11-16T08:00:01Z",
    );
    journal.give(
        maths,
        lesson(maths, MONDAY, 8),
        homework(2),
        undated(maths, "Devoir maison", NEXT_MONDAY),
        "2026-11-16T08:00:01Z",
    );
    journal.open(english, "2026-11-16T09:30:00Z");
    journal.publish(english, lesson(english, MONDAY, 10), "Past simple", "2026-11-16T09:30:00Z", "");
    journal.give(
        english,
        lesson(english, MONDAY, 10),
        SHARED,
        task(english, "Learn", THURSDAY, HomeworkKind::Learning, Some(15)),
        "2026-11-16T09:31:00Z",
    );
    journal.open(history, "2026-11-16T10:00:00Z");
    journal.publish(history, lesson(history, MONDAY, 9), "1789", "2026-11-16T10:00:00Z", "");
    journal.give(
        history,
        lesson(history, MONDAY, 9),
        SHARED,
        task(history, "Carte", THURSDAY, HomeworkKind::Research, Some(30)),
        "2026-11-16T10:01:00Z",
    );
}

/// Revised twice in the evening, moved, released on Tuesday at 7; then a withdrawal.
fn first_evenings(journal: &mut Journal) {
    let (maths, english) = (maths(), english());
    let (exercise, test) = (HomeworkKind::Exercise, HomeworkKind::Test);
    journal.revise(
        maths,
        entry(maths, MONDAY, 8),
        "Équations, corrigé",
        "2026-11-16T20:30:00Z",
        "2026-11-17T06:00:00Z",
    );
    journal.revise(
        maths,
        entry(maths, MONDAY, 8),
        "Équations, corrigé (2)",
        "2026-11-16T20:45:00Z",
        "2026-11-17T06:00:00Z",
    );
    journal.change(
        maths,
        homework(1),
        task(maths, "Ex. 12 et 13", FRIDAY, exercise, Some(40)),
        "2026-11-16T20:46:00Z",
        "2026-11-17T06:00:00Z",
    );
    journal.give(
        maths,
        lesson(maths, TUESDAY, 8),
        homework(3),
        task(maths, "Contrôle", FRIDAY, test, Some(45)),
        "2026-11-17T08:10:00Z",
    );
    journal.publish(maths, lesson(maths, TUESDAY, 8), "Erreur de classe", "2026-11-17T08:10:00Z", "");
    journal.revise(
        maths,
        entry(maths, TUESDAY, 8),
        "Encore une erreur",
        "2026-11-17T20:00:00Z",
        "2026-11-18T06:00:00Z",
    );
    journal.withdraw(maths, entry(maths, TUESDAY, 8), "Ce n'était pas la bonne classe", "2026-11-17T20:10:00Z");
    journal.take_back(english, SHARED, "Donné deux fois", "2026-11-17T12:00:00Z");
}

/// The end of the week: published anew, outside the timetable, late, ahead, another school.
fn later_days(journal: &mut Journal) {
    let (maths, english, history, french) = (maths(), english(), history_4a(), french_6c());
    journal.publish(maths, lesson(maths, TUESDAY, 8), "Inéquations", "2026-11-18T09:00:00Z", "");
    journal.publish(maths, exceptional(maths, THURSDAY, 17), "Rattrapage", "2026-11-19T17:00:00Z", "");
    journal.give(
        maths,
        exceptional(maths, THURSDAY, 17),
        homework(4),
        undated(maths, "Recopier", NEXT_MONDAY),
        "2026-11-19T17:00:00Z",
    );
    journal.open(french, "2026-11-17T09:00:00Z");
    journal.publish(french, lesson(french, TUESDAY, 9), "Le loup", "2026-11-17T09:00:00Z", "");
    journal.give(
        french,
        lesson(french, TUESDAY, 9),
        homework(5),
        task(french, "Lire", FRIDAY, HomeworkKind::Reading, Some(10)),
        "2026-11-17T09:00:00Z",
    );
    for (date, hour, now) in [
        (TUESDAY, 9, "2026-11-19T20:10:00Z"),
        (THURSDAY, 9, "2026-11-19T08:00:00Z"),
        (FRIDAY, 9, "2026-11-19T08:01:00Z"),
        (NEXT_MONDAY, 9, "2026-11-19T08:02:00Z"),
    ] {
        journal.publish(history, lesson(history, date, hour), &format!("Leçon du {date}"), now, "");
    }
    for number in 10..14 {
        let work = task(history, "Réviser", FRIDAY, HomeworkKind::Learning, Some(10));
        journal.give(history, lesson(history, THURSDAY, 9), homework(number), work, "2026-11-19T09:00:00Z");
    }
    journal.take_back(history, homework(13), "Trop de travail", "2026-11-19T09:30:00Z");
    // Released before what was written earlier: an urgent correction, in the pause.
    journal.publish(english, lesson(english, FRIDAY, 10), "Brouillon", "2026-11-20T20:00:00Z", "2026-11-23T06:00:00Z");
    journal.revise(english, entry(english, FRIDAY, 10), "Urgent", "2026-11-20T20:10:00Z", "");
    journal.publish(french, lesson(french, FRIDAY, 9), "Le renard", "2026-11-20T09:00:00Z", "");
    journal.withdraw(french, entry(french, FRIDAY, 9), "Doublon", "2026-11-20T09:05:00Z");
    journal.publish(french, lesson(french, FRIDAY, 9), "Le corbeau", "2026-11-20T09:10:00Z", "");
    journal.withdraw(french, entry(french, FRIDAY, 9), "Doublon encore", "2026-11-20T09:15:00Z");
}

pub fn history() -> Vec<Recorded> {
    let mut journal = Journal::default();
    directory(&mut journal);
    first_day(&mut journal);
    first_evenings(&mut journal);
    later_days(&mut journal);
    let (mandate, school) = (MandateId(Uuid::from_u128(90)), maths().school);
    let head = (Actor::Person(PersonId(Uuid::from_u128(9))), Capacity::Head);
    let closed = mandate::Event::MandateClosed { mandate, school };
    journal.record(StreamId::new(Mandate::TYPE, mandate, SchoolYear::NONE), head, "2026-11-21T09:00:00Z", closed);
    journal.records
}
