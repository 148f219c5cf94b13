//! One lesson as a form: what was typed, what stands, what lies on the desk.

use std::collections::BTreeSet;

use askama::Template;
use domain::ids::PersonId;
use domain::textbook::file::Media;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::fr;
use crate::web::filters;
use crate::web::layout::{Choice, FieldError, Layout, Link, error_of};
use crate::web::pupil::Purpose;

/// One row of documents in the form, as typed. Fields `ressource_{n}_titre`, `ressource_{n}_lien`,
/// `ressource_{n}_role` (`seance`, `travail`, `approfondir`), n from 1; `ressource_{n}_fichier` for a file to send,
/// `ressource_{n}_depot` for one that was received, `ressource_{n}_sans_fichier` (`oui` when ticked) to do without it.
/// Of a work: the same after `travail_{n}_`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceRow {
    pub title: String,
    pub url: String,
    pub purpose: String,
    pub file: Option<FileRow>,
    /// A draft had a file here that is no longer kept.
    #[serde(skip)]
    pub file_lost: bool,
}

impl ResourceRow {
    pub fn is_blank(&self) -> bool {
        self.title.is_empty() && self.url.is_empty() && self.file.is_none()
    }
}

/// What the file chooser of a browser offers first; what is sent is looked at all the same.
pub fn accepted<'a>(taken: impl IntoIterator<Item = &'a Media>) -> String {
    let types: Vec<String> = taken.into_iter().map(|media| format!("{},.{}", media.mime(), media.name())).collect();
    types.join(",")
}

/// A file that was received, published or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileRow {
    /// What the form sends back.
    pub address: String,
    /// `PDF, 1,2 Mo`
    pub said: String,
}

/// One row of homework in the form, as typed. Fields `travail_{n}_texte`, `travail_{n}_pour` (an ISO date of
/// `next_lessons`, or `autre`), `travail_{n}_date`, `travail_{n}_type`, `travail_{n}_duree`, `travail_{n}_ecrit`
/// (`oui` when ticked) and, when it was already given, `travail_{n}_id`; n from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HomeworkRow {
    pub id: Option<String>,
    pub text: String,
    pub due: String,
    pub other_date: String,
    pub kind: String,
    pub minutes: String,
    pub in_writing: bool,
    /// The pupils it is for; empty for the whole class.
    pub audience: BTreeSet<PersonId>,
    /// The work of another lesson that it takes over, with its documents.
    pub source: Option<String>,
    /// What is to be known of the work taken over: `était pour une partie de la classe`.
    #[serde(skip)]
    pub source_notes: Vec<String>,
    /// Its documents; none when nothing was said of them, or when one of them cannot be read: they stay as they are.
    pub documents: Option<Vec<ResourceRow>>,
}

impl HomeworkRow {
    /// Nothing is asked in it, and nothing stands behind it.
    pub fn is_blank(&self) -> bool {
        self.text.is_empty() && self.id.is_none() && !self.has_documents()
    }

    pub fn has_documents(&self) -> bool {
        self.documents.iter().flatten().any(|row| !row.is_blank())
    }

    /// Its documents may be written here: all that it has are shown.
    pub fn offers_documents(&self) -> bool {
        self.documents.is_some()
    }
}

/// A lesson that may be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLink {
    /// `4e A, mardi 17 novembre`
    pub label: String,
    /// The first words of its content.
    pub summary: String,
    /// The form of this lesson, filled from that one.
    pub href: String,
}

/// What lies on the teacher's desk about a lesson: nobody else sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Papers {
    /// When the draft shown in the form was saved.
    pub draft_of: Option<DateTime>,
    /// It was saved by the form before this page, which says so above.
    pub just_kept: bool,
    /// There is a draft, and the form was filled from something else.
    pub waiting: bool,
    /// The lesson was written anew since that draft was saved.
    pub overtaken: bool,
    pub note: String,
    pub draft_action: String,
    pub discard_action: String,
    pub note_action: String,
    /// The last day both are kept.
    pub kept_until: Option<Date>,
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
    /// Who wrote that version, when it is not who reads: of a textbook kept by two, or by one after the other.
    pub by: Option<String>,
    /// Set when it is out of sight: the reason that was given.
    pub withdrawn: Option<String>,
}

