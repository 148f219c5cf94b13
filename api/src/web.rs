//! The pages: what each person sees, as plain view structs and their templates.
//!
//! A view holds owned texts and civil dates and nothing else: no database, no key, no clock. A handler fills it, and
//! it renders. Every page extends `layout.html` and carries a [`layout::Layout`]; parts shared by several pages are
//! in `templates/parts`. Pages work without JavaScript, and hold no inline style: the content policy forbids it.
//!
//! | person | views |
//! |---|---|
//! | élève | [`pupil`]: the week, the homework, the textbook of a subject |
//! | parent | [`parent`]: all children at once, then one child's week, homework and textbooks |
//! | AESH | the same parts as a parent, of the pupils named |
//! | enseignant | [`teacher`]: the week, one lesson as a form, one textbook |
//! | professeur principal, vie scolaire | [`class`]: a class in all its subjects |
//! | direction | [`principal`]: coverage, inspection mandates; [`rights`]: those around a pupil |
//! | direction, vie scolaire, équipe | [`heat`]: the work that falls on their classes in a week |
//! | inspection | [`inspector`]: the textbooks under mandate, and all that was ever written in one |
//! | anybody | [`welcome`], [`problem`] |

pub mod births;
pub mod class;
pub mod filters;
pub mod groups;
pub mod heat;
pub mod inspector;
pub mod layout;
pub mod parent;
pub mod principal;
pub mod problem;
pub mod pupil;
pub mod rights;
pub mod roles;
pub mod routes;
pub mod staff;
pub mod teacher;
pub mod welcome;

#[cfg(test)]
mod gallery;
