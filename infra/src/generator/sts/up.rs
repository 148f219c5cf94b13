//! `emp_sts`, root `EDT_STS`: opening hours, alternances as lists of Mondays, rooms, and the lessons of every service.

use std::collections::BTreeSet;
use std::io;

use super::{Counts, Shelf, decimal_hours, group_classes};
use crate::generator::calendar::Weeks;
use crate::generator::school::{School, Service, Slot};
use crate::generator::sheet::Sheet;

pub(super) fn write(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    sheet.open("EDT_STS")?;
    sheet.open("PARAMETRES")?;
    sheet.leaf("UAJ", &school.uai)?;
    sheet.leaf("ANNEE_SCOLAIRE", &school.calendar.starts_on.year().to_string())?;
    sheet.leaf("APPLICATION_SOURCE", "EDITEUR_FICTIF")?;
    sheet.close("PARAMETRES")?;
    sheet.open("DONNEES")?;
    opening_hours(sheet)?;
    alternances(sheet, school)?;
    rooms(sheet, school)?;
    people(sheet, school)?;
    structure(sheet, school)?;
    sheet.close("DONNEES")?;
    sheet.close("EDT_STS")
}

fn opening_hours(sheet: &mut Sheet) -> io::Result<()> {
    sheet.open("HORAIRES")?;
    for day in ["1", "2", "3", "4", "5"] {
        sheet.open_with("HORAIRE", &[("JOUR", day)])?;
        sheet.leaf("DEBUT_COURS", "0800")?;
        sheet.leaf("FIN_COURS", if day == "3" { "1200" } else { "1700" })?;
        sheet.close("HORAIRE")?;
    }
    sheet.close("HORAIRES")
}

fn alternances(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    sheet.open("ALTERNANCES")?;
    for (weeks, short, long) in [
        (Weeks::Every, "Cours Hebd", "Cours Hebdomadaire"),
        (Weeks::A, "Semaine A", "Quinzaine semaine A"),
        (Weeks::B, "Semaine B", "Quinzaine semaine B"),
    ] {
        sheet.open_with("ALTERNANCE", &[("CODE", weeks.code())])?;
        sheet.leaf("LIBELLE_COURT", short)?;
        sheet.leaf("LIBELLE_LONG", long)?;
        sheet.open("SEMAINES")?;
        for monday in school.calendar.mondays_of(weeks) {
            sheet.leaf("DATE_DEBUT_SEMAINE", &monday.to_string())?;
        }
        sheet.close("SEMAINES")?;
        sheet.close("ALTERNANCE")?;
    }
    sheet.close("ALTERNANCES")
}

fn rooms(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    let rooms: BTreeSet<&str> = school.staff.iter().filter_map(|staff| staff.room.as_deref()).collect();
    sheet.open("SALLES_COURS")?;
    for room in rooms {
        sheet.open_with("SALLE_COURS", &[("CODE", room)])?;
        sheet.leaf("GROUPE_SALLE", "")?;
        sheet.leaf("LOCALISATION", "")?;
        sheet.close("SALLE_COURS")?;
    }
    sheet.close("SALLES_COURS")
}

fn people(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    sheet.open("INDIVIDUS")?;
    for staff in school.staff.iter().filter(|staff| staff.room.is_some()) {
        let sts_id = staff.sts_id.as_deref().unwrap_or_default();
        sheet.open_with("INDIVIDU", &[("ID", sts_id)])?;
        sheet.open("INDEMNITES")?;
        for &division in &staff.tutor_of {
            let division = &school.divisions[division];
            sheet.open("INDEMNITE")?;
            sheet.leaf("CODE_STRUCTURE", &division.code)?;
            sheet.leaf("MEFSTAT4", &division.level.mefstat()[..4])?;
            sheet.close("INDEMNITE")?;
        }
        sheet.close("INDEMNITES")?;
        sheet.raw("<ARES/>\n")?;
        sheet.close("INDIVIDU")?;
    }
    sheet.close("INDIVIDUS")
}

fn structure(sheet: &mut Sheet, school: &School) -> io::Result<()> {
    let counts = Counts::of(school);
    let shelf = Shelf::of(school);
    sheet.open("STRUCTURE")?;
    sheet.open("DIVISIONS")?;
    for division in &school.divisions {
        sheet.open_with("DIVISION", &[("CODE", &division.code)])?;
        services(sheet, school, shelf.services(&division.code))?;
        sheet.close("DIVISION")?;
    }
    sheet.close("DIVISIONS")?;
    sheet.open("GROUPES")?;
    for (group, counts) in school.groups.iter().zip(&counts.groups) {
        sheet.open_with("GROUPE", &[("CODE", &group.code)])?;
        sheet.leaf("LIBELLE_LONG", &group.label)?;
        sheet.leaf("EFFECTIF_PREVU", &counts.iter().sum::<usize>().to_string())?;
        sheet.leaf("EFFECTIF_MAX_EDT", "0")?;
        group_classes(sheet, school, group, counts)?;
        services(sheet, school, shelf.services(&group.code))?;
        sheet.close("GROUPE")?;
    }
    sheet.close("GROUPES")?;
    sheet.close("STRUCTURE")
}

fn services(sheet: &mut Sheet, school: &School, services: &[&Service]) -> io::Result<()> {
    sheet.open("SERVICES")?;
    for service in services {
        let hours = decimal_hours(service.half_hours);
        sheet.open_with("SERVICE", &[("CODE_MATIERE", service.subject), ("CODE_MOD_COURS", "CG")])?;
        sheet.leaf("HEURES_STRUCTURE", &hours)?;
        sheet.leaf("CO_ENS", if service.co_taught { "true" } else { "false" })?;
        sheet.open("ENSEIGNANTS")?;
        for &teacher in &service.teachers {
            let sts_id = school.staff[teacher].sts_id.as_deref().unwrap_or_default();
            sheet.open_with("ENSEIGNANT", &[("TYPE", "epp"), ("ID", sts_id)])?;
            sheet.leaf("HEURES_AGENT", &hours)?;
            sheet.open("COURS_RATTACHES")?;
            for slot in &service.slots {
                lesson(sheet, slot)?;
            }
            sheet.close("COURS_RATTACHES")?;
            sheet.close("ENSEIGNANT")?;
        }
        sheet.close("ENSEIGNANTS")?;
        sheet.close("SERVICE")?;
    }
    sheet.close("SERVICES")
}

fn lesson(sheet: &mut Sheet, slot: &Slot) -> io::Result<()> {
    sheet.open("COURS")?;
    sheet.leaf("CODE_ALTERNANCE", slot.weeks.code())?;
    sheet.leaf("JOUR", &slot.day.to_string())?;
    sheet.leaf("HEURE_DEBUT", &slot.starts_at.strftime("%H%M").to_string())?;
    sheet.leaf("DUREE", &format!("{:02}{:02}", slot.minutes / 60, slot.minutes % 60))?;
    sheet.leaf("CODE_SALLE", &slot.room)?;
    sheet.close("COURS")
}
