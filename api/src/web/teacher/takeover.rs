//! What a substitute finds in a textbook they have just taken.

use askama::Template;
use jiff::civil::DateTime;

use super::{Entry, EntryState};
use crate::fr;
use crate::web::filters;
use crate::web::layout::Layout;
use crate::web::pupil::{Framing, Homework, Resource};

/// `/enseignant/cahiers/{textbook}/reprise-de-service`
#[derive(Debug, Template)]
#[template(path = "teacher/takeover.html")]
pub struct TakeoverPage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    /// `/enseignant/cahiers/{textbook}`
    pub textbook: String,
    /// Of the latest lesson that says its sequence.
    pub framing: Framing,
    /// Of the lessons of that sequence, each once.
    pub documents: Vec<Resource>,
    /// The last lessons that were written, latest first.
    pub last: Vec<Entry>,
    /// Due today or later, soonest first.
    pub works: Vec<Homework>,
}

impl TakeoverPage {
    /// `demain à 7 h`
    pub fn moment(&self, from: &DateTime) -> String {
        fr::moment(*from, self.layout.today())
    }
}
