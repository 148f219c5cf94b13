//! An event that cannot be folded, told apart from a database that is unwell.

use super::checkpoints::Step;
use super::seat::{Reader, Seat};
use super::{POLL, Stretch, Subscriptions, checkpoints};

impl Subscriptions {
    /// A batch could not be folded: goes one event at a time, and stops the model at the one that cannot.
    pub(super) async fn find_poison(&self, seat: &mut Seat, stretch: &Stretch, problem: sqlx::Error) {
        let Reader::Model(model) = &seat.reader else { return };
        let model = model.clone();
        if !is_of_the_event(&problem) {
            return retry(model.name(), &problem).await;
        }
        let news = stretch.events.partition_point(|recorded| recorded.position <= seat.position);
        for one in stretch.events[news..].chunks(1) {
            let step = Step { from: seat.position, until: one[0].position, fence: seat.fence, news: one };
            match checkpoints::advance(&self.pool, model.as_ref(), step).await {
                Ok(checkpoints::Advance::Moved) => seat.position = one[0].position,
                Ok(_) => return,
                Err(problem) if !is_of_the_event(&problem) => return retry(model.name(), &problem).await,
                Err(problem) => {
                    let (at, because) = (one[0].position, problem.to_string());
                    tracing::error!(model = model.name(), position = at, %problem, "this read model stops here");
                    seat.stopped = true;
                    if let Err(problem) = checkpoints::stop(&self.pool, model.name(), seat.fence, at, &because).await {
                        tracing::error!(%problem, "and it could not be noted");
                    }
                    return;
                }
            }
        }
    }
}

async fn retry(model: &str, problem: &sqlx::Error) {
    tracing::warn!(model, %problem, "a batch could not be written, trying again");
    tokio::time::sleep(POLL).await;
}

/// Whether the same event would fail again: not so when the connection, the disk or another transaction is the cause
/// (PostgreSQL, appendix A: classes 08, 40, 53, 55, 57, 58).
fn is_of_the_event(problem: &sqlx::Error) -> bool {
    match problem {
        sqlx::Error::Database(told) => {
            let code = told.code().unwrap_or_default();
            !["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
        }
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        _ => false,
    }
}
