//! AAF, *annuaire académique fédérateur*: what the academy sends every night, as its annex to the SDET describes it.
//!
//! A file is a list of requests on records: add (in a *Complet*), modify and delete (in a *Delta*). A record is a
//! category, an id (the *jointure*, unique in its academy and category only) and lists of values by attribute name. It
//! stays in that raw form here, since a modification replaces whole lists; `Pupil::of` and its sisters read it as the
//! trade means it, and can do so again after `Record::overlay`.
//!
//! Nothing is resolved: a link may point to a person of another file, of last week's file, or of no file at all.
//! No delta file is public; the shape of modifications follows the DTD.

mod attributes;
mod fields;
mod pupil;
mod relation;
mod relative;
mod request;
#[cfg(test)]
mod spec;
mod staff;
mod structure;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{ParseError, Problem};

pub use pupil::{Pupil, RelativeLink, Stay, SubjectTaken};
pub use relation::Relation;
pub use relative::Relative;
pub use request::each_request;
pub use staff::{Function, Staff};
pub use structure::{Class, Group, Mef, Structure, Subject};

/// What a record is about. Ids are unique within a category only: a pupil and a relative may bear the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// `Eleve`.
    Pupil,
    /// `PersRelEleve`: a person who answers for a pupil, or may be called.
    Relative,
    /// `PersEducNat`: teachers, heads and everyone else who works in a school.
    Staff,
    /// `EtabEducNat`: a school, or a part of one.
    Structure,
    /// `MatiereEducNat`.
    Subject,
    /// `MefEducNat`: *module élémentaire de formation*, a year of a curriculum.
    Mef,
}

impl Category {
    /// The name in the files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pupil => "Eleve",
            Self::Relative => "PersRelEleve",
            Self::Staff => "PersEducNat",
            Self::Structure => "EtabEducNat",
            Self::Subject => "MatiereEducNat",
            Self::Mef => "MefEducNat",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Pupil, Self::Relative, Self::Staff, Self::Structure, Self::Subject, Self::Mef];
        all.into_iter().find(|category| category.name().eq_ignore_ascii_case(name))
    }
}

/// The values of a record by attribute name: trimmed, never blank, each once. In a modification an empty list clears
/// the attribute; elsewhere an attribute without value is not there at all, so that equal records compare equal.
///
/// Parallel lists (`ENTEleveEnseignements` and its codes) keep blanks and repetitions, which hold their lines together.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<String, Vec<String>>);

impl Attributes {
    /// All the values of an attribute; none if it is absent.
    pub fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether the attribute is there, be it to be cleared.
    pub fn holds(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Attributes and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }
}

impl FromIterator<(String, Vec<String>)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (String, Vec<String>)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// Names only: the values are people's.
impl fmt::Debug for Attributes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.iter().map(|(name, values)| (name, values.len()));
        out.debug_map().entries(counts).finish()
    }
}

/// One record, whole in an add, partial in a modification.
#[derive(Clone)]
pub struct Record {
    /// What it is about.
    pub category: Category,
    /// The jointure.
    pub id: String,
    /// Its values.
    pub attributes: Attributes,
    file: Arc<str>,
    line: u64,
    lines: BTreeMap<&'static str, u64>,
}

/// The same content, wherever it was read.
impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.category == other.category && self.id == other.id && self.attributes == other.attributes
    }
}

impl Eq for Record {}

impl fmt::Debug for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {:?}", self.category.name(), self.id, self.attributes)
    }
}

impl Record {
    /// A record that was kept from an earlier import; warnings on it name no file.
    pub fn kept(category: Category, id: String, attributes: Attributes) -> Self {
        Self { category, id, attributes, file: Arc::from(""), line: 0, lines: BTreeMap::new() }
    }

    /// Lays a modification over this record: each list it holds replaces the former one, an empty list clears it.
    pub fn overlay(&mut self, changes: &Self) {
        for (name, values) in &changes.attributes.0 {
            if values.is_empty() {
                self.attributes.0.remove(name);
            } else {
                self.attributes.0.insert(name.clone(), values.clone());
            }
        }
        self.file = changes.file.clone();
        self.line = changes.line;
        self.lines.extend(&changes.lines);
    }

    /// A problem of one attribute, with the line where the file holds it.
    pub fn place(&self, attribute: &str, problem: Problem) -> ParseError {
        let line = self.lines.get(attribute).copied().unwrap_or(self.line);
        ParseError { file: self.file.clone(), line, element: format!("attr {attribute:?}"), problem }
    }
}

/// What the academy asks for one record.
///
/// An add of a known record replaces it; a modification or deletion of an unknown one is for the caller to pass over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The record as it now stands.
    Add(Record),
    /// Only the attributes that change, for `Record::overlay`.
    Modify(Record),
    /// The record left the feed.
    Delete {
        /// What it was about.
        category: Category,
        /// Its jointure.
        id: String,
    },
}
