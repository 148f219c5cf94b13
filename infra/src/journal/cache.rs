//! Aggregates in memory, bounded in bytes: a warm command loads nothing. The least recently used leave first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use domain::decider::Decider;
use domain::ids::StreamId;

/// A stream as this process last saw it.
pub(super) struct Held<D: Decider> {
    pub state: D::State,
    pub version: i64,
    /// Whether other events may have been written since.
    pub stale: bool,
}

struct Place<D: Decider> {
    slot: Arc<tokio::sync::Mutex<Held<D>>>,
    used: u64,
    weight: usize,
}

struct Places<D: Decider> {
    by_stream: HashMap<StreamId, Place<D>>,
    by_use: BTreeMap<u64, StreamId>,
    clock: u64,
    bytes: usize,
}

pub(super) struct Cache<D: Decider> {
    places: Mutex<Places<D>>,
    bytes_max: usize,
}

/// What a place costs besides the state.
const OVERHEAD: usize = 256;

impl<D: Decider> Cache<D> {
    pub fn bounded(bytes_max: usize) -> Self {
        let places = Places { by_stream: HashMap::new(), by_use: BTreeMap::new(), clock: 0, bytes: 0 };
        Self { places: Mutex::new(places), bytes_max }
    }

    /// The place of a stream. Its lock is held for a whole command: one command per stream is in flight.
    pub fn slot(&self, stream: StreamId) -> Arc<tokio::sync::Mutex<Held<D>>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let places = &mut *places;
        places.clock += 1;
        let place = places.by_stream.entry(stream).or_insert_with(|| {
            places.bytes += OVERHEAD;
            let held = Held { state: D::State::default(), version: 0, stale: true };
            Place { slot: Arc::new(tokio::sync::Mutex::new(held)), used: 0, weight: OVERHEAD }
        });
        places.by_use.remove(&place.used);
        place.used = places.clock;
        places.by_use.insert(places.clock, stream);
        place.slot.clone()
    }

    /// Notes the new weight of a stream and lets the least used ones go.
    pub fn settle(&self, stream: StreamId, weight: usize) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let places = &mut *places;
        if let Some(place) = places.by_stream.get_mut(&stream) {
            places.bytes = places.bytes + weight + OVERHEAD - place.weight;
            place.weight = weight + OVERHEAD;
        }
        let mut spared = Vec::new();
        let mut evicted = 0;
        while places.bytes > self.bytes_max {
            let Some((used, oldest)) = places.by_use.pop_first() else { break };
            // In use: another command holds it, and it must stay the one place of its stream.
            if places.by_stream.get(&oldest).is_some_and(|place| Arc::strong_count(&place.slot) > 1) {
                spared.push((used, oldest));
            } else if let Some(place) = places.by_stream.remove(&oldest) {
                places.bytes -= place.weight;
                evicted += 1;
            }
        }
        places.by_use.extend(spared);
        crate::measures::held(D::TYPE, places.bytes, evicted);
    }
}
