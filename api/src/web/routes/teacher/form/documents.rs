//! The documents of a form: those of the lesson, and those of each work, in rows that are alike.

use std::collections::HashMap;

use domain::textbook::entry::{NewResource, Purpose};

use super::{RESOURCES_MAX, WORKS_MAX, attached, wrong};
use crate::web::layout::FieldError;
use crate::web::pupil;
use crate::web::teacher::{HomeworkRow, ResourceRow};

/// Rows of documents that the form offers at least for a work.
const OF_A_WORK: usize = 2;

/// Which row of documents: of the lesson, or of one of its works. Both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beside {
    pub work: Option<usize>,
    pub document: usize,
}

impl Beside {
    /// `ressource_3_fichier`, `travail_1_ressource_2_titre` → the row, and what of it.
    pub fn parse(name: &str) -> Option<(Self, &str)> {
        let (work, rest) = match name.strip_prefix("travail_") {
            Some(rest) => {
                let (n, rest) = rest.split_once('_')?;
                (Some(numbered(n, WORKS_MAX)?), rest)
            }
            None => (None, name),
        };
        let (document, what) = rest.strip_prefix("ressource_")?.split_once('_')?;
        Some((Self { work, document: numbered(document, RESOURCES_MAX)? }, what))
    }

    /// The name of one of its fields.
    pub fn field(self, what: &str) -> String {
        let Self { work, document } = self;
        match work {
            Some(n) => format!("travail_{n}_ressource_{document}_{what}"),
            None => format!("ressource_{document}_{what}"),
        }
    }
}

fn numbered(text: &str, most: usize) -> Option<usize> {
    text.parse().ok().filter(|number| (1..=most).contains(number))
}

/// Of which works a form says what documents they have, and how many rows it has for them. An older form, or a draft, says nothing.
pub fn said(fields: &[String], files: &[Beside]) -> HashMap<usize, usize> {
    let mut rows = HashMap::new();
    let named = fields.iter().filter_map(|field| Beside::parse(field)).map(|(beside, _)| beside);
    for Beside { work, document } in named.chain(files.iter().copied()) {
        let Some(n) = work else { continue };
        let last: &mut usize = rows.entry(n).or_default();
        *last = document.max(*last);
    }
    rows
}

/// One row, as typed.
pub fn taken(take: &mut impl FnMut(String) -> String, beside: Beside) -> ResourceRow {
    let mut field = |what| take(beside.field(what));
    ResourceRow {
        title: field("titre"),
        url: field("lien"),
        purpose: field("role"),
        file: attached::kept(field("depot"), &field("sans_fichier")),
        ..ResourceRow::default()
    }
}

/// Without the rows at the end in which nothing is.
pub fn trimmed(mut rows: Vec<ResourceRow>, least: usize) -> Vec<ResourceRow> {
    while rows.len() > least && rows.last().is_some_and(ResourceRow::is_blank) {
        rows.pop();
    }
    rows
}

/// The rows that a work is shown with: there is always an empty one. None are offered of a work whose documents cannot be read.
pub fn offered(row: HomeworkRow) -> HomeworkRow {
    if row.documents.is_none() && (row.id.is_some() || row.source.is_some()) {
        return row;
    }
    let mut documents = trimmed(row.documents.unwrap_or_default(), 0);
    let rows = (documents.len() + 1).clamp(OF_A_WORK, RESOURCES_MAX);
    documents.resize_with(rows, ResourceRow::default);
    HomeworkRow { documents: Some(documents), ..row }
}

/// The documents that rows name, and what is wrong with them.
pub fn named(rows: &[ResourceRow], work: Option<usize>, errors: &mut Vec<FieldError>) -> Vec<NewResource> {
    let mut found = Vec::new();
    for (row, document) in rows.iter().zip(1..) {
        if row.is_blank() {
            continue;
        }
        let beside = Beside { work, document };
        if row.title.is_empty() {
            wrong(errors, beside.field("titre"), "Donnez un titre à ce document.");
        }
        let web = row.url.starts_with("https://") || row.url.starts_with("http://");
        if !row.url.is_empty() && (!web || row.url.contains(char::is_whitespace)) {
            let message = "Un lien commence par https:// et ne contient pas d’espace.";
            wrong(errors, beside.field("lien"), message);
        }
        if !row.url.is_empty() && row.file.is_some() {
            let message = "Un document est un lien ou un fichier, pas les deux : servez-vous d’une autre ligne.";
            wrong(errors, beside.field("lien"), message);
        }
        let link = Some(row.url.clone()).filter(|url| !url.is_empty());
        let file = row.file.as_ref().and_then(|file| file.address.parse().ok());
        found.push(NewResource { title: row.title.clone(), link, purpose: purpose(row, work), file });
    }
    found
}

/// What goes with a work is for it, unless the work had it for something else.
fn purpose(row: &ResourceRow, work: Option<usize>) -> Purpose {
    let known = [Purpose::Lesson, Purpose::Homework, Purpose::Further];
    let said = known.into_iter().find(|purpose| pupil::Purpose::of(*purpose).value() == row.purpose);
    said.unwrap_or(if work.is_some() { Purpose::Homework } else { Purpose::Lesson })
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn a_field_names_its_row_and_nothing_else_does() {
        for (name, work, document) in
            [("ressource_3_fichier", None, 3), ("travail_10_ressource_2_fichier", Some(10), 2)]
        {
            let beside = Beside { work, document };
            assert_eq!(Beside::parse(name), Some((beside, "fichier")));
            assert_eq!(beside.field("fichier"), name);
        }
        for other in [
            "ressource_0_titre",
            "ressource_21_titre",
            "travail_11_ressource_1_titre",
            "travail_1_texte",
            "travail_1_ressource_21_titre",
            "fichier",
        ] {
            assert_eq!(Beside::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_form_that_says_nothing_of_the_documents_of_a_work_leaves_them_alone() {
        let said = said(&["travail_1_texte".into(), "travail_2_ressource_3_titre".into()], &[]);
        assert_eq!(said, HashMap::from([(2, 3)]));
    }
}
