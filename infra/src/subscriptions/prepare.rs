//! Brings the read models to the version of their folds before they are read; or later, when an event keeps one from it.

use std::sync::Arc;

use sqlx::Connection as _;
use tokio::task::JoinSet;

use super::read::Unreadable;
use super::{POLL, ReadError, Subscriber, Subscriptions, checkpoints};

/// What became of a read model when it was prepared.
#[derive(Debug, Clone)]
pub enum Prepared {
    /// Its live tables are those of this fold.
    Ready,
    /// Its rebuild stands before a row that the fold cannot take. The live tables are those of another fold: nobody here may read them.
    Stopped(Unreadable),
}

impl Subscriptions {
    /// Makes the schemas that are missing, and rebuilds the models whose fold has changed since. One that a row stops keeps no other
    /// from being read.
    pub async fn prepare(
        &self,
        mut progress: impl FnMut(&'static str, i64, i64),
    ) -> Result<Vec<(&'static str, Prepared)>, ReadError> {
        let mut outcomes = Vec::new();
        for model in self.models.iter() {
            let outcome = match checkpoints::live(&self.pool, model.name()).await? {
                None => {
                    checkpoints::create_live(&self.pool, model.as_ref()).await?;
                    Prepared::Ready
                }
                Some(standing) if standing.version == model.version() => Prepared::Ready,
                Some(_) => self.renew(model, |at, head| progress(model.name(), at, head)).await?,
            };
            outcomes.push((model.name(), outcome));
        }
        Ok(outcomes)
    }

    /// Rebuilds a model whose live tables are of another fold, and remembers what stops it.
    async fn renew(&self, model: &Arc<dyn Subscriber>, progress: impl FnMut(i64, i64)) -> Result<Prepared, ReadError> {
        // Two servers of a new version start at the same time: one rebuilds, the other finds it done.
        let turn = self.turn(model.name()).await?;
        let live = checkpoints::live(&self.pool, model.name()).await?;
        let stopped = if live.is_some_and(|live| live.version == model.version()) {
            None
        } else {
            match self.rebuild_in_turn(model, progress).await {
                Err(ReadError::Row { position, problem }) => Some(Unreadable::at(position, problem)),
                done => done.map(|()| None)?,
            }
        };
        turn.close().await?;
        self.halts(model.name(), stopped.clone());
        Ok(stopped.map_or(Prepared::Ready, Prepared::Stopped))
    }

    /// For each model whose rebuild was stopped, a task that waits for the decision and goes on. It ends with the set.
    pub(super) fn lifting(&self) -> JoinSet<()> {
        let mut lifting = JoinSet::new();
        for model in self.models.iter().filter(|model| self.halted(model.name()).is_some()) {
            let (engine, model) = (self.clone(), model.clone());
            lifting.spawn(async move { engine.lift(&model).await });
        }
        lifting
    }

    async fn lift(&self, model: &Arc<dyn Subscriber>) {
        while self.halted(model.name()).is_some() {
            tokio::time::sleep(POLL * 5).await;
            let lifted = async {
                if checkpoints::may_go_on(&self.pool, model.as_ref()).await? {
                    self.renew(model, |_, _| {}).await?;
                }
                Ok::<(), ReadError>(())
            };
            if let Err(problem) = lifted.await {
                tracing::warn!(%problem, model = model.name(), "a stopped rebuild cannot be looked after, trying again");
            }
        }
        tracing::info!(model = model.name(), "this read model can be read again");
    }
}
