use domain::ids::SchoolYear;
use jiff::civil::{date, time};
use uuid::Uuid;

use super::*;

const SERVICE: ServiceId = ServiceId(Uuid::from_u128(7));
const MONDAY: Date = date(2026, 9, 7);

fn year() -> YearBounds {
    YearBounds { year: SchoolYear(2026), starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) }
}

/// A lesson at eight on these Mondays, counted in weeks from the 7th of September.
fn mondays(weeks: &[i64]) -> Held {
    let mut held = Held::default();
    for week in weeks {
        held.add(days_after(MONDAY, week * 7).unwrap(), time(8, 0, 0, 0), 55, Some("12"));
    }
    held
}

fn told(held: &Held, today: Date, known: &[(Slot, Option<Date>)]) -> Vec<Slot> {
    slots(SERVICE, held, &year(), today, known)
}

fn days(slot: &Slot) -> Vec<i64> {
    slot.weeks.mondays().map(|monday| days_between(MONDAY, monday) / 7).collect()
}

#[test]
fn an_hour_that_comes_back_is_one_slot_in_its_weeks() {
    let [slot] = &told(&mondays(&[0, 1, 3]), MONDAY, &[])[..] else { panic!() };
    assert_eq!((slot.weekday, slot.minutes, slot.room.as_deref()), (1, 55, Some("12")));
    assert_eq!(days(slot), [0, 1, 3]);
    assert!(slot.falls_on(MONDAY) && !slot.falls_on(days_after(MONDAY, 14).unwrap()));
}

#[test]
fn another_hour_or_another_length_is_another_slot_and_a_lesson_held_once_a_slot_of_one_week() {
    let mut held = mondays(&[0, 1]);
    held.add(days_after(MONDAY, 14).unwrap(), time(8, 0, 0, 0), 110, None);
    held.add(days_after(MONDAY, 3).unwrap(), time(8, 0, 0, 0), 55, None);
    let slots = told(&held, MONDAY, &[]);
    assert_eq!((slots.len(), once(&slots)), (3, 2));
}

#[test]
fn the_usual_room_is_that_of_the_slot() {
    let mut held = mondays(&[0, 1, 2]);
    held.add(days_after(MONDAY, 21).unwrap(), time(8, 0, 0, 0), 55, Some("CDI"));
    held.add(MONDAY, time(8, 0, 0, 0), 55, Some("CDI"));
    assert_eq!((told(&held, MONDAY, &[])[0].room.as_deref(), held.elsewhere()), (Some("12"), 1));
}

#[test]
fn the_same_calendar_again_gives_the_same_slots() {
    let slots = told(&mondays(&[0, 1, 3]), MONDAY, &[]);
    let known: Vec<_> = slots.iter().cloned().map(|slot| (slot, None)).collect();
    assert_eq!(told(&mondays(&[0, 1, 3]), date(2026, 12, 1), &known), slots);
}

#[test]
fn a_calendar_that_starts_today_leaves_the_weeks_before_as_they_were() {
    let known: Vec<_> = told(&mondays(&[0, 1, 2, 3]), MONDAY, &[]).into_iter().map(|slot| (slot, None)).collect();
    let [slot] = &told(&mondays(&[2, 4]), date(2026, 9, 21), &known)[..] else { panic!() };
    assert_eq!(days(slot), [0, 1, 2, 4], "the third week was taken away, the first two stay");
}

#[test]
fn where_another_source_s_slots_end_ours_start() {
    let of_sts = Slot {
        slot: SlotId::of(SERVICE, 1, time(8, 0, 0, 0), "H"),
        ..told(&mondays(&[0, 1, 2]), MONDAY, &[]).remove(0)
    };
    let today = date(2026, 9, 16);
    let first = told(&mondays(&[0, 1, 2, 3]), today, &[(of_sts.clone(), None)]);
    assert_eq!(days(&first[0]), [2, 3], "no lesson twice");
    // The next import finds them ended on that day, and changes nothing.
    let known = [(of_sts, Some(today)), (first[0].clone(), None)];
    assert_eq!(told(&mondays(&[0, 1, 2, 3]), date(2026, 11, 1), &known), first);
}

#[test]
fn a_slot_that_had_ended_comes_back_from_the_day_it_ended() {
    let gone = told(&mondays(&[0, 1, 2, 3]), MONDAY, &[]).remove(0);
    let again = told(&mondays(&[0, 1, 2, 3]), date(2026, 10, 1), &[(gone, Some(date(2026, 9, 20)))]);
    assert_eq!(days(&again[0]), [2, 3]);
}
