//! Refusals, told once: RFC 9457 for programs. Pages turn the same [`Problem`] into plain French.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::decider::{Kind, Rejection};
use infra::journal::ExecuteError;
use serde::Serialize;

/// `application/problem+json`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable URN, one for each code.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Box<str>,
    /// The status, in words.
    pub title: &'static str,
    pub status: u16,
    pub detail: String,
    /// Stable, kebab-case.
    pub code: String,
    /// The field at fault, as a JSON pointer, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub pointer: Option<Box<str>>,
    /// The version a conflict found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:palimpseste:problem:{code}").into(),
            title: status.canonical_reason().unwrap_or("Refused"),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            pointer: None,
            version: None,
        }
    }

    /// Not there, or not for this reader: the two are told alike.
    pub fn unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown", "there is nothing here for you to read")
    }

    /// The tables that would be read are those of an earlier version, and their rebuild stands before an event: other readings go on.
    pub fn being_mended(model: &str) -> Self {
        let detail = format!("what {model} shows is being mended, nothing is lost: see /readyz");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "model-stopped", detail)
    }

    /// No route has this address.
    pub fn no_such_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-such-route", "no route has this address: see /openapi.json")
    }

    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "send a token: Authorization: Bearer <palimpseste token>",
        )
    }

    pub fn invalid(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    #[must_use]
    pub fn at(mut self, pointer: impl Into<Box<str>>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Something of ours failed. The cause is logged, never told.
    pub fn ours(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed here; it has been noted")
    }
}

impl<R: Rejection> From<ExecuteError<R>> for Problem {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Rejected(rejection) => {
                let status = match rejection.kind() {
                    Kind::Invalid => StatusCode::BAD_REQUEST,
                    Kind::Forbidden => StatusCode::FORBIDDEN,
                    Kind::Unknown => StatusCode::NOT_FOUND,
                    Kind::Conflict => StatusCode::CONFLICT,
                };
                Self::new(status, rejection.code(), rejection.to_string())
            }
            ExecuteError::Conflict { actual } => {
                let detail = format!("it has changed meanwhile: it is at version {actual}");
                Self { version: Some(actual), ..Self::new(StatusCode::PRECONDITION_FAILED, "version-changed", detail) }
            }
            ExecuteError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "this Idempotency-Key was used for another command",
            ),
            ExecuteError::KeyMalformed => {
                Self::new(StatusCode::BAD_REQUEST, "idempotency-key-malformed", error.to_string())
            }
            ExecuteError::Stale => {
                Self::new(StatusCode::CONFLICT, "stale", "what this rests on has changed: read again")
            }
            ExecuteError::Unavailable(cause) => {
                tracing::error!(cause, "the journal cannot be reached");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "nothing was written; try again")
            }
            other => Self::ours(other),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::ours(error)
    }
}

impl From<infra::vault::VaultError> for Problem {
    fn from(error: infra::vault::VaultError) -> Self {
        Self::ours(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        crate::http::measures::refused(&self.code);
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §11.6.1: who is refused for want of a token is told which.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
