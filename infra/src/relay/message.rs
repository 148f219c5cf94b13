//! One message for each position, whatever happened there: what makes the stream's sequence the journal's position.
//!
//! A message is a function of its row alone, so whoever publishes it, and however often, it is the same one; and of a message found
//! in the stream it can be said whether it comes from the row that the journal has there.

use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use domain::event::Recorded;
use domain::published::Published;
use sqlx::{PgPool, Row as _};

use super::{End, Refusal, stream};
use crate::journal::JOURNAL;
use crate::subscriptions::{self, ReadError};

/// Says what the message is: the name of a published event, or [`NOTHING`].
pub const EVENT: &str = "Ev";
/// Nothing of this event leaves the house: its message only holds the place.
pub const NOTHING: &str = "none";
/// The position again, for streams that are filled from ours and number anew.
pub const POSITION: &str = "Ev-Position";
/// The aggregate it happened to; not in the subject, whose index the broker keeps in memory.
pub const STREAM: &str = "Ev-Stream";

const MESSAGE_ID: &str = "Nats-Msg-Id";

/// How many subjects the textbooks of a school are spread over: all the events of one are in one.
const PARTITIONS: u128 = 16;

/// The writer's MAC of each row: what a row is known by.
const MACS: &str =
    "select mac from journal.events where journal = $1 and position > $2 and position <= $3 order by position";

pub(super) const STATEMENTS: [(&str, &str); 1] = [("macs", MACS)];

pub(super) struct Message {
    pub(super) position: i64,
    subject: String,
    /// `<journal>:<position>:<digest of the row's MAC>`. The MAC is keyed and covers a random salt: its digest tells nothing of the row,
    /// and tells it from any other that could stand at that position.
    id: String,
    headers: Vec<(&'static str, String)>,
    payload: Bytes,
}

impl Message {
    pub(super) fn of(recorded: &Recorded, mac: &[u8]) -> Result<Self, serde_json::Error> {
        let position = recorded.position;
        let print = u64::from_be_bytes(digest(&SHA256, mac).as_ref().first_chunk().copied().unwrap_or_default());
        let id = format!("{JOURNAL}:{position}:{print:016x}");
        let Some(published) = Published::of(recorded) else {
            let (subject, headers) = (format!("ev.{JOURNAL}.none"), vec![(EVENT, NOTHING.to_owned())]);
            return Ok(Self { position, subject, id, headers, payload: Bytes::new() });
        };
        let school = recorded.school.map_or_else(|| "-".to_owned(), |school| school.to_string());
        let (aggregate, partition) = (recorded.stream.aggregate, recorded.stream.id.as_u128() % PARTITIONS);
        let name = published.name();
        let headers =
            vec![(EVENT, name.to_owned()), (POSITION, position.to_string()), (STREAM, recorded.stream.to_string())];
        let subject = format!("ev.{JOURNAL}.{school}.{aggregate}.{partition}.{name}");
        Ok(Self { position, subject, id, headers, payload: serde_json::to_vec(&published)?.into() })
    }

    pub(super) fn subject(&self) -> String {
        self.subject.clone()
    }

    /// As it is sent: refused by the server unless it is the very next one.
    pub(super) fn to_publish(&self) -> PublishMessage {
        let message = PublishMessage::build()
            .payload(self.payload.clone())
            .message_id(&self.id)
            .expected_stream(stream::name())
            .expected_last_sequence(self.position.unsigned_abs() - 1);
        self.headers.iter().fold(message, |message, (name, value)| message.header(*name, value.as_str()))
    }

    /// Whether what the stream holds was made of the same row. Its words may be those of another release.
    pub(super) fn is_of_the_row_of(&self, stored: &StreamMessage) -> bool {
        stored.headers.get(MESSAGE_ID).is_some_and(|id| id.as_str() == self.id)
    }
}

/// The messages after a position, at most `limit`.
pub(super) async fn after(pool: &PgPool, position: i64, limit: i64) -> Result<Vec<Message>, End> {
    let batch = match subscriptions::read(pool, position, limit).await {
        // What lies before the one that cannot be read is not held back by it.
        Err(ReadError::Row { position: bad, .. }) if bad > position + 1 => {
            subscriptions::read(pool, position, bad - 1 - position).await
        }
        read => read,
    };
    let batch = batch.map_err(|problem| match problem {
        ReadError::Row { .. } | ReadError::Hole { .. } => Refusal::Unreadable(problem).into(),
        problem => End::Trouble(problem.to_string()),
    })?;
    let Some(last) = batch.last().map(|recorded| recorded.position) else { return Ok(Vec::new()) };
    let macs = sqlx::query(MACS).bind(JOURNAL).bind(position).bind(last).fetch_all(pool).await;
    let macs = macs.map_err(|problem| End::Trouble(problem.to_string()))?;
    let messages = batch.iter().zip(&macs).map(|(recorded, mac)| Message::of(recorded, mac.get(0)));
    messages.collect::<Result<_, _>>().map_err(|problem| Refusal::Unwritable(problem).into())
}
