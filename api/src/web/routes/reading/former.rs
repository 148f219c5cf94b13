//! What a revised work said before, beside what it says now.

use domain::ids::{EntryId, HomeworkId, TextbookId};
use projections::cells::Resource;
use projections::pupil::former::former;
use projections::pupil::{self, HomeworkVersion};

use super::{Reading, Texts, said};
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::pupil::{Former, Homework};

/// Former versions, with their texts opened.
pub struct Formers {
    works: Vec<HomeworkVersion>,
    texts: Texts,
}

impl Reading<'_> {
    /// What the revised ones of these works said before.
    pub async fn formers(&self, shown: &[HomeworkVersion]) -> Result<Formers, Problem> {
        let works = former(self.app.tables(pupil::NAME)?, &self.scope, self.now, shown).await?;
        let texts = self.open_texts(&[], &works).await?;
        Ok(Formers { works, texts })
    }
}

fn key(work: &HomeworkVersion) -> (TextbookId, HomeworkId) {
    (work.place.textbook, work.homework)
}

impl Formers {
    /// The views of these works, in the same order, with what was before.
    pub fn beside<'b>(
        &self,
        reading: &Reading<'_>,
        books: &Books,
        shown: impl IntoIterator<Item = &'b HomeworkVersion>,
        mut views: Vec<(EntryId, Homework)>,
    ) -> Vec<(EntryId, Homework)> {
        for (work, (_, view)) in shown.into_iter().zip(&mut views) {
            let former = self.works.iter().find(|former| key(former) == key(work));
            view.former = former.and_then(|former| self.difference(reading, books, former, (work, view)));
        }
        views
    }

    /// None when nothing that a reader sees is different.
    fn difference(
        &self,
        reading: &Reading<'_>,
        books: &Books,
        former: &HomeworkVersion,
        (work, view): (&HomeworkVersion, &Homework),
    ) -> Option<Former> {
        let text = self.texts.of(former.text.as_ref());
        let difference = Former {
            since: reading.date_of(books, former.visible_from),
            text: (text != view.text).then_some(text),
            due_on: (former.work.due.on != work.work.due.on).then_some(former.work.due.on),
            terms: self.terms(former, (work, view)),
        };
        let Former { text, due_on, terms, .. } = &difference;
        (text.is_some() || due_on.is_some() || !terms.is_empty()).then_some(difference)
    }

    fn terms(&self, former: &HomeworkVersion, (work, view): (&HomeworkVersion, &Homework)) -> Vec<String> {
        let (old, new) = (&former.work, &work.work);
        let kind = (old.kind != new.kind).then(|| said::kind(old.kind).to_owned());
        let minutes = (old.minutes != new.minutes).then(|| match old.minutes {
            Some(minutes) => fr::duration(u32::from(minutes)),
            None => "sans durée estimée".to_owned(),
        });
        let written = (old.written != new.written)
            .then(|| if old.written { "à rendre par écrit" } else { "sans rien à rendre par écrit" }.to_owned());
        let whom = |work| said::for_part(work).unwrap_or_else(|| "pour toute la classe".to_owned());
        let for_whom = Some(whom(old)).filter(|old| *old != whom(new));
        let documents = self.documents(&former.resources, view);
        [kind, minutes, written, for_whom, documents].into_iter().flatten().collect()
    }

    /// The documents that were there, by their titles, when they are others now. What is no longer given is not led to.
    fn documents(&self, old: &[Resource], view: &Homework) -> Option<String> {
        let old: Vec<String> = old.iter().map(|resource| self.texts.of(resource.title.as_ref())).collect();
        let now: Vec<&String> = view.resources.iter().map(|resource| &resource.title).collect();
        (old.iter().collect::<Vec<_>>() != now).then(|| match old.as_slice() {
            [] => "sans document".to_owned(),
            [one] => format!("document\u{202f}: {one}"),
            several => format!("documents\u{202f}: {}", several.join(", ")),
        })
    }
}
