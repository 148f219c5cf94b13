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

/// The types that are taken: a closed list, in which nothing is a page or a program. Told from the first bytes of the file, never from its
/// name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Media {
    Pdf,
    Odt,
    Ods,
    Odp,
    Docx,
    Xlsx,
    Pptx,
    Png,
    Jpeg,
    Webp,
    Mp3,
    M4a,
    Ogg,
    Wav,
    Mp4,
}

/// What a type is, as far as limits and pages care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Document,
    Image,
    /// Played in the page.
    Audio,
    Video,
}

impl Media {
    pub const ALL: [Self; 15] = [
        Self::Pdf,
        Self::Odt,
        Self::Ods,
        Self::Odp,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
        Self::Png,
        Self::Jpeg,
        Self::Webp,
        Self::Mp3,
        Self::M4a,
        Self::Ogg,
        Self::Wav,
        Self::Mp4,
    ];

    /// The stored name; the same as in JSON, and as the extension of a file's name.
    pub fn name(self) -> &'static str {
        serde_variant::to_variant_name(&self).unwrap_or("pdf")
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.name() == text)
    }

    /// As in `Content-Type`.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::Mp4 => "video/mp4",
        }
    }

    pub const fn sort(self) -> Sort {
        match self {
            Self::Pdf | Self::Odt | Self::Ods | Self::Odp | Self::Docx | Self::Xlsx | Self::Pptx => Sort::Document,
            Self::Png | Self::Jpeg | Self::Webp => Sort::Image,
            Self::Mp3 | Self::M4a | Self::Ogg | Self::Wav => Sort::Audio,
            Self::Mp4 => Sort::Video,
        }
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

/// How large a file may be. Dated data, as the pause is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLimits {
    pub valid_from: Date,
    /// The text it rests on, or the decision of the school.
    pub source: String,
    pub document_bytes_max: u64,
    pub image_bytes_max: u64,
    pub audio_bytes_max: u64,
    pub video_bytes_max: u64,
}

impl FileLimits {
    pub fn bytes_max(&self, media: Media) -> u64 {
        match media.sort() {
            Sort::Document => self.document_bytes_max,
            Sort::Image => self.image_bytes_max,
            Sort::Audio => self.audio_bytes_max,
            Sort::Video => self.video_bytes_max,
        }
    }
}

/// The limits of a school that decided nothing of its own. No text fixes any: these let a scanned lesson, a photograph and ten minutes of
/// speech pass, and a pupil's telephone fetch them.
pub fn customary_limits() -> Vec<FileLimits> {
    const MEGABYTE: u64 = 1_000_000;
    vec![FileLimits {
        valid_from: Date::MIN,
        source: "usage, aucun texte".into(),
        document_bytes_max: 20 * MEGABYTE,
        image_bytes_max: 10 * MEGABYTE,
        audio_bytes_max: 20 * MEGABYTE,
        video_bytes_max: 20 * MEGABYTE,
    }]
}

/// The limits in force on a day: the latest of those already valid.
pub fn limits_on(limits: &[FileLimits], date: Date) -> Option<&FileLimits> {
    limits.iter().filter(|limits| limits.valid_from <= date).max_by_key(|limits| limits.valid_from)
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
}

/// The file that a command names, on that day: one that the textbook holds already, or one that was received and is within the limits.
pub(super) fn named(state: &State, received: &Received, today: Date, address: FileAddress) -> Result<File, Rejection> {
    if let Some(held) = state.files.get(&address) {
        return Ok(held.clone());
    }
    let file = received.files.get(&address).ok_or(Rejection::FileUnknown)?;
    let within = limits_on(&received.limits, today).is_some_and(|limits| file.bytes <= limits.bytes_max(file.media));
    if within { Ok(file.clone()) } else { Err(Rejection::FileTooLarge) }
}
