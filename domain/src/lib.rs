//! The school's rules, and nothing else: what may happen, what happened, who may see it.
//!
//! Pure, synchronous and total. No clock, no randomness, no database, no runtime: time, identifiers and facts are passed in.
//! Start with [`textbook`], the cover page of the cahier de textes; then [`decider`], the shape every aggregate has.

pub mod access;
pub mod actor;
pub mod calendar;
pub mod decider;
pub mod directory;
pub mod event;
pub mod ids;
pub mod inspection;
pub mod media;
pub mod personal;
pub mod published;
pub mod textbook;
