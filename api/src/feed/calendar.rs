//! A timetable exported as a calendar (`.ics`), as what it says: dated lessons, under the labels of the school. Codes and services are
//! looked for later, once everything is read.
//!
//! A calendar names no school. The name of its file, or of a folder above it, may hold the UAI (`0990042S/edt.ics`).

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Arc;

use infra::importers;
use infra::importers::ical::{self, Kind, Labels, Moment, Timing};
use infra::importers::uai::{Check, check_letter};
use jiff::Timestamp;

use super::FeedError;
use super::desired::Desired;

/// One event: a lesson, repeated or not.
#[derive(Clone)]
pub struct Dated {
    pub line: u64,
    pub timing: Timing,
    pub labels: Labels,
    /// Of an event that is not repeated: what it is known under in every export, and when this one was made.
    pub known_as: Option<(String, Timestamp)>,
}

/// One file.
pub struct Calendar {
    pub file: Arc<str>,
    /// None when no name says it; settled before anything is compared.
    pub uai: Option<String>,
    pub lessons: Vec<Dated>,
}

pub fn take(
    desired: &mut Desired,
    name: &str,
    input: &mut dyn Read,
    report: &mut importers::Report,
) -> Result<(), FeedError> {
    let mut lessons: Vec<Dated> = Vec::new();
    let mut repeated: HashMap<String, usize> = HashMap::new();
    let mut replaced: Vec<(String, Moment)> = Vec::new();
    ical::each_event(name, input, report, |event, _| {
        let labels = Labels::of(&event);
        if labels.kind == Kind::Other {
            desired.report.skip("events of calendars that are no lesson", 1);
            return Ok(());
        }
        let alone = event.timing.rule.is_none() && event.replaces.is_none() && !event.uid.is_empty();
        let known_as = event.stamp.filter(|_| alone).map(|stamp| (event.stable_uid(), stamp));
        if event.timing.rule.is_some() {
            repeated.insert(event.uid.clone(), lessons.len());
        }
        replaced.extend(event.replaces.map(|start| (event.uid, start)));
        lessons.push(Dated { line: event.line, timing: event.timing, labels, known_as });
        Ok::<(), FeedError>(())
    })?;
    // One lesson of a repeated event that was moved or cancelled stands by itself.
    for (uid, start) in replaced {
        if let Some(whole) = repeated.get(&uid).and_then(|at| lessons.get_mut(*at)) {
            whole.timing.except.push(start);
        }
    }
    let mut parts = name.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).map(str::to_uppercase);
    let uai = parts.find(|part| check_letter(part) != Check::Shape);
    desired.calendars.push(Calendar { file: name.into(), uai, lessons });
    Ok(())
}

/// The lessons of these calendars, those of an older export left out where a later one says them again. An export that has no time of
/// its own replaces none.
pub fn latest<'c>(calendars: &[&'c Calendar]) -> Vec<(&'c Calendar, &'c Dated)> {
    type Key<'c> = (&'c str, Option<&'c str>, &'c [String], &'c [String]);
    fn key(dated: &Dated) -> Option<(Key<'_>, Timestamp)> {
        let (uid, stamp) = dated.known_as.as_ref()?;
        let Labels { subject, classes, groups, .. } = &dated.labels;
        Some(((uid, subject.as_deref(), classes, groups), *stamp))
    }
    let lessons = |calendar: &'c Calendar| calendar.lessons.iter().map(move |dated| (calendar, dated));
    let all = || calendars.iter().copied().flat_map(lessons);
    let mut last: BTreeMap<Key<'_>, Timestamp> = BTreeMap::new();
    for (key, stamp) in all().filter_map(|(_, dated)| key(dated)) {
        let known = last.entry(key).or_insert(stamp);
        *known = (*known).max(stamp);
    }
    all().filter(|(_, dated)| key(dated).is_none_or(|(key, stamp)| last.get(&key) == Some(&stamp))).collect()
}
