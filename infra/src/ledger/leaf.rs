//! The record of an event: what is hashed, byte for byte. Digests of ciphertexts and salted commitments only, so a proof survives
//! both the destruction of a key and that of the row.
//!
//! ```text
//! entry v1 = "cdt-entry/v1\n" ‖ u8 ver ‖ lp(aggregate_type) ‖ lp(aggregate_id) ‖ u64 sequence ‖ lp(event_type)
//!          ‖ lp(event_version) ‖ i64 recorded_at_us ‖ lp(actor_ref) ‖ prev[32] ‖ salt[32] ‖ SHA256(payload as stored)
//!          ‖ SHA256(metadata as stored) ‖ u16 n ‖ part*n
//! part     = u16 id ‖ u8 alg ‖ u8 policy ‖ u16 k ‖ dek_ref[16]*k ‖ SHA256(stored_ciphertext) ‖ commit[32]
//! ```
//!
//! `lp` is a big-endian u32 length and the bytes. The writer's MAC covers the record without `prev`, which only the signer knows.

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::personal::Sealed;

/// AES-256-GCM under a key derived by HKDF-SHA-256 from the value's DEK.
const ALG_AES_256_GCM_HKDF: u8 = 1;
/// One subject, or several of whom any one's erasure forgets the value.
const POLICY_ALL_OF: u8 = 1;

/// One sealed value, as the record commits to it.
#[derive(Clone)]
pub struct Part {
    pub id: u16,
    pub dek_refs: Vec<[u8; 16]>,
    pub ciphertext_digest: [u8; 32],
    pub commit: [u8; 32],
}

impl Part {
    /// Of a sealed value as it stands in a row; `None` when it is malformed.
    pub fn of(sealed: &Sealed) -> Option<Self> {
        let bytes = |text: &String| STANDARD_NO_PAD.decode(text).ok();
        Some(Self {
            id: sealed.part,
            dek_refs: sealed.dek.iter().map(|dek| bytes(dek)?.try_into().ok()).collect::<Option<_>>()?,
            ciphertext_digest: sha256(&bytes(&sealed.sealed_box)?),
            commit: bytes(&sealed.commit)?.try_into().ok()?,
        })
    }
}

/// The columns of a row that the record covers.
pub struct Record<'a> {
    pub aggregate_type: &'a str,
    pub aggregate_id: &'a str,
    pub sequence: u64,
    pub event_type: &'a str,
    pub event_version: &'a str,
    pub recorded_at_us: i64,
    pub actor: &'a str,
    pub salt: &'a [u8; 32],
    pub payload: &'a str,
    pub metadata: &'a str,
    pub parts: &'a [Part],
}

impl Record<'_> {
    /// The bytes of the record; `prev` is the leaf hash of the previous event of the stream, absent for the writer's MAC.
    pub fn encode(&self, prev: Option<&[u8; 32]>) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(b"cdt-entry/v1\n\x01");
        prefixed(&mut out, self.aggregate_type);
        prefixed(&mut out, self.aggregate_id);
        out.extend_from_slice(&self.sequence.to_be_bytes());
        prefixed(&mut out, self.event_type);
        prefixed(&mut out, self.event_version);
        out.extend_from_slice(&self.recorded_at_us.to_be_bytes());
        prefixed(&mut out, self.actor);
        if let Some(prev) = prev {
            out.extend_from_slice(prev);
        }
        out.extend_from_slice(self.salt);
        out.extend_from_slice(&sha256(self.payload.as_bytes()));
        out.extend_from_slice(&sha256(self.metadata.as_bytes()));
        out.extend_from_slice(&(self.parts.len() as u16).to_be_bytes());
        for part in self.parts {
            out.extend_from_slice(&part.id.to_be_bytes());
            out.extend_from_slice(&[ALG_AES_256_GCM_HKDF, POLICY_ALL_OF]);
            out.extend_from_slice(&(part.dek_refs.len() as u16).to_be_bytes());
            part.dek_refs.iter().for_each(|dek| out.extend_from_slice(dek));
            out.extend_from_slice(&part.ciphertext_digest);
            out.extend_from_slice(&part.commit);
        }
        out
    }

    /// The writer's MAC over the record without `prev`.
    pub fn mac(&self, key: &hmac::Key) -> [u8; 32] {
        let tag = hmac::sign(key, &self.encode(None));
        let mut mac = [0; 32];
        mac.copy_from_slice(tag.as_ref());
        mac
    }
}

fn prefixed(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha256_of(&[bytes])
}

/// Of these bytes, one after the other.
pub fn sha256_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
