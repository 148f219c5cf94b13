//! What a pupil reads, and a parent through the same parts: the week, the homework, the textbook of a subject.
//!
//! Handlers put into these views only what this reader may see now; nothing here hides anything.

use askama::Template;
use jiff::civil::{Date, Time};

use super::filters;
use super::layout::{Layout, Link};
use super::teacher::LoadedDay;
use crate::fr;

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Lesson,
    Homework,
    Further,
}

impl Purpose {
    pub const fn of(purpose: domain::textbook::entry::Purpose) -> Self {
        match purpose {
            domain::textbook::entry::Purpose::Lesson => Self::Lesson,
            domain::textbook::entry::Purpose::Homework => Self::Homework,
            domain::textbook::entry::Purpose::Further => Self::Further,
        }
    }

    pub const ALL: [Self; 3] = [Self::Lesson, Self::Homework, Self::Further];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Lesson => "pour la séance",
            Self::Homework => "pour le travail",
            Self::Further => "pour aller plus loin",
        }
    }

    /// The value of the form field.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Lesson => "seance",
            Self::Homework => "travail",
            Self::Further => "approfondir",
        }
    }
}

/// What is said of a file beside its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// `PDF, 1,2 Mo`
    pub said: String,
    /// Played in the page.
    pub audio: bool,
}

/// A document of a lesson. An address that is neither `http(s)` nor a path is shown without a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub title: String,
    pub url: String,
    pub purpose: Purpose,
    /// The address is then that of a file kept here.
    pub file: Option<Attached>,
}

impl Resource {
    /// A sound that the page plays.
    pub fn is_audio(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.audio)
    }

    /// The address, when it is one that a page may link to.
    pub fn href(&self) -> Option<&str> {
        let known = ["https://", "http://", "/"];
        known.iter().any(|start| self.url.starts_with(start)).then_some(self.url.as_str())
    }
}

/// Where a lesson stands in the year's plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Framing {
    pub sequence: Option<String>,
    /// The item of the programme.
    pub programme: Option<String>,
}

/// What a work said before it was last changed, as far as it differs. Days, never hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The day from which it was there to read.
    pub since: Date,
    /// None when the text is still the same.
    pub text: Option<String>,
    /// None when it was for the same day.
    pub due_on: Option<Date>,
    /// Its other terms that changed: `exercices`, `environ 20 min`, `à rendre par écrit`.
    pub terms: Vec<String>,
}

/// One homework as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Homework {
    pub subject: String,
    /// `Mme Vidal`
    pub teacher: String,
    pub text: String,
    /// `exercices`, `leçon à apprendre`… in the words of the school.
    pub kind: Option<String>,
    pub minutes: Option<u32>,
    pub given_on: Date,
    /// The day of the lesson it is for, where that lesson is held now.
    pub due_on: Date,
    /// What became of that lesson: `séance annulée`, `séance déplacée au mardi 24 novembre`.
    pub due_note: Option<String>,
    pub in_writing: bool,
    /// When it is not for the whole class: `pour une partie de la classe`, or their names for the team.
    pub for_whom: Option<String>,
    /// The day it was last changed after it was first visible.
    pub revised_on: Option<Date>,
    pub former: Option<Former>,
    pub resources: Vec<Resource>,
    /// The textbook it comes from, as this reader reaches it.
    pub textbook: Option<String>,
}

/// Homework due the same day, or all that is further than a week.
#[derive(Debug, PartialEq, Eq)]
pub struct DueGroup<'a> {
    /// `None` holds everything further than a week.
    pub due_on: Option<Date>,
    pub items: Vec<&'a Homework>,
}

/// By due date, nearest first; beyond six days, one group « Plus tard ».
pub fn by_due_date(homework: &[Homework], today: Date) -> Vec<DueGroup<'_>> {
    let horizon = today.saturating_add(jiff::Span::new().days(6));
    let mut sorted: Vec<_> = homework.iter().collect();
    sorted.sort_by_key(|item| item.due_on);
    let mut groups: Vec<DueGroup<'_>> = Vec::new();
    for item in sorted {
        let due_on = (item.due_on <= horizon).then_some(item.due_on);
        match groups.last_mut() {
            Some(group) if group.due_on == due_on => group.items.push(item),
            _ => groups.push(DueGroup { due_on, items: vec![item] }),
        }
    }
    groups
}

/// `2 travaux, environ 35 min`; without any duration, the count alone.
pub fn workload<'a>(homework: impl IntoIterator<Item = &'a Homework>) -> String {
    let (mut count, mut minutes) = (0, 0);
    for item in homework {
        count += 1;
        minutes += item.minutes.unwrap_or_default();
    }
    let said = fr::plural(count, "travail", "travaux");
    match minutes {
        0 => said,
        minutes => format!("{said}, environ {}", fr::duration(minutes)),
    }
}

