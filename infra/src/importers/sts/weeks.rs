//! The weeks of an alternance as bits.

use jiff::ToSpan;
use jiff::civil::Date;

/// Weeks of a school year, and the dates that were not taken as they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weeks {
    /// Bit n is the nth week, from 0, after the one that holds the start of the school year.
    pub mask: u64,
    /// Dates that are not Mondays; their week is in the mask all the same.
    pub moved: Vec<Date>,
    /// Dates before the first week, or more than 63 weeks after it; not in the mask.
    pub out_of_range: Vec<Date>,
}

/// The mask of these weeks, counted from the Monday of the week that holds `starts_on`.
pub fn weeks_mask(starts_on: Date, week_starts: &[Date]) -> Weeks {
    let mut weeks = Weeks::default();
    let first = monday_of(starts_on);
    for date in week_starts {
        let monday = monday_of(*date);
        if monday != Some(*date) {
            weeks.moved.push(*date);
        }
        match first.zip(monday).and_then(|(first, monday)| weeks_between(first, monday)) {
            Some(week) => weeks.mask |= 1 << week,
            None => weeks.out_of_range.push(*date),
        }
    }
    weeks
}

/// None only for the very first days of the calendar.
fn monday_of(date: Date) -> Option<Date> {
    date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()
}

fn weeks_between(first: Date, monday: Date) -> Option<u32> {
    let days = first.until(monday).ok()?.get_days();
    u32::try_from(days / 7).ok().filter(|week| days >= 0 && *week < u64::BITS)
}
