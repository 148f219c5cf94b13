//! Personal data: names, contacts and every free text.
//!
//! A [`Personal`] value is about a [`Subject`], belongs to a [`Retention`] class, and is clear, sealed or forgotten. It is written
//! only through a vault ([`sealing`]), so its plaintext cannot reach a disk by mistake; it is read back sealed, without any key.
//! Its content never appears in a `Debug` output.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{PersonId, TextbookId};

/// Whom, or what document, a value is about. Destroying the key of the subject forgets the value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    Person(PersonId),
    /// Text about several persons: forgetting any one of them forgets it.
    AllOf(Vec<PersonId>),
    /// Official text: a teacher may have typed a name in it.
    Textbook(TextbookId),
}

/// How long a value may be kept, and on what ground. One key per subject, class and school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// Names and identifiers: until the account has lost its reason (arrêté du 30-11-2006, art. 6).
    Identity,
    /// Addresses, telephones: as identity, and erasable apart.
    Contact,
    /// What is written about a pupil.
    Pedagogic,
    /// The official record, with the textbook.
    Archive,
    /// Drafts and notes kept for oneself: to the end of the school year.
    Desk,
}

/// Something that can be sealed: it has one text form.
pub trait Sealable: Sized {
    fn plaintext(&self) -> String;
    fn from_plaintext(text: &str) -> Option<Self>;
}

impl Sealable for String {
    fn plaintext(&self) -> String {
        self.clone()
    }

    fn from_plaintext(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A value under its key. `sealed_box` is `version ‖ salt ‖ nonce ‖ ciphertext ‖ tag` in base64; `commit` fixes the plaintext,
/// so that no second key can show a second text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub about: Subject,
    pub class: Retention,
    /// The place of the value in its event, from 0.
    pub part: u16,
    /// References of the keys it was sealed under (16 random bytes each, base64).
    pub dek: Vec<String>,
    #[serde(rename = "box")]
    pub sealed_box: String,
    /// SHA-256 commitment to the plaintext, base64.
    pub commit: String,
}

/// A sealed value with the row it was sealed for: what a read model keeps, what a page opens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredCell")]
pub struct SealedCell {
    #[serde(rename = "a")]
    pub aggregate: Cow<'static, str>,
    #[serde(rename = "i")]
    pub stream: String,
    #[serde(rename = "s")]
    pub sequence: i64,
    #[serde(rename = "e")]
    pub event: Cow<'static, str>,
    /// Shared by the event and every read model that folds it.
    #[serde(flatten, serialize_with = "shared")]
    pub sealed: Arc<Sealed>,
}

fn shared<S: Serializer>(sealed: &Arc<Sealed>, serializer: S) -> Result<S::Ok, S::Error> {
    sealed.as_ref().serialize(serializer)
}

/// A cell as its fields stand in the text, which is read in one pass: `flatten` would keep them all aside first.
#[derive(Deserialize)]
struct StoredCell {
    #[serde(rename = "a")]
    aggregate: String,
    #[serde(rename = "i")]
    stream: String,
    #[serde(rename = "s")]
    sequence: i64,
    #[serde(rename = "e")]
    event: String,
    about: Subject,
    class: Retention,
    part: u16,
    dek: Vec<String>,
    #[serde(rename = "box")]
    sealed_box: String,
    commit: String,
}

impl From<StoredCell> for SealedCell {
    fn from(stored: StoredCell) -> Self {
        let StoredCell { aggregate, stream, sequence, event, about, class, part, dek, sealed_box, commit } = stored;
        let sealed = Arc::new(Sealed { about, class, part, dek, sealed_box, commit });
        Self { aggregate: aggregate.into(), stream, sequence, event: event.into(), sealed }
    }
}

impl SealedCell {
    /// The text a read model stores.
    pub fn to_column(&self) -> String {
        // The room for all but the box, so that the text is not moved while it grows.
        let mut text = Vec::with_capacity(self.sealed.sealed_box.len() + 512);
        serde_json::to_writer(&mut text, self)
            .map_or_else(|_| String::new(), |()| String::from_utf8(text).unwrap_or_default())
    }

    /// Reads a stored cell back; `None` when it is not one.
    pub fn from_column(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Value<T> {
    Clear(T),
    Sealed(Arc<Sealed>),
}

/// A personal value of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal<T = String> {
    about: Subject,
    class: Retention,
    value: Value<T>,
}

impl<T> Personal<T> {
    pub fn new(about: Subject, class: Retention, value: T) -> Self {
        Self { about, class, value: Value::Clear(value) }
    }

    /// Official text of a textbook.
    pub fn official(textbook: TextbookId, value: T) -> Self {
        Self::new(Subject::Textbook(textbook), Retention::Archive, value)
    }

    pub fn about(&self) -> &Subject {
        &self.about
    }