/// What a slot of the timetable has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotState {
    Written {
        content: String,
        revised_on: Option<Date>,
    },
    /// Held, and nothing written yet.
    Unwritten,
    ToCome,
    /// Not held, and nothing left for the class.
    Cancelled,
    /// Over; a colleague took it, and nothing is expected here.
    Assured,
    /// Held elsewhere: `au mardi 24 novembre, 14 h`.
    Moved {
        to: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub start: Time,
    pub end: Time,
    pub subject: String,
    pub teacher: String,
    pub room: Option<String>,
    /// The textbook of the subject, as this reader reaches it.
    pub textbook: Option<String>,
    /// Why it is not held, if it is not: `professeur absent`.
    pub not_held: Option<String>,
    /// What else became of it: `déplacée du jeudi 19 novembre, 10 h`, `assurée par Mme Vidal`, `hors emploi du temps`.
    pub notes: Vec<String>,
    pub state: SlotState,
    /// Homework given in this lesson.
    pub given: Vec<Homework>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// `férié`, `vacances d’automne`
    pub note: Option<String>,
    pub slots: Vec<Slot>,
    /// Homework due this day.
    pub due: Vec<Homework>,
}

/// A week from its first to its last school day, and the way to its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    pub monday: Date,
    pub last_day: Date,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// The way back to the present week, when this is another.
    pub present: Option<String>,
    pub days: Vec<Day>,
}

impl Week {
    pub fn holds(&self, date: Date) -> bool {
        self.days.iter().any(|day| day.date == date)
    }

    pub fn slots(&self) -> usize {
        self.days.iter().map(|day| day.slots.len()).sum()
    }

    /// The five days of a school week, or six.
    pub fn columns(&self) -> usize {
        self.days.len()
    }
}

/// `/eleve`
#[derive(Debug, Template)]
#[template(path = "pupil/week.html")]
pub struct WeekPage {
    pub layout: Layout,
    pub week: Week,
    /// The textbooks of the pupil, by subject.
    pub textbooks: Vec<Link>,
}

/// `/eleve/travail`
#[derive(Debug, Template)]
#[template(path = "pupil/homework.html")]
pub struct HomeworkPage {
    pub layout: Layout,
    /// Due today or later, in any order.
    pub homework: Vec<Homework>,
}

/// `/eleve/charge`
#[derive(Debug, Template)]
#[template(path = "pupil/workload.html")]
pub struct LoadPage {
    pub layout: Layout,
    /// Soonest first; days without work are left out.
    pub days: Vec<LoadedDay>,
    /// The last day looked at.
    pub until: Date,
}

/// Who reads the textbooks of a pupil, and by what right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedBy {
    pub name: String,
    /// `autorité parentale`, `droit de surveillance`, `AESH`
    pub right: String,
}

/// Whether the pupil may object to being read by parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Majority {
    /// The school does not know the day of birth.
    Unknown,
    /// Not yet; from that day.
    Minor {
        of_age_from: Date,
    },
    OfAge {
        objecting_since: Option<Date>,
    },
}

/// `/eleve/droits`
///
/// The form posts `acte` (`opposer`, `lever`), `version`, `cle` and, from the confirmation, `confirmer` (`oui`).
#[derive(Debug, Template)]
#[template(path = "pupil/rights.html")]
pub struct RightsPage {
    pub layout: Layout,
    pub followed_by: Vec<FollowedBy>,
    pub majority: Majority,
    /// What the form asks to confirm: `opposer` or `lever`; empty before.
    pub asked: String,
    pub version: String,
    pub key: String,
    pub error: Option<String>,
}

/// One lesson in the textbook of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    pub date: Date,
    pub start: Time,
    /// Why it is not held, if it is not.
    pub not_held: Option<String>,
    /// What else became of it.
    pub notes: Vec<String>,
    pub state: SlotState,
    pub framing: Framing,
    pub resources: Vec<Resource>,
    pub homework: Vec<Homework>,
}

impl Lesson {
    /// The fragment of its place on the page.
    pub fn anchor(&self) -> String {
        format!("seance-{}-{:02}{:02}", self.date, self.start.hour(), self.start.minute())
    }
}

/// The textbook of one subject, as a pupil or a parent reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Textbook {
    pub subject: String,
    pub class: String,
    pub teacher: String,
    /// Newest first.
    pub lessons: Vec<Lesson>,
    /// Older lessons, when this page does not hold them all.
    pub older: Option<String>,
}

impl Textbook {
    /// `12 séances`, those of this page.
    pub fn count_said(&self) -> String {
        fr::plural(self.lessons.len(), "séance", "séances")
    }
}

/// `/eleve/cahiers/{textbook}`
#[derive(Debug, Template)]
#[template(path = "pupil/textbook.html")]
pub struct TextbookPage {
    pub layout: Layout,
    pub textbook: Textbook,
}
