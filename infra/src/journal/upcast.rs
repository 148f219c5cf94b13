//! Old shapes of events, read as new ones. Events are never rewritten: what changes is how they are read.
//!
//! Every event so far is of version 1, so nothing is to be done. A new shape adds an arm here, a golden file for each version, and
//! a new [`VERSION`] for its event.

use cqrs_es::persist::SerializedEvent;

/// The version written today, for every event.
pub const VERSION: &str = "1";

/// The present shape of a stored event.
pub fn to_present(event: SerializedEvent) -> SerializedEvent {
    event
}
