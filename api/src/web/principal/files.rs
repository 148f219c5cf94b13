//! The files of a school as its head sees them: the limits in force, what is used of them, and other limits from a day.

use askama::Template;
use jiff::civil::Date;

use crate::web::filters;
use crate::web::layout::{Choice, FieldError, Layout, error_of};

/// Limits that were decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// None for those of a school that decided nothing.
    pub since: Option<Date>,
    /// `usage, aucun texte`
    pub source: String,
    /// `document : 20 Mo`
    pub largest: Vec<String>,
    /// Of one textbook and year: `2000 Mo`
    pub textbook: String,
    pub taken: Vec<String>,
}

/// What a textbook holds, of nobody in particular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub class: String,
    pub subject: String,
    pub files: u64,
    /// `12,5 Mo`
    pub bytes: String,
    /// `0,6 %` of what it may hold.
    pub share: String,
}

/// A type that may be taken, and whether it is ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeChoice {
    pub value: String,
    pub label: String,
    pub ticked: bool,
}

/// The form posts `document`, `image`, `son`, `video`, `cahier` (whole megabytes), `type` (several), `du` and `cle`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitsForm {
    pub document: String,
    pub image: String,
    pub audio: String,
    pub video: String,
    pub textbook: String,
    pub types: Vec<TypeChoice>,
    pub from: String,
    pub key: String,
    pub errors: Vec<FieldError>,
}

/// `/direction/fichiers`
#[derive(Debug, Template)]
#[template(path = "principal/files.html")]
pub struct FilesPage {
    pub layout: Layout,
    /// Those they may choose from, when there are several; `school` is the one shown.
    pub schools: Vec<Choice>,
    pub school: String,
    pub now: Decided,
    /// Decided already, from a later day.
    pub later: Vec<Decided>,
    /// By class, then subject; none for who sets the school up and reads nothing.
    pub used: Option<Vec<Used>>,
    /// Of the whole school.
    pub total: String,
    pub form: LimitsForm,
}

impl FilesPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.form.errors, field)
    }

    /// The fields of sizes: name, label, value.
    pub fn sizes(&self) -> [(&'static str, &'static str, &str); 5] {
        let LimitsForm { document, image, audio, video, textbook, .. } = &self.form;
        [
            ("document", "Un document (PDF, bureautique)", document),
            ("image", "Une image", image),
            ("son", "Un son", audio),
            ("video", "Une vidéo", video),
            ("cahier", "Tous les fichiers d’un cahier, pour l’année", textbook),
        ]
    }
}
