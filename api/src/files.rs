//! Files on their way in and out: who may send one, who may read it, and under which headers it is given. Pages and API alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::decider::Decider as _;
use domain::ids::{PersonId, StreamId, TextbookId};
use domain::inspection::look::Seen;
use domain::textbook::file::{File, FileAddress, FileLimits, limits_on};
use domain::textbook::{Command, Rejection, Textbook};
use infra::files::{Arriving, FileError, Reading};
use infra::journal::ExecuteError;
use projections::{inspector, pupil};

use crate::app::App;
use crate::http::scope_on;
use crate::problem::Problem;

impl App {
    /// Begins to take a file from somebody who writes in that textbook today. `besides` are the bytes of others that came with it.
    pub async fn arriving(&self, author: PersonId, textbook: TextbookId, besides: u64) -> Result<Arriving, Problem> {
        let (year, limits) = {
            let books = self.register.read();
            let facts = books.textbook_facts(textbook, self.now()).ok_or_else(Problem::unknown)?;
            let today = facts.zone.to_datetime(self.now()).date();
            if !books.capacity_in(author, textbook, today).teaches() {
                return Err(ExecuteError::Rejected(Rejection::NotYourTextbook).into());
            }
            let limits = limits_on(&facts.received.limits, today).cloned();
            (facts.bounds.year, limits.ok_or_else(|| Problem::from(FileError::NotTaken))?)
        };
        let stream = StreamId::new(Textbook::TYPE, textbook, year);
        let bytes_used = self.journal.state::<Textbook>(stream).await?.0.file_bytes() + besides;
        Ok(self.files.arriving(textbook, year, limits, bytes_used).await?)
    }

    /// A file of one textbook for another, by somebody who writes in that one today: sealed anew, since each has its own key.
    pub(crate) async fn copied(
        &self,
        author: PersonId,
        from: TextbookId,
        file: &File,
        to: TextbookId,
    ) -> Result<File, Problem> {
        let mut reading = self.files.read(from, file, None).await?;
        let mut arriving = self.arriving(author, to, 0).await?;
        while let Some(bytes) = reading.next().await? {
            arriving.write(&bytes).await?;
        }
        Ok(arriving.finish().await?.deposit().await?)
    }

    /// How large files may be in a textbook today.
    pub(crate) fn file_limits(&self, textbook: TextbookId) -> Option<FileLimits> {
        let books = self.register.read();
        let school = books.school_of(textbook)?;
        limits_on(&school.file_limits, school.local(self.now()).date()).cloned()
    }

    /// Of the files that a command names, those that were received for its textbook.
    pub(crate) async fn received(
        &self,
        author: PersonId,
        textbook: TextbookId,
        command: &Command,
    ) -> Result<BTreeMap<FileAddress, File>, Problem> {
        let mut received = BTreeMap::new();
        // A command whose lists are too long is refused for that: nobody makes the store look for thousands of names.
        for address in command.files().take(FILES_LOOKED_FOR_MAX) {
            if let Some(file) = self.files.received(&self.desk, author, textbook, address).await? {
                received.insert(address, file);
            }
        }
        Ok(received)
    }
}

/// Twenty resources for a lesson, and for each of its ten works.
const FILES_LOOKED_FOR_MAX: usize = 220;

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Empty => Self::invalid("file-empty", error.to_string()),
            FileError::NotTaken => {
                let detail = "a PDF, an office document (ODF or OOXML), a picture (PNG, JPEG, WebP), a sound (MP3, M4A, Ogg, WAV) or an MP4";
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "file-not-taken", detail)
            }
            FileError::TypeRefused(_) => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "file-type-refused", error.to_string())
            }
            FileError::QuotaReached { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file-quota-reached", error.to_string())
            }
            FileError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large", error.to_string()),
            FileError::Forgotten => Self::unknown(),
            FileError::Damaged
            | FileError::Missing
            | FileError::Store(_)
            | FileError::Vault(_)
            | FileError::Desk(_) => Self::ours(error),
        }
    }
}

