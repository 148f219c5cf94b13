//! From what the register knows to the looks that are kept: whose work a reading shows, and in what capacity it is read.

use std::collections::BTreeSet;

use domain::actor::Capacity;
use domain::ids::{PersonId, SchoolId, TextbookId};
use domain::inspection::look::{KEEPING, Look, Seen, kept_until, looks};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Books, SchoolBook, Standpoint};

/// The day of a look in a school, and the last one on which it is kept.
fn days(school: &SchoolBook, now: Timestamp) -> (Date, Date) {
    let today = school.local(now).date();
    let end = school.year_on(today).map_or(today, |bounds| bounds.ends_on);
    (today, kept_until(&KEEPING, end, today))
}

impl Books {
    /// In what capacity somebody looks at a textbook that is not theirs, behind the scenes; none of who teaches it, or taught it, and of
    /// who reads what pupils read.
    pub fn looking(&self, reader: PersonId, textbook: TextbookId, now: Timestamp) -> Option<Capacity> {
        let service = self.services.get(&textbook)?;
        let today = self.schools.get(&service.school)?.local(now).date();
        let sees = |standpoint| self.scope(reader, standpoint, today).admits(service.school, textbook, service.group);
        if sees(Standpoint::Teacher) {
            return None;
        }
        if sees(Standpoint::Head) {
            return Some(self.capacity_at(reader, service.school, today));
        }
        sees(Standpoint::Inspector).then_some(Capacity::Inspector)
    }

    /// Whom pages name beside a lesson of that day.
    pub fn met(&self, textbook: TextbookId, on: Date) -> Vec<PersonId> {
        let Some(service) = self.services.get(&textbook) else { return vec![] };
        let holding: Vec<_> = service.assignments.iter().filter(|held| held.holds(on)).collect();
        // While a substitute holds it, it is the substitute whom families meet.
        let substitutes: Vec<_> =
            holding.iter().copied().filter(|held| held.capacity == Capacity::Substitute).collect();
        let shown = if substitutes.is_empty() { holding } else { substitutes };
        shown.into_iter().map(|held| held.teacher).collect()
    }

    /// The looks of one reader at textbooks: at the work of all who hold one of them, or held it. A lesson of any of them may be shown.
    pub fn looks_at(
        &self,
        reader: (PersonId, Capacity),
        textbooks: impl IntoIterator<Item = TextbookId>,
        seen: Seen,
        now: Timestamp,
    ) -> BTreeSet<Look> {
        let of = |textbook: TextbookId| {
            let service = self.services.get(&textbook)?;
            let (day, until) = days(self.schools.get(&service.school)?, now);
            let held = service.assignments.iter().filter(|held| held.held_by(day));
            Some(looks(reader, held.map(|held| held.teacher), seen, (day, until)))
        };
        textbooks.into_iter().filter_map(of).flatten().collect()
    }

    /// The looks of a head or a deputy at the figures of these teachers.
    pub fn looks_of_school(
        &self,
        head: PersonId,
        school: SchoolId,
        teachers: BTreeSet<PersonId>,
        seen: Seen,
        now: Timestamp,
    ) -> BTreeSet<Look> {
        let Some(book) = self.schools.get(&school) else { return BTreeSet::new() };
        let (day, until) = days(book, now);
        looks((head, self.capacity_at(head, school, day)), teachers, seen, (day, until))
    }
}
