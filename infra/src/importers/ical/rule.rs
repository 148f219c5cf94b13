//! A weekly repetition (`RRULE`, RFC 5545 §3.3.10): what timetables use of it. Any other is told as not read.

use domain::calendar::days_after;
use jiff::civil::{Date, Weekday};

use super::lines::Line;
use super::moments::Moment;
use crate::importers::Problem;

/// Weeks followed from the first start: a rule that began earlier than a person's whole schooling is not followed to its end.
const WEEKS_MAX: i64 = 2_000;

/// Every so many weeks, on some days of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// 1 for every week.
    pub every: u16,
    /// None when it is the day of the first start.
    pub days: Vec<Weekday>,
    /// The last start it may have.
    pub until: Option<Moment>,
    /// How many starts it has.
    pub count: Option<u32>,
    /// Where a week begins, which tells the weeks of a fortnight apart.
    pub week_starts: Weekday,
}

impl Rule {
    /// `NotWeekly` for a rule that is well made and of another kind.
    pub fn read(value: &str) -> Result<Self, Problem> {
        let mut rule = Self { every: 1, days: vec![], until: None, count: None, week_starts: Weekday::Monday };
        let (mut weekly, mut other) = (false, false);
        for part in value.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, said) = part.split_once('=').ok_or(Problem::NotACode)?;
            let said = said.trim();
            match name.trim().to_uppercase().as_str() {
                "FREQ" => weekly = said.eq_ignore_ascii_case("WEEKLY"),
                "INTERVAL" => {
                    rule.every = said.parse().ok().filter(|every| *every > 0).ok_or(Problem::NotANumber)?;
                }
                "COUNT" => rule.count = Some(said.parse().map_err(|_| Problem::NotANumber)?),
                "UNTIL" => rule.until = Some(until(said)?),
                "WKST" => rule.week_starts = weekday(said).ok_or(Problem::NotACode)?,
                "BYDAY" => {
                    for day in said.split(',') {
                        // `2MO` is the second Monday of a month: no week has one.
                        other |= day.trim().len() > 2;
                        rule.days.extend(weekday(day.trim()));
                    }
                    other |= rule.days.is_empty();
                }
                _ => other = true,
            }
        }
        if weekly && !other { Ok(rule) } else { Err(Problem::NotWeekly) }
    }

    /// The starts up to a day, the first being `first`; the day is that of the event's own clock, and one more is given.
    pub fn starts(&self, first: &Moment, until: Date) -> Vec<Moment> {
        let at = first.civil();
        let since = |day: Weekday| i64::from(day.since(self.week_starts));
        let mut offsets: Vec<i64> = self.days.iter().map(|day| since(*day)).collect();
        if offsets.is_empty() {
            offsets.push(since(at.weekday()));
        }
        offsets.sort_unstable();
        offsets.dedup();
        let mut starts = Vec::new();
        let mut left = self.count.unwrap_or(u32::MAX);
        for week in (0..WEEKS_MAX).map(|week| week * i64::from(self.every)) {
            for offset in &offsets {
                let days = week * 7 + offset - since(at.weekday());
                let Some(date) = days_after(at.date(), days) else { return starts };
                let start = first.moved(date.to_datetime(at.time()));
                let over = self.until.as_ref().is_some_and(|last| after(&start, last));
                if left == 0 || over || date.yesterday().is_ok_and(|before| before > until) {
                    return starts;
                }
                if days >= 0 {
                    left -= 1;
                    starts.push(start);
                }
            }
        }
        starts
    }
}

fn after(start: &Moment, last: &Moment) -> bool {
    match last {
        Moment::Day(day) => start.civil().date() > *day,
        Moment::Floating(at) => start.civil() > *at,
        _ => start.instant() > last.instant(),
    }
}

fn until(said: &str) -> Result<Moment, Problem> {
    let line = Line { number: 0, name: "UNTIL".into(), parameters: vec![], value: String::new() };
    Moment::read(&line, said)
}

fn weekday(code: &str) -> Option<Weekday> {
    Some(match code.to_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}
