//! What the head of a school sees: how far the textbooks are filled, and who may inspect them.

mod files;

use askama::Template;
use domain::calendar::monday_of;
use jiff::civil::{Date, Time};

use super::filters;
use super::heat::Stretch;
use super::layout::{Choice, FieldError, Layout, Link, error_of, filled_of};
use crate::fr;
pub use files::{Decided, FilesPage, LimitsForm, TypeChoice, Used};

/// Lessons held and lessons filled, of one month or of the year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filling {
    pub held: u32,
    pub filled: u32,
}

impl Filling {
    /// `92,3 %`; `None` when no lesson was held.
    pub fn said(&self) -> Option<String> {
        fr::percentage(self.filled, self.held)
    }

    /// One more lesson.
    pub fn count(&mut self, filled: bool) {
        self.held += 1;
        self.filled += u32::from(filled);
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { held: self.held + other.held, filled: self.filled + other.filled }
    }

    /// The class of the cell; the figure says it first.
    pub fn level(&self) -> &'static str {
        match self.filled * 100 {
            _ if self.held == 0 => "none",
            filled if filled >= self.held * 95 => "full",
            filled if filled >= self.held * 80 => "most",
            filled if filled >= self.held * 50 => "half",
            _ => "few",
        }
    }

    /// `36 séances remplies sur 39`
    pub fn counted(&self) -> String {
        filled_of(self.filled, self.held)
    }
}

/// One line: a class or a teacher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub label: String,
    /// The same page, with the empty lessons of this line: `/direction?classe=…#vides`.
    pub href: String,
    /// One cell a month of `months`.
    pub cells: Vec<Filling>,
    pub total: Filling,
}

/// A lesson held with nothing written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub date: Date,
    pub start: Time,
    pub class: String,
    pub subject: String,
    pub teacher: String,
}

/// The empty lessons of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps {
    /// `4e B`, `Mme Vidal`
    pub of: String,
    pub gaps: Vec<Gap>,
}

/// `/direction`
#[derive(Debug, Template)]
#[template(path = "principal/coverage.html")]
pub struct CoveragePage {
    pub layout: Layout,
    /// The schools that a head of several chooses from: the form posts `etablissement` to `/direction/etablissement`.
    pub schools: Vec<Choice>,
    /// The one that is shown.
    pub school: String,
    /// The first day of each month, oldest first.
    pub months: Vec<Date>,
    pub total: Filling,
    pub classes: Vec<Row>,
    pub teachers: Vec<Row>,
    /// When a line was chosen.
    pub gaps: Option<Gaps>,
}

impl CoveragePage {
    pub fn column(&self, date: &Date) -> &'static str {
        fr::month(*date)
    }

    pub fn total_said(&self) -> String {
        self.total.said().unwrap_or_else(|| "—".to_owned())
    }
}

/// `/direction/mois`
#[derive(Debug, Template)]
#[template(path = "principal/month.html")]
pub struct MonthPage {
    pub layout: Layout,
    /// Its first day.
    pub month: Date,
    /// When one class is shown beside its groups; and the way back to all classes.
    pub class: Option<String>,
    pub whole: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// The Mondays of those that have lessons, oldest first.
    pub weeks: Vec<Date>,
    /// Classes, or a class and then its groups: one cell a week.
    pub rows: Vec<Row>,
    /// When there are more lines than a page holds.
    pub stretches: Vec<Stretch>,
}

impl MonthPage {
    /// `novembre 2026`
    pub fn named(&self) -> String {
        format!("{} {}", fr::month(self.month), self.month.year())
    }

    /// `semaine du 2 novembre`
    pub fn column(&self, date: &Date) -> String {
        format!("semaine du {}", fr::short_date(*date))
    }
}

/// A mandate, open or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    pub id: String,
    /// `M. Le Goff, IA-IPR de mathématiques`
    pub inspector: String,
    pub from: Date,
    pub to: Date,
    pub opened_by: String,
    /// `4e B, mathématiques`
    pub textbooks: Vec<String>,
    pub closed_on: Option<Date>,
    /// Where its closing form posts `cle`.
    pub close_action: String,
    pub close_key: String,
}

impl Mandate {
    /// `4e B, mathématiques ; 5e A, mathématiques`
    pub fn textbooks_said(&self) -> String {
        self.textbooks.join("\u{202f}; ")
    }
}

/// A service that a mandate may cover. The field is `service`, repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceChoice {
    pub value: String,
    /// `mathématiques, Mme Vidal`
    pub label: String,
    pub chosen: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceGroup {
    /// `4e B`
    pub class: String,
    pub services: Vec<ServiceChoice>,
}

impl ServiceGroup {
    /// A class stays folded until one of its textbooks is chosen.
    pub fn any_chosen(&self) -> bool {
        self.services.iter().any(|service| service.chosen)
    }

    /// `12 cahiers`
    pub fn count_said(&self) -> String {
        fr::plural(self.services.len(), "cahier", "cahiers")
    }
}

/// The classes of a level and the groups of their pupils: `3e`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLevel {
    pub label: String,
    pub groups: Vec<ServiceGroup>,
}

impl ServiceLevel {
    pub fn any_chosen(&self) -> bool {
        self.groups.iter().any(ServiceGroup::any_chosen)
    }

