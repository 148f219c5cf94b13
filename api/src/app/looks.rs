//! Who looked at a teacher's work: noted before it is shown, and shown to that teacher.

use std::collections::BTreeSet;

use domain::actor::Capacity;
use domain::ids::{PersonId, SchoolId, TextbookId};
use domain::inspection::look::{Look, Seen};
use jiff::civil::Date;

use super::App;
use crate::problem::Problem;

impl App {
    /// A head or a deputy is about to read the figures of these teachers of a school.
    pub async fn note_figures(
        &self,
        looker: PersonId,
        school: SchoolId,
        seen: impl IntoIterator<Item = (Seen, BTreeSet<PersonId>)>,
    ) -> Result<(), Problem> {
        let looks = {
            let (books, now) = (self.register.read(), self.now());
            let noted = |(seen, teachers)| books.looks_of_school(looker, school, teachers, seen, now);
            seen.into_iter().flat_map(noted).collect()
        };
        self.note(&looks).await
    }

    /// Somebody is about to read a textbook. Nothing is noted of who teaches it, nor of who reads what pupils read.
    pub async fn note_reading(&self, reader: PersonId, textbook: TextbookId, seen: Seen) -> Result<(), Problem> {
        let looks = {
            let (books, now) = (self.register.read(), self.now());
            let capacity = books.looking(reader, textbook, now);
            let looks = capacity.map(|capacity| books.looks_at((reader, capacity), [textbook], seen, now));
            looks.unwrap_or_default()
        };
        self.note(&looks).await
    }

    /// An inspector is about to read something of each of these textbooks, under a mandate.
    pub async fn note_inspection(
        &self,
        inspector: PersonId,
        textbooks: BTreeSet<TextbookId>,
        seen: Seen,
    ) -> Result<(), Problem> {
        let looks = self.register.read().looks_at((inspector, Capacity::Inspector), textbooks, seen, self.now());
        self.note(&looks).await
    }

    /// What is not noted is not shown: the page that asks waits for it, and fails with it.
    async fn note(&self, looks: &BTreeSet<Look>) -> Result<(), Problem> {
        self.looks.note(looks).await.map_err(Problem::ours)
    }

    /// Who looked at the work of this teacher, for that teacher's own page.
    pub async fn looks_at_me(&self, teacher: PersonId, today: Date) -> Result<Vec<Look>, Problem> {
        self.looks.of_teacher(teacher, today).await.map_err(Problem::ours)
    }
}
