//! What is counted below the API: described once here, recorded by small calls where it happens. A process that installs no recorder
//! pays one look at a static for each.
//!
//! A label is an aggregate type or a read model: never a person, a school, a stream or a text.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];
const SECONDS: &[f64] = &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The bounds of each histogram.
pub const BOUNDS: [(&str, &[f64]); 4] = [
    ("palimpseste_append_batch_commands", SIZES),
    ("palimpseste_append_batch_events", SIZES),
    ("palimpseste_append_batch_seconds", SECONDS),
    ("palimpseste_reader_batch_seconds", SECONDS),
];

/// Says what each figure is. Called by whoever installs a recorder.
pub fn describe() {
    describe_counter!("palimpseste_appended_commands_total", "Commands written by this process");
    describe_counter!("palimpseste_appended_events_total", "Events written by this process");
    describe_counter!(
        "palimpseste_append_refused_total",
        "Commands that a batch was answered without: repeats included"
    );
    describe_counter!("palimpseste_append_careful_batches_total", "Batches whose commands were looked at one by one");
    describe_counter!("palimpseste_append_retries_total", "Batches sent again after a lost connection");
    describe_histogram!("palimpseste_append_batch_commands", Unit::Count, "Commands of a batch");
    describe_histogram!("palimpseste_append_batch_events", Unit::Count, "Events of a batch");
    describe_histogram!("palimpseste_append_batch_seconds", Unit::Seconds, "Time to write a batch, durably");
    describe_counter!("palimpseste_reader_events_total", "Positions a reader of this process has passed");
    describe_histogram!("palimpseste_reader_batch_seconds", Unit::Seconds, "Time to fold a batch");
    describe_counter!("palimpseste_aggregate_cache_hits_total", "Commands decided from memory");
    describe_counter!("palimpseste_aggregate_cache_misses_total", "Commands that loaded their stream");
    describe_counter!("palimpseste_aggregate_cache_evictions_total", "Streams that left memory for others");
    describe_gauge!("palimpseste_aggregate_cache_bytes", Unit::Bytes, "Streams in memory");
    describe_counter!("palimpseste_vault_key_hits_total", "Keys found in memory");
    describe_counter!("palimpseste_vault_key_misses_total", "Keys asked of the vault's database");
}

/// A batch was answered: how many commands and events it held, and what became of them.
pub(crate) fn batch(commands: usize, written: usize, events: u64, after: Duration) {
    counter!("palimpseste_appended_commands_total").increment(written as u64);
    counter!("palimpseste_appended_events_total").increment(events);
    counter!("palimpseste_append_refused_total").increment(commands.saturating_sub(written) as u64);
    histogram!("palimpseste_append_batch_commands").record(commands as f64);
    histogram!("palimpseste_append_batch_events").record(events as f64);
    histogram!("palimpseste_append_batch_seconds").record(after.as_secs_f64());
}

/// The commands of a batch are looked at one by one.
pub(crate) fn careful() {
    counter!("palimpseste_append_careful_batches_total").increment(1);
}

/// A batch is sent again.
pub(crate) fn retried() {
    counter!("palimpseste_append_retries_total").increment(1);
}

/// A reader has moved on by so many events.
pub(crate) fn folded(reader: &'static str, events: i64, after: Duration) {
    if let Ok(events) = u64::try_from(events)
        && events > 0
    {
        counter!("palimpseste_reader_events_total", "model" => reader).increment(events);
        histogram!("palimpseste_reader_batch_seconds", "model" => reader).record(after.as_secs_f64());
    }
}

/// A command found its stream in memory, or loaded it.
pub(crate) fn stream(aggregate: &'static str, warm: bool) {
    if warm {
        counter!("palimpseste_aggregate_cache_hits_total", "aggregate" => aggregate).increment(1);
    } else {
        counter!("palimpseste_aggregate_cache_misses_total", "aggregate" => aggregate).increment(1);
    }
}

/// What the streams of an aggregate in memory weigh, and how many have just left.
pub(crate) fn held(aggregate: &'static str, bytes: usize, evicted: u64) {
    gauge!("palimpseste_aggregate_cache_bytes", "aggregate" => aggregate).set(bytes as f64);
    if evicted > 0 {
        counter!("palimpseste_aggregate_cache_evictions_total", "aggregate" => aggregate).increment(evicted);
    }
}

/// So many keys were asked for, and so many of them were not in memory.
pub(crate) fn keys(asked: usize, missing: usize) {
    counter!("palimpseste_vault_key_hits_total").increment(asked.saturating_sub(missing) as u64);
    counter!("palimpseste_vault_key_misses_total").increment(missing as u64);
}
