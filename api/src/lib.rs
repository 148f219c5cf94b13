//! Palimpseste served: what people see and what programs ask.

pub mod fr;
pub mod web;
