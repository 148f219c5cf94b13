//! The directory of a school, changed by a head between two feeds, or by the machine.

use std::collections::BTreeSet;

use domain::actor::{Actor, Capacity};
use domain::decider::{Context, Decider};
use domain::ids::{PersonId, SchoolId, StreamId};
use infra::journal::{Envelope, ExecuteError, Receipt};
use serde::Serialize;

use super::{App, Said};
use crate::facts::{Books, Known};
use crate::problem::Problem;

impl App {
    /// A head, or the machine, changes the directory of a school.
    pub async fn in_directory<D: Decider<Facts: Known>>(
        &self,
        actor: Actor,
        school: SchoolId,
        stream: StreamId,
        said: Said,
        command: D::Command,
    ) -> Result<Receipt, Problem>
    where
        D::Command: Serialize,
    {
        let look = |books: &Books| {
            let context = self.as_seen_from::<D>(books, actor, school, stream)?;
            // What a person asks rests on what they are, and on what the facts say of others.
            let named = actor.person().map(|person| context.facts.rest_on().into_iter().chain([person]).collect());
            let named: BTreeSet<PersonId> = named.unwrap_or_default();
            let guards = named.into_iter().map(|person| books.standing_of(person)).collect();
            Ok((Envelope { guards, ..said.to(stream, school) }, context))
        };
        self.obey::<D>(command, look).await
    }

    /// Whether the same command would be obeyed now: said before somebody is asked to confirm it. Nothing is written.
    pub async fn try_in_directory<D: Decider<Facts: Known>>(
        &self,
        actor: Actor,
        school: SchoolId,
        stream: StreamId,
        command: D::Command,
    ) -> Result<(), Problem> {
        let context = self.as_seen_from::<D>(&self.register.read(), actor, school, stream)?;
        let (state, _) = self.journal.state::<D>(stream).await?;
        let decided = D::decide(&state, command, &context);
        decided.map(drop).map_err(|rejection| Problem::from(ExecuteError::Rejected(rejection)))
    }

    fn as_seen_from<D: Decider<Facts: Known>>(
        &self,
        books: &Books,
        actor: Actor,
        school: SchoolId,
        stream: StreamId,
    ) -> Result<Context<D::Facts>, Problem> {
        let now = self.now();
        let capacity = match (actor.person(), books.schools.get(&school)) {
            (None, _) => Capacity::Machine,
            (Some(person), Some(book)) => books.capacity_at(person, school, book.local(now).date()),
            (Some(_), None) => return Err(Problem::unknown()),
        };
        let facts = D::Facts::of(books, school, stream);
        Ok(Context { actor, capacity, now, facts, facts_position: books.position })
    }
}
