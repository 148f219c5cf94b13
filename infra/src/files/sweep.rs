//! What becomes of files that arrived: those that the journal holds are settled, those that nobody published are removed.
//!
//! First the desk is asked which of them a draft holds: these go on waiting. Then the journal decides: the stream of the file's own textbook
//! is asked whether any of its events, ever, holds that address. In that order, since a draft goes once its lesson is published. What
//! cannot be asked (a database that does not answer, a file of another vault, a name nobody knows) is left where it is.

use std::time::Duration;

use domain::decider::Decider as _;
use domain::ids::StreamId;
use domain::textbook::Textbook;
use domain::textbook::file::FileAddress;
use tokio_util::sync::CancellationToken;

use super::{FileError, Files, SWEPT_AFTER, header};
use crate::desk::Desk;
use crate::journal::Journal;

/// How often.
const EVERY: Duration = Duration::from_hours(1);

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// That an event holds.
    pub settled: usize,
    /// That none does.
    pub removed: usize,
    /// That a draft holds.
    pub drafted: usize,
    /// Of which that could not be told.
    pub left: usize,
}

impl Files {
    /// Clears what a dead process left, then sweeps from hour to hour until it is told to stop.
    pub async fn keep_swept(self, journal: Journal, desk: Desk, cancel: CancellationToken) {
        match self.store.clear().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "files that had not arrived whole are gone"),
            Err(problem) => tracing::warn!(%problem, "what a former process left of files is not cleared"),
        }
        loop {
            match self.sweep(&journal, &desk).await {
                Ok(Swept { settled: 0, removed: 0, left: 0, drafted: _ }) => {}
                Ok(Swept { settled, removed, left, drafted: _ }) => {
                    tracing::info!(settled, removed, left, "files were swept");
                }
                Err(problem) => tracing::warn!(%problem, "files are not swept, trying again later"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Settles or removes each file that has waited long enough.
    pub async fn sweep(&self, journal: &Journal, desk: &Desk) -> Result<Swept, FileError> {
        let mut swept = Swept::default();
        let waiting = self.store.waiting(SWEPT_AFTER).await?;
        let drafted = desk.holding(&waiting).await?;
        for address in waiting {
            if drafted.contains(&address) {
                swept.drafted += 1;
                continue;
            }
            match self.is_held(journal, address).await? {
                Some(true) => {
                    self.store.settle(address).await?;
                    swept.settled += 1;
                }
                Some(false) if !self.waits_still(address).await? => {}
                Some(false) => {
                    self.store.remove(address).await?;
                    swept.removed += 1;
                }
                None => swept.left += 1,
            }
        }
        Ok(swept)
    }

    /// Nobody named it for a draft meanwhile.
    async fn waits_still(&self, address: FileAddress) -> Result<bool, FileError> {
        let kept = self.store.open(address).await?;
        Ok(kept.and_then(|kept| kept.waited()).is_some_and(|waited| waited >= SWEPT_AFTER))
    }

    /// Whether an event holds this file; none when that cannot be told.
    async fn is_held(&self, journal: &Journal, address: FileAddress) -> Result<Option<bool>, FileError> {
        let Some(kept) = self.store.open(address).await? else { return Ok(None) };
        let Some(header) = header(kept.as_ref()).await? else { return Ok(None) };
        // Another school's, whose journal is elsewhere: its key is not here either.
        if self.vault.secret(header.dek_ref).await?.is_none() {
            return Ok(None);
        }
        let stream = StreamId::new(Textbook::TYPE, header.textbook, header.year);
        match journal.state::<Textbook>(stream).await {
            Ok((state, _)) => Ok(Some(state.holds(&address))),
            Err(problem) => {
                tracing::warn!(%problem, "a textbook cannot be asked for its files");
                Ok(None)
            }
        }
    }
}
