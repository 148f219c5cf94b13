//! The school year: days with lessons, holidays, and the fortnight, which follows school weeks and not ISO parity.

use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan};

/// A holiday, from its first free day to the morning lessons resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub name: String,
    pub starts_on: Date,
    /// First day of lessons after it (excluded from the holiday).
    pub resumes_on: Date,
}

/// A public day off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOff {
    pub name: String,
    pub on: Date,
}

/// Weeks in which a slot takes place: STS alternances `H`, `SA` and `SB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weeks {
    Every,
    A,
    B,
}

impl Weeks {
    /// The code of the alternance in the STS files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Every => "H",
            Self::A => "SA",
            Self::B => "SB",
        }
    }

    /// Bit 0 for weeks A, bit 1 for weeks B.
    pub(super) fn mask(self) -> u8 {
        match self {
            Self::Every => 3,
            Self::A => 1,
            Self::B => 2,
        }
    }
}

/// The days of one school year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub starts_on: Date,
    pub ends_on: Date,
    pub holidays: Vec<Holiday>,
    pub days_off: Vec<DayOff>,
}

impl Calendar {
    /// Whether lessons may take place that day.
    pub fn is_school_day(&self, day: Date) -> bool {
        self.is_term(day)
            && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && self.days_off.iter().all(|off| off.on != day)
    }

    /// Whether the day lies in the year and outside the holidays; week-ends count.
    pub fn is_term(&self, day: Date) -> bool {
        (self.starts_on..=self.ends_on).contains(&day)
            && self.holidays.iter().all(|holiday| day < holiday.starts_on || day >= holiday.resumes_on)
    }

    /// Mondays of the weeks with at least one school day, in order.
    pub fn mondays(&self) -> Vec<Date> {
        let back = i64::from(self.starts_on.weekday().to_monday_zero_offset());
        let first = plus_days(self.starts_on, -back);
        first
            .series(7.days())
            .take_while(|monday| *monday <= self.ends_on)
            .filter(|monday| (0..5).any(|day| self.is_school_day(plus_days(*monday, day))))
            .collect()
    }

    /// Mondays of the weeks of an alternance. The first school week is a week A.
    pub fn mondays_of(&self, weeks: Weeks) -> Vec<Date> {
        let parity = |index: usize| match weeks {
            Weeks::Every => true,
            Weeks::A => index.is_multiple_of(2),
            Weeks::B => !index.is_multiple_of(2),
        };
        self.mondays().into_iter().enumerate().filter(|(index, _)| parity(*index)).map(|(_, monday)| monday).collect()
    }
}

/// `day` moved by `days`; a date at the edge of what jiff can hold stays where it is.
pub(super) fn plus_days(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

/// Zone holidays of the default year, as published for 2026-2027.
pub(super) fn holidays_of_2026() -> Vec<Holiday> {
    [
        ("Vacances de la Toussaint", date(2026, 10, 17), date(2026, 11, 2)),
        ("Vacances de Noël", date(2026, 12, 19), date(2027, 1, 4)),
        ("Vacances d’hiver", date(2027, 2, 6), date(2027, 2, 22)),
        ("Vacances de printemps", date(2027, 4, 3), date(2027, 4, 19)),
    ]
    .map(|(name, starts_on, resumes_on)| Holiday { name: name.to_owned(), starts_on, resumes_on })
    .into()
}

/// Public days off of the default year that fall on a day of lessons, and the bridge of Ascension.
pub(super) fn days_off_of_2026() -> Vec<DayOff> {
    [
        ("Armistice de 1918", date(2026, 11, 11)),
        ("Lundi de Pâques", date(2027, 3, 29)),
        ("Ascension", date(2027, 5, 6)),
        ("Pont de l’Ascension", date(2027, 5, 7)),
        ("Lundi de Pentecôte", date(2027, 5, 17)),
    ]
    .map(|(name, on)| DayOff { name: name.to_owned(), on })
    .into()
}
