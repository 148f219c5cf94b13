//! What the files say, gathered from all of them and compact: one value per person, school and service, whatever the order in
//! which they came. Nothing is resolved yet: structures and people are still the numbers the files use.
//!
//! Everything a file may leave out is an `Option`: `None` is *unsaid* and leaves the register alone; an empty text or list is
//! *said to be nothing* and clears. A complete record says everything, a modification only what it holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::directory::group::Sort;
use domain::directory::person::{Role, Standing};
use infra::importers::aaf::Category;
use infra::importers::sts;
use infra::vault::IdentityNumber;
use jiff::civil::{Date, Time};

use super::calendar::Calendar;
use super::report::Report;

/// How a feed names a person. The category is part of it: a pupil and a relative may share a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Number {
    /// A jointure of the academy.
    Academy(Category, String),
    /// `INDIVIDU` of STS whose type is `epp`: one space for the nation.
    National(String),
    /// Any other `INDIVIDU`, typed in by a school.
    School { uai: String, kind: String, id: String },
}

impl Number {
    /// Under what the vault knows it. `academy` is the source of the jointures.
    pub fn identity(&self, academy: &str) -> IdentityNumber {
        let (source, category, number) = match self {
            Self::Academy(category, number) => (academy.to_owned(), category.name().to_owned(), number.clone()),
            Self::National(id) => ("sts".to_owned(), "epp".to_owned(), id.clone()),
            Self::School { uai, kind, id } => (format!("sts/{uai}"), kind.clone(), id.clone()),
        };
        IdentityNumber { source, category, number }
    }
}

/// A structure as a file names it; an index into [`Desired::sites`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub u32);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Site {
    /// A jointure of structure (AAF).
    Structure(String),
    /// A UAI (STS).
    Uai(String),
}

/// A class or a group, somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub site: SiteId,
    pub code: String,
}

/// How to reach someone; each part may be unsaid.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Reach {
    pub address: Option<Vec<String>>,
    pub postal_code: Option<String>,
    pub town: Option<String>,
    pub phones: Option<Vec<String>>,
    pub mail: Option<String>,
}

/// From a pupil to someone who answers for them.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// The jointure of the relative.
    pub relative: String,
    pub standing: Standing,
    pub relation: &'static str,
}

/// A person, as all the files together say.
#[derive(Clone, Default)]
pub struct Wanted {
    /// Whether a record said everything: only then may an unknown person be registered.
    pub whole: bool,
    /// A deletion was asked.
    pub gone: bool,
    pub family: Option<String>,
    pub given: Option<String>,
    pub title: Option<String>,
    pub ine: Option<String>,
    pub birth_date: Option<Date>,
    pub reach: Option<Reach>,
    /// Where a pupil is enrolled.
    pub schools: Option<Vec<SiteId>>,
    pub classes: Option<Vec<Place>>,
    pub groups: Option<Vec<Place>>,
    /// Classes with the day they are entered and left; the files may name the future.
    pub entered: Vec<(Place, Date)>,
    pub left: Vec<(Place, Date)>,
    pub links: Option<Vec<Link>>,
    /// What staff do, and where.
    pub roles: Option<Vec<(SiteId, Role)>>,
    /// What STS adds to it: it takes roles, it never ends one.
    pub teaches_at: BTreeSet<(SiteId, Role)>,
    /// Services of AAF: group, its sort, subject.
    pub services: Option<Vec<(Place, Sort, String)>>,
    pub form_tutor_of: Option<Vec<Place>>,
    /// The number by which STS knows the same person.
    pub sts_id: Option<String>,
}

impl Wanted {
    /// Lays a later record over this one: what it says wins.
    pub fn overlay(&mut self, later: Self) {
        macro_rules! said {
            ($($field:ident),*) => {$( if later.$field.is_some() { self.$field = later.$field; } )*};
        }
        said!(
            family,
            given,
            title,
            ine,
            birth_date,
            schools,
            classes,
            groups,
            links,
            roles,
            services,
            form_tutor_of,
            sts_id
        );
        match (&mut self.reach, later.reach) {
            (Some(reach), Some(later)) => reach.overlay(later),
            (reach @ None, later) => *reach = later,
            (Some(_), None) => {}
        }
        if later.whole || !later.entered.is_empty() || !later.left.is_empty() {
            (self.entered, self.left) = (later.entered, later.left);
        }
        self.teaches_at.extend(later.teaches_at);
        self.whole |= later.whole;
        self.gone = later.gone;
    }
}

