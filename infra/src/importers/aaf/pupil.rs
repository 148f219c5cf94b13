//! `Eleve`.

use jiff::civil::Date;

use super::fields::{Fields, day, filled};
use super::{Record, Relation};
use crate::importers::{Problem, Report};

/// A pupil, with the links to those who answer for them: only the pupil's record holds these.
#[derive(Clone, PartialEq, Eq)]
pub struct Pupil {
    /// Id in the academy's feed.
    pub jointure: String,
    /// National number; in the feed since 2018 only.
    pub ine: Option<String>,
    /// `ELEVE_ID` of SIECLE, the id that grade exports ask for.
    pub siecle_id: Option<String>,
    /// Name in use.
    pub family_name: Option<String>,
    /// Name at birth.
    pub birth_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// The others, in order.
    pub other_given_names: Vec<String>,
    /// `M.`, `Mme` or, in old files, `Mlle`.
    pub title: Option<String>,
    /// Day of birth.
    pub birth_date: Option<Date>,
    /// Structure the pupil belongs to.
    pub structure: Option<String>,
    /// Code of the curriculum.
    pub mef: Option<String>,
    /// Its label.
    pub mef_label: Option<String>,
    /// Those who answer for the pupil or may be called.
    pub relatives: Vec<RelativeLink>,
    /// Structure and code of each class.
    pub classes: Vec<(String, String)>,
    /// Structure and code of each group.
    pub groups: Vec<(String, String)>,
    /// Classes entered, which may be in the future.
    pub entered: Vec<Stay>,
    /// Classes left.
    pub left: Vec<Stay>,
    /// Subjects taken.
    pub subjects: Vec<SubjectTaken>,
}

/// What ties a relative to a pupil, `jointure$lien$respFinancière$respLégale$contact$paiement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelativeLink {
    /// Jointure of the relative.
    pub relative: String,
    /// Code of the relation as sent, of the present list or of the one before 2016.
    pub relation_code: String,
    /// Answers for the school's bills.
    pub pays: bool,
    /// 1 and 2 hold parental authority, 0 does not. Anything else in the file reads 0 and is a warning: an import never
    /// grants a right by mistake.
    pub legal: u8,
    /// May be called.
    pub contact: bool,
    /// Receives payments, such as grants.
    pub payment: bool,
}

impl RelativeLink {
    /// What the relative is to the pupil.
    pub fn relation(&self) -> Relation {
        Relation::from_code(&self.relation_code)
    }
}

/// A class and the day it was entered or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Jointure of the structure.
    pub structure: String,
    /// The day.
    pub date: Date,
    /// Code of the class.
    pub class: String,
}

/// A subject a pupil takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectTaken {
    /// National code, text: it may hold letters, and leading zeros.
    pub code: String,
    /// Label.
    pub label: Option<String>,
}

const LINKS: &str = "ENTElevePersRelEleve";
const SUBJECT_CODES: &str = "ENTEleveCodeEnseignements";
const SUBJECT_LABELS: &str = "ENTEleveEnseignements";

impl Pupil {
    /// Reads a record of category `Pupil`; what cannot be read is left out and reported.
    pub fn of(record: &Record, report: &mut Report) -> Self {
        let mut fields = Fields::of(record, report);
        Self {
            jointure: fields.id(),
            ine: fields.text("ENTEleveINE"),
            siecle_id: fields.text("ENTEleveStructRattachId"),
            family_name: fields.text("sn"),
            birth_name: fields.text("ENTPersonNomPatro"),
            given_name: fields.text("givenName"),
            other_given_names: fields.texts("ENTPersonAutresPrenoms"),
            title: fields.text("personalTitle"),
            birth_date: fields.date("ENTPersonDateNaissance"),
            structure: fields.text("ENTPersonStructRattach"),
            mef: fields.text("ENTEleveMEF"),
            mef_label: fields.text("ENTEleveLibelleMEF"),
            relatives: links(&mut fields),
            classes: fields.places("ENTEleveClasses"),
            groups: fields.places("ENTEleveGroupes"),
            entered: stays(&mut fields, "ENTEleveDateEntreeClasses"),
            left: stays(&mut fields, "ENTEleveDateSortieClasses"),
            subjects: subjects(&mut fields),
        }
    }
}

fn links(fields: &mut Fields<'_>) -> Vec<RelativeLink> {
    let rows = fields.rows::<6>(LINKS, 1);
    let mut links = Vec::with_capacity(rows.len());
    for [relative, relation_code, pays, legal, contact, payment] in rows {
        links.push(RelativeLink {
            relative: relative.to_owned(),
            relation_code: relation_code.to_owned(),
            pays: flag(fields, pays),
            legal: rank(fields, legal),
            contact: flag(fields, contact),
            payment: flag(fields, payment),
        });
    }
    links
}

fn flag(fields: &mut Fields<'_>, field: &str) -> bool {
    if !matches!(field, "" | "0" | "1") {
        fields.warn(LINKS, Problem::NotACode);
    }
    field == "1"
}

fn rank(fields: &mut Fields<'_>, field: &str) -> u8 {
    match field {
        "0" => 0,
        "1" => 1,
        "2" => 2,
        _ => {
            fields.warn(LINKS, Problem::NotACode);
            0
        }
    }
}

fn stays(fields: &mut Fields<'_>, name: &str) -> Vec<Stay> {
    let mut stays = Vec::new();
    for [structure, date, class] in fields.rows::<3>(name, 3) {
        match day(date) {
            Some(date) => stays.push(Stay { structure: structure.to_owned(), date, class: class.to_owned() }),
            None => fields.warn(name, Problem::NotADate),
        }
    }
    stays
}

/// Codes and labels are two lists; when their lengths differ no label can be trusted and the codes stand alone.
fn subjects(fields: &mut Fields<'_>) -> Vec<SubjectTaken> {
    let (codes, mut labels) = (fields.texts(SUBJECT_CODES), fields.texts(SUBJECT_LABELS));
    if codes.len() != labels.len() && !labels.is_empty() {
        let problem = Problem::UnevenLists { beside: SUBJECT_CODES, expected: codes.len(), found: labels.len() };
        fields.warn(SUBJECT_LABELS, problem);
        labels.clear();
    }
    labels.resize(codes.len(), String::new());
    let mut subjects: Vec<SubjectTaken> = Vec::with_capacity(codes.len());
    for (code, label) in codes.into_iter().zip(labels) {
        if !code.is_empty() && subjects.iter().all(|known| known.code != code) {
            subjects.push(SubjectTaken { code, label: filled(&label) });
        }
    }
    subjects
}
