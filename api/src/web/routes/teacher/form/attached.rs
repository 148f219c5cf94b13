//! The files of a form: those it just brought, and those it brought before and names again.

use std::collections::BTreeMap;

use domain::ids::{PersonId, TextbookId};
use domain::textbook::file::{File, FileAddress, FileLimits, Media, Sort};
use infra::files::FileError;

use super::sent::SentFile;
use super::{Beside, Typed, wrong};
use crate::app::App;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::said;
use crate::web::teacher::{FileRow, ResourceRow};

/// The file that a row names again, unless it is to do without; what it is is not known yet.
pub fn kept(address: String, without: &str) -> Option<FileRow> {
    let named = address.parse::<FileAddress>().is_ok() && without != "oui";
    named.then_some(FileRow { address, said: String::new() })
}

/// A file as a row of the form shows it.
pub fn row(file: &File) -> FileRow {
    FileRow { address: file.address.to_string(), said: said::file(file) }
}

impl Typed {
    /// Every row of documents, of the lesson and of its works.
    pub fn rows(&mut self) -> Vec<(Beside, &mut ResourceRow)> {
        let works = self.homework.iter_mut().zip(1..).flat_map(|(row, n)| {
            let documents = row.documents.iter_mut().flatten().zip(1..);
            documents.map(move |(row, document)| (Beside { work: Some(n), document }, row))
        });
        let of_lesson = self.resources.iter_mut().zip(1..);
        of_lesson.map(|(row, document)| (Beside { work: None, document }, row)).chain(works).collect()
    }

    /// The files that its rows name.
    pub fn files(&mut self) -> Vec<FileAddress> {
        self.rows().into_iter().filter_map(|(_, row)| row.file.as_ref()?.address.parse().ok()).collect()
    }

    /// Puts the files that came with the form beside their titles, and says of the others what they are. `known` finds those that the
    /// lesson holds already, or takes over.
    pub async fn attach(
        &mut self,
        app: &App,
        (author, textbook): (PersonId, TextbookId),
        sent: BTreeMap<Beside, SentFile>,
        known: impl Fn(FileAddress) -> Option<File>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), Problem> {
        for (beside, row) in self.rows() {
            let Some(named) = &row.file else { continue };
            let found = match named.address.parse() {
                Ok(address) => match known(address) {
                    Some(known) => Some(known),
                    None => app.files.received(&app.desk, author, textbook, address).await?,
                },
                Err(_) => None,
            };
            row.file = found.as_ref().map(self::row);
            if found.is_none() {
                wrong(errors, beside.field("fichier"), "Ce fichier n’est plus là : joignez-le de nouveau.");
            }
        }
        for (beside, SentFile { title, bytes, outcome }) in sent {
            let Some((_, row)) = self.rows().into_iter().find(|(at, _)| *at == beside) else { continue };
            // A title of one's own is better; without, the name says what it is.
            if row.title.is_empty() {
                row.title = title;
            }
            match outcome {
                Ok(arrived) => row.file = Some(self::row(&arrived.deposit().await?)),
                Err(refused) => {
                    self.too_large |= matches!(refused, FileError::TooLarge { .. } | FileError::QuotaReached { .. });
                    wrong(errors, beside.field("fichier"), &told(&refused, bytes));
                }
            }
        }
        Ok(())
    }
}

/// Why a file of that length is not taken.
fn told(refused: &FileError, bytes: u64) -> String {
    let sent = fr::size(bytes);
    match refused {
        FileError::TooLarge { bytes_max } => {
            format!("Ce fichier est trop lourd ({sent}) : {} au plus pour ce type.", fr::size(*bytes_max))
        }
        FileError::QuotaReached { bytes_max, bytes_used } => format!(
            "Ce fichier ({sent}) n’a plus sa place : les fichiers de ce cahier font déjà {}, sur {} pour l’année. La direction peut changer cette limite.",
            fr::size(*bytes_used),
            fr::size(*bytes_max)
        ),
        FileError::TypeRefused(media) => {
            format!("L’établissement n’accepte pas ce type de fichier ({}).", said::media(*media))
        }
        FileError::NotTaken => {
            "Ce type de fichier n’est pas accepté : joignez un PDF, un document bureautique, une image (PNG, JPEG, WebP) ou un son (MP3, M4A, OGG, WAV)."
                .to_owned()
        }
        FileError::Empty => "Ce fichier est vide.".to_owned(),
        _ => "Ce fichier n’a pas pu être enregistré : réessayez.".to_owned(),
    }
}

/// What may be sent, and how large: `PDF, texte, tableur ou diaporama : 20 Mo au plus ; …`
pub fn limits_said(limits: Option<&FileLimits>) -> String {
    let Some(limits) = limits else { return String::new() };
    let sorts = [Sort::Document, Sort::Image, Sort::Audio, Sort::Video];
    let one = |sort: Sort| {
        let all = || Media::ALL.into_iter().filter(move |media| media.sort() == sort);
        let taken: Vec<Media> = all().filter(|media| limits.taken.contains(media)).collect();
        let most = fr::size(limits.bytes_max(*taken.first()?));
        let whole = taken.len() == all().count();
        let what = match sort {
            Sort::Document if whole => "PDF, texte, tableur ou diaporama".to_owned(),
            Sort::Image if whole => "image".to_owned(),
            Sort::Audio if whole => "son, à écouter dans la page".to_owned(),
            Sort::Video if whole => "vidéo".to_owned(),
            _ => taken.iter().map(|media| said::media(*media)).collect::<Vec<_>>().join(", "),
        };
        Some(format!("{what} : {most} au plus"))
    };
    fr::spaced(&format!("{}.", sorts.into_iter().filter_map(one).collect::<Vec<_>>().join(" ; ")))
}
