//! The types of the files that may go with what is written, and how large they may be: dated data that a school may change.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The types that are taken: a closed list, in which nothing is a page or a program. Told from the first bytes of the file, never from its
/// name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// How large a file may be, of which types, and how much a textbook may hold in its year. Dated data, as the pause is: a later decision of
/// the same school replaces an earlier one from its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileLimits {
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub valid_from: Date,
    /// The text it rests on, or the decision of the school.
    pub source: String,
    pub document_bytes_max: u64,
    pub image_bytes_max: u64,
    pub audio_bytes_max: u64,
    pub video_bytes_max: u64,
    /// Of all the files that one textbook ever held, in bytes that can be read.
    pub textbook_bytes_max: u64,
    /// Those of the closed list that the school takes.
    pub taken: BTreeSet<Media>,
}

/// What one sending may hold: a school may choose less, never more.
pub const FILE_BYTES_MAX: u64 = 200 * MEGABYTE;
/// The same, of a year of one textbook.
pub const TEXTBOOK_BYTES_MAX: u64 = 1_000_000 * MEGABYTE;
const MEGABYTE: u64 = 1_000_000;

impl FileLimits {
    pub fn bytes_max(&self, media: Media) -> u64 {
        match media.sort() {
            Sort::Document => self.document_bytes_max,
            Sort::Image => self.image_bytes_max,
            Sort::Audio => self.audio_bytes_max,
            Sort::Video => self.video_bytes_max,
        }
    }

    /// Whether a school may decide so: something is taken, nothing is larger than a sending, and a textbook holds its largest file.
    pub fn is_sound(&self) -> bool {
        let each = [self.document_bytes_max, self.image_bytes_max, self.audio_bytes_max, self.video_bytes_max];
        let most = each.into_iter().max().unwrap_or_default();
        let source = self.source.trim().chars().count();
        each.iter().all(|bytes| (1..=FILE_BYTES_MAX).contains(bytes))
            && (most..=TEXTBOOK_BYTES_MAX).contains(&self.textbook_bytes_max)
            && !self.taken.is_empty()
            && (1..=300).contains(&source)
    }
}

/// The limits of a school that decided nothing of its own. No text fixes any: these let a scanned lesson, a photograph and ten minutes of
/// speech pass, and a pupil's telephone fetch them; two gigabytes are a hundred of the largest files in a year.
pub fn customary_limits() -> Vec<FileLimits> {
    vec![FileLimits {
        valid_from: Date::MIN,
        source: "usage, aucun texte".into(),
        document_bytes_max: 20 * MEGABYTE,
        image_bytes_max: 10 * MEGABYTE,
        audio_bytes_max: 20 * MEGABYTE,
        video_bytes_max: 20 * MEGABYTE,
        textbook_bytes_max: 2_000 * MEGABYTE,
        taken: Media::ALL.into(),
    }]
}

/// The limits in force on a day: the latest of those already valid, and of two of one day the last decided.
pub fn limits_on(limits: &[FileLimits], date: Date) -> Option<&FileLimits> {
    limits.iter().filter(|limits| limits.valid_from <= date).max_by_key(|limits| limits.valid_from)
}
