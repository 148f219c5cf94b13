//! What the read models promise together: any split of a history into batches gives the same rows, and every SQL text prepares.
//!
//! Folds are tested in memory. What needs a database runs on the one named by `PALIMPSESTE_TEST_DATABASE` (a URL whose role may create
//! databases), each test on its own; without it, these tests pass without looking.

pub mod database;
pub mod history;

use database::Database;
use history::history;
use sqlx::Executor;

#[tokio::test]
async fn any_split_of_a_history_gives_the_same_rows() {
    let Some(database) = Database::create().await else { return };
    let history = history();
    assert!(history.len() >= 40);
    let mut first: Option<String> = None;
    for size in [1, 2, 3, 7, history.len()] {
        database.project(&history, size).await;
        let rows = database.dump().await;
        assert!(rows.lines().count() > 100);
        assert!(*first.get_or_insert_with(|| rows.clone()) == rows, "batches of {size} give other rows");
    }
    database.drop().await;
}

#[tokio::test]
async fn a_batch_applied_twice_changes_nothing() {
    let Some(database) = Database::create().await else { return };
    let history = history();
    database.project(&history, history.len()).await;
    let rows = database.dump().await;
    let tail = &history[history.len() - 1..];
    database.apply(tail, 1).await;
    assert!(database.dump().await.lines().count() == rows.lines().count());
    database.drop().await;
}

#[tokio::test]
async fn every_statement_prepares() {
    let Some(database) = Database::create().await else { return };
    database.project(&[], 1).await;
    let statements = crate::statements();
    assert_eq!(statements.len(), 35);
    let mut connection = database.pool.acquire().await.unwrap();
    for statement in statements {
        connection.execute(format!("set search_path to {}", statement.model).as_str()).await.unwrap();
        let prepared = connection.prepare(statement.sql).await;
        assert!(prepared.is_ok(), "{} {}: {:?}", statement.model, statement.name, prepared.err());
    }
    drop(connection);
    database.drop().await;
}

#[test]
fn a_read_model_is_named_once() {
    let names: std::collections::BTreeSet<_> = crate::all().iter().map(|model| model.name()).collect();
    assert_eq!(names.len(), crate::all().len());
    assert!(crate::statements().iter().all(|statement| names.contains(statement.model)));
}
