//! The vault: it seals personal values before they are written and opens them for a page. Destroying a key forgets what was
//! sealed under it, in every copy.
//!
//! One data-encryption key (DEK) per subject, retention class and school year, named by 16 random bytes, and durable before the
//! first event that uses it. Each value has a key of its own, derived from its DEK and the row it stands in.

mod seal;
mod store;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::hmac;
use domain::ids::{PersonId, SchoolYear};
use domain::personal::{Retention, Seal as _, Sealed, SealedCell, Subject};
use sqlx::PgPool;

use crate::keys::{KeyDirectory, KeyError};
use crate::measures;
pub use seal::{Address, Sealer, Unknown};

/// The vault cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("vault database: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("a key of the vault does not open with this key directory")]
    WrongKeyDirectory,
    #[error("sealing failed: {0}")]
    Sealing(String),
}

/// Every SQL text of the vault, by name, so that a test can prepare each.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    store::STATEMENTS.into_iter()
}

/// Names one key: whom it is about, for what, in which year.
pub type KeyName = (Subject, Retention, SchoolYear);
type Dek = [u8; 32];
type DekRef = [u8; 16];
/// One value of those under a key: by its salt.
type ValueKeyName = (DekRef, [u8; 16]);

/// Keys held in memory at most: about 100 bytes each.
const CACHE_MAX: usize = 400_000;
/// Keys of single values held in memory at most, each below a kilobyte by its fields. What is read most is what was written last.
const VALUE_KEYS_MAX: usize = 32_768;

#[derive(Default)]
struct Cache {
    by_name: HashMap<KeyName, (DekRef, Dek)>,
    /// Random names: no caller chooses where they fall.
    by_ref: HashMap<DekRef, Option<Dek>, rapidhash::fast::RandomState>,
    /// Of single values, derived from those above: a class and its parents read one text. None outlives the key it is derived from.
    by_value: HashMap<ValueKeyName, Arc<LessSafeKey>, rapidhash::fast::RandomState>,
}

impl Cache {
    /// What the vault said of a key, unless it is known to be destroyed: it may have been while the vault was asked. A reference names one
    /// key for ever.
    fn learn(&mut self, dek_ref: DekRef, found: Option<Dek>) -> Option<Dek> {
        *self.by_ref.entry(dek_ref).or_insert(found)
    }

    fn forget(&mut self, gone: Vec<DekRef>) {
        self.by_ref.extend(gone.into_iter().map(|dek_ref| (dek_ref, None)));
        let Self { by_ref, by_value, .. } = self;
        by_value.retain(|(dek_ref, _), _| by_ref.get(dek_ref).is_some_and(Option::is_some));
    }

    /// Keeps the keys of values just read, of those whose own key still stands.
    fn keep(&mut self, derived: Vec<(ValueKeyName, Arc<LessSafeKey>)>) {
        if self.by_value.len() + derived.len() > VALUE_KEYS_MAX {
            self.by_value.clear();
        }
        let Self { by_ref, by_value, .. } = self;
        let stands = |dek_ref: &DekRef| by_ref.get(dek_ref).is_some_and(Option::is_some);
        by_value.extend(derived.into_iter().filter(|((dek_ref, _), _)| stands(dek_ref)).take(VALUE_KEYS_MAX));
    }
}

/// Keys at hand, and the database that holds them wrapped.
#[derive(Clone)]
pub struct Vault {
    pool: PgPool,
    cache: Arc<RwLock<Cache>>,
    kek: Arc<[u8; 32]>,
    identity_index: Arc<hmac::Key>,
}

