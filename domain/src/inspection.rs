//! Inspection: who may read which textbooks, and when; and what is kept of who looked.
//!
//! An inspector reads only under a mandate that the head opened (rule IN-01). A head reads all of his school. Both are shown to the
//! teachers whose work they look at.

pub mod look;
pub mod mandate;
