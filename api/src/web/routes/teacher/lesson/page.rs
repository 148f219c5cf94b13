//! The form of a lesson as its page shows it.

use super::super::form::Typed;
use super::super::form::{attached, documents};
use super::super::{Desk, labels};
use super::standing::Standing;
use crate::facts::LessonAt;
use crate::fr;
use crate::web::layout::{Choice, FieldError, Flash};
use crate::web::routes::reading::end_of;
use crate::web::routes::{said, with_flash};
use crate::web::teacher::{Existing, LessonPage, Visibility, accepted};
use uuid::Uuid;

impl Standing {
    /// `jeudi 19 novembre, 8 h (ce jour-là : 2 travaux, environ 45 min)`
    fn label(&self, lesson: &LessonAt) -> String {
        let at = format!("{}, {}", fr::long_date(lesson.date), fr::hour(lesson.starts_at));
        match self.loads.get(&lesson.date) {
            Some(load) => fr::spaced(&format!("{at} (ce jour-là : {})", load.said())),
            None => at,
        }
    }

    /// Said above the form: something of it could not be read, or the lesson is not held.
    fn notice(&self) -> Option<Flash> {
        let left = self.lesson.not_held.map(|because| Flash {
            title: fr::spaced(&format!("Cette séance est annulée : {}.", said::not_held(because))),
            detail: Some(fr::spaced(
                "Elle n’est pas attendue dans votre cahier. Ce que vous écrivez ici se lira comme un travail laissé à la classe.",
            )),
        });
        let assured = self.lesson.assured.then(|| Flash {
            title: "Cette séance est assurée par un collègue.".to_owned(),
            detail: Some("Elle n’est pas attendue dans votre cahier.".to_owned()),
        });
        let unreadable = (!self.readable()).then(|| Flash {
            title: "Un texte de cette séance est illisible pour le moment.".to_owned(),
            detail: Some(fr::spaced(
                "Il n’est pas repris ci-dessous. Ce que vous enregistrerez formera une nouvelle version ; l’ancienne reste gardée.",
            )),
        });
        unreadable.or(left).or(assured)
    }

    pub fn page(&self, desk: &Desk<'_>, typed: Typed, errors: Vec<FieldError>) -> LessonPage {
        let books = desk.web.app.register.read();
        let (class, subject) = labels(&books, self.textbook);
        let local = |at| books.school_of(self.textbook).map_or(desk.local, |school| school.local(at));
        let existing = self.written.as_ref().map(|row| Existing {
            version: row.writing.revision as u32,
            written_at: local(row.writing.recorded_at),
            by: desk.colleague(&books, row.writing.author),
            withdrawn: row.withdrawn.then(|| self.reason.clone().unwrap_or_default()),
        });
        drop(books);
        let limits = desk.web.app.file_limits(self.textbook);
        let at = self.at();
        let here = at.address();
        let next_lessons =
            self.next.iter().map(|lesson| Choice { value: self.value(lesson), label: self.label(lesson) });
        let kinds =
            said::KINDS.map(|kind| Choice { value: kind.name().to_owned(), label: said::kind(kind).to_owned() });
        LessonPage {
            layout: with_flash(desk.layout(&at.path()), self.notice()),
            class,
            subject,
            date: self.lesson.date,
            start: self.lesson.starts_at,
            end: end_of(self.lesson.starts_at, self.lesson.minutes),
            room: self.lesson.room.clone(),
            notes: self.lesson.notes.clone(),
            cancelled: self.lesson.not_held.is_some(),
            given_alone: if self.has_work_alone() { self.works.len() } else { 0 },
            textbook: format!("/enseignant/cahiers/{}", self.textbook),
            withdraw_action: at.action("retirer"),
            action: here,
            version: typed.version,
            key: typed.key,
            withdraw_key: Uuid::now_v7().to_string(),
            existing,
            published: None,
            visibility: self.visible_from.map_or(Visibility::Now, |from| Visibility::After { from }),
            content: typed.content,
            sequence: typed.sequence,
            programme: typed.programme,
            pupils: self.pupils.clone(),
            sources: vec![],
            targets: vec![],
            source: typed.source,
            source_said: None,
            papers: self.on_desk.view(self, false),
            resources: typed.resources,
            files_said: attached::limits_said(limits.as_ref()),
            files_accepted: accepted(limits.iter().flat_map(|limits| &limits.taken)),
            homework: typed.homework.into_iter().map(documents::offered).collect(),
            next_lessons: next_lessons.collect(),
            kinds: kinds.into(),
            writing_restricted: self.written_work_policy(desk).is_some(),
            withdrawable: self.withdrawable(),
            withdrawn: typed.withdrawn,
            reason: typed.reason,
            errors,
            warnings: vec![],
        }
    }
}
