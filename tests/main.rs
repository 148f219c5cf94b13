//! The stories: each on its own database.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, clippy::too_many_lines)]

mod access;
mod api;
mod demo;
mod files;
mod golden;
mod held;
mod import;
mod journal;
mod pages;
mod process;
mod read_models;
mod relay;
mod school;
mod secrecy;
mod skips;
mod subscriptions;
mod tidy;
mod torture;
