//! The one place where read models meet the engine that feeds them.

use std::sync::Arc;

use domain::event::Recorded;
use infra::subscriptions::{Filling, Folding, Rows, Subscriber};
use projections::{ReadModel, Start, Writes};
use sqlx::PgConnection;

struct Joined(Arc<dyn ReadModel>);

#[async_trait::async_trait]
impl Subscriber for Joined {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn version(&self) -> i32 {
        self.0.version()
    }

    fn schema(&self) -> &'static str {
        self.0.schema()
    }

    fn indexes(&self) -> &'static str {
        self.0.indexes()
    }

    fn folds(&self) -> Option<&'static [&'static str]> {
        Some(self.0.folds())
    }

    async fn apply(&self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        self.0.folding(Start::Anywhere).apply(connection, batch).await
    }

    fn folding(&self) -> Option<Box<dyn Folding>> {
        Some(Box::new(Folded(self.0.folding(Start::Anywhere))))
    }

    fn filling(&self) -> Option<Box<dyn Filling>> {
        Some(Box::new(Folded(self.0.folding(Start::Empty))))
    }
}

struct Folded(Box<dyn projections::Folding>);

#[async_trait::async_trait]
impl Folding for Folded {
    async fn apply(&mut self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        self.0.apply(connection, batch).await
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

impl Filling for Folded {
    fn fold(&mut self, batch: &[Recorded]) -> Result<Box<dyn Rows>, sqlx::Error> {
        Ok(Box::new(Folds(self.0.fold(batch)?)))
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// What one batch writes.
struct Folds(Writes);

#[async_trait::async_trait]
impl Rows for Folds {
    async fn write(self: Box<Self>, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.0.send(connection).await
    }
}

/// Every read model there is.
pub fn read_models() -> Vec<Arc<dyn Subscriber>> {
    projections::all().into_iter().map(|model| Arc::new(Joined(model)) as Arc<dyn Subscriber>).collect()
}
