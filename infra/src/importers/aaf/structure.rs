//! `EtabEducNat`, `MatiereEducNat` and `MefEducNat`: schools, subjects and curricula.

use super::Record;
use super::fields::Fields;
use crate::importers::Report;

/// A school or a part of one, with its classes and groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Id in the academy's feed, another number space than the persons'.
    pub jointure: String,
    /// Code of the school.
    pub uai: Option<String>,
    /// Code of the site, when it differs.
    pub site_uai: Option<String>,
    /// The usual name as sent, cut at `$`.
    pub name_parts: Vec<String>,
    /// The usual name to show.
    pub display_name: Option<String>,
    /// `COLLEGE`, `LYCEE`…
    pub kind: Option<String>,
    /// Contract with the State, such as `PU`.
    pub contract: Option<String>,
    /// Ministry.
    pub ministry: Option<String>,
    /// Academy.
    pub academy: Option<String>,
    /// Street and post box.
    pub address: Vec<String>,
    /// Post code, text.
    pub postal_code: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// Classes, each code once.
    pub classes: Vec<Class>,
    /// Groups, each code once.
    pub groups: Vec<Group>,
    /// Structures this one depends on: *rattachement fonctionnel*, as in a *cité scolaire*.
    pub attached_to: Vec<String>,
}

/// A class; the feed may repeat it, once per curriculum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Code, free text of the school: spaces, `°` and `<` occur.
    pub code: String,
    /// Label.
    pub label: Option<String>,
    /// Curricula of its pupils.
    pub mefs: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Code, free text of the school.
    pub code: String,
    /// Label.
    pub label: Option<String>,
    /// Codes of the classes it draws from.
    pub classes: Vec<String>,
}

impl Structure {
    /// Reads a record of category `Structure`; what cannot be read is left out and reported.
    pub fn of(record: &Record, report: &mut Report) -> Self {
        let mut fields = Fields::of(record, report);
        let name = fields.text("ENTStructureNomCourant").unwrap_or_default();
        let name_parts: Vec<String> =
            name.split('$').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let classes = merged(fields.labelled("ENTStructureClasses"));
        let groups = merged(fields.labelled("ENTStructureGroupes"));
        Self {
            jointure: fields.id(),
            uai: fields.text("ENTStructureUAI"),
            site_uai: fields.text("ENTEtablissementUAI"),
            display_name: display_name(&name_parts),
            name_parts,
            kind: fields.text("ENTStructureTypeStruct"),
            contract: fields.text("ENTEtablissementContrat"),
            ministry: fields.text("ENTEtablissementMinistereTutelle"),
            academy: fields.text("ENTServAcAcademie"),
            address: ["street", "postOfficeBox"].into_iter().filter_map(|name| fields.text(name)).collect(),
            postal_code: fields.text("postalCode"),
            town: fields.text("l"),
            classes: classes.into_iter().map(|(code, label, mefs)| Class { code, label, mefs }).collect(),
            groups: groups.into_iter().map(|(code, label, classes)| Group { code, label, classes }).collect(),
            attached_to: fields.texts("ENTEtablissementStructRattachFctl"),
        }
    }
}

/// `type$name$…` reads as its parts one after the other, `TYPE-NAME-ac-X` without its academy.
fn display_name(parts: &[String]) -> Option<String> {
    match parts {
        [] => None,
        [whole] => {
            let Some((school, _academy)) = whole.rsplit_once("-ac-") else {
                return Some(whole.clone());
            };
            Some(school.replacen('-', " ", 1).trim().to_owned()).filter(|name| !name.is_empty())
        }
        parts => Some(parts.join(" ")),
    }
}

type Labelled = (String, Option<String>, Vec<String>);

/// One row per code: the first label, and all the codes that follow, each once.
fn merged(rows: Vec<(&str, Option<String>, Vec<&str>)>) -> Vec<Labelled> {
    let mut merged: Vec<Labelled> = Vec::with_capacity(rows.len());
    for (code, label, rest) in rows {
        let at = merged.iter().position(|(known, ..)| known == code).unwrap_or_else(|| {
            merged.push((code.to_owned(), None, Vec::new()));
            merged.len() - 1
        });
        let row = &mut merged[at];
        row.1 = row.1.take().or(label);
        for code in rest {
            if !row.2.iter().any(|known| known == code) {
                row.2.push(code.to_owned());
            }
        }
    }
    merged
}

/// A subject of the national list, or of an academy's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Code, text of six characters.
    pub code: String,
    /// Label.
    pub label: Option<String>,
    /// Code of the subject it depends on.
    pub parent: Option<String>,
}

impl Subject {
    /// Reads a record of category `Subject`.
    pub fn of(record: &Record, report: &mut Report) -> Self {
        let fields = Fields::of(record, report);
        Self { code: fields.id(), label: fields.text("ENTLibelleMatiere"), parent: fields.text("ENTMatiereRattach") }
    }
}

/// A year of a curriculum, *module élémentaire de formation*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mef {
    /// Code, text: letters and leading zeros occur.
    pub code: String,
    /// Label.
    pub label: Option<String>,
    /// Code of the curriculum it depends on.
    pub parent: Option<String>,
    /// Statistical code, eleven characters.
    pub mefstat: Option<String>,
}

impl Mef {
    /// Reads a record of category `Mef`.
    pub fn of(record: &Record, report: &mut Report) -> Self {
        let fields = Fields::of(record, report);
        Self {
            code: fields.id(),
            label: fields.text("ENTLibelleMef"),
            parent: fields.text("ENTMEFRattach"),
            mefstat: fields.text("ENTMEFSTAT11"),
        }
    }
}
