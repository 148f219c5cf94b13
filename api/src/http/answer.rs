//! What an answer carries besides its body: the entity tag it is known by, and the receipt of a command.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;

use super::measures;
use crate::app::App;
use crate::problem::Problem;

pub type Answer = Result<Response, Problem>;

/// Proof that a command is written: the version of its stream, and its positions in the journal (none when it changed nothing).
#[derive(Serialize, utoipa::ToSchema)]
pub struct Receipt {
    version: i64,
    first_position: Option<i64>,
    last_position: Option<i64>,
}

/// The answer to a command, once every reader shows its effect. `address`: where what it made is read.
pub async fn written(
    app: &Arc<App>,
    aggregate: &'static str,
    result: Result<infra::journal::Receipt, Problem>,
    address: Option<String>,
) -> Answer {
    let outcome = match &result {
        Ok(receipt) if receipt.last_position.is_some() => "written",
        Ok(_) => "unchanged",
        Err(problem) => &problem.code,
    };
    measures::commanded(aggregate, outcome);
    let infra::journal::Receipt { version, first_position, last_position } = result?;
    if let Some(position) = last_position {
        app.await_readers(position).await;
    }
    let tag = tag(aggregate, version);
    let mut response =
        ([(header::ETAG, tag)], Json(Receipt { version, first_position, last_position })).into_response();
    if let Some(address) = address.and_then(|address| HeaderValue::from_str(&address).ok()) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(response)
}

/// `"textbook-7"`
pub fn tag(aggregate: &str, version: i64) -> String {
    format!("\"{aggregate}-{version}\"")
}

/// `If-None-Match`: the tags the caller holds.
pub struct Held(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Held {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let values = parts.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let all = values.collect::<Vec<_>>().join(",");
        Ok(Self((!all.is_empty()).then_some(all)))
    }
}

impl Held {
    /// Weak comparison (RFC 9110 §13.1.2).
    pub fn has(&self, tag: &str) -> bool {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        self.0.as_deref().is_some_and(|held| held.trim() == "*" || held.split(',').any(|one| bare(one) == bare(tag)))
    }
}

/// 304: the caller has it already.
pub fn unchanged(tag: String) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response()
}

/// Bytes of most answers, so that a body is not moved while it grows.
const USUAL_BYTES: usize = 16 << 10;

/// A body known by its digest: what a pupil sees changes with the hour, without any new version. The tag proves nothing, and so its hash is
/// a quick one: a body is as long as a page.
pub fn digested(held: &Held, body: &impl Serialize) -> Answer {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut bytes, body).map_err(Problem::ours)?;
    let digest = rapidhash::v3::rapidhash_v3(&bytes).to_be_bytes();
    let tag = format!("W/\"{:x}-{}\"", bytes.len(), BASE64.encode(digest));
    if held.has(&tag) {
        return Ok(unchanged(tag));
    }
    Ok(([(header::ETAG, tag.as_str()), (header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn a_held_tag_is_compared_weakly() {
        let held = Held(Some("\"textbook-6\", W/\"textbook-7\"".into()));
        assert!(held.has("\"textbook-7\"") && held.has("W/\"textbook-6\""));
        assert!(!held.has("\"textbook-8\"") && !Held(None).has("\"textbook-7\""));
        assert!(Held(Some("*".into())).has("\"anything\""));
    }
}
