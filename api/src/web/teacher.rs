//! What a teacher sees and writes: the week with what is still empty, one lesson as a form, one textbook.

mod ended;
mod lesson;
mod looks;
mod outside;
mod takeover;

use askama::Template;
use jiff::civil::{Date, DateTime, Time};

use super::filters;
use super::layout::{Choice, Layout, Link, filled_of};
use super::principal::Filling;
use super::pupil::{Framing, Homework, Resource};
use crate::fr;

pub use ended::LessonEndedPage;
pub use looks::{Looked, kept_said};
pub use outside::OutsidePage;
pub use takeover::TakeoverPage;

pub use lesson::{Existing, FileRow, HomeworkRow, LessonPage, Papers, ResourceRow, SourceLink, Visibility, accepted};

/// A slot of the teacher's timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// The first words of what was written.
    Filled {
        summary: String,
    },
    Empty,
    /// It has begun, and its day is not over: nothing is missing yet.
    ToWrite,
    ToCome,
    /// Not held, and nothing left for the class.
    Cancelled,
    /// A colleague takes it, or the teacher takes a colleague's without a textbook of their own for that class.
    Assured,
    /// Held elsewhere: `au mardi 24 novembre, 14 h`.
    Moved {
        to: String,
    },
    /// Written, then taken out of sight.
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub start: Time,
    pub end: Time,
    pub class: String,
    pub subject: String,
    pub room: Option<String>,
    /// `/enseignant/cahiers/{textbook}/seances/{slot}/{date}`; none where this teacher has nothing to write.
    pub href: Option<String>,
    /// Why it is not held, if it is not: `professeur absent`.
    pub not_held: Option<String>,
    /// What else became of it: `déplacée du jeudi 19 novembre, 10 h`, `assurée par Mme Vidal`, `hors emploi du temps`.
    pub notes: Vec<String>,
    pub state: CellState,
    /// Something of it lies on the teacher's desk, unpublished.
    pub draft: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    pub note: Option<String>,
    pub cells: Vec<Cell>,
}

/// A lesson that was held and has nothing written, of this week or of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToComplete {
    pub date: Date,
    pub start: Time,
    pub class: String,
    pub subject: String,
    pub href: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextbookLink {
    pub class: String,
    pub subject: String,
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

/// `/enseignant`
#[derive(Debug, Template)]
#[template(path = "teacher/week.html")]
pub struct WeekPage {
    pub layout: Layout,
    pub monday: Date,
    pub last_day: Date,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub present: Option<String>,
    pub days: Vec<Day>,
    /// Oldest first.
    pub to_complete: Vec<ToComplete>,
    pub textbooks: Vec<TextbookLink>,
    /// What a substitute finds in the textbooks they have just taken.
    pub taken_over: Vec<Link>,
    /// The classes this teacher is form tutor of.
    pub tutored: Vec<Link>,
}

impl WeekPage {
    /// More textbooks taken over than this are folded: the week comes first.
    pub fn taken_folded(&self) -> bool {
        self.taken_over.len() > 3
    }

    /// `3 séances à compléter`
    pub fn to_complete_said(&self) -> String {
        fr::plural(self.to_complete.len(), "séance à compléter", "séances à compléter")
    }

    /// The class of a cell beside `slot`; its words say it first.
    pub fn look(&self, cell: &Cell) -> &'static str {
        match cell.state {
            CellState::Empty => " blank",
            CellState::ToCome | CellState::ToWrite => " ahead",
            CellState::Cancelled | CellState::Moved { .. } => " cancelled",
            _ => "",
        }
    }

    /// The day of today is among those shown.
    pub fn holds_today(&self) -> bool {
        self.days.iter().any(|day| day.date == self.layout.today())
    }

    pub fn cells(&self) -> usize {
        self.days.iter().map(|day| day.cells.len()).sum()
    }
}

