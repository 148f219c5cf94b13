//! The application: one handle on the journal, the register, the read models and the clock.

mod entourage;
mod keeping;
mod looks;
mod rights;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::actor::{Actor, Capacity};
use domain::decider::{Context, Decider};
use domain::ids::{PersonId, SchoolId, SchoolYear, StreamId, TextbookId};
use domain::inspection::mandate::{Command, Mandate};
use domain::textbook::Textbook;
use domain::textbook::entry::Source;
use infra::clock::Clock;
use infra::desk::Desk;
use infra::files::Files;
use infra::journal::{Envelope, ExecuteError, Journal, Receipt};
use infra::keys::{KeyDirectory, KeyError};
use infra::looks::Looks;
use infra::postgres::{Role, connect, migrate_journal, migrate_vault};
use infra::relay::{self, Relay};
use infra::subscriptions::{ReadError, Subscriptions, Unreadable};
use infra::vault::Vault;
use projections::{inspector, teacher};
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::auth::Tokens;
use crate::facts::{Books, Known, REGISTER, Register, SchoolBook, Standpoint};
use crate::http::measures;
use crate::problem::Problem;
use crate::worker::read_models;

/// How long a page that follows a command waits to show its effect.
const PATIENCE: Duration = Duration::from_secs(3);
/// What commands already taken, and then the batch of the readers, are given to end.
const LAST_BATCH: Duration = Duration::from_secs(15);

/// Why the application does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the folder of files {path}: {problem}")]
    Files { path: PathBuf, problem: std::io::Error },
    /// Without this event some right would be computed wrongly.
    #[error(
        "the register cannot read position {position} ({because}): use a version that can, or decide that it goes on without it: \
         palimpseste skip register --position {position} --because …"
    )]
    Register { position: i64, because: String },
}

/// Whether people are chosen from a list, or show who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A fictitious school, a clock that can be moved, a list of people.
    Demo,
    Serve,
}

pub struct App {
    pub journal: Journal,
    pub vault: Vault,
    pub desk: Desk,
    pub looks: Looks,
    pub files: Files,
    pub register: Arc<Register>,
    pub subscriptions: Subscriptions,
    pub reader: PgPool,
    pub clock: Arc<dyn Clock>,
    pub tokens: Tokens,
    pub mode: Mode,
    leaving: AtomicBool,
    cancel: CancellationToken,
    working: std::sync::Mutex<Vec<tokio::task::JoinHandle<()>>>,
    relay: std::sync::OnceLock<watch::Receiver<relay::State>>,
}

impl App {
    /// Migrates, opens, folds the register. The readers run from here on. Files are kept in the data directory.
    pub async fn open(
        data_dir: &Path,
        url: &str,
        vault_url: &str,
        clock: Arc<dyn Clock>,
        mode: Mode,
    ) -> Result<Arc<Self>, OpenError> {
        Self::open_with_files(data_dir, &files_in(data_dir), url, vault_url, clock, mode).await
    }

    /// The same, with files in a folder of their own.
    pub async fn open_with_files(
        data_dir: &Path,
        files_dir: &Path,
        url: &str,
        vault_url: &str,
        clock: Arc<dyn Clock>,
        mode: Mode,
    ) -> Result<Arc<Self>, OpenError> {
        migrate_journal(url).await?;
        migrate_vault(vault_url).await?;
        let keys = KeyDirectory::open(data_dir)?;
        let writer = connect(url, Role::Writer, 8).await?;
        let reader = connect(url, Role::Reader, 16).await?;
        let vault = Vault::new(connect(vault_url, Role::Login, 4).await?, &keys);
        let files = Files::in_directory(files_dir, vault.clone());
        let files = files.map_err(|problem| OpenError::Files { path: files_dir.to_owned(), problem })?;
        let commit = connect(url, Role::Appender, 1).await?;
        let desk = Desk::new(writer.clone(), vault.clone());
        let looks = Looks::new(writer.clone());
        let journal = Journal::open(writer.clone(), commit, vault.clone(), &keys, clock.clone())?;
        let register = Arc::new(Register::new(vault.clone()));
        let subscriptions = Subscriptions::new(writer, read_models(), vec![register.clone()]);
        // One that a row stops is refused where it is read; the others are served.
        subscriptions.prepare(|_, _, _| {}).await?;
        let tokens = Tokens::new(&keys.derive("token"));
        let (leaving, cancel) = (AtomicBool::new(false), CancellationToken::new());
        let (working, relay) = (std::sync::Mutex::default(), std::sync::OnceLock::new());
        let app = Self {
            journal,
            vault,
            desk,
            looks,
            files,
            register,
            subscriptions,
            reader,
            clock,
            tokens,
            mode,
            leaving,
            cancel,
            working,
            relay,
        };
        let app = Arc::new(app);
        app.work().await?;
        tracing::info!("open");
        Ok(app)
    }

