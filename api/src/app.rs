//! The application: one handle on the journal, the register, the read models and the clock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::decider::{Context, Decider};
use domain::ids::{SchoolId, SchoolYear, StreamId, TextbookId};
use infra::clock::Clock;
use infra::journal::{Envelope, ExecuteError, Journal, Receipt};
use infra::keys::{KeyDirectory, KeyError};
use infra::postgres::{Role, connect, migrate_journal, migrate_vault};
use infra::subscriptions::{ReadError, Subscriptions};
use infra::vault::Vault;
use serde::Serialize;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::auth::Tokens;
use crate::facts::{REGISTER, Register};
use crate::worker::read_models;

/// How long a page that follows a command waits to show its effect.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why the application does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Read(#[from] ReadError),
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
    pub register: Arc<Register>,
    pub subscriptions: Subscriptions,
    pub reader: PgPool,
    pub clock: Arc<dyn Clock>,
    pub tokens: Tokens,
    pub mode: Mode,
    cancel: CancellationToken,
    working: std::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl App {
    /// Migrates, opens, folds the register. The readers run from here on.
    pub async fn open(
        data_dir: &Path,
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
        let commit = connect(url, Role::Writer, 1).await?;
        let journal = Journal::open(writer.clone(), commit, vault.clone(), &keys, clock.clone())?;
        let register = Arc::new(Register::new(vault.clone()));
        let subscriptions = Subscriptions::new(writer, read_models(), vec![register.clone()]);
        subscriptions.prepare(|_, _, _| {}).await?;
        let tokens = Tokens::new(&keys.derive("token"));
        let cancel = CancellationToken::new();
        let working = std::sync::Mutex::new(None);
        let app =
            Arc::new(Self { journal, vault, register, subscriptions, reader, clock, tokens, mode, cancel, working });
        app.work().await?;
        Ok(app)
    }

    /// Starts the readers and waits until the register knows all that was written before.
    async fn work(&self) -> Result<(), OpenError> {
        let (subscriptions, head, cancel) = (self.subscriptions.clone(), self.journal.head(), self.cancel.clone());
        let task = tokio::spawn(async move { subscriptions.run(head, cancel).await });
        if let Ok(mut working) = self.working.lock() {
            *working = Some(task);
        }
        let head = infra::subscriptions::head(&self.reader).await?;
        // Not bounded: until the register is whole, no right can be computed.
        while self.subscriptions.wait_for(REGISTER, head, Duration::from_secs(5)).await.is_err() {
            tracing::info!(position = self.subscriptions.position(REGISTER), head, "folding the register");
        }
        Ok(())
    }

    /// Decides and writes, then waits (bounded) until every reader of this process shows it.
    pub async fn execute<D: Decider>(
        &self,
        envelope: Envelope,
        command: D::Command,
        context: Context<D::Facts>,
    ) -> Result<Receipt, ExecuteError<D::Rejection>>
    where
        D::Command: Serialize,
    {
        let receipt = self.journal.execute::<D>(envelope, command, context).await?;
        if let Some(position) = receipt.last_position {
            self.await_readers(position).await;
        }
        Ok(receipt)
    }

    /// Readers see their own writes: waits until all models and the register have seen a position.
    pub async fn await_readers(&self, position: i64) {
        let names = self.subscriptions.names().into_iter().chain([REGISTER]);
        for name in names {
            if let Err(behind) = self.subscriptions.wait_for(name, position, PATIENCE).await {
                tracing::warn!(%behind, "a page is shown before its reader has caught up");
            }
        }
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The stream of a textbook, if the register knows it.
    pub fn textbook_stream(&self, textbook: TextbookId) -> Option<(StreamId, SchoolId)> {
        let books = self.register.read();
        let service = books.services.get(&textbook)?;
        Some((StreamId::new(domain::textbook::Textbook::TYPE, textbook, service.year), service.school))
    }

    /// Stops the readers and waits for them.
    pub async fn close(&self) {
        self.cancel.cancel();
        let working = self.working.lock().ok().and_then(|mut working| working.take());
        if let Some(working) = working {
            let _ = working.await;
        }
    }
}

/// A stream that outlives the school years.
pub fn lasting(aggregate: &'static str, id: impl Into<uuid::Uuid>) -> StreamId {
    StreamId::new(aggregate, id, SchoolYear::NONE)
}
