//! The place of one reader in this process, and what becomes of it when another process takes its read model over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Folding, Follower, ReadError, Subscriber, Subscriptions, checkpoints, skips};

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
    /// What its fold holds of its tables: true as long as nobody else writes there, and they are the same tables.
    pub held: Option<Box<dyn Folding>>,
    /// How often the tables had been swapped when it held that.
    pub swaps: i64,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Reading,
    /// Another worker has the fence, and stands where it stands since then.
    Lost(Instant),
    /// The event at this position cannot be folded.
    Stopped(i64),
}

impl Seat {
    pub(super) fn new(reader: Reader, position: i64, fence: i64) -> Self {
        Self { reader, position, fence, held: None, swaps: 0, state: State::Reading }
    }

    pub(super) fn reads(&self) -> bool {
        matches!(self.state, State::Reading)
    }

    /// Another has written.
    pub(super) fn stands(&mut self, position: i64, fence: i64) {
        (self.position, self.fence, self.held) = (position, fence, None);
    }

    pub(super) fn lose(&mut self) {
        self.held = None;
        self.state = State::Lost(Instant::now());
    }

    pub(super) fn stop(&mut self, at: i64) {
        self.state = State::Stopped(at);
    }
}

impl Subscriptions {
    /// A lost read model is followed where its new worker brings it, so that pages here wait for it; and taken back when that
    /// worker has left (an import that ended, a process that was killed) with events unread. A stopped reader goes on when somebody
    /// has decided that it passes over what stopped it, or when it was rebuilt.
    pub(super) async fn look_after_standing(&self, seats: &mut [Seat]) {
        for seat in seats {
            let looked = match (&seat.reader, seat.state) {
                (_, State::Reading) | (Reader::Memory(_), State::Lost(_)) => continue,
                (Reader::Model(model), state) => self.look_after(model.clone(), seat, state).await,
                (Reader::Memory(follower), State::Stopped(at)) => {
                    self.look_after_memory(follower.name(), seat, at).await
                }
            };
            if let Err(problem) = looked {
                tracing::warn!(%problem, model = seat.reader.name(), "a standing reader cannot be looked after");
            }
        }
    }

    async fn look_after(&self, model: Arc<dyn Subscriber>, seat: &mut Seat, state: State) -> Result<(), ReadError> {
        let (position, fence, stopped_at) = checkpoints::look(&self.pool, model.name()).await?;
        match state {
            State::Stopped(_) if fence == seat.fence && stopped_at.is_none() => {
                tracing::info!(model = model.name(), position, "this read model goes on");
                seat.stands(position, fence);
                seat.state = State::Reading;
                self.seen(model.name(), position);
            }
            State::Stopped(_) if fence == seat.fence => {}
            State::Lost(since) if (position, fence) == (seat.position, seat.fence) => {
                if since.elapsed() >= STILL
                    && let Some(fence) = checkpoints::take_back(&self.pool, model.as_ref(), position, fence).await?
                {
                    tracing::info!(model = model.name(), "this read model was left behind and is taken back");
                    seat.stands(position, fence);
                    seat.state = State::Reading;
                }
            }
            _ => {
                seat.stands(position, fence);
                seat.lose();
                self.seen(model.name(), position);
            }
        }
        Ok(())
    }

    async fn look_after_memory(&self, name: &'static str, seat: &mut Seat, at: i64) -> Result<(), ReadError> {
        if skips::of_memory(&self.pool, name, at - 1).await?.contains(&at) {
            tracing::info!(model = name, position = at, "this reader goes on");
            self.halts(name, None);
            seat.state = State::Reading;
        }
        Ok(())
    }
}
