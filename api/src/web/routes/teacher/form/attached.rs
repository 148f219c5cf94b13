//! The files of a form: those it just brought, and those it brought before and names again.

use std::collections::BTreeMap;

use domain::ids::{PersonId, TextbookId};
use domain::textbook::file::{File, FileAddress, FileLimits, Media};
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
        for (beside, SentFile { title, outcome }) in sent {
            let Some((_, row)) = self.rows().into_iter().find(|(at, _)| *at == beside) else { continue };
            // A title of one's own is better; without, the name says what it is.
            if row.title.is_empty() {
                row.title = title;
            }
            match outcome {
                Ok(arrived) => row.file = Some(self::row(&arrived.deposit().await?)),
                Err(refused) => {
                    self.too_large |= matches!(refused, FileError::TooLarge { .. });
                    wrong(errors, beside.field("fichier"), &told(&refused));
                }
            }
        }
        Ok(())
    }
}

fn told(refused: &FileError) -> String {
    match refused {
        FileError::TooLarge { bytes_max } => {
            format!("Ce fichier est trop lourd : {} au plus pour ce type.", fr::size(*bytes_max))
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
    let most = |media| fr::size(limits.bytes_max(media));
    let (document, image, audio) = (most(Media::Pdf), most(Media::Jpeg), most(Media::Mp3));
    fr::spaced(&format!(
        "PDF, texte, tableur ou diaporama : {document} au plus ; image : {image} ; son : {audio}, à écouter dans la page."
    ))
}
