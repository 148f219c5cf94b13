//! The sealed value: `ver ‖ salt[16] ‖ nonce[12] ‖ ciphertext ‖ tag[16]`, AES-256-GCM under HKDF-SHA-256(DEK, salt, row).
//!
//! The plaintext is framed `r[32] ‖ u32 length ‖ text ‖ zeros` to a multiple of 64 bytes, so that its exact size does not leak.
//! `commit = SHA-256("cdt-part/v1\n" ‖ r ‖ u64 length ‖ text)` fixes the text: AES-GCM alone does not commit to its key.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::ids::{SchoolYear, StreamId};
use domain::personal::{Retention, Seal, Sealed, SealedCell, Subject};

use super::{Dek, DekRef, KeyName, ValueKeyName, Vault};
use crate::keys::{derive, random};
use crate::ledger::leaf::{Part, sha256, sha256_of};

const VERSION: u8 = 1;
const BUCKET: usize = 64;

/// The row a value is sealed for: it opens nowhere else.
#[derive(Clone)]
pub struct Address {
    pub stream: StreamId,
    pub sequence: i64,
    pub event: &'static str,
}

/// The keys that were missing: prepare them and seal again.
pub struct Unknown(pub Vec<KeyName>);

/// Seals the values of one event while it is serialised.
pub struct Sealer {
    vault: Vault,
    address: Address,
    missing: RefCell<Vec<KeyName>>,
    parts: RefCell<Vec<Part>>,
}

impl Sealer {
    pub fn new(vault: &Vault, address: Address) -> Self {
        Self { vault: vault.clone(), address, missing: RefCell::default(), parts: RefCell::default() }
    }

    /// What was sealed, in order, or the keys that were missing.
    pub fn finish(&self) -> Result<Vec<Part>, Unknown> {
        let missing = self.missing.take();
        if missing.is_empty() { Ok(self.parts.take()) } else { Err(Unknown(missing)) }
    }

    fn keys(&self, about: &Subject, class: Retention) -> Option<Vec<(DekRef, Dek)>> {
        let cache = self.vault.read();
        let names = key_names(about, class, self.address.stream.era);
        let found: Vec<_> = names.iter().filter_map(|name| cache.by_name.get(name).copied()).collect();
        crate::measures::keys(names.len(), names.len() - found.len());
        if found.len() == names.len() {
            return Some(found);
        }
        let missing = names.into_iter().filter(|name| !cache.by_name.contains_key(name));
        self.missing.borrow_mut().extend(missing);
        None
    }
}

/// The keys of a value: one, or one for each person of whom any one's erasure forgets it.
fn key_names(about: &Subject, class: Retention, year: SchoolYear) -> Vec<KeyName> {
    match about {
        Subject::AllOf(persons) => persons.iter().map(|person| (Subject::Person(*person), class, year)).collect(),
        one => vec![(one.clone(), class, year)],
    }
}

impl Seal for Sealer {
    fn seal(&self, about: &Subject, class: Retention, plaintext: &str) -> Result<Sealed, String> {
        let Some(keys) = self.keys(about, class) else {
            let nothing = String::new();
            return Ok(Sealed {
                about: about.clone(),
                class,
                part: 0,
                dek: vec![],
                sealed_box: nothing.clone(),
                commit: nothing,
            });
        };
        let mut parts = self.parts.borrow_mut();
        let part = parts.len() as u16;
        let entropy = random::<60>().map_err(|problem| problem.to_string())?;
        let (r, rest) = entropy.split_at(32);
        let (salt, nonce) = rest.split_at(16);
        let commit = commitment(r, plaintext);
        let mut frame = frame(r, plaintext);
        let Address { stream, sequence, event } = &self.address;
        let mut context = String::new();
        write_context(&mut context, stream.aggregate, &stream.key(), *sequence, event, part);
        let secret: Vec<u8> = keys.iter().flat_map(|(_, dek)| *dek).collect();
        let key = value_key(&secret, salt, context.as_bytes()).ok_or("no key")?;
        let mut once = [0; 12];
        once.copy_from_slice(nonce);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(once), Aad::from(context.as_bytes()), &mut frame)
            .map_err(|_| "sealing failed")?;
        let mut stored = Vec::with_capacity(29 + frame.len());
        stored.push(VERSION);
        stored.extend_from_slice(salt);
        stored.extend_from_slice(nonce);
        stored.extend_from_slice(&frame);
        let dek_refs: Vec<DekRef> = keys.iter().map(|(dek_ref, _)| *dek_ref).collect();
        let dek = dek_refs.iter().map(|dek_ref| BASE64.encode(dek_ref)).collect();
        parts.push(Part { id: part, dek_refs, ciphertext_digest: sha256(&stored), commit });
        let (sealed_box, commit) = (BASE64.encode(stored), BASE64.encode(commit));
        Ok(Sealed { about: about.clone(), class, part, dek, sealed_box, commit })
    }
}

