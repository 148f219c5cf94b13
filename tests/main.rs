//! The stories: each on its own database.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)]

mod demo;
mod import;
mod journal;
mod read_models;
mod secrecy;
mod subscriptions;
mod tidy;
