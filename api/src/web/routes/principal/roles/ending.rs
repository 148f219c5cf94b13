//! `/direction/roles/{person}/{role}/{from}/fin`: the day on which a role held since a day ends, then what will follow, then its recording.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::calendar::days_after;
use domain::directory::person::Role as Held;
use domain::directory::{group, person};
use domain::ids::PersonId;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::parts::{Part, staff};
use super::{Asked, DAY_MALFORMED, Office, day, wrong};
use crate::app::Said;
use crate::facts::{Books, PersonBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{FieldError, Role};
use crate::web::roles::RoleEndPage;
use crate::web::routes::{Page, Shared, Visitor, page_with};

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    le: String,
    version: String,
    cle: String,
    confirmer: String,
}

/// A person, a role as forms name it, and the first day of the spell.
type Named = (PersonId, String, String);

/// One spell of a role of somebody of the staff, today or to come.
#[derive(Clone, Copy)]
struct Ended {
    person: PersonId,
    part: Part,
    from: Date,
    until: Option<Date>,
}

impl Ended {
    /// Any other is not known here. None: they are not this any more, or not by a spell that begins on that day.
    fn of(office: &Office<'_>, (person, role, from): &Named) -> Result<Option<Self>, Problem> {
        let person = *person;
        let books = office.web.app.register.read();
        let known = staff(office, &books).iter().any(|(known, _)| *known == person);
        let part = Part::parse(office, &books, role).filter(|_| known).ok_or_else(Problem::unknown)?;
        let from = from.parse::<Date>().map_err(|_| Problem::unknown())?;
        let spell = part.days(office, &books, person).into_iter().find(|(first, _)| *first == from);
        Ok(spell.map(|(from, until)| Self { person, part, from, until }))
    }

    /// The day of the end: of this spell, and of none before it.
    fn day(self, text: &str) -> Result<Date, FieldError> {
        let on = day("le", text)?;
        if on < self.from {
            let first = fr::dated(self.from);
            return Err(wrong("le", &format!("Ce rôle commence le {first} : indiquez ce jour, ou un jour qui suit.")));
        }
        if let Some(last) = self.until.filter(|until| *until < on).and_then(|until| days_after(until, -1)) {
            let last = fr::dated(last);
            return Err(wrong("le", &format!("Ce rôle finit déjà après le {last} : indiquez un jour qui précède.")));
        }
        Ok(on)
    }

    /// Of the stream that the end is written in.
    fn version(self, books: &Books) -> i64 {
        match self.part {
            Part::Of(_) => books.person(self.person).map_or(0, |book| book.version),
            Part::Tutor(class) => books.groups.get(&class).map_or(0, |book| book.version),
        }
    }

    fn asked(self, office: &Office<'_>, on: Date) -> Result<Asked, Problem> {
        match self.part {
            Part::Of(role) => {
                Ok(Asked::OfPerson(self.person, person::Command::EndRole { school: office.school, role, on }))
            }
            Part::Tutor(class) => {
                let command = group::Command::RemoveFormTutor { teacher: self.person, on };
                Asked::class(&office.web.app.register.read(), class, command)
            }
        }
    }

    /// What will follow: `À partir du 23 novembre 2026, Mme Vidal n’aura plus le rôle…` What was to come after is called off with it.
    fn said(self, office: &Office<'_>, books: &Books, on: Date) -> String {
        let (who, role, on) = (books.formal_name(self.person), self.part.said(books), fr::dated(on));
        let then = match self.part {
            Part::Of(Held::Head | Held::Deputy) => {
                "Les pages de la direction lui seront fermées, sauf si un autre rôle les lui ouvre."
            }
            Part::Of(Held::Teacher) => {
                "Les cahiers de textes de ses cours lui restent ouverts tant que l’emploi du temps les lui donne."
            }
            Part::Of(Held::Aesh) => "Les cahiers de textes des élèves accompagnés lui seront fermés.",
            Part::Of(Held::SchoolLife) => "La semaine des classes lui sera fermée, sauf si un autre rôle la lui ouvre.",
            Part::Tutor(_) => "La semaine de cette classe lui sera fermée, sauf si un autre rôle la lui ouvre.",
            Part::Of(_) => "Ce que ce rôle lui ouvre ici lui sera fermé.",
        };
        let after = self.part.days(office, books, self.person).into_iter().map(|(from, _)| from);
        let again = after.filter(|from| *from > self.from).min();
        let called_off =
            again.map(|from| format!(" Donné de nouveau à partir du {}, il est annulé aussi.", fr::dated(from)));
        let called_off = called_off.unwrap_or_default();
        fr::spaced(&format!("À partir du {on}, {who} n’aura plus le rôle « {role} ». {then}{called_off}"))
    }
}

