//! Files that go with what is written: sealed while they arrive, kept under the digest of what is kept, opened while they are read.
//!
//! A file is sealed in segments ([`seal`]) under a key of its own, derived from its textbook's: destroying that key forgets it in every
//! copy. Its plaintext is in memory, a segment at a time, and never on disk. What type it is is told from its first bytes ([`media`]).
//!
//! Life of a file: it arrives under a name of its own, which is gone if it does not arrive whole → it waits, under its address, to be
//! named by a command → the journal holds its address: it is settled, for ever. One that waits [`SWEPT_AFTER`] and that neither a draft nor
//! an event of its textbook holds belongs to nobody and is removed ([`sweep`]). A command may name one only for [`NAMED_WITHIN`]: between
//! the two lies a day, so that no sweep, of whatever process, meets a command under way. One that a draft of its author holds may be named
//! as long as the draft lies there: naming it begins its day anew.

mod directory;
mod media;
mod reading;
mod seal;
mod sweep;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::ids::{PersonId, SchoolYear, TextbookId};
use domain::personal::{Retention, Subject};
use domain::textbook::file::{File, FileAddress, FileLimits, Media};

use crate::desk::{Desk, DeskError};
use crate::keys::random;
use crate::vault::{Vault, VaultError};
use directory::Directory;
pub use reading::Reading;
use seal::{Commitment, Digest, HEADER, Header, Keys, SEGMENT, TRAILER};
pub use sweep::Swept;

/// How long a command may name a file that no event holds yet.
pub const NAMED_WITHIN: Duration = Duration::from_hours(24);
/// When a file that no event holds is removed.
pub const SWEPT_AFTER: Duration = Duration::from_hours(48);

/// Why a file is not taken, or not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file is empty")]
    Empty,
    #[error("files of this type are not taken")]
    NotTaken,
    /// Of the closed list, but not of what the school takes.
    #[error("the school does not take files of the type {}", .0.name())]
    TypeRefused(Media),
    #[error("a file of this type has at most {bytes_max} bytes")]
    TooLarge { bytes_max: u64 },
    #[error("the files of this textbook have at most {bytes_max} bytes, and {bytes_used} are used")]
    QuotaReached { bytes_max: u64, bytes_used: u64 },
    /// What is kept is not what was written.
    #[error("the file is damaged")]
    Damaged,
    #[error("the file is not in the store")]
    Missing,
    /// The key of its subject was destroyed.
    #[error("the file was forgotten")]
    Forgotten,
    #[error("the store of files: {0}")]
    Store(#[from] io::Error),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// Where sealed bytes are kept. It knows addresses and nothing of what they hold.
#[async_trait::async_trait]
pub trait Store: Send + Sync + 'static {
    /// A place for bytes that arrive.
    async fn draft(&self) -> io::Result<Box<dyn Draft>>;
    /// What is kept under an address, settled or waiting.
    async fn open(&self, address: FileAddress) -> io::Result<Option<Arc<dyn Kept>>>;
    /// Those that have waited so long.
    async fn waiting(&self, at_least: Duration) -> io::Result<Vec<FileAddress>>;
    /// It waits no more: it stays.
    async fn settle(&self, address: FileAddress) -> io::Result<()>;
    /// It waits from now on; false when it does not wait, or is not there.
    async fn renew(&self, address: FileAddress) -> io::Result<bool>;
    /// Removes one that waits. One that is settled is never removed.
    async fn remove(&self, address: FileAddress) -> io::Result<()>;
    /// Removes what a process that is no more left half written; how many.
    async fn clear(&self) -> io::Result<usize>;
}

/// Bytes that arrive. Dropped before it is deposited, it leaves nothing.
#[async_trait::async_trait]
pub trait Draft: Send {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Nothing more is written: the bytes are durable.
    async fn finish(&mut self) -> io::Result<()>;
    /// From here on it is found under its address, durably.
    async fn deposit(self: Box<Self>, address: FileAddress) -> io::Result<()>;
}