/// What stands in the textbook, beside a form that was begun from something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Empty when work alone is given.
    pub content: String,
    /// `Exercices 12 et 13 (pour le lundi 23 novembre)`
    pub works: Vec<String>,
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
    pub notes: Vec<String>,
    /// Not held: what is written is work left for the class.
    pub cancelled: bool,
    /// How much work is given although nothing is written.
    pub given_alone: usize,
    /// `/enseignant/cahiers/{textbook}`
    pub textbook: String,
    pub action: String,
    pub withdraw_action: String,
    /// What is compared as `If-Match`; empty when nothing was read.
    pub version: String,
    pub key: String,
    pub withdraw_key: String,
    pub existing: Option<Existing>,
    /// Set when this lesson was written after the form was begun, or a draft made: nobody writes over what they have not read.
    pub published: Option<Published>,
    pub visibility: Visibility,
    pub content: String,
    pub sequence: String,
    pub programme: String,
    pub resources: Vec<ResourceRow>,
    /// What may be sent: `PDF, texte, tableur ou diaporama, 20 Mo au plus ; …`
    pub files_said: String,
    /// The types that the school takes, as a file chooser knows them.
    pub files_accepted: String,
    pub homework: Vec<HomeworkRow>,
    /// The pupils of the group, in the order of their names.
    pub pupils: Vec<(PersonId, String)>,
    /// Lessons of the same subject that may be taken over, while this one is not written.
    pub sources: Vec<SourceLink>,
    /// Lessons of parallel classes that may take this one over, once it is.
    pub targets: Vec<Link>,
    /// What the form was filled from, and how it says so.
    pub source: String,
    pub source_said: Option<String>,
    pub papers: Papers,
    /// Values are ISO dates: `2026-11-19`, `jeudi 19 novembre, 8 h`.
    pub next_lessons: Vec<Choice>,
    pub kinds: Vec<Choice>,
    /// A primary school: written work is done in class.
    pub writing_restricted: bool,
    /// What may be taken out of sight: the lesson with its work first, then each work. Empty when nothing of it is in sight.
    pub withdrawable: Vec<Choice>,
    /// The one chosen.
    pub withdrawn: String,
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

    /// The same for the sequence and the programme.
    pub fn framing_open(&self) -> bool {
        !self.sequence.is_empty()
            || !self.programme.is_empty()
            || self.wrong_under("sequence")
            || self.wrong_under("programme")
    }

    /// Whether a pupil is named for a work.
    pub fn is_for(&self, row: &HomeworkRow, pupil: &PersonId) -> bool {
        row.audience.contains(pupil)
    }

    /// `3 élèves`, when a work is for some only.
    pub fn for_said(&self, row: &HomeworkRow) -> Option<String> {
        (!row.audience.is_empty()).then(|| fr::plural(row.audience.len(), "élève", "élèves"))
    }

    /// `vendredi 20 novembre à 18 h 05`
    pub fn draft_said(&self) -> Option<String> {
        let at = self.papers.draft_of?;
        Some(format!("{} à {}", fr::relative_date(at.date(), self.layout.today()), fr::hour(at.time())))
    }

    /// The same for the homework of rank `n`, from 1.
    pub fn homework_open(&self, n: usize) -> bool {
        let row = n.checked_sub(1).and_then(|index| self.homework.get(index));
        row.is_some_and(|row| !row.is_blank()) || self.wrong_under(&format!("travail_{n}_"))
    }

    /// The same for the documents of the homework of rank `n`.
    pub fn work_documents_open(&self, row: &HomeworkRow, n: usize) -> bool {
        row.has_documents() || self.wrong_under(&format!("travail_{n}_ressource_"))
    }

    /// `Un travail est déjà donné dans cette séance`
    pub fn given_said(&self) -> Option<&'static str> {
        match self.given_alone {
            0 => None,
            1 => Some("Un travail est déjà donné dans cette séance"),
            _ => Some("Du travail est déjà donné dans cette séance"),
        }
    }

    /// The content must be there: nothing of what is published is emptied.
    pub fn needs_content(&self) -> bool {
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

    /// `Version 2, écrite lundi 16 novembre à 9 h 05 par M. Benali.`
    pub fn existing_said(&self) -> Option<String> {
        let existing = self.existing.as_ref()?;
        let (day, hour) = (existing.written_at.date(), existing.written_at.time());
        let day = fr::relative_date(day, self.layout.today());
        let by = existing.by.as_ref().map(|name| format!(" par {name}")).unwrap_or_default();
        Some(format!("Version {}, écrite {day} à {}{by}.", existing.version, fr::hour(hour)))
    }
}
