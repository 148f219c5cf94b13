//! Who stands at the door of the demonstration, and why to begin there.

use domain::directory::person::Role;
use domain::ids::PersonId;
use infra::generator::{Cast, Member, School};

use super::setting_up::{named, staff};
use crate::app::App;
use crate::cli::Failure;

/// Someone to be, what they are in the story, and the chapter they stand in. Chapters follow one another in the order of the list.
#[derive(Clone)]
pub struct Featured {
    pub person: PersonId,
    pub part: &'static str,
    pub chapter: &'static str,
}

const FIRST: &str = "Par qui commencer";
const BOTH: &str = "Un collège, une école";
const AROUND: &str = "Autour d’un élève";
const NOTHING: &str = "Sans cahier à lire";

/// The people of the story. Somebody whom a school is too small for is not there.
pub(super) async fn featured(
    app: &App,
    generated: &School,
    village: Option<&School>,
) -> Result<Vec<Featured>, Failure> {
    let cast = &generated.cast;
    let teacher = staff(app, cast.teacher.sts_id.as_ref()).await?;
    let by_name = |member: &Member, role| named(app, &member.given, &member.surname, role);
    let inspector = named(app, cast.inspector.given, cast.inspector.surname, Role::Inspector);
    let referent = named(app, cast.referent.given, cast.referent.surname, Role::Referent);
    let story = [
        (FIRST, teacher, "Elle tient cinq cahiers : écrivez une séance, corrigez-la, retirez-la."),
        (FIRST, by_name(&cast.pupil, Role::Pupil), "Son élève : sa semaine, et le travail à faire."),
        (FIRST, by_name(&cast.mother, Role::Relative), "Sa mère : ses deux filles sur une page, sans un geste."),
        (FIRST, by_name(&cast.father, Role::Relative), "Son père, à une autre adresse : il lit la même chose."),
        (
            FIRST,
            by_name(&cast.principal, Role::Head),
            "La principale : le remplissage des cahiers, les mandats d’inspection.",
        ),
        (FIRST, inspector, "L’inspecteur : chaque version de chaque séance, sous mandat."),
        (
            AROUND,
            by_name(&cast.companion, Role::Aesh),
            "L’AESH de deux élèves, dans deux classes : elle lit ce qu’ils lisent, et rien d’autre.",
        ),
        (
            AROUND,
            by_name(&cast.supervised.relative, Role::Relative),
            "Un père sans l’autorité parentale, qui a le droit de surveillance : il lit le cahier de son fils.",
        ),
        (
            AROUND,
            by_name(&cast.barred.relative, Role::Relative),
            "Un autre père, à qui une décision de justice a retiré ce droit : plus rien ne lui est montré.",
        ),
        (
            AROUND,
            by_name(&cast.of_age, Role::Pupil),
            "Un élève majeur, arrivé tard en France : sous « Qui me lit », il peut s’opposer à ce que sa mère lise.",
        ),
    ];
    let nothing = [
        (
            NOTHING,
            by_name(&cast.librarian, Role::Librarian),
            "La professeure documentaliste : aucun cours n’est à son nom, et sa page dit pourquoi elle ne lit rien.",
        ),
        (
            NOTHING,
            referent,
            "Le référent numérique des deux établissements : il règle les fichiers joints, et ne lit aucun cahier.",
        ),
    ];
    let both = village.into_iter().flat_map(|village| of_both(app, &village.cast));
    let there = story.into_iter().chain(both).chain(nothing);
    let there = there.filter_map(|(chapter, person, part)| Some((chapter, person?, part)));
    Ok(there.map(|(chapter, person, part)| Featured { person, part, chapter }).collect())
}

/// Those of the primary school, and those who have to do with both.
fn of_both(app: &App, cast: &Cast) -> [(&'static str, Option<PersonId>, &'static str); 5] {
    let by_name = |member: &Member, role| named(app, &member.given, &member.surname, role);
    [
        (
            BOTH,
            by_name(&cast.mother_of_both, Role::Relative),
            "Un fils au collège, une fille à l’école : une page pour les deux.",
        ),
        (
            BOTH,
            by_name(&cast.shared_teacher, Role::Teacher),
            "L’anglais au collège et, une heure par semaine, à l’école : tous ses cahiers sur une page.",
        ),
        (
            BOTH,
            by_name(&cast.schoolmaster, Role::Teacher),
            "Le maître des CE2-CM1 : des demi-journées, et pas de travail écrit hors de la classe.",
        ),
        (BOTH, by_name(&cast.younger, Role::Pupil), "Son élève de CM1 : sa semaine, et ce qui est à apprendre."),
        (BOTH, by_name(&cast.director, Role::Head), "La directrice de l’école : le remplissage de ses trois classes."),
    ]
}
