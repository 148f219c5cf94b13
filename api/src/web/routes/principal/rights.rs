//! `/direction/droits`: around a pupil, a parent's right of supervision, the court decision that ends it, the AESH named. What will follow
//! is said first, and recorded once confirmed.

mod left;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::{Form, RequestExt as _};
use domain::access::{self, Following};
use domain::directory::entourage::{self, Command};
use domain::directory::person::{Guardian, Role as Held};
use domain::ids::PersonId;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{Chosen, Classes, Office};
use crate::app::Said;
use crate::facts::{Books, PersonBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Link, Role};
use crate::web::rights::{Near, PupilsPage, Reads, RightForm, RightsPage};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page, page_with, said, with_flash};
use left::{Around, Left, leavers};

/// What may be recorded, in the words of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Supervise,
    EndSupervision,
    Decide,
    Lift,
    Name,
    Release,
}

impl Act {
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Supervise, "surveillance", "Un parent a le droit de surveillance"),
        (Self::EndSupervision, "fin-surveillance", "Ce droit de surveillance n’a plus d’objet (erreur, changement)"),
        (Self::Decide, "decision", "Une décision de justice met fin au droit de surveillance"),
        (Self::Lift, "levee", "Cette décision de justice ne s’applique plus"),
        (Self::Name, "aesh", "Un AESH accompagne l’élève"),
        (Self::Release, "fin-aesh", "Cet AESH n’accompagne plus l’élève"),
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, value, _)| *value == text).map(|(act, ..)| act)
    }

    fn command(self, person: PersonId, day: Date) -> Command {
        let (relative, companion, from, on) = (person, person, day, day);
        match self {
            Self::Supervise => Command::RecordSupervision { relative, from },
            Self::EndSupervision => Command::EndSupervision { relative, on },
            Self::Decide => Command::EnterCourtDecision { relative, from },
            Self::Lift => Command::LiftCourtDecision { relative, on },
            Self::Name => Command::NameCompanion { companion, from },
            Self::Release => Command::ReleaseCompanion { companion, on },
        }
    }

    /// Whether it is about an AESH, and not about a relative.
    fn of_companion(self) -> bool {
        matches!(self, Self::Name | Self::Release)
    }

    /// Whether it may be done where the pupil was: it takes away something that is there.
    fn is_left(self, left: &Left, pupil: PersonId, day: Date) -> bool {
        let there = if self.of_companion() { left.has_companions() } else { left.has_supervisions() };
        there && self.command(pupil, day).takes_away()
    }

    /// What will follow: `À partir du 23 novembre 2026, M. Fofana lira…`
    fn said(self, who: &str, pupil: &str, day: Date) -> String {
        let (day, book) = (fr::dated(day), format!("le cahier de textes et le travail à faire {}", fr::of(pupil)));
        match self {
            Self::Supervise => format!("À partir du {day}, {who} lira {book}, au titre du droit de surveillance."),
            Self::EndSupervision => format!("À partir du {day}, {who} ne lira plus {book}."),
            Self::Decide => {
                format!(
                    "À partir du {day}, par décision de justice, {who} ne lira plus {book}, même ce qui est écrit avant."
                )
            }
            Self::Lift => {
                format!(
                    "À partir du {day}, la décision de justice ne s’applique plus : un droit de surveillance enregistré pour {who} reprend."
                )
            }
            Self::Name => format!("À partir du {day}, {who}, AESH, lira {book}."),
            Self::Release => format!("À partir du {day}, {who}, AESH, ne lira plus {book}."),
        }
    }
}

/// What was chosen.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    acte: String,
    personne: String,
    le: String,
    version: String,
    cle: String,
    confirmer: String,
}

struct Asked {
    act: Act,
    person: PersonId,
    day: Date,
    version: i64,
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: fr::spaced(message) }
}

