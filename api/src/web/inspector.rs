//! What an inspector reads under a mandate: each lesson as it stands and, under it, everything it once said.

use askama::Template;
use jiff::civil::{Date, Time};

use super::filters;
use super::layout::{Layout, filled_of};
use super::pupil::{Framing, Resource};
use crate::fr;

/// A textbook that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextbookLink {
    pub class: String,
    pub subject: String,
    pub teacher: String,
    /// `/inspection/cahiers/{textbook}`
    pub href: String,
    pub held: u32,
    pub filled: u32,
}

impl TextbookLink {
    /// `36 séances remplies sur 38`
    pub fn filled_said(&self) -> String {
        filled_of(self.filled, self.held)
    }
}

/// A mandate in force, or to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    pub school: String,
    /// `Mme Roux, principale`
    pub opened_by: String,
    pub from: Date,
    pub to: Date,
    /// Empty while the mandate has not begun.
    pub textbooks: Vec<TextbookLink>,
}

/// `/inspection`; without a mandate it says that nothing can be read, and why.
#[derive(Debug, Template)]
#[template(path = "inspector/textbooks.html")]
pub struct TextbooksPage {
    pub layout: Layout,
    pub mandates: Vec<Mandate>,
    /// The last one that ended, to say why nothing can be read any more.
    pub ended: Option<Date>,
}

impl TextbooksPage {
    pub fn count_said(&self) -> String {
        let count = self.mandates.iter().map(|mandate| mandate.textbooks.len()).sum();
        fr::plural(count, "cahier de textes", "cahiers de textes")
    }
}

/// What a run of words is, against the version just before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    Same,
    Added,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub kind: SegmentKind,
    pub text: String,
}

/// One version of an entry or of a homework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: u32,
    /// `Mme Vidal`
    pub author: String,
    /// `enseignante`, `remplaçant`
    pub capacity: String,
    pub written_on: Date,
    /// In school days, and on which side of the next lesson: `le jour même, avant la séance suivante`.
    pub delay: String,
    /// Differences from the version just before; the first version is all `Same`.
    pub text: Vec<Segment>,
    /// `pour le jeudi 19 novembre · exercices · 20 min`, when a version of the homework changed it; else empty.
    pub terms: Vec<Segment>,
    pub framing: Framing,
    /// `reprise du cahier de la classe 4e A, mathématiques, année 2026-2027`
    pub copied_from: Option<String>,
    pub resources: Vec<Resource>,
    /// It was taken out of sight, and written again since.
    pub withdrawn: Option<Withdrawal>,
}

/// A withdrawal, with who did it and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    pub by: String,
    pub on: Date,
    pub reason: String,
}

/// One homework and all its versions, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeworkHistory {
    pub due_on: Date,
    pub kind: Option<String>,
    pub minutes: Option<u32>,
    pub versions: Vec<Version>,
    pub withdrawn: Option<Withdrawal>,
}

/// One lesson and all that was written of it, newest first. No version: nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonHistory {
    pub date: Date,
    pub start: Time,
    pub end: Time,
    /// The slot was cancelled: the reason, or nothing known.
    pub cancelled: Option<Option<String>>,
    /// A colleague took it: nothing is expected here.
    pub assured: bool,
    /// What else became of it: `déplacée du jeudi 19 novembre, 10 h`, `assurée par Mme Vidal`, `hors emploi du temps`.
    pub notes: Vec<String>,
    /// In the figures: written and over, or not written and its day over. What the timetable does not have is not.
    pub counted: bool,
    /// First written after the delay the school allows.
    pub late: bool,
    pub versions: Vec<Version>,
    pub homework: Vec<HomeworkHistory>,
    pub withdrawn: Option<Withdrawal>,
}

impl LessonHistory {
    pub fn is_expected(&self) -> bool {
        self.cancelled.is_none() && !self.assured
    }

    /// `version 3`; nothing when it was written once and left.
    pub fn versions_said(&self) -> Option<String> {
        (self.versions.len() > 1).then(|| fr::plural(self.versions.len(), "version", "versions"))
    }

    pub fn anchor(&self) -> String {
        format!("seance-{}-{:02}{:02}", self.date, self.start.hour(), self.start.minute())
    }
}

/// A filter with its count: all, late, changed, withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// `tous`
    pub label: String,
    pub href: String,
    pub count: usize,
    pub current: bool,
}

/// `38 séances tenues, 36 remplies, délai médian : le jour même`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub held: u32,
    pub filled: u32,
    /// In days after the lesson; `None` when nothing was written.
    pub median_delay_days: Option<u32>,
}

impl Summary {
    pub fn held_said(&self) -> String {
        fr::plural(self.held as usize, "séance tenue", "séances tenues")
    }

    pub fn filled_said(&self) -> String {
        fr::plural(self.filled as usize, "remplie", "remplies")
    }

    pub fn delay_said(&self) -> String {
        match self.median_delay_days {
            None => "sans objet".to_owned(),
            Some(0) => "le jour même".to_owned(),
            Some(1) => "le lendemain".to_owned(),
            Some(days) => format!("{}\u{a0}jours après", fr::thousands(u64::from(days))),
        }
    }
}

/// `/inspection/cahiers/{textbook}`
#[derive(Debug, Template)]
#[template(path = "inspector/textbook.html")]
pub struct TextbookPage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    pub teacher: String,
    pub since: Date,
    pub mandate: Mandate,
    pub summary: Summary,
    pub filters: Vec<Filter>,
    /// Newest first.
    pub lessons: Vec<LessonHistory>,
    pub older: Option<String>,
}
