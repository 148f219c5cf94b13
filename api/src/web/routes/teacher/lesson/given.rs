//! The work given in a lesson, with its documents: as rows of the form, and against what was typed.

use domain::calendar::LessonOn;
use domain::ids::HomeworkId;
use domain::personal::SealedCell;
use domain::textbook::homework::{DueRef, NewHomework};
use projections::cells::Resource;
use projections::teacher::{Entry, Task};
use uuid::Uuid;

use super::super::form::{Typed, attached, documents, wrong};
use super::standing::{Standing, plain};
use super::taken::Taken;
use crate::web::layout::FieldError;
use crate::web::pupil::Purpose;
use crate::web::routes::reading::Texts;
use crate::web::teacher::ResourceRow;

impl Standing {
    /// What a form does not say of the documents of a work is as it stands, or as in the lesson taken over.
    pub fn complete(&self, typed: &mut Typed, taken: Option<&Taken>) {
        for row in typed.homework.iter_mut().filter(|row| row.documents.is_none()) {
            let id = |text: &Option<String>| Some(HomeworkId(Uuid::parse_str(text.as_deref()?).ok()?));
            let given = id(&row.id).and_then(|id| self.works.iter().find(|given| given.homework == id));
            row.documents = match given {
                Some(given) => rows(&self.texts, &given.resources),
                None => id(&row.source).zip(taken).and_then(|(source, taken)| taken.documents(source)),
            };
        }
    }

    /// Says why a work given before cannot be written anew, when it cannot.
    pub(super) fn may_be_revised(&self, typed: &Typed, new: &NewHomework, errors: &mut Vec<FieldError>) {
        let Some(given) = self.works.iter().find(|given| given.homework == new.homework) else { return };
        let id = new.homework.to_string();
        let n = typed.homework.iter().position(|row| row.id.as_deref() == Some(&id)).map_or(1, |at| at + 1);
        if rows(&self.texts, &given.resources).is_none() {
            let message =
                "Un document de ce travail est illisible pour le moment : il ne peut pas être modifié sans le perdre.";
            wrong(errors, format!("travail_{n}_texte"), message);
        }
    }

    /// Whether the work is already given just so.
    pub(super) fn stands(&self, new: &NewHomework) -> bool {
        let Some(given) = self.works.iter().find(|given| given.homework == new.homework) else { return false };
        let due = match new.due {
            DueRef::Date { date } => date,
            DueRef::Lesson { date, slot } => {
                let lesson = self.next.iter().find(|lesson| lesson.named() == LessonOn { date, slot });
                lesson.map_or(date, |lesson| lesson.date)
            }
        };
        let work = &given.work;
        // Those that cannot be read are not in the form: they stand.
        let documents = rows(&self.texts, &given.resources);
        let documents = documents.map(|rows| documents::named(&rows, Some(1), &mut Vec::new()));
        self.texts.read(given.text.as_ref()).is_some_and(|text| plain(text) == new.text)
            && (self.due_of(given).0, work.kind, work.minutes, work.written)
                == (due, new.kind, new.minutes, new.written)
            && new.audience.as_ref().is_none_or(|audience| *audience == work.audience)
            && documents.is_none_or(|documents| documents == new.resources)
    }
}

/// The sealed texts of an entry and of the work given in it.
pub fn cells_of<'a>(written: Option<&'a Entry>, works: &'a [Task]) -> Vec<&'a SealedCell> {
    let resources =
        written.into_iter().flat_map(|row| &row.resources).chain(works.iter().flat_map(|one| &one.resources));
    let resources = resources.flat_map(|one| one.title.iter().chain(one.link.iter()));
    let cells = written.into_iter().flat_map(|row| row.content.iter().chain(row.framing.cells())).chain(resources);
    cells.chain(works.iter().filter_map(|work| work.text.as_ref())).collect()
}

/// A document as a row of the form; none when it cannot be read.
pub fn row(texts: &Texts, resource: &Resource) -> Option<ResourceRow> {
    let title = plain(texts.read(resource.title.as_ref())?);
    let url = match &resource.link {
        Some(link) => texts.read(Some(link))?.to_owned(),
        None => String::new(),
    };
    let purpose = Purpose::of(resource.purpose).value().to_owned();
    Some(ResourceRow { title, url, purpose, file: resource.file.as_ref().map(attached::row), ..ResourceRow::default() })
}

/// All of them, or none.
pub fn rows(texts: &Texts, resources: &[Resource]) -> Option<Vec<ResourceRow>> {
    resources.iter().map(|one| row(texts, one)).collect()
}
