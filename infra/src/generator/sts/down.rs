//! `sts_emp`, root `STS_EDT`: the school, its nomenclatures, its people, its classes and the services without hours.

use std::io;

use super::{Counts, Shelf, decimal_hours, group_classes};
use crate::generator::programme::{self, Level, SUBJECTS};
use crate::generator::school::{Function, School, Service, Sex, Staff};
use crate::generator::sheet::Sheet;

pub(super) fn write(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    sheet.open("STS_EDT")?;
    parameters(sheet, school)?;
    nomenclatures(sheet)?;
    sheet.open("DONNEES")?;
    sheet.open("INDIVIDUS")?;
    for staff in &school.staff {
        person(sheet, school, staff)?;
    }
    sheet.close("INDIVIDUS")?;
    structure(sheet, school)?;
    sheet.raw("<SUPPLEANTS/>\n")?;
    sheet.close("DONNEES")?;
    sheet.close("STS_EDT")
}

fn parameters(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    sheet.open("PARAMETRES")?;
    sheet.open_with("UAJ", &[("CODE", &school.uai)])?;
    sheet.open("ACADEMIE")?;
    sheet.leaf("CODE", "099")?;
    sheet.leaf("LIBELLE", "FICTION")?;
    sheet.close("ACADEMIE")?;
    for (name, value) in [
        ("SIGLE", "CLG"),
        ("DENOM_PRINC", "COLLEGE"),
        ("DENOM_COMPL", &format!("DES {}", school.name.to_uppercase())),
        ("CODE_NATURE", "340"),
        ("CODE_CATEGORIE", "CLG"),
        ("ADRESSE", "2 RUE DES TILLEULS"),
        ("COMMUNE", "TILLEULS-SUR-ORVANNE"),
        ("CODE_POSTAL", "99100"),
        ("BOITE_POSTALE", ""),
        ("CEDEX", "N"),
        ("TELEPHONE", "0199000042"),
        ("STATUT", "public"),
        ("ETABLISSEMENT_SENSIBLE", "false"),
    ] {
        sheet.leaf(name, value)?;
    }
    sheet.close("UAJ")?;
    let year = school.calendar.starts_on.year().to_string();
    sheet.open_with("ANNEE_SCOLAIRE", &[("ANNEE", &year)])?;
    sheet.leaf("DATE_DEBUT", &school.calendar.starts_on.to_string())?;
    sheet.leaf("DATE_FIN", &school.calendar.ends_on.to_string())?;
    sheet.close("ANNEE_SCOLAIRE")?;
    sheet.close("PARAMETRES")
}

fn nomenclatures(sheet: &mut Sheet) -> io::Result<()> {
    sheet.open("NOMENCLATURES")?;
    sheet.open("CIVILITES")?;
    for (code, label) in [("1", "M."), ("2", "Mme")] {
        sheet.open_with("CIVILITE", &[("CODE", code)])?;
        sheet.leaf("LIBELLE_COURT", &label.to_uppercase())?;
        sheet.leaf("LIBELLE_LONG", label)?;
        sheet.close("CIVILITE")?;
    }
    sheet.close("CIVILITES")?;
    sheet.open("MODS_COURS")?;
    sheet.open_with("MOD_COURS", &[("CODE", "CG")])?;
    sheet.leaf("LIBELLE_COURT", "COURS")?;
    sheet.leaf("LIBELLE_LONG", "COURS GENERAL")?;
    sheet.leaf("CO_ENS", "true")?;
    sheet.close("MOD_COURS")?;
    sheet.close("MODS_COURS")?;
    sheet.open("MATIERES")?;
    for subject in SUBJECTS {
        sheet.open_with("MATIERE", &[("CODE", subject.code)])?;
        sheet.leaf("CODE_GESTION", subject.short)?;
        sheet.leaf("LIBELLE_COURT", subject.short)?;
        sheet.leaf("LIBELLE_LONG", subject.label)?;
        sheet.leaf("LIBELLE_EDITION", subject.printed)?;
        sheet.close("MATIERE")?;
    }
    sheet.close("MATIERES")?;
    sheet.open("MEFS")?;
    for level in Level::ALL {
        sheet.open_with("MEF", &[("CODE", level.mef())])?;
        sheet.leaf("FORMATION", level.label())?;
        sheet.leaf("SPECIALITE", "")?;
        sheet.leaf("LIBELLE_LONG", level.label())?;
        sheet.leaf("LIBELLE_EDITION", &format!("{}ème", level.key()))?;
        sheet.leaf("MEFSTAT11", level.mefstat())?;
        sheet.leaf("MEFSTAT4", &level.mefstat()[..4])?;
        sheet.close("MEF")?;
    }
    sheet.close("MEFS")?;
    programmes(sheet)?;
    sheet.close("NOMENCLATURES")
}

fn programmes(sheet: &mut Sheet) -> io::Result<()> {
    sheet.open("PROGRAMMES")?;
    for level in Level::ALL {
        for part in programme::hours(level) {
            sheet.open("PROGRAMME")?;
            sheet.leaf("CODE_MEF", level.mef())?;
            sheet.leaf("CODE_MATIERE", part.subject)?;
            sheet.leaf("HORAIRE", &decimal_hours(part.half_hours()))?;
            sheet.close("PROGRAMME")?;
        }
    }
    sheet.close("PROGRAMMES")
}

