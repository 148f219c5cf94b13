//! `PersEducNat`.

use jiff::civil::Date;

use super::Record;
use super::fields::{Fields, filled};
use crate::importers::Report;

/// Someone who works in one or several schools.
///
/// Functions and services name structures that the rest of the feed may not hold: in the published set the same class
/// is `52009$1S2` in one list and `55794$1S2$…` in another. They are kept as sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Staff {
    /// Id in the academy's feed.
    pub jointure: String,
    /// Name in use.
    pub family_name: Option<String>,
    /// Name at birth.
    pub birth_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// `M.`, `Mme`.
    pub title: Option<String>,
    /// Day of birth.
    pub birth_date: Option<Date>,
    /// Professional address of electronic mail.
    pub mail: Option<String>,
    /// Id in STS-web, which ties the person to the timetable.
    pub sts_id: Option<String>,
    /// Structure the person belongs to.
    pub structure: Option<String>,
    /// Whether the person stands before pupils.
    pub before_pupils: Option<bool>,
    /// What the person does, and where; one in seven has none, one has twenty-five.
    pub functions: Vec<Function>,
    /// Structure and code of each class taught.
    pub classes: Vec<(String, String)>,
    /// Structure and code of each group taught.
    pub groups: Vec<(String, String)>,
    /// Teaching services: structure, class, subject.
    pub class_subjects: Vec<(String, String, String)>,
    /// Teaching services: structure, group, subject.
    pub group_subjects: Vec<(String, String, String)>,
    /// Structure and code of each class whose *professeur principal* this is.
    pub form_tutor_of: Vec<(String, String)>,
}

/// A function in a structure, `struct$code$label$disciplineCode$disciplineLabel`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Jointure of the structure.
    pub structure: String,
    /// Code, such as `ENS`, `DOC`, `DIR`; absent where the feed writes `-`, *sans objet*.
    pub code: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// Code of the discipline of the post.
    pub discipline_code: Option<String>,
    /// Its label.
    pub discipline_label: Option<String>,
}

impl Staff {
    /// Reads a record of category `Staff`; what cannot be read is left out and reported.
    pub fn of(record: &Record, report: &mut Report) -> Self {
        let mut fields = Fields::of(record, report);
        Self {
            jointure: fields.id(),
            family_name: fields.text("sn"),
            birth_name: fields.text("ENTPersonNomPatro"),
            given_name: fields.text("givenName"),
            title: fields.text("personalTitle"),
            birth_date: fields.date("ENTPersonDateNaissance"),
            mail: fields.text("mail"),
            sts_id: fields.text("ENTPersonSTSId"),
            structure: fields.text("ENTPersonStructRattach"),
            before_pupils: fields.yes("PersEducNatPresenceDevantEleves"),
            functions: fields.rows::<5>("ENTPersonFonctions", 1).into_iter().map(function).collect(),
            classes: fields.places("ENTAuxEnsClasses"),
            groups: fields.places("ENTAuxEnsGroupes"),
            class_subjects: fields.services("ENTAuxEnsClassesMatieres"),
            group_subjects: fields.services("ENTAuxEnsGroupesMatieres"),
            form_tutor_of: fields.places("ENTAuxEnsClassesPrincipal"),
        }
    }
}

fn function([structure, code, label, discipline_code, discipline_label]: [&str; 5]) -> Function {
    Function {
        structure: structure.to_owned(),
        code: filled(code),
        label: filled(label),
        discipline_code: filled(discipline_code),
        discipline_label: filled(discipline_label),
    }
}
