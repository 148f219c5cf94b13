//! The books of the register, and the questions asked of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::access::{Grant, Stay};
use domain::actor::Capacity;
use domain::calendar::{
    Closure, LessonOn, NotHeld, NoticePolicy, PausePolicy, Slot, YearBounds, days_after, lesson_on,
};
use domain::directory::establishment::Identity;
use domain::directory::group::Description;
use domain::directory::person::{Contacts, Guardian, Names, Role};
use domain::directory::service::Assignment;
use domain::ids::{GroupId, MandateId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId, TextbookId};
use domain::personal::Sealable as _;
use domain::textbook::file::{FileLimits, Received};
use domain::{inspection, textbook};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

#[derive(Default)]
pub struct Books {
    /// The last position folded: what a decision notes as its `facts_position`.
    pub position: i64,
    pub schools: BTreeMap<SchoolId, SchoolBook>,
    pub persons: HashMap<PersonId, PersonBook>,
    pub groups: HashMap<GroupId, GroupBook>,
    pub services: HashMap<TextbookId, ServiceBook>,
    pub mandates: BTreeMap<MandateId, MandateBook>,
    pub(super) textbook_of_service: HashMap<ServiceId, TextbookId>,
    pub(super) textbook_of_slot: HashMap<SlotId, TextbookId>,
    pub(super) services_of_group: HashMap<GroupId, BTreeSet<TextbookId>>,
    pub(super) services_of_teacher: HashMap<PersonId, BTreeSet<TextbookId>>,
    pub(super) stays_of: HashMap<PersonId, Vec<Stay>>,
    pub(super) children_of: HashMap<PersonId, BTreeSet<PersonId>>,
}

pub struct SchoolBook {
    pub school: SchoolId,
    pub identity: Identity,
    pub zone: TimeZone,
    /// The day it was first registered here: no lesson before it can be missing.
    pub since: Date,
    pub years: BTreeMap<SchoolYear, YearBounds>,
    pub closures: BTreeMap<SchoolYear, Vec<Closure>>,
    pub subjects: BTreeMap<String, String>,
    /// The school's own policies, after the national ones.
    pub pauses: Vec<PausePolicy>,
    pub notices: Vec<NoticePolicy>,
    pub file_limits: Vec<FileLimits>,
}

impl SchoolBook {
    /// The school's day and hour at an instant.
    pub fn local(&self, now: jiff::Timestamp) -> DateTime {
        self.zone.to_datetime(now)
    }

    /// The school year that holds a day, or else the last one that started before it.
    pub fn year_on(&self, date: Date) -> Option<&YearBounds> {
        self.years.values().rfind(|bounds| bounds.starts_on <= date).or_else(|| self.years.values().next())
    }

    pub fn subject<'a>(&'a self, code: &'a str) -> &'a str {
        self.subjects.get(code).map_or(code, String::as_str)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RoleHeld {
    pub school: SchoolId,
    pub role: Role,
    pub from: Date,
    /// The first day on which it is no longer held.
    pub until: Option<Date>,
}

impl RoleHeld {
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on < until)
    }
}

#[derive(Default)]
pub struct PersonBook {
    /// None when the key was destroyed.
    pub names: Option<Names>,
    pub roles: Vec<RoleHeld>,
    /// The set as last written.
    pub guardians: Vec<Guardian>,
    /// Every set there was, with the day from which it holds.
    pub guardian_sets: Vec<(Date, Vec<Guardian>)>,
    /// Whether a feed named this person; others are never deactivated by one.
    pub fed: bool,
    /// The contacts as last read, as a digest only: a feed compares, a page asks the vault.
    pub contacts: Option<u64>,
    pub inactive_since: Option<Date>,
}

impl PersonBook {
    /// « Mme Vidal », or the whole name of someone without a title.
    pub fn formal(&self) -> String {
        match &self.names {
            Some(Names { title: Some(title), family, .. }) => format!("{title} {family}"),
            _ => self.full(),
        }
    }

    /// « Inès Fofana ».
    pub fn full(&self) -> String {
        match &self.names {
            Some(names) => format!("{} {}", names.given, names.family).trim().to_owned(),
            None => "personne oubliée".to_owned(),
        }
    }

    /// The set that holds on a day: one written ahead gives nothing, and takes nothing away, before its day.
    pub fn guardians_on(&self, on: Date) -> &[Guardian] {
        let held = self.guardian_sets.iter().rfind(|(from, _)| *from <= on);
        held.map_or(&[], |(_, guardians)| guardians)
    }

    /// The digest under which contacts are compared: it means nothing outside this process.
    pub fn contacts_digest(contacts: &Contacts) -> u64 {
        use std::hash::{Hash as _, Hasher as _};
        let mut hasher = std::hash::DefaultHasher::new();
        contacts.plaintext().hash(&mut hasher);
        hasher.finish()
    }

