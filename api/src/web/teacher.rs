//! What a teacher sees and writes: the week with what is still empty, one lesson as a form, one textbook.

use askama::Template;
use domain::textbook::file::Media;
use jiff::civil::{Date, DateTime, Time};

use super::filters;
use super::layout::{Choice, FieldError, Layout, Link, error_of, filled_of};
use super::principal::Filling;
use super::pupil::{Homework, Purpose, Resource};
use crate::fr;

/// A slot of the teacher's timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// The first words of what was written.
    Filled {
        summary: String,
    },
    Empty,
    ToCome,
    Cancelled {
        reason: Option<String>,
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
    /// `/enseignant/cahiers/{textbook}/seances/{slot}/{date}`
    pub href: String,
    pub state: CellState,
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
    /// `36 séances renseignées sur 38`
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
}

impl WeekPage {
    /// `3 séances à compléter`
    pub fn to_complete_said(&self) -> String {
        fr::plural(self.to_complete.len(), "séance à compléter", "séances à compléter")
    }

    pub fn cells(&self) -> usize {
        self.days.iter().map(|day| day.cells.len()).sum()
    }
}

/// One row of documents in the form, as typed. Fields `ressource_{n}_titre`, `ressource_{n}_lien`,
/// `ressource_{n}_role` (`seance`, `travail`, `approfondir`), n from 1; `ressource_{n}_fichier` for a file to send,
/// `ressource_{n}_depot` for one that was received, `ressource_{n}_sans_fichier` (`oui` when ticked) to do without it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceRow {
    pub title: String,
    pub url: String,
    pub purpose: String,
    pub file: Option<FileRow>,
}

impl ResourceRow {
    pub fn is_blank(&self) -> bool {
        self.title.is_empty() && self.url.is_empty() && self.file.is_none()
    }
}

/// What the file chooser of a browser offers first; what is sent is looked at all the same.
pub fn accepted() -> String {
    let types = Media::ALL.map(|media| format!("{},.{}", media.mime(), media.name()));
    types.join(",")
}

/// A file that was received, published or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// What the form sends back.
    pub address: String,
    /// `PDF, 1,2 Mo`
    pub said: String,
}

/// One row of homework in the form, as typed. Fields `travail_{n}_texte`, `travail_{n}_pour` (an ISO date of
/// `next_lessons`, or `autre`), `travail_{n}_date`, `travail_{n}_type`, `travail_{n}_duree`, `travail_{n}_ecrit`
/// (`oui` when ticked) and, when it was already given, `travail_{n}_id`; n from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HomeworkRow {
    pub id: Option<String>,
    pub text: String,
    pub due: String,
    pub other_date: String,
    pub kind: String,
    pub minutes: String,
    pub in_writing: bool,
}

/// When pupils and families will see what is about to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    Now,
    /// Held back by the evening pause of the school.
    After {
        from: DateTime,
    },
}

/// What is already in the textbook for this lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// Counts the versions of the entry: 1, 2…
    pub version: u32,
    pub written_at: DateTime,
    /// Set when it is out of sight: the reason that was given.
    pub withdrawn: Option<String>,
}

/// `/enseignant/cahiers/{textbook}/seances/{slot}/{date}`
///
/// The form posts to `action`: `contenu`, the rows, `version` (the version read, empty at first) and `cle` (the
/// idempotency key). The second form posts `motif`, `version` and `cle` to `withdraw_action`.
#[derive(Debug, Template)]
#[template(path = "teacher/lesson.html")]
pub struct LessonPage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    pub date: Date,
    pub start: Time,
    pub end: Time,
    pub room: Option<String>,
    /// `/enseignant/cahiers/{textbook}`
    pub textbook: String,
    pub action: String,
    pub withdraw_action: String,
    /// What is compared as `If-Match`; empty when nothing was read.
    pub version: String,
    pub key: String,
    pub withdraw_key: String,
    pub existing: Option<Existing>,
    pub visibility: Visibility,
    pub content: String,
    pub resources: Vec<ResourceRow>,
    /// What may be sent: `PDF, texte, tableur ou diaporama, 20 Mo au plus ; …`
    pub files_said: String,
    pub homework: Vec<HomeworkRow>,
    /// Values are ISO dates: `2026-11-19`, `jeudi 19 novembre, 8 h`.
    pub next_lessons: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub reason: String,
    /// Of either form; `field` is the name of the field.
    pub errors: Vec<FieldError>,
    /// Work that pupils would have little time for: published all the same when `confirmer` is `oui`.
    pub warnings: Vec<FieldError>,
}

impl LessonPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }

    /// `2 choses à corriger`
    pub fn errors_said(&self) -> String {
        fr::plural(self.errors.len(), "chose à corriger", "choses à corriger")
    }

    fn wrong_under(&self, start: &str) -> bool {
        self.errors.iter().any(|error| error.field.starts_with(start))
    }

    /// Documents stay folded until there is one, or something wrong with one.
    pub fn resources_open(&self) -> bool {
        self.resources.iter().any(|row| !row.is_blank()) || self.wrong_under("ressource_")
    }

    /// The same for the homework of rank `n`, from 1.
    pub fn homework_open(&self, n: usize) -> bool {
        let row = n.checked_sub(1).and_then(|index| self.homework.get(index));
        row.is_some_and(|row| !row.text.is_empty()) || self.wrong_under(&format!("travail_{n}_"))
    }

    /// Only what is in sight can be taken out of it.
    pub fn can_withdraw(&self) -> bool {
        self.existing.as_ref().is_some_and(|existing| existing.withdrawn.is_none())
    }

    pub fn visible_said(&self) -> String {
        match self.visibility {
            Visibility::Now => "maintenant".to_owned(),
            Visibility::After { from } => format!("{} (pause numérique)", fr::moment(from, self.layout.today())),
        }
    }

    /// The lesson has not begun.
    pub fn is_ahead(&self) -> bool {
        self.date.to_datetime(self.start) > self.layout.now
    }

    pub fn purposes(&self) -> [Purpose; 3] {
        Purpose::ALL
    }

    /// `Version 2, écrite lundi 16 novembre à 9 h 05.`
    pub fn existing_said(&self) -> Option<String> {
        let existing = self.existing.as_ref()?;
        let (day, hour) = (existing.written_at.date(), existing.written_at.time());
        let day = fr::relative_date(day, self.layout.today());
        Some(format!("Version {}, écrite {day} à {}.", existing.version, fr::hour(hour)))
    }
}

/// One lesson in the list of a textbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub date: Date,
    pub start: Time,
    pub href: String,
    pub state: EntryState,
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
    Cancelled {
        reason: Option<String>,
    },
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
    pub held: u32,
    pub filled: u32,
    /// Newest first.
    pub entries: Vec<Entry>,
    pub older: Option<String>,
}

impl TextbookPage {
    /// `36 séances renseignées sur 38`
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

/// `/enseignant/cahiers/{textbook}/charge` and `/direction/charge?classe=…`
#[derive(Debug, Template)]
#[template(path = "teacher/workload.html")]
pub struct WorkloadPage {
    pub layout: Layout,
    pub class: String,
    pub back: Option<Link>,
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

/// A lesson of a teacher that is not held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelledLesson {
    pub date: Date,
    pub start: Time,
    pub class: String,
    pub subject: String,
    /// `professeur absent`
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
    /// Soonest first, of the last two months and the next two.
    pub cancelled: Vec<CancelledLesson>,
}

impl AboutMePage {
    pub fn month(&self, date: &Date) -> &'static str {
        fr::month(*date)
    }
}
