//! A lesson of a service that is over for its reader: no form, since nothing that it publishes would be taken. What they keep for themselves
//! stays theirs to read, and to throw away.

use jiff::civil::Date;

use super::super::{Desk, labels};
use super::standing::Standing;
use crate::web::routes::reading::end_of;
use crate::web::teacher::LessonEndedPage;

impl Standing {
    pub fn ended(&self, desk: &Desk<'_>, ended_on: Date) -> LessonEndedPage {
        let at = self.at();
        let (class, subject) = labels(&desk.web.app.register.read(), self.textbook);
        let mut kept = Vec::new();
        let mut keep = |what: &'static str, text: &str| {
            if !text.is_empty() {
                kept.push((what, text.to_owned()));
            }
        };
        // What is in sight is in the textbook.
        if let Some(row) = self.written.as_ref().filter(|row| row.withdrawn) {
            keep("Séance retirée de la vue", self.texts.read(row.content.as_ref()).unwrap_or_default());
        }
        let draft = self.on_desk.draft();
        if let Some(draft) = draft {
            let works = draft.homework.iter().map(|work| work.text.as_str());
            let rows =
                draft.resources.iter().chain(draft.homework.iter().flat_map(|work| work.documents.iter().flatten()));
            let documents = rows.map(|row| [row.title.as_str(), row.url.as_str()].join(" "));
            keep("Votre brouillon", &draft.content);
            keep(
                "Séquence et programme, dans votre brouillon",
                &lines([draft.sequence.as_str(), draft.programme.as_str()]),
            );
            keep("Travail à faire, dans votre brouillon", &lines(works));
            keep("Documents, dans votre brouillon", &lines(documents));
        }
        keep("Note pour moi", self.on_desk.note());
        LessonEndedPage {
            layout: desk.layout(&at.path()),
            class,
            subject,
            date: self.lesson.date,
            start: self.lesson.starts_at,
            end: end_of(self.lesson.starts_at, self.lesson.minutes),
            notes: self.lesson.notes.clone(),
            textbook: format!("/enseignant/cahiers/{}", self.textbook),
            ended_on,
            kept,
            discard_action: draft.map(|_| at.action("brouillon/jeter")),
        }
    }
}

/// Those that say something, one a line.
fn lines<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let said = texts.into_iter().map(|text| text.as_ref().trim().to_owned()).filter(|text| !text.is_empty());
    said.collect::<Vec<_>>().join("\n")
}
