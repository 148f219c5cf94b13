//! The directory: the school, its people, who answers for whom, who teaches what, when.
//!
//! | French | here |
//! |---|---|
//! | établissement (UAI) | [`establishment::School`] |
//! | élève, responsable, enseignant… | [`person::Person`] and its dated roles |
//! | responsable légal 1, 2, contact | [`person::Guardian`], a set per pupil |
//! | droit de surveillance, AESH, opposition de l'élève majeur | [`entourage::Entourage`], of one pupil |
//! | division, groupe | [`group::Group`], with dated members |
//! | service d'enseignement, créneau | [`service::Service`], with dated teachers and slots |
//!
//! Every stream here but the entourage is fed by the importers (AAF, STS) and says only what changed: the same file twice is no event.

pub mod entourage;
pub mod establishment;
pub mod group;
pub mod majority;
pub mod person;
pub mod service;

#[cfg(test)]
mod spec;
