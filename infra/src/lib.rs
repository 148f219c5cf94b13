//! x
pub mod devdb;