/// A file of a textbook, for somebody who may read a resource that holds it: of pupils and their guardians, in what they are shown now;
/// of who reads behind the scenes, in any version. To others it does not exist.
pub(crate) async fn served(
    app: &Arc<App>,
    reader: PersonId,
    textbook: TextbookId,
    address: &str,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let address: FileAddress = address.parse().map_err(|_| Problem::unknown())?;
    let now = app.now();
    let scope = scope_on(&app.register.read(), reader, textbook, now)?;
    let held = if scope.behind_the_scenes {
        inspector::queries::file(app.tables(inspector::NAME)?, &scope, textbook, address).await?
    } else {
        pupil::queries::file(app.tables(pupil::NAME)?, &scope, now, textbook, address).await?
    };
    let (file, title) = held.and_then(|held| Some((held.file?, held.title))).ok_or_else(Problem::unknown)?;
    if scope.behind_the_scenes {
        app.note_reading(reader, textbook, Seen::Textbook).await?;
    }
    let title = match &title {
        Some(title) => app.vault.open_one(title).await?,
        None => None,
    };
    let part = match asked(headers, &file) {
        Ok(part) => part,
        Err(Unsatisfiable) => return Ok(unsatisfiable(&file)),
    };
    let mut reading = app.files.read(textbook, &file, part).await?;
    let bytes = reading.left();
    // Before anything is answered: what does not open is no answer at all.
    let first = reading.next().await?;
    let disposition = disposition(title.as_deref().unwrap_or_default(), file.media.name());
    let mut response = Body::from_stream(rest(first, reading)).into_response();
    let said = response.headers_mut();
    said.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media.mime()));
    said.insert(header::CONTENT_LENGTH, bytes.into());
    said.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    said.insert(header::ETAG, text(&tag(&file)));
    said.insert(header::CONTENT_DISPOSITION, text(&disposition));
    said.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    said.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    said.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    if let Some((first, last)) = part {
        said.insert(header::CONTENT_RANGE, text(&format!("bytes {first}-{last}/{}", file.bytes)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// What is read first, then the rest as it is opened. What does not open breaks the answer off: half a file is never a whole one.
fn rest(
    first: Option<Vec<u8>>,
    reading: Reading,
) -> impl futures_util::Stream<Item = Result<Bytes, FileError>> + Send + 'static {
    futures_util::stream::try_unfold((first, reading), |(first, mut reading)| async move {
        let bytes = match first {
            Some(bytes) => Some(bytes),
            None => reading.next().await.inspect_err(|problem| tracing::error!(%problem, "a file breaks off"))?,
        };
        Ok(bytes.map(|bytes| (Bytes::from(bytes), (None, reading))))
    })
}

fn text(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// What is under an address never changes.
fn tag(file: &File) -> String {
    format!("\"{}\"", file.address)
}

/// No byte of the file is in the part that is asked for.
struct Unsatisfiable;

/// The part that is asked for, both ends included; none for the whole. What is malformed, or asks for several parts, asks for the whole
/// (RFC 9110 §14.2); so does a part of what is no longer there (§13.1.5).
fn asked(headers: &HeaderMap, file: &File) -> Result<Option<(u64, u64)>, Unsatisfiable> {
    let said = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let range = said(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return Ok(None) };
    if said(header::IF_RANGE).is_some_and(|held| held != tag(file)) {
        return Ok(None);
    }
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let end = file.bytes.saturating_sub(1);
    let (from, until) = match (number(first), number(last)) {
        (Some(from), Some(until)) if from <= until => (from, until.min(end)),
        (Some(from), None) if last.is_empty() => (from, end),
        // The last bytes, so many of them.
        (None, Some(count)) if first.is_empty() => (file.bytes.saturating_sub(count), end),
        _ => return Ok(None),
    };
    if from > end { Err(Unsatisfiable) } else { Ok(Some((from, until))) }
}

fn unsatisfiable(file: &File) -> Response {
    let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range-not-satisfiable", "the file is shorter");
    let mut response = problem.into_response();
    response.headers_mut().insert(header::CONTENT_RANGE, text(&format!("bytes */{}", file.bytes)));
    response
}

/// Saved under its title, never shown in its own page (RFC 6266; the second name is as RFC 8187 wants it).
fn disposition(title: &str, extension: &str) -> String {
    let name = file_name(title, extension);
    let plain: String = name.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'-' | b'_' => encoded.push(char::from(byte)),
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// What a title is called as a file, on whatever machine: no folder, no sign that turns the reading around, one extension.
fn file_name(title: &str, extension: &str) -> String {
    let turns = |letter| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let letters = title.chars().filter(|letter| !turns(*letter)).map(|letter| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' => '_',
        other if other.is_control() => '_',
        other => other,
    });
    let name: String = letters.take(80).collect();
    let name = name.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let (name, ending) = (if name.is_empty() { "document" } else { name }, format!(".{extension}"));
    if name.to_lowercase().ends_with(&ending) { name.to_owned() } else { format!("{name}{ending}") }
}

#[cfg(test)]
mod spec {
    use domain::textbook::file::Media;

    use super::*;

    fn hundred_bytes() -> File {
        File { address: FileAddress([1; 32]), bytes: 100, media: Media::Mp3, commit: String::new() }
    }

    /// The first byte and the last; nothing for the whole; a word when there is no such part.
    fn part(range: &str, if_range: Option<String>) -> Result<Option<(u64, u64)>, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        if let Some(held) = if_range {
            headers.insert(header::IF_RANGE, held.parse().unwrap());
        }
        asked(&headers, &hundred_bytes()).map_err(|Unsatisfiable| "beyond")
    }

    #[test]
    fn a_part_is_what_was_asked_for_and_what_is_not_understood_is_the_whole() {
        for (range, expected) in [
            ("bytes=0-", Ok(Some((0, 99)))),
            ("bytes=0-0", Ok(Some((0, 0)))),
            ("bytes=10-19", Ok(Some((10, 19)))),
            ("bytes=90-500", Ok(Some((90, 99)))),
            ("bytes=-10", Ok(Some((90, 99)))),
            ("bytes=-1000", Ok(Some((0, 99)))),
            ("bytes=100-", Err("beyond")),
            ("bytes=-0", Err("beyond")),
            ("bytes=20-10", Ok(None)),
            ("bytes=0-1,5-6", Ok(None)),
            ("bytes=-", Ok(None)),
            ("bytes=a-b", Ok(None)),
            ("bytes=+1-5", Ok(None)),
            ("bytes=99999999999999999999999-", Ok(None)),
            ("pages=1-2", Ok(None)),
        ] {
            assert_eq!(part(range, None), expected, "{range}");
        }
        assert_eq!(part("bytes=0-9", Some(tag(&hundred_bytes()))), Ok(Some((0, 9))));
        assert_eq!(part("bytes=0-9", Some("\"another\"".into())), Ok(None));
    }

    #[test]
    fn a_file_is_saved_under_its_title_and_nothing_in_a_title_leads_elsewhere() {
        assert_eq!(file_name("Fiche 3, équations", "pdf"), "Fiche 3, équations.pdf");
        assert_eq!(file_name("Fiche.PDF", "pdf"), "Fiche.PDF");
        assert_eq!(file_name("../../etc/passwd", "pdf"), "_.._etc_passwd.pdf");
        assert_eq!(file_name("C:\\temp\\\u{202e}fdp.exe", "pdf"), "C__temp_fdp.exe.pdf");
        assert_eq!(file_name(" . ", "mp3"), "document.mp3");
        let said = disposition("Dictée « n° 2 »\r\nX: y", "mp3");
        assert!(
            said.starts_with("attachment; filename=\"Dict_e _ n_ 2 ___X_ y.mp3\"; filename*=UTF-8''Dict%C3%A9e%20"),
            "{said}"
        );
        assert!(HeaderValue::from_str(&said).is_ok());
    }
}
