use super::*;
use jiff::civil::{date, datetime};

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn released(at: DateTime) -> DateTime {
    let zone = paris();
    zone.to_datetime(visible_from(&national_pauses(), &zone, zone.to_timestamp(at).unwrap()))
}

#[test]
fn pa_01_what_is_written_by_day_is_visible_at_once() {
    let noon = datetime(2026, 11, 17, 12, 0, 0, 0);
    assert_eq!(released(noon), noon);
}

#[test]
fn pa_01_what_is_written_in_the_evening_waits_for_the_morning() {
    assert_eq!(released(datetime(2026, 11, 17, 20, 0, 0, 0)), datetime(2026, 11, 18, 7, 0, 0, 0));
    assert_eq!(released(datetime(2026, 11, 18, 6, 59, 59, 0)), datetime(2026, 11, 18, 7, 0, 0, 0));
    assert_eq!(released(datetime(2026, 11, 18, 7, 0, 0, 0)), datetime(2026, 11, 18, 7, 0, 0, 0));
}

#[test]
fn pa_01_from_friday_evening_it_waits_for_monday() {
    assert_eq!(released(datetime(2026, 11, 20, 19, 59, 0, 0)), datetime(2026, 11, 20, 19, 59, 0, 0));
    assert_eq!(released(datetime(2026, 11, 20, 20, 0, 0, 0)), datetime(2026, 11, 23, 7, 0, 0, 0));
    assert_eq!(released(datetime(2026, 11, 22, 15, 0, 0, 0)), datetime(2026, 11, 23, 7, 0, 0, 0));
}

#[test]
fn pa_03_the_week_end_of_a_clock_change_lasts_58_or_60_hours() {
    let zone = paris();
    let length = |friday: DateTime| {
        let at = zone.to_timestamp(friday).unwrap();
        visible_from(&national_pauses(), &zone, at).duration_since(at).as_hours()
    };
    assert_eq!(length(datetime(2026, 3, 27, 20, 0, 0, 0)), 58);
    assert_eq!(length(datetime(2026, 10, 23, 20, 0, 0, 0)), 60);
    assert_eq!(length(datetime(2026, 11, 20, 20, 0, 0, 0)), 59);
}

#[test]
fn before_the_text_was_in_force_nothing_waited() {
    let evening = datetime(2025, 6, 17, 21, 0, 0, 0);
    assert_eq!(released(evening), evening);
}

#[test]
fn weeks_are_a_mask_from_a_monday() {
    let weeks = Weeks::new(date(2026, 9, 1), 0b101);
    assert_eq!(weeks.from, date(2026, 8, 31));
    assert!(weeks.hold(date(2026, 9, 4)));
    assert!(!weeks.hold(date(2026, 9, 8)));
    assert!(weeks.hold(date(2026, 9, 14)));
    assert!(!weeks.hold(date(2026, 8, 30)));
    assert_eq!(weeks.mondays().collect::<Vec<_>>(), [date(2026, 8, 31), date(2026, 9, 14)]);
}
