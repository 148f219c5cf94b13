//! What other applications already know, read as they really send it.
//!
//! A school does not type its pupils in: the academy sends them every night (AAF), the timetable comes from STS-web.
//! This module is the reading half of an import. It turns files into plain values and says, for everything it could not
//! take, in which file, at which line and in which element. It compares nothing, decides nothing and writes nothing.
//!
//! - `package` — what a school holds in its hands: a folder, a file, a `.zip`, a `.tgz`; one stream at a time.
//! - `xml` — one streaming reader for all: encodings, refused entities, limits, places of errors.
//! - `aaf` — *annuaire académique fédérateur*: pupils, relatives, staff, structures, subjects, curricula.
//! - `sts` — the teaching services and the weekly timetable.
//! - `ical` — a timetable as dated lessons, exported by its software.
//! - `uai` — the check letter of a school code.
//!
//! An **error** stops the file: it is not the document it claims to be. A **warning** is counted and reading goes on:
//! one bad date among sixty thousand pupils is no reason to leave a department without its classes.
//! Neither ever quotes a value, since the values are people's names, birth dates and addresses.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub mod aaf;
pub mod ical;
pub mod package;
#[cfg(test)]
mod samples;
pub mod sts;
pub mod uai;
pub mod xml;

/// Warnings kept in full; past this number they are only counted, so that a file wrong in every line stays small.
const WARNINGS_KEPT_MAX: usize = 1_000;
/// Names of unknown attributes kept; a file that invents a name per record must not fill the memory.
const NAMES_KEPT_MAX: usize = 1_000;

/// What is wrong, without any value of the file. Names of elements and attributes may appear: they are the format's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The declaration names an encoding nobody here knows.
    #[error("the encoding {0:?} is unknown")]
    UnknownEncoding(String),
    /// A byte that the encoding of the file cannot hold: most often Latin text declared, or left undeclared, as UTF-8.
    #[error("a byte does not belong to {0}, the encoding of the file")]
    NotInEncoding(&'static str),
    /// The document type declares entities of its own. They can multiply a small file into gigabytes, or read others.
    #[error("the document type declares an entity, which is refused")]
    EntityDeclared,
    /// A reference to an entity other than the five of XML.
    #[error("the entity &{0}; is none of the five that XML predefines")]
    UnknownEntity(String),
    /// A control character, written as such or by number.
    #[error("a character that XML forbids")]
    ForbiddenCharacter,
    /// One value, tag, comment or record is larger than anything real.
    #[error("more than {0} bytes in one piece")]
    TooLarge(usize),
    /// Elements nested deeper than any known format.
    #[error("more than {0} elements inside one another")]
    TooDeep(usize),
    /// A closing tag meets another element than the one that is open.
    #[error("<{open}>, opened at line {opened_at}, meets </{found}>")]
    Mismatched {
        /// The innermost open element.
        open: String,
        /// Line where it was opened.
        opened_at: u64,
        /// Name in the closing tag.
        found: String,
    },
    /// The file stops before its end: the usual mark of a cut transfer.
    #[error("the file ends inside <{open}>, opened at line {opened_at}")]
    CutShort {
        /// The innermost open element.
        open: String,
        /// Line where it was opened.
        opened_at: u64,
    },
    /// Any other breach of XML's grammar.
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    /// The bytes stopped coming: disk, archive or decompression.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The document holds no element.
    #[error("no element in the file")]
    Empty,
    /// Another document than the one expected.
    #[error("the root is <{found}> where <{expected}> is expected")]
    OtherRoot {
        /// Name of the root element found.
        found: String,
        /// Names of the roots accepted, separated by `|`.
        expected: String,
    },
    /// More than one root: two files glued together.
    #[error("a second root <{0}> follows the first")]
    SecondRoot(String),
    /// What a record cannot be read without.
    #[error("{0} is absent")]
    Absent(&'static str),
    /// A value that should be a day.
    #[error("not a day of the calendar")]
    NotADate,
    /// A value that should be a time of day or a duration.
    #[error("not a time")]
    NotATime,
    /// A value that should be a number, perhaps within bounds.
    #[error("not a number that fits here")]
    NotANumber,
    /// A value that should be one of a few codes, such as `O` and `N`.
    #[error("not one of the codes expected")]
    NotACode,
    /// A `$` list with another number of fields than the format says.
    #[error("{found} fields where {expected} are expected")]
    FieldCount {
        /// Number of fields of the format.
        expected: usize,
        /// Number found.
        found: usize,
    },
    /// A field of a `$` list that names what the row is about, and is blank.
    #[error("field {0} is blank")]
    BlankField(usize),
    /// Two lists that answer each other line by line have different lengths.
    #[error("{found} values beside {expected} in {beside}")]
    UnevenLists {
        /// The other list.
        beside: &'static str,
        /// Its length.
        expected: usize,
        /// Length of this one.
        found: usize,
    },
    /// Two places of one record that should agree and do not.
    #[error("differs from {0}")]
    Disagrees(&'static str),
    /// A line that is neither a property nor the rest of one.
    #[error("neither a property nor the rest of one")]
    NotAProperty,
    /// A time zone that is neither of the IANA nor one of those Windows has for France.
    #[error("the time zone {0:?} is unknown")]
    UnknownTimeZone(String),
    /// A repetition of another kind than every so many weeks.
    #[error("a repetition that is not weekly, which is not read")]
    NotWeekly,
    /// A category, an operation or a kind that the format does not define.
    #[error("{0:?} is not part of the format")]
    NotInFormat(String),
}

impl Problem {
    /// A stable name under which warnings are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownEncoding(_) => "unknown-encoding",
            Self::NotInEncoding(_) => "not-in-encoding",
            Self::EntityDeclared => "entity-declared",
            Self::UnknownEntity(_) => "unknown-entity",
            Self::ForbiddenCharacter => "forbidden-character",
            Self::TooLarge(_) => "too-large",
            Self::TooDeep(_) => "too-deep",
            Self::Mismatched { .. } => "mismatched",
            Self::CutShort { .. } => "cut-short",
            Self::Malformed(_) => "malformed",
            Self::Unreadable(_) => "unreadable",
            Self::Empty => "empty",
            Self::OtherRoot { .. } => "other-root",
            Self::SecondRoot(_) => "second-root",
            Self::Absent(_) => "absent",
            Self::NotADate => "not-a-date",
            Self::NotATime => "not-a-time",
            Self::NotANumber => "not-a-number",
            Self::NotACode => "not-a-code",
            Self::FieldCount { .. } => "field-count",
            Self::BlankField(_) => "blank-field",
            Self::UnevenLists { .. } => "uneven-lists",
            Self::Disagrees(_) => "disagrees",
            Self::NotAProperty => "not-a-property",
            Self::UnknownTimeZone(_) => "unknown-time-zone",
            Self::NotWeekly => "not-weekly",
            Self::NotInFormat(_) => "not-in-format",
        }
    }
}

