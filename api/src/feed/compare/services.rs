//! Services: who teaches which subject to which group, and when. STS, when it is in the set, speaks alone for its school.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Capacity;
use domain::calendar::{Slot, Weeks, days_after, monday_of};
use domain::directory::service::{Assignment, Command};
use domain::ids::{GroupId, PersonId, SchoolId, ServiceId, SlotId, TextbookId};
use infra::importers::sts::weeks_mask;
use jiff::civil::Date;

use super::{Comparison, Number, Wanted};
use crate::facts::ServiceBook;
use crate::feed::desired::{StsSchool, StsService};
use crate::feed::sites::Placed;

#[derive(Default)]
pub(super) struct ServiceWanted {
    pub teachers: BTreeMap<PersonId, Capacity>,
    /// None when nothing is said of the timetable.
    pub slots: Option<Vec<Slot>>,
    /// Nothing is said of who teaches: nobody is released.
    pub hours_only: bool,
}

/// By school, group and subject.
pub(super) type Wanteds = BTreeMap<(SchoolId, GroupId, String), ServiceWanted>;

impl Comparison<'_> {
    pub(super) fn services(&mut self, persons: &BTreeMap<Number, Wanted>) {
        let mut wanted = Wanteds::new();
        let told = self.of_academy(persons, &mut wanted);
        for sts in self.desired.sts.values() {
            self.of_sts(sts, &mut wanted);
        }
        self.of_calendars(&mut wanted);
        for service in self.books.services.values() {
            let Some(placed) = self.sites.schools.get(&service.school) else { continue };
            let timetable = self.desired.sts.get(&placed.uai).is_some_and(|sts| sts.timetable);
            if placed.bounds.year == service.year {
                let key = (service.school, service.group, service.subject.clone());
                let wanted = wanted.entry(key).or_default();
                // Absent from the whole timetable: its slots end.
                wanted.slots = wanted.slots.take().or_else(|| timetable.then(Vec::new));
            }
        }
        for ((school, group, subject), wanted) in wanted {
            let Some(placed) = self.sites.schools.get(&school) else { continue };
            let by_sts = self.desired.sts.contains_key(&placed.uai);
            let book = self.books.services.get(&TextbookId::of(group, &subject));
            let timed = book.is_some_and(|book| book.slots.iter().any(|(_, ended)| ended.is_none()));
            if timed && !by_sts && wanted.slots.is_none() {
                continue;
            }
            let mut commands = Vec::new();
            let service = ServiceId::of(group, &subject);
            let year = placed.bounds.year;
            if book.is_none() {
                commands.push(Command::Open { school, year, group, subject });
            }
            let all_told = self.staff_told(school, false);
            let absent = |teacher: &PersonId| !wanted.hours_only && (all_told || told.contains(teacher));
            commands.extend(assignments(placed, book, &wanted.teachers, by_sts, absent));
            commands.extend(wanted.slots.and_then(|slots| schedule(placed, book, slots)));
            self.changes.service(service, school, year, commands);
        }
    }

    /// Services of AAF, but for the schools of whom STS speaks. Returns those whose services are told.
    fn of_academy(&mut self, persons: &BTreeMap<Number, Wanted>, wanted: &mut Wanteds) -> BTreeSet<PersonId> {
        let mut told = BTreeSet::new();
        for (number, staff) in persons.iter().filter(|(_, wanted)| wanted.services.is_some() || wanted.gone) {
            let Some(person) = self.identities.person(number) else { continue };
            told.insert(person);
            if staff.gone || !self.present.contains(&person) {
                continue;
            }
            for (place, _, subject) in staff.services.iter().flatten() {
                // One without a school is counted with the groups it names.
                let Some((school, placed)) = self.placed(place) else { continue };
                if !self.desired.sts.contains_key(&placed.uai) {
                    let group = GroupId::of(school, placed.bounds.year, &place.code);
                    let service = wanted.entry((school, group, subject.clone())).or_default();
                    service.teachers.insert(person, Capacity::Teacher);
                }
            }
        }
        told
    }

    fn of_sts(&mut self, sts: &StsSchool, wanted: &mut Wanteds) {
        let Some((school, placed)) = self.sites.placed(sts.site) else { return };
        let weeks = self.weeks(sts);
        for ((code, subject), said) in &sts.services {
            let group = GroupId::of(school, placed.bounds.year, code);
            let mut service = ServiceWanted::default();
            let capacity = if said.together { Capacity::CoTeacher } else { Capacity::Teacher };
            for number in &said.teachers {
                match self.met(number) {
                    Some(teacher) => drop(service.teachers.insert(teacher, capacity)),
                    None => self.changes.report.pend("teachers not known yet"),
                }
            }
            if sts.timetable {
                service.slots = Some(self.slots(ServiceId::of(group, subject), said, &weeks));
            }
            wanted.insert((school, group, subject.clone()), service);
        }
    }

    /// The weeks of each alternance, from the Monday of its own first: the files may be of any year.
    fn weeks(&mut self, sts: &StsSchool) -> BTreeMap<String, Weeks> {
        let mut weeks = BTreeMap::new();
        for (code, starts) in &sts.alternances {
            let Some(first) = starts.iter().min() else { continue };
            let mask = weeks_mask(*first, starts);
            let report = &mut self.changes.report;
            report.skip("week starts that are not Mondays, taken as their week", mask.moved.len() as u64);
            report.skip("weeks more than 63 weeks after the first of their alternance", mask.out_of_range.len() as u64);
            weeks.insert(code.clone(), Weeks { from: monday_of(*first), mask: mask.mask });
        }
        weeks
    }

    fn slots(&mut self, service: ServiceId, said: &StsService, weeks: &BTreeMap<String, Weeks>) -> Vec<Slot> {
        let mut slots: BTreeMap<SlotId, Slot> = BTreeMap::new();
        for lesson in &said.lessons {
            let report = &mut self.changes.report;
            let Some(weeks) = weeks.get(&lesson.alternance) else {
                report.skip("lessons in an alternance without weeks", 1);
                continue;
            };
            if !(5..=720).contains(&lesson.minutes) {
                report.skip("lessons shorter than 5 minutes or longer than 12 hours", 1);
                continue;
            }
            // The alternance by its code: weeks may be added to it, the lesson stays the same.
            let slot = SlotId::of(service, lesson.weekday, lesson.starts_at, &lesson.alternance);
            slots.entry(slot).or_insert_with(|| Slot {
                slot,
                weekday: lesson.weekday,
                starts_at: lesson.starts_at,
                minutes: lesson.minutes,
                weeks: *weeks,
                room: lesson.room.clone(),
            });
        }
        slots.into_values().collect()
    }
}

