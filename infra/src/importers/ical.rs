//! iCalendar (RFC 5545), as timetable software writes it: PRONOTE, HYPERPLANNING, and the calendars they pass through.
//!
//! Each `VEVENT` is handed over as it ends; a file is never held whole. What cannot be read stops the file, with its line and its
//! property: a timetable that lacks a lesson without saying so is worse than none. One exception, a repetition that is not weekly, is a
//! warning and leaves its event out, since a teacher's calendar may hold other things than lessons.
//!
//! **The reader is our own.** Real files are folded in the middle of a UTF-8 sequence: `ical` 0.11 unfolds text and ends there without a
//! word; `icalendar` 0.17 and `calcard` 0.3 want the whole file as a text, and bring a second calendar library with its own zones.

mod labels;
mod lines;
mod moments;
mod rule;
#[cfg(test)]
mod spec;

use std::io::Read;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use self::lines::{Line, Lines, list, text};
use super::{ParseError, Problem, Report};

pub use labels::{Kind, Labels};
pub use moments::Moment;
pub use rule::Rule;

/// Components inside one another: a calendar, an event, its alarm.
const DEPTH_MAX: usize = 8;
/// Days that one event may add or leave out by name.
const DAYS_NAMED_MAX: usize = 1_000;

/// When an event takes place.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    pub starts: Moment,
    /// None for an event of whole days.
    pub minutes: Option<u32>,
    pub rule: Option<Rule>,
    /// Starts added to those of the rule (`RDATE`).
    pub also: Vec<Moment>,
    /// Starts left out (`EXDATE`).
    pub except: Vec<Moment>,
}

/// One event. Its texts are as written, unescaped.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Line of its `BEGIN`.
    pub line: u64,
    /// Empty when it has none.
    pub uid: String,
    /// When this version of it was made (`DTSTAMP`).
    pub stamp: Option<Timestamp>,
    pub timing: Timing,
    /// The start of a repeated event that this one stands for (`RECURRENCE-ID`).
    pub replaces: Option<Moment>,
    /// `STATUS:CANCELLED`.
    pub cancelled: bool,
    pub summary: String,
    pub description: String,
    pub categories: Vec<String>,
    pub location: String,
}

impl Event {
    /// The name without what changes at each export: PRONOTE writes the time of the export into it
    /// (`Cours-40048-1-20260924T195501Z-Index-Education` is `Cours-40048-1`).
    pub fn stable_uid(&self) -> String {
        let stamp = |part: &&str| part.len() == 16 && part.ends_with('Z') && moments::civil(&part[..15]).is_some();
        let parts: Vec<&str> = self.uid.split('-').collect();
        match parts.iter().position(stamp) {
            Some(at) if at > 0 => parts[..at].join("-"),
            _ => self.uid.clone(),
        }
    }
}

impl Timing {
    /// The starts between two days, both included, as the clocks of `zone` show them, in order. None of an event of whole days.
    pub fn starts_between(&self, zone: &TimeZone, from: Date, until: Date) -> Vec<DateTime> {
        if matches!(self.starts, Moment::Day(_)) {
            return vec![];
        }
        let mut starts = match &self.rule {
            None => vec![self.starts.clone()],
            Some(rule) => rule.starts(&self.starts, until),
        };
        starts.extend(self.also.iter().cloned());
        let excepted = |start: &Moment| self.except.iter().any(|except| except.names(start));
        starts.retain(|start| !excepted(start));
        let mut starts: Vec<DateTime> = starts.iter().map(|start| start.local(zone)).collect();
        starts.retain(|start| (from..=until).contains(&start.date()));
        starts.sort();
        starts.dedup();
        starts
    }
}

/// Reads a file to its end and hands every event to `each`.
pub fn each_event<E: From<ParseError>>(
    file: &str,
    input: &mut dyn Read,
    report: &mut Report,
    mut each: impl FnMut(Event, &mut Report) -> Result<(), E>,
) -> Result<(), E> {
    let mut lines = Lines::open(file, input);
    let mut open: Vec<(String, u64)> = Vec::new();
    let mut draft: Option<Draft> = None;
    let mut calendars = 0;
    while let Some(line) = lines.next()? {
        let in_event = draft.is_some() && open.len() == 2;
        match line.name.as_str() {
            "BEGIN" => {
                let name = line.value.trim().to_uppercase();
                if open.is_empty() && name != "VCALENDAR" {
                    return Err(lines
                        .error(&line, Problem::OtherRoot { found: name, expected: "VCALENDAR".into() })
                        .into());
                }
                if open.len() == DEPTH_MAX {
                    return Err(lines.error(&line, Problem::TooDeep(DEPTH_MAX)).into());
                }
                calendars += usize::from(open.is_empty());
                if open.len() == 1 && name == "VEVENT" {
                    draft = Some(Draft::new(line.number));
                } else if open.len() == 1 && name != "VTIMEZONE" {
                    report.meet_unknown(&name);
                }
                open.push((name, line.number));
            }
            "END" => {
                let found = line.value.trim().to_uppercase();
                match open.pop() {
                    Some((name, _)) if name == found => {}
                    Some((open, opened_at)) => {
                        return Err(lines.error(&line, Problem::Mismatched { open, opened_at, found }).into());
                    }
                    None => return Err(lines.error(&line, Problem::NotAProperty).into()),
                }
                if open.len() == 1
                    && let Some(draft) = draft.take()
                {
                    report.count_read("iCalendar event");
                    if let Some(event) = draft.event(&lines, report)? {
                        each(event, report)?;
                    }
                }
            }
            _ if open.is_empty() => {
                let found = line.name.clone();
                return Err(lines.error(&line, Problem::OtherRoot { found, expected: "VCALENDAR".into() }).into());
            }
            _ => {
                if let Some(draft) = draft.as_mut().filter(|_| in_event) {
                    draft.property(&line).map_err(|problem| lines.error(&line, problem))?;
                }
            }
        }
    }
    if let Some((name, opened_at)) = open.pop() {
        return Err(lines.here(&name, Problem::CutShort { open: name.clone(), opened_at }).into());
    }
    if calendars == 0 { Err(lines.here("", Problem::Empty).into()) } else { Ok(()) }
}