    /// Starts the readers and waits until the register knows all that was written before.
    async fn work(&self) -> Result<(), OpenError> {
        let (subscriptions, head, cancel) = (self.subscriptions.clone(), self.journal.head(), self.cancel.clone());
        self.beside(async move { subscriptions.run(head, cancel).await });
        self.beside(self.files.clone().keep_swept(self.journal.clone(), self.desk.clone(), self.cancel.clone()));
        let head = self.head().await?;
        // Not bounded: until the register is whole, no right can be computed.
        while self.subscriptions.wait_for(REGISTER, head, Duration::from_secs(5)).await.is_err() {
            if let Some(Unreadable { position, because, .. }) = self.subscriptions.halted(REGISTER) {
                self.close().await;
                return Err(OpenError::Register { position, because });
            }
            tracing::info!(position = self.subscriptions.position(REGISTER), head, "folding the register");
        }
        let (desk, looks) = (self.desk.clone(), self.looks.clone());
        self.beside(keeping::keep_swept(desk, looks, self.clock.clone(), self.cancel.clone()));
        Ok(())
    }

    /// Relays the journal to JetStream, beside the readers and until they stop. A server that is not there is waited for.
    pub fn relay_to(&self, servers: &str) -> Result<(), relay::BadAddress> {
        let relay = Relay::new(self.reader.clone(), servers)?;
        if self.relay.set(relay.state()).is_ok() {
            self.beside(relay.run(self.journal.head(), self.cancel.clone()));
        }
        Ok(())
    }

    /// How the relay stands, now and as it changes; `None` when this server relays nothing.
    pub fn relay(&self) -> Option<watch::Receiver<relay::State>> {
        self.relay.get().cloned()
    }

    /// Runs a task that ends when the application closes.
    fn beside(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = tokio::spawn(task);
        if let Ok(mut working) = self.working.lock() {
            working.push(task);
        }
    }

    /// Where the queries of a read model read; a problem while its tables are those of another fold.
    pub fn tables(&self, model: &str) -> Result<&PgPool, Problem> {
        match self.subscriptions.halted(model) {
            None => Ok(&self.reader),
            Some(_) => Err(Problem::being_mended(model)),
        }
    }

    /// The last position of the journal.
    pub async fn head(&self) -> Result<i64, ReadError> {
        infra::subscriptions::head(&self.reader).await
    }

    /// Readers see their own writes: waits until all models and the register have seen a position. One that a row keeps from being read
    /// keeps nobody waiting.
    pub async fn await_readers(&self, position: i64) {
        let names = self.subscriptions.names().into_iter().chain([REGISTER]);
        for name in names.filter(|name| self.subscriptions.halted(name).is_none()) {
            if let Err(behind) = self.subscriptions.wait_for(name, position, PATIENCE).await {
                tracing::warn!(%behind, "a page is shown before its reader has caught up");
            }
        }
    }

    /// A person writes in a textbook, in the capacity the register gives them today.
    pub async fn in_textbook(
        &self,
        author: PersonId,
        textbook: TextbookId,
        said: Said,
        command: domain::textbook::Command,
    ) -> Result<Receipt, Problem> {
        let source = self.source(author, &command).await?;
        let received = self.received(author, textbook, &command).await?;
        let look = |books: &Books| {
            let now = self.now();
            let facts = books.textbook_facts(textbook, now).ok_or_else(Problem::unknown)?;
            let mut facts = domain::textbook::Facts { source, ..facts };
            facts.received.files = received.clone();
            let today = facts.zone.to_datetime(now).date();
            let stream = StreamId::new(Textbook::TYPE, textbook, facts.bounds.year);
            let envelope = Envelope { guards: books.right_in(author, textbook), ..said.to(stream, facts.school) };
            let capacity = books.capacity_in(author, textbook, today);
            let actor = Actor::Person(author);
            Ok((envelope, Context { actor, capacity, now, facts, facts_position: books.position }))
        };
        self.obey::<Textbook>(command, look).await
    }

