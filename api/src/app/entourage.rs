//! The rights recorded for one pupil: who says them, and what the decision is told.

use domain::actor::Actor;
use domain::decider::{Context, Decider as _};
use domain::directory::entourage::{Command, Entourage, Facts, State};
use domain::directory::person::{BirthDate, Event, Origin, Person, Role};
use domain::event::DomainEvent as _;
use domain::ids::{PersonId, SchoolId};
use domain::personal::{Sealable as _, SealedCell};
use infra::journal::{Envelope, ExecuteError, Receipt};
use jiff::civil::Date;

use super::{App, Said, lasting};
use crate::facts::{Books, RoleHeld};
use crate::problem::Problem;

impl App {
    /// A head records a right in the entourage of a pupil of his school, or ends one of a pupil who was; or the pupil objects.
    pub async fn in_entourage(
        &self,
        who: PersonId,
        school: SchoolId,
        pupil: PersonId,
        said: Said,
        command: Command,
    ) -> Result<Receipt, Problem> {
        // The head, the pupil with their relatives, the AESH who is named: each may have changed.
        let mut named = vec![who, pupil];
        if let Command::NameCompanion { companion, .. } = &command {
            named.push(*companion);
        }
        let mut again = command == Command::Object;
        loop {
            // A day of birth may be mended while it is read: what is decided on it rests on what the pupil was before.
            let before = self.register.read().standing_of(pupil);
            let born_on = self.asked_birth(pupil, &command).await?;
            let standing = |books: &Books, person: PersonId| {
                if command == Command::Object && person == pupil { before } else { books.standing_of(person) }
            };
            let look = |books: &Books| {
                let context = self.around(books, (who, school, pupil), &command, born_on)?;
                let guards = named.iter().map(|person| standing(books, *person)).collect();
                Ok((Envelope { guards, ..said.to(lasting(Entourage::TYPE, pupil), school) }, context))
            };
            match self.obey::<Entourage>(command.clone(), look).await {
                Err(problem) if again && problem.code == "stale" => again = false,
                outcome => return outcome,
            }
        }
    }

    /// Whether the same command would be obeyed now: said before somebody is asked to confirm it. Nothing is written.
    pub async fn try_entourage(
        &self,
        who: PersonId,
        school: SchoolId,
        pupil: PersonId,
        command: Command,
    ) -> Result<(), Problem> {
        let born_on = self.asked_birth(pupil, &command).await?;
        let context = self.around(&self.register.read(), (who, school, pupil), &command, born_on)?;
        let (state, _) = self.entourage(pupil).await?;
        let decided = Entourage::decide(&state, command, &context);
        decided.map(drop).map_err(|rejection| Problem::from(ExecuteError::Rejected(rejection)))
    }

    /// What is recorded of a pupil, and the version of it: what a form compares.
    pub async fn entourage(&self, pupil: PersonId) -> Result<(State, i64), Problem> {
        Ok(self.journal.state::<Entourage>(lasting(Entourage::TYPE, pupil)).await?)
    }

    /// The day of birth, for the one command that asks it.
    async fn asked_birth(&self, pupil: PersonId, command: &Command) -> Result<Option<Date>, Problem> {
        if *command == Command::Object { self.born_on(pupil).await } else { Ok(None) }
    }

    fn around(
        &self,
        books: &Books,
        (who, school, pupil): (PersonId, SchoolId, PersonId),
        command: &Command,
        born_on: Option<Date>,
    ) -> Result<Context<Facts>, Problem> {
        let now = self.now();
        let today = books.schools.get(&school).ok_or_else(Problem::unknown)?.local(now).date();
        let here = books.is_around(pupil, school, command, today);
        let book = books.person(pupil).filter(|_| here).ok_or_else(Problem::unknown)?;
        let schools: Vec<SchoolId> = books.schools_of_pupil(pupil, today).collect();
        let relatives = book.guardians.clone();
        let accompanies =
            |held: &RoleHeld| held.role == Role::Aesh && held.outlasts(today) && schools.contains(&held.school);
        let companions = books.persons.iter().filter(|(_, book)| book.roles.iter().any(accompanies));
        let companions = companions.map(|(person, _)| *person).collect();
        let facts = Facts { pupil, today, relatives, companions, born_on };
        let capacity = books.capacity_at(who, school, today);
        Ok(Context { actor: Actor::Person(who), capacity, now, facts, facts_position: books.position })
    }

    /// The day of birth of a person, opened for one decision or one page: the register holds none. `None` when nobody said it, or when
    /// its key is gone.
    pub async fn born_on(&self, person: PersonId) -> Result<Option<Date>, Problem> {
        let stream = lasting(Person::TYPE, person);
        let events = infra::journal::load::events::<Person>(&self.reader, stream).await.map_err(Problem::ours)?;
        // What a head states comes after what a feed said, and the last that was stated holds.
        let sealed = events.into_iter().rev().find_map(|(sequence, event)| {
            let sealed = match &event {
                Event::BirthDateStated { born_on, .. } => born_on.kept(),
                Event::PersonRegistered { origin: Some(origin), .. } => origin.kept(),
                _ => None,
            };
            Some((sequence, event.name(), sealed?))
        });
        let Some((sequence, event, sealed)) = sealed else { return Ok(None) };
        let cell =
            SealedCell { aggregate: Person::TYPE.into(), stream: stream.key(), sequence, event: event.into(), sealed };
        let stated = cell.event == "BirthDateStated";
        let Some(text) = self.vault.open_one(&cell).await? else { return Ok(None) };
        Ok(if stated {
            BirthDate::from_plaintext(&text).map(|BirthDate(day)| day)
        } else {
            Origin::from_plaintext(&text).and_then(|origin| origin.birth_date)
        })
    }
}
