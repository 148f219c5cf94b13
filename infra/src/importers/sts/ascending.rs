//! `emp_sts`, root `EDT_STS`: the timetable.

use super::organisation::Organisation;
use super::values::{code, date, each_named, named, pass, time, weekday};
use super::{Alternance, DayHours, Timetable};
use crate::importers::xml::{Element, Reader};
use crate::importers::{ParseError, Problem, Report};

/// Reads the root last opened.
pub fn read(reader: &mut Reader<'_>, report: &mut Report) -> Result<Timetable, ParseError> {
    let (mut uai, mut year) = (None, None);
    let (mut day_hours, mut alternances, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
    let mut organisation = Organisation::default();
    reader.each_child(|reader, part| match part.name.as_str() {
        "PARAMETRES" => reader.each_child(|reader, child| {
            match child.name.as_str() {
                "UAJ" => uai = attribute_or_text(reader, child, "CODE")?,
                "ANNEE_SCOLAIRE" => {
                    let text = attribute_or_text(reader, child, "ANNEE")?;
                    year = super::descending::school_year(reader, child, text, report);
                }
                _ => pass(child, report),
            }
            Ok(())
        }),
        "DONNEES" => reader.each_child(|reader, child| match child.name.as_str() {
            "HORAIRES" => each_named(reader, report, "HORAIRE", |reader, element, report| {
                day_hours.extend(hours_of_day(reader, element, report)?);
                Ok(())
            }),
            "ALTERNANCES" => each_named(reader, report, "ALTERNANCE", |reader, element, report| {
                alternances.extend(alternance(reader, element, report)?);
                Ok(())
            }),
            "SALLES_COURS" => each_named(reader, report, "SALLE_COURS", |reader, element, report| {
                rooms.extend(code(reader, element, report));
                Ok(())
            }),
            "STRUCTURE" => organisation.read(reader, report),
            _ => {
                pass(child, report);
                Ok(())
            }
        }),
        _ => {
            pass(part, report);
            Ok(())
        }
    })?;
    let Organisation { divisions, groups, services } = organisation;
    let uai = uai.ok_or_else(|| reader.error(Problem::Absent("PARAMETRES/UAJ")))?;
    let year = year.ok_or_else(|| reader.error(Problem::Absent("PARAMETRES/ANNEE_SCOLAIRE")))?;
    Ok(Timetable { uai, year, day_hours, alternances, rooms, divisions, groups, services })
}

/// The ascending file writes as a text what the descending one writes as an attribute; software mixes them up.
fn attribute_or_text(reader: &mut Reader<'_>, child: &Element, name: &str) -> Result<Option<String>, ParseError> {
    match child.attribute(name) {
        Some(value) => Ok(Some(value.to_owned())),
        None => reader.text(),
    }
}

fn hours_of_day(
    reader: &mut Reader<'_>,
    element: &Element,
    report: &mut Report,
) -> Result<Option<DayHours>, ParseError> {
    let day = named(reader, element, "JOUR", report);
    let weekday = day.as_deref().and_then(weekday);
    if day.is_some() && weekday.is_none() {
        report.warn(reader.error(Problem::NotANumber));
    }
    let (mut starts, mut ends) = (None, None);
    reader.each_child(|reader, child| {
        match child.name.as_str() {
            "DEBUT_COURS" => starts = time(reader, child, report)?,
            "FIN_COURS" => ends = time(reader, child, report)?,
            _ => pass(child, report),
        }
        Ok(())
    })?;
    let (Some(weekday), Some(starts), Some(ends)) = (weekday, starts, ends) else {
        return Ok(None);
    };
    Ok(Some(DayHours { weekday, starts, ends }))
}

fn alternance(
    reader: &mut Reader<'_>,
    element: &Element,
    report: &mut Report,
) -> Result<Option<Alternance>, ParseError> {
    let Some(code) = code(reader, element, report) else {
        return Ok(None);
    };
    let (mut short, mut long) = (None, None);
    let mut week_starts = Vec::new();
    reader.each_child(|reader, child| {
        match child.name.as_str() {
            "LIBELLE_COURT" => short = reader.text()?,
            "LIBELLE_LONG" => long = reader.text()?,
            "SEMAINES" => each_named(reader, report, "DATE_DEBUT_SEMAINE", |reader, week, report| {
                week_starts.extend(date(reader, week, report)?.filter(|date| !week_starts.contains(date)));
                Ok(())
            })?,
            _ => pass(child, report),
        }
        Ok(())
    })?;
    Ok(Some(Alternance { code, label: long.or(short), week_starts }))
}
