//! Folding: how fast a read model is rebuilt, beside the rate of merely reading the same rows; and how far behind a steady stream of
//! commands the readers are, server and worker in one process.
//!
//! `cargo bench --bench rebuild` starts a durable cluster of its own, imports the demonstration's collège and lives a whole school year of
//! it through real commands, then rebuilds each read model as `palimpseste rebuild` does: fill, index, swap. One JSON object a line.
//! `events_per_s` is the whole journal over the whole rebuild, `filled_events_per_s` over the filling alone; `read_events_per_s` is the
//! rows of the journal fetched in the same stretches, and nothing made of them.
//!
//! The lag of a command is the time from its receipt until the slowest reader (four read models and the register) has folded it. Commands
//! come at fixed instants, whatever the answers do. `PALIMPSESTE_BENCH_WEEKS` shortens the year.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "rebuild/lag.rs"]
mod lag;
#[path = "durable/lived.rs"]
mod lived;

use std::time::Instant;

use infra::subscriptions::Subscriptions;
use jiff::civil::{DateTime, datetime};
use lived::{Lived, asked};
use sqlx::Row as _;

/// As many positions as a rebuild reads at once.
const STRETCH: i64 = 2_000;
const ROUNDS: usize = 9;
/// After the last Monday of the school year.
const OPENS_AT: DateTime = datetime(2027, 6, 28, 17, 30, 0, 0);

fn main() {
    // `cargo test --benches` runs every bench with this word: a measure is not a test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let year = Lived::open(480, OPENS_AT, asked("PALIMPSESTE_BENCH_WEEKS", 36), |school| school).await;
        let events = infra::subscriptions::head(&year.app.reader).await.unwrap();
        for name in year.app.subscriptions.names() {
            let (mut rebuilt, mut filled, mut read) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                read.push(events as f64 / reading(&year).await);
                let (filling, whole) = rebuilding(&year.app.subscriptions, name).await;
                filled.push(events as f64 / filling);
                rebuilt.push(events as f64 / whole);
            }
            let (rebuilt, filled, read) = (median(rebuilt), median(filled), median(read));
            println!(
                r#"{{"bench":"rebuild","model":"{name}","events_per_s":{rebuilt:.0},"filled_events_per_s":{filled:.0},"read_events_per_s":{read:.0},"events":{events}}}"#
            );
        }
        println!("{}", lag::measure(&year, 5_000).await);
        year.end().await;
    });
}

/// Seconds until the tables were filled, and until they were swapped.
async fn rebuilding(subscriptions: &Subscriptions, name: &str) -> (f64, f64) {
    let (started, mut filled) = (Instant::now(), None);
    let progress = |at, head| {
        if at >= head {
            filled.get_or_insert_with(|| started.elapsed().as_secs_f64());
        }
    };
    subscriptions.rebuild(name, progress).await.unwrap();
    let whole = started.elapsed().as_secs_f64();
    (filled.unwrap_or(whole), whole)
}

/// The rows that a rebuild reads, fetched and dropped.
async fn reading(year: &Lived) -> f64 {
    let (started, mut at) = (Instant::now(), 0_i64);
    loop {
        let rows = sqlx::query(infra::subscriptions::READ).bind(1).bind(at).bind(STRETCH);
        let rows = rows.fetch_all(&year.app.reader).await.unwrap();
        match rows.last() {
            Some(last) => at = last.get(0),
            None => return started.elapsed().as_secs_f64(),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
