//! The rows by themselves: dense, in the order of their streams, in time, each with its writer's MAC.

use std::collections::HashMap;

use aws_lc_rs::hmac;
use domain::directory::person::Event;
use domain::personal::Personal;
use infra::ledger::leaf::{Part, Record};

use super::{Row, Verdict, World, event};

/// No position is missing or doubled: the number of rows, the last position and the head are one number.
pub fn dense(world: &World, verdict: &mut Verdict) {
    for (row, expected) in world.rows.iter().zip(1..) {
        verdict.hold("positions dense", row.position == expected, || {
            format!("position {} stands where {expected} should", row.position)
        });
    }
    let (count, last) = (world.rows.len() as i64, world.rows.last().map_or(0, |row| row.position));
    verdict.hold("head", count == world.head && last == world.head, || {
        format!("{count} rows, last position {last}, head {}", world.head)
    });
}

/// Sequences are dense from 1 in the order of the positions, so no row lacks its predecessor.
pub fn in_their_streams(world: &World, verdict: &mut Verdict) {
    let mut versions: HashMap<(&str, &str), i64> = HashMap::new();
    for row in &world.rows {
        let version = versions.entry((&row.aggregate, &row.stream)).or_default();
        verdict.hold("sequences dense in position order", row.sequence == *version + 1, || {
            format!("position {}: {} {} follows {version}", row.position, row.stream, row.sequence)
        });
        *version = row.sequence;
    }
    verdict.counts.insert("streams", versions.len() as u64);
}

/// Recorded times never go back.
pub fn in_time(world: &World, verdict: &mut Verdict) {
    for pair in world.rows.windows(2) {
        verdict.hold("recorded times", pair[0].recorded_us <= pair[1].recorded_us, || {
            format!("position {} was recorded before the one before it", pair[1].position)
        });
    }
}

/// The MAC of every row is that of the writer process which its key names.
pub fn sealed_by_their_writer(world: &World, verdict: &mut Verdict) {
    let keys: HashMap<&str, hmac::Key> =
        world.writer_keys.iter().map(|(id, key)| (id.as_str(), hmac::Key::new(hmac::HMAC_SHA256, key))).collect();
    for row in &world.rows {
        let expected = keys.get(row.mac_key.as_str()).and_then(|key| mac(row, key));
        verdict.hold("MACs", expected.is_some_and(|mac| mac == row.mac[..]), || format!("position {}", row.position));
    }
}

/// The MAC that the writer of this key would have put.
pub fn mac(row: &Row, key: &hmac::Key) -> Option<[u8; 32]> {
    let parts: Vec<Part> = match event(row)? {
        Event::PersonRegistered { names, origin, .. } => {
            let origin = origin.as_ref().and_then(Personal::sealed);
            names.sealed().into_iter().chain(origin).map(|sealed| Part::of(&sealed)).collect::<Option<_>>()?
        }
        Event::NamesCorrected { names, .. } => {
            names.sealed().map(|sealed| Part::of(&sealed)).into_iter().collect::<Option<_>>()?
        }
        Event::ContactsChanged { contacts, .. } => {
            contacts.sealed().map(|sealed| Part::of(&sealed)).into_iter().collect::<Option<_>>()?
        }
        _ => vec![],
    };
    let record = Record {
        aggregate_type: &row.aggregate,
        aggregate_id: &row.stream,
        sequence: row.sequence as u64,
        event_type: &row.event,
        event_version: &row.event_version,
        recorded_at_us: row.recorded_us,
        actor: &row.actor,
        salt: row.salt.as_slice().try_into().ok()?,
        payload: &row.payload,
        metadata: &row.metadata,
        parts: &parts,
    };
    Some(record.mac(key))
}
