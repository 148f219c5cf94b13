//! Streams, loaded through the stock repository of postgres-es.

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use domain::decider::Decider;
use domain::ids::StreamId;
use postgres_es::PostgresEventRepository;
use sqlx::{PgPool, Row as _};

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
    let events = if held.version == 0 {
        let events = repository(pool.clone()).get_events::<Root<D>>(&stream.key()).await;
        events.map_err(|problem| ExecuteError::Unavailable(problem.to_string()))?
    } else {
        let events = since::<D>(pool, stream, held.version).await;
        events.map_err(|problem| ExecuteError::Unavailable(problem.to_string()))?
    };
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

/// Asked here and not of the stock repository, which writes the version into its SQL text: a statement to prepare for each version.
pub(super) const SINCE: &str = "select sequence, event_type, event_version, payload from journal.events
    where aggregate_type = $1 and aggregate_id = $2 and era = $3 and sequence > $4 order by sequence";

async fn since<D: Decider>(pool: &PgPool, stream: StreamId, version: i64) -> Result<Vec<SerializedEvent>, sqlx::Error> {
    let aggregate_id = stream.key();
    let query = sqlx::query(SINCE).bind(D::TYPE).bind(&aggregate_id).bind(stream.era.0).bind(version);
    let event = |row: sqlx::postgres::PgRow| SerializedEvent {
        aggregate_id: aggregate_id.clone(),
        sequence: row.get::<i64, _>(0) as usize,
        aggregate_type: D::TYPE.to_owned(),
        event_type: row.get(1),
        event_version: row.get(2),
        payload: row.get(3),
        metadata: serde_json::Value::Null,
    };
    Ok(query.fetch_all(pool).await?.into_iter().map(event).collect())
}

fn decode<D: Decider>(event: SerializedEvent) -> Result<D::Event, ExecuteError<D::Rejection>> {
    let event = upcast::to_present(event);
    let name = format!("{}/{} {}", event.aggregate_type, event.aggregate_id, event.sequence);
    serde_json::from_value(event.payload).map_err(|problem| ExecuteError::Unreadable(format!("{name}: {problem}")))
}
