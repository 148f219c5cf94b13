//! The pages' addresses: who is looking, what they may see, and the view that shows it.
//!
//! Every page needs a visitor (a token in a cookie) and computes its scope from the register; a page outside the visitor's rights is
//! told like one that does not exist.

mod announce;
mod class;
mod demo;
mod files;
mod inspector;
mod lost;
mod paced;
mod parent;
mod principal;
mod pupil;
mod reading;
mod said;
mod staff;
mod teacher;
mod welcome;
mod workload;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::directory::person::Role as Held;
use domain::ids::{PersonId, SchoolId};
use jiff::civil::{Date, DateTime};

use super::layout::{Flash, Layout, Role, Who};
use super::problem::ProblemPage;
use crate::app::{App, Mode};
use crate::auth;
use crate::compression;
use crate::demo::Demo;
use crate::facts::{Books, Standpoint};
use crate::http;
use crate::problem::Problem;

const STYLE: &str = include_str!("../../static/style.css");

/// What every page is made with.
pub struct Web {
    pub app: Arc<App>,
    pub demo: Option<Arc<Demo>>,
    stylesheet: String,
    /// Which of their schools a head of several looks at. Of no weight: a process that starts anew shows the first.
    led: RwLock<HashMap<PersonId, SchoolId>>,
}

type Shared = State<Arc<Web>>;
type Page = Result<Response, Problem>;

/// All pages.
pub fn router(app: Arc<App>, demo: Option<Arc<Demo>>) -> Router {
    let digest = infra::ledger::leaf::sha256(STYLE.as_bytes());
    let version = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
    let stylesheet = format!("/static/style.css?v={version:016x}");
    let web = Arc::new(Web { app, demo, stylesheet, led: RwLock::default() });
    let people = pupil::routes().merge(parent::routes()).merge(teacher::routes()).merge(class::routes());
    let pages = people.merge(principal::routes()).merge(inspector::routes()).merge(welcome::routes());
    let pages = pages.merge(files::routes()).merge(staff::routes());
    let pages = if web.demo.is_some() { pages.merge(demo::routes()) } else { pages };
    pages
        .route("/static/style.css", get(style))
        .fallback(|| async { Problem::unknown() })
        .layer(middleware::from_fn_with_state(web.clone(), lost::given_back))
        .layer(middleware::from_fn_with_state(web.clone(), in_plain_french))
        .layer(middleware::from_fn(same_site))
        .layer(middleware::from_fn(guarded))
        .layer(compression::layer())
        .layer(middleware::from_fn(compression::wary))
        .layer(middleware::from_fn(crate::http::observed))
        .with_state(web)
}

/// Its tag is weak: the same for the bytes as they are and compressed.
async fn style(State(web): Shared, held: http::Held) -> Response {
    let forever = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    let tag = format!("W/\"{}\"", web.stylesheet.rsplit('=').next().unwrap_or_default());
    if held.has(&tag) {
        return ([forever], http::unchanged(tag)).into_response();
    }
    ([forever, (header::CONTENT_TYPE, "text/css; charset=utf-8")], [(header::ETAG, tag)], STYLE).into_response()
}

/// Someone whose cookie holds a good token.
#[derive(Clone, Copy)]
pub struct Visitor(pub PersonId);

impl FromRequestParts<Arc<Web>> for Visitor {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Redirect> {
        web.visitor(&parts.headers).ok_or_else(|| Redirect::to("/"))
    }
}

impl Web {
    fn visitor(&self, headers: &header::HeaderMap) -> Option<Visitor> {
        auth::cookie(headers).and_then(|token| self.app.tokens.check(token)).map(Visitor)
    }

    /// The frame of a page for someone in a role. `here` is the path of the page.
    fn layout(&self, visitor: Option<Visitor>, role: Option<Role>, here: &str) -> Layout {
        let books = self.app.register.read();
        let now = self.app.now();
        let school = visitor.and_then(|Visitor(person)| books.person(person)?.roles.first().map(|held| held.school));
        let sets_up = matches!(role, Some(Role::Principal | Role::Referent));
        // A school that was chosen to be set up alone is not the one whose figures a head reads.
        let shows = |Visitor(person): Visitor, chosen: &SchoolId| {
            let today = books.schools.get(chosen).map(|school| school.local(now).date());
            let leads = |on| books.scope(person, Standpoint::Head, on).schools.contains(chosen);
            role == Some(Role::Referent) || today.is_some_and(leads)
        };
        let led = visitor.filter(|_| sets_up);
        let led = led.and_then(|visitor| self.led(visitor).filter(|chosen| shows(visitor, chosen)));
        let school = led.or(school);
        let school =
            school.or(self.demo.as_ref().map(|demo| demo.school)).and_then(|school| books.schools.get(&school));
        let local = school.map_or_else(|| jiff::tz::TimeZone::UTC.to_datetime(now), |school| school.local(now));
        let who = visitor.zip(role).and_then(|(Visitor(person), role)| {
            let book = books.person(person)?;
            let name = if matches!(role, Role::Pupil) { book.full() } else { book.formal() };
            Some(Who { name, detail: said::detail(&books, person, role, local.date()) })
        });
        let others = visitor.filter(|_| role.is_some()).map(|Visitor(person)| roles_on(&books, person, local.date()));
        let others = others.unwrap_or_default().into_iter().filter(|other| Some(*other) != role).collect();
        Layout {
            stylesheet: self.stylesheet.clone(),
            school: school.map(|school| said::school(&school.identity.name)),
            demo: self.app.mode == Mode::Demo,
            now: local,
            role,
            others,
            who,
            here: here.to_owned(),
            flash: None,
        }
    }

