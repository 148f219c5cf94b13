//! The rights recorded for one pupil: who says them, and what the decision is told.

use domain::actor::Actor;
use domain::decider::{Context, Decider as _};
use domain::directory::entourage::{Command, Entourage, Facts};
use domain::directory::person::{Event, Origin, Person, Role};
use domain::event::DomainEvent as _;
use domain::ids::{PersonId, SchoolId};
use domain::personal::{Sealable as _, SealedCell};
use infra::journal::Receipt;
use jiff::civil::Date;

use super::{App, Said, lasting, told};
use crate::facts::RoleHeld;
use crate::problem::Problem;

impl App {
    /// A head records a right in the entourage of a pupil of his school, or the pupil objects.
    pub async fn in_entourage(
        &self,
        who: PersonId,
        school: SchoolId,
        pupil: PersonId,
        said: Said,
        command: Command,
    ) -> Result<Receipt, Problem> {
        let born_on = if command == Command::Object { self.born_on(pupil).await? } else { None };
        let (envelope, context) = {
            let books = self.register.read();
            let now = self.now();
            let today = books.schools.get(&school).ok_or_else(Problem::unknown)?.local(now).date();
            let enrolled = |held: &RoleHeld| held.school == school && held.role == Role::Pupil;
            let relatives = match books.person(pupil) {
                Some(book) if books.roles(pupil, today).any(enrolled) => book.guardians.clone(),
                _ => return Err(Problem::unknown()),
            };
            let schools: Vec<SchoolId> =
                books.roles(pupil, today).filter(|held| held.role == Role::Pupil).map(|held| held.school).collect();
            let accompanies =
                |held: &RoleHeld| held.role == Role::Aesh && held.holds(today) && schools.contains(&held.school);
            let companions = books.persons.iter().filter(|(_, book)| book.roles.iter().any(accompanies));
            let companions = companions.map(|(person, _)| *person).collect();
            let facts = Facts { pupil, today, relatives, companions, born_on };
            let capacity = books.capacity_at(who, school, today);
            let envelope = said.to(lasting(Entourage::TYPE, pupil), school);
            (envelope, Context { actor: Actor::Person(who), capacity, now, facts, facts_position: books.position })
        };
        told::<Entourage>(self.journal.execute::<Entourage>(envelope, command, context).await)
    }

    /// The day of birth of a person, opened for one decision or one page: the register holds none. `None` when no feed gave it, or when
    /// its key is gone.
    pub async fn born_on(&self, person: PersonId) -> Result<Option<Date>, Problem> {
        let stream = lasting(Person::TYPE, person);
        let events = infra::journal::load::events::<Person>(&self.reader, stream).await.map_err(Problem::ours)?;
        let sealed = events.into_iter().find_map(|(sequence, event)| match &event {
            Event::PersonRegistered { origin: Some(origin), .. } => {
                Some((sequence, event.name(), origin.sealed()?.clone()))
            }
            _ => None,
        });
        let Some((sequence, event, sealed)) = sealed else { return Ok(None) };
        let cell = SealedCell {
            aggregate: Person::TYPE.into(),
            stream: stream.key(),
            sequence,
            event: event.into(),
            sealed: sealed.into(),
        };
        let opened = self.vault.open_one(&cell).await?;
        Ok(opened.and_then(|text| Origin::from_plaintext(&text)).and_then(|origin| origin.birth_date))
    }
}
