//! `/`: the door. In the demonstration a person is chosen from a list; elsewhere a token is given.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use domain::directory::person::Role as Held;
use domain::ids::PersonId;
use serde::Deserialize;

use super::{Page, Shared, Visitor, Web, page, page_with};
use crate::auth::COOKIE;
use crate::facts::Standpoint;
use crate::web::layout::{FieldError, Role};
use crate::web::welcome::{AccessibilityPage, DemoPage, PersonalDataPage, PupilsDataPage, TokenPage};

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/", get(door))
        .route("/jeton", post(token))
        .route("/accessibilite", get(accessibility))
        .route("/donnees-personnelles", get(personal_data))
        .route("/donnees-personnelles/eleves", get(pupils_data))
}

async fn door(State(web): Shared) -> Page {
    match &web.demo {
        Some(demo) => {
            let (chapters, people) = super::demo::people(&web, demo);
            page(&DemoPage { layout: web.layout(None, None, "/"), chapters, people })
        }
        None => page(&TokenPage { layout: web.layout(None, None, "/"), errors: vec![] }),
    }
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    jeton: String,
}

async fn token(State(web): Shared, Form(given): Form<Given>) -> Page {
    let token = given.jeton.trim();
    if let Some(person) = web.app.tokens.check(token) {
        return Ok(web.enter(person, token));
    }
    let message = "Ce jeton n’est pas valable ici, ou il est échu : demandez-en un autre.";
    let errors = vec![FieldError { field: "jeton".to_owned(), message: crate::fr::spaced(message) }];
    page_with(StatusCode::BAD_REQUEST, &TokenPage { layout: web.layout(None, None, "/"), errors })
}

impl Web {
    /// Sets the cookie and leads to the first page of that person.
    pub(super) fn enter(&self, person: PersonId, token: &str) -> Response {
        let home = self.home(person);
        let secure = if self.demo.is_some() { "" } else { "; Secure" };
        let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{secure}");
        ([(header::SET_COOKIE, cookie)], Redirect::to(home)).into_response()
    }

    /// Where someone begins: in the first of their roles. A relative without any right begins where they would read.
    pub(super) fn home(&self, person: PersonId) -> &'static str {
        let related = || self.is_related(person).then_some(Role::Parent);
        self.roles(Visitor(person)).first().copied().or_else(related).map_or("/", Role::home)
    }

    fn is_related(&self, person: PersonId) -> bool {
        let today = self.layout(Some(Visitor(person)), None, "/").today();
        self.app.register.read().roles(person, today).any(|held| held.role == Held::Relative)
    }
}

pub(super) fn role(standpoint: Standpoint) -> Role {
    match standpoint {
        Standpoint::Pupil => Role::Pupil,
        Standpoint::Guardian(_) => Role::Parent,
        Standpoint::Companion(_) => Role::Companion,
        Standpoint::Teacher | Standpoint::FormTutor(_) => Role::Teacher,
        Standpoint::SchoolLife => Role::SchoolLife,
        Standpoint::Head => Role::Principal,
        Standpoint::Inspector => Role::Inspector,
    }
}

async fn accessibility(State(web): Shared) -> Page {
    page(&AccessibilityPage { layout: web.layout(None, None, "/accessibilite") })
}

async fn personal_data(State(web): Shared) -> Page {
    page(&PersonalDataPage { layout: web.layout(None, None, "/donnees-personnelles") })
}

async fn pupils_data(State(web): Shared) -> Page {
    page(&PupilsDataPage { layout: web.layout(None, None, "/donnees-personnelles/eleves") })
}