impl Vault {
    /// `pool` leads to the vault's own database, migrated.
    pub fn new(pool: PgPool, keys: &KeyDirectory) -> Self {
        Self {
            pool,
            cache: Arc::default(),
            kek: Arc::new(keys.derive("kek/1")),
            identity_index: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &keys.derive("identity-index"))),
        }
    }

    /// Makes sure that these keys exist, durably, and are at hand. One round trip, none when they are known.
    pub async fn prepare(&self, names: &[KeyName]) -> Result<(), VaultError> {
        let missing: Vec<&KeyName> = {
            let cache = self.read();
            names.iter().filter(|name| !cache.by_name.contains_key(*name)).collect()
        };
        for some in missing.chunks(5_000) {
            let found = store::ensure_keys(&self.pool, &self.kek, some).await?;
            let mut cache = self.write();
            for (name, dek_ref, dek) in found {
                if cache.learn(dek_ref, Some(dek)).is_some() {
                    cache.by_name.insert(name, (dek_ref, dek));
                }
            }
        }
        Ok(())
    }

    /// Opens cells, in their order. `None` is a value whose key is destroyed, or that does not open.
    pub async fn open(&self, cells: &[&SealedCell]) -> Result<Vec<Option<String>>, VaultError> {
        let read: Vec<Option<Cow<'_, Sealed>>> = cells.iter().map(|cell| cell.sealed.read()).collect();
        let refs = read.iter().map(|sealed| sealed.iter().flat_map(|sealed| seal::dek_refs(sealed)).collect());
        let refs: Vec<Vec<DekRef>> = refs.collect();
        let missing: Vec<DekRef> = {
            let cache = self.read();
            refs.iter().flatten().filter(|dek_ref| !cache.by_ref.contains_key(*dek_ref)).copied().collect()
        };
        measures::keys(refs.iter().map(Vec::len).sum(), missing.len());
        if !missing.is_empty() {
            let found = store::keys(&self.pool, &self.kek, &missing).await?;
            let found: HashMap<DekRef, Dek> = found.into_iter().collect();
            let mut cache = self.write();
            for dek_ref in missing {
                cache.learn(dek_ref, found.get(&dek_ref).copied());
            }
        }
        let mut opener = seal::Opener::default();
        let opened = {
            let cache = self.read();
            let key = |dek_ref: &DekRef| cache.by_ref.get(dek_ref).copied().flatten();
            let derived = |name: &ValueKeyName| cache.by_value.get(name).cloned();
            let values = cells.iter().zip(&read).zip(&refs);
            let open = |((cell, sealed), refs): ((&&SealedCell, &Option<_>), &Vec<_>)| {
                opener.open(cell, sealed.as_deref()?, refs, key, derived)
            };
            values.map(open).collect()
        };
        let derived = opener.derived();
        if !derived.is_empty() {
            self.write().keep(derived);
        }
        Ok(opened)
    }

    /// Seals one value that is not part of an event.
    pub async fn seal(
        &self,
        address: &Address,
        about: &Subject,
        class: Retention,
        text: &str,
    ) -> Result<SealedCell, VaultError> {
        for _ in 0..3 {
            let outcome = {
                let sealer = Sealer::new(self, address.clone());
                let sealed = sealer.seal(about, class, text);
                sealer.finish().map(|_| sealed)
            };
            match outcome {
                Ok(sealed) => {
                    let sealed = sealed.map_err(VaultError::Sealing)?.into();
                    let Address { stream, sequence, event } = address;
                    let aggregate = Cow::Borrowed(stream.aggregate);
                    let (stream, event) = (stream.key(), Cow::Borrowed(*event));
                    return Ok(SealedCell { aggregate, stream, sequence: *sequence, event, sealed });
                }
                Err(Unknown(names)) => self.prepare(&names).await?,
            }
        }
        Err(VaultError::Sealing("the vault gives no key".to_owned()))
    }

    /// Destroys keys, in the vault and in this process: what is sealed under them is forgotten in every copy.
    pub async fn destroy(&self, names: &[KeyName]) -> Result<(), VaultError> {
        if names.is_empty() {
            return Ok(());
        }
        let gone = store::destroy(&self.pool, names).await?;
        let mut cache = self.write();
        for name in names {
            cache.by_name.remove(name);
        }
        cache.forget(gone);
        Ok(())
    }

    /// Destroys all the keys of a class that are of school years before one.
    pub async fn destroy_before(&self, class: Retention, year: SchoolYear) -> Result<usize, VaultError> {
        let gone = store::destroy_before(&self.pool, class, year.0).await?;
        let mut cache = self.write();
        cache.by_name.retain(|(_, of, when), _| *of != class || *when >= year);
        let count = gone.len();
        cache.forget(gone);
        Ok(count)
    }

    /// Makes sure that a key is the one that stands: another process may have destroyed the one that this one holds.
    pub async fn renew(&self, name: &KeyName) -> Result<(), VaultError> {
        self.write().by_name.remove(name);
        self.prepare(std::slice::from_ref(name)).await
    }

    /// Opens one cell.
    pub async fn open_one(&self, cell: &SealedCell) -> Result<Option<String>, VaultError> {
        Ok(self.open(&[cell]).await?.pop().flatten())
    }

    /// The reference and the key of this name, made durably if there is none yet.
    pub(crate) async fn secret_of(&self, name: &KeyName) -> Result<(DekRef, Dek), VaultError> {
        loop {
            // The memory of keys may be emptied between the two.
            self.prepare(std::slice::from_ref(name)).await?;
            if let Some(found) = self.read().by_name.get(name) {
                return Ok(*found);
            }
        }
    }

    /// The key of this reference; none when it is not here, or destroyed.
    pub(crate) async fn secret(&self, dek_ref: DekRef) -> Result<Option<Dek>, VaultError> {
        let known = self.read().by_ref.get(&dek_ref).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = store::keys(&self.pool, &self.kek, &[dek_ref]).await?.pop().map(|(_, dek)| dek);
        Ok(self.write().learn(dek_ref, found))
    }

    /// Finds, or makes durably, the persons a feed names by these numbers, in their order. A number already known keeps its person.
    pub async fn identify(&self, numbers: &[IdentityNumber]) -> Result<Vec<PersonId>, VaultError> {
        let keys: Vec<Vec<u8>> = numbers.iter().map(|number| self.index(number)).collect();
        store::identify(&self.pool, &keys).await
    }

    /// The persons already known by these numbers, in their order; makes none.
    pub async fn known(&self, numbers: &[IdentityNumber]) -> Result<Vec<Option<PersonId>>, VaultError> {
        let keys: Vec<Vec<u8>> = numbers.iter().map(|number| self.index(number)).collect();
        store::known(&self.pool, &keys).await
    }

    /// Notes that these numbers name these persons too: one person may be known to two feeds. A number already taken stays.
    pub async fn link(&self, numbers: &[(IdentityNumber, PersonId)]) -> Result<(), VaultError> {
        let rows: Vec<(Vec<u8>, PersonId)> =
            numbers.iter().map(|(number, person)| (self.index(number), *person)).collect();
        store::link(&self.pool, &rows).await
    }

    fn index(&self, number: &IdentityNumber) -> Vec<u8> {
        let text = format!("{}\u{1f}{}\u{1f}{}", number.source, number.category, number.number);
        hmac::sign(&self.identity_index, text.as_bytes()).as_ref().to_vec()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Cache> {
        self.cache.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Cache> {
        let mut cache = self.cache.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if cache.by_ref.len() > CACHE_MAX {
            *cache = Cache::default();
        }
        cache
    }
}

/// A number by which a feed knows a person. The category is part of it: a pupil and a relative may share a number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentityNumber {
    pub source: String,
    pub category: String,
    pub number: String,
}
