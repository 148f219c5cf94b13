//! A database of its own for one test.

use domain::event::Recorded;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, PgPool};
use uuid::Uuid;

use super::history::history;

pub struct Database {
    pub pool: PgPool,
    name: String,
    server: PgConnectOptions,
}

impl Database {
    /// None when no server is named.
    pub async fn create() -> Option<Self> {
        let server: PgConnectOptions = std::env::var("PALIMPSESTE_TEST_DATABASE").ok()?.parse().unwrap();
        let name = format!("projections_{}", Uuid::new_v4().simple());
        let mut admin = server.connect().await.unwrap();
        admin.execute(format!("create database {name}").as_str()).await.unwrap();
        let pool = PgPoolOptions::new().max_connections(2).connect_with(server.clone().database(&name)).await.unwrap();
        Some(Self { pool, name, server })
    }

    /// One that holds the whole history.
    pub async fn filled() -> Option<Self> {
        let database = Self::create().await?;
        database.project(&history(), 5).await;
        Some(database)
    }

    pub async fn drop(self) {
        self.pool.close().await;
        let mut admin = self.server.connect().await.unwrap();
        admin.execute(format!("drop database {} with (force)", self.name).as_str()).await.unwrap();
    }

    /// Every read model from nothing, by batches of `size`.
    pub async fn project(&self, history: &[Recorded], size: usize) {
        for model in crate::all() {
            let (name, schema) = (model.name(), model.schema());
            let anew = format!(
                "drop schema if exists {name} cascade; create schema {name}; set search_path to {name}; {schema}; reset search_path"
            );
            sqlx::raw_sql(&anew).execute(&self.pool).await.unwrap();
        }
        self.apply(history, size).await;
    }

    pub async fn apply(&self, history: &[Recorded], size: usize) {
        for model in crate::all() {
            for batch in history.chunks(size) {
                let mut transaction = self.pool.begin().await.unwrap();
                transaction.execute(format!("set local search_path to {}", model.name()).as_str()).await.unwrap();
                model.apply(&mut transaction, batch).await.unwrap();
                transaction.commit().await.unwrap();
            }
        }
    }

    /// Every row of every table, in one order.
    pub async fn dump(&self) -> String {
        let tables: Vec<(String, String)> = sqlx::query_as(
            "select schemaname::text, tablename::text from pg_tables where schemaname in ('pupil', 'teacher', 'principal', \
             'inspector') order by 1, 2",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        assert_eq!(tables.len(), 11);
        let mut dump = String::new();
        for (schema, table) in tables {
            let rows = format!("select '{schema}.{table} ' || t::text from {schema}.{table} t order by 1");
            for row in sqlx::query_scalar::<_, String>(&rows).fetch_all(&self.pool).await.unwrap() {
                dump.push_str(&row);
                dump.push('\n');
            }
        }
        dump
    }
}
