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
use serde_json::value::RawValue;

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

/// A sealed value on its way: as its text stands in the event, which is copied as it is and read only to be opened, or read already.
#[derive(Clone)]
pub enum Kept {
    Text(Arc<RawValue>),
    Read(Arc<Sealed>),
}

impl Kept {
    /// `None` when the text is no sealed value, which no event holds ([`Personal`] is read after a look at all its fields).
    pub fn read(&self) -> Option<Cow<'_, Sealed>> {
        match self {
            Self::Text(text) => serde_json::from_str(text.get()).ok().map(Cow::Owned),
            Self::Read(sealed) => Some(Cow::Borrowed(sealed)),
        }
    }

    /// The place of the value in its event.
    pub fn part(&self) -> u16 {
        self.read().map(|sealed| sealed.part).unwrap_or_default()
    }

    /// Bytes of its text, roughly.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.get().len(),
            Self::Read(sealed) => sealed.sealed_box.len() + 256,
        }
    }

    /// Its text, after what is written already.
    fn write(&self, text: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Text(stored) => text.extend_from_slice(stored.get().as_bytes()),
            Self::Read(sealed) => serde_json::to_writer(text, sealed.as_ref())?,
        }
        Ok(())
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.read() == other.read()
    }
}

impl From<Sealed> for Kept {
    fn from(sealed: Sealed) -> Self {
        Self::Read(Arc::new(sealed))
    }
}

/// A sealed value with the row it was sealed for: what a read model keeps, what a page opens.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(from = "StoredCell")]
pub struct SealedCell {
    pub aggregate: Cow<'static, str>,
    pub stream: String,
    pub sequence: i64,
    pub event: Cow<'static, str>,
    /// Shared by the event and every read model that folds it.
    pub sealed: Kept,
}

impl Serialize for SealedCell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_column()).map_err(S::Error::custom)?.serialize(serializer)
    }
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
        let sealed = Sealed { about, class, part, dek, sealed_box, commit };
        Self { aggregate: aggregate.into(), stream, sequence, event: event.into(), sealed: sealed.into() }
    }
}

/// The row that a cell was sealed for, as its text begins.
#[derive(Serialize)]
struct Address<'a> {
    a: &'a str,
    i: &'a str,
    s: i64,
    e: &'a str,
}

impl SealedCell {
    /// The text a read model stores: the fields of the row, then those of the value. Empty when it cannot be written.
    pub fn to_column(&self) -> String {
        let mut text = Vec::with_capacity(self.sealed.bytes() + 160);
        self.write_column(&mut text).map_or_else(|_| String::new(), |()| String::from_utf8(text).unwrap_or_default())
    }

    /// The same, after what is written already. What an error leaves is no such text.
    pub fn write_column(&self, text: &mut Vec<u8>) -> serde_json::Result<()> {
        let Self { aggregate, stream, sequence, event, sealed } = self;
        serde_json::to_writer(&mut *text, &Address { a: aggregate, i: stream, s: *sequence, e: event })?;
        // Two objects in a row become one: the brace that ends the first, and the one that begins the second, are a comma.
        text.pop();
        let joint = text.len();
        sealed.write(text)?;
        if let Some(brace) = text.get_mut(joint) {
            *brace = b',';
        }
        Ok(())
    }

    /// Reads a stored cell back; `None` when it is not one.
    pub fn from_column(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[derive(Clone)]
enum Value<T> {
    Clear { about: Subject, class: Retention, value: T },
    Sealed(Arc<RawValue>),
}

/// A personal value of an event.
#[derive(Clone, PartialEq)]
pub struct Personal<T = String>(Value<T>);

impl<T: PartialEq> PartialEq for Value<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clear { about, class, value }, Self::Clear { about: whom, class: kept, value: what }) => {
                (about, class, value) == (whom, kept, what)
            }
            (Self::Sealed(text), Self::Sealed(other)) => text.get() == other.get(),
            _ => false,
        }
    }
}

impl<T> Personal<T> {
    pub fn new(about: Subject, class: Retention, value: T) -> Self {
        Self(Value::Clear { about, class, value })
    }

    /// Official text of a textbook.
    pub fn official(textbook: TextbookId, value: T) -> Self {
        Self::new(Subject::Textbook(textbook), Retention::Archive, value)
    }

    /// The key that a clear value is to be sealed under.
    pub fn under(&self) -> Option<(&Subject, Retention)> {
        match &self.0 {
            Value::Clear { about, class, .. } => Some((about, *class)),
            Value::Sealed(_) => None,
        }
    }

    pub fn clear(&self) -> Option<&T> {
        match &self.0 {
            Value::Clear { value, .. } => Some(value),
            Value::Sealed(_) => None,
        }
    }

    /// The fields of a sealed value, read from its text.
    pub fn sealed(&self) -> Option<Sealed> {
        self.kept()?.read().map(Cow::into_owned)
    }

    /// A sealed value as it stands, kept alive by whoever has it.
    pub fn kept(&self) -> Option<Kept> {
        match &self.0 {
            Value::Sealed(text) => Some(Kept::Text(text.clone())),
            Value::Clear { .. } => None,
        }
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.under() {
            Some((about, class)) => write!(f, "Personal({about:?}, {class:?})"),
            None => write!(f, "Personal(sealed)"),
        }
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
        match &self.0 {
            Value::Sealed(text) => text.serialize(serializer),
            Value::Clear { about, class, value } => {
                let seal = SEAL.with(|slot| slot.borrow().clone());
                let seal =
                    seal.ok_or_else(|| S::Error::custom("a personal value is written only through the vault"))?;
                let sealed = seal.seal(about, *class, &value.plaintext()).map_err(S::Error::custom)?;
                sealed.serialize(serializer)
            }
        }
    }
}

/// The fields of a personal value, looked at where they stand. Nothing of a sealed one needs an escape.
#[derive(Deserialize)]
struct Form<'a> {
    about: Subject,
    class: Retention,
    clear: Option<String>,
    #[serde(rename = "box")]
    sealed_box: Option<&'a str>,
    dek: Option<Vec<&'a str>>,
    commit: Option<&'a str>,
    part: Option<u16>,
}

impl<'de, T: Sealable> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let form: Form = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        match form {
            Form { about, class, clear: Some(clear), sealed_box: None, .. } => {
                let value = T::from_plaintext(&clear).ok_or_else(|| D::Error::custom("malformed clear value"))?;
                Ok(Self::new(about, class, value))
            }
            Form { clear: None, sealed_box: Some(_), dek: Some(_), commit: Some(_), part: Some(_), .. } => {
                Ok(Self(Value::Sealed(text.into())))
            }
            _ => Err(D::Error::custom("a personal value is either clear or sealed")),
        }
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
mod spec;
