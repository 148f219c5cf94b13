//! A lesson of a service that is over for who reads this.

use askama::Template;
use jiff::civil::{Date, Time};

use crate::web::filters;
use crate::web::layout::Layout;

/// In place of the form of a lesson.
#[derive(Debug, Template)]
#[template(path = "teacher/lesson_ended.html")]
pub struct LessonEndedPage {
    pub layout: Layout,
    pub class: String,
    pub subject: String,
    pub date: Date,
    pub start: Time,
    pub end: Time,
    /// What became of the lesson.
    pub notes: Vec<String>,
    /// `/enseignant/cahiers/{textbook}`
    pub textbook: String,
    /// The last day of the service.
    pub ended_on: Date,
    /// What is in no list of theirs: a draft, a note, a text that was withdrawn; each under a heading.
    pub kept: Vec<(&'static str, String)>,
    /// Where the draft is thrown away, when there is one.
    pub discard_action: Option<String>,
}