    fn led(&self, Visitor(head): Visitor) -> Option<SchoolId> {
        self.led.read().unwrap_or_else(PoisonError::into_inner).get(&head).copied()
    }

    fn leads(&self, Visitor(head): Visitor, school: SchoolId) {
        self.led.write().unwrap_or_else(PoisonError::into_inner).insert(head, school);
    }

    /// In what roles somebody has pages today, in the order in which they are offered.
    fn roles(&self, Visitor(person): Visitor) -> Vec<Role> {
        let today = self.layout(Some(Visitor(person)), None, "/").today();
        roles_on(&self.app.register.read(), person, today)
    }

    /// The day and hour at a school.
    fn local(&self, school: SchoolId) -> Result<DateTime, Problem> {
        let books = self.app.register.read();
        books.schools.get(&school).map(|school| school.local(self.app.now())).ok_or_else(Problem::unknown)
    }
}

/// In what roles somebody has pages on a day.
fn roles_on(books: &Books, person: PersonId, on: Date) -> Vec<Role> {
    let mut roles: Vec<Role> = books.standpoints(person, on).into_iter().map(welcome::role).collect();
    let is = |wanted: &[Held]| {
        books.is_active(person, on) && books.roles(person, on).any(|held| wanted.contains(&held.role))
    };
    // Who accompanies nobody yet, or reads nothing since a child objects, has a page that says so.
    if is(&[Held::Aesh]) {
        roles.push(Role::Companion);
    }
    // Who sets the school up reads nothing: they have one page, and no standpoint.
    if is(&[Held::Referent]) {
        roles.push(Role::Referent);
    }
    if !books.objections(person, on).is_empty() {
        roles.push(Role::Parent);
    }
    // Who works there and reads nothing by it is told so, where they have no other page.
    if roles.is_empty() && books.is_active(person, on) && !staff::held(books, person, on).is_empty() {
        roles.push(Role::Staff);
    }
    roles
}

/// Renders a view.
fn page(view: &impl Template) -> Page {
    let html = view.render().map_err(Problem::ours)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// A page with what was typed kept, and the status of what is wrong with it.
fn page_with(status: StatusCode, view: &impl Template) -> Page {
    let mut response = page(view)?;
    *response.status_mut() = status;
    Ok(response)
}

fn with_flash(layout: Layout, flash: Option<Flash>) -> Layout {
    Layout { flash, ..layout }
}

/// A refusal reaches people as a page, with the frame of who they are.
async fn in_plain_french(State(web): Shared, request: Request, next: Next) -> Response {
    let (visitor, here) = (web.visitor(request.headers()), request.uri().path().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if status.is_success() || status.is_redirection() || is_page {
        return response;
    }
    // The menu is that of the visitor: of the address only when they have a page there.
    let roles = visitor.map(|visitor| web.roles(visitor)).unwrap_or_default();
    let role = roles.iter().find(|role| here.starts_with(role.home())).or(roles.first()).copied();
    let shown = match status {
        StatusCode::SERVICE_UNAVAILABLE => 503,
        other if other.is_server_error() => 500,
        other => other.as_u16(),
    };
    let layout = web.layout(visitor, role, &here);
    let view = if shown == 404 { ProblemPage::nowhere(layout, &roles) } else { ProblemPage::of(layout, shown) };
    page_with(status, &view).unwrap_or_else(IntoResponse::into_response)
}

/// A form is taken from our own pages only.
async fn same_site(request: Request, next: Next) -> Response {
    if request.method().is_safe() || from_here(request.headers()) {
        return next.run(request).await;
    }
    Problem::new(StatusCode::FORBIDDEN, "another-site", "this form was not sent from a page of this site")
        .into_response()
}

/// Browsers say where a request comes from; one that says nothing is not a browser's form.
fn from_here(headers: &header::HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == said("host"),
        (None, None) => true,
    }
}

/// What browsers must not do with a page.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut say = |name, value| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    say(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    );
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "same-origin");
    say(header::CACHE_CONTROL, "no-store");
    response
}
