//! Written work to be done outside class: where the texts forbid it (rule CT-13).
//!
//! The circulaire of 29-12-1956 forbids any written work outside class in primary schools, obligatory or optional. The circulaire 94-226
//! of 6-9-1994 replaces it and keeps the rule: oral work and lessons to learn may be given. Dated data, as the pause is: a later text may
//! allow it again, from its day.

use jiff::civil::{Date, date};

use super::homework::HomeworkKind;

/// Degré d'enseignement, which decides the texts that hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degree {
    /// École maternelle, élémentaire or primaire.
    First,
    /// Collège, lycée.
    Second,
    /// Both, or nobody said: what is not known to be forbidden is not refused.
    Unsaid,
}

/// What a text says of written work outside class, from its day until a later one of the same degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenWorkPolicy {
    pub valid_from: Date,
    pub degree: Degree,
    /// The text, as a page cites it.
    pub source: &'static str,
    pub allowed: bool,
}

/// The national texts, in the order of their days. None speaks of the second degree.
pub const POLICIES: [WrittenWorkPolicy; 2] = [
    WrittenWorkPolicy {
        valid_from: date(1956, 12, 29),
        degree: Degree::First,
        source: "circulaire du 29 décembre 1956",
        allowed: false,
    },
    WrittenWorkPolicy {
        valid_from: date(1994, 9, 6),
        degree: Degree::First,
        source: "circulaire n° 94-226 du 6 septembre 1994, qui maintient l’interdiction de la circulaire du 29 décembre 1956",
        allowed: false,
    },
];

/// The text that forbids written work outside class to a school of that degree on a day.
pub fn forbidding(policies: &[WrittenWorkPolicy], degree: Degree, on: Date) -> Option<&WrittenWorkPolicy> {
    let of_day = policies.iter().filter(|policy| policy.degree == degree && policy.valid_from <= on);
    of_day.max_by_key(|policy| policy.valid_from).filter(|policy| !policy.allowed)
}

/// Whether a pupil would have to write outside class. A devoir maison is written whatever else is said of it; what is done in class,
/// and a test, which is sat there, are not.
pub fn outside_class(kind: HomeworkKind, written: bool) -> bool {
    match kind {
        HomeworkKind::ClassWork | HomeworkKind::Test => false,
        HomeworkKind::TakeHome => true,
        _ => written,
    }
}
