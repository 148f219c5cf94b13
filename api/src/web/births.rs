//! The pupils of a class, and of one the day of birth, as a head states it or mends it.

use askama::Template;
use jiff::civil::Date;

use super::filters;
use super::layout::{Choice, FieldError, Layout, Link, error_of};

/// `/direction/eleves`
#[derive(Debug, Template)]
#[template(path = "principal/births.html")]
pub struct BirthsPage {
    pub layout: Layout,
    pub classes: Vec<Choice>,
    /// The value of the class shown, or empty.
    pub chosen: String,
    /// `4e B`
    pub class: String,
    pub pupils: Vec<Link>,
}

/// `/direction/eleves/{pupil}`: posts `ne_le`, `version` and `cle`.
#[derive(Debug, Template)]
#[template(path = "principal/birth.html")]
pub struct BirthPage {
    pub layout: Layout,
    /// `Inès Fofana`
    pub name: String,
    pub class: String,
    /// The list of the class.
    pub back: Link,
    pub action: String,
    /// As it is known today.
    pub born_on: Option<Date>,
    /// The day on which they come of age, or came.
    pub of_age_from: Option<Date>,
    /// What was typed, or what is known.
    pub typed: String,
    pub version: String,
    pub key: String,
    pub errors: Vec<FieldError>,
}

impl BirthPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
