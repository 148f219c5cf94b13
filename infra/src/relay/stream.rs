//! The stream: found or made, asked whether it is ours, and compared with the journal where the two meet.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{Context, CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, LastRawMessageErrorKind, RetentionPolicy, StorageType, Stream};
use sqlx::PgPool;

use super::{End, Refusal, message};
use crate::journal::JOURNAL;
use crate::subscriptions;

/// One stream for a journal. Two nodes that share a NATS server have an account each.
pub fn name() -> String {
    format!("palimpseste-{JOURNAL}")
}

/// Every message of it: `ev.<journal>.<school>.<aggregate>.<partition>.<event>`, or `ev.<journal>.none`.
pub fn subjects() -> String {
    format!("ev.{JOURNAL}.>")
}

/// JetStream keeps the ids of this long in memory. The expected sequence already refuses what comes twice: the shortest will do.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(1);

/// JetStream numbers its abilities; 2.11 is the first to say a level, and says 1.
const API_LEVEL: usize = 1;

/// Refuses a server that would drop in silence what we ask of a stream.
pub(super) async fn ask_level(context: &Context) -> Result<(), End> {
    let account = context.query_account().await;
    let account = account.map_err(|problem| End::Trouble(format!("JetStream does not answer: {problem}")))?;
    if account.requests.level < API_LEVEL {
        return Err(Refusal::TooOld { version: context.client().server_info().version }.into());
    }
    Ok(())
}

/// Finds the stream, or makes it begin at the `first` position, and tells its last sequence: there the relay goes on.
pub(super) async fn open(context: &Context, pool: &PgPool, first: i64) -> Result<(Stream, i64), End> {
    let stream = match find(context).await? {
        Some(stream) => stream,
        None => create(context, first).await?,
    };
    let info = stream.cached_info();
    if let Some(found) = foreign(&info.config) {
        return Err(Refusal::NotOurs(found).into());
    }
    let last = info.state.last_sequence.cast_signed();
    // The head is read after the stream: another relay may publish meanwhile, but never what is not yet in the journal.
    let head = subscriptions::head(pool).await.map_err(|problem| End::Trouble(problem.to_string()))?;
    if last > head {
        return Err(Refusal::Ahead { stream: last, journal: head }.into());
    }
    compare(&stream, pool, last).await?;
    Ok((stream, last))
}

async fn find(context: &Context) -> Result<Option<Stream>, End> {
    match context.get_stream(name()).await {
        Ok(stream) => Ok(Some(stream)),
        Err(problem) => match problem.kind() {
            GetStreamErrorKind::JetStream(told) if told.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
            _ => Err(End::Trouble(problem.to_string())),
        },
    }
}

async fn create(context: &Context, first: i64) -> Result<Stream, End> {
    let config = Config {
        name: name(),
        description: Some(
            "The journal of Palimpseste: the sequence is the position. Made anew when it is lost.".into(),
        ),
        subjects: vec![subjects()],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: 1,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_bytes: -1,
        max_consumers: -1,
        duplicate_window: DUPLICATE_WINDOW,
        first_sequence: Some(first.unsigned_abs()),
        ..Config::default()
    };
    match context.create_stream(config).await {
        Ok(_) => {}
        Err(problem) => {
            return Err(match problem.kind() {
                // Another relay was faster.
                CreateStreamErrorKind::JetStream(told) if told.error_code() == ErrorCode::STREAM_NAME_EXIST => {
                    End::Again
                }
                _ => End::Trouble(format!("the stream cannot be made: {problem}")),
            });
        }
    }
    // A server that does not know a field drops it: only what reads back is so.
    let stream = find(context).await?.ok_or(End::Again)?;
    let last = stream.cached_info().state.last_sequence.cast_signed();
    if last < first - 1 {
        return Err(Refusal::FirstIgnored { wanted: first, found: last + 1 }.into());
    }
    tracing::info!(stream = name(), first, "the stream is made");
    Ok(stream)
}

/// What of a stream's settings would make the relay say something else than the journal.
fn foreign(config: &Config) -> Option<String> {
    let settings = [
        ("no_ack", config.no_ack),
        ("sealed", config.sealed),
        ("mirror", config.mirror.is_some()),
        ("sources", config.sources.is_some()),
        ("subject_transform", config.subject_transform.is_some()),
        ("retention", config.retention != RetentionPolicy::Limits),
    ];
    if config.subjects != [subjects()] {
        return Some(format!("subjects {:?}", config.subjects));
    }
    settings.into_iter().find(|(_, set)| *set).map(|(name, _)| format!("setting {name}"))
}

/// Where the two meet, they say the same: else this is another journal's stream, or a journal that lost its end and wrote another.
async fn compare(stream: &Stream, pool: &PgPool, last: i64) -> Result<(), End> {
    if last < 1 {
        return Ok(());
    }
    let stored = match stream.get_raw_message(last.unsigned_abs()).await {
        Ok(stored) => stored,
        // Purged, aged, or before its first: nothing to compare.
        Err(problem) if problem.kind() == LastRawMessageErrorKind::NoMessageFound => return Ok(()),
        Err(problem) => return Err(End::Trouble(problem.to_string())),
    };
    match message::after(pool, last - 1, 1).await?.first() {
        Some(ours) if ours.is_of_the_row_of(&stored) => Ok(()),
        _ => Err(Refusal::Differs { position: last }.into()),
    }
}