/// One lesson in the list of a textbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub date: Date,
    pub start: Time,
    pub href: String,
    pub not_held: Option<String>,
    pub notes: Vec<String>,
    pub state: EntryState,
    pub framing: Framing,
    pub resources: Vec<Resource>,
    pub homework: Vec<Homework>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryState {
    /// `visible_from` only while families do not see it yet.
    Published {
        content: String,
        version: u32,
        visible_from: Option<DateTime>,
    },
    Withdrawn {
        reason: String,
        on: Date,
    },
    Empty,
    /// It has begun, and its day is not over.
    ToWrite,
    /// It has not begun: its work is given already.
    ToCome,
    Cancelled,
    Assured,
}

/// `/enseignant/cahiers/{textbook}`
#[derive(Debug, Template)]
#[template(path = "teacher/textbook.html")]
pub struct TextbookPage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    /// Where the work that falls on its class is counted.
    pub load: String,
    /// Where a lesson outside the timetable is added; none for who does not keep it any more.
    pub outside: Option<String>,
    /// `demain, mercredi 18 novembre, 8 h`: the next lesson that is not written yet.
    pub next: Option<Link>,
    pub held: u32,
    pub filled: u32,
    /// Newest first.
    pub entries: Vec<Entry>,
    pub older: Option<String>,
}

impl TextbookPage {
    /// `36 séances remplies sur 38`
    pub fn filled_said(&self) -> String {
        filled_of(self.filled, self.held)
    }

    /// `demain à 7 h`
    pub fn moment(&self, from: &DateTime) -> String {
        fr::moment(*from, self.layout.today())
    }
}

/// The work that falls on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedDay {
    pub date: Date,
    pub tasks: u32,
    pub minutes: u32,
    pub tests: u32,
}

impl LoadedDay {
    /// `4 travaux, environ 1 h 35`
    pub fn said(&self) -> String {
        let tasks = fr::plural(self.tasks as usize, "travail", "travaux");
        if self.minutes > 0 { format!("{tasks}, environ {}", fr::duration(self.minutes)) } else { tasks }
    }

    /// `1 contrôle`
    pub fn tests_said(&self) -> String {
        fr::plural(self.tests as usize, "contrôle", "contrôles")
    }
}

/// `/enseignant/cahiers/{textbook}/charge`, `/direction/charge?classe=…`, and of a class for its form tutor and the school life.
#[derive(Debug, Template)]
#[template(path = "teacher/workload.html")]
pub struct WorkloadPage {
    pub layout: Layout,
    pub class: String,
    pub back: Option<Link>,
    /// Where all the classes of this reader are, side by side.
    pub glance: Option<String>,
    /// For the head, who chooses among all.
    pub classes: Vec<Choice>,
    /// The value of the class shown, or empty.
    pub chosen: String,
    /// Soonest first; days without work are left out.
    pub days: Vec<LoadedDay>,
    /// The last day looked at.
    pub until: Date,
}

/// Who may read a teacher's textbooks besides the school, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub name: String,
    pub from: Date,
    pub until: Date,
    /// `4e B, mathématiques`
    pub textbooks: Vec<String>,
}

/// A lesson of a teacher that is not held, not there or not by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelledLesson {
    pub date: Date,
    pub start: Time,
    pub class: String,
    pub subject: String,
    /// `professeur absent`, `assurée par Mme Vidal`
    pub reason: String,
}

/// `/enseignant/moi`
#[derive(Debug, Template)]
#[template(path = "teacher/about_me.html")]
pub struct AboutMePage {
    pub layout: Layout,
    /// The first day of each month, oldest first, and its figures as the head reads them.
    pub months: Vec<(Date, Filling)>,
    pub total: Filling,
    pub readers: Vec<Reader>,
    /// By name, then by what was seen.
    pub looks: Vec<Looked>,
    /// Soonest first, of the last two months and the next two.
    pub cancelled: Vec<CancelledLesson>,
}

impl AboutMePage {
    pub fn month(&self, date: &Date) -> &'static str {
        fr::month(*date)
    }

    /// `jusqu’à 2 mois après la fin de l’année scolaire`
    pub fn kept_said(&self) -> String {
        kept_said(self.layout.today())
    }
}
