//! The lesson that the timetable does not have: when it was.

use askama::Template;

use crate::web::filters;
use crate::web::layout::{FieldError, Layout, error_of};

/// `/enseignant/cahiers/{textbook}/hors-emploi-du-temps`
///
/// The form asks by `jour`, `heure` and `duree`, and leads to the form of that lesson; nothing is written here.
#[derive(Debug, Template)]
#[template(path = "teacher/outside.html")]
pub struct OutsidePage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    /// `/enseignant/cahiers/{textbook}`
    pub textbook: String,
    pub action: String,
    pub day: String,
    pub hour: String,
    pub minutes: String,
    pub errors: Vec<FieldError>,
}

impl OutsidePage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
