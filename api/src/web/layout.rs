//! What is around every page: the skip link, the banner of the demonstration, the menu, who is looking, the footer.

use jiff::civil::{Date, DateTime};

use crate::fr;

/// In what role the page is looked at; it decides the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Pupil,
    Parent,
    /// An AESH of named pupils.
    Companion,
    Teacher,
    /// CPE and assistants d'éducation.
    SchoolLife,
    Principal,
    Inspector,
    /// Référent numérique: sets the school up.
    Referent,
    /// Whoever is of the staff and reads nothing by it.
    Staff,
}

impl Role {
    pub const ALL: [Self; 9] = [
        Self::Pupil,
        Self::Parent,
        Self::Companion,
        Self::Teacher,
        Self::SchoolLife,
        Self::Principal,
        Self::Inspector,
        Self::Referent,
        Self::Staff,
    ];

    /// The heading of a group of people: `Élèves`.
    pub const fn people(self) -> &'static str {
        match self {
            Self::Pupil => "Élèves",
            Self::Parent => "Parents",
            Self::Companion => "Accompagnement",
            Self::Teacher => "Enseignants",
            Self::SchoolLife => "Vie scolaire",
            Self::Principal => "Direction",
            Self::Inspector => "Inspection",
            Self::Referent => "Référents numériques",
            Self::Staff => "Autres personnels",
        }
    }

    /// Where this role begins.
    pub const fn home(self) -> &'static str {
        match self {
            Self::Pupil => "/eleve",
            Self::Parent => "/parent",
            Self::Companion => "/accompagnement",
            Self::Teacher => "/enseignant",
            Self::SchoolLife => "/vie-scolaire",
            Self::Principal => "/direction",
            Self::Inspector => "/inspection",
            Self::Referent => "/direction/fichiers",
            Self::Staff => "/personnel",
        }
    }

    /// Where this role begins, as its menu calls it.
    pub fn first_page(self) -> Link {
        let (href, text) = self.menu().first().copied().unwrap_or(("/", "Revenir à l’accueil"));
        Link { href: href.to_owned(), text: text.to_owned() }
    }

    const fn menu(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Pupil => &[
                ("/eleve", "Ma semaine"),
                ("/eleve/travail", "Travail à faire"),
                ("/eleve/charge", "Ma charge"),
                ("/eleve/droits", "Qui me lit"),
            ],
            Self::Parent => &[("/parent", "Mes enfants")],
            Self::Companion => &[("/accompagnement", "Mes élèves")],
            Self::Teacher => &[("/enseignant", "Ma semaine"), ("/enseignant/moi", "Ce qui est enregistré sur moi")],
            Self::SchoolLife => &[("/vie-scolaire", "Les classes")],
            // Eight entries: a word each, so that they stand on one row of a tablet.
            Self::Principal => &[
                ("/direction", "Remplissage"),
                ("/direction/charge", "Charge"),
                ("/direction/seances", "Séances"),
                ("/direction/mandats", "Mandats"),
                ("/direction/droits", "Proches"),
                ("/direction/groupes", "Classes"),
                ("/direction/roles", "Rôles"),
                ("/direction/fichiers", "Fichiers"),
            ],
            Self::Inspector => &[("/inspection", "Cahiers de textes")],
            Self::Referent => &[("/direction/fichiers", "Fichiers joints")],
            Self::Staff => &[("/personnel", "Mon rôle")],
        }
    }
}

/// Who is looking: `Mme Vidal`, `mathématiques`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub name: String,
    pub detail: Option<String>,
}

/// A place to go and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    pub text: String,
}

/// What has just happened, said on the page after: « La séance est publiée. » and when it is visible to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub title: String,
    pub detail: Option<String>,
}

/// One entry of the menu; `current` is the value of `aria-current`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    pub href: &'static str,
    pub text: &'static str,
    pub current: Option<&'static str>,
}

