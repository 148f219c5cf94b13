//! What the school is made of: plain data, as the generator drew it, before any file format.

use jiff::civil::{Date, DateTime, Time};

use super::Options;
use super::calendar::{Calendar, Weeks, plus_days};
use super::cast::Cast;
use super::manner::Manner;
use super::programme::Level;

/// `ENTPersonJointure`: an integer in text form, unique in the académie over pupils, relatives and staff.
pub type Jointure = String;
/// `INDIVIDU@ID` of STS, also `ENTPersonSTSId` of AAF.
pub type StsId = String;

/// The degree of a school, which decides what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degree {
    /// A collège: a timetable, a teacher a subject.
    College,
    /// An école élémentaire: half-days, a teacher a class.
    Primary,
}

impl Degree {
    /// Numbers of people begin elsewhere in each, so that one of either is another person. Those known by name keep theirs.
    pub(super) fn first(self, number: usize) -> usize {
        match self {
            Self::College => number,
            Self::Primary => number + 500_000,
        }
    }
}

/// The whole school. Indices in its lists (`division`, `groups`, `teachers`, `relative`) point into its other lists.
#[derive(Debug, Clone, PartialEq)]
pub struct School {
    pub degree: Degree,
    pub uai: String,
    /// `Tilleuls`, after `Collège des`; `Saules`, after `École des`.
    pub name: String,
    /// `ENTStructureJointure`, another number space than the persons'.
    pub jointure: String,
    pub seed: u64,
    /// How many pupils were asked for.
    pub(super) size: usize,
    /// Date of extraction.
    pub date: Date,
    pub calendar: Calendar,
    pub divisions: Vec<Division>,
    pub groups: Vec<Group>,
    pub staff: Vec<Staff>,
    pub pupils: Vec<Pupil>,
    pub relatives: Vec<Relative>,
    pub services: Vec<Service>,
    pub replacements: Vec<Replacement>,
    pub cast: Cast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
}

impl Sex {
    /// `personalTitle`
    pub fn title(self) -> &'static str {
        match self {
            Self::Female => "Mme",
            Self::Male => "M.",
        }
    }
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// `4B`
    pub code: String,
    /// `4EME B`
    pub label: String,
    /// The only one, or the first of several.
    pub level: Level,
    /// The others, of a primary class of several.
    pub beyond: Vec<Level>,
}

/// A teaching group, drawn from one class or from several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `4ESP1`, `3LAT`, `5B_G1`
    pub code: String,
    pub label: String,
    pub level: Level,
    pub kind: GroupKind,
    pub divisions: Vec<usize>,
}

/// Why a group exists, hence who is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// A second language, taught at once to several classes; the code of its subject.
    Language(&'static str),
    /// Latin, by choice, across the classes of a level.
    Latin,
    /// Half of one class in science, first (1) or second (2) by alphabetical order.
    Half(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// Teacher (ENS).
    Teacher,
    /// Librarian (DOC).
    Librarian,
    /// Principal and deputy (DIR).
    Direction,
    /// Who directs a primary school, and has a class there.
    TeachingHead,
    /// CPE (EDU).
    Counsellor,
    /// Assistant d'éducation (AED), not known to STS.
    Assistant,
    /// AESH, not known to STS; whom they accompany is in no file.
    Companion,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub jointure: Jointure,
    /// None for those whom STS does not know.
    pub sts_id: Option<StsId>,
    pub sex: Sex,
    pub surname: String,
    pub birth_surname: String,
    pub given: String,
    pub born_on: Date,
    pub mail: String,
    pub function: Function,
    /// Code and label of the discipline of the post, such as `L1300`, `MATHEMATIQUES`.
    pub discipline: (&'static str, &'static str),
    pub room: Option<String>,
    /// Divisions of which this teacher is the professeur principal.
    pub tutor_of: Vec<usize>,
    /// How this teacher keeps the cahier de textes.
    pub manner: Manner,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// One to four lines, without post code and town.
    pub lines: Vec<String>,
    pub post_code: String,
    pub town: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    pub jointure: Jointure,
    /// Absent for one pupil, as happens with late enrolments.
    pub ine: Option<String>,
    /// ELEVE_ID of SIECLE.
    pub siecle_id: String,
    pub sex: Sex,
    pub surname: String,
    pub given: String,
    pub other_given: Vec<String>,
    pub born_on: Date,
    pub division: usize,
    pub level: Level,
    pub groups: Vec<usize>,
    pub entered_on: Date,
    pub half_board: bool,
    pub scholarship: bool,
    pub address: Address,
    pub links: Vec<Link>,
}

/// One value of `ENTElevePersRelEleve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub relative: usize,
    /// 10 mother, 20 father, 38 grandparent, 42 foster carer, 50 guardian, 51 ASE.
    pub relation: u8,
    pub pays_fees: bool,
    /// 0 none, 1 and 2 holders of parental authority.
    pub legal: u8,
    pub contact: bool,
    pub payment: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    pub jointure: Jointure,
    /// None for an institution.
    pub sex: Option<Sex>,
    pub surname: String,
    pub birth_surname: String,
    pub given: String,
    pub home_phone: Option<String>,
    pub mobile: Option<String>,
    pub mail: Option<String>,
    /// Whether the address may be passed on.
    pub shares_address: bool,
    pub address: Address,
}

