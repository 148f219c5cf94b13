//! Where is a lesson held, if it is, and by whom?

use super::*;
use crate::calendar::{Closure, Placement};

const MONDAY: Date = date(2026, 11, 16);
const THURSDAY: Date = date(2026, 11, 19);

/// A service with a lesson on Mondays and Thursdays at eight, in a year with one day off; and what is said of its lessons.
struct Lessons(Vec<service::Event>);

impl Lessons {
    fn service() -> ServiceId {
        ServiceId::of(GroupId::of(SchoolId::of("0990001X"), SchoolYear(2026), "4B"), "061300")
    }

    fn slot(weekday: i8) -> Slot {
        let (starts_at, weeks) = (time(8, 0, 0, 0), Weeks::new(date(2026, 8, 31), u64::MAX));
        let slot = SlotId::of(Self::service(), weekday, starts_at, "all");
        Slot { slot, weekday, starts_at, minutes: 55, weeks, room: Some("B12".into()) }
    }

    fn on(day: Date) -> LessonOn {
        LessonOn { date: day, slot: Self::slot(day.weekday().to_monday_one_offset()).slot }
    }

    fn to(day: Date, hour: i8) -> Placement {
        Placement { date: day, starts_at: time(hour, 0, 0, 0), room: None }
    }

    fn open() -> Self {
        let (school, year) = (SchoolId::of("0990001X"), SchoolYear(2026));
        let group = GroupId::of(school, year, "4B");
        let assignment =
            Assignment { teacher: pupil(), capacity: Capacity::Teacher, from: date(2026, 9, 1), until: None };
        Self(vec![])
            .and(service::Command::Open { school, year, group, subject: "061300".into() })
            .and(service::Command::Schedule { slots: vec![Self::slot(1), Self::slot(4)], on: date(2026, 9, 1) })
            .and(service::Command::Assign { assignment })
    }

    fn told(&self, command: service::Command) -> Result<Vec<service::Event>, service::Rejection> {
        let bounds = YearBounds { year: SchoolYear(2026), starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) };
        let armistice = Closure { from: date(2026, 11, 11), until: date(2026, 11, 11), label: "Armistice".into() };
        let facts = service::Facts { bounds: Some(bounds), closures: vec![armistice] };
        knowing::<service::Service>(facts, &self.0, command)
    }

    fn and(mut self, command: service::Command) -> Self {
        let events = self.told(command).unwrap();
        self.0.extend(events);
        self
    }

    fn moved(&self, day: Date, to: Placement) -> Result<Vec<service::Event>, service::Rejection> {
        self.told(service::Command::Move { lesson: Self::on(day), to })
    }
}

fn cancelled(day: Date) -> service::Command {
    service::Command::Cancel { lessons: [Lessons::on(day)].into(), because: NotHeld::TeacherAbsent }
}

fn replaced(day: Date, by: u128) -> service::Command {
    service::Command::Replace { lessons: [Lessons::on(day)].into(), by: PersonId(Uuid::from_u128(by)) }
}

fn reinstated(day: Date) -> service::Command {
    service::Command::Reinstate { lessons: [Lessons::on(day)].into() }
}

#[test]
fn a_lesson_moves_to_a_day_when_the_school_is_open_and_this_service_has_no_other() {
    use service::{Event, Rejection};
    let lessons = Lessons::open();
    let tuesday = date(2026, 11, 17);
    let moved = lessons.moved(THURSDAY, Lessons::to(tuesday, 14)).unwrap();
    assert!(matches!(&moved[..], [Event::LessonMoved { lesson, to, .. }]
        if *lesson == Lessons::on(THURSDAY) && to.date == tuesday));
    for (to, why) in [
        (Lessons::to(date(2026, 11, 11), 8), Rejection::SchoolClosed),
        (Lessons::to(date(2027, 8, 1), 8), Rejection::OutsideSchoolYear),
        (Lessons::to(THURSDAY, 8), Rejection::LessonThereAlready),
        (Lessons::to(MONDAY, 8), Rejection::HourTaken),
        (Placement { starts_at: time(8, 30, 0, 0), ..Lessons::to(MONDAY, 8) }, Rejection::HourTaken),
        (Placement { room: Some(" ".into()), ..Lessons::to(tuesday, 8) }, Rejection::RoomMalformed),
    ] {
        assert_eq!(lessons.moved(THURSDAY, to).unwrap_err(), why);
    }
    assert!(lessons.moved(THURSDAY, Lessons::to(MONDAY, 9)).is_ok(), "after the other one");
    assert!(lessons.moved(THURSDAY, Placement { room: Some("A1".into()), ..Lessons::to(THURSDAY, 8) }).is_ok());
    let unknown = service::Command::Move {
        lesson: LessonOn { date: tuesday, ..Lessons::on(THURSDAY) },
        to: Lessons::to(tuesday, 14),
    };
    assert_eq!(lessons.told(unknown).unwrap_err(), Rejection::LessonUnknown);
    let not_there = Lessons::open().and(cancelled(MONDAY));
    assert!(not_there.moved(THURSDAY, Lessons::to(MONDAY, 8)).is_ok(), "the other one is not held");
}

