//! A nats-server of the story's own, and what its stream holds.

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use infra::devdb::nats::Nats;
use infra::relay;

use super::LONG;

/// A nats-server of the story's own.
pub(super) struct Broker {
    pub(super) nats: Nats,
    _streams: tempfile::TempDir,
}

impl Broker {
    pub(super) async fn start() -> Self {
        let streams = tempfile::tempdir().unwrap();
        let nats = Nats::start(streams.path(), true, &mut |_| {}).await.unwrap();
        Self { nats, _streams: streams }
    }

    pub(super) async fn jetstream(&self) -> Context {
        jetstream::new(async_nats::connect(self.nats.url()).await.unwrap())
    }
}

/// What the stream holds at a position.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) subject: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) payload: String,
}

impl Held {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Waits until the stream has come to a position, and reads it from its first message.
pub(super) async fn held(jetstream: &Context, last: i64) -> Vec<Held> {
    let reached = async {
        loop {
            match jetstream.get_stream(relay::stream_name()).await {
                Ok(stream) if stream.cached_info().state.last_sequence.cast_signed() >= last => return stream,
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    let stream = tokio::time::timeout(LONG, reached).await.expect("the stream comes to its end");
    let state = stream.cached_info().state.clone();
    assert_eq!(state.last_sequence.cast_signed(), last);
    assert_eq!(state.messages, state.last_sequence + 1 - state.first_sequence);
    let mut all = Vec::new();
    for sequence in state.first_sequence..=state.last_sequence {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let headers = message.headers.iter().map(|(name, values)| (name.to_string(), values[0].to_string()));
        let mut headers: Vec<_> = headers.collect();
        headers.sort();
        let payload = String::from_utf8(message.payload.to_vec()).unwrap();
        all.push(Held { subject: message.subject.to_string(), headers, payload });
    }
    all
}
