//! What people read: tables folded from the journal, and the queries of the pages.
//!
//! A read model is disposable. Its fold is pure (an event and the former row give a row), its schema is one file, and the engine that
//! drives it (checkpoint, fence, rebuild beside the live one, swap) lives elsewhere. Nothing is opened here: a sealed value is copied as
//! it stands. Who sees a row is a `where` computed by [`domain::access`], put in every query by one fragment ([`scope`]).
//!
//! | read model | answers | to |
//! |---|---|---|
//! | [`pupil`] | what is there to read now | pupils and their legal guardians |
//! | [`teacher`] | what is written and what is not | teachers |
//! | [`principal`] | who wrote how soon, and how much work falls on a day | heads and deputies |
//! | [`inspector`] | what was written before | inspectors, heads |
//!
//! Read [`pupil`] first; the others have its shape.

use std::sync::Arc;

use domain::event::Recorded;
use sqlx::PgConnection;

pub mod cells;
#[cfg(any(test, feature = "history"))]
pub mod history;
pub mod inspector;
pub mod principal;
pub mod pupil;
mod rows;
pub mod scope;
pub mod shelf;
pub mod teacher;
mod writing;

pub use writing::Writes;

#[cfg(test)]
mod spec;

/// A set of tables folded from the journal.
#[async_trait::async_trait]
pub trait ReadModel: Send + Sync + 'static {
    /// Its name, and that of its live PostgreSQL schema.
    fn name(&self) -> &'static str;

    /// Raised when the fold or the schema changes: the engine then rebuilds beside the live tables, and swaps.
    fn version(&self) -> i32;

    /// The tables, with unqualified names and the keys that writing needs; run with `search_path` set to the schema being filled.
    fn schema(&self) -> &'static str;

    /// The indexes that reading needs: there from the first row in live tables, after the last in those of a rebuild. Each says
    /// `if not exists`: a rebuild that was killed after them and before the swap makes them again.
    fn indexes(&self) -> &'static str;

    /// The aggregates it folds. Of events of others it may be shown the place in the journal only.
    fn folds(&self) -> &'static [&'static str];

    /// A fold of tables that hold what `start` says.
    fn folding(&self, start: Start) -> Box<dyn Folding>;
}

/// What the tables hold when a fold begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing: what the fold does not hold does not exist.
    Empty,
    /// The events before: what the fold does not hold is read back.
    Anywhere,
}

/// A fold under way. It holds the rows it has touched, so that no row is read back twice: drop it when a batch was not committed, or when
/// another has written in the tables.
#[async_trait::async_trait]
pub trait Folding: Send {
    /// Reads back what the next batch starts from and the fold does not hold: nothing from [`Start::Empty`].
    async fn load(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error>;

    /// Folds the next batch, in order of position, and gives what is to be written.
    fn fold(&mut self, batch: &[Recorded]) -> Result<Writes, sqlx::Error>;

    /// All of it, inside the caller's transaction and `search_path`.
    async fn apply(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        self.load(connection, batch).await?;
        self.fold(batch)?.send(connection).await
    }

    /// Bytes it holds, roughly. It may be dropped after any batch that is committed: with the indexes in place, a new one from
    /// [`Start::Anywhere`] goes on.
    fn bytes(&self) -> usize;
}

/// Every read model there is.
pub fn all() -> Vec<Arc<dyn ReadModel>> {
    vec![
        Arc::new(pupil::Pupil),
        Arc::new(teacher::Teacher),
        Arc::new(principal::Principal),
        Arc::new(inspector::Inspector),
    ]
}

/// One SQL text of this crate.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The read model it belongs to: prepare it with `search_path` set to that schema, for a fold names its tables unqualified.
    pub model: &'static str,
    pub name: &'static str,
    pub sql: &'static str,
}

/// Every SQL text that runs, but those of `COPY`, for a test to prepare each against real tables.
pub fn statements() -> Vec<Statement> {
    let models = [
        (pupil::NAME, pupil::STATEMENTS),
        (pupil::NAME, pupil::queries::STATEMENTS),
        (pupil::NAME, pupil::former::STATEMENTS),
        (teacher::NAME, teacher::STATEMENTS),
        (teacher::NAME, teacher::queries::STATEMENTS),
        (principal::NAME, principal::STATEMENTS),
        (principal::NAME, principal::queries::STATEMENTS),
        (inspector::NAME, inspector::STATEMENTS),
        (inspector::NAME, inspector::queries::STATEMENTS),
    ];
    let shelves =
        [pupil::NAME, teacher::NAME, principal::NAME, inspector::NAME].map(|model| (model, shelf::STATEMENTS));
    let texts = models.into_iter().chain(shelves);
    texts.flat_map(|(model, texts)| texts.iter().map(move |&(name, sql)| Statement { model, name, sql })).collect()
}
