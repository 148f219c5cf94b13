//! For the machines around this one: alive, ready, and in figures.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::answer::Answer;
use super::measures;
use crate::app::App;
use crate::facts::REGISTER;
use crate::problem::Problem;

/// A reader further behind than this shows a past that people would notice.
const LAG_MAX: i64 = 1_000;
/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize, utoipa::ToSchema)]
pub struct Alive {
    /// `alive`
    status: &'static str,
}

/// How far a reader of the journal is.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Model {
    name: String,
    /// False for one being rebuilt beside the live one.
    live: bool,
    version: Option<i32>,
    position: i64,
    /// Positions of the journal that it has not folded yet.
    lag: i64,
    /// The position at which it stopped, and why.
    stopped_at: Option<i64>,
    stopped_because: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Readiness {
    ready: bool,
    /// Whether the database answers.
    database: bool,
    /// The last position of the journal.
    head: Option<i64>,
    models: Vec<Model>,
}

/// Whether the process runs.
#[utoipa::path(get, path = "/livez", tag = "health", operation_id = "alive", security(()),
    responses((status = 200, description = "It runs", body = Alive)))]
pub async fn alive() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

/// Whether it should be sent people: the database answers, and every read model follows.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "ready", security(()), responses(
    (status = 200, description = "Ready", body = Readiness),
    (status = 503, description = "Not ready: a model stopped or is behind, or the database does not answer", body = Readiness),
))]
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    let readiness = readiness(&app).await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn readiness(app: &App) -> Readiness {
    let asked = async {
        let head = infra::subscriptions::head(&app.reader).await?;
        Ok::<_, infra::subscriptions::ReadError>((head, app.subscriptions.standings().await?))
    };
    let Ok(Ok((head, standings))) = tokio::time::timeout(PATIENCE, asked).await else {
        return Readiness { ready: false, database: false, head: None, models: vec![] };
    };
    let mut models: Vec<Model> = standings
        .into_iter()
        .map(|standing| Model {
            lag: (head - standing.position).max(0),
            name: standing.name,
            live: standing.live,
            version: Some(standing.version),
            position: standing.position,
            stopped_at: standing.stopped_at,
            stopped_because: standing.stopped_because,
        })
        .collect();
    let position = app.subscriptions.position(REGISTER);
    let lag = (head - position).max(0);
    let name = REGISTER.to_owned();
    models.push(Model { name, live: true, version: None, position, lag, stopped_at: None, stopped_because: None });
    let follows = |model: &Model| !model.live || (model.stopped_at.is_none() && model.lag <= LAG_MAX);
    Readiness { ready: models.iter().all(follows), database: true, head: Some(head), models }
}

/// Figures, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", operation_id = "metrics", security(()), responses(
    (status = 200, description = "Figures", body = String, content_type = "text/plain"),
    (status = 503, description = "Nothing is counted in this process", body = Problem, content_type = "application/problem+json"),
))]
pub async fn metrics(State(app): State<Arc<App>>) -> Answer {
    let readiness = readiness(&app).await;
    readiness.head.into_iter().for_each(measures::journal_at);
    readiness
        .models
        .iter()
        .filter(|model| model.live)
        .for_each(|model| measures::reader_at(&model.name, model.position));
    let nothing = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "nothing-counted", "nothing is counted here");
    let text = measures::rendered().ok_or_else(nothing)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
