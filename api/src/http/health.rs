//! For the machines around this one: alive, ready, and in figures.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use infra::subscriptions::{self, ReadError, Standing};
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
    pub name: String,
    /// False for one being rebuilt beside the live one.
    pub live: bool,
    version: Option<i32>,
    pub position: i64,
    /// Positions of the journal that it has not folded yet.
    pub lag: i64,
    /// The age of the oldest event that it has not folded; 0 when it is up to date.
    pub lag_seconds: f64,
    /// The position at which it stopped, and why. Of one being rebuilt because this version folds otherwise, the readings are refused
    /// (503, `model-stopped`) until it is done.
    pub stopped_at: Option<i64>,
    stopped_because: Option<String>,
    /// Events it passes over, by recorded decision, and the last of them.
    pub skips: i64,
    last_skip: Option<i64>,
}

/// How far the journal is relayed to NATS. It keeps nobody from being served: the journal is the truth.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Relayed {
    position: i64,
    lag: i64,
    lag_seconds: f64,
    connected: bool,
    /// What is wrong now, and tried again.
    trouble: Option<String>,
    /// Why it stopped, until a person has looked and the server is started again.
    stopped_because: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Readiness {
    ready: bool,
    /// Whether this process was asked to stop: it still answers, and should be sent nobody.
    leaving: bool,
    /// Whether the database answers.
    database: bool,
    /// The last position of the journal.
    head: Option<i64>,
    models: Vec<Model>,
    /// None when this server relays nothing.
    relay: Option<Relayed>,
}

/// Whether the process runs.
#[utoipa::path(get, path = "/livez", tag = "health", operation_id = "alive", security(()),
    responses((status = 200, description = "It runs", body = Alive)))]
pub async fn alive() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

/// Whether it should be sent people: the database answers, every reader of the journal follows, and nobody asked it to stop.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "ready", security(()), responses(
    (status = 200, description = "Ready", body = Readiness),
    (status = 503, description = "Not ready: a reader stopped or is behind, the process is leaving, or the database does not answer", body = Readiness),
))]
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    let readiness = readiness(&app).await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn readiness(app: &App) -> Readiness {
    let leaving = app.is_leaving();
    let asked = async {
        let (head, models) = readers(app).await?;
        Ok::<_, ReadError>((head, models, relayed(app, head).await?))
    };
    let Ok(Ok((head, models, relay))) = tokio::time::timeout(PATIENCE, asked).await else {
        return Readiness { ready: false, leaving, database: false, head: None, models: vec![], relay: None };
    };
    let read = |model: &Model| app.subscriptions.halted(&model.name).is_none();
    let follows = |model: &Model| !model.live || (read(model) && model.stopped_at.is_none() && model.lag <= LAG_MAX);
    let ready = !leaving && models.iter().all(follows);
    Readiness { ready, leaving, database: true, head: Some(head), models, relay }
}

async fn relayed(app: &App, head: i64) -> Result<Option<Relayed>, ReadError> {
    let Some(state) = app.relay().map(|state| state.borrow().clone()) else { return Ok(None) };
    let waiting_since = subscriptions::recorded_at(&app.reader, state.position + 1).await?;
    let age = waiting_since.map_or(0.0, |since| app.now().duration_since(since).as_secs_f64().max(0.0));
    Ok(Some(Relayed {
        position: state.position,
        lag: (head - state.position).max(0),
        lag_seconds: age,
        connected: state.connected,
        trouble: state.trouble,
        stopped_because: state.stopped,
    }))
}

/// Every reader of the journal: the read models, then what this process alone knows of.
async fn readers(app: &App) -> Result<(i64, Vec<Model>), ReadError> {
    let head = subscriptions::head(&app.reader).await?;
    let skips = subscriptions::skips(&app.reader).await?;
    let mut standings = app.subscriptions.standings().await?;
    let position = app.subscriptions.position(REGISTER);
    let halted = app.subscriptions.halted(REGISTER);
    standings.push(Standing {
        name: REGISTER.to_owned(),
        live: true,
        version: 0,
        position,
        stopped_at: halted.as_ref().map(|row| row.position),
        stopped_because: halted.map(|row| row.because),
        waiting_since: subscriptions::recorded_at(&app.reader, position + 1).await?,
    });
    let now = app.now();
    let reader = |standing: Standing| {
        let skips = skips.iter().find(|skips| standing.live && skips.last.model == standing.name);
        Model {
            lag: (head - standing.position).max(0),
            lag_seconds: standing.age_seconds(now),
            version: (standing.name != REGISTER).then_some(standing.version),
            skips: skips.map_or(0, |skips| skips.count),
            last_skip: skips.map(|skips| skips.last.position),
            name: standing.name,
            live: standing.live,
            position: standing.position,
            stopped_at: standing.stopped_at,
            stopped_because: standing.stopped_because,
        }
    };
    Ok((head, standings.into_iter().map(reader).collect()))
}

/// Figures, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", operation_id = "metrics", security(()), responses(
    (status = 200, description = "Figures", body = String, content_type = "text/plain"),
    (status = 503, description = "Nothing is counted in this process", body = Problem, content_type = "application/problem+json"),
))]
pub async fn metrics(State(app): State<Arc<App>>) -> Answer {
    let readiness = readiness(&app).await;
    readiness.head.into_iter().for_each(measures::journal_at);
    app.subscriptions.names().into_iter().for_each(measures::rebuilt);
    readiness.models.iter().for_each(measures::reader_at);
    if let Some(relay) = &readiness.relay {
        let up = relay.connected && relay.stopped_because.is_none();
        measures::relay_at(relay.position, relay.lag, relay.lag_seconds, up);
    }
    let nothing = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "nothing-counted", "nothing is counted here");
    let text = measures::rendered().ok_or_else(nothing)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