/// An event being read.
#[derive(Default)]
struct Draft {
    line: u64,
    uid: String,
    stamp: Option<Timestamp>,
    starts: Option<Moment>,
    ends: Option<(Moment, u64)>,
    lasts: Option<u32>,
    rule: Option<Result<Rule, (Problem, u64)>>,
    also: Vec<Moment>,
    except: Vec<Moment>,
    replaces: Option<Moment>,
    cancelled: bool,
    summary: String,
    description: String,
    categories: Vec<String>,
    location: String,
}

impl Draft {
    fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    fn property(&mut self, line: &Line) -> Result<(), Problem> {
        match line.name.as_str() {
            "UID" => self.uid = text(&line.value),
            "DTSTAMP" => self.stamp = Some(Moment::read(line, &line.value)?.instant()),
            "DTSTART" if self.starts.is_some() => return Err(Problem::Disagrees("an earlier DTSTART")),
            "DTSTART" => self.starts = Some(Moment::read(line, &line.value)?),
            "DTEND" => self.ends = Some((Moment::read(line, &line.value)?, line.number)),
            "DURATION" => self.lasts = Some(moments::minutes(&line.value).ok_or(Problem::NotATime)?),
            "RRULE" => {
                self.rule = match Rule::read(&line.value) {
                    Err(problem @ Problem::NotWeekly) => Some(Err((problem, line.number))),
                    rule => Some(Ok(rule?)),
                };
            }
            "RDATE" => self.also.extend(moments_of(line, self.also.len())?),
            "EXDATE" => self.except.extend(moments_of(line, self.except.len())?),
            // Exceptions to exceptions: no exporter writes them any more.
            "EXRULE" => self.rule = Some(Err((Problem::NotWeekly, line.number))),
            "RECURRENCE-ID" => self.replaces = Some(Moment::read(line, &line.value)?),
            "STATUS" => self.cancelled = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "SUMMARY" => self.summary = text(&line.value),
            "DESCRIPTION" => self.description = text(&line.value),
            "CATEGORIES" => self.categories.extend(list(&line.value)),
            "LOCATION" => self.location = text(&line.value),
            _ => {}
        }
        Ok(())
    }

    /// None when it repeats in a way that is not read, which is a warning.
    fn event(self, lines: &Lines<'_>, report: &mut Report) -> Result<Option<Event>, ParseError> {
        let Some(starts) = self.starts else {
            return Err(lines.at(self.line, "VEVENT", Problem::Absent("DTSTART")));
        };
        let rule = match self.rule {
            Some(Err((problem, line))) => {
                report.warn(lines.at(line, "VEVENT/RRULE", problem));
                return Ok(None);
            }
            Some(Ok(rule)) => Some(rule),
            None => None,
        };
        let minutes = match (&starts, &self.ends, self.lasts) {
            (Moment::Day(_), _, _) => None,
            (_, Some((ends, line)), _) => {
                let lasts = ends.instant().duration_since(starts.instant()).as_mins();
                let lasts = u32::try_from(lasts).map_err(|_| lines.at(*line, "VEVENT/DTEND", Problem::NotATime))?;
                Some(lasts)
            }
            (_, None, lasts) => Some(lasts.unwrap_or_default()),
        };
        Ok(Some(Event {
            line: self.line,
            uid: self.uid,
            stamp: self.stamp,
            timing: Timing { starts, minutes, rule, also: self.also, except: self.except },
            replaces: self.replaces,
            cancelled: self.cancelled,
            summary: self.summary,
            description: self.description,
            categories: self.categories,
            location: self.location,
        }))
    }
}

fn moments_of(line: &Line, known: usize) -> Result<Vec<Moment>, Problem> {
    let values: Vec<&str> = line.value.split(',').collect();
    if known + values.len() > DAYS_NAMED_MAX {
        return Err(Problem::TooLarge(DAYS_NAMED_MAX));
    }
    values.into_iter().map(|value| Moment::read(line, value)).collect()
}
