//! STS-web: the teaching services a head declares, and the timetable that comes back to the academy.
//!
//! Two files, and a timetable needs both: names come from the descending one (`sts_emp_<UAI>_<YEAR>.xml`, root
//! `STS_EDT`), lessons from the ascending one (`emp_sts`, root `EDT_STS`). They meet by teacher (id *and* kind), by code
//! of class or group, and by subject. Neither holds a pupil.
//!
//! A lesson is a weekday, a time and an alternance; an alternance is a list of weeks. `weeks_mask` turns these into one
//! bit per week of the school year.

mod ascending;
mod descending;
mod organisation;
#[cfg(test)]
mod spec;
mod values;
mod weeks;

use std::io::Read;

use jiff::civil::{Date, Time};

use super::xml::Reader;
use super::{ParseError, Report};

pub use organisation::{CoTaught, Division, Group, Lesson, Service, TaughtTo, Teaching};
pub use weeks::{Weeks, weeks_mask};

/// One of the two files.
#[derive(Clone, PartialEq)]
pub enum Document {
    /// From the State to the school, `STS_EDT`.
    Descending(Box<Sts>),
    /// From the school to the State, `EDT_STS`.
    Ascending(Timetable),
}

/// What the descending file holds.
#[derive(Clone, PartialEq)]
pub struct Sts {
    /// Code of the school.
    pub uai: String,
    /// The school.
    pub school: School,
    /// Year in which the school year starts.
    pub year: i16,
    /// First day of the school year.
    pub starts_on: Option<Date>,
    /// Last day of the school year.
    pub ends_on: Option<Date>,
    /// Subjects taught.
    pub subjects: Vec<Subject>,
    /// Curricula.
    pub mefs: Vec<Mef>,
    /// Those who teach or help to.
    pub teachers: Vec<Teacher>,
    /// Classes.
    pub divisions: Vec<Division>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Services declared, without lessons.
    pub services: Vec<Service>,
}

/// What the ascending file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Timetable {
    /// Code of the school.
    pub uai: String,
    /// Year in which the school year starts.
    pub year: i16,
    /// When each day begins and ends.
    pub day_hours: Vec<DayHours>,
    /// The kinds of weeks: every week, one week in two…
    pub alternances: Vec<Alternance>,
    /// Codes of the rooms.
    pub rooms: Vec<String>,
    /// Classes named, which may be none when only groups are taught.
    pub divisions: Vec<Division>,
    /// Groups named; the timetable software may have made some the other file ignores.
    pub groups: Vec<Group>,
    /// Services with their lessons.
    pub services: Vec<Service>,
}

/// A school, as STS presents it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct School {
    /// `COLLEGE`.
    pub denomination: Option<String>,
    /// `LOUIS ARAGON`.
    pub complement: Option<String>,
    /// `CLG`.
    pub acronym: Option<String>,
    /// Code of its nature, such as 340.
    pub nature: Option<String>,
    /// `public` or `prive`.
    pub status: Option<String>,
    /// Code of the academy.
    pub academy_code: Option<String>,
    /// Its label.
    pub academy: Option<String>,
    /// Street.
    pub address: Option<String>,
    /// Post code, text.
    pub postal_code: Option<String>,
    /// Town.
    pub town: Option<String>,
}

/// A subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Code, text of six characters.
    pub code: String,
    /// The label to show: `LIBELLE_EDITION`, else the long one, else the short one.
    pub label: Option<String>,
    /// `CODE_GESTION`, the school's own abbreviation.
    pub short: Option<String>,
}

/// A curriculum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mef {
    /// Code, text of eleven characters.
    pub code: String,
    /// The label to show.
    pub label: Option<String>,
    /// Statistical code.
    pub mefstat: Option<String>,
}

/// Where a teacher's id comes from; ids are unique only together with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TeacherKind {
    /// `epp`: known to the State. Also where the file says nothing.
    Epp,
    /// `local`: typed in by the school.
    Local,
    /// Any other word.
    Other(String),
}

impl TeacherKind {
    fn of(word: Option<&str>) -> Self {
        match word {
            None | Some("epp") => Self::Epp,
            Some("local") => Self::Local,
            Some(other) => Self::Other(other.to_owned()),
        }
    }
}

/// Someone who teaches.
#[derive(Clone, PartialEq, Eq)]
pub struct Teacher {
    /// Id in STS-web.
    pub id: String,
    /// Where the id comes from.
    pub kind: TeacherKind,
    /// Name in use.
    pub family_name: Option<String>,
    /// Name at birth.
    pub birth_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// `M.`, `Mme`, through the file's own list; the code itself if that list ignores it.
    pub title: Option<String>,
    /// Day of birth.
    pub birth_date: Option<Date>,
    /// `ENS`, `DOC`…
    pub function: Option<String>,
    /// Disciplines.
    pub disciplines: Vec<Discipline>,
    /// Codes of the classes whose *professeur principal* this is.
    pub form_tutor_of: Vec<String>,
}

/// A discipline of a teacher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discipline {
    /// Code, such as `L0202`.
    pub code: String,
    /// Its label.
    pub label: Option<String>,
    /// Hundredths of an hour a week.
    pub hours_hundredths: Option<u32>,
}

/// When a day begins and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayHours {
    /// 1 for Monday to 7.
    pub weekday: u8,
    /// Local time.
    pub starts: Time,
    /// Local time.
    pub ends: Time,
}

/// A kind of weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternance {
    /// `H` for every week, `SA` and `SB` for one in two.
    pub code: String,
    /// Its label.
    pub label: Option<String>,
    /// First days of its weeks as sent; not always Mondays.
    pub week_starts: Vec<Date>,
}

/// Where two files of a school do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Two schools.
    #[error("the services are those of {services}, the timetable is that of {timetable}")]
    School {
        /// In the descending file.
        services: String,
        /// In the ascending file.
        timetable: String,
    },
    /// Two years.
    #[error("the services are those of {services}, the timetable is that of {timetable}")]
    Year {
        /// In the descending file.
        services: i16,
        /// In the ascending file.
        timetable: i16,
    },
}

impl Timetable {
    /// Whether this timetable and these services are of one school and one year.
    pub fn belongs_to(&self, sts: &Sts) -> Result<(), Mismatch> {
        if self.uai != sts.uai {
            return Err(Mismatch::School { services: sts.uai.clone(), timetable: self.uai.clone() });
        }
        if self.year != sts.year {
            return Err(Mismatch::Year { services: sts.year, timetable: self.year });
        }
        Ok(())
    }
}

/// Reads either file, told by its root. One without school or year is an error; a lesson, a date or a number that
/// cannot be read is a warning and is left out.
pub fn read(file: &str, input: &mut dyn Read, report: &mut Report) -> Result<Document, ParseError> {
    let mut reader = Reader::open(file, input)?;
    let root = reader.root(&["STS_EDT", "EDT_STS"])?;
    let document = if root.name == "STS_EDT" {
        Document::Descending(Box::new(descending::read(&mut reader, report)?))
    } else {
        Document::Ascending(ascending::read(&mut reader, report)?)
    };
    reader.finish()?;
    Ok(document)
}
