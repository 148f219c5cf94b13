//! What is counted. A label is a route, a status, an aggregate or a read model: never a person, never a school.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Bounds of the latency histogram, in seconds.
const LATENCY_SECONDS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Starts counting, once in a process: whoever comes next finds it started.
pub fn install() {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&LATENCY_SECONDS).ok()?;
        let handle = builder.install_recorder();
        if let Err(problem) = &handle {
            tracing::warn!(%problem, "nothing is counted");
        }
        metrics::describe_histogram!(
            "palimpseste_http_request_seconds",
            metrics::Unit::Seconds,
            "Time to answer, by route"
        );
        metrics::describe_counter!("palimpseste_commands_total", "Commands, by aggregate and outcome");
        metrics::describe_gauge!("palimpseste_journal_position", "The last position of the journal");
        metrics::describe_gauge!("palimpseste_reader_position", "The last position a read model has folded");
        handle.ok()
    });
}

/// Prometheus text; `None` when another recorder counts in this process.
pub fn rendered() -> Option<String> {
    let handle = HANDLE.get()?.as_ref()?;
    handle.run_upkeep();
    Some(handle.render())
}

pub fn answered(method: &Method, route: String, status: StatusCode, after: Duration) {
    // A method is free text of the client: those that are not known are one.
    let method = match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    metrics::histogram!("palimpseste_http_request_seconds", "method" => method, "route" => route, "status" => status.as_u16().to_string())
        .record(after.as_secs_f64());
}

/// `outcome` is `written`, `unchanged` or the code of a refusal.
pub fn commanded(aggregate: &'static str, outcome: &str) {
    metrics::counter!("palimpseste_commands_total", "aggregate" => aggregate, "outcome" => outcome.to_owned())
        .increment(1);
}

pub fn journal_at(position: i64) {
    metrics::gauge!("palimpseste_journal_position").set(position as f64);
}

pub fn reader_at(model: &str, position: i64) {
    metrics::gauge!("palimpseste_reader_position", "model" => model.to_owned()).set(position as f64);
}
