//! A file that goes with a resource (pièce jointe): what the record says of it. Its bytes are kept apart, sealed, under an address that is
//! the digest of what is kept; the event holds that address and a commitment to what can be read there.
//!
//! A client names a file by its address alone. How long it is and of what type was found out when it was received, and is a fact of the
//! decision. Its name is the title of its resource.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::entry::{NewResource, Resource};
use super::{Command, Event, Rejection, State};
pub use crate::media::{FileLimits, Media, Sort, customary_limits, limits_on};

/// SHA-256 of the sealed bytes: 64 hexadecimal digits, in small letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct FileAddress(pub [u8; 32]);

/// An address has 64 hexadecimal digits, in small letters: one file has one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a file is named by 64 hexadecimal digits, in small letters")]
pub struct MalformedAddress;

impl fmt::Display for FileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<FileAddress> for String {
    fn from(address: FileAddress) -> Self {
        address.to_string()
    }
}

impl FromStr for FileAddress {
    type Err = MalformedAddress;

    fn from_str(text: &str) -> Result<Self, MalformedAddress> {
        let digit = |letter: u8| match letter {
            b'0'..=b'9' => Ok(letter - b'0'),
            b'a'..=b'f' => Ok(letter - b'a' + 10),
            _ => Err(MalformedAddress),
        };
        let mut bytes = [0; 32];
        if text.len() != 64 {
            return Err(MalformedAddress);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for FileAddress {
    type Error = MalformedAddress;

    fn try_from(text: String) -> Result<Self, MalformedAddress> {
        text.parse()
    }
}

/// A file, as the event holds it. Nothing here is about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub address: FileAddress,
    /// Of what can be read, not of what is kept.
    pub bytes: u64,
    pub media: Media,
    /// Salted SHA-256 commitment to what can be read, base64. The salt goes with the key.
    pub commit: String,
}

/// What is known of files when a decision is taken.
#[derive(Clone)]
pub struct Received {
    pub limits: Vec<FileLimits>,
    /// Of the files that the command names, those that were received for this textbook and wait to be published.
    pub files: BTreeMap<FileAddress, File>,
}

impl Default for Received {
    fn default() -> Self {
        Self { limits: customary_limits(), files: BTreeMap::new() }
    }
}

impl Command {
    /// The files it names.
    pub fn files(&self) -> impl Iterator<Item = FileAddress> {
        let (resources, homework) = match self {
            Self::PublishEntry { resources, homework, .. } | Self::ReviseEntry { resources, homework, .. } => {
                (&resources[..], &homework[..])
            }
            Self::WriteHomework { homework, .. } => (&[][..], &homework[..]),
            Self::GiveHomework { homework, .. } | Self::ReviseHomework { homework } => {
                (&[][..], std::slice::from_ref(homework))
            }
            Self::WithdrawEntry { .. } | Self::WithdrawHomework { .. } => (&[][..], &[][..]),
        };
        let named = resources.iter().chain(homework.iter().flat_map(|work| &work.resources));
        named.filter_map(|resource: &NewResource| resource.file)
    }
}

impl Event {
    /// The files it holds.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        let resources: &[Resource] = match self {
            Self::EntryPublished { resources, .. } | Self::EntryRevised { resources, .. } => resources,
            Self::HomeworkGiven { task, .. } | Self::HomeworkRevised { task, .. } => &task.resources,
            Self::TextbookOpened { .. } | Self::EntryWithdrawn { .. } | Self::HomeworkWithdrawn { .. } => &[],
        };
        resources.iter().filter_map(|resource| resource.file.as_ref())
    }
}

impl State {
    /// Whether any version ever written in this textbook holds that file.
    pub fn holds(&self, file: &FileAddress) -> bool {
        self.files.contains_key(file)
    }

    /// What the files of all its versions hold, in bytes that can be read.
    pub fn file_bytes(&self) -> u64 {
        self.files.values().map(|file| file.bytes).sum()
    }
}

/// The file that a command names, on that day: one that the textbook holds already, or one that was received and is within the limits.
pub(super) fn named(state: &State, received: &Received, today: Date, address: FileAddress) -> Result<File, Rejection> {
    if let Some(held) = state.files.get(&address) {
        return Ok(held.clone());
    }
    let file = received.files.get(&address).ok_or(Rejection::FileUnknown)?;
    match limits_on(&received.limits, today) {
        Some(limits) if !limits.taken.contains(&file.media) => Err(Rejection::FileTypeRefused),
        Some(limits) if file.bytes <= limits.bytes_max(file.media) => Ok(file.clone()),
        _ => Err(Rejection::FileTooLarge),
    }
}

/// These events, unless the files they bring are more than a textbook may hold in its year. Counted in bytes that can be read, each file once,
/// over all that its events ever held: what is withdrawn is kept too. Events that bring none are never refused.
pub(super) fn within_quota(
    state: &State,
    events: Vec<Event>,
    received: &Received,
    today: Date,
) -> Result<Vec<Event>, Rejection> {
    let brought: BTreeMap<FileAddress, u64> =
        events.iter().flat_map(Event::files).map(|file| (file.address, file.bytes)).collect();
    let new: u64 =
        brought.iter().filter(|(address, _)| !state.files.contains_key(*address)).map(|(_, bytes)| bytes).sum();
    let room = limits_on(&received.limits, today).map_or(0, |limits| limits.textbook_bytes_max);
    let full = new > 0 && state.file_bytes().saturating_add(new) > room;
    if full { Err(Rejection::FileQuotaReached) } else { Ok(events) }
}