impl Reach {
    fn overlay(&mut self, later: Self) {
        macro_rules! said {
            ($($field:ident),*) => {$( if later.$field.is_some() { self.$field = later.$field; } )*};
        }
        said!(address, postal_code, town, phones, mail);
    }
}

/// A structure the feed describes (`EtabEducNat`).
#[derive(Debug, Clone, Default)]
pub struct Described {
    pub uai: Option<String>,
    pub name: Option<String>,
    pub town: Option<String>,
    pub academy: Option<String>,
    /// `ENTStructureTypeStruct` or the STS `CODE_NATURE`.
    pub kind: Option<String>,
    pub groups: Vec<GroupSaid>,
}

/// A class or group a file describes.
#[derive(Debug, Clone)]
pub struct GroupSaid {
    pub sort: Sort,
    pub code: String,
    pub label: Option<String>,
    pub curricula: Vec<String>,
    pub classes: Vec<String>,
}

/// One line of a timetable, its weeks named by the alternance.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    pub alternance: String,
    pub weekday: i8,
    pub starts_at: Time,
    pub minutes: u16,
    pub room: Option<String>,
}

/// A service of STS.
#[derive(Debug, Clone)]
pub struct StsService {
    pub sort: Sort,
    /// Whether several teach it at once.
    pub together: bool,
    pub teachers: BTreeSet<Number>,
    pub lessons: Vec<Lesson>,
}

/// What STS says of one school.
#[derive(Debug, Clone)]
pub struct StsSchool {
    pub site: SiteId,
    pub year: i16,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    pub described: Described,
    /// By (code of the group, subject).
    pub services: BTreeMap<(String, String), StsService>,
    /// Whether the ascending file was there: without it nothing is said of slots.
    pub timetable: bool,
    /// Whether the descending file was there: without it nothing is said of form tutors.
    pub staff: bool,
    pub alternances: BTreeMap<String, Vec<Date>>,
    pub subjects: BTreeMap<String, String>,
    pub form_tutors: Vec<(String, Number)>,
}

/// All that the files say.
#[derive(Default)]
pub struct Desired {
    pub persons: BTreeMap<Number, Wanted>,
    pub sites: Vec<Site>,
    site_ids: HashMap<Site, SiteId>,
    pub structures: BTreeMap<SiteId, Described>,
    pub sts: BTreeMap<String, StsSchool>,
    pub calendars: Vec<Calendar>,
    /// Labels of `MatiereEducNat`.
    pub subjects: BTreeMap<String, String>,
    /// The day in the names of the files, the latest.
    pub date: Option<Date>,
    /// Categories read, each with whether a delta touched it.
    pub touched: BTreeMap<Category, bool>,
    pub report: Report,
}

impl Desired {
    pub fn site(&mut self, site: Site) -> SiteId {
        let next = SiteId(self.sites.len() as u32);
        *self.site_ids.entry(site.clone()).or_insert_with(|| {
            self.sites.push(site);
            next
        })
    }

    pub fn structure(&mut self, jointure: &str) -> SiteId {
        self.site(Site::Structure(jointure.to_owned()))
    }

    /// Whether the files are the whole state of a category, so that who is absent from them has left.
    pub fn complete(&self, category: Category) -> bool {
        self.touched.get(&category) == Some(&false)
    }

    pub fn say(&mut self, number: Number, wanted: Wanted) {
        match self.persons.get_mut(&number) {
            Some(known) => known.overlay(wanted),
            None => drop(self.persons.insert(number, wanted)),
        }
    }

    /// Once everything is read: someone whom both AAF and STS name is one person, under the academy's number. The academy's
    /// spelling of the name stands; STS only adds where they teach.
    pub fn settle(&mut self) {
        let same: Vec<(Number, Number)> = self
            .persons
            .iter()
            .filter_map(|(number, wanted)| Some((Number::National(wanted.sts_id.clone()?), number.clone())))
            .collect();
        for (national, academy) in same {
            let Some(sts) = self.persons.remove(&national) else { continue };
            if let Some(wanted) = self.persons.get_mut(&academy) {
                wanted.teaches_at.extend(sts.teaches_at);
            }
        }
    }
}

/// The number under which STS knows a teacher.
pub fn of_sts(uai: &str, kind: &sts::TeacherKind, id: &str) -> Number {
    match kind {
        sts::TeacherKind::Epp => Number::National(id.to_owned()),
        sts::TeacherKind::Local => Number::School { uai: uai.to_owned(), kind: "local".to_owned(), id: id.to_owned() },
        sts::TeacherKind::Other(kind) => Number::School { uai: uai.to_owned(), kind: kind.clone(), id: id.to_owned() },
    }
}