/// Bytes that are kept.
#[async_trait::async_trait]
pub trait Kept: Send + Sync {
    fn size(&self) -> u64;
    /// How long it has waited; none when it is settled.
    fn waited(&self) -> Option<Duration>;
    /// Exactly so many bytes.
    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

/// The files of a school.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn Store>,
    vault: Vault,
}

impl Files {
    /// In a folder, made if need be.
    pub fn in_directory(path: &Path, vault: Vault) -> io::Result<Self> {
        Ok(Self::new(Arc::new(Directory::open(path)?), vault))
    }

    pub fn new(store: Arc<dyn Store>, vault: Vault) -> Self {
        Self { store, vault }
    }

    /// Begins to take a file for a textbook of that year, whose files have so many bytes already.
    pub async fn arriving(
        &self,
        textbook: TextbookId,
        year: SchoolYear,
        limits: FileLimits,
        bytes_used: u64,
    ) -> Result<Arriving, FileError> {
        let name = (Subject::Textbook(textbook), Retention::Archive, year);
        let (dek_ref, dek) = self.vault.secret_of(&name).await?;
        Ok(Arriving {
            draft: self.store.draft().await?,
            of: Of { textbook, year, dek_ref, dek },
            limits,
            bytes_used,
            buffer: Vec::with_capacity(SEGMENT + 16),
            begun: None,
            digest: Digest::new(),
        })
    }

    /// A file that its author names, if it was received for that textbook: not long ago when no event holds it yet, or for a draft of
    /// theirs that is still there.
    pub async fn received(
        &self,
        desk: &Desk,
        author: PersonId,
        textbook: TextbookId,
        address: FileAddress,
    ) -> Result<Option<File>, FileError> {
        let Some(kept) = self.store.open(address).await? else { return Ok(None) };
        let file = self.described(kept.as_ref(), textbook, address).await?;
        if file.is_none() || kept.waited().is_none_or(|waited| waited <= NAMED_WITHIN) {
            return Ok(file);
        }
        // Asked again once it is renewed: a sweep that asked before saw the draft too, one that asks later sees a file that has just come.
        let held = desk.holds(author, address).await?
            && self.store.renew(address).await?
            && desk.holds(author, address).await?;
        Ok(file.filter(|_| held))
    }

    async fn described(
        &self,
        kept: &dyn Kept,
        textbook: TextbookId,
        address: FileAddress,
    ) -> Result<Option<File>, FileError> {
        let header = header(kept).await?.filter(|header| header.textbook == textbook);
        let Some((header, bytes)) = header.zip(seal::plain_bytes(kept.size())) else { return Ok(None) };
        let commit = kept.read_at(kept.size() - TRAILER as u64, TRAILER).await?;
        Ok(Some(File { address, bytes, media: header.media, commit: BASE64.encode(commit) }))
    }

    /// Opens a file of a textbook, whole or from one byte to another, both included. Every segment is verified before it is given; of a
    /// whole file the commitment of the event too, before the last one.
    pub async fn read(
        &self,
        textbook: TextbookId,
        file: &File,
        part: Option<(u64, u64)>,
    ) -> Result<Reading, FileError> {
        let kept = self.store.open(file.address).await?.ok_or(FileError::Missing)?;
        if kept.size() != seal::sealed_bytes(file.bytes) {
            return Err(FileError::Damaged);
        }
        let header = header(kept.as_ref()).await?.filter(|header| header.textbook == textbook);
        let header = header.ok_or(FileError::Damaged)?;
        let dek = self.vault.secret(header.dek_ref).await?.ok_or(FileError::Forgotten)?;
        let keys = Keys::of(&dek, &header).ok_or(FileError::Damaged)?;
        Ok(Reading::new(kept, keys, file, part))
    }
}

async fn header(kept: &dyn Kept) -> Result<Option<Header>, FileError> {
    if kept.size() < (HEADER + TRAILER) as u64 {
        return Ok(None);
    }
    Ok(Header::read(&kept.read_at(0, HEADER).await?))
}

/// Whose a file is, and its subject's key.
struct Of {
    textbook: TextbookId,
    year: SchoolYear,
    dek_ref: [u8; 16],
    dek: [u8; 32],
}

