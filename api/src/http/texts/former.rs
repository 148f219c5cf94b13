//! What a revised work said before, as the pages show it under what it says now.

use domain::textbook::homework::HomeworkKind;
use jiff::civil::Date;
use projections::pupil::HomeworkVersion;
use serde::Serialize;

use super::{Due, Resource, Texts, day};
use crate::facts::Books;

/// A former version of a work: whole, since a program compares by itself. Days, never hours.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct FormerHomework {
    /// The day from which it was there to read.
    #[schema(value_type = String, format = Date)]
    since: Date,
    /// None: forgotten, at the request of someone it was about.
    text: Option<String>,
    /// As it was written.
    due: Due,
    kind: HomeworkKind,
    minutes: Option<u16>,
    written: bool,
    for_part_of_group: bool,
    /// Their titles: what is no longer given is not led to.
    documents: Vec<String>,
}

fn titles(resources: &[Resource]) -> impl Iterator<Item = &str> {
    resources.iter().map(|resource| resource.title.as_deref().unwrap_or_default())
}

impl Texts<'_> {
    /// None when nothing that a reader sees is different.
    pub(super) fn former(
        &self,
        books: &Books,
        former: &HomeworkVersion,
        now: &HomeworkVersion,
    ) -> Option<FormerHomework> {
        let seen = |version: &HomeworkVersion| {
            let work = &version.work;
            let terms = (work.kind, work.minutes, work.written, work.audience.is_empty());
            (self.of(version.text.as_ref()), work.due.on, terms)
        };
        let (old, new) = (self.resources(&former.resources), self.resources(&now.resources));
        if seen(former) == seen(now) && titles(&old).eq(titles(&new)) {
            return None;
        }
        Some(FormerHomework {
            since: day(books, former.place.school, former.visible_from),
            text: self.of(former.text.as_ref()),
            due: (&former.work).into(),
            kind: former.work.kind,
            minutes: former.work.minutes,
            written: former.work.written,
            for_part_of_group: !former.work.audience.is_empty(),
            documents: titles(&old).map(str::to_owned).collect(),
        })
    }
}
