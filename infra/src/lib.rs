//! x

pub mod importers;
