//! Days, hours and instants (RFC 5545 §3.3.4, §3.3.5), and how long something lasts (§3.3.6).

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::lines::Line;
use crate::importers::Problem;

/// What Windows calls the zones that hold in France (CLDR, `windowsZones`): Outlook writes no other name.
const WINDOWS: [(&str, &str); 9] = [
    ("Romance Standard Time", "Europe/Paris"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("SA Western Standard Time", "America/Martinique"),
    ("SA Eastern Standard Time", "America/Cayenne"),
    ("Mauritius Standard Time", "Indian/Reunion"),
    ("E. Africa Standard Time", "Indian/Mayotte"),
    ("Central Pacific Standard Time", "Pacific/Noumea"),
];

/// A point of time, as precise as the file says it.
#[derive(Clone, Debug, PartialEq)]
pub enum Moment {
    /// A whole day.
    Day(Date),
    /// An hour without a zone: that of whoever reads.
    Floating(DateTime),
    /// An instant, written in UTC.
    At(Timestamp),
    /// An hour of a zone.
    Zoned(DateTime, TimeZone),
}

impl Moment {
    /// `value` is the value of this line, or one of its list.
    pub fn read(line: &Line, value: &str) -> Result<Self, Problem> {
        let value = value.trim();
        let day = line.parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"));
        if day || value.len() == 8 {
            return date(value).map(Self::Day).ok_or(Problem::NotADate);
        }
        if let Some(utc) = value.strip_suffix('Z') {
            let at = civil(utc).and_then(|at| TimeZone::UTC.to_timestamp(at).ok());
            return at.map(Self::At).ok_or(Problem::NotATime);
        }
        let at = civil(value).ok_or(Problem::NotATime)?;
        match line.parameter("TZID") {
            None => Ok(Self::Floating(at)),
            Some(name) => zone(name).map(|zone| Self::Zoned(at, zone)),
        }
    }

    /// What the clocks of a zone show. A floating hour is of that zone.
    pub fn local(&self, zone: &TimeZone) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(jiff::civil::Time::midnight()),
            Self::Floating(at) => *at,
            Self::At(at) => zone.to_datetime(*at),
            Self::Zoned(..) => zone.to_datetime(self.instant()),
        }
    }

    /// As an instant; what has no zone is taken in UTC, to be compared with its like.
    pub fn instant(&self) -> Timestamp {
        let (at, zone) = match self {
            Self::At(at) => return *at,
            Self::Zoned(at, zone) => (*at, zone.clone()),
            Self::Day(_) | Self::Floating(_) => (self.local(&TimeZone::UTC), TimeZone::UTC),
        };
        zone.to_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The hour in its own terms.
    pub fn civil(&self) -> DateTime {
        match self {
            Self::Zoned(at, _) => *at,
            _ => self.local(&TimeZone::UTC),
        }
    }

    /// The same kind of moment at another hour.
    #[must_use]
    pub fn moved(&self, at: DateTime) -> Self {
        match self {
            Self::Day(_) => Self::Day(at.date()),
            Self::Floating(_) => Self::Floating(at),
            Self::At(_) => TimeZone::UTC.to_timestamp(at).map_or(Self::Floating(at), Self::At),
            Self::Zoned(_, zone) => Self::Zoned(at, zone.clone()),
        }
    }

    /// Whether it is this start, or the day of it.
    pub fn names(&self, start: &Self) -> bool {
        match self {
            Self::Day(date) => start.civil().date() == *date,
            _ => self.instant() == start.instant(),
        }
    }
}

fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    digits.then_some(())?;
    Date::new(number(0..4)?, number(4..6)? as i8, number(6..8)? as i8).ok()
}

/// `20260902T081500`
pub fn civil(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once('T')?;
    let digits = time.len() == 6 && time.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<i8>().ok();
    digits.then_some(())?;
    // A leap second is the end of its minute.
    let second = number(4..6)?.min(if number(4..6)? == 60 { 59 } else { i8::MAX });
    let time = jiff::civil::Time::new(number(0..2)?, number(2..4)?, second, 0).ok()?;
    Some(date(day)?.to_datetime(time))
}

fn zone(name: &str) -> Result<TimeZone, Problem> {
    let name = name.trim();
    let windows = WINDOWS.iter().find(|(known, _)| *known == name).map(|(_, zone)| *zone);
    // A registry's own name ends with that of the IANA: `/citadel.org/20211021_1/Europe/Paris`.
    let last_two = name.rmatch_indices('/').nth(1).map(|(at, _)| &name[at + 1..]);
    let found = [windows, Some(name), last_two].into_iter().flatten().find_map(|name| TimeZone::get(name).ok());
    found.ok_or_else(|| Problem::UnknownTimeZone(name.chars().take(60).collect()))
}

/// `PT55M`, `PT1H30M`, `P1D`; none below zero.
pub fn minutes(text: &str) -> Option<u32> {
    let text = text.trim();
    let span: Span = text.strip_prefix('+').unwrap_or(text).parse().ok().filter(|_| text.contains('P'))?;
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let hours = days * 24 + i64::from(span.get_hours());
    let minutes = hours.checked_mul(60)?.checked_add(span.get_minutes())?.checked_add(span.get_seconds() / 60)?;
    let calendar = span.get_years() != 0 || span.get_months() != 0;
    u32::try_from(minutes).ok().filter(|_| !calendar)
}