fn view(
    office: &Office<'_>,
    visitor: Visitor,
    ended: Ended,
    typed: Typed,
    (errors, preview): (Vec<FieldError>, Option<String>),
) -> RoleEndPage {
    let action = ended.part.end_of(ended.person, ended.from);
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), &action);
    let books = office.web.app.register.read();
    RoleEndPage {
        layout,
        name: books.person(ended.person).map(PersonBook::formal).unwrap_or_default(),
        role: ended.part.said(&books),
        from: ended.from,
        to: ended.until.and_then(|until| domain::calendar::days_after(until, -1)),
        action,
        on: typed.le,
        version: ended.version(&books).to_string(),
        key: Uuid::now_v7().to_string(),
        preview,
        errors,
    }
}

pub async fn form(State(web): Shared, visitor: Visitor, Path(named): Path<Named>) -> Page {
    let office = Office::open(&web, visitor)?;
    let ended = Ended::of(&office, &named)?.ok_or_else(Problem::unknown)?;
    let typed = Typed { le: office.local.date().max(ended.from).to_string(), ..Typed::default() };
    page_with(StatusCode::OK, &view(&office, visitor, ended, typed, (vec![], None)))
}

pub async fn end(State(web): Shared, visitor: Visitor, Path(named): Path<Named>, Form(typed): Form<Typed>) -> Page {
    let office = Office::open(&web, visitor)?;
    let Some(ended) = Ended::of(&office, &named)? else {
        // One that has just ended, by this very form maybe, is not there any more: the list says so.
        return Ok(Redirect::to("/direction/roles?fait=role-inchange").into_response());
    };
    let (on, version) = match (ended.day(&typed.le), typed.version.parse::<i64>()) {
        (Ok(on), Ok(version)) => (on, version),
        (on, _) => {
            let incomplete = || wrong("le", "Ce formulaire est incomplet : relisez, puis recommencez.");
            let errors = vec![on.err().unwrap_or_else(incomplete)];
            let page = view(&office, visitor, ended, typed, (errors, None));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let asked = ended.asked(&office, on)?;
    if typed.confirmer != "oui" {
        return match asked.tried(&office).await {
            Ok(()) => {
                let sentence = ended.said(&office, &web.app.register.read(), on);
                page_with(StatusCode::OK, &view(&office, visitor, ended, typed, (vec![], Some(sentence))))
            }
            Err(problem) => refused(&office, visitor, ended, typed, problem),
        };
    }
    let said = Said { key: Some(typed.cle.clone()).filter(|key| !key.is_empty()), expected: Some(version) };
    match asked.told(&office, said).await {
        Ok(last) => {
            web.app.await_readers(last.unwrap_or_default()).await;
            // Whoever has ended their own office from today has no page here any more.
            let done = if last.is_some() { "role-fini" } else { "role-inchange" };
            let still = Office::open(&web, visitor).is_ok();
            let then = if still { format!("/direction/roles?fait={done}") } else { "/".to_owned() };
            Ok(Redirect::to(&then).into_response())
        }
        Err(problem) => refused(&office, visitor, ended, typed, problem),
    }
}

/// The page again, with what was typed, and what the school answered.
fn refused(office: &Office<'_>, visitor: Visitor, ended: Ended, typed: Typed, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let message = match problem.code.as_str() {
        "the-last-head" => {
            "Personne d’autre n’est chef d’établissement à partir de ce jour : donnez d’abord ce rôle à qui prend la suite, puis recommencez."
                .to_owned()
        }
        "day-malformed" => DAY_MALFORMED.to_owned(),
        "day-outside-the-year" => super::super::groups::outside_the_year(office),
        "not-the-head" => "Vous n’avez plus de rôle de direction dans cet établissement : rien n’a été enregistré.".to_owned(),
        "version-changed" | "idempotency-key-reused" | "stale" => {
            "Cela a changé entre-temps : relisez ce rôle et ses jours, puis recommencez.".to_owned()
        }
        _ => "L’établissement n’accepte pas cette fin. Vérifiez le jour.".to_owned(),
    };
    page_with(status, &view(office, visitor, ended, typed, (vec![wrong("le", &message)], None)))
}