/// Assigns those who are named and released those who are not, but never a substitute: the head assigned them.
fn assignments(
    placed: &Placed,
    book: Option<&ServiceBook>,
    teachers: &BTreeMap<PersonId, Capacity>,
    by_sts: bool,
    absent: impl Fn(&PersonId) -> bool,
) -> Vec<Command> {
    let held = book.map_or(&[][..], |book| &book.assignments);
    let from = if held.is_empty() { placed.bounds.starts_on } else { placed.day };
    let open = |teacher: PersonId| {
        let lasts = |held: &&Assignment| held.until.is_none_or(|until| until > placed.day);
        held.iter().find(|held| held.teacher == teacher && lasts(held))
    };
    let last_day = |held: &Assignment| days_after(placed.day, -1).unwrap_or(placed.day).max(held.from);
    let mut commands = Vec::new();
    let gone = held.iter().filter(|held| held.until.is_none() && !teachers.contains_key(&held.teacher));
    let gone = gone.filter(|held| held.capacity != Capacity::Substitute && absent(&held.teacher));
    commands.extend(gone.map(|held| Command::Release { teacher: held.teacher, on: last_day(held) }));
    for (teacher, capacity) in teachers {
        let assign = |from: Date| Command::Assign {
            assignment: Assignment { teacher: *teacher, capacity: *capacity, from, until: None },
        };
        match open(*teacher) {
            None => commands.push(assign(from)),
            Some(held) if held.capacity == *capacity || held.capacity == Capacity::Substitute || !by_sts => {}
            Some(held) if held.from >= placed.day => commands.push(assign(held.from)),
            Some(held) => {
                commands.push(Command::Release { teacher: *teacher, on: last_day(held) });
                commands.push(assign(placed.day));
            }
        }
    }
    commands
}

/// The whole timetable of a service, when it differs.
fn schedule(placed: &Placed, book: Option<&ServiceBook>, slots: Vec<Slot>) -> Option<Command> {
    let held = book.map_or(&[][..], |book| &book.slots);
    let held: BTreeMap<SlotId, &Slot> =
        held.iter().filter(|(_, ended)| ended.is_none()).map(|(slot, _)| (slot.slot, slot)).collect();
    let wanted: BTreeMap<SlotId, &Slot> = slots.iter().map(|slot| (slot.slot, slot)).collect();
    (held != wanted).then_some(Command::Schedule { slots, on: placed.day })
}
