//! Everything that touches the outside: PostgreSQL, NATS, keys, files. Knows `domain`, and never `projections`.

pub mod checkup;
pub mod clock;
pub mod desk;
pub mod devdb;
pub mod files;
pub mod generator;
pub mod importers;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod looks;
pub mod measures;
pub mod postgres;
pub mod relay;
pub mod subscriptions;
pub mod vault;
