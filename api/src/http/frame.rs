//! The frame of every answer: its name, its measures, what a browser must not do with it, and a problem for every refusal, whoever
//! made it.

use std::any::Any;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use super::measures;
use crate::compression;
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the routes in their frame; the outermost layer is the last.
pub fn around<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .layer(CatchPanicLayer::custom(broken))
        .layer(middleware::from_fn(as_problems))
        .layer(middleware::from_fn(guarded))
        .layer(compression::layer())
        .layer(middleware::from_fn(compression::wary))
        .layer(middleware::from_fn(observed))
}

/// What a panic says is told to nobody, the log included: it may quote a request. The hook of the process tells where it was.
fn broken(_: Box<dyn Any + Send>) -> Response {
    Problem::ours("a panic").into_response()
}

/// A refusal that did not come from a handler (no such method, no such route) is told like the others.
async fn as_problems(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let told = kind.starts_with(b"application/problem+json") || kind.starts_with(b"application/json");
    if told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match status {
        StatusCode::NOT_FOUND => Problem::no_such_route(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(status, "method-not-allowed", "this address takes another method: see Allow")
        }
        other => Problem::new(other, "refused", other.canonical_reason().unwrap_or("refused")),
    };
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut told = problem.into_response();
    if let Some(allow) = allow {
        told.headers_mut().insert(header::ALLOW, allow);
    }
    told
}

/// Gives a request its name, measures its answer, and says both at debug: the route, never the path nor the query, which name people.
pub(crate) async fn observed(mut request: Request, next: Next) -> Response {
    // Nothing of the client's own words goes to a log or comes back: a UUID, or another is made.
    let given =
        request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).and_then(|id| Uuid::parse_str(id).ok());
    let request_id = given.unwrap_or_else(Uuid::now_v7);
    let id = HeaderValue::from_str(&request_id.to_string()).unwrap_or_else(|_| HeaderValue::from_static("none"));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("none".into(), |path| path.as_str().to_owned());
    let (method, started) = (measures::method(request.method()), Instant::now());
    let span = tracing::info_span!("request", %request_id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, after) = (response.status().as_u16(), started.elapsed());
    tracing::debug!(parent: &span, method, route, status, ms = after.as_secs_f64() * 1e3, "answered");
    measures::answered(method, route, status, after);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod spec {
    use super::*;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    async fn falls() {
        panic!("Inès Fofana's own words");
    }

    async fn answer(method: &str, path: &str) -> (Response, String) {
        let router = around(Router::new().route("/falls", get(falls))).with_state(());
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (Response::from_parts(parts, Body::empty()), String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_says_nothing() {
        let (response, body) = answer("GET", "/falls").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert!(!body.contains("Inès"), "{body}");
        assert!(Uuid::parse_str(response.headers()[REQUEST_ID].to_str().unwrap()).is_ok());
    }

    #[tokio::test]
    async fn a_wrong_method_names_the_right_one() {
        let (response, body) = answer("DELETE", "/falls").await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
        assert!(body.contains("urn:palimpseste:problem:method-not-allowed"));
        assert_eq!(answer("GET", "/nowhere").await.0.status(), StatusCode::NOT_FOUND);
    }
}