impl Typed {
    fn asked(&self) -> Result<Asked, Vec<FieldError>> {
        let mut errors = Vec::new();
        let act = Act::parse(&self.acte);
        if act.is_none() {
            errors.push(wrong("acte", "Choisissez ce qui change."));
        }
        let person = Uuid::parse_str(&self.personne).ok().map(PersonId);
        if person.is_none() {
            errors.push(wrong("personne", "Choisissez la personne concernée."));
        }
        let day = self.le.parse::<Date>().ok();
        if day.is_none() {
            errors.push(wrong("le", "Indiquez le jour, par exemple 23/11/2026."));
        }
        let version = self.version.parse::<i64>().ok();
        match (act, person, day, version) {
            (Some(act), Some(person), Some(day), Some(version)) => Ok(Asked { act, person, day, version }),
            (Some(_), Some(_), Some(_), None) => {
                Err(vec![wrong("acte", "Ce formulaire est incomplet : relisez, puis recommencez.")])
            }
            _ => Err(errors),
        }
    }
}

pub async fn list(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let (classes, pupils, left) = {
        let books = web.app.register.read();
        let classes = Classes::of(&office, &books, &chosen)?;
        let members = classes.shown.into_iter().flat_map(|class| books.members(class, today));
        let name = |pupil: PersonId| books.person(pupil).map(PersonBook::full).unwrap_or_default();
        let link = |pupil: PersonId| Link { href: format!("/direction/droits/{pupil}"), text: name(pupil) };
        let mut pupils: Vec<Link> = members.map(link).collect();
        pupils.sort_by(|a, b| a.text.cmp(&b.text));
        let mut left: Vec<Link> = leavers(&books, office.school, today).into_iter().map(link).collect();
        left.sort_by(|a, b| a.text.cmp(&b.text));
        (classes, pupils, left)
    };
    page(&PupilsPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction/droits"),
        class: classes.label(),
        chosen: classes.value(),
        classes: classes.choices(),
        pupils,
        left,
    })
}

fn near(books: &Books, pupil: PersonId, state: &entourage::State, today: Date) -> Vec<Near> {
    let relatives = books.person(pupil).map_or(&[][..], |book| &book.guardians);
    let reads = |link: &Guardian| match access::following(link.relative, relatives, state, today) {
        Some(Following::Authority) => Reads::Authority,
        Some(Following::Supervision(from)) => Reads::Supervision { from },
        None => {
            // One that is lifted from a day to come bars until that day.
            let barred = state.barred_since(link.relative, today).or(state.court_decision_entered(link.relative));
            match (barred, state.supervision_recorded(link.relative)) {
                (Some(from), _) => Reads::Barred { from },
                (None, Some(from)) => Reads::Supervision { from },
                (None, None) => Reads::Nothing,
            }
        }
    };
    let mut near: Vec<Near> = relatives
        .iter()
        .map(|link| Near {
            name: books.person(link.relative).map(PersonBook::full).unwrap_or_default(),
            relation: format!("{}, {}", said::relation(&link.relation), said::standing(link.standing)),
            reads: reads(link),
        })
        .collect();
    near.extend(state.companions(today).into_iter().map(|(companion, from)| Near {
        name: books.person(companion).map(PersonBook::full).unwrap_or_default(),
        relation: "AESH".to_owned(),
        reads: Reads::Accompanies { from },
    }));
    near
}

