//! The school itself, its subjects and its national programmes.

use std::io;
use std::path::{Path, PathBuf};

use super::{Record, Series};
use crate::generator::programme::{ENGLISH, ENGLISH_AT_SCHOOL, Level, SUBJECTS};
use crate::generator::school::Degree;
use crate::generator::school::School;
use crate::generator::sheet::Encoding;

pub(super) fn write_school(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut record = Record::new("categorieStructure", "EtabEducNat", &school.jointure);
    record.one("ENTStructureJointure", &school.jointure);
    record.one("ENTStructureUAI", &school.uai);
    record.one("ENTEtablissementUAI", &school.uai);
    let (siren, short, kind, street) = match school.degree {
        Degree::College => ("99900000000042", "CLG", "COLLEGE", "2 rue des Tilleuls"),
        Degree::Primary => ("99900000000043", "EEPU", "ECOLE ELEMENTAIRE", "1 place des Saules"),
    };
    record.one("ENTStructureSIREN", siren);
    record.one("ENTStructureNomCourant", &format!("{short}-{}-ac-FICTION", school.name.to_uppercase()));
    record.one("ENTStructureTypeStruct", kind);
    record.one("ENTEtablissementMinistereTutelle", "MINISTERE DE L'EDUCATION NATIONALE");
    record.one("ENTEtablissementContrat", "PU");
    record.one("postOfficeBox", "");
    record.one("street", street);
    record.one("postalCode", "99100");
    record.one("l", "Tilleuls-sur-Orvanne");
    record.one("telephoneNumber", "+33 1 99 00 00 42");
    record.one("facsimileTelephoneNumber", "");
    record.one("ENTEtablissementStructRattachFctl", "");
    record.one("ENTEtablissementBassin", "99001$VALLEE DE L'ORVANNE");
    record.one("ENTServAcAcademie", "FICTION");
    let classes = school.divisions.iter();
    record.many(
        "ENTStructureClasses",
        classes.map(|division| {
            let levels: Vec<&str> = division.levels().map(Level::mef).collect();
            format!("{}${}${}", division.code, division.label, levels.join("$"))
        }),
    );
    let groups = school.groups.iter().map(|group| {
        let classes = group.divisions.iter().map(|&division| school.divisions[division].code.as_str());
        format!("{}${}${}", group.code, group.label, classes.collect::<Vec<_>>().join("$"))
    });
    record.many("ENTStructureGroupes", groups);
    let mut series = Series::new(school, dir, "EtabEducNat", Encoding::Latin9);
    series.add(record)?;
    series.finish()
}

pub(super) fn write_subjects(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut series = Series::new(school, dir, "MatiereEducNat", Encoding::Undeclared);
    let subjects: Vec<(&str, &str)> = match school.degree {
        Degree::College => SUBJECTS.iter().map(|subject| (subject.code, subject.label)).collect(),
        Degree::Primary => vec![(ENGLISH, ENGLISH_AT_SCHOOL)],
    };
    for (code, label) in subjects {
        let mut record = Record::new("categorieMatiere", "MatiereEducNat", code);
        record.one("ENTMatJointure", code);
        record.one("ENTLibelleMatiere", label);
        record.one("ENTMatiereRattach", "");
        series.add(record)?;
    }
    series.finish()
}

pub(super) fn write_programmes(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut series = Series::new(school, dir, "MefEducNat", Encoding::Utf8);
    let levels: &[Level] = match school.degree {
        Degree::College => &Level::ALL,
        Degree::Primary => &Level::PRIMARY,
    };
    for level in levels {
        let mut record = Record::new("categorieMef", "MefEducNat", level.mef());
        record.one("ENTMefJointure", level.mef());
        record.one("ENTLibelleMef", level.label());
        record.one("ENTMEFRattach", level.mef());
        record.one("ENTMEFSTAT11", level.mefstat());
        series.add(record)?;
    }
    series.finish()
}
