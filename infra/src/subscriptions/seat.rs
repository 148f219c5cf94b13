//! The place of one reader in this process, and what becomes of it when another process takes its read model over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Follower, ReadError, Subscriber, Subscriptions, checkpoints};

/// How long a worker may stand still with events left to read before the one it took over from takes the model back.
const STILL: Duration = Duration::from_secs(2);

pub(super) enum Reader {
    Model(Arc<dyn Subscriber>),
    Memory(Arc<dyn Follower>),
}

impl Reader {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Model(model) => model.name(),
            Self::Memory(follower) => follower.name(),
        }
    }

    /// Whose events it asks for; `None` for all.
    pub(super) fn aggregates(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Model(model) => model.folds(),
            Self::Memory(follower) => follower.follows(),
        }
    }
}

pub(super) struct Seat {
    pub reader: Reader,
    pub position: i64,
    pub fence: i64,
    /// It advances no more: an event stopped it, or another worker has the fence.
    pub stopped: bool,
    /// Since when the worker that has the fence stands where it stands.
    lost: Option<Instant>,
}

impl Seat {
    pub(super) fn new(reader: Reader, position: i64, fence: i64) -> Self {
        Self { reader, position, fence, stopped: false, lost: None }
    }

    pub(super) fn lose(&mut self) {
        (self.stopped, self.lost) = (true, Some(Instant::now()));
    }
}

impl Subscriptions {
    /// A lost read model is followed where its new worker brings it, so that pages here wait for it; and taken back when that
    /// worker has left (an import that ended, a process that was killed) with events unread.
    pub(super) async fn look_after_lost(&self, seats: &mut [Seat]) {
        for seat in seats.iter_mut().filter(|seat| seat.lost.is_some()) {
            if let Err(problem) = self.look_after(seat).await {
                tracing::warn!(%problem, model = seat.reader.name(), "a read model held elsewhere cannot be looked at");
            }
        }
    }

    async fn look_after(&self, seat: &mut Seat) -> Result<(), ReadError> {
        let (Reader::Model(model), Some(since)) = (&seat.reader, seat.lost) else { return Ok(()) };
        let (position, fence) = checkpoints::look(&self.pool, model.name()).await?;
        if (position, fence) != (seat.position, seat.fence) {
            (seat.position, seat.fence, seat.lost) = (position, fence, Some(Instant::now()));
            self.seen(seat.reader.name(), position);
        } else if since.elapsed() >= STILL
            && let Some(fence) = checkpoints::take_back(&self.pool, model.as_ref(), position, fence).await?
        {
            tracing::info!(model = model.name(), "this read model was left behind and is taken back");
            (seat.fence, seat.stopped, seat.lost) = (fence, false, None);
        }
        Ok(())
    }
}
