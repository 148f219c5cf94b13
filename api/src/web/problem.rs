//! When something does not go: what happened, what to do next, and what was typed, kept.

use askama::Template;

use super::layout::{Layout, Link, Role};

/// What was in a field when the answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    pub label: String,
    pub text: String,
}

/// Any problem, in plain French.
#[derive(Debug, Template)]
#[template(path = "problem/problem.html")]
pub struct ProblemPage {
    pub layout: Layout,
    /// The HTTP status.
    pub status: u16,
    pub title: String,
    /// What happened, in one or two sentences.
    pub detail: String,
    /// What to do next.
    pub next: Vec<Link>,
    /// Fields as they were typed, so that nothing is lost.
    pub typed: Vec<Typed>,
}

/// A form whose session was over when it came: the fields as they were typed, to be sent again to `action`.
#[derive(Debug, Template)]
#[template(path = "problem/lost.html")]
pub struct LostPage {
    pub layout: Layout,
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// Files that came with it, which are not kept.
    pub files: usize,
}

impl ProblemPage {
    /// The usual words of a status; a handler may change the detail and add what was typed.
    pub fn of(layout: Layout, status: u16) -> Self {
        let (title, detail) = match status {
            401 => ("Il faut vous connecter", "Votre session est finie, ou n’a pas commencé. Rien n’a été enregistré."),
            403 => (
                "Vous ne pouvez pas faire cela",
                "Cette action n’est pas permise à votre fonction dans cet établissement. Rien n’a été enregistré.",
            ),
            404 => (
                "Cette page n’existe pas",
                "L’adresse est peut-être incomplète, ou ce qu’elle montrait n’est pas à vous de lire.",
            ),
            405 => (
                "Cette adresse ne s’utilise pas ainsi",
                "La page existe peut-être, mais pas pour cette action. Rien n’a été enregistré.",
            ),
            409 | 412 => (
                "Cela a changé entre-temps",
                "Ce que vous vouliez modifier n’est plus ce que vous aviez sous les yeux. Rien n’a été enregistré : revenez à la page, relisez, puis recommencez.",
            ),
            413 => (
                "C’est trop long",
                "Ce qui a été envoyé dépasse ce que cette page accepte. Rien n’a été enregistré : raccourcissez le texte, ou joignez un lien.",
            ),
            415 => (
                "Ce format n’est pas accepté",
                "Ce qui a été envoyé n’est pas un formulaire de ces pages. Rien n’a été enregistré.",
            ),
            400..=499 => (
                "Cette demande n’a pas été comprise",
                "Il y manque quelque chose, ou une valeur n’est pas celle attendue. Rien n’a été enregistré.",
            ),
            503 => (
                "Cette page n’est pas disponible pour le moment",
                "Vous n’y êtes pour rien : ce qu’elle montre, ou ce qui le garde, ne répond pas. Ce qui était enregistré l’est toujours. Réessayez plus tard ; les autres pages restent ouvertes.",
            ),
            _ => (
                "Quelque chose n’a pas marché de notre côté",
                "Vous n’y êtes pour rien. Réessayez dans un instant ; ce qui était enregistré l’est toujours.",
            ),
        };
        let home = Link { href: layout.home().to_owned(), text: "Revenir à l’accueil".to_owned() };
        Self {
            layout,
            status,
            title: title.to_owned(),
            detail: crate::fr::spaced(detail),
            next: vec![home],
            typed: Vec::new(),
        }
    }

    /// A page that is nobody's: whatever its address looks like, it has no menu and leads to the first page of each role of who came.
    pub fn nowhere(layout: Layout, roles: &[Role]) -> Self {
        let page = Self::of(layout, 404);
        let once = Role::ALL.into_iter().filter(|role| roles.contains(role));
        let next: Vec<Link> = once.map(Role::first_page).collect();
        Self { next: if next.is_empty() { page.next } else { next }, ..page }
    }
}
