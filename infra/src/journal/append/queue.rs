//! What waits to be written, and how much of it goes together.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Draft, Refusal};
use crate::journal::Receipt;

/// Commands of one batch at most.
const COMMANDS_MAX: usize = 256;
/// Payload bytes of one batch at most (a single larger command still goes, alone).
const BYTES_MAX: usize = 1 << 20;
/// Connections that write when there is a crowd. While one batch waits for the disk with the head locked, the next is taken apart and
/// its predecessors are looked for, up to that lock.
pub(super) const WRITERS: usize = 2;
/// Commands under way from which on the second connection helps: below, it would only split what goes at once.
pub(super) const CROWD: usize = 24;
/// How often those who are about to write are given their turn before a batch leaves with less than its share.
const TURNS_MAX: usize = 4;
pub(super) struct Pending {
    pub draft: Draft,
    pub reply: oneshot::Sender<Result<Receipt, Refusal>>,
}

/// What waits to be written.
pub(super) struct Queue {
    pub pending: mpsc::UnboundedReceiver<Pending>,
    /// The next one, which had no room in the last batch.
    pub kept: Option<Pending>,
    /// Commands that wait or are being written.
    pub outstanding: Arc<AtomicUsize>,
}

impl Queue {
    /// The next batch; `None` once everything is written and nothing more can come.
    pub async fn next(&mut self, closing: &CancellationToken) -> Option<Vec<Pending>> {
        let next = if let Some(pending) = self.kept.take() {
            Some(pending)
        } else {
            tokio::select! {
                next = self.pending.recv() => next,
                () = closing.cancelled() => {
                    self.pending.close();
                    self.pending.recv().await
                }
            }
        };
        let first = next?;
        Some(self.batch(first).await)
    }

    /// The next batch, if anything waits.
    pub async fn try_next(&mut self) -> Option<Vec<Pending>> {
        let first = self.kept.take().or_else(|| self.pending.try_recv().ok())?;
        Some(self.batch(first).await)
    }

    async fn batch(&mut self, first: Pending) -> Vec<Pending> {
        // Its share of all there is: what one writer takes whole, the other waits for with nothing to do.
        let outstanding = self.outstanding.load(Relaxed);
        let writers = if outstanding > CROWD { WRITERS } else { 1 };
        let share = outstanding.div_ceil(writers).clamp(1, COMMANDS_MAX);
        // Whoever is about to write has its turn first: a batch of one costs a flush of the disk like a batch of a hundred.
        for _ in 0..TURNS_MAX {
            if self.pending.len() + 1 >= share {
                break;
            }
            tokio::task::yield_now().await;
        }
        let mut batch = vec![first];
        let mut bytes: usize = size(&batch[0]);
        while batch.len() < share {
            let Ok(next) = self.pending.try_recv() else { break };
            bytes += size(&next);
            if bytes > BYTES_MAX {
                self.kept = Some(next);
                break;
            }
            batch.push(next);
        }
        batch
    }
}

fn size(pending: &Pending) -> usize {
    pending.draft.rows.iter().map(|row| row.payload.len() + row.metadata.len() + 256).sum()
}
