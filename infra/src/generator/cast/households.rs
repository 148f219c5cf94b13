//! The families known by name: each shows a right that most families never meet.

use crate::generator::families::{FATHER, MOTHER};
use crate::generator::school::{Degree, Sex};

/// A pupil, and the adults of the record. All live at one address but for those said to live apart.
pub(in crate::generator) struct Household {
    pub(in crate::generator) number: usize,
    pub(in crate::generator) sex: Sex,
    pub(in crate::generator) given: &'static str,
    pub(in crate::generator) surname: &'static str,
    pub(in crate::generator) class: &'static str,
    /// How many pupils of that class come before, on the roll.
    pub(in crate::generator) round: usize,
    /// Years before the one in which the school year starts, month, day; else of the age of the level.
    pub(in crate::generator) born: Option<(i16, i8, i8)>,
    pub(in crate::generator) adults: &'static [Adult],
}

pub(in crate::generator) struct Adult {
    pub(in crate::generator) number: usize,
    pub(in crate::generator) sex: Sex,
    pub(in crate::generator) given: &'static str,
    pub(in crate::generator) surname: &'static str,
    /// 1 and 2 hold parental authority, 0 does not.
    pub(in crate::generator) legal: u8,
    pub(in crate::generator) apart: bool,
}

impl Adult {
    pub(in crate::generator) fn relation(&self) -> u8 {
        if self.sex == Sex::Female { MOTHER } else { FATHER }
    }
}

/// The pupils whom the AESH accompanies.
pub(super) const ACCOMPANIED: [usize; 2] = [2_000_003, 2_000_004];
/// Child and father without parental authority.
pub(super) const SUPERVISED: (usize, usize) = (2_000_005, 4_000_008);
pub(super) const BARRED: (usize, usize) = (2_000_006, 4_000_010);
pub(super) const OF_AGE: usize = 2_000_007;
/// A boy of the collège and his sister of the primary school, in the files of the two.
pub(super) const ELDER: usize = 2_000_008;
pub(super) const YOUNGER: usize = 2_000_009;
pub(super) const MOTHER_OF_BOTH: usize = 4_000_012;

const fn child(number: usize, sex: Sex, name: (&'static str, &'static str), place: (&'static str, usize)) -> Household {
    let ((given, surname), (class, round)) = (name, place);
    Household { number, sex, given, surname, class, round, born: None, adults: &[] }
}

const fn mother(number: usize, given: &'static str, surname: &'static str) -> Adult {
    Adult { number, sex: Sex::Female, given, surname, legal: 1, apart: false }
}

const fn father(number: usize, given: &'static str, surname: &'static str) -> Adult {
    Adult { number, sex: Sex::Male, given, surname, legal: 2, apart: false }
}

const PARENTS_OF_BOTH: &[Adult] = &[mother(MOTHER_OF_BOTH, "Katell", "Ropars"), father(4_000_013, "Ronan", "Ropars")];

const HOUSEHOLDS: &[Household] = &[
    Household {
        adults: &[mother(4_000_004, "Laure", "Bellanger"), father(4_000_005, "Cyril", "Bellanger")],
        ..child(ACCOMPANIED[0], Sex::Male, ("Noé", "Bellanger"), ("4B", 4))
    },
    Household {
        adults: &[mother(4_000_006, "Anna", "Kowalczyk")],
        ..child(ACCOMPANIED[1], Sex::Female, ("Lina", "Kowalczyk"), ("6A", 4))
    },
    Household {
        adults: &[
            mother(4_000_007, "Élise", "Prigent"),
            Adult { legal: 0, apart: true, ..father(SUPERVISED.1, "Gaël", "Morvan") },
        ],
        ..child(SUPERVISED.0, Sex::Male, ("Sacha", "Morvan"), ("4B", 3))
    },
    Household {
        adults: &[
            mother(4_000_009, "Nora", "Tellier"),
            Adult { legal: 0, apart: true, ..father(BARRED.1, "Bruno", "Castaing") },
        ],
        ..child(BARRED.0, Sex::Female, ("Jade", "Tellier"), ("5A", 4))
    },
    Household {
        born: Some((18, 8, 20)),
        adults: &[mother(4_000_011, "Selam", "Tesfaye")],
        ..child(OF_AGE, Sex::Male, ("Yonas", "Tesfaye"), ("3A", 3))
    },
    Household { adults: PARENTS_OF_BOTH, ..child(ELDER, Sex::Male, ("Maël", "Ropars"), ("6B", 4)) },
];

const OF_THE_PRIMARY_SCHOOL: &[Household] =
    &[Household { adults: PARENTS_OF_BOTH, ..child(YOUNGER, Sex::Female, ("Louison", "Ropars"), ("CE2-CM1", 1)) }];

/// Those of a school of that degree.
pub(in crate::generator) fn households(degree: Degree) -> impl Iterator<Item = &'static Household> {
    match degree {
        Degree::College => HOUSEHOLDS.iter(),
        Degree::Primary => OF_THE_PRIMARY_SCHOOL.iter(),
    }
}