/// What is known once the first segment is there.
struct Begun {
    media: Media,
    keys: Keys,
    commitment: Commitment,
    segments: u32,
    bytes: u64,
}

/// A file that arrives. Dropped, it leaves nothing.
pub struct Arriving {
    draft: Box<dyn Draft>,
    of: Of,
    limits: FileLimits,
    /// By the files that its textbook has.
    bytes_used: u64,
    /// What is not sealed yet: the last segment is known by nothing coming after it.
    buffer: Vec<u8>,
    begun: Option<Begun>,
    digest: Digest,
}

impl Arriving {
    /// Takes what has come. A refusal ends it: its type once a segment is there, its length as soon as it is too long, or
    /// more than its textbook has room for.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), FileError> {
        while !bytes.is_empty() {
            if self.buffer.len() == SEGMENT {
                self.seal(false).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(SEGMENT - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Nothing more comes. What arrived is durable, and gone again unless it is deposited.
    pub async fn finish(mut self) -> Result<Arrived, FileError> {
        if self.buffer.is_empty() {
            return Err(FileError::Empty);
        }
        self.seal(true).await?;
        let Self { mut draft, begun, mut digest, .. } = self;
        let Some(Begun { media, commitment, bytes, .. }) = begun else { return Err(FileError::Empty) };
        let commit = commitment.over(bytes);
        digest.update(&commit);
        draft.write(&commit).await?;
        draft.finish().await?;
        let file = File { address: FileAddress(digest.finish()), bytes, media, commit: BASE64.encode(commit) };
        Ok(Arrived { draft, file })
    }

    async fn seal(&mut self, last: bool) -> Result<(), FileError> {
        let mut begun = match self.begun.take() {
            Some(begun) => begun,
            None => self.begin().await?,
        };
        begun.bytes += self.buffer.len() as u64;
        let bytes_max = self.limits.bytes_max(begun.media);
        if begun.bytes > bytes_max {
            return Err(FileError::TooLarge { bytes_max });
        }
        let (bytes_used, bytes_max) = (self.bytes_used, self.limits.textbook_bytes_max);
        if bytes_used.saturating_add(begun.bytes) > bytes_max {
            return Err(FileError::QuotaReached { bytes_max, bytes_used });
        }
        begun.commitment.update(&self.buffer);
        let sealed = begun.keys.seal(begun.segments, last, &mut self.buffer);
        sealed.ok_or_else(|| io::Error::other("a segment cannot be sealed"))?;
        begun.segments += 1;
        self.begun = Some(begun);
        self.digest.update(&self.buffer);
        self.draft.write(&self.buffer).await?;
        self.buffer.clear();
        Ok(())
    }

    async fn begin(&mut self) -> Result<Begun, FileError> {
        let media = media::of(&self.buffer).ok_or(FileError::NotTaken)?;
        if !self.limits.taken.contains(&media) {
            return Err(FileError::TypeRefused(media));
        }
        let Of { textbook, year, dek_ref, dek } = &self.of;
        let salt = random::<32>().map_err(VaultError::from)?;
        let header = Header { textbook: *textbook, year: *year, media, dek_ref: *dek_ref, salt };
        let keys = Keys::of(dek, &header).ok_or_else(|| io::Error::other("no key"))?;
        let bytes = header.bytes();
        self.digest.update(&bytes);
        self.draft.write(&bytes).await?;
        let commitment = keys.commitment();
        Ok(Begun { media, keys, commitment, segments: 0, bytes: 0 })
    }
}

/// A file that arrived whole. Dropped, it leaves nothing.
pub struct Arrived {
    draft: Box<dyn Draft>,
    file: File,
}

impl Arrived {
    pub fn file(&self) -> &File {
        &self.file
    }

    /// From here on a command may name it.
    pub async fn deposit(self) -> Result<File, FileError> {
        self.draft.deposit(self.file.address).await?;
        Ok(self.file)
    }
}

#[cfg(test)]
mod spec;
