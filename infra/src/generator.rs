//! A fictitious collège, or primary school, whole and always the same for a seed: its people, its timetable, the files an académie would send about it, and the weeks
//! its teachers spend filling the cahier de textes.
//!
//! Two products, both pure functions of [`Options`]: a [`School`], which [`write_files`] turns into an AAF set and an STS pair of the exact shape the
//! real ones have (AAF and a calendar of half-days, for a primary school); and [`life`], the acts of its teachers. Nothing here knows the domain: what is generated must come in through the same doors as a
//! real school. Above 480 pupils the school grows by *wings* of twenty classes, each with its own teachers, so that time and memory stay linear.

mod aaf;
mod bank;
mod calendar;
mod cast;
mod chance;
mod families;
mod ics;
mod life;
mod manner;
mod names;
mod primary;
mod programme;
mod pupils;
mod school;
mod sheet;
mod staffing;
mod sts;
mod timetable;
mod wing;

#[cfg(test)]
mod spec;

pub use calendar::{Calendar, DayOff, Holiday, Weeks};
pub use cast::{Cast, Kin, Member, Outsider};
pub use life::{Act, Deed, Due, Given, HomeworkKind, Purpose, Res, life};
pub use manner::Manner;
pub use programme::{EVERYTHING, Level, SUBJECTS, Subject, subject};
pub use school::{
    Address, Degree, Division, Function, Group, GroupKind, Jointure, Lesson, Link, Pupil, Relative, Replacement,
    School, Service, Sex, Slot, Staff, StsId,
};

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};

/// What the fictitious school is drawn from. The same options always give the same school, to the byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub degree: Degree,
    /// How many pupils; fewer than one per class is raised to one per class.
    pub pupils: usize,
    pub seed: u64,
    /// First day of lessons.
    pub year_starts_on: Date,
    /// Last day of lessons.
    pub year_ends_on: Date,
    /// Holidays and public days off: data, because they change with the year and the zone.
    pub holidays: Vec<Holiday>,
    pub days_off: Vec<DayOff>,
    /// UAI of the school, see [`fictional_uai`].
    pub uai: String,
    /// Date of extraction, in the names of the AAF files.
    pub date: Date,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            degree: Degree::College,
            pupils: 480,
            seed: 2026,
            year_starts_on: date(2026, 9, 1),
            year_ends_on: date(2027, 7, 3),
            holidays: calendar::holidays_of_2026(),
            days_off: calendar::days_off_of_2026(),
            uai: fictional_uai(42),
            date: date(2026, 11, 16),
        }
    }
}

impl Options {
    /// A small école élémentaire, in the same town.
    pub fn primary() -> Self {
        Self { degree: Degree::Primary, pupils: 54, uai: fictional_uai(43), ..Self::default() }
    }
}

/// The `number`th UAI of department 099, which does not exist, with the right check letter (seven digits modulo 23 in an alphabet without I, O, Q).
pub fn fictional_uai(number: u32) -> String {
    const ALPHABET: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
    let digits = 990_000 + number % 10_000;
    let letter = char::from(ALPHABET[digits as usize % ALPHABET.len()]);
    format!("{digits:07}{letter}")
}

/// Draws the school: classes, people, services, timetable. Pure and deterministic.
pub fn generate(options: &Options) -> School {
    let mut school = school::School::empty(options);
    if options.degree == Degree::Primary {
        primary::found(&mut school);
        return school;
    }
    let plan = wing::plan(options.pupils);
    for wing in &plan {
        wing::raise(&mut school, wing);
    }
    staffing::office(&mut school, plan.len());
    pupils::enrol(&mut school);
    staffing::pick_form_tutors(&mut school);
    cast::settle(&mut school);
    school
}

/// The small primary school of the same town and year, where a teacher of English of this collège also comes an hour a week.
pub fn beside(college: &School) -> School {
    let mut school = generate(&Options {
        seed: college.seed,
        year_starts_on: college.calendar.starts_on,
        year_ends_on: college.calendar.ends_on,
        holidays: college.calendar.holidays.clone(),
        days_off: college.calendar.days_off.clone(),
        date: college.date,
        ..Options::primary()
    });
    primary::welcome(&mut school, college);
    school
}

/// Writes the complete AAF set and the STS pair, or the calendar of a primary school, into `dir` (made if absent) and returns the paths, in the order written.
///
/// Records are streamed: memory does not grow with the school.
pub fn write_files(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(dir)?;
    let mut paths = aaf::write(school, dir)?;
    match school.degree {
        Degree::College => paths.extend(sts::write(school, dir)?),
        Degree::Primary => paths.push(ics::write(school, dir)?),
    }
    Ok(paths)
}
