//! `/direction/groupes/nouveau`: a group made from a few classes. Their pupils are listed by a button of the same form, which writes nothing.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::directory::group::{Command, Description, Sort};
use domain::ids::{GroupId, PersonId};
use jiff::civil::Date;
use uuid::Uuid;

use super::{Office, book, bounds, classes_named, day, is_pupil, key, outside_the_year, pupils_of, tell, ticks, wrong};
use crate::app::Said;
use crate::facts::Books;
use crate::problem::Problem;
use crate::web::groups::{NewGroupPage, Tick};
use crate::web::layout::{FieldError, Role};
use crate::web::routes::{Page, Shared, Visitor, page_with, said};

/// What was chosen.
#[derive(Default)]
pub struct Typed {
    classes: Vec<String>,
    name: String,
    pupils: BTreeSet<PersonId>,
    made_on: String,
    key: String,
    /// The button was that of the list.
    lists: bool,
}

impl Typed {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "classe" => typed.classes.push(value),
                "faire" => typed.lists = value == "lister",
                "nom" => typed.name = value.split_whitespace().collect::<Vec<_>>().join(" "),
                "eleve" => typed.pupils.extend(Uuid::parse_str(&value).ok().map(PersonId)),
                "compose_le" => typed.made_on = value,
                "cle" => typed.key = value,
                _ => {}
            }
        }
        typed
    }

    /// The pupils and their day, or what is wrong with each field. The day is looked at before the group is opened.
    fn asked(&self, office: &Office<'_>) -> Result<(BTreeSet<PersonId>, Date), Vec<FieldError>> {
        let books = office.web.app.register.read();
        let mut errors = Vec::new();
        if self.drawn_from(office, &books).is_empty() {
            errors.push(wrong("classe", "Choisissez au moins une classe, puis ses élèves."));
        }
        if !(1..=60).contains(&self.name.chars().count()) {
            errors.push(wrong("nom", "Nommez le groupe, en soixante caractères au plus."));
        }
        let on = day("compose_le", &self.made_on);
        let on = on.and_then(|on| match bounds(office, &books) {
            Ok(bounds) if !(bounds.starts_on..=bounds.ends_on).contains(&on) => {
                Err(wrong("compose_le", &super::outside(&bounds)))
            }
            _ => Ok(on),
        });
        let pupils = self.ticked(office, &books);
        if pupils.is_empty() {
            errors.push(wrong("eleve", "Cochez au moins un élève."));
        }
        match on {
            Ok(on) if errors.is_empty() => Ok((pupils, on)),
            on => Err(errors.into_iter().chain(on.err()).collect()),
        }
    }

    fn ticked(&self, office: &Office<'_>, books: &Books) -> BTreeSet<PersonId> {
        self.pupils.iter().copied().filter(|pupil| is_pupil(office, books, *pupil)).collect()
    }

    /// The classes chosen, and those of the pupils who stayed ticked when their class was no longer.
    fn drawn_from(&self, office: &Office<'_>, books: &Books) -> BTreeSet<GroupId> {
        let today = office.local.date();
        let ticked = self.ticked(office, books).into_iter();
        let classes = ticked.flat_map(|pupil| books.stays_on(pupil, today).map(|stay| stay.group).collect::<Vec<_>>());
        let of_ticked = classes.filter(|class| said::is_class(books, *class) && book(office, books, *class).is_ok());
        of_ticked.chain(classes_named(office, books, &self.classes)).collect()
    }
}

fn view(office: &Office<'_>, visitor: Visitor, typed: Typed, errors: Vec<FieldError>) -> NewGroupPage {
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), "/direction/groupes/nouveau");
    let books = office.web.app.register.read();
    let asked = classes_named(office, &books, &typed.classes);
    // Whoever is ticked stays in the list, their class chosen or not.
    let mut listed = pupils_of(office, &books, &asked);
    listed.extend(typed.ticked(office, &books));
    let classes = said::classes(&books, office.school, office.local.date()).into_iter();
    let classes = classes.map(|(class, name)| Tick {
        value: class.to_string(),
        name,
        chosen: asked.contains(&class),
        settled: None,
        news: None,
    });
    NewGroupPage {
        layout,
        classes: classes.collect(),
        sets: ticks(office, &books, listed, |pupil| typed.pupils.contains(&pupil)),
        name: typed.name,
        made_on: typed.made_on,
        key: Uuid::now_v7().to_string(),
        errors,
    }
}

pub async fn form(State(web): Shared, visitor: Visitor, Query(fields): Query<Vec<(String, String)>>) -> Page {
    let office = Office::open(&web, visitor)?;
    let typed = Typed { made_on: office.local.date().to_string(), ..Typed::read(fields) };
    page_with(StatusCode::OK, &view(&office, visitor, typed, vec![]))
}

pub async fn open(State(web): Shared, visitor: Visitor, Form(fields): Form<Vec<(String, String)>>) -> Page {
    let office = Office::open(&web, visitor)?;
    let typed = Typed::read(fields);
    if typed.lists {
        return page_with(StatusCode::OK, &view(&office, visitor, typed, vec![]));
    }
    let (pupils, on) = match typed.asked(&office) {
        Ok(asked) => asked,
        Err(errors) => return page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&office, visitor, typed, errors)),
    };
    let (place, open) = {
        let books = web.app.register.read();
        let year = bounds(&office, &books)?.year;
        let classes = typed.drawn_from(&office, &books).into_iter();
        let mut classes: Vec<String> =
            classes.filter_map(|class| Some(books.groups.get(&class)?.description.code.clone())).collect();
        classes.sort();
        let (code, label) = (typed.name.clone(), typed.name.clone());
        let description = Description { sort: Sort::Group, code, label, curricula: vec![], classes };
        let group = GroupId::of(office.school, year, &typed.name);
        ((group, year), Command::Open { school: office.school, year, description })
    };
    // It must not be there yet, but by this very form.
    let said = Said { key: Some(key(&typed.key, &format!("{} ouvert", place.0))), expected: Some(0) };
    if let Err(problem) = tell(&office, place, said, open).await {
        return refused(&office, visitor, typed, problem);
    }
    let said = Said { key: Some(key(&typed.key, &format!("{} {pupils:?} {on}", place.0))), expected: None };
    let joins = Command::ChangeMembers { joined: pupils.into_iter().collect(), left: vec![], on };
    match tell(&office, place, said, joins).await {
        Ok(last) => {
            web.app.await_readers(last.unwrap_or_default()).await;
            Ok(Redirect::to(&format!("/direction/groupes/{}?fait=groupe-cree", place.0)).into_response())
        }
        Err(problem) => refused(&office, visitor, typed, problem),
    }
}

/// The form again, with what was typed, and what the school answered.
fn refused(office: &Office<'_>, visitor: Visitor, typed: Typed, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let error = match problem.code.as_str() {
        "version-changed" | "idempotency-key-reused" => {
            wrong("nom", "Une classe ou un groupe porte déjà ce nom cette année : choisissez-en un autre.")
        }
        "code-malformed" => wrong("nom", "Nommez le groupe, en soixante caractères au plus."),
        "day-outside-the-year" => wrong("compose_le", &outside_the_year(office)),
        _ => wrong("nom", "L’établissement n’accepte pas ce groupe. Vérifiez le nom, les élèves et le jour."),
    };
    page_with(status, &view(office, visitor, typed, vec![error]))
}
