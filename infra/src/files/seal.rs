//! The sealed file, byte for byte: segments of 64 KiB, each AES-256-GCM under one key that no other file has.
//!
//! ```text
//! file    = header[75] ‖ segment*n ‖ commit[32]                                          n ≥ 1
//! header  = u8 ver ‖ textbook[16] ‖ i16 school year ‖ media[8] ‖ dek_ref[16] ‖ salt[32]
//! key     = HKDF-SHA-256(DEK, salt, "cdt-file/v1\n" ‖ header)
//! segment = ciphertext[≤ 65536] ‖ tag[16], nonce = 0[7] ‖ u32 rank from 0 ‖ u8 last
//! commit  = SHA-256("cdt-file-commit/v1\n" ‖ r ‖ bytes ‖ u64 length), r = HKDF-SHA-256(DEK, salt, "cdt-file-r/v1\n" ‖ header)
//! ```
//!
//! This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): a segment opens at its rank and, the last, as the
//! last, so that a file cut short, lengthened, or put in another order does not open. The address of a file is the SHA-256 of all of it.
//! The length of a file is in clear; `r` goes with the key, and then the commitment says nothing of what was there.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{Context, SHA256};
use domain::ids::{SchoolYear, TextbookId};
use domain::textbook::file::Media;
use uuid::Uuid;

use crate::keys::derive;

const VERSION: u8 = 1;
const TAG: usize = 16;
pub const SEGMENT: usize = 64 << 10;
pub const HEADER: usize = 75;
pub const TRAILER: usize = 32;

/// A segment as it is kept, unless it is the last.
pub const SEALED_SEGMENT: usize = SEGMENT + TAG;

/// What a file says of itself in clear. All of it is in the derivation of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub textbook: TextbookId,
    pub year: SchoolYear,
    pub media: Media,
    pub dek_ref: [u8; 16],
    pub salt: [u8; 32],
}

impl Header {
    pub fn bytes(&self) -> [u8; HEADER] {
        let mut media = [0; 8];
        media.iter_mut().zip(self.media.name().bytes()).for_each(|(byte, letter)| *byte = letter);
        let parts: [&[u8]; 6] =
            [&[VERSION], self.textbook.0.as_bytes(), &self.year.0.to_be_bytes(), &media, &self.dek_ref, &self.salt];
        let mut bytes = [0; HEADER];
        bytes.iter_mut().zip(parts.concat()).for_each(|(to, from)| *to = from);
        bytes
    }

    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (textbook, rest) = rest.split_first_chunk::<16>()?;
        let (year, rest) = rest.split_first_chunk::<2>()?;
        let (media, rest) = rest.split_first_chunk::<8>()?;
        let (dek_ref, rest) = rest.split_first_chunk::<16>()?;
        let salt = <[u8; 32]>::try_from(rest).ok().filter(|_| *version == VERSION)?;
        let media = Media::parse(std::str::from_utf8(media).ok()?.trim_end_matches('\0'))?;
        let (textbook, year) = (TextbookId(Uuid::from_bytes(*textbook)), SchoolYear(i16::from_be_bytes(*year)));
        Some(Self { textbook, year, media, dek_ref: *dek_ref, salt })
    }
}

/// How many segments hold so many bytes.
pub fn segments(bytes: u64) -> u64 {
    bytes.div_ceil(SEGMENT as u64).max(1)
}

/// How long a file is kept that has so many bytes to read.
pub fn sealed_bytes(bytes: u64) -> u64 {
    (HEADER + TRAILER) as u64 + bytes + segments(bytes) * TAG as u64
}

/// How many bytes there are to read in a file that is kept so long; none when no file is.
pub fn plain_bytes(sealed: u64) -> Option<u64> {
    let body = sealed.checked_sub((HEADER + TRAILER) as u64)?;
    let bytes = body.checked_sub(body.div_ceil(SEALED_SEGMENT as u64) * TAG as u64)?;
    Some(bytes).filter(|bytes| *bytes > 0 && sealed_bytes(*bytes) == sealed)
}

/// The keys of one file.
pub struct Keys {
    segments: LessSafeKey,
    r: [u8; 32],
}

impl Keys {
    pub fn of(dek: &[u8; 32], header: &Header) -> Option<Self> {
        let bytes = header.bytes();
        let key = derive(dek, &header.salt, &[b"cdt-file/v1\n", &bytes]);
        let segments = UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new)?;
        Some(Self { segments, r: derive(dek, &header.salt, &[b"cdt-file-r/v1\n", &bytes]) })
    }

    /// Seals a segment in its place.
    pub fn seal(&self, rank: u32, last: bool, segment: &mut Vec<u8>) -> Option<()> {
        self.segments.seal_in_place_append_tag(nonce(rank, last), Aad::empty(), segment).ok()
    }

    /// Opens a segment in its place; none when it is not the one that was sealed at this rank.
    pub fn open(&self, rank: u32, last: bool, segment: &mut Vec<u8>) -> Option<()> {
        let opened = self.segments.open_in_place(nonce(rank, last), Aad::empty(), segment).ok()?.len();
        segment.truncate(opened);
        Some(())
    }

    pub fn commitment(&self) -> Commitment {
        let mut context = Context::new(&SHA256);
        context.update(b"cdt-file-commit/v1\n");
        context.update(&self.r);
        Commitment(context)
    }
}

/// A rank is met once under a key that no other file has: no nonce comes twice.
fn nonce(rank: u32, last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[7..11].copy_from_slice(&rank.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}

/// What fixes what can be read, so that no second key can show something else.
pub struct Commitment(Context);

impl Commitment {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn over(mut self, bytes: u64) -> [u8; 32] {
        self.0.update(&bytes.to_be_bytes());
        Digest(self.0).finish()
    }
}

/// SHA-256 of what is kept, while it is written.
pub struct Digest(Context);

impl Digest {
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.0.finish().as_ref());
        digest
    }
}
