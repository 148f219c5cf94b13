//! School time: weeks, lessons, holidays, and the pause during which nothing is published.
//!
//! A day is the school's day, in the school's time zone. The start and end of a school year are data of the school.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{SchoolYear, SlotId};

/// The weeks in which a slot takes place: bit `n` is the `n`th week after that of `from`, a Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Weeks {
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    pub mask: u64,
}

impl Weeks {
    /// Bit `n` counts from the Monday of the week that holds `from`.
    pub fn new(from: Date, mask: u64) -> Self {
        Self { from: monday_of(from), mask }
    }

    pub fn hold(&self, date: Date) -> bool {
        let days = days_between(self.from, monday_of(date));
        days >= 0 && days % 7 == 0 && days / 7 < 64 && self.mask >> (days / 7) & 1 == 1
    }

    /// The Mondays, in order.
    pub fn mondays(self) -> impl Iterator<Item = Date> {
        (0..64).filter(move |week| self.mask >> week & 1 == 1).filter_map(move |week| days_after(self.from, week * 7))
    }
}

/// Créneau: a weekday and an hour, in some weeks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Slot {
    pub slot: SlotId,
    /// 1 Monday … 7 Sunday.
    pub weekday: i8,
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub starts_at: Time,
    pub minutes: u16,
    pub weeks: Weeks,
    pub room: Option<String>,
}

impl Slot {
    /// Whether the timetable places a lesson on that day (closures are the school's, not the slot's).
    pub fn falls_on(&self, date: Date) -> bool {
        date.weekday().to_monday_one_offset() == self.weekday && self.weeks.hold(date)
    }

    pub fn ends_at(&self) -> Time {
        self.starts_at.saturating_add(SignedDuration::from_mins(i64::from(self.minutes)))
    }
}

/// One lesson of the timetable: a slot on one of its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LessonOn {
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub date: Date,
    pub slot: SlotId,
}

/// Where a lesson of the timetable is held instead: another day, another hour or another room. It stays the same lesson, named as the
/// timetable names it, and lasts as long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Placement {
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub date: Date,
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub starts_at: Time,
    /// None: the room of the slot.
    pub room: Option<String>,
}

/// Why a lesson that the timetable places is not held. Of an absent teacher it says that and no more: a motive is nobody's here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NotHeld {
    /// Professeur absent.
    TeacherAbsent,
    /// Sortie, voyage scolaire.
    Outing,
    /// Stage, période de formation en milieu professionnel.
    Internship,
    /// Examen, examen blanc.
    Exam,
    /// Établissement ou salle fermés ce jour-là (intempéries, travaux).
    Closed,
}

impl NotHeld {
    pub const ALL: [Self; 5] = [Self::TeacherAbsent, Self::Outing, Self::Internship, Self::Exam, Self::Closed];

    /// The stored name; the same as in JSON.
    pub fn name(self) -> &'static str {
        serde_variant::to_variant_name(&self).unwrap_or("closed")
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == text)
    }
}

/// The Monday of the week that holds `date`.
pub fn monday_of(date: Date) -> Date {
    days_after(date, -i64::from(date.weekday().to_monday_zero_offset())).unwrap_or(date)
}

/// `days` may be negative; `None` outside the calendar (year 9999).
pub fn days_after(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// From `first` to `second`, negative when `second` is earlier.
pub fn days_between(first: Date, second: Date) -> i64 {
    second.duration_since(first).as_hours() / 24
}

/// Days without lessons, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Closure {
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub until: Date,
    /// « Toussaint », « Armistice ».
    pub label: String,
}

impl Closure {
    pub fn holds(&self, date: Date) -> bool {
        (self.from..=self.until).contains(&date)
    }
}

/// Whether the timetable places a lesson of a slot, which ended on a day or not, on a date.
pub fn lesson_on(slot: &Slot, ended_on: Option<Date>, closures: &[Closure], date: Date) -> bool {
    slot.falls_on(date)
        && ended_on.is_none_or(|ended| date < ended)
        && !closures.iter().any(|closure| closure.holds(date))
}

/// A school year of one school. Its bounds are the school's data: southern calendars start in February.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct YearBounds {
    pub year: SchoolYear,
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub starts_on: Date,
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub ends_on: Date,
}

/// When publication is suspended. Dated data: a later policy of the same school replaces an earlier one from its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PausePolicy {
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub valid_from: Date,
    /// The text it rests on, or the decision of the school.
    pub source: String,
    /// Nothing is released from this hour of each evening…
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub evening: Time,
    /// … to this hour of the morning.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub morning: Time,
    /// Whether Saturday and Sunday are closed too, from Friday evening to Monday morning.
    pub week_end: bool,
}

/// The pauses that apply to a school that decided nothing of its own.
///
/// Circulaire du 10-7-2025 « Promouvoir un numérique raisonné à l'École »: updates of ENT and vie-scolaire software are suspended
/// from 20:00 to 07:00, and from Friday 20:00 to Monday 07:00; in force at the rentrée of 2025.
pub fn national_pauses() -> Vec<PausePolicy> {
    vec![PausePolicy {
        valid_from: jiff::civil::date(2025, 9, 1),
        source: "circulaire du 10-7-2025".into(),
        evening: jiff::civil::time(20, 0, 0, 0),
        morning: jiff::civil::time(7, 0, 0, 0),
        week_end: true,
    }]
}

/// How long before it is due a work is to be there to read. Dated data, as the pause is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePolicy {
    pub valid_from: Date,
    /// The text it rests on, or the decision of the school.
    pub source: String,
    pub hours: u16,
}

/// The notice of a school that decided nothing of its own. No text fixes one: the circulaire 2010-136 only wants the day a work is given
/// and the day it is due. A night is the custom.
pub fn customary_notice() -> Vec<NoticePolicy> {
    vec![NoticePolicy { valid_from: Date::MIN, source: "usage, aucun texte".into(), hours: 12 }]
}

impl PausePolicy {
    /// The first local time at or after `at` when publication is open.
    fn opens(&self, at: DateTime) -> DateTime {
        let next_morning = |from: Date| days_after(from, 1).unwrap_or(from).to_datetime(self.morning);
        let mut at = at;
        if at.time() >= self.evening {
            at = next_morning(at.date());
        } else if at.time() < self.morning {
            at = at.date().to_datetime(self.morning);
        }
        while self.week_end && matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday) {
            at = next_morning(at.date());
        }
        at
    }
}

/// The policy in force on a day: the latest of those already valid.
pub fn policy_on(policies: &[PausePolicy], date: Date) -> Option<&PausePolicy> {
    policies.iter().filter(|policy| policy.valid_from <= date).max_by_key(|policy| policy.valid_from)
}

/// When a thing written at `now` becomes visible: at once, or when the pause ends. Correct on the two nights of clock change,
/// because the pause is a matter of local hours (rule PA-03).
pub fn visible_from(policies: &[PausePolicy], zone: &TimeZone, now: Timestamp) -> Timestamp {
    let local = zone.to_datetime(now);
    let Some(policy) = policy_on(policies, local.date()) else { return now };
    let opens = policy.opens(local);
    if opens == local { now } else { zone.to_timestamp(opens).map_or(now, |opens| opens.max(now)) }
}

#[cfg(test)]
mod spec;
