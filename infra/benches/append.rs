//! The append, beside its peers: the stock cqrs-es + postgres-es stack, and one-row autocommit INSERTs.
//!
//! `cargo bench --bench append` starts a durable cluster of its own (`fsync` and `synchronous_commit` on), opens 10,000 textbooks of 20
//! lessons, which is some six weeks of a subject, and lets 1, 16, 64 and 256 callers revise their entries, each revision with a text of
//! 200 bytes. All three stores decide the same commands
//! from the same facts and write the same sealed event, so that the peers lose only the group commit. Stores take turns in three
//! rounds; a ratio is the median of the rounds' ratios. One JSON object a line.
//!
//! | store | what a command costs |
//! |---|---|
//! | `palimpseste` | decide, seal, MAC, idempotency key, head lock: one statement for all that waits |
//! | `postgres_es` | load the stream, decide, seal, `BEGIN`, `INSERT`, `COMMIT`; no position, no MAC, no key |
//! | `insert` | decide from memory, seal, MAC, one `INSERT` of the same row in autocommit; no head, no key |
//!
//! `PALIMPSESTE_BENCH_SECONDS` is how long one store is measured in one round (3 by default), `PALIMPSESTE_BENCH_CALLERS` a list instead of the
//! four counts, `PALIMPSESTE_BENCH_LESSONS` how many a textbook holds (1 is the hardest for us: who loads a stream at each command then
//! loads two events); `PALIMPSESTE_BENCH_ALONE` leaves the peers out, for a profiler.

#![allow(clippy::print_stdout)]

#[path = "append/callers.rs"]
mod callers;
#[path = "append/cluster.rs"]
mod cluster;
#[path = "append/insert.rs"]
mod insert;
#[path = "append/stock.rs"]
mod stock;
#[path = "append/work.rs"]
mod work;

use std::sync::Arc;
use std::time::Duration;

use callers::{Failure, Measure, Store};

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 3;

fn main() -> Result<(), Failure> {
    // `cargo test --benches` runs every bench with this word: a measure is not a test.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<(), Failure> {
    let seconds = std::env::var("PALIMPSESTE_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let counts = std::env::var("PALIMPSESTE_BENCH_CALLERS").unwrap_or_else(|_| "1,16,64,256".into());
    let counts: Vec<usize> = counts.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let lessons = std::env::var("PALIMPSESTE_BENCH_LESSONS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let cluster = cluster::Cluster::start().await?;
    let world = Arc::new(work::World::open(&cluster, lessons).await?);
    eprintln!("{}", cluster.describe().await?);
    let mut stores: Vec<Arc<dyn Store>> = vec![Arc::new(work::Ours(world.clone()))];
    if std::env::var_os("PALIMPSESTE_BENCH_ALONE").is_none() {
        stores.push(Arc::new(stock::Stock::open(&cluster, world.clone()).await?));
        stores.push(Arc::new(insert::Insert::open(&cluster, world.clone()).await?));
    }
    let length = Duration::from_secs_f64(seconds);
    for count in counts {
        let mut measures: Vec<Vec<Measure>> = stores.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (store, measures) in stores.iter().zip(&mut measures) {
                cluster.settle().await?;
                measures.push(callers::drive(store.clone(), count, length).await?);
            }
        }
        for (store, measures) in stores.iter().zip(&measures) {
            told(count, store.name(), measures);
        }
        if measures.len() == 3 {
            ratios(count, &measures);
        }
    }
    Ok(())
}

fn told(callers: usize, store: &str, measures: &[Measure]) {
    let rates = median(measures.iter().map(Measure::rate));
    let mut all = measures[0].latencies.clone();
    measures[1..].iter().for_each(|measure| all.add(&measure.latencies).unwrap_or_default());
    let (p50, p99) = (all.value_at_quantile(0.5), all.value_at_quantile(0.99));
    println!(
        r#"{{"bench":"append","callers":{callers},"store":"{store}","commands_per_s":{rates:.0},"p50_us":{p50},"p99_us":{p99}}}"#
    );
}

fn ratios(callers: usize, measures: &[Vec<Measure>]) {
    let against =
        |peer: usize| median(measures[0].iter().zip(&measures[peer]).map(|(ours, peer)| ours.rate() / peer.rate()));
    let (stock, insert) = (against(1), against(2));
    println!(
        r#"{{"bench":"append","callers":{callers},"ratio_vs_postgres_es":{stock:.2},"ratio_vs_insert":{insert:.2}}}"#
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
