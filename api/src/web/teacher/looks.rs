//! Who looked at a teacher's work, as that teacher reads it.

use domain::inspection::look::{KEEPING, keeping_on};
use jiff::civil::Date;

use crate::fr;

/// One person, in one capacity, at one kind of page; on which days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// `Mme Roux`
    pub name: String,
    /// `chef d’établissement`, `inspection`
    pub capacity: String,
    /// `taux de remplissage`
    pub seen: String,
    /// Latest first; never empty.
    pub days: Vec<Date>,
}

impl Looked {
    pub fn last(&self) -> Date {
        self.days.first().copied().unwrap_or_default()
    }

    /// `12 jours`
    pub fn days_said(&self) -> String {
        fr::plural(self.days.len(), "jour", "jours")
    }
}

/// For how long looks are kept, by the delay of the day: `jusqu’à 2 mois après la fin de l’année scolaire`.
pub fn kept_said(today: Date) -> String {
    match keeping_on(&KEEPING, today).map(|keeping| usize::try_from(keeping.months_after_the_year).unwrap_or_default())
    {
        Some(months) => format!("jusqu’à {} après la fin de l’année scolaire", fr::plural(months, "mois", "mois")),
        None => "le jour même".to_owned(),
    }
}
