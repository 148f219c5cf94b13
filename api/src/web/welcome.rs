//! The door: choose a person in the demonstration, give a token elsewhere; and the pages of the footer.

use askama::Template;

use super::layout::{FieldError, Layout, Role, error_of};

/// Somebody to be, in the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub role: Role,
    /// `Mme Vidal`
    pub name: String,
    /// `mathématiques, 4e B et 5e A`
    pub detail: String,
}

/// A person of the story, with the one sentence that says why to begin there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Featured {
    pub person: Person,
    pub why: String,
}

/// Some of them, under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    pub title: String,
    pub people: Vec<Featured>,
}

/// `/` in the demonstration. The button posts `personne` to `/demo/personne`.
#[derive(Debug, Template)]
#[template(path = "welcome/demo.html")]
pub struct DemoPage {
    pub layout: Layout,
    pub chapters: Vec<Chapter>,
    /// Everybody else, in any order.
    pub people: Vec<Person>,
}

impl DemoPage {
    /// The people of each role that has any.
    pub fn groups(&self) -> Vec<(Role, Vec<&Person>)> {
        Role::ALL
            .into_iter()
            .map(|role| (role, self.people.iter().filter(|person| person.role == role).collect::<Vec<_>>()))
            .filter(|(_, people)| !people.is_empty())
            .collect()
    }
}

/// `/` of a served school: a token is needed. The form posts `jeton` to `/jeton`.
#[derive(Debug, Template)]
#[template(path = "welcome/token.html")]
pub struct TokenPage {
    pub layout: Layout,
    /// At most one, for the field `jeton`.
    pub errors: Vec<FieldError>,
}

impl TokenPage {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// `/accessibilite`
#[derive(Debug, Template)]
#[template(path = "welcome/accessibility.html")]
pub struct AccessibilityPage {
    pub layout: Layout,
}

/// `/donnees-personnelles`
#[derive(Debug, Template)]
#[template(path = "welcome/personal_data.html")]
pub struct PersonalDataPage {
    pub layout: Layout,
}

impl PersonalDataPage {
    /// For how long it is kept who looked at a teacher's work.
    pub fn looks_kept_said(&self) -> String {
        super::teacher::kept_said(self.layout.today())
    }
}

/// `/donnees-personnelles/eleves`: the same, for pupils.
#[derive(Debug, Template)]
#[template(path = "welcome/pupils_data.html")]
pub struct PupilsDataPage {
    pub layout: Layout,
}