    pub fn given(&self) -> String {
        self.names.as_ref().map_or_else(|| self.full(), |names| names.given.clone())
    }
}

pub struct GroupBook {
    pub group: GroupId,
    pub school: SchoolId,
    pub year: SchoolYear,
    pub description: Description,
    pub stays: Vec<(PersonId, Stay)>,
    pub form_tutors: BTreeSet<PersonId>,
}

pub struct ServiceBook {
    pub service: ServiceId,
    pub textbook: TextbookId,
    pub school: SchoolId,
    pub year: SchoolYear,
    pub group: GroupId,
    pub subject: String,
    pub assignments: Vec<Assignment>,
    /// Every slot it ever had, and the first day on which it is over.
    pub slots: Vec<(Slot, Option<Date>)>,
    /// Lessons of these slots that are not held.
    pub not_held: BTreeMap<LessonOn, NotHeld>,
}

impl ServiceBook {
    /// Who answers for a lesson of a day: the substitute before the teacher, the teacher before who teaches beside them.
    pub fn answering(&self, on: Date) -> Option<PersonId> {
        let rank = |capacity: Capacity| match capacity {
            Capacity::Substitute => 0,
            Capacity::Teacher => 1,
            _ => 2,
        };
        let held = self.assignments.iter().filter(|held| held.holds(on));
        held.min_by_key(|held| rank(held.capacity)).map(|held| held.teacher)
    }
}

pub struct MandateBook {
    pub mandate: MandateId,
    pub school: SchoolId,
    pub grant: Grant,
    /// The day it was closed early.
    pub closed_on: Option<Date>,
    pub opened_by: Option<PersonId>,
}

/// One lesson of the timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonAt {
    pub textbook: TextbookId,
    pub slot: SlotId,
    pub date: Date,
    pub starts_at: Time,
    pub minutes: u16,
    pub room: Option<String>,
    /// Why it is not held, if it is not.
    pub not_held: Option<NotHeld>,
}

impl Books {
    pub fn person(&self, person: PersonId) -> Option<&PersonBook> {
        self.persons.get(&person)
    }

    /// « Mme Vidal », also for someone unknown.
    pub fn formal_name(&self, person: PersonId) -> String {
        self.person(person).map_or_else(|| "inconnu".to_owned(), PersonBook::formal)
    }

    pub fn school_of(&self, textbook: TextbookId) -> Option<&SchoolBook> {
        self.schools.get(&self.services.get(&textbook)?.school)
    }

    /// The schools where a person holds a role on that day.
    pub fn roles(&self, person: PersonId, on: Date) -> impl Iterator<Item = &RoleHeld> {
        self.persons.get(&person).into_iter().flat_map(move |book| book.roles.iter().filter(move |held| held.holds(on)))
    }

    pub fn stays(&self, pupil: PersonId) -> &[Stay] {
        self.stays_of.get(&pupil).map_or(&[], Vec::as_slice)
    }

    /// The stays of a pupil on a day, in groups of the school year that holds it: last year's groups are not left one by one.
    pub fn stays_on(&self, pupil: PersonId, on: Date) -> impl Iterator<Item = &Stay> {
        let of_this_year = move |stay: &&Stay| {
            let group = self.groups.get(&stay.group)?;
            Some(self.schools.get(&group.school)?.year_on(on)?.year == group.year)
        };
        let open = self.stays(pupil).iter().filter(move |stay| stay.until.is_none_or(|until| on < until));
        open.filter(move |stay| of_this_year(stay).unwrap_or(false))
    }

    /// The pupils whose set of relatives names this adult, in whatever standing.
    pub fn children(&self, adult: PersonId) -> impl Iterator<Item = PersonId> {
        self.children_of.get(&adult).into_iter().flatten().copied()
    }

    pub fn services_of_group(&self, group: GroupId) -> impl Iterator<Item = &ServiceBook> {
        self.services_of_group.get(&group).into_iter().flatten().filter_map(|textbook| self.services.get(textbook))
    }

    /// Services that a teacher holds or held.
    pub fn services_of_teacher(&self, teacher: PersonId) -> impl Iterator<Item = &ServiceBook> {
        self.services_of_teacher.get(&teacher).into_iter().flatten().filter_map(|textbook| self.services.get(textbook))
    }

    pub fn services_of_school(&self, school: SchoolId) -> impl Iterator<Item = &ServiceBook> {
        self.services.values().filter(move |service| service.school == school)
    }

