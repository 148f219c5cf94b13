//! Who asks, and with whose eyes they read.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::access::Scope;
use domain::ids::{PersonId, SchoolId, TextbookId};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::App;
use crate::auth;
use crate::facts::{Books, RoleHeld, SchoolBook, Standpoint};
use crate::problem::Problem;

/// The person a bearer token names. A cookie names nobody here: a foreign page could make a browser send it.
#[derive(Clone, Copy)]
pub struct Caller {
    pub person: PersonId,
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let person = auth::bearer(&parts.headers).and_then(|token| app.tokens.check(token));
        let person = person.ok_or_else(Problem::unauthenticated)?;
        let books = app.register.read();
        let book = books.person(person).ok_or_else(Problem::unauthenticated)?;
        let today = day_of(&books, person, app.now());
        if book.inactive_since.is_some_and(|since| since <= today) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "account-closed", "the school has closed this account"));
        }
        Ok(Self { person })
    }
}

/// The school of a person: where a role is held today, or was last held.
pub fn school_of(books: &Books, person: PersonId, now: Timestamp) -> Option<&SchoolBook> {
    let roles = &books.person(person)?.roles;
    let school = |held: &RoleHeld| books.schools.get(&held.school);
    let today = |held: &&RoleHeld| school(held).is_some_and(|school| held.holds(school.local(now).date()));
    roles.iter().find(today).or(roles.last()).and_then(school)
}

/// The day it is for a person: that of their school.
pub fn day_of(books: &Books, person: PersonId, now: Timestamp) -> Date {
    let zone = school_of(books, person, now).map_or(jiff::tz::TimeZone::UTC, |school| school.zone.clone());
    zone.to_datetime(now).date()
}

/// What a person may read of one textbook today, from any of their standpoints; a problem when it is nothing. Who reads behind the
/// scenes from one of them does so here.
pub fn scope_on(books: &Books, person: PersonId, textbook: TextbookId, now: Timestamp) -> Result<Scope, Problem> {
    let service = books.services.get(&textbook).ok_or_else(Problem::unknown)?;
    let today = books.schools.get(&service.school).ok_or_else(Problem::unknown)?.local(now).date();
    let admits = |scope: &Scope| scope.admits(service.school, textbook, service.group);
    let scopes = books.standpoints(person, today).into_iter().map(|standpoint| books.scope(person, standpoint, today));
    let mut scopes: Vec<Scope> = scopes.filter(admits).collect();
    if let Some(at) = scopes.iter().position(|scope| scope.behind_the_scenes) {
        return Ok(scopes.swap_remove(at));
    }
    // Two children in one group, or a stay of one and the whole year of the other: each part shows its own.
    let widened = scopes.into_iter().reduce(|mut all, scope| {
        all.schools.extend(scope.schools);
        all.textbooks.extend(scope.textbooks);
        all.groups.extend(scope.groups);
        all.pupils.extend(scope.pupils);
        all
    });
    widened.ok_or_else(Problem::unknown)
}

/// The textbooks a person may read today.
pub fn shelf(books: &Books, person: PersonId, now: Timestamp) -> Vec<TextbookId> {
    let scopes: Vec<(SchoolId, Vec<Scope>)> = books
        .schools
        .values()
        .map(|school| {
            let today = school.local(now).date();
            let seen = |standpoint: Standpoint| books.scope(person, standpoint, today);
            (school.school, books.standpoints(person, today).into_iter().map(seen).collect())
        })
        .collect();
    let admitted = |service: &&crate::facts::ServiceBook| {
        let mut of_school =
            scopes.iter().filter(|(school, _)| *school == service.school).flat_map(|(_, scopes)| scopes);
        of_school.any(|scope| scope.admits(service.school, service.textbook, service.group))
    };
    let mut found: Vec<TextbookId> = books.services.values().filter(admitted).map(|service| service.textbook).collect();
    found.sort_unstable();
    found
}

/// The school in which a head acts: `wanted`, when he leads it. Who leads nothing is refused whatever they name; to who leads elsewhere,
/// it does not exist.
pub fn led(books: &Books, person: PersonId, wanted: Option<SchoolId>, now: Timestamp) -> Result<SchoolId, Problem> {
    let leads = |school: &&SchoolBook| books.capacity_at(person, school.school, school.local(now).date()).leads();
    let mut schools = books.schools.values().filter(leads).map(|school| school.school).peekable();
    if schools.peek().is_none() {
        let detail = "only the head or the deputy of the school does this";
        return Err(Problem::new(StatusCode::FORBIDDEN, "not-the-head", detail));
    }
    schools.find(|school| Some(*school) == wanted).ok_or_else(Problem::unknown)
}
