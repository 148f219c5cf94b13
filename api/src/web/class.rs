//! A class, for those around it who do not teach all of it: its form tutor, the school life. They read what its pupils read.

use askama::Template;

use super::filters;
use super::layout::{Layout, Link};
use super::pupil::{SlotState, Textbook, Week};

/// `/vie-scolaire`
#[derive(Debug, Template)]
#[template(path = "class/classes.html")]
pub struct ClassesPage {
    pub layout: Layout,
    /// In the order of their names.
    pub classes: Vec<Link>,
}

/// `/vie-scolaire/classes/{group}` and `/enseignant/classes/{group}`
#[derive(Debug, Template)]
#[template(path = "class/week.html")]
pub struct ClassWeekPage {
    pub layout: Layout,
    /// `4e B`
    pub class: String,
    /// Where this reader comes from.
    pub back: Link,
    pub week: Week,
    /// Where the work that falls on the class is counted.
    pub load: String,
    /// By subject.
    pub textbooks: Vec<Link>,
}

/// `/vie-scolaire/classes/{group}/cahiers/{textbook}` and the same of a form tutor.
#[derive(Debug, Template)]
#[template(path = "class/textbook.html")]
pub struct ClassTextbookPage {
    pub layout: Layout,
    /// The week of the class.
    pub back: Link,
    pub textbook: Textbook,
}