    /// The lessons the timetable places in a textbook between two days, both included, in order; those that are not held say so.
    pub fn lessons(&self, textbook: TextbookId, from: Date, until: Date) -> Vec<LessonAt> {
        let service = self.services.get(&textbook);
        let Some((service, school)) = service.and_then(|service| Some((service, self.schools.get(&service.school)?)))
        else {
            return vec![];
        };
        let closures = school.closures.get(&service.year).map_or(&[][..], Vec::as_slice);
        let mut lessons = Vec::new();
        let mut day = Some(from).filter(|_| school.years.contains_key(&service.year));
        while let Some(date) = day.filter(|date| *date <= until) {
            let held = service.slots.iter().filter(|(slot, ended)| lesson_on(slot, *ended, closures, date));
            lessons.extend(held.map(|(slot, _)| LessonAt {
                textbook,
                slot: slot.slot,
                date,
                starts_at: slot.starts_at,
                minutes: slot.minutes,
                room: slot.room.clone(),
                not_held: service.not_held.get(&LessonOn { date, slot: slot.slot }).copied(),
            }));
            day = days_after(date, 1);
        }
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at));
        lessons
    }

    /// The timetable of a pupil between two days, both included, in order: on each day, in the groups they belong to on it.
    pub fn timetable(&self, pupil: PersonId, from: Date, until: Date) -> Vec<LessonAt> {
        let mut lessons = Vec::new();
        for stay in self.stays(pupil) {
            let present =
                |lesson: &LessonAt| stay.from <= lesson.date && stay.until.is_none_or(|end| lesson.date < end);
            for service in self.services_of_group(stay.group) {
                lessons.extend(self.lessons(service.textbook, from, until).into_iter().filter(present));
            }
        }
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at, lesson.textbook));
        lessons.dedup();
        lessons
    }

    /// In what capacity a person acts in a textbook on a day.
    pub fn capacity_in(&self, person: PersonId, textbook: TextbookId, on: Date) -> Capacity {
        let Some(service) = self.services.get(&textbook).filter(|_| self.is_active(person, on)) else {
            return Capacity::Stranger;
        };
        let held = service.assignments.iter().find(|held| held.teacher == person && held.holds(on));
        held.map_or_else(|| self.capacity_at(person, service.school, on), |held| held.capacity)
    }

    /// In what capacity a person acts in a school on a day, outside any service.
    pub fn capacity_at(&self, person: PersonId, school: SchoolId, on: Date) -> Capacity {
        let of = |held: &RoleHeld| match held.role {
            Role::Head => Capacity::Head,
            Role::Deputy => Capacity::Deputy,
            Role::Inspector => Capacity::Inspector,
            Role::Pupil => Capacity::Pupil,
            Role::Relative => Capacity::Guardian,
            Role::Teacher | Role::Librarian | Role::SchoolLife | Role::Staff => Capacity::Stranger,
        };
        if !self.is_active(person, on) {
            return Capacity::Stranger;
        }
        self.roles(person, on).filter(|held| held.school == school).map(of).min().unwrap_or(Capacity::Stranger)
    }

    /// Whether the account is open on that day: a complete feed that no longer names someone closes it.
    pub fn is_active(&self, person: PersonId, on: Date) -> bool {
        self.person(person).is_some_and(|book| book.inactive_since.is_none_or(|since| on < since))
    }

    /// What a decision on a textbook may look at.
    pub fn textbook_facts(&self, textbook: TextbookId) -> Option<textbook::Facts> {
        let service = self.services.get(&textbook)?;
        let school = self.schools.get(&service.school)?;
        Some(textbook::Facts {
            textbook,
            school: service.school,
            group: service.group,
            subject: service.subject.clone(),
            zone: school.zone.clone(),
            pauses: school.pauses.clone(),
            bounds: school.years.get(&service.year)?.clone(),
            closures: school.closures.get(&service.year).cloned().unwrap_or_default(),
            slots: service.slots.clone(),
            not_held: service.not_held.clone(),
            received: Received { limits: school.file_limits.clone(), ..Received::default() },
        })
    }

    /// What a decision on a mandate may look at. The school is that of the mandate, or of the head who opens it.
    pub fn mandate_facts(&self, mandate: MandateId, school: SchoolId, on: Date) -> inspection::mandate::Facts {
        let textbooks = self.services_of_school(school).map(|service| service.textbook).collect();
        let inspects = |book: &PersonBook| book.roles.iter().any(|held| held.role == Role::Inspector && held.holds(on));
        let inspectors = self.persons.iter().filter(|(_, book)| inspects(book)).map(|(person, _)| *person).collect();
        inspection::mandate::Facts { mandate, school, textbooks, inspectors }
    }

    pub fn textbook_of_slot(&self, slot: SlotId) -> Option<TextbookId> {
        self.textbook_of_slot.get(&slot).copied()
    }
}
