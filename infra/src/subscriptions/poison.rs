//! An event that cannot be folded, told apart from a database that is unwell.

use super::read::{Page, Unreadable};
use super::seat::{Reader, Seat};
use super::{Follower, POLL, Subscriptions, checkpoints, skips};

impl Subscriptions {
    /// A page could not be folded: goes one event at a time, and stops the model at the one that cannot.
    pub(super) async fn find_poison(&self, seat: &mut Seat, page: &Page, problem: sqlx::Error) {
        let Reader::Model(model) = &seat.reader else { return };
        let model = model.clone();
        if !is_of_the_event(&problem) {
            return retry(model.name(), &problem).await;
        }
        while seat.position < page.last {
            let next = seat.position + 1;
            match checkpoints::advance(&self.pool, model.as_ref(), seat, page, next).await {
                Ok(checkpoints::Advance::Moved(to)) => seat.position = to,
                Ok(checkpoints::Advance::Wall(row)) => return self.halt(seat, row).await,
                Ok(_) => return,
                Err(problem) if !is_of_the_event(&problem) => return retry(model.name(), &problem).await,
                Err(problem) => {
                    return self.halt(seat, Unreadable::at(next, problem.to_string())).await;
                }
            }
        }
    }

    /// Shows a page to a reader in memory, up to a row that cannot be decoded: what it would miss there (a guardianship that ended)
    /// it must not pass over by itself.
    pub(super) async fn follow(&self, seat: &mut Seat, follower: &dyn Follower, page: &Page) {
        let skipped = if page.unreadable.is_empty() {
            vec![]
        } else {
            match skips::of_memory(&self.pool, follower.name(), seat.position).await {
                // What can be decoded is followed, whatever was decided when it could not.
                Ok(skipped) => {
                    let unreadable = |at: &i64| page.unreadable.iter().any(|row| row.position == *at);
                    skipped.into_iter().filter(unreadable).collect()
                }
                Err(problem) => {
                    tracing::warn!(%problem, model = follower.name(), "skips cannot be read, trying again");
                    return tokio::time::sleep(POLL).await;
                }
            }
        };
        let share = page.share(seat.position, i64::MAX, follower.follows(), &skipped);
        if let Some(row) = share.wall.filter(|_| share.until == seat.position) {
            return self.halt(seat, row.clone()).await;
        }
        follower.follow(&share.events).await;
        for row in page.unreadable.iter().filter(|row| (seat.position + 1..=share.until).contains(&row.position)) {
            if let Some((stream, version)) = row.brings {
                follower.passed_over(stream, version).await;
            }
        }
        follower.reached(share.until).await;
        seat.position = share.until;
    }

    /// A reader stops before an event, loudly, until it is decided otherwise; the others go on.
    pub(super) async fn halt(&self, seat: &mut Seat, row: Unreadable) {
        let name = seat.reader.name();
        tracing::error!(
            model = name,
            position = row.position,
            because = row.because,
            "this reader stops here: mend it and start again, or decide with `palimpseste skip` that it goes on without this event"
        );
        seat.stop(row.position);
        match seat.reader {
            Reader::Memory(_) => self.halts(name, Some(row)),
            Reader::Model(_) => {
                let noted = checkpoints::stop(&self.pool, name, seat.fence, row.position, &row.because).await;
                if let Err(problem) = noted {
                    tracing::error!(%problem, model = name, "and it could not be noted: it will be tried again");
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
pub(super) fn is_of_the_event(problem: &sqlx::Error) -> bool {
    match problem {
        sqlx::Error::Database(told) => {
            let code = told.code().unwrap_or_default();
            !["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
        }
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        _ => false,
    }
}