    /// The entry that a command takes over, if it exists as the command says and its author reads it as one of theirs.
    async fn source(&self, author: PersonId, command: &domain::textbook::Command) -> Result<Option<Source>, Problem> {
        let domain::textbook::Command::PublishEntry { copied_from: Some(source), .. } = command else {
            return Ok(None);
        };
        let scope = {
            let books = self.register.read();
            let Some(school) = books.school_of(source.textbook) else { return Ok(None) };
            books.scope(author, Standpoint::Teacher, school.local(self.now()).date())
        };
        let named = [(source.textbook, source.entry)];
        let known = teacher::queries::entries_named(self.tables(teacher::NAME)?, &scope, &named).await?;
        let last = known.first().is_some_and(|entry| entry.writing.version == source.version);
        let written = last || inspector::queries::is_version(self.tables(inspector::NAME)?, &scope, source).await?;
        Ok(written.then_some(*source))
    }

    /// A head opens or closes a mandate in a school of his.
    pub async fn in_mandate(
        &self,
        head: PersonId,
        school: SchoolId,
        mandate: domain::ids::MandateId,
        said: Said,
        command: Command,
    ) -> Result<Receipt, Problem> {
        let mut named = vec![head];
        if let Command::OpenMandate { inspector, .. } = &command {
            named.push(*inspector);
        }
        let look = |books: &Books| {
            let now = self.now();
            let today = books.schools.get(&school).ok_or_else(Problem::unknown)?.local(now).date();
            // A mandate belongs to the school it was opened for: another school's head does not know it.
            if books.mandates.get(&mandate).is_some_and(|known| known.school != school) {
                return Err(Problem::unknown());
            }
            let facts = books.mandate_facts(mandate, school, today);
            let capacity = books.capacity_at(head, school, today);
            let guards = named.iter().map(|person| books.standing_of(*person)).collect();
            let envelope = Envelope { guards, ..said.to(lasting(Mandate::TYPE, mandate), school) };
            Ok((envelope, Context { actor: Actor::Person(head), capacity, now, facts, facts_position: books.position }))
        };
        self.obey::<Mandate>(command, look).await
    }

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
            let now = self.now();
            let today = |book: &SchoolBook| book.local(now).date();
            let capacity = match (actor.person(), books.schools.get(&school)) {
                (None, _) => Capacity::Machine,
                (Some(person), Some(book)) => books.capacity_at(person, school, today(book)),
                (Some(_), None) => return Err(Problem::unknown()),
            };
            let facts = D::Facts::of(books, school, stream);
            let guards = actor.person().map(|person| books.standing_of(person)).into_iter().collect();
            let envelope = Envelope { guards, ..said.to(stream, school) };
            Ok((envelope, Context { actor, capacity, now, facts, facts_position: books.position }))
        };
        self.obey::<D>(command, look).await
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// From here on `/readyz` says no; everything else goes on.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Ends calmly: what was taken is written, then the readers finish their batch. Bounded: a database that does not answer keeps
    /// nobody, and whatever was acknowledged is on disk already.
    pub async fn close(&self) {
        self.leave();
        if tokio::time::timeout(LAST_BATCH, self.journal.close()).await.is_err() {
            tracing::warn!("the last commands could not be written in time: nobody was told that they were");
        }
        self.cancel.cancel();
        let working = self.working.lock().map(|mut working| std::mem::take(&mut *working)).unwrap_or_default();
        let deadline = tokio::time::Instant::now() + LAST_BATCH;
        for mut task in working {
            if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                task.abort();
                tracing::warn!("a reader did not end in time: it goes on from its checkpoint at the next start");
            }
        }
        tracing::info!("closed");
    }
}

/// A refusal, noted without what was written in the command, and as people are told it.
fn told<D: Decider>(outcome: Result<Receipt, ExecuteError<D::Rejection>>) -> Result<Receipt, Problem> {
    outcome.map_err(|refusal| {
        let problem = Problem::from(refusal);
        tracing::info!(aggregate = D::TYPE, code = problem.code, "a command was refused");
        measures::command_refused(D::TYPE, &problem.code);
        problem
    })
}

/// What a client may say of its command.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// `Idempotency-Key`.
    pub key: Option<String>,
    /// `If-Match`: the version it saw.
    pub expected: Option<i64>,
}

impl Said {
    fn to(&self, stream: StreamId, school: SchoolId) -> Envelope {
        Envelope { key: self.key.clone(), expected: self.expected, school: Some(school), ..Envelope::to(stream) }
    }
}

/// Where files are kept when no other place is named.
pub fn files_in(data_dir: &Path) -> PathBuf {
    data_dir.join("files")
}

/// A stream that outlives the school years.
pub fn lasting(aggregate: &'static str, id: impl Into<uuid::Uuid>) -> StreamId {
    StreamId::new(aggregate, id, SchoolYear::NONE)
}