fn person(sheet: &mut Sheet, school: &School, staff: &Staff) -> io::Result<()> {
    let Some(sts_id) = &staff.sts_id else {
        return Ok(());
    };
    let sex = if staff.sex == Sex::Male { "1" } else { "2" };
    let (function, grade) = match staff.function {
        Function::Teacher => ("ENS", "CERT. CL N"),
        Function::Librarian => ("DOC", "CERT. CL N"),
        Function::Direction | Function::TeachingHead => ("DIR", "PERS. DIR"),
        Function::Counsellor | Function::Assistant | Function::Companion => ("EDU", "CPE CL N"),
    };
    sheet.open_with("INDIVIDU", &[("ID", sts_id), ("TYPE", "epp")])?;
    for (name, value) in [
        ("SEXE", sex),
        ("CIVILITE", sex),
        ("NOM_USAGE", &staff.surname.to_uppercase()),
        ("NOM_PATRONYMIQUE", &staff.birth_surname.to_uppercase()),
        ("PRENOM", &staff.given),
        ("DATE_NAISSANCE", &staff.born_on.to_string()),
        ("GRADE", grade),
        ("FONCTION", function),
    ] {
        sheet.leaf(name, value)?;
    }
    if !staff.tutor_of.is_empty() {
        sheet.open("PROFS_PRINC")?;
        for &division in &staff.tutor_of {
            sheet.open("PROF_PRINC")?;
            sheet.leaf("CODE_STRUCTURE", &school.divisions[division].code)?;
            sheet.close("PROF_PRINC")?;
        }
        sheet.close("PROFS_PRINC")?;
    }
    if staff.function == Function::Teacher {
        let (code, label) = staff.discipline;
        sheet.open("DISCIPLINES")?;
        sheet.open_with("DISCIPLINE", &[("CODE", code)])?;
        sheet.leaf("LIBELLE_COURT", label)?;
        sheet.leaf("NB_HEURES", "18.00")?;
        sheet.close("DISCIPLINE")?;
        sheet.close("DISCIPLINES")?;
    }
    sheet.close("INDIVIDU")
}

fn structure(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    let counts = Counts::of(school);
    let shelf = Shelf::of(school);
    sheet.open("STRUCTURE")?;
    sheet.open("DIVISIONS")?;
    for (division, count) in school.divisions.iter().zip(&counts.divisions) {
        let count = count.to_string();
        sheet.open_with("DIVISION", &[("CODE", &division.code)])?;
        sheet.leaf("LIBELLE_LONG", &division.label)?;
        sheet.leaf("EFFECTIF_PREVU", &count)?;
        sheet.leaf("EFFECTIF_CALCULE", &count)?;
        programmes_of(sheet, division.level, &count)?;
        services(sheet, school, shelf.services(&division.code))?;
        sheet.close("DIVISION")?;
    }
    sheet.close("DIVISIONS")?;
    sheet.open("GROUPES")?;
    for (group, counts) in school.groups.iter().zip(&counts.groups) {
        let count = counts.iter().sum::<usize>().to_string();
        sheet.open_with("GROUPE", &[("CODE", &group.code)])?;
        sheet.leaf("LIBELLE_LONG", &group.label)?;
        sheet.leaf("EFFECTIF_PREVU", &count)?;
        sheet.leaf("EFFECTIF_CALCULE", &count)?;
        group_classes(sheet, school, group, counts)?;
        programmes_of(sheet, group.level, &count)?;
        services(sheet, school, shelf.services(&group.code))?;
        sheet.close("GROUPE")?;
    }
    sheet.close("GROUPES")?;
    sheet.close("STRUCTURE")
}

fn programmes_of(sheet: &mut Sheet, level: Level, count: &str) -> io::Result<()> {
    sheet.open("MEFS_APPARTENANCE")?;
    sheet.open_with("MEF_APPARTENANCE", &[("CODE", level.mef())])?;
    sheet.leaf("EFFECTIF_PREVU", count)?;
    sheet.leaf("EFFECTIF_CALCULE", count)?;
    sheet.close("MEF_APPARTENANCE")?;
    sheet.close("MEFS_APPARTENANCE")
}

fn services(sheet: &mut Sheet, school: &School, services: &[&Service]) -> io::Result<()> {
    sheet.open("SERVICES")?;
    for service in services {
        sheet.open_with("SERVICE", &[("CODE_MATIERE", service.subject), ("CODE_MOD_COURS", "CG")])?;
        sheet.open("ENSEIGNANTS")?;
        for &teacher in &service.teachers {
            let sts_id = school.staff[teacher].sts_id.as_deref().unwrap_or_default();
            sheet.open_with("ENSEIGNANT", &[("ID", sts_id), ("TYPE", "epp")])?;
            sheet.leaf("HEURES_AGENT", &decimal_hours(service.half_hours))?;
            sheet.close("ENSEIGNANT")?;
        }
        sheet.close("ENSEIGNANTS")?;
        sheet.close("SERVICE")?;
    }
    sheet.close("SERVICES")
}
