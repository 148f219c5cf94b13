//! A file that is read: a segment at a time, each verified before it is given.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::textbook::file::File;

use super::seal::{Commitment, HEADER, Keys, SEALED_SEGMENT, SEGMENT, TRAILER, segments};
use super::{FileError, Kept};

/// What is left to read of a file.
pub struct Reading {
    kept: Arc<dyn Kept>,
    keys: Keys,
    /// How many there are, and the next to open.
    segments: u64,
    next: u64,
    /// What the part does not hold of the segment it begins in.
    skip: usize,
    left: u64,
    /// Of a file that is read whole: what it must come to.
    whole: Option<(Commitment, u64, String)>,
}

impl Reading {
    pub(super) fn new(kept: Arc<dyn Kept>, keys: Keys, file: &File, part: Option<(u64, u64)>) -> Self {
        let (first, last) = part.unwrap_or((0, file.bytes.saturating_sub(1)));
        let last = last.min(file.bytes.saturating_sub(1));
        let whole =
            (first == 0 && last + 1 == file.bytes).then(|| (keys.commitment(), file.bytes, file.commit.clone()));
        Self {
            kept,
            keys,
            segments: segments(file.bytes),
            next: first / SEGMENT as u64,
            skip: (first % SEGMENT as u64) as usize,
            left: (last + 1).saturating_sub(first),
            whole,
        }
    }

    /// How many bytes are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next bytes; none at the end. After an error nothing more is to be had.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        if self.left == 0 {
            return Ok(None);
        }
        let (rank, last) = (self.next, self.next + 1 == self.segments);
        let offset = HEADER as u64 + rank * SEALED_SEGMENT as u64;
        let end = if last { self.kept.size() - TRAILER as u64 } else { offset + SEALED_SEGMENT as u64 };
        let mut segment = self.kept.read_at(offset, end.saturating_sub(offset) as usize).await?;
        let rank = u32::try_from(rank).map_err(|_| FileError::Damaged)?;
        self.keys.open(rank, last, &mut segment).ok_or(FileError::Damaged)?;
        if let Some((commitment, _, _)) = &mut self.whole {
            commitment.update(&segment);
        }
        // Before the end is given: who has all of it has what the event commits to.
        if let Some((commitment, bytes, commit)) = self.whole.take_if(|_| last)
            && BASE64.encode(commitment.over(bytes)) != commit
        {
            return Err(FileError::Damaged);
        }
        self.next += 1;
        let skipped = std::mem::take(&mut self.skip).min(segment.len());
        segment.drain(..skipped);
        segment.truncate(usize::try_from(self.left).unwrap_or(usize::MAX).min(segment.len()));
        self.left -= segment.len() as u64;
        Ok(Some(segment))
    }
}