    /// `112 cahiers`
    pub fn count_said(&self) -> String {
        fr::plural(self.groups.iter().map(|group| group.services.len()).sum(), "cahier", "cahiers")
    }
}

/// The form posts `inspecteur`, `service` (repeated), `du`, `au` and `cle` to `/direction/mandats`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MandateForm {
    pub inspectors: Vec<Choice>,
    /// The value chosen, or empty.
    pub inspector: String,
    /// Several are folded, each with its classes; one is shown as it is.
    pub levels: Vec<ServiceLevel>,
    pub from: String,
    pub to: String,
    pub key: String,
    pub errors: Vec<FieldError>,
}

/// `/direction/mandats`
#[derive(Debug, Template)]
#[template(path = "principal/mandates.html")]
pub struct MandatesPage {
    pub layout: Layout,
    pub open: Vec<Mandate>,
    pub closed: Vec<Mandate>,
    pub form: MandateForm,
    /// Where to write to when an inspector is not in the list.
    pub missing_inspector: Option<Link>,
}

impl MandatesPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.form.errors, field)
    }
}

/// A lesson of the list: one that was looked for, or one that does not go as the timetable has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLesson {
    pub start: Time,
    pub class: String,
    pub subject: String,
    pub teacher: String,
    /// Why it is not held: `professeur absent`.
    pub reason: Option<String>,
    /// What else became of it: `déplacée du jeudi 19 novembre, 10 h`, `assurée par Mme Vidal`.
    pub notes: Vec<String>,
    /// What a form posts as `seance`, repeated: `{textbook}/{slot}/{date}`.
    pub value: String,
    pub chosen: bool,
    pub move_href: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDay {
    pub date: Date,
    pub lessons: Vec<ChangedLesson>,
}

/// The form asks `/direction/seances` by `qui` (`enseignant:{id}` or `classe:{id}`), `du`, `au`, `de` and `a`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChooseForm {
    pub teachers: Vec<Choice>,
    pub classes: Vec<Choice>,
    /// The value chosen, or empty.
    pub who: String,
    pub from: String,
    pub to: String,
    /// The hours between which lessons of these days start, as typed; empty: any.
    pub after: String,
    pub before: String,
}

/// `/direction/seances`
///
/// Of the lessons found, the ticked ones are posted with what had been asked, `cle`, and `faire`: `annuler` with a `motif`, or `assurer`
/// with a `remplacant`. Of the lessons changed, the ticked ones are posted to `/direction/seances/retablir`.
#[derive(Debug, Template)]
#[template(path = "principal/lessons.html")]
pub struct LessonsPage {
    pub layout: Layout,
    pub form: ChooseForm,
    /// The lessons asked for, oldest first; none before anything was asked.
    pub found: Option<Vec<ChangedDay>>,
    pub reasons: Vec<Choice>,
    pub reason: String,
    /// Who may take a lesson.
    pub takers: Vec<Choice>,
    pub taker: String,
    /// What does not go as the timetable has it, oldest first: of the days looked at.
    pub days: Vec<ChangedDay>,
    /// How many do not in the whole school year.
    pub changed: usize,
    /// The days looked at, when they are not all: `depuis le vendredi 13 novembre`.
    pub days_said: Option<String>,
    /// Where those that came before are.
    pub older: Option<String>,
    /// What asked for these days, as `depuis`; empty for the latest.
    pub since: String,
    pub key: String,
    pub errors: Vec<FieldError>,
    /// What the taker has to do then: taken all the same when `confirmer` is the confirmation.
    pub warnings: Vec<String>,
    /// What confirms these warnings and no others.
    pub confirmation: String,
}

/// Days of one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedWeek<'a> {
    pub monday: Date,
    pub days: &'a [ChangedDay],
}

impl LessonsPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }

    /// A long absence is read week by week.
    pub fn weeks<'a>(&self, days: &'a [ChangedDay]) -> Vec<ChangedWeek<'a>> {
        let weeks = days.chunk_by(|one, next| monday_of(one.date) == monday_of(next.date));
        weeks.filter_map(|days| Some(ChangedWeek { monday: monday_of(days.first()?.date), days })).collect()
    }

    pub fn count(&self, days: &[ChangedDay]) -> usize {
        days.iter().map(|day| day.lessons.len()).sum()
    }

    /// `3 séances`
    pub fn count_said(&self, days: &[ChangedDay]) -> String {
        fr::plural(self.count(days), "séance", "séances")
    }
}

/// `/direction/seances/{textbook}/{slot}/{date}/deplacer`
///
/// The form posts `jour`, `heure`, `salle`, `cle` and, once it is warned, `confirmer`.
#[derive(Debug, Template)]
#[template(path = "principal/move.html")]
pub struct MovePage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    pub teacher: String,
    /// Where it is held now.
    pub date: Date,
    pub start: Time,
    pub minutes: u32,
    pub room: Option<String>,
    pub reason: Option<String>,
    pub notes: Vec<String>,
    pub action: String,
    pub key: String,
    pub day: String,
    pub hour: String,
    pub new_room: String,
    pub errors: Vec<FieldError>,
    /// Who has something else at that hour: moved all the same when `confirmer` is the confirmation.
    pub warnings: Vec<String>,
    /// What confirms these warnings and no others.
    pub confirmation: String,
}

impl MovePage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
