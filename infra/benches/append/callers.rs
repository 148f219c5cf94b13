//! Callers that send one command after the other, each in textbooks of its own, and what they waited.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::work::BOOKS;

pub type Failure = Box<dyn Error + Send + Sync>;

/// Something that writes commands.
#[async_trait::async_trait]
pub trait Store: Send + Sync {
    fn name(&self) -> &'static str;
    /// Makes ready for that many callers.
    async fn ready(&self, callers: usize) -> Result<(), Failure>;
    /// Revises the entry of a textbook; returns once it is on disk.
    async fn revise(&self, book: usize) -> Result<(), Failure>;
}

pub struct Measure {
    pub commands: u64,
    pub lasted: Duration,
    /// Microseconds.
    pub latencies: Histogram<u64>,
}

impl Measure {
    /// Commands a second.
    pub fn rate(&self) -> f64 {
        self.commands as f64 / self.lasted.as_secs_f64()
    }
}

/// Lets so many callers write for that long, after a warm-up of a quarter of it.
pub async fn drive(store: Arc<dyn Store>, callers: usize, length: Duration) -> Result<Measure, Failure> {
    store.ready(callers).await?;
    let start = Instant::now() + length / 4;
    let end = start + length;
    let tasks: Vec<_> =
        (0..callers).map(|caller| tokio::spawn(call(store.clone(), caller, callers, start, end))).collect();
    let mut all = Histogram::new(3)?;
    for task in tasks {
        all.add(task.await??)?;
    }
    Ok(Measure { commands: all.len(), lasted: length, latencies: all })
}

async fn call(
    store: Arc<dyn Store>,
    caller: usize,
    callers: usize,
    start: Instant,
    end: Instant,
) -> Result<Histogram<u64>, Failure> {
    let mut latencies = Histogram::new(3)?;
    // A step that visits every textbook of this caller before it comes back to one.
    let own = BOOKS / callers;
    for turn in 0.. {
        let sent = Instant::now();
        if sent >= end {
            break;
        }
        store.revise(caller + callers * (turn * 7 % own)).await?;
        if sent >= start {
            latencies.record(sent.elapsed().as_micros() as u64)?;
        }
    }
    Ok(latencies)
}
