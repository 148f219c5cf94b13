//! When something does not go: what happened, what to do next, and what was typed, kept.

use askama::Template;

use super::layout::{Layout, Link};

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
    /// The HTTP status: 400, 403, 404, 409 or 500.
    pub status: u16,
    pub title: String,
    /// What happened, in one or two sentences.
    pub detail: String,
    /// What to do next.
    pub next: Vec<Link>,
    /// Fields as they were typed, so that nothing is lost.
    pub typed: Vec<Typed>,
}

impl ProblemPage {
    /// The usual words of a status; a handler may change the detail and add what was typed.
    pub fn of(layout: Layout, status: u16) -> Self {
        let (title, detail) = match status {
            400 => (
                "Cette demande n’a pas été comprise",
                "Il y manque quelque chose, ou une valeur n’est pas celle attendue. Rien n’a été enregistré.",
            ),
            401 => ("Il faut vous connecter", "Votre session est finie, ou n’a pas commencé. Rien n’a été enregistré."),
            403 => (
                "Vous ne pouvez pas faire cela",
                "Cette action n’est pas permise à votre fonction dans cet établissement. Rien n’a été enregistré.",
            ),
            404 => (
                "Cette page n’existe pas",
                "L’adresse est peut-être incomplète, ou ce qu’elle montrait n’est pas à vous de lire.",
            ),
            409 => (
                "La séance a été modifiée entre-temps",
                "Quelqu’un a enregistré une nouvelle version pendant que vous écriviez. La vôtre n’a pas été enregistrée ; elle est gardée ci-dessous.",
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
}
