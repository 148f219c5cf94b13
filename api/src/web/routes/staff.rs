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

/// What people are in a school, or for it, without reading a textbook by that alone (see [`domain::access`]).
pub const READ_NOTHING: [Held; 7] = [
    Held::Librarian,
    Held::Teacher,
    Held::DataProtection,
    Held::Archivist,
    Held::Staff,
    Held::Observatory,
    Held::HostOperator,
];

pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/personnel", get(show))
}

/// Which of these somebody is on a day, in the order in which they are named here.
pub fn held(books: &Books, person: PersonId, on: Date) -> Vec<RoleHeld> {
    let of = |role| books.roles(person, on).filter(move |held| held.role == role).copied();
    READ_NOTHING.into_iter().flat_map(of).collect()
}

/// Why it opens nothing, and what would.
fn why(role: Held) -> &'static str {
    match role {
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
        _ => "Ce rôle ne demande pas de lire les cahiers de textes.",
    }
}

async fn show(State(web): Shared, visitor: Visitor) -> Page {
    if !web.roles(visitor).contains(&Role::Staff) {
        return Err(Problem::unknown());
    }
    let layout = web.layout(Some(visitor), Some(Role::Staff), Role::Staff.home());
    let books = web.app.register.read();
    let told = |held: RoleHeld| HeldRole {
        role: fr::capital(said::role(held.role)),
        school: books.schools.get(&held.school).map(|school| said::school(&school.identity.name)),
        from: held.from,
        to: held.until.and_then(|until| days_after(until, -1)),
        why: fr::spaced(why(held.role)),
    };
    let roles = held(&books, visitor.0, layout.today()).into_iter().map(told).collect();
    page(&StaffPage { layout, roles })
}