/// A problem and its place; a warning has the same shape, only reading went on after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Name of the file, as its package gives it.
    pub file: Arc<str>,
    /// Line, from 1; 0 when the record comes from elsewhere than a file.
    pub line: u64,
    /// Way to the element from the root, such as `EDT_STS/DONNEES/HORAIRES`, or `attr "ENTEleveClasses"`.
    pub element: String,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, line {}", self.file, self.line)?;
        if !self.element.is_empty() {
            write!(out, ", {}", self.element)?;
        }
        write!(out, ": {}", self.problem)
    }
}

impl std::error::Error for ParseError {}

/// What an import has to say besides its records: how many it read, and what it could not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read, by `category action`, such as `Eleve add`.
    pub read: BTreeMap<String, u64>,
    /// Attributes, elements and categories nobody here knows, by name: counted, never fatal.
    pub unknown: BTreeMap<String, u64>,
    /// Warnings by `Problem::kind`, all of them.
    pub warned: BTreeMap<&'static str, u64>,
    /// The first thousand warnings, in the order of the files.
    pub warnings: Vec<ParseError>,
}

impl Report {
    /// Number of warnings, kept or only counted.
    pub fn warnings_count(&self) -> u64 {
        self.warned.values().sum()
    }

    /// Counts one warning, and keeps it while there is room.
    pub fn warn(&mut self, warning: ParseError) {
        *self.warned.entry(warning.problem.kind()).or_default() += 1;
        if self.warnings.len() < WARNINGS_KEPT_MAX {
            self.warnings.push(warning);
        }
    }

    /// Counts one name that is not part of the format as known here.
    pub fn meet_unknown(&mut self, name: &str) {
        count(&mut self.unknown, name);
    }

    /// Counts one record.
    pub fn count_read(&mut self, what: &str) {
        count(&mut self.read, what);
    }
}

/// Adds one under `name`; past the limit new names share the entry `…`.
fn count(tally: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(times) = tally.get_mut(name) {
        *times += 1;
        return;
    }
    let kept = if tally.len() < NAMES_KEPT_MAX { name } else { "…" };
    *tally.entry(kept.to_owned()).or_default() += 1;
}
