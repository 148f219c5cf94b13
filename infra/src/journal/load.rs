//! Streams, loaded through the stock repository of postgres-es.

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use domain::decider::Decider;
use domain::ids::StreamId;
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;

use super::ExecuteError;
use super::cache::Held;
use super::stock::Root;
use super::upcast;

/// The stock repository over our table.
pub fn repository(pool: PgPool) -> PostgresEventRepository {
    PostgresEventRepository::new(pool).with_tables("journal.events", "journal.snapshots")
}

/// Every event of a stream with its sequence, sealed values as they stand.
pub async fn events<D: Decider>(
    pool: &PgPool,
    stream: StreamId,
) -> Result<Vec<(i64, D::Event)>, ExecuteError<D::Rejection>> {
    let events = repository(pool.clone()).get_events::<Root<D>>(&stream.key()).await;
    let events = events.map_err(|problem| ExecuteError::Unavailable(problem.to_string()))?;
    events.into_iter().map(|event| Ok((event.sequence as i64, decode::<D>(event)?))).collect()
}

/// Brings a held stream up to date: nothing when it is fresh, the missing events when it is known, all of them else.
pub(super) async fn refresh<D: Decider>(
    pool: &PgPool,
    stream: StreamId,
    held: &mut Held<D>,
) -> Result<(), ExecuteError<D::Rejection>> {
    if !held.stale {
        return Ok(());
    }
    let repository = repository(pool.clone());
    let events = if held.version == 0 {
        repository.get_events::<Root<D>>(&stream.key()).await
    } else {
        repository.get_last_events::<Root<D>>(&stream.key(), held.version as usize).await
    };
    let events = events.map_err(|problem| ExecuteError::Unavailable(problem.to_string()))?;
    for event in events {
        let sequence = event.sequence as i64;
        if sequence != held.version + 1 {
            return Err(ExecuteError::Unreadable(format!("{stream}: event {sequence} follows {}", held.version)));
        }
        D::evolve(&mut held.state, &decode::<D>(event)?);
        held.version = sequence;
    }
    held.stale = false;
    Ok(())
}

fn decode<D: Decider>(event: SerializedEvent) -> Result<D::Event, ExecuteError<D::Rejection>> {
    let event = upcast::to_present(event);
    let name = format!("{}/{} {}", event.aggregate_type, event.aggregate_id, event.sequence);
    serde_json::from_value(event.payload).map_err(|problem| ExecuteError::Unreadable(format!("{name}: {problem}")))
}