/// Opens the cells of a page one after the other, in the same memory.
#[derive(Default)]
pub(super) struct Opener {
    secret: Vec<u8>,
    context: String,
    stored: Vec<u8>,
    derived: Vec<(ValueKeyName, Arc<LessSafeKey>)>,
}

impl Opener {
    /// The keys of values that were not at hand.
    pub fn derived(self) -> Vec<(ValueKeyName, Arc<LessSafeKey>)> {
        self.derived
    }

    /// The text of a cell with the keys at hand, which its references name; `None` when one is missing, or the value was tampered with.
    /// `known`: the key of the value itself, when it is at hand too. It opens nothing in another row: the row is authenticated besides.
    pub fn open(
        &mut self,
        cell: &SealedCell,
        sealed: &Sealed,
        dek_refs: &[DekRef],
        key: impl Fn(&DekRef) -> Option<Dek>,
        known: impl Fn(&ValueKeyName) -> Option<Arc<LessSafeKey>>,
    ) -> Option<String> {
        let Self { secret, context, stored, derived } = self;
        secret.clear();
        for dek_ref in dek_refs {
            secret.extend_from_slice(&key(dek_ref)?);
        }
        if secret.is_empty() {
            return None;
        }
        context.clear();
        write_context(context, &cell.aggregate, &cell.stream, cell.sequence, &cell.event, sealed.part);
        stored.clear();
        BASE64.decode_vec(&sealed.sealed_box, stored).ok()?;
        let (version, rest) = stored.split_first_mut()?;
        let (salt, rest) = rest.split_first_chunk_mut::<16>()?;
        let (nonce, ciphertext) = rest.split_first_chunk_mut::<12>()?;
        if *version != VERSION {
            return None;
        }
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let name = if let [dek_ref] = dek_refs { Some((*dek_ref, *salt)) } else { None };
        let known = name.as_ref().and_then(known);
        let (key, new) = match known {
            Some(key) => (key, None),
            None => (Arc::new(value_key(secret, salt, context.as_bytes())?), name),
        };
        let opened = key.open_in_place(nonce, Aad::from(context.as_bytes()), ciphertext).ok()?;
        let (r, rest) = opened.split_at_checked(32)?;
        let (length, text) = rest.split_first_chunk::<4>()?;
        let text = std::str::from_utf8(text.get(..u32::from_be_bytes(*length) as usize)?).ok()?;
        let mut commit = [0; 32];
        BASE64.decode_slice(&sealed.commit, &mut commit).ok().filter(|length| *length == commit.len())?;
        if commitment(r, text) != commit {
            return None;
        }
        derived.extend(new.map(|name| (name, key)));
        Some(text.to_owned())
    }
}

/// The key references of a sealed value; malformed ones are left out.
pub(super) fn dek_refs(sealed: &Sealed) -> impl Iterator<Item = DekRef> {
    sealed.dek.iter().filter_map(|text| BASE64.decode(text).ok()?.try_into().ok())
}

/// `secret`: the keys of the value, one after the other.
fn value_key(secret: &[u8], salt: &[u8], context: &[u8]) -> Option<LessSafeKey> {
    let key = derive(secret, salt, &[b"cdt-value/v1\n", context]);
    UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new)
}

fn write_context(context: &mut String, aggregate: &str, stream: &str, sequence: i64, event: &str, part: u16) {
    for text in [aggregate, "\u{1f}", stream] {
        context.push_str(text);
    }
    let _ = write!(context, "\u{1f}{sequence}\u{1f}");
    context.push_str(event);
    let _ = write!(context, "\u{1f}{part}");
}

fn frame(r: &[u8], text: &str) -> Vec<u8> {
    let size = (36 + text.len()).next_multiple_of(BUCKET);
    let mut frame = Vec::with_capacity(size + 16);
    frame.extend_from_slice(r);
    frame.extend_from_slice(&(text.len() as u32).to_be_bytes());
    frame.extend_from_slice(text.as_bytes());
    frame.resize(size, 0);
    frame
}

fn commitment(r: &[u8], text: &str) -> [u8; 32] {
    sha256_of(&[b"cdt-part/v1\n", r, &(text.len() as u64).to_be_bytes(), text.as_bytes()])
}
