//! Who is of the staff, and what they are: roles in the school, and the classes of which they are form tutor.

use std::collections::BTreeSet;

use domain::calendar::days_after;
use domain::directory::person::{Role as Held, RoleHeld};
use domain::ids::{GroupId, PersonId};
use jiff::civil::Date;
use uuid::Uuid;

use super::Office;
use crate::facts::{Books, PersonBook};
use crate::web::layout::Link;
use crate::web::roles::RoleLine;
use crate::web::routes::said;

/// What a head gives and ends here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Of(Held),
    /// Professeur principal of that class.
    Tutor(GroupId),
}

const TUTOR: &str = "professeur-principal-";

impl Part {
    /// As forms name it.
    pub fn value(self) -> String {
        match self {
            Self::Of(role) => role.name().to_owned(),
            Self::Tutor(class) => format!("{TUTOR}{class}"),
        }
    }

    /// Where the spell that begins on that day is ended.
    pub fn end_of(self, person: PersonId, from: Date) -> String {
        format!("/direction/roles/{person}/{}/{from}/fin", self.value())
    }

    /// One that is given in this school and this year; any other is not known here.
    pub fn parse(office: &Office<'_>, books: &Books, text: &str) -> Option<Self> {
        let Some(class) = text.strip_prefix(TUTOR) else {
            return Held::parse(text).filter(|role| Held::OF_THE_STAFF.contains(role)).map(Self::Of);
        };
        let class = Uuid::parse_str(class).ok().map(GroupId)?;
        let here = books.groups.get(&class).is_some_and(|book| book.school == office.school);
        let known = here && said::is_class(books, class) && books.is_of_the_year(class, office.local.date());
        known.then_some(Self::Tutor(class))
    }

    pub fn said(self, books: &Books) -> String {
        match self {
            Self::Of(role) => said::role(role).to_owned(),
            Self::Tutor(class) => format!("professeur principal, {}", said::group_of(books, class)),
        }
    }

    /// The days on which somebody is this, today or later.
    pub fn days(self, office: &Office<'_>, books: &Books, person: PersonId) -> Vec<(Date, Option<Date>)> {
        let today = office.local.date();
        match self {
            Self::Of(role) => {
                let roles = books.person(person).map_or(&[][..], |book| &book.roles);
                let held = roles.iter().filter(|held| held.school == office.school && held.role == role);
                held.filter(|held| held.outlasts(today)).map(|held| (held.from, held.until)).collect()
            }
            Self::Tutor(class) => {
                let tutorings = books.groups.get(&class).map_or(&[][..], |book| &book.tutorings);
                let held = tutorings.iter().filter(|held| held.tutor == person);
                let days = held.map(|held| (held.from, held.until));
                days.filter(|(from, until)| until.is_none_or(|until| today.max(*from) < until)).collect()
            }
        }
    }
}

fn is_of_the_staff(office: &Office<'_>, held: &RoleHeld) -> bool {
    held.school == office.school && Held::OF_THE_STAFF.contains(&held.role)
}

/// Whoever is of the staff, was or is to be, and whose account is open; in the order of their names.
pub fn staff(office: &Office<'_>, books: &Books) -> Vec<(PersonId, String)> {
    let today = office.local.date();
    let open = |book: &PersonBook| book.inactive_since.is_none_or(|since| today < since);
    let ours = books
        .persons
        .iter()
        .filter(|(_, book)| open(book) && book.roles.iter().any(|held| is_of_the_staff(office, held)));
    let mut staff: Vec<(PersonId, String)> = ours.map(|(person, _)| (*person, said::listed(books, *person))).collect();
    staff.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    staff
}

/// What each of them is today, or is to be; and how many people these are.
pub fn lines(office: &Office<'_>, books: &Books) -> (Vec<RoleLine>, usize) {
    let today = office.local.date();
    let classes = said::classes(books, office.school, today);
    let (mut lines, mut people) = (vec![], BTreeSet::new());
    for (person, name) in staff(office, books) {
        let roles = Held::OF_THE_STAFF.into_iter().map(Part::Of);
        let tutored = classes.iter().map(|(class, _)| Part::Tutor(*class));
        for part in roles.chain(tutored) {
            for (from, until) in part.days(office, books, person) {
                people.insert(person);
                lines.push(RoleLine {
                    name: name.clone(),
                    role: part.said(books),
                    from,
                    to: until.and_then(|until| days_after(until, -1)),
                    ahead: today < from,
                    pupils: if part == Part::Of(Held::Aesh) { accompanied(office, books, person) } else { vec![] },
                    end: part.end_of(person, from),
                });
            }
        }
    }
    (lines, people.len())
}

/// The pupils of the school whom an AESH accompanies, today or later.
fn accompanied(office: &Office<'_>, books: &Books, companion: PersonId) -> Vec<Link> {
    let today = office.local.date();
    let with = |pupil: &PersonId| {
        let here = books.schools_of_pupil(*pupil, today).any(|school| school == office.school);
        let named = books.person(*pupil).map(|book| book.entourage.companions(today));
        here && named.is_some_and(|named| named.iter().any(|(known, _)| *known == companion))
    };
    let link = |pupil: PersonId| Link {
        href: format!("/direction/droits/{pupil}"),
        text: books.person(pupil).map(PersonBook::full).unwrap_or_default(),
    };
    let mut pupils: Vec<Link> = books.accompanied(companion).filter(with).map(link).collect();
    pupils.sort_by(|a, b| a.text.cmp(&b.text));
    pupils
}
