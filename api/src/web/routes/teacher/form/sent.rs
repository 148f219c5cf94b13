//! What a browser sends with the form of a lesson: its fields, and files that are sealed as they come.
//!
//! Nothing of a file is kept before the whole form is there: a sending that breaks off leaves nothing. A file that is refused is read to
//! its end all the same, or the browser would show an error of its own and what was typed would be lost.

use std::collections::{BTreeMap, HashMap};

use axum::Form;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use domain::ids::{PersonId, TextbookId};
use infra::files::{Arrived, Arriving, FileError};

use super::Beside;
use crate::app::App;
use crate::problem::Problem;
use crate::web::routes::paced::{FORM_BYTES_MAX, Room, TEXT_BYTES_MAX, paced};

/// A file beside a document.
pub struct SentFile {
    /// As its owner called it, without folder or extension.
    pub title: String,
    /// How long it was, taken or refused.
    pub bytes: u64,
    pub outcome: Result<Arrived, FileError>,
}

/// A form as it came.
#[derive(Default)]
pub struct Sent {
    pub fields: HashMap<String, String>,
    pub files: BTreeMap<Beside, SentFile>,
}

impl Sent {
    /// Reads a form; the files of somebody who does not write in this textbook are not taken.
    pub async fn read(
        app: &App,
        author: PersonId,
        textbook: TextbookId,
        mut request: Request,
    ) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        if !kind.starts_with(b"multipart/form-data") {
            DefaultBodyLimit::max(TEXT_BYTES_MAX).apply(&mut request);
            let form = Form::<HashMap<String, String>>::from_request(request, &()).await;
            let Form(fields) = form.map_err(|problem| unreadable(problem.status()))?;
            return Ok(Self { fields, files: BTreeMap::new() });
        }
        DefaultBodyLimit::max(FORM_BYTES_MAX).apply(&mut request);
        let form = Multipart::from_request(paced(request), &()).await;
        let mut form = form.map_err(|problem| unreadable(problem.status()))?;
        let mut sent = Self::default();
        let mut left = Room::whole();
        while let Some(mut field) = form.next_field().await.map_err(broken_off)? {
            let name = field.name().unwrap_or_default().to_owned();
            left.field(&name).ok_or_else(|| unreadable(StatusCode::PAYLOAD_TOO_LARGE))?;
            let Some(row) = row_of_file(&name) else {
                let text = text(&mut field, &mut left).await?;
                sent.fields.insert(name, text);
                continue;
            };
            let title = title(field.file_name().unwrap_or_default());
            if let Some((bytes, outcome)) = file(app, (author, textbook), sent.bytes(), &mut field).await? {
                sent.files.insert(row, SentFile { title, bytes, outcome });
            }
        }
        Ok(sent)
    }

    /// Of the files that were taken so far.
    fn bytes(&self) -> u64 {
        self.files.values().filter(|file| file.outcome.is_ok()).map(|file| file.bytes).sum()
    }
}

/// `ressource_3_fichier`: beside which document.
fn row_of_file(name: &str) -> Option<Beside> {
    Beside::parse(name).filter(|(_, what)| *what == "fichier").map(|(beside, _)| beside)
}

/// The name of a file without its folder and its extension: some browsers, and all programs, send a whole path.
fn title(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    name.chars().filter(|letter| !letter.is_control()).take(300).collect::<String>().trim().to_owned()
}

async fn text(field: &mut Field<'_>, left: &mut Room) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken_off)? {
        left.text(piece.len()).ok_or_else(|| unreadable(StatusCode::PAYLOAD_TOO_LARGE))?;
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| unreadable(StatusCode::BAD_REQUEST))
}

/// A file, taken or refused, and how long it was; none when none was chosen.
async fn file(
    app: &App,
    (author, textbook): (PersonId, TextbookId),
    besides: u64,
    field: &mut Field<'_>,
) -> Result<Option<(u64, Result<Arrived, FileError>)>, Problem> {
    let chosen = field.file_name().is_some_and(|name| !name.is_empty());
    let mut taken: Option<Result<Arriving, FileError>> = None;
    let mut bytes = 0;
    while let Some(piece) = field.chunk().await.map_err(broken_off)? {
        if piece.is_empty() {
            continue;
        }
        bytes += piece.len() as u64;
        let mut arriving = match taken.take() {
            Some(Ok(arriving)) => arriving,
            Some(refused) => {
                taken = Some(refused);
                continue;
            }
            None => match app.arriving(author, textbook, besides).await {
                Ok(arriving) => arriving,
                // Who reads this textbook and does not write in it: the form itself is refused, with its words.
                Err(problem) if problem.status() == StatusCode::FORBIDDEN => {
                    while field.chunk().await.map_err(broken_off)?.is_some() {}
                    return Ok(None);
                }
                Err(problem) => return Err(problem),
            },
        };
        let written = arriving.write(&piece).await;
        taken = Some(ours_or(written)?.map(|()| arriving));
    }
    match taken {
        None if chosen => Ok(Some((bytes, Err(FileError::Empty)))),
        None => Ok(None),
        Some(Err(refused)) => Ok(Some((bytes, Err(refused)))),
        Some(Ok(arriving)) => Ok(Some((bytes, ours_or(arriving.finish().await)?))),
    }
}

/// What the file itself is refused for; anything else is a failure of ours.
fn ours_or<T>(outcome: Result<T, FileError>) -> Result<Result<T, FileError>, Problem> {
    use FileError::{Empty, NotTaken, QuotaReached, TooLarge, TypeRefused};
    match outcome {
        Err(Empty | NotTaken | TypeRefused(_) | TooLarge { .. } | QuotaReached { .. }) | Ok(_) => Ok(outcome),
        Err(failure) => Err(failure.into()),
    }
}

fn broken_off(problem: MultipartError) -> Problem {
    // A connection that is cut says nothing else than that.
    let status = Some(problem.status()).filter(StatusCode::is_client_error);
    unreadable(status.unwrap_or(StatusCode::BAD_REQUEST))
}

fn unreadable(status: StatusCode) -> Problem {
    Problem::new(status, "form-unreadable", "the form did not arrive as it should")
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_own_name_and_never_by_where_it_was() {
        for (sent, expected) in [
            ("Fiche 3.pdf", "Fiche 3"),
            ("C:\\Users\\vidal\\Documents\\Fiche.v2.pdf", "Fiche.v2"),
            ("/home/vidal/../dictée.mp3", "dictée"),
            ("../../etc/passwd", "passwd"),
            (".pdf", ""),
            ("", ""),
        ] {
            assert_eq!(title(sent), expected, "{sent}");
        }
        assert_eq!(row_of_file("ressource_3_fichier"), Some(Beside { work: None, document: 3 }));
        for other in ["ressource_0_fichier", "travail_1_ressource_21_fichier", "ressource_3_titre", "fichier"] {
            assert_eq!(row_of_file(other), None, "{other}");
        }
    }
}
