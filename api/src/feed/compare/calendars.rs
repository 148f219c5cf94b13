//! Timetables exported as calendars: lessons tied to services, then hours that come back recognised as slots.
//!
//! **What is never guessed.** A lesson counts when its class or group, and its subject, are each the code or the label of one and only
//! one of the school; what is not is left out and listed, and a person says what it is (`--subject`, `--group`). A calendar opens no
//! class. It opens a service only for a teacher whom it names and whom the school has once; where the academy, STS or the register say
//! who teaches, they stand.
//!
//! **What is not said is left alone.** A calendar is whole for the services it names, so all the calendars of one service come together;
//! of the others it says nothing.

mod directory;
mod weekly;

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Capacity;
use domain::ids::{GroupId, SchoolId, ServiceId, TextbookId};
use infra::importers::ical::{Kind, Labels};
use jiff::tz::TimeZone;

use super::Comparison;
use super::services::Wanteds;
use crate::facts::Books;
use crate::feed::calendar::{Calendar, Dated, latest};
use crate::feed::desired::{Desired, Site};
use crate::feed::sites::{Placed, time_zone};
use crate::feed::{FeedError, Options};
use directory::{Directory, Tied};
pub(super) use directory::{Teachers, subjects_named};
use weekly::Held;

/// Says of which school each calendar is: the one its name says, else the only one of the set, else the only one known.
pub(super) fn settle(books: &Books, desired: &mut Desired, options: &Options) -> Result<(), FeedError> {
    let mut uais: BTreeSet<String> = desired.sts.keys().map(|uai| uai.to_uppercase()).collect();
    for (site, described) in &desired.structures {
        let given = match desired.sites.get(site.0 as usize) {
            Some(Site::Structure(jointure)) => options.schools.get(jointure),
            _ => None,
        };
        uais.extend(given.or(described.uai.as_ref()).map(|uai| uai.to_uppercase()));
    }
    if uais.is_empty() {
        uais.extend(books.schools.values().map(|school| school.identity.uai.to_uppercase()));
    }
    let only = uais.first().filter(|_| uais.len() == 1).cloned();
    let mut named = BTreeSet::new();
    for calendar in &mut desired.calendars {
        let uai = calendar.uai.take().or_else(|| only.clone());
        let uai = uai.ok_or_else(|| FeedError::WhichSchool(calendar.file.to_string()))?;
        if desired.sts.get(&uai).is_some_and(|sts| sts.timetable) {
            return Err(FeedError::TwoTimetables { uai, file: calendar.file.to_string() });
        }
        named.insert(uai.clone());
        calendar.uai = Some(uai);
    }
    for uai in named {
        desired.site(Site::Uai(uai));
    }
    Ok(())
}

impl Comparison<'_> {
    /// The hours of the services that calendars name.
    pub(super) fn of_calendars(&mut self, wanted: &mut Wanteds) {
        let mut schools: BTreeMap<SchoolId, Vec<&Calendar>> = BTreeMap::new();
        for calendar in &self.desired.calendars {
            if let Some(uai) = &calendar.uai {
                schools.entry(SchoolId::of(uai)).or_default().push(calendar);
            }
        }
        for (school, calendars) in schools {
            let Some(placed) = self.sites.schools.get(&school) else { continue };
            let lessons = latest(&calendars);
            let written: usize = calendars.iter().map(|calendar| calendar.lessons.len()).sum();
            self.changes.report.skip("lessons of an older export", (written - lessons.len()) as u64);
            let held = self.lessons_held(school, placed, &lessons, wanted);
            for ((group, subject), held) in held {
                self.timetable(placed, (school, group, subject), &held, wanted);
            }
        }
    }

    /// The lessons that are held, by service.
    fn lessons_held(
        &mut self,
        school: SchoolId,
        placed: &Placed,
        lessons: &[(&Calendar, &Dated)],
        wanted: &Wanteds,
    ) -> BTreeMap<(GroupId, String), Held> {
        let mut report = std::mem::take(&mut self.changes.report);
        let known = self.books.schools.get(&school).map(|book| book.zone.clone());
        let zone = known.or_else(|| TimeZone::get(time_zone(&placed.uai)).ok()).unwrap_or(TimeZone::UTC);
        let directory = Directory::of(self, school, placed, wanted);
        let mut services: BTreeMap<(GroupId, String), Held> = BTreeMap::new();
        for (calendar, dated) in lessons {
            if dated.labels.kind == Kind::Cancelled {
                report.skip("lessons that the calendar cancels, left out of the timetable", 1);
                continue;
            }
            let starts = dated.timing.starts_between(&zone, placed.bounds.starts_on, placed.bounds.ends_on);
            if starts.is_empty() {
                report.skip("lessons outside the school year", 1);
                continue;
            }
            let minutes = dated.timing.minutes.and_then(|minutes| u16::try_from(minutes).ok());
            let Some(minutes) = minutes.filter(|minutes| (5..=720).contains(minutes)) else {
                report.skip("lessons shorter than 5 minutes or longer than 12 hours", 1);
                continue;
            };
            match directory.services(&dated.labels) {
                Err(because) => report.leave_out(&words(&dated.labels), because, &calendar.file, dated.line),
                Ok(tied) => {
                    for Tied { group, subject, teachers } in tied {
                        let held = services.entry((group, subject)).or_default();
                        held.teachers.extend(teachers);
                        for start in &starts {
                            held.add(start.date(), start.time(), minutes, dated.labels.room.as_deref());
                        }
                    }
                }
            }
        }
        self.changes.report = report;
        services
    }

    fn timetable(&mut self, placed: &Placed, key: (SchoolId, GroupId, String), held: &Held, wanted: &mut Wanteds) {
        let (_, group, subject) = &key;
        let book = self.books.services.get(&TextbookId::of(*group, subject));
        let known = book.map_or(&[][..], |book| &book.slots);
        let service = ServiceId::of(*group, subject);
        let slots = weekly::slots(service, held, &placed.bounds, placed.day, known);
        let report = &mut self.changes.report;
        report.skip("lessons held in another room than usual, whose slot keeps the usual one", held.elsewhere());
        report.skip("lessons held once, kept as a slot of one week", weekly::once(&slots));
        let said = wanted.entry(key).or_default();
        said.slots = Some(slots);
        if !said.teachers.is_empty() {
            let others = held.teachers.iter().filter(|teacher| !said.teachers.contains_key(teacher));
            report.skip(
                "teachers whom a calendar names and the academy does not, left as the academy says",
                others.count() as u64,
            );
            return;
        }
        // Nobody else in this set says who teaches: who holds it goes on, and a service that nobody holds is given to whom it names.
        said.hours_only = true;
        let lasts = |until: Option<jiff::civil::Date>| until.is_none_or(|until| until > placed.day);
        if !book.is_some_and(|book| book.assignments.iter().any(|held| lasts(held.until))) {
            said.teachers.extend(held.teachers.iter().map(|teacher| (*teacher, Capacity::Teacher)));
        }
    }
}

/// The labels of a lesson, for a list that people read. A summary alone may be anybody's words: it is not repeated.
fn words(labels: &Labels) -> String {
    if !labels.named {
        return "a lesson named by its summary alone".to_owned();
    }
    let places = if labels.groups.is_empty() { &labels.classes } else { &labels.groups };
    let subject = labels.subject.as_deref().unwrap_or("no subject");
    format!("{subject:?} for {:?}", places.join(", "))
}