/// One value of a select, as a form knows it and as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// What is wrong with one field: its id on the page and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `/static/style.css?v=<hash>`
    pub stylesheet: String,
    /// The name of the school; before anybody is known there may be none.
    pub school: Option<String>,
    /// True in the demonstration: banner, clock buttons, « Établissement fictif ».
    pub demo: bool,
    /// The school's clock when the page was made.
    pub now: DateTime,
    pub role: Option<Role>,
    /// What else they are: the menu leads to where each begins.
    pub others: Vec<Role>,
    pub who: Option<Who>,
    /// The path of this page, without its query.
    pub here: String,
    pub flash: Option<Flash>,
}

impl Layout {
    pub fn today(&self) -> Date {
        self.now.date()
    }

    /// `mardi 17 novembre 2026, 17 h 30`
    pub fn clock(&self) -> String {
        fr::instant(self.now)
    }

    /// `17 h 30`, for « à jour à … ».
    pub fn fresh(&self) -> String {
        fr::hour(self.now.time())
    }

    pub fn home(&self) -> &'static str {
        self.role.map_or("/", Role::home)
    }

    /// The menu of the role, then where each other role begins. The nearest entry is current: `page` when it is this page, `true` when this
    /// page is somewhere under it.
    pub fn menu(&self) -> Vec<MenuItem> {
        let mut entries = self.role.map_or(&[][..], Role::menu).to_vec();
        for first in self.others.iter().filter_map(|other| other.menu().first()) {
            if entries.iter().all(|(href, _)| *href != first.0) {
                entries.push(*first);
            }
        }
        let nearest = entries
            .iter()
            .filter(|(href, _)| {
                self.here.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            .max_by_key(|(href, _)| href.len())
            .map(|(href, _)| *href);
        let current = |href| match nearest {
            Some(near) if near == href && self.here == href => Some("page"),
            Some(near) if near == href => Some("true"),
            _ => None,
        };
        entries.iter().map(|&(href, text)| MenuItem { href, text, current: current(href) }).collect()
    }
}

/// The message beside a field, if it has one.
pub fn error_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
}

/// `36 séances remplies sur 39`
pub fn filled_of(filled: u32, held: u32) -> String {
    let filled = fr::plural(filled as usize, "séance remplie", "séances remplies");
    format!("{filled} sur {}", fr::thousands(u64::from(held)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(role: Role, here: &str) -> Layout {
        Layout {
            stylesheet: String::new(),
            school: None,
            demo: false,
            now: DateTime::constant(2026, 11, 17, 17, 30, 0, 0),
            role: Some(role),
            others: vec![],
            who: None,
            here: here.to_owned(),
            flash: None,
        }
    }

    fn at(role: Role, here: &str) -> Vec<Option<&'static str>> {
        frame(role, here).menu().into_iter().map(|item| item.current).collect()
    }

    #[test]
    fn the_nearest_entry_of_the_menu_is_current() {
        assert_eq!(at(Role::Pupil, "/eleve"), [Some("page"), None, None, None]);
        assert_eq!(at(Role::Pupil, "/eleve/travail"), [None, Some("page"), None, None]);
        assert_eq!(at(Role::Pupil, "/eleve/cahiers/x"), [Some("true"), None, None, None]);
        assert_eq!(at(Role::Principal, "/direction/mandats"), [None, None, None, Some("page"), None, None, None, None]);
        assert_eq!(at(Role::Principal, "/direction/roles/x"), [None, None, None, None, None, None, Some("true"), None]);
        assert_eq!(at(Role::Inspector, "/accessibilite"), [None]);
    }

    #[test]
    fn each_other_role_is_one_entry_that_is_not_there_already() {
        let entries = |role, others: &[Role]| {
            let layout = Layout { others: others.to_vec(), ..frame(role, "/direction/fichiers") };
            layout.menu().into_iter().map(|item| (item.href, item.current)).collect::<Vec<_>>()
        };
        assert_eq!(
            entries(Role::Teacher, &[Role::Referent, Role::Parent, Role::Parent])[2..],
            [("/direction/fichiers", Some("page")), ("/parent", None)]
        );
        assert_eq!(entries(Role::Principal, &[Role::Referent]).len(), 8);
    }
}
