//! A lesson of a service that is over for its reader: no form, since nothing that it sends would be taken. What they keep for themselves
//! stays theirs to read.

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
        if let Some(draft) = self.on_desk.draft() {
            keep("Votre brouillon", &draft.content);
            draft.homework.iter().for_each(|work| keep("Travail à faire, dans votre brouillon", &work.text));
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
        }
    }
}