#[test]
fn a_lesson_moves_again_and_back_and_leaves_its_hour_free() {
    use service::{Command, Event, Rejection};
    let tuesday = Lessons::to(date(2026, 11, 17), 14);
    let moved = Lessons::open().and(Command::Move { lesson: Lessons::on(THURSDAY), to: tuesday.clone() });
    assert!(moved.moved(THURSDAY, tuesday.clone()).unwrap().is_empty(), "it is there already");
    assert!(moved.moved(MONDAY, Lessons::to(THURSDAY, 8)).is_ok(), "its hour is free");
    assert_eq!(moved.moved(MONDAY, tuesday.clone()).unwrap_err(), Rejection::HourTaken);
    assert!(matches!(
        moved.moved(THURSDAY, Lessons::to(date(2026, 11, 18), 9)).unwrap()[..],
        [Event::LessonMoved { .. }]
    ));
    for back in [moved.moved(THURSDAY, Lessons::to(THURSDAY, 8)), moved.told(reinstated(THURSDAY))] {
        assert!(matches!(back.unwrap()[..], [Event::LessonMovedBack { .. }]));
    }
}

#[test]
fn a_lesson_of_a_day_that_closes_is_moved_before_or_after_and_stays_moved() {
    use service::{Command, Event, Rejection};
    // The Wednesday that is closed has a lesson too.
    let armistice = date(2026, 11, 11);
    let slots = vec![Lessons::slot(1), Lessons::slot(3), Lessons::slot(4)];
    let open = || Lessons::open().and(Command::Schedule { slots: slots.clone(), on: date(2026, 9, 1) });
    assert_eq!(open().told(replaced(armistice, 2)).unwrap_err(), Rejection::LessonUnknown, "nobody takes it there");
    let friday = Lessons::to(date(2026, 11, 13), 14);
    let moved = open().and(Command::Move { lesson: Lessons::on(armistice), to: friday.clone() });
    assert!(matches!(moved.told(replaced(armistice, 2)).unwrap()[..], [Event::LessonReplaced { .. }]));
    assert_eq!(moved.moved(THURSDAY, friday).unwrap_err(), Rejection::HourTaken, "it is held there");
    assert!(matches!(
        moved.moved(armistice, Lessons::to(date(2026, 11, 13), 16)).unwrap()[..],
        [Event::LessonMoved { .. }]
    ));
    assert_eq!(moved.moved(armistice, Lessons::to(armistice, 8)).unwrap_err(), Rejection::SchoolClosed);
    // Moved to a day that was closed since, it is held nowhere.
    let lesson = Lessons::on(THURSDAY);
    let mut closed = Lessons::open();
    closed.0.push(Event::LessonMoved { service: Lessons::service(), lesson, to: Lessons::to(armistice, 8) });
    assert_eq!(closed.told(replaced(THURSDAY, 2)).unwrap_err(), Rejection::LessonUnknown);
}

#[test]
fn a_cancelled_lesson_that_is_moved_or_taken_is_held_after_all() {
    use service::Event;
    let lessons = Lessons::open().and(cancelled(THURSDAY));
    let moved = lessons.moved(THURSDAY, Lessons::to(date(2026, 11, 17), 14)).unwrap();
    assert!(matches!(moved[..], [Event::LessonReinstated { .. }, Event::LessonMoved { .. }]));
    let taken = lessons.told(replaced(THURSDAY, 2)).unwrap();
    assert!(matches!(taken[..], [Event::LessonReinstated { .. }, Event::LessonReplaced { .. }]));
}

#[test]
fn what_was_said_last_of_a_lesson_is_taken_back_first() {
    use service::{Command, Event};
    let to = Lessons::to(date(2026, 11, 17), 14);
    let lessons = Lessons::open().and(Command::Move { lesson: Lessons::on(THURSDAY), to }).and(cancelled(THURSDAY));
    assert!(matches!(lessons.told(reinstated(THURSDAY)).unwrap()[..], [Event::LessonReinstated { .. }]));
    let lessons = lessons.and(reinstated(THURSDAY));
    assert!(matches!(lessons.told(reinstated(THURSDAY)).unwrap()[..], [Event::LessonMovedBack { .. }]));
    assert!(lessons.and(reinstated(THURSDAY)).told(reinstated(THURSDAY)).unwrap().is_empty());
}

#[test]
fn co_01_a_lesson_that_a_colleague_takes_is_assured() {
    use service::{Event, Rejection};
    let lessons = Lessons::open();
    assert_eq!(lessons.told(replaced(THURSDAY, 1)).unwrap_err(), Rejection::HoldsTheLesson, "its own teacher");
    let taken = lessons.and(replaced(THURSDAY, 2));
    assert!(taken.told(replaced(THURSDAY, 2)).unwrap().is_empty());
    assert!(matches!(taken.told(replaced(THURSDAY, 3)).unwrap()[..], [Event::LessonReplaced { .. }]), "another one");
    let to = Lessons::to(date(2026, 11, 17), 14);
    assert_eq!(taken.moved(THURSDAY, to).unwrap_err(), Rejection::LessonReplaced);
    assert!(matches!(
        taken.told(cancelled(THURSDAY)).unwrap()[..],
        [Event::ReplacementCalledOff { .. }, Event::LessonCancelled { .. }]
    ));
    assert!(matches!(taken.told(reinstated(THURSDAY)).unwrap()[..], [Event::ReplacementCalledOff { .. }]));
    let by = PersonId(Uuid::from_u128(2));
    let none = service::Command::Replace { lessons: std::collections::BTreeSet::new(), by };
    assert_eq!(taken.told(none).unwrap_err(), Rejection::LessonsMalformed);
}
