//! What a teacher is told before a lesson is published: work that pupils would read too late, which may be confirmed, and written work in
//! a primary school, which may not.

use domain::calendar::{self, LessonOn};
use domain::textbook::homework::{DueRef, NewHomework, Notice, notice};
use domain::textbook::written::{POLICIES, WrittenWorkPolicy, forbidding, outside_class};

use super::super::Desk;
use super::super::form::{Typed, wrong};
use super::standing::Standing;
use crate::fr;
use crate::web::layout::FieldError;

impl Standing {
    /// What of the work newly written pupils would read too late to do it. The field is that of its due date.
    pub fn too_late(&self, desk: &Desk<'_>, typed: &Typed, homework: &[NewHomework]) -> Vec<FieldError> {
        let books = desk.web.app.register.read();
        let Some(school) = books.school_of(self.textbook) else { return vec![] };
        let visible = calendar::visible_from(&school.pauses, &school.zone, desk.web.app.now());
        let mut warnings = Vec::new();
        for new in homework.iter().filter(|new| !self.stands(new)) {
            let due = match new.due {
                DueRef::Lesson { slot, date } => {
                    let lesson = self.next.iter().find(|lesson| lesson.named() == LessonOn { date, slot });
                    lesson.map_or((date, None), |lesson| (lesson.date, Some(lesson.starts_at)))
                }
                DueRef::Date { date } => (date, None),
            };
            // What they read already, and is not due sooner, is not late.
            let known = self.works.iter().find(|given| given.homework == new.homework);
            if known.is_some_and(|given| self.due_of(given).0 <= due.0) {
                continue;
            }
            let before = if due.1.is_some() { "la séance" } else { "ce jour" };
            let message = match notice(&school.notices, &school.zone, due, visible) {
                Notice::Enough => continue,
                Notice::TooLate => "ce travail paraîtrait le jour où il est à faire, ou après.".to_owned(),
                Notice::Short { hours: 0 } => format!("ce travail paraîtrait moins d’une heure avant {before}."),
                Notice::Short { hours } => {
                    let hours = fr::plural(hours as usize, "heure", "heures");
                    format!("ce travail paraîtrait {hours} avant {before}.")
                }
            };
            let n = typed.homework.iter().position(|row| row.text == new.text).map_or(1, |at| at + 1);
            let message = fr::spaced(&format!("Pour {} : {message}", fr::long_date(due.0)));
            warnings.push(FieldError { field: format!("travail_{n}_texte"), message });
        }
        warnings
    }

    /// The text that forbids, in this school on the day of this lesson, to give written work outside class.
    pub(super) fn written_work_policy(&self, desk: &Desk<'_>) -> Option<&'static WrittenWorkPolicy> {
        let books = desk.web.app.register.read();
        forbidding(&POLICIES, books.school_of(self.textbook)?.degree(), self.lesson.date)
    }

    /// Says beside each work that it may not be given in writing, and by which text.
    pub fn forbidden_in_writing(
        &self,
        desk: &Desk<'_>,
        typed: &Typed,
        homework: &[NewHomework],
        errors: &mut Vec<FieldError>,
    ) {
        let Some(policy) = self.written_work_policy(desk) else { return };
        for new in homework.iter().filter(|new| !self.stands(new) && outside_class(new.kind, new.written)) {
            let n = typed.homework.iter().position(|row| row.text == new.text).map_or(1, |at| at + 1);
            let message = format!(
                "À l’école primaire, aucun travail écrit n’est donné à faire hors de la classe ({}). \
                 Donnez un travail oral, une lecture ou une leçon à apprendre, ou choisissez le type « travail fait en classe ».",
                policy.source
            );
            wrong(errors, format!("travail_{n}_ecrit"), &message);
        }
    }
}
