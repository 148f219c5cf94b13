//! `/personnel`: who works in a school and reads nothing by it is told so, and why. Not a dead end: it says whom to ask.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use domain::calendar::days_after;
use domain::directory::person::{Role as Held, RoleHeld};
use domain::ids::PersonId;
use jiff::civil::Date;

use super::{Page, Shared, Visitor, Web, page, said};
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::staff::{HeldRole, StaffPage};

pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/personnel", get(show))
}

/// What somebody is on a day without reading a textbook by that alone. A teacher is something else first.
pub fn held(books: &Books, person: PersonId, on: Date) -> Vec<RoleHeld> {
    let mut held: Vec<RoleHeld> = books.roles(person, on).filter(|held| why(held.role).is_some()).copied().collect();
    held.sort_by_key(|held| (held.role == Held::Teacher, held.role));
    held
}

/// Why a role opens nothing, and what would; none of a role that has pages of its own, or that follows from a pupil.
fn why(role: Held) -> Option<&'static str> {
    Some(match role {
        Held::Librarian => {
            "Un professeur documentaliste lit les cahiers des cours qui lui sont confiés, l’éducation aux médias et à l’information par exemple. Aucun cours n’est aujourd’hui à votre nom : dès que l’emploi du temps vous en donne un, votre semaine et son cahier paraissent ici."
        }
        Held::Teacher => {
            "Un enseignant lit et remplit les cahiers de ses cours. Aucun cours n’est aujourd’hui à votre nom : dès que l’emploi du temps vous en donne un, votre semaine paraît ici."
        }
        Held::DataProtection => {
            "Un délégué à la protection des données ne lit pas ce que les personnes écrivent. Ce qui est enregistré, pourquoi et combien de temps est dit sous « Données personnelles », au bas de la page."
        }
        Held::Archivist => "Un archiviste ne lit pas les cahiers de textes par ce rôle.",
        Held::Observatory => "Un observatoire compte, et ne lit rien de ce qui est écrit.",
        Held::HostOperator => "Qui fait marcher les machines ne lit rien de ce qu’elles gardent.",
        Held::Staff => "Ce rôle ne demande pas de lire les cahiers de textes.",
        Held::Pupil
        | Held::Relative
        | Held::Head
        | Held::Deputy
        | Held::SchoolLife
        | Held::Aesh
        | Held::Referent
        | Held::Inspector => return None,
    })
}

async fn show(State(web): Shared, visitor: Visitor) -> Page {
    if !web.roles(visitor).contains(&Role::Staff) {
        return Err(Problem::unknown());
    }
    let layout = web.layout(Some(visitor), Some(Role::Staff), Role::Staff.home());
    let books = web.app.register.read();
    let told = |held: RoleHeld| {
        Some(HeldRole {
            role: fr::capital(said::role(held.role)),
            school: books.schools.get(&held.school).map(|school| said::school(&school.identity.name)),
            from: held.from,
            to: held.until.and_then(|until| days_after(until, -1)),
            why: fr::spaced(why(held.role)?),
        })
    };
    let roles = held(&books, visitor.0, layout.today()).into_iter().filter_map(told).collect();
    page(&StaffPage { layout, roles })
}

#[cfg(test)]
mod spec {
    use domain::access::{Reach, reach};

    use super::*;

    #[test]
    fn nobody_is_told_that_a_role_opens_nothing_when_it_reaches_something() {
        let from_elsewhere = [Held::Pupil, Held::Relative, Held::Observatory, Held::HostOperator, Held::Inspector];
        for role in Held::OF_THE_STAFF.into_iter().chain(from_elsewhere) {
            assert!(why(role).is_none() || reach(role) == Reach::Nothing, "{role:?}");
        }
    }
}