/// Whom the form may name: relatives without authority, and the AESH of the school with those who still accompany the pupil.
fn choices(
    books: &Books,
    office: &Office<'_>,
    pupil: PersonId,
    state: &entourage::State,
) -> (Vec<Choice>, Vec<Choice>) {
    let today = office.local.date();
    let name = |person: PersonId| books.person(person).map(PersonBook::full).unwrap_or_default();
    let relatives = books.person(pupil).map_or(&[][..], |book| &book.guardians);
    let without = relatives.iter().filter(|link| !link.standing.holds_authority());
    let relative = |link: &Guardian| Choice {
        value: link.relative.to_string(),
        label: format!("{} ({})", name(link.relative), said::relation(&link.relation)),
    };
    let aesh = |book: &PersonBook| {
        let mut held = book.roles.iter().filter(|held| held.school == office.school && held.outlasts(today));
        held.any(|held| held.role == Held::Aesh)
    };
    let mut companions: Vec<PersonId> =
        books.persons.iter().filter(|(_, book)| aesh(book)).map(|(person, _)| *person).collect();
    companions.extend(state.companions(today).into_iter().map(|(companion, _)| companion));
    companions.sort_unstable();
    companions.dedup();
    let mut companions: Vec<Choice> =
        companions.into_iter().map(|person| Choice { value: person.to_string(), label: name(person) }).collect();
    companions.sort_by(|a, b| a.label.cmp(&b.label));
    (without.map(relative).collect(), companions)
}

async fn view(
    office: &Office<'_>,
    visitor: Visitor,
    around: Around,
    typed: Typed,
    (errors, preview): (Vec<FieldError>, Option<String>),
) -> Result<RightsPage, Problem> {
    let pupil = around.pupil;
    let action = format!("/direction/droits/{pupil}");
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), &action);
    let (state, version) = office.web.app.entourage(pupil).await?;
    let today = office.local.date();
    let books = office.web.app.register.read();
    let left = around.left(office, &books, &state);
    let enrolled = left.is_none();
    let class = books.stays_on(pupil, today).filter(|_| enrolled).map(|stay| stay.group);
    let class = class.into_iter().find(|group| said::is_class(&books, *group));
    let back = class.map_or("/direction/droits".to_owned(), |class| format!("/direction/droits?classe={class}"));
    let (relatives, companions) =
        left.as_ref().map_or_else(|| choices(&books, office, pupil, &state), |left| left.choices(&books));
    let offered = |act: &Act| left.as_ref().is_none_or(|left| act.is_left(left, pupil, today));
    let acts = Act::ALL.into_iter().filter(|(act, ..)| offered(act));
    let acts = acts.map(|(_, value, label)| Choice { value: value.to_owned(), label: fr::spaced(label) });
    Ok(RightsPage {
        layout,
        name: books.person(pupil).map(PersonBook::full).unwrap_or_default(),
        class: if enrolled { said::class_of(&books, pupil, today) } else { String::new() },
        left_on: around.left_on,
        back: Link { href: back, text: if enrolled { "Les élèves de la classe" } else { "Les élèves" }.to_owned() },
        action,
        near: left.as_ref().map_or_else(|| near(&books, pupil, &state, today), |left| left.near(&books, pupil)),
        objecting_since: state.objecting_since(today).filter(|_| enrolled),
        form: RightForm {
            acts: acts.collect(),
            act: typed.acte,
            relatives,
            companions,
            person: typed.personne,
            on: typed.le,
            version: version.to_string(),
            key: Uuid::now_v7().to_string(),
            errors,
        },
        preview,
    })
}

pub async fn show(State(web): Shared, visitor: Visitor, Path(pupil): Path<PersonId>, Query(done): Query<Done>) -> Page {
    let office = Office::open(&web, visitor)?;
    let around = Around::of(&office, pupil)?;
    let typed = Typed { le: office.local.date().to_string(), ..Typed::default() };
    let view = view(&office, visitor, around, typed, (vec![], None)).await?;
    let layout = with_flash(view.layout, done.flash(office.local.date()));
    page(&RightsPage { layout, ..view })
}

