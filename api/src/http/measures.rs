//! What is counted. A label is a route, a status, an aggregate, a code or a reader: never a person, never a school.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::Method;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::health::Model;

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Bounds of the latency histogram, in seconds.
const LATENCY_SECONDS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Starts counting, once in a process: whoever comes next finds it started.
pub fn install() {
    HANDLE.get_or_init(|| match recorder() {
        Ok(handle) => {
            infra::measures::describe();
            describe();
            Some(handle)
        }
        Err(problem) => {
            tracing::warn!(%problem, "nothing is counted");
            None
        }
    });
}

fn recorder() -> Result<PrometheusHandle, BuildError> {
    let mut builder = PrometheusBuilder::new().set_buckets(&LATENCY_SECONDS)?;
    for (name, bounds) in infra::measures::BOUNDS {
        builder = builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)?;
    }
    builder.install_recorder()
}

fn describe() {
    describe_histogram!("palimpseste_http_request_seconds", Unit::Seconds, "Time to answer, by route");
    describe_counter!("palimpseste_commands_total", "Commands given to the API, by aggregate and outcome");
    describe_counter!("palimpseste_commands_refused_total", "Commands refused, of the API and of pages, by code");
    describe_counter!("palimpseste_refusals_total", "Requests refused, by code");
    describe_gauge!("palimpseste_journal_position", "The last position of the journal");
    describe_gauge!("palimpseste_reader_position", "The last position a reader has folded");
    describe_gauge!("palimpseste_reader_lag_positions", "Positions a reader has not folded yet");
    describe_gauge!("palimpseste_reader_lag_seconds", Unit::Seconds, "Age of the oldest event a reader has not folded");
    describe_gauge!("palimpseste_reader_stopped", "1 when an event has stopped a reader");
    describe_gauge!("palimpseste_reader_skips", "Events a reader passes over, by decision");
    describe_gauge!("palimpseste_rebuild_position", "The position of a rebuild under way, 0 when there is none");
    describe_gauge!("palimpseste_rebuild_stopped", "1 when a row has stopped a rebuild under way");
    describe_gauge!("palimpseste_relay_position", "The last position known to be in JetStream");
    describe_gauge!("palimpseste_relay_lag_positions", "Positions not relayed yet");
    describe_gauge!("palimpseste_relay_lag_seconds", Unit::Seconds, "Age of the oldest event not relayed");
    describe_gauge!("palimpseste_relay_up", "1 when the relay is connected and not stopped");
    describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory of this process");
    describe_gauge!("process_cpu_seconds_total", Unit::Seconds, "Processor time of this process");
    describe_gauge!("process_open_fds", "Open files and sockets of this process");
}

/// Prometheus text; `None` when another recorder counts in this process.
pub fn rendered() -> Option<String> {
    let handle = HANDLE.get()?.as_ref()?;
    process();
    handle.run_upkeep();
    Some(handle.render())
}

/// A method is free text of the client: those that are not known are one.
pub fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

pub fn answered(method: &'static str, route: String, status: u16, after: Duration) {
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    histogram!("palimpseste_http_request_seconds", &labels).record(after.as_secs_f64());
}

/// `outcome` is `written`, `unchanged` or the code of a refusal.
pub fn commanded(aggregate: &'static str, outcome: &str) {
    counter!("palimpseste_commands_total", "aggregate" => aggregate, "outcome" => outcome.to_owned()).increment(1);
}

pub fn command_refused(aggregate: &'static str, code: &str) {
    counter!("palimpseste_commands_refused_total", "aggregate" => aggregate, "code" => code.to_owned()).increment(1);
}

pub fn refused(code: &str) {
    counter!("palimpseste_refusals_total", "code" => code.to_owned()).increment(1);
}

pub fn journal_at(position: i64) {
    gauge!("palimpseste_journal_position").set(position as f64);
}

/// How a reader stands, at the time of asking.
pub fn reader_at(reader: &Model) {
    let (model, stopped) = (reader.name.clone(), f64::from(u8::from(reader.stopped_at.is_some())));
    if !reader.live {
        gauge!("palimpseste_rebuild_position", "model" => model.clone()).set(reader.position as f64);
        return gauge!("palimpseste_rebuild_stopped", "model" => model).set(stopped);
    }
    gauge!("palimpseste_reader_position", "model" => model.clone()).set(reader.position as f64);
    gauge!("palimpseste_reader_lag_positions", "model" => model.clone()).set(reader.lag as f64);
    gauge!("palimpseste_reader_lag_seconds", "model" => model.clone()).set(reader.lag_seconds);
    gauge!("palimpseste_reader_stopped", "model" => model.clone()).set(stopped);
    gauge!("palimpseste_reader_skips", "model" => model).set(reader.skips as f64);
}

/// How the relay stands, at the time of asking. `up`: connected, and not stopped.
pub fn relay_at(position: i64, lag: i64, lag_seconds: f64, up: bool) {
    gauge!("palimpseste_relay_position").set(position as f64);
    gauge!("palimpseste_relay_lag_positions").set(lag as f64);
    gauge!("palimpseste_relay_lag_seconds").set(lag_seconds);
    gauge!("palimpseste_relay_up").set(f64::from(u8::from(up)));
}

/// No rebuild of this model is under way.
pub fn rebuilt(model: &'static str) {
    gauge!("palimpseste_rebuild_position", "model" => model).set(0.0);
    gauge!("palimpseste_rebuild_stopped", "model" => model).set(0.0);
}

/// What Linux says of this process (proc(5)); nothing elsewhere.
fn process() {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).ok();
    let pages = read("statm").and_then(|text| text.split_whitespace().nth(1)?.parse::<f64>().ok());
    if let Some(pages) = pages {
        gauge!("process_resident_memory_bytes").set(pages * 4096.0);
    }
    // The name of the program may hold spaces: fields are counted after its closing parenthesis. A tick is a hundredth of a second.
    let ticks = read("stat").and_then(|text| {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    });
    if let Some(ticks) = ticks {
        gauge!("process_cpu_seconds_total").set(ticks / 100.0);
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(open.count() as f64);
    }
}
