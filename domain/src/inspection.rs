//! Inspection: who may read which textbooks, and when.
//!
//! An inspector reads only under a mandate that the head opened (rule IN-01). A head reads all of his school.

pub mod mandate;
