//! What a head records around a pupil: a parent's right of supervision, the court decision that ends it, the AESH named.

use askama::Template;
use jiff::civil::Date;

use super::filters;
use super::layout::{Choice, FieldError, Layout, Link, error_of};

/// `/direction/droits`: the pupils of a class.
#[derive(Debug, Template)]
#[template(path = "principal/pupils.html")]
pub struct PupilsPage {
    pub layout: Layout,
    pub classes: Vec<Choice>,
    /// The value of the class shown, or empty.
    pub chosen: String,
    /// `4e B`
    pub class: String,
    /// Each with the way to what is recorded around them.
    pub pupils: Vec<Link>,
    /// Those who have left, and around whom something may still be taken away.
    pub left: Vec<Link>,
}

/// Whether somebody reads, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reads {
    Authority,
    /// Since that day, or from it.
    Supervision {
        from: Date,
    },
    /// A court decision ends the right of supervision, since that day or from it.
    Barred {
        from: Date,
    },
    Accompanies {
        from: Date,
    },
    Nothing,
}

/// Somebody around the pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    pub name: String,
    /// `père, contact`, `AESH`
    pub relation: String,
    pub reads: Reads,
}

/// The form posts `acte`, `personne`, `le`, `version` and `cle` to `/direction/droits/{pupil}`; then the same again with `confirmer`
/// (`oui`), from the sentence that says what will follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RightForm {
    pub acts: Vec<Choice>,
    pub act: String,
    pub relatives: Vec<Choice>,
    pub companions: Vec<Choice>,
    /// The value chosen, or empty.
    pub person: String,
    pub on: String,
    pub version: String,
    pub key: String,
    pub errors: Vec<FieldError>,
}

/// `/direction/droits/{pupil}`
#[derive(Debug, Template)]
#[template(path = "principal/rights.html")]
pub struct RightsPage {
    pub layout: Layout,
    /// `Inès Fofana`
    pub name: String,
    pub class: String,
    /// The day on which the pupil left the school: only what may be taken away is shown then.
    pub left_on: Option<Date>,
    /// The list of the class.
    pub back: Link,
    /// Where the form goes.
    pub action: String,
    pub near: Vec<Near>,
    /// The pupil, of age, objects to being read by parents, since that day.
    pub objecting_since: Option<Date>,
    pub form: RightForm,
    /// What will follow, to be confirmed; none before anything is asked.
    pub preview: Option<String>,
}

impl RightsPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.form.errors, field)
    }
}
