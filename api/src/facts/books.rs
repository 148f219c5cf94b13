//! The books of the register, and the questions asked of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::access::{Grant, Stay, Tutoring};
use domain::actor::Capacity;
use domain::calendar::{Closure, LessonOn, NotHeld, NoticePolicy, PausePolicy, Placement, Slot, YearBounds};
use domain::directory::entourage;
use domain::directory::establishment::{Identity, Level};
use domain::directory::group::{self, Description};
use domain::directory::person::{Contacts, Guardian, Names, Role};
use domain::directory::service::{self, ALL_SUBJECTS, Assignment};
use domain::ids::{GroupId, MandateId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId, TextbookId};
use domain::personal::Sealable as _;
use domain::textbook::file::{FileLimits, Received};
use domain::textbook::written::Degree;
use domain::{inspection, textbook};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// What a service that covers all subjects is called.
pub const ALL_SUBJECTS_LABEL: &str = "Toutes matières";

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
    pub(super) accompanied_by: HashMap<PersonId, BTreeSet<PersonId>>,
    pub(super) tutored_by: HashMap<PersonId, BTreeSet<GroupId>>,
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
        let unnamed = if code == ALL_SUBJECTS { ALL_SUBJECTS_LABEL } else { code };
        self.subjects.get(code).map_or(unnamed, String::as_str)
    }

    pub fn degree(&self) -> Degree {
        match self.identity.level {
            Level::Primary => Degree::First,
            Level::College | Level::Lycee => Degree::Second,
            Level::Mixed => Degree::Unsaid,
        }
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
    /// Of the person's stream, as folded here.
    pub version: i64,
    /// None when the key was destroyed.
    pub names: Option<Names>,
    pub roles: Vec<RoleHeld>,
    /// The set as last written.
    pub guardians: Vec<Guardian>,
    /// Every set there was, with the day from which it holds.
    pub guardian_sets: Vec<(Date, Vec<Guardian>)>,
    /// Of a pupil: what was recorded beside the set.
    pub entourage: entourage::State,
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

    /// Whether they may take a lesson of a school on a day.
    pub fn teaches_in(&self, school: SchoolId, on: Date) -> bool {
        let here = |held: &&RoleHeld| held.school == school && held.role == Role::Teacher;
        self.inactive_since.is_none_or(|since| on < since) && self.roles.iter().filter(here).any(|held| held.holds(on))
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
    /// Opened by somebody and not by a feed.
    pub by_hand: bool,
    /// Of its stream, as folded here: what a form compares.
    pub version: i64,
    pub stays: Vec<(PersonId, Stay)>,
    /// As last named.
    pub form_tutors: BTreeSet<PersonId>,
    /// Whoever was named, with the days.
    pub tutorings: Vec<Tutoring>,
}

pub struct ServiceBook {
    pub service: ServiceId,
    pub textbook: TextbookId,
    pub school: SchoolId,
    pub year: SchoolYear,
    pub group: GroupId,
    pub subject: String,
    /// Of the service's stream, as folded here.
    pub version: i64,
    pub assignments: Vec<Assignment>,
    /// Every slot it ever had, and the first day on which it is over.
    pub slots: Vec<(Slot, Option<Date>)>,
    /// Lessons of these slots that are not held.
    pub not_held: BTreeMap<LessonOn, NotHeld>,
    /// Lessons that are held elsewhere, or were.
    pub moved: BTreeMap<LessonOn, Moved>,
    /// Lessons that a colleague takes.
    pub replaced: BTreeMap<LessonOn, PersonId>,
}

/// What became of the place of a lesson.
#[derive(Debug, Clone, Default)]
pub struct Moved {
    /// Where it is held; none once it moved back.
    pub now: Option<Placement>,
    /// Every place it ever had besides that of the timetable: work was given for it there.
    pub ever: Vec<(Date, Time)>,
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
        let open = self.stays(pupil).iter().filter(move |stay| stay.outlasts(on));
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
            Role::Referent => Capacity::Referent,
            Role::Pupil => Capacity::Pupil,
            Role::Relative => Capacity::Guardian,
            // They write nothing here by that role.
            Role::Teacher
            | Role::Librarian
            | Role::SchoolLife
            | Role::Aesh
            | Role::DataProtection
            | Role::Archivist
            | Role::Observatory
            | Role::HostOperator
            | Role::Staff => Capacity::Stranger,
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
    pub fn textbook_facts(&self, textbook: TextbookId, now: Timestamp) -> Option<textbook::Facts> {
        let service = self.services.get(&textbook)?;
        let school = self.schools.get(&service.school)?;
        Some(textbook::Facts {
            textbook,
            school: service.school,
            group: service.group,
            subject: service.subject.clone(),
            degree: school.degree(),
            zone: school.zone.clone(),
            pauses: school.pauses.clone(),
            bounds: school.years.get(&service.year)?.clone(),
            closures: school.closures.get(&service.year).cloned().unwrap_or_default(),
            slots: service.slots.clone(),
            not_held: service.not_held.clone(),
            members: self.members(service.group, school.local(now).date()).collect(),
            source: None,
            moved: service.moved.iter().filter_map(|(lesson, moved)| Some((*lesson, moved.now.clone()?))).collect(),
            received: Received { limits: school.file_limits.clone(), ..Received::default() },
        })
    }

    /// What a decision on a group may look at.
    pub fn group_facts(&self, school: SchoolId, year: SchoolYear) -> group::Facts {
        let Some(book) = self.schools.get(&school) else { return group::Facts::default() };
        group::Facts { bounds: book.years.get(&year).cloned(), zone: book.zone.clone() }
    }

    /// What a decision on a service may look at.
    pub fn service_facts(&self, school: SchoolId, year: SchoolYear) -> service::Facts {
        let Some(book) = self.schools.get(&school) else { return service::Facts::default() };
        let closures = book.closures.get(&year).cloned().unwrap_or_default();
        service::Facts { bounds: book.years.get(&year).cloned(), closures }
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
