//! What a relative is to a pupil.

/// The relation, from either list of codes: the one of SIECLE since 2016 (two digits) or the former one (one digit).
///
/// Codes are compared whole: cut to one digit, a mother (10) would become a father (1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Code 10, formerly 2.
    Mother,
    /// Code 20, formerly 1.
    Father,
    /// Code 37, *fratrie*.
    Sibling,
    /// Code 38, *ascendant*.
    Ascendant,
    /// Code 39, formerly 4, *autre membre de la famille*.
    OtherMember,
    /// Code 41, *éducateur*.
    Educator,
    /// Code 42, *assistant familial*.
    FosterAssistant,
    /// Code 43, *garde d'enfant*.
    ChildMinder,
    /// Code 50, formerly 3, *tuteur*.
    Tutor,
    /// Code 51, formerly 5, *aide sociale à l'enfance*.
    Ase,
    /// Code 70, formerly 7: a pupil of age, through a relative's record of their own.
    Oneself,
    /// Code 90, formerly 6.
    Other,
    /// Any other code.
    Unknown(String),
}

impl Relation {
    /// The relation a code stands for, in whichever list it belongs to; the two share no code.
    pub fn from_code(code: &str) -> Self {
        match code {
            "10" | "2" => Self::Mother,
            "20" | "1" => Self::Father,
            "37" => Self::Sibling,
            "38" => Self::Ascendant,
            "39" | "4" => Self::OtherMember,
            "41" => Self::Educator,
            "42" => Self::FosterAssistant,
            "43" => Self::ChildMinder,
            "50" | "3" => Self::Tutor,
            "51" | "5" => Self::Ase,
            "70" | "7" => Self::Oneself,
            "90" | "6" => Self::Other,
            other => Self::Unknown(other.to_owned()),
        }
    }
}
