//! `/demo`: the two doors that exist in the demonstration only: who to be, and what time it is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::post;
use axum::{Form, Router};
use domain::calendar::{days_after, monday_of};
use domain::ids::PersonId;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use super::{Page, Shared, Web, roles_on, said};
use crate::demo::Demo;
use crate::facts::{Books, PersonBook};
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::welcome::{Chapter, Featured, Person};

pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/demo/personne", post(choose)).route("/demo/horloge", post(clock))
}

/// The people of the story first, then a few of everybody.
pub fn people(web: &Web, demo: &Demo) -> (Vec<Chapter>, Vec<Person>) {
    let books = web.app.register.read();
    let today = books.schools.get(&demo.school).map(|school| school.local(web.app.now()).date()).unwrap_or_default();
    let mut chapters: Vec<Chapter> = Vec::new();
    for known in &demo.featured {
        // Whoever may read nothing stands there too, and sees just that.
        let role = role_of(&books, known.person, today).unwrap_or(Role::Parent);
        let Some(person) = person(&books, known.person, role, today) else { continue };
        if chapters.last().is_none_or(|chapter| chapter.title != known.chapter) {
            chapters.push(Chapter { title: known.chapter.to_owned(), people: vec![] });
        }
        let featured = Featured { person, why: crate::fr::spaced(known.part) };
        chapters.last_mut().into_iter().for_each(|chapter| chapter.people.push(featured.clone()));
    }
    let shown = |id: &PersonId| demo.featured.iter().all(|known| known.person != *id);
    let mut others: Vec<(String, PersonId)> =
        books.persons.iter().filter(|(id, _)| shown(id)).map(|(id, book)| (book.full(), *id)).collect();
    others.sort();
    let mut people: Vec<Person> = Vec::new();
    for (_, id) in others {
        let role = role_of(&books, id, today);
        let Some(person) = role.and_then(|role| person(&books, id, role, today)) else { continue };
        if people.iter().filter(|known| known.role == person.role).count() < LISTED {
            people.push(person);
        }
    }
    (chapters, people)
}

/// People of one role in the list.
const LISTED: usize = 40;

fn role_of(books: &Books, id: PersonId, today: Date) -> Option<Role> {
    roles_on(books, id, today).first().copied()
}

fn person(books: &Books, id: PersonId, role: Role, today: Date) -> Option<Person> {
    let book = books.person(id)?;
    let name = if matches!(role, Role::Pupil) { book.full() } else { book.formal() };
    let detail = match role {
        Role::Parent => {
            let children: Vec<&PersonBook> = books.children(id).filter_map(|child| books.person(child)).collect();
            let answers = |child: &&PersonBook| {
                child.guardians_on(today).iter().any(|link| link.relative == id && link.standing.holds_authority())
            };
            let word = if children.iter().all(answers) { "responsable" } else { "parent" };
            let mut children: Vec<String> = children.into_iter().map(PersonBook::given).collect();
            children.sort();
            format!("{word} {}", children.iter().map(|name| crate::fr::of(name)).collect::<Vec<_>>().join(" et "))
        }
        _ => said::detail(books, id, role, today).unwrap_or_default(),
    };
    Some(Person { id: id.to_string(), role, name, detail })
}

#[derive(Deserialize)]
struct Chosen {
    personne: PersonId,
}

async fn choose(State(web): Shared, Form(chosen): Form<Chosen>) -> Page {
    if web.app.register.read().person(chosen.personne).is_none() {
        return Err(Problem::unknown());
    }
    let token = web.app.tokens.mint(chosen.personne, 12).map_err(Problem::ours)?;
    Ok(web.enter(chosen.personne, &token))
}

#[derive(Deserialize)]
struct Move {
    vers: String,
}

async fn clock(State(web): Shared, headers: HeaderMap, Form(wanted): Form<Move>) -> Page {
    let demo = web.demo.as_ref().ok_or_else(Problem::unknown)?;
    let now = web.local(demo.school)?;
    let next = match wanted.vers.as_str() {
        "heure" => now.checked_add(SignedDuration::from_hours(1)).ok(),
        "demain" => next_morning(now, 1),
        "lundi" => days_after(monday_of(now.date()), 7).map(seven),
        _ => None,
    };
    let next = next.ok_or_else(|| Problem::invalid("unknown-move", "vers"))?;
    let to = {
        let books = web.app.register.read();
        let school = books.schools.get(&demo.school).ok_or_else(Problem::unknown)?;
        school.zone.to_timestamp(next).map_err(Problem::ours)?
    };
    demo.move_to(to).await.map_err(|failure| Problem::ours(failure.message))?;
    Ok(Redirect::to(&back(&headers)).into_response())
}

fn next_morning(now: DateTime, days: i64) -> Option<DateTime> {
    days_after(now.date(), days).map(seven)
}

fn seven(date: Date) -> DateTime {
    date.at(7, 0, 0, 0)
}

/// The page the button was on; only its path, so that it stays here.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("/");
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    path.filter(|path| path.starts_with('/') && !path.starts_with("//")).unwrap_or("/").to_owned()
}
