//! A draft taken up again: against the lesson as it stands now, and with the files that are still there.

use std::collections::BTreeSet;

use domain::ids::PersonId;
use projections::teacher::Task;
use uuid::Uuid;

use super::super::Desk;
use super::super::form::{Typed, attached};
use super::standing::Standing;
use super::taken::Taken;
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::teacher::Published;

impl Standing {
    /// Whether this lesson or its work was written anew since: what was written of other lessons of the textbook does not matter.
    pub fn changed_since(&self, draft: &Typed) -> bool {
        let known = draft.expected().unwrap_or_default();
        self.versions().any(|version| version > known)
    }

    /// What is published of this lesson, as it stands.
    pub fn published(&self) -> Option<Published> {
        let of_lesson = self.written.as_ref().filter(|row| !row.withdrawn);
        let content = of_lesson.map(|row| self.texts.of(row.content.as_ref())).unwrap_or_default();
        let work = |work: &Task| {
            let due = fr::long_date(self.due_of(work).0);
            format!("{} (pour le {due})", self.texts.of(work.text.as_ref()))
        };
        let works: Vec<String> = self.works.iter().map(work).collect();
        (!content.is_empty() || !works.is_empty()).then_some(Published { content, works })
    }

    /// The form of a draft. Made from what still stands, it goes on from there; a file that is no longer kept is left out, and its row says so.
    pub async fn taken_up(&self, desk: &Desk<'_>, draft: &Typed) -> Result<Typed, Problem> {
        let mut typed = Typed { key: Uuid::now_v7().to_string(), ..draft.clone() };
        if !self.changed_since(draft) {
            typed.version = self.version.to_string();
        }
        typed.leave_out(&self.gone);
        let taken = Taken::read(desk, &typed).await?;
        self.complete(&mut typed, taken.as_ref());
        for (_, row) in typed.rows() {
            let Some(address) = row.file.as_ref().and_then(|file| file.address.parse().ok()) else { continue };
            let files = self.files().into_iter().chain(taken.iter().flat_map(Taken::files));
            let found = if let Some(file) = files.into_iter().find(|file| file.address == address) {
                Some(file.clone())
            } else {
                let app = &desk.web.app;
                app.files.received(&app.desk, desk.teacher, self.textbook, address).await?
            };
            row.file_lost = found.is_none();
            row.file = found.as_ref().map(attached::row);
        }
        Ok(typed)
    }
}

/// The pupils a work may be for: those of the group, and those it is for already though they have left.
pub fn with_former(books: &Books, mut pupils: Vec<(PersonId, String)>, works: &[Task]) -> Vec<(PersonId, String)> {
    let named: BTreeSet<PersonId> = works.iter().flat_map(|work| &work.work.audience).copied().collect();
    for pupil in named {
        if !pupils.iter().any(|(known, _)| *known == pupil) {
            pupils.push((pupil, format!("{} (n’est plus dans le groupe)", books.formal_name(pupil))));
        }
    }
    pupils
}