/// Who teaches what to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Code of a division or of a group.
    pub group: String,
    pub of_division: bool,
    pub level: Level,
    /// Six characters of the national list.
    pub subject: &'static str,
    /// The holder first, then the co-teacher or the long substitute.
    pub teachers: Vec<usize>,
    pub co_taught: bool,
    /// Weekly hours, in halves: 7 is 3 h 30.
    pub half_hours: u16,
    pub slots: Vec<Slot>,
}

/// A place in the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// 1 for Monday to 5 for Friday.
    pub day: i8,
    pub starts_at: Time,
    pub minutes: i64,
    pub weeks: Weeks,
    pub room: String,
}

/// A dated lesson of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lesson {
    pub starts_at: DateTime,
    pub ends_at: DateTime,
}

/// Somebody teaches in the place of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub absent: usize,
    pub present: usize,
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// A long substitute holds the services in the files; a short replacement does not appear in them.
    pub long: bool,
}

impl Division {
    pub fn levels(&self) -> impl Iterator<Item = Level> {
        [self.level].into_iter().chain(self.beyond.iter().copied())
    }
}

impl School {
    pub(super) fn empty(options: &Options) -> Self {
        let (name, jointure) = match options.degree {
            Degree::College => ("Tilleuls", "52042"),
            Degree::Primary => ("Saules", "52043"),
        };
        Self {
            degree: options.degree,
            uai: options.uai.clone(),
            name: name.to_owned(),
            jointure: jointure.to_owned(),
            seed: options.seed,
            size: options.pupils,
            date: options.date,
            calendar: Calendar {
                starts_on: options.year_starts_on,
                ends_on: options.year_ends_on,
                holidays: options.holidays.clone(),
                days_off: options.days_off.clone(),
            },
            divisions: Vec::new(),
            groups: Vec::new(),
            staff: Vec::new(),
            pupils: Vec::new(),
            relatives: Vec::new(),
            services: Vec::new(),
            replacements: Vec::new(),
            cast: Cast::default(),
        }
    }

    /// Every lesson of a service in the year, in order, without holidays and days off.
    pub fn lessons(&self, service: &Service) -> Vec<Lesson> {
        let mut lessons = Vec::new();
        for slot in &service.slots {
            for monday in self.calendar.mondays_of(slot.weeks) {
                let day = plus_days(monday, i64::from(slot.day) - 1);
                if self.calendar.is_school_day(day) {
                    lessons.push(slot.on(day));
                }
            }
        }
        lessons.sort_unstable();
        lessons
    }

    /// Who teaches a service that day: the holder, or whoever replaces them.
    pub fn teacher_on(&self, service: &Service, day: Date) -> usize {
        let holder = service.teachers.first().copied().unwrap_or_default();
        self.replacements
            .iter()
            .find(|replacement| replacement.absent == holder && replacement.from <= day && day <= replacement.until)
            .map_or(holder, |replacement| replacement.present)
    }
}

impl Slot {
    fn on(&self, day: Date) -> Lesson {
        let starts_at = day.to_datetime(self.starts_at);
        let ends_at = starts_at.checked_add(jiff::Span::new().minutes(self.minutes)).unwrap_or(starts_at);
        Lesson { starts_at, ends_at }
    }
}
