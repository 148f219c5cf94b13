//! The second pass: numbers first, so that a killed import names the same people again; then schools, people, groups, services.
//! Many streams are in flight at once, so that the group commit fills its batches; each stream's commands go in order.

use std::time::Duration;

use domain::actor::{Actor, Capacity};
use domain::decider::{Context, Decider, Rejection};
use domain::directory::{establishment, group, person, service};
use domain::ids::{PersonId, SchoolYear};
use domain::personal::{Retention, Subject};
use futures_util::stream::{self, StreamExt as _};
use infra::journal::{Envelope, ExecuteError};
use infra::vault::KeyName;
use serde::Serialize;

use super::FeedError;
use super::changes::{Changes, Work};
use super::report::{Applied, Report};
use crate::app::App;
use crate::facts::REGISTER;

/// Streams in flight at once.
const IN_FLIGHT: usize = 512;

/// Applies the changes. `progress` is told how many streams are done, of how many.
pub async fn apply(app: &App, changes: Changes, progress: impl FnMut(u64, u64)) -> Result<Report, FeedError> {
    let Changes { links, schools, persons, groups, services, facts_position, force, mut report } = changes;
    if !report.refusals.is_empty() && !force {
        return Err(FeedError::CutShort(report.refusals));
    }
    let started = std::time::Instant::now();
    let total = (schools.len() + persons.len() + groups.len() + services.len()) as u64;
    let mut writing =
        Writing { app, facts_position, progress, done: 0, total, applied: Applied::default(), last_position: 0 };
    note_numbers(app, &links).await?;
    drop(links);
    writing.run::<establishment::School>(schools).await?;
    prepare_keys(app, &persons).await?;
    writing.run::<person::Person>(persons).await?;
    writing.run::<group::Group>(groups).await?;
    writing.run::<service::Service>(services).await?;
    let (mut applied, last_position) = (writing.applied, writing.last_position);
    // The next comparison reads the register: it must know all of this.
    while app.subscriptions.wait_for(REGISTER, last_position, Duration::from_secs(5)).await.is_err() {
        tracing::info!(last_position, "the register follows the import");
    }
    applied.seconds = started.elapsed().as_secs_f64();
    report.applied = Some(applied);
    Ok(report)
}

/// Notes who the new numbers name. A number taken meanwhile by another import names another person: nothing is written then.
async fn note_numbers(app: &App, links: &[(infra::vault::IdentityNumber, PersonId)]) -> Result<(), FeedError> {
    app.vault.link(links).await?;
    let numbers: Vec<_> = links.iter().map(|(number, _)| number.clone()).collect();
    let noted = app.vault.known(&numbers).await?;
    let ours = links.iter().zip(noted).all(|((_, person), noted)| noted == Some(*person));
    if ours { Ok(()) } else { Err(FeedError::AnotherImport) }
}

/// Makes all the keys in a few round trips instead of one for each person.
async fn prepare_keys(app: &App, persons: &[Work<person::Command>]) -> Result<(), FeedError> {
    fn classes(command: &person::Command) -> Vec<Retention> {
        use person::Command;
        match command {
            Command::Register { .. } | Command::CorrectNames { .. } => vec![Retention::Identity],
            Command::SetContacts { .. } => vec![Retention::Contact],
            Command::Several { commands } => commands.iter().flat_map(classes).collect(),
            _ => vec![],
        }
    }
    let mut names: Vec<KeyName> = Vec::new();
    for work in persons {
        let subject = Subject::Person(PersonId(work.stream.id));
        let classes = work.commands.iter().flat_map(classes);
        names.extend(classes.map(|class| (subject.clone(), class, SchoolYear::NONE)));
    }
    Ok(app.vault.prepare(&names).await?)
}

struct Writing<'a, P> {
    app: &'a App,
    facts_position: i64,
    progress: P,
    done: u64,
    total: u64,
    applied: Applied,
    last_position: i64,
}

#[derive(Default)]
struct Written {
    commands: u64,
    events: u64,
    last_position: i64,
    refused: Vec<String>,
}

impl<P: FnMut(u64, u64)> Writing<'_, P> {
    async fn run<D>(&mut self, works: Vec<Work<D::Command>>) -> Result<(), FeedError>
    where
        D: Decider<Facts: Default>,
        D::Command: Serialize,
    {
        let (app, facts_position) = (self.app, self.facts_position);
        let written = works.into_iter().map(|work| one::<D>(app, work, facts_position));
        let mut written = stream::iter(written).buffer_unordered(IN_FLIGHT);
        while let Some(outcome) = written.next().await {
            let Written { commands, events, last_position, refused } = outcome?;
            self.applied.commands += commands;
            self.applied.events += events;
            self.last_position = self.last_position.max(last_position);
            for code in refused {
                *self.applied.refused.entry(code).or_default() += 1;
            }
            self.done += 1;
            (self.progress)(self.done, self.total);
        }
        Ok(())
    }
}

/// The commands of one stream, in order. A refusal is counted and the rest goes on; a journal that is away stops the import.
async fn one<D>(app: &App, work: Work<D::Command>, facts_position: i64) -> Result<Written, FeedError>
where
    D: Decider<Facts: Default>,
    D::Command: Serialize,
{
    let mut written = Written::default();
    for command in work.commands {
        let envelope = Envelope { school: work.school, ..Envelope::to(work.stream) };
        let now = app.now();
        // A feed asks nothing that the register's facts would decide.
        let facts = D::Facts::default();
        let context = Context { actor: Actor::Import, capacity: Capacity::Machine, now, facts, facts_position };
        written.commands += 1;
        match app.journal.execute::<D>(envelope, command, context).await {
            Ok(receipt) => {
                let span = receipt.first_position.zip(receipt.last_position);
                written.events += span.map_or(0, |(first, last)| (last - first + 1) as u64);
                written.last_position = written.last_position.max(receipt.last_position.unwrap_or_default());
            }
            Err(ExecuteError::Rejected(rejection)) => {
                written.refused.push(format!("{}: {}", D::TYPE, rejection.code()));
            }
            Err(other) => return Err(FeedError::Journal(other.to_string())),
        }
    }
    Ok(written)
}
