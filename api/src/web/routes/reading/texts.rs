//! Sealed texts, opened for one page.

use std::collections::HashMap;

use domain::ids::TextbookId;
use domain::personal::SealedCell;
use projections::cells;

use crate::app::App;
use crate::problem::Problem;
use crate::web::pupil::{Framing, Purpose, Resource};
use crate::web::routes::{files, said};

/// What stands where a text does not open. Its key may be gone, or out of reach: a page cannot tell.
const UNREADABLE: &str = "texte illisible pour le moment";

/// Sealed texts, opened for one page.
pub struct Texts(HashMap<(String, i64, u16), String>);

impl Texts {
    pub async fn open(app: &App, cells: Vec<&SealedCell>) -> Result<Self, Problem> {
        let opened = app.vault.open(&cells).await?;
        let key = |cell: &SealedCell| (cell.stream.clone(), cell.sequence, cell.sealed.part());
        Ok(Self(cells.into_iter().zip(opened).filter_map(|(cell, text)| Some((key(cell), text?))).collect()))
    }

    /// The text; none when it does not open.
    pub fn read(&self, cell: Option<&SealedCell>) -> Option<&str> {
        let found = cell.and_then(|cell| self.0.get(&(cell.stream.clone(), cell.sequence, cell.sealed.part())));
        found.map(String::as_str)
    }

    /// The text, or the words that stand for it.
    pub fn of(&self, cell: Option<&SealedCell>) -> String {
        self.read(cell).unwrap_or(UNREADABLE).to_owned()
    }

    /// What does not open is left out: the lesson itself says that something of it is unreadable.
    pub fn framing(&self, framing: &cells::Framing) -> Framing {
        let text = |cell: Option<&SealedCell>| self.read(cell).map(str::to_owned);
        Framing { sequence: text(framing.sequence.as_ref()), programme: text(framing.programme.as_ref()) }
    }

    /// Those of a textbook, as its readers find them.
    pub fn resources(&self, textbook: TextbookId, resources: &[cells::Resource]) -> Vec<Resource> {
        let view = |resource: &cells::Resource| Resource {
            title: self.of(resource.title.as_ref()),
            url: match &resource.file {
                Some(file) => files::address(textbook, file.address),
                None => self.read(resource.link.as_ref()).unwrap_or_default().to_owned(),
            },
            purpose: Purpose::of(resource.purpose),
            file: resource.file.as_ref().map(said::attached),
        };
        resources.iter().map(view).collect()
    }
}
