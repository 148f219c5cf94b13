//! A right may end between the moment it is read from the register and the moment the command is written. The journal then refuses the
//! command, and it is decided again on what the register knows by then.

use domain::decider::{Context, Decider, Rights};
use infra::journal::{Envelope, ExecuteError, Receipt};
use serde::Serialize;

use super::{App, PATIENCE, told};
use crate::facts::{Books, REGISTER};
use crate::problem::Problem;

/// Decisions of one command at most. Each rests on what was known at its own moment, so that more than two mean a right that changes
/// without end.
const DECISIONS_MAX: usize = 4;

impl App {
    /// Decides on what `look` reads in the books, and once more for each time that has changed before it was written.
    pub(super) async fn obey<D: Decider>(
        &self,
        command: D::Command,
        look: impl Fn(&Books) -> Result<(Envelope, Context<D::Facts>), Problem>,
    ) -> Result<Receipt, Problem>
    where
        D::Command: Serialize,
    {
        for decided in 0..DECISIONS_MAX {
            let (mut envelope, context) = look(&self.register.read())?;
            // What is written in textbooks is compared first with the last change of any right, which costs nothing. Only what that has
            // refused names the very streams it rests on, so that others may go on changing (an import) while it is written.
            if decided == 0 && D::RIGHTS == Rights::Needed {
                envelope.guards.clear();
            }
            match self.journal.execute::<D>(envelope, command.clone(), context).await {
                Err(ExecuteError::Stale) => self.read_up().await?,
                outcome => return told::<D>(outcome),
            }
        }
        told::<D>(Err(ExecuteError::Stale))
    }

    /// Waits, bounded, until the register knows all that is written now.
    async fn read_up(&self) -> Result<(), Problem> {
        // One that a row has stopped comes no further: rights stand still there, and those that moved on are refused by name.
        if self.subscriptions.halted(REGISTER).is_some() {
            return Ok(());
        }
        let head = self.head().await.map_err(Problem::ours)?;
        if let Err(behind) = self.subscriptions.wait_for(REGISTER, head, PATIENCE).await {
            tracing::warn!(%behind, "a command is decided again before the register has caught up");
        }
        Ok(())
    }
}
