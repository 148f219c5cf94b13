//! `/api/v1/textbooks/{id}/files`: what is sent before a command names it, and read where a resource holds it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use domain::ids::TextbookId;
use domain::textbook::file::Media;
use futures_util::StreamExt as _;
use infra::files::FileError;
use serde::Serialize;
use uuid::Uuid;

use super::answer::Answer;
use super::caller::{Caller, scope_on};
use super::refusals::Reading;
use super::strict::Id;
use crate::app::App;
use crate::files::served;
use crate::problem::Problem;

/// A file that was received.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReceivedFile {
    /// What a resource names in its `file`.
    file: String,
    bytes: u64,
    /// Told from its first bytes.
    media: Media,
}

/// Send a file of a textbook: its bytes, as they are.
///
/// A command names it within 24 hours; one that nobody publishes is removed. Its type is told from its bytes; nothing is kept of one that
/// is refused, or does not arrive whole.
#[utoipa::path(
    post, path = "/api/v1/textbooks/{id}/files", tag = "textbooks", operation_id = "sendFile",
    params(("id" = Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "Received: a resource may name it", body = ReceivedFile),
        (status = 413, description = "Larger than the school takes, or than what is left of the textbook's year", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not of a type that is taken, by anybody or by this school", body = Problem, content_type = "application/problem+json"),
        Reading,
    ),
)]
pub async fn send(State(app): State<Arc<App>>, caller: Caller, Id(id): Id, headers: HeaderMap, body: Body) -> Answer {
    let textbook = TextbookId(id);
    scope_on(&app.register.read(), caller.person, textbook, app.now())?;
    let mut arriving = app.arriving(caller.person, textbook, 0).await?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::invalid("body-unreadable", "the body did not arrive whole"))?;
        arriving.write(&piece).await.map_err(|refused| beside_what_was_sent(refused, &headers))?;
    }
    let arrived = arriving.finish().await.map_err(|refused| beside_what_was_sent(refused, &headers))?;
    let file = arrived.deposit().await?;
    let received = ReceivedFile { file: file.address.to_string(), bytes: file.bytes, media: file.media };
    Ok((StatusCode::CREATED, Json(received)).into_response())
}

/// A refusal for its length, with the length that was announced.
fn beside_what_was_sent(refused: FileError, headers: &HeaderMap) -> Problem {
    let long = matches!(refused, FileError::TooLarge { .. } | FileError::QuotaReached { .. });
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()).filter(|_| long);
    let mut problem = Problem::from(refused);
    if let Some(bytes) = announced {
        problem.detail = format!("{}: this one has {bytes}", problem.detail);
    }
    problem
}

/// A file that a resource of the textbook holds, whole or in part (`Range`).
#[utoipa::path(
    get, path = "/api/v1/textbooks/{id}/files/{file}", tag = "textbooks", operation_id = "file",
    params(("id" = Uuid, Path), ("file" = String, Path), ("Range" = Option<String>, Header)),
    responses(
        (status = 200, description = "Its bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part that was asked for", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 416, description = "The file is shorter", body = Problem, content_type = "application/problem+json"),
        Reading,
    ),
)]
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let id = super::strict::uuid(&id);
    let id: Uuid = id.ok_or_else(|| Problem::invalid("id-malformed", "an id is a UUID").at("/path/id"))?;
    served(&app, caller.person, TextbookId(id), &file, &headers).await
}
