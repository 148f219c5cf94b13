//! When somebody comes of age.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// The age of majority, in years, and the day from which it is that one: code civil, art. 414 (loi 74-631 du 5-7-1974).
const MAJORITIES: [(Date, i16); 1] = [(date(1974, 7, 7), 18)];

/// The day on which somebody comes of age, by the law in force on `on`. Eighteen years must have passed whole: whoever is born on a
/// 29 February comes of age on the 1st of March of a year that has no such day.
pub fn of_age_from(born: Date, on: Date) -> Option<Date> {
    let years = MAJORITIES.iter().rfind(|(from, _)| *from <= on)?.1;
    let day = born.checked_add(years.years()).ok()?;
    if day.day() == born.day() { Some(day) } else { day.tomorrow().ok() }
}
