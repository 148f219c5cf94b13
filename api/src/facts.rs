//! The register: what the school knows of itself, folded from the journal and held in memory.
//!
//! It gives each decision its facts (who acts in what capacity, what the timetable says) and each query its scope. Names are opened
//! here, once, so that they can be sorted and searched; they leave with the key. It is dropped and folded again at each start.

mod books;
mod classes;
mod delays;
mod fold;
mod guards;
mod heads;
mod lessons;
mod looking;
mod scopes;

use std::sync::{RwLock, RwLockReadGuard};

use domain::decider::Decider as _;
use domain::directory::entourage::Entourage;
use domain::directory::establishment::School;
use domain::directory::group::{self, Group};
use domain::directory::person::{self, Person};
use domain::directory::service::{self, Service};
use domain::event::{Fact, Recorded};
use domain::ids::{PersonId, SchoolId, StreamId};
use domain::inspection::mandate::Mandate;
use domain::personal::SealedCell;
use infra::subscriptions::Follower;
use infra::vault::Vault;

pub use books::{ALL_SUBJECTS_LABEL, Books, GroupBook, MandateBook, PersonBook, SchoolBook, ServiceBook};
pub use delays::{Delay, Followed};
pub use domain::directory::person::RoleHeld;
pub use lessons::{LessonAt, Unwritten, Whose};
pub use scopes::Standpoint;

/// The name under which the register is waited for.
pub const REGISTER: &str = "register";

/// What the register gives a decision on the directory.
pub trait Known: Sized {
    fn of(books: &Books, school: SchoolId, stream: StreamId) -> Self;

    /// Those whose standing the decision rests on, besides that of who asks: should it have changed, it is decided again.
    fn rest_on(&self) -> Vec<PersonId> {
        vec![]
    }
}

impl Known for () {
    fn of(_: &Books, _: SchoolId, _: StreamId) -> Self {}
}

impl Known for person::Facts {
    fn of(books: &Books, school: SchoolId, stream: StreamId) -> Self {
        books.person_facts(school, PersonId(stream.id))
    }

    fn rest_on(&self) -> Vec<PersonId> {
        self.heads.values().flatten().map(|term| term.head).collect()
    }
}

impl Known for group::Facts {
    fn of(books: &Books, school: SchoolId, stream: StreamId) -> Self {
        books.group_facts(school, stream.era)
    }
}

impl Known for service::Facts {
    fn of(books: &Books, school: SchoolId, stream: StreamId) -> Self {
        books.service_facts(school, stream.era)
    }
}

/// A shared, folded view of the directory.
pub struct Register {
    books: RwLock<Books>,
    vault: Vault,
}

impl Register {
    pub fn new(vault: Vault) -> Self {
        Self { books: RwLock::default(), vault }
    }

    /// The books as they stand. Never held across an await.
    pub fn read(&self) -> RwLockReadGuard<'_, Books> {
        self.books.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn opened(&self, batch: &[Recorded]) -> Vec<Option<String>> {
        let cells: Vec<Option<SealedCell>> = batch.iter().map(read_here).collect();
        let present: Vec<&SealedCell> = cells.iter().flatten().collect();
        // A vault that does not answer is waited for: a name that cannot be read now is not a name forgotten.
        let mut opened = loop {
            match self.vault.open(&present).await {
                Ok(opened) => break opened.into_iter(),
                Err(problem) => tracing::error!(%problem, "names cannot be opened, trying again"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        };
        cells.iter().map(|cell| cell.as_ref().and_then(|_| opened.next().flatten())).collect()
    }
}

/// The one sealed value of an event that the register opens.
fn read_here(recorded: &Recorded) -> Option<SealedCell> {
    use person::Event;
    match &recorded.fact {
        Fact::Person(Event::PersonRegistered { names, .. } | Event::NamesCorrected { names, .. }) => {
            recorded.cell(names)
        }
        // Opened for their digest alone, so that a feed can tell what changed.
        Fact::Person(Event::ContactsChanged { contacts, .. }) => recorded.cell(contacts),
        _ => None,
    }
}

#[async_trait::async_trait]
impl Follower for Register {
    fn name(&self) -> &'static str {
        REGISTER
    }

    /// The directory and the mandates; what is written in textbooks is for the read models.
    fn follows(&self) -> Option<&'static [&'static str]> {
        Some(&[School::TYPE, Person::TYPE, Entourage::TYPE, Group::TYPE, Service::TYPE, Mandate::TYPE])
    }

    /// What names the stream as a guard goes on: it rests on rights that stand without this row, as was decided.
    async fn passed_over(&self, stream: StreamId, version: i64) {
        fold::version(&mut self.books.write().unwrap_or_else(std::sync::PoisonError::into_inner), stream, version);
    }

    async fn reached(&self, position: i64) {
        self.books.write().unwrap_or_else(std::sync::PoisonError::into_inner).position = position;
    }

    async fn follow(&self, batch: &[Recorded]) {
        let opened = self.opened(batch).await;
        let mut books = self.books.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (recorded, opened) in batch.iter().zip(opened) {
            fold::fold(&mut books, recorded, opened);
        }
    }
}
