//! A pupil who has left: what the head of that school may still take away there, and nothing else of the pupil's present life.

use domain::directory::entourage;
use domain::directory::person::Role as Held;
use domain::ids::{PersonId, SchoolId};
use jiff::civil::Date;

use crate::facts::{Books, PersonBook, RoleHeld};
use crate::problem::Problem;
use crate::web::layout::Choice;
use crate::web::rights::{Near, Reads};
use crate::web::routes::principal::Office;
use crate::web::routes::said;

/// The day on which a pupil left a school; none while they are there, and of one who never was.
fn left_on(books: &Books, school: SchoolId, pupil: PersonId, today: Date) -> Option<Date> {
    let here = |held: &&RoleHeld| held.school == school && held.role == Held::Pupil && held.from <= today;
    let stays = || books.person(pupil).into_iter().flat_map(|book| book.roles.iter().filter(here));
    if stays().any(|held| held.holds(today)) { None } else { stays().filter_map(|held| held.until).max() }
}

/// A pupil of the head's school, or one who has left it.
#[derive(Clone, Copy)]
pub struct Around {
    pub pupil: PersonId,
    pub left_on: Option<Date>,
}

impl Around {
    pub fn of(office: &Office<'_>, pupil: PersonId) -> Result<Self, Problem> {
        let (books, today) = (office.web.app.register.read(), office.local.date());
        let enrolled = books.schools_of_pupil(pupil, today).any(|school| school == office.school);
        let left_on = left_on(&books, office.school, pupil, today);
        (enrolled || left_on.is_some()).then_some(Self { pupil, left_on }).ok_or_else(Problem::unknown)
    }

    /// Of a pupil who has left: what may still be taken away.
    pub fn left(self, office: &Office<'_>, books: &Books, state: &entourage::State) -> Option<Left> {
        Some(Left::of(books, (office.school, self.pupil), self.left_on?, state, office.local.date()))
    }
}

/// The rights that began before the pupil left, and still hold: each with its first day.
pub struct Left {
    relatives: Vec<(PersonId, Date)>,
    companions: Vec<(PersonId, Date)>,
}

impl Left {
    fn of(
        books: &Books,
        (school, pupil): (SchoolId, PersonId),
        left_on: Date,
        state: &entourage::State,
        today: Date,
    ) -> Self {
        let relatives = books.person(pupil).map_or(&[][..], |book| &book.guardians);
        let supervises = |relative: PersonId| {
            let from = state.supervision_recorded(relative).filter(|from| *from < left_on)?;
            state.court_decision_entered(relative).is_none().then_some((relative, from))
        };
        // An AESH of the next school is that school's.
        let ours = |companion: PersonId| {
            let mut roles = books.person(companion).into_iter().flat_map(|book| &book.roles);
            roles.any(|held| held.school == school && held.role == Held::Aesh)
        };
        let companions = state.companions(today).into_iter();
        Self {
            relatives: relatives.iter().filter_map(|link| supervises(link.relative)).collect(),
            companions: companions.filter(|(companion, from)| *from < left_on && ours(*companion)).collect(),
        }
    }

    pub fn has_supervisions(&self) -> bool {
        !self.relatives.is_empty()
    }

    pub fn has_companions(&self) -> bool {
        !self.companions.is_empty()
    }

    pub fn names(&self, person: PersonId, companion: bool) -> bool {
        let list = if companion { &self.companions } else { &self.relatives };
        list.iter().any(|(known, _)| *known == person)
    }

    /// Whom the form may name.
    pub fn choices(&self, books: &Books) -> (Vec<Choice>, Vec<Choice>) {
        let choice = |(person, _): &(PersonId, Date)| Choice { value: person.to_string(), label: name(books, *person) };
        (self.relatives.iter().map(choice).collect(), self.companions.iter().map(choice).collect())
    }

    pub fn near(&self, books: &Books, pupil: PersonId) -> Vec<Near> {
        let relation = |relative: PersonId| {
            let link = books.person(pupil)?.guardians.iter().find(|link| link.relative == relative)?;
            Some(said::relation(&link.relation).to_owned())
        };
        let relatives = self.relatives.iter().map(|(relative, from)| Near {
            name: name(books, *relative),
            relation: relation(*relative).unwrap_or_default(),
            reads: Reads::Supervision { from: *from },
        });
        let companions = self.companions.iter().map(|(companion, from)| Near {
            name: name(books, *companion),
            relation: "AESH".to_owned(),
            reads: Reads::Accompanies { from: *from },
        });
        relatives.chain(companions).collect()
    }
}

/// Pupils who have left, and around whom something may still be taken away.
pub fn leavers(books: &Books, school: SchoolId, today: Date) -> Vec<PersonId> {
    let kept = |(pupil, book): (&PersonId, &PersonBook)| {
        let on = left_on(books, school, *pupil, today)?;
        let left = Left::of(books, (school, *pupil), on, &book.entourage, today);
        (left.has_supervisions() || left.has_companions()).then_some(*pupil)
    };
    books.persons.iter().filter_map(kept).collect()
}

fn name(books: &Books, person: PersonId) -> String {
    books.person(person).map(PersonBook::full).unwrap_or_default()
}
