//! What people of the staff are in the school, as a head gives it and ends it by hand.

use askama::Template;
use jiff::civil::Date;

use super::filters;
use super::layout::{Choice, FieldError, Layout, Link, error_of};
use crate::fr;

/// One role of somebody, today or to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleLine {
    /// `VIDAL Claire`
    pub name: String,
    /// `enseignant`, `professeur principal de la 4e B`
    pub role: String,
    pub from: Date,
    /// The last day, when an end is known.
    pub to: Option<Date>,
    /// Not begun yet.
    pub ahead: bool,
    /// Of an AESH: the pupils, each with the way to what is recorded around them.
    pub pupils: Vec<Link>,
    /// Where it is ended.
    pub end: String,
}

/// The form posts `personne`, `role`, `du`, `au` and `cle` to `/direction/roles`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleForm {
    pub people: Vec<Choice>,
    /// The value chosen, or empty.
    pub person: String,
    pub roles: Vec<Choice>,
    /// The classes of which somebody may be form tutor.
    pub tutored: Vec<Choice>,
    pub role: String,
    pub from: String,
    /// The last day, or empty.
    pub to: String,
    pub key: String,
    pub errors: Vec<FieldError>,
}

/// `/direction/roles`
#[derive(Debug, Template)]
#[template(path = "principal/roles.html")]
pub struct RolesPage {
    pub layout: Layout,
    pub lines: Vec<RoleLine>,
    /// How many people these are.
    pub people: usize,
    pub form: RoleForm,
}

impl RolesPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.form.errors, field)
    }
}

/// `/direction/roles/{person}/{role}/{from}/fin`: posts `le`, `version` and `cle`; then the same again with `confirmer` (`oui`), from the
/// sentence that says what will follow.
#[derive(Debug, Template)]
#[template(path = "principal/role_end.html")]
pub struct RoleEndPage {
    pub layout: Layout,
    /// `Mme Vidal`
    pub name: String,
    pub role: String,
    pub from: Date,
    pub to: Option<Date>,
    pub action: String,
    pub on: String,
    pub version: String,
    pub key: String,
    /// What will follow, to be confirmed; none before anything is asked.
    pub preview: Option<String>,
    pub errors: Vec<FieldError>,
}

impl RoleEndPage {
    /// At the head of a sentence.
    pub fn role_said(&self) -> String {
        fr::capital(&self.role)
    }

    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
