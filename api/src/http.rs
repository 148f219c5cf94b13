//! The API: commands in, readings out, for programs. Pages have their own addresses.
//!
//! A command is the wire type of its aggregate (`{"PublishEntry": {…}}`), sent to one address per aggregate; author, capacity and time
//! are the server's. A reading is filtered by the caller's scope, computed from the register: what they may not see is told like
//! what does not exist. Every refusal is an RFC 9457 problem. Routes and their OpenAPI description are the same declaration.
//!
//! | word of HTTP | here |
//! |---|---|
//! | `Authorization: Bearer` | who asks ([`caller`]); never the pages' cookie, which a foreign page could make a browser send |
//! | `Idempotency-Key` | a command repeated with it is the same fact, and has the same receipt |
//! | `If-Match: "textbook-7"` | the version the caller saw; needed to revise or withdraw ([`said`]) |
//! | `ETag`, `If-None-Match` | the version of a textbook for who reads all of it; a weak digest otherwise ([`answer`]) |
//! | `Link: <…>; rel="next"` | the next page; its cursor is opaque ([`page`]) |

mod answer;
mod caller;
mod directory;
mod files;
mod fill;
mod frame;
mod health;
mod history;
mod mandates;
mod me;
pub(crate) mod measures;
mod page;
mod refusals;
mod said;
mod strict;
mod textbooks;
mod texts;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use axum::{Json, Router};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Problem;
pub(crate) use answer::{Held, unchanged};
pub(crate) use caller::scope_on;
pub(crate) use frame::observed;

/// The largest body that is read at once; files are read as they come.
const BODY_BYTES_MAX: usize = 256 << 10;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Palimpseste",
        description = "The cahier de textes of a school: commands in, readings out. Days are the school's; instants are UTC.",
    ),
    modifiers(&Bearer),
    tags(
        (name = "textbooks", description = "The official record: lessons, and the work given in them"),
        (name = "me", description = "Who is asking, and what a pupil or a guardian reads"),
        (name = "direction", description = "What a head does and reads"),
        (name = "directory", description = "Schools, people, groups and services"),
        (name = "health", description = "For the machines around this one"),
    ),
)]
struct Document;

/// Every operation is closed unless it says otherwise.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("`palimpseste token PERSON`"))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        document.security = Some(vec![utoipa::openapi::SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
    }
}

fn documented() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(textbooks::command))
        .routes(routes!(textbooks::list))
        .routes(routes!(textbooks::read))
        .routes(routes!(history::read))
        .routes(routes!(files::send))
        .routes(routes!(files::read))
        .routes(routes!(mandates::command))
        .routes(routes!(directory::schools::command))
        .routes(routes!(directory::persons::command))
        .routes(routes!(directory::entourages::command))
        .routes(routes!(directory::groups::command))
        .routes(routes!(directory::services::command))
        .routes(routes!(fill::read))
        .routes(routes!(me::read))
        .routes(routes!(me::week))
        .routes(routes!(me::homework))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
}

/// The description of every route.
pub fn openapi() -> utoipa::openapi::OpenApi {
    documented().into_openapi()
}

/// Every route, in its frame.
pub fn router(app: Arc<App>) -> Router {
    measures::install();
    let (routes, document) = documented().split_for_parts();
    let unknown = || async { Problem::no_such_route() };
    let router = routes
        .route(
            "/openapi.json",
            get(|| async move { ([(header::CACHE_CONTROL, "no-cache")], Json(document)).into_response() }),
        )
        // Said here, so that another router merged with this one keeps its own word for what does not exist.
        .route("/api", any(unknown))
        .route("/api/{*rest}", any(unknown))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    frame::around(router).with_state(app)
}