    pub fn class(&self) -> Retention {
        self.class
    }

    pub fn clear(&self) -> Option<&T> {
        match &self.value {
            Value::Clear(value) => Some(value),
            Value::Sealed(_) => None,
        }
    }

    pub fn sealed(&self) -> Option<&Sealed> {
        match &self.value {
            Value::Sealed(sealed) => Some(sealed),
            Value::Clear(_) => None,
        }
    }

    /// The same, kept alive by whoever has it.
    pub(crate) fn shared(&self) -> Option<Arc<Sealed>> {
        match &self.value {
            Value::Sealed(sealed) => Some(sealed.clone()),
            Value::Clear(_) => None,
        }
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({:?}, {:?})", self.about, self.class)
    }
}

/// Seals clear values while an event is written. Held by the vault.
pub trait Seal {
    /// `part` is not known to the caller: values are numbered in the order in which they are met.
    fn seal(&self, about: &Subject, class: Retention, plaintext: &str) -> Result<Sealed, String>;
}

thread_local! {
    static SEAL: RefCell<Option<Rc<dyn Seal>>> = const { RefCell::new(None) };
}

/// Runs `write` with a vault at hand: inside it, and only there, clear values can be serialised, and come out sealed.
pub fn sealing<R>(seal: Rc<dyn Seal>, write: impl FnOnce() -> R) -> R {
    struct Restore(Option<Rc<dyn Seal>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let former = self.0.take();
            SEAL.with(|slot| *slot.borrow_mut() = former);
        }
    }
    let _restore = Restore(SEAL.with(|slot| slot.borrow_mut().replace(seal)));
    write()
}

impl<T: Sealable> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Sealed(sealed) => sealed.as_ref().serialize(serializer),
            Value::Clear(value) => {
                let seal = SEAL.with(|slot| slot.borrow().clone());
                let seal =
                    seal.ok_or_else(|| S::Error::custom("a personal value is written only through the vault"))?;
                let sealed = seal.seal(&self.about, self.class, &value.plaintext()).map_err(S::Error::custom)?;
                sealed.serialize(serializer)
            }
        }
    }
}

impl<'de, T: Sealable> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Form {
            about: Subject,
            class: Retention,
            clear: Option<String>,
            part: Option<u16>,
            #[serde(default)]
            dek: Vec<String>,
            #[serde(rename = "box")]
            sealed_box: Option<String>,
            commit: Option<String>,
        }
        let Form { about, class, clear, part, dek, sealed_box, commit } = Form::deserialize(deserializer)?;
        let value = match (clear, sealed_box) {
            (Some(text), None) => {
                Value::Clear(T::from_plaintext(&text).ok_or_else(|| D::Error::custom("malformed clear value"))?)
            }
            (None, Some(sealed_box)) => Value::Sealed(Arc::new(Sealed {
                about: about.clone(),
                class,
                part: part.unwrap_or_default(),
                dek,
                sealed_box,
                commit: commit.unwrap_or_default(),
            })),
            _ => return Err(D::Error::custom("a personal value is either clear or sealed")),
        };
        Ok(Self { about, class, value })
    }
}

/// Implements [`Sealable`] for a struct, as JSON.
#[macro_export]
macro_rules! sealable_as_json {
    ($($name:ty),*) => {$(
        impl $crate::personal::Sealable for $name {
            fn plaintext(&self) -> String {
                serde_json::to_string(self).unwrap_or_default()
            }

            fn from_plaintext(text: &str) -> Option<Self> {
                serde_json::from_str(text).ok()
            }
        }
    )*};
}

#[cfg(test)]
mod spec {
    use super::*;
    use uuid::Uuid;

    fn secret() -> Personal {
        Personal::new(Subject::Person(PersonId(Uuid::nil())), Retention::Identity, "Inès".to_owned())
    }

    struct Fake;
    impl Seal for Fake {
        fn seal(&self, about: &Subject, class: Retention, _: &str) -> Result<Sealed, String> {
            Ok(Sealed { about: about.clone(), class, part: 0, dek: vec![], sealed_box: "x".into(), commit: "y".into() })
        }
    }

    #[test]
    fn a_clear_value_cannot_be_written_without_the_vault() {
        assert!(serde_json::to_string(&secret()).is_err());
    }

    #[test]
    fn through_the_vault_it_is_written_sealed_and_read_back_sealed() {
        let text = sealing(Rc::new(Fake), || serde_json::to_string(&secret())).unwrap();
        assert!(!text.contains("Inès"));
        let back: Personal = serde_json::from_str(&text).unwrap();
        assert!(back.clear().is_none());
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        assert!(serde_json::to_string(&secret()).is_err());
    }

    #[test]
    fn its_content_is_not_in_its_debug_output() {
        assert!(!format!("{:?}", secret()).contains("Inès"));
    }
}