pub async fn record(
    State(web): Shared,
    visitor: Visitor,
    Path(pupil): Path<PersonId>,
    request: axum::extract::Request,
) -> Page {
    let office = Office::open(&web, visitor)?;
    let around = Around::of(&office, pupil)?;
    let typed = request.extract::<Form<Typed>, _>().await;
    let Form(typed) = typed.map_err(|problem| Problem::invalid("form-malformed", problem.to_string()))?;
    let asked = match typed.asked() {
        Ok(asked) => asked,
        Err(errors) => {
            let view = view(&office, visitor, around, typed, (errors, None)).await?;
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
    };
    let command = asked.act.command(asked.person, asked.day);
    if typed.confirmer != "oui" {
        // Of a pupil who has left, nobody is named but those who were given something here.
        if let Some(error) = not_left(&office, around, &asked).await? {
            let view = view(&office, visitor, around, typed, (vec![error], None)).await?;
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
        return match web.app.try_entourage(office.head, office.school, pupil, command).await {
            Ok(()) => {
                let sentence = {
                    let books = web.app.register.read();
                    let name = |person| books.person(person).map(PersonBook::full).unwrap_or_default();
                    fr::spaced(&asked.act.said(&name(asked.person), &name(pupil), asked.day))
                };
                page(&view(&office, visitor, around, typed, (vec![], Some(sentence))).await?)
            }
            Err(problem) => refused(&office, visitor, around, typed, problem).await,
        };
    }
    let said = Said { key: Some(typed.cle.clone()).filter(|key| !key.is_empty()), expected: Some(asked.version) };
    match web.app.in_entourage(office.head, office.school, pupil, said, command).await {
        Ok(receipt) => {
            let done = if receipt.last_position.is_some() { "droit-enregistre" } else { "droit-inchange" };
            web.app.await_readers(receipt.last_position.unwrap_or_default()).await;
            Ok(Redirect::to(&format!("/direction/droits/{pupil}?fait={done}")).into_response())
        }
        Err(problem) => refused(&office, visitor, around, typed, problem).await,
    }
}

/// Why something asked where a pupil was cannot be done there; none when it can, or when the pupil is there.
async fn not_left(office: &Office<'_>, around: Around, asked: &Asked) -> Result<Option<FieldError>, Problem> {
    let (state, _) = office.web.app.entourage(around.pupil).await?;
    let books = office.web.app.register.read();
    let Some(left) = around.left(office, &books, &state) else { return Ok(None) };
    if !asked.act.is_left(&left, around.pupil, asked.day) {
        return Ok(Some(wrong("acte", "L’élève est parti : choisissez ce qui peut encore être retiré ici.")));
    }
    let known = left.names(asked.person, asked.act.of_companion());
    Ok((!known).then(|| wrong("personne", "Cette personne n’a reçu ici aucun droit de cette sorte.")))
}

/// The form again, with what was chosen, and what the school answered.
async fn refused(office: &Office<'_>, visitor: Visitor, around: Around, typed: Typed, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let (field, message) = match problem.code.as_str() {
        "relative-unknown" => ("personne", "Cette personne n’est pas un proche enregistré de l’élève."),
        "holds-authority" => (
            "personne",
            "Cette personne a l’autorité parentale : elle lit à ce titre. Si cela a changé, corrigez d’abord la base de l’établissement.",
        ),
        "not-a-parent" => {
            ("personne", "La base de l’établissement dit que cette personne n’est pas un parent de l’élève.")
        }
        "not-a-companion" => ("personne", "Cette personne n’est pas AESH dans l’établissement."),
        "court-decision-stands" => (
            "acte",
            "Une décision de justice est enregistrée pour cette personne : dites d’abord qu’elle ne s’applique plus.",
        ),
        "day-malformed" => ("le", "Vérifiez l’année : vingt-cinq ans en arrière au plus, un an en avant."),
        "version-changed" | "idempotency-key-reused" | "stale" => {
            ("acte", "Cela a changé entre-temps : relisez qui lit son cahier de textes, puis recommencez.")
        }
        _ => ("acte", "L’établissement n’accepte pas ce changement. Vérifiez la personne et le jour."),
    };
    let errors = vec![wrong(field, message)];
    page_with(status, &view(office, visitor, around, typed, (errors, None)).await?)
}
