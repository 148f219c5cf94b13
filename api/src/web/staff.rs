//! The page of whoever works in a school and reads nothing by it.

use askama::Template;
use jiff::civil::Date;

use super::filters;
use super::layout::Layout;

/// What somebody is, since when, and why it opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// `Professeur documentaliste`
    pub role: String,
    pub school: Option<String>,
    pub from: Date,
    /// The last day, when it is known.
    pub to: Option<Date>,
    pub why: String,
}

/// `/personnel`
#[derive(Debug, Template)]
#[template(path = "staff/role.html")]
pub struct StaffPage {
    pub layout: Layout,
    pub roles: Vec<HeldRole>,
}
