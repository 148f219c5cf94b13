//! Rebuilding a read model: beside the live one, while it serves, then swapped with it.

use std::sync::Arc;

use sqlx::{Executor as _, Row as _};

use super::checkpoints::{apply, create};
use super::{ReadError, Subscriber, Subscriptions, read, skips};

/// Positions folded in one transaction of a rebuild.
const BATCH: i64 = 2_000;

impl Subscriptions {
    /// Folds the whole journal anew into a second schema and swaps it with the live one. Killed and started again, it goes on.
    /// `progress` is told the position reached and the head.
    pub async fn rebuild(&self, name: &str, mut progress: impl FnMut(i64, i64)) -> Result<(), ReadError> {
        let model = self.models.iter().find(|model| model.name() == name);
        let model = model.ok_or_else(|| ReadError::UnknownModel(name.to_owned()))?.clone();
        let beside = format!("{name}_rebuilt");
        let mut at = self.begin_rebuild(&model, &beside).await?;
        tracing::info!(model = name, from = at, "rebuilding");
        loop {
            let head = read::head(&self.pool).await?;
            progress(at, head);
            if at >= head && self.swap(&model, &beside, at).await? {
                tracing::info!(model = name, position = at, "rebuilt, and swapped with the live one");
                return Ok(());
            }
            at = self.fold_beside(&model, &beside, at).await?;
        }
    }

    async fn begin_rebuild(&self, model: &Arc<dyn Subscriber>, beside: &str) -> Result<i64, ReadError> {
        let known = sqlx::query("select position, version from subscriptions.models where name = $1 and not live")
            .bind(model.name())
            .fetch_optional(&self.pool)
            .await?;
        if let Some(row) = known
            && row.get::<i32, _>(1) == model.version()
        {
            return Ok(row.get(0));
        }
        let mut transaction = self.pool.begin().await?;
        create(&mut transaction, model.as_ref(), beside).await?;
        sqlx::query(
            "insert into subscriptions.models (name, live, version) values ($1, false, $2)
             on conflict (name, live) do update set version = excluded.version, position = 0",
        )
        .bind(model.name())
        .bind(model.version())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(0)
    }

    async fn fold_beside(&self, model: &Arc<dyn Subscriber>, beside: &str, at: i64) -> Result<i64, ReadError> {
        let page = read::page(&self.pool, at, BATCH).await?;
        let share = page.share(at, i64::MAX, &skips::of(&self.pool, model.name(), model.version(), at).await?);
        if share.until == at {
            return share.wall.map_or(Ok(at), |row| Err(row.clone().into()));
        }
        let (batch, last) = (&share.events, share.until);
        let mut transaction = self.pool.begin().await?;
        apply(&mut transaction, model.as_ref(), beside, batch).await?;
        let moved =
            sqlx::query("update subscriptions.models set position = $2 where name = $1 and not live and position = $3")
                .bind(model.name())
                .bind(last)
                .bind(at)
                .execute(&mut *transaction)
                .await?;
        if moved.rows_affected() == 0 {
            // Another process rebuilds the same model: go on from where it is.
            transaction.rollback().await?;
            return self.begin_rebuild(model, beside).await;
        }
        transaction.commit().await?;
        Ok(last)
    }

    /// Swaps if the rebuilt model is not behind the live one. The live row's lock keeps its worker waiting meanwhile.
    async fn swap(&self, model: &Arc<dyn Subscriber>, beside: &str, at: i64) -> Result<bool, ReadError> {
        let name = model.name();
        let mut transaction = self.pool.begin().await?;
        let live: Option<i64> =
            sqlx::query_scalar("select position from subscriptions.models where name = $1 and live for update")
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await?;
        if live.is_some_and(|live| live > at) {
            return Ok(false);
        }
        let swap = format!("drop schema if exists {name} cascade; alter schema {beside} rename to {name}");
        transaction.execute(sqlx::raw_sql(&swap)).await?;
        sqlx::query("delete from subscriptions.models where name = $1 and not live")
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        // A worker whose fold is of another version must not write in these tables: it loses its place.
        sqlx::query(
            "insert into subscriptions.models (name, live, version, position) values ($1, true, $2, $3)
             on conflict (name, live) do update set version = excluded.version, position = excluded.position,
                 fence = models.fence + (models.version <> excluded.version)::int, stopped_at = null, stopped_because = null",
        )
        .bind(name)
        .bind(model.version())
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}
