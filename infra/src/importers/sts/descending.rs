//! `sts_emp`, root `STS_EDT`: the school, its subjects, its teachers, its classes and groups.

use std::collections::HashMap;

use jiff::civil::Date;

use super::organisation::Organisation;
use super::values::{code, date, each_named, hundredths, named, pass};
use super::{Discipline, Mef, School, Sts, Subject, Teacher, TeacherKind};
use crate::importers::xml::{Element, Reader};
use crate::importers::{ParseError, Problem, Report};

/// What is read so far; the parts come in the order of the file.
#[derive(Default)]
struct Draft {
    uai: Option<String>,
    school: School,
    year: Option<i16>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    titles: HashMap<String, String>,
    subjects: Vec<Subject>,
    mefs: Vec<Mef>,
    teachers: Vec<Teacher>,
    organisation: Organisation,
}

/// Reads the root last opened.
pub fn read(reader: &mut Reader<'_>, report: &mut Report) -> Result<Sts, ParseError> {
    let mut draft = Draft::default();
    reader.each_child(|reader, part| match part.name.as_str() {
        "PARAMETRES" => draft.parameters(reader, report),
        "NOMENCLATURES" => draft.nomenclatures(reader, report),
        "DONNEES" => reader.each_child(|reader, child| match child.name.as_str() {
            "INDIVIDUS" => each_named(reader, report, "INDIVIDU", |reader, element, report| {
                draft.teachers.extend(teacher(reader, element, report)?);
                Ok(())
            }),
            "STRUCTURE" => draft.organisation.read(reader, report),
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
    let Organisation { divisions, groups, services } = draft.organisation;
    for teacher in &mut draft.teachers {
        let known = teacher.title.as_ref().and_then(|code| draft.titles.get(code));
        teacher.title = known.cloned().or(teacher.title.take());
    }
    Ok(Sts {
        uai: draft.uai.ok_or_else(|| reader.error(Problem::Absent("PARAMETRES/UAJ")))?,
        school: draft.school,
        year: draft.year.ok_or_else(|| reader.error(Problem::Absent("PARAMETRES/ANNEE_SCOLAIRE")))?,
        starts_on: draft.starts_on,
        ends_on: draft.ends_on,
        subjects: draft.subjects,
        mefs: draft.mefs,
        teachers: draft.teachers,
        divisions,
        groups,
        services,
    })
}

/// A school year by the year in which it starts, four digits.
pub fn school_year(reader: &Reader<'_>, element: &Element, text: Option<String>, report: &mut Report) -> Option<i16> {
    let text = text?;
    let year = text.parse().ok().filter(|year| (1900..=9999).contains(year));
    if year.is_none() {
        report.warn(reader.error_in(element, Problem::NotANumber));
    }
    year
}

impl Draft {
    fn parameters(&mut self, reader: &mut Reader<'_>, report: &mut Report) -> Result<(), ParseError> {
        reader.each_child(|reader, part| match part.name.as_str() {
            "UAJ" => {
                self.uai = part.attribute("CODE").map(str::to_owned);
                self.school(reader, report)
            }
            "ANNEE_SCOLAIRE" => {
                let year = part.attribute("ANNEE").map(str::to_owned);
                self.year = school_year(reader, part, year, report);
                reader.each_child(|reader, child| {
                    match child.name.as_str() {
                        "DATE_DEBUT" => self.starts_on = date(reader, child, report)?,
                        "DATE_FIN" => self.ends_on = date(reader, child, report)?,
                        _ => pass(child, report),
                    }
                    Ok(())
                })
            }
            _ => {
                pass(part, report);
                Ok(())
            }
        })
    }

    fn school(&mut self, reader: &mut Reader<'_>, report: &mut Report) -> Result<(), ParseError> {
        let school = &mut self.school;
        reader.each_child(|reader, child| {
            match child.name.as_str() {
                "ACADEMIE" => reader.each_child(|reader, child| {
                    match child.name.as_str() {
                        "CODE" => school.academy_code = reader.text()?,
                        "LIBELLE" => school.academy = reader.text()?,
                        _ => pass(child, report),
                    }
                    Ok(())
                })?,
                "SIGLE" => school.acronym = reader.text()?,
                "DENOM_PRINC" => school.denomination = reader.text()?,
                "DENOM_COMPL" => school.complement = reader.text()?,
                "CODE_NATURE" => school.nature = reader.text()?,
                "STATUT" => school.status = reader.text()?,
                "ADRESSE" => school.address = reader.text()?,
                "CODE_POSTAL" => school.postal_code = reader.text()?,
                "COMMUNE" => school.town = reader.text()?,
                _ => pass(child, report),
            }
            Ok(())
        })
    }

    fn nomenclatures(&mut self, reader: &mut Reader<'_>, report: &mut Report) -> Result<(), ParseError> {
        reader.each_child(|reader, part| match part.name.as_str() {
            "CIVILITES" => each_named(reader, report, "CIVILITE", |reader, element, report| {
                let code = code(reader, element, report);
                let label = Labels::read(reader, report)?.shown();
                self.titles.extend(code.zip(label));
                Ok(())
            }),
            "MATIERES" => each_named(reader, report, "MATIERE", |reader, element, report| {
                let code = code(reader, element, report);
                let labels = Labels::read(reader, report)?;
                let short = labels.management.clone();
                self.subjects.extend(code.map(|code| Subject { code, label: labels.shown(), short }));
                Ok(())
            }),
            "MEFS" => each_named(reader, report, "MEF", |reader, element, report| {
                let code = code(reader, element, report);
                let labels = Labels::read(reader, report)?;
                let mefstat = labels.mefstat.clone();
                self.mefs.extend(code.map(|code| Mef { code, label: labels.shown(), mefstat }));
                Ok(())
            }),
            _ => {
                pass(part, report);
                Ok(())
            }
        })
    }
}

/// The names an entry of a nomenclature goes by.
#[derive(Default)]
struct Labels {
    management: Option<String>,
    short: Option<String>,
    long: Option<String>,
    edition: Option<String>,
    mefstat: Option<String>,
}

impl Labels {
    fn read(reader: &mut Reader<'_>, report: &mut Report) -> Result<Self, ParseError> {
        let mut labels = Self::default();
        reader.each_child(|reader, child| {
            match child.name.as_str() {
                "CODE_GESTION" => labels.management = reader.text()?,
                "LIBELLE_COURT" => labels.short = reader.text()?,
                "LIBELLE_LONG" => labels.long = reader.text()?,
                "LIBELLE_EDITION" => labels.edition = reader.text()?,
                "MEFSTAT11" => labels.mefstat = reader.text()?,
                _ => pass(child, report),
            }
            Ok(())
        })?;
        Ok(labels)
    }

    /// The one made to be read, else the longest.
    fn shown(self) -> Option<String> {
        self.edition.or(self.long).or(self.short)
    }
}

fn teacher(reader: &mut Reader<'_>, element: &Element, report: &mut Report) -> Result<Option<Teacher>, ParseError> {
    let Some(id) = named(reader, element, "ID", report) else {
        return Ok(None);
    };
    let mut teacher = Teacher {
        id,
        kind: TeacherKind::of(element.attribute("TYPE")),
        family_name: None,
        birth_name: None,
        given_name: None,
        title: None,
        birth_date: None,
        function: None,
        disciplines: Vec::new(),
        form_tutor_of: Vec::new(),
    };
    reader.each_child(|reader, child| {
        match child.name.as_str() {
            "NOM_USAGE" => teacher.family_name = reader.text()?,
            "NOM_PATRONYMIQUE" => teacher.birth_name = reader.text()?,
            "PRENOM" => teacher.given_name = reader.text()?,
            "CIVILITE" => teacher.title = reader.text()?,
            "DATE_NAISSANCE" => teacher.birth_date = date(reader, child, report)?,
            "FONCTION" => teacher.function = reader.text()?,
            "DISCIPLINES" => {
                each_named(reader, report, "DISCIPLINE", |reader, element, report| {
                    teacher.disciplines.extend(discipline(reader, element, report)?);
                    Ok(())
                })?;
            }
            "PROFS_PRINC" => each_named(reader, report, "PROF_PRINC", |reader, _, report| {
                each_named(reader, report, "CODE_STRUCTURE", |reader, _, _| {
                    let class = reader.text()?;
                    let class = class.filter(|class| !teacher.form_tutor_of.contains(class));
                    teacher.form_tutor_of.extend(class);
                    Ok(())
                })
            })?,
            _ => pass(child, report),
        }
        Ok(())
    })?;
    Ok(Some(teacher))
}

fn discipline(
    reader: &mut Reader<'_>,
    element: &Element,
    report: &mut Report,
) -> Result<Option<Discipline>, ParseError> {
    let Some(code) = code(reader, element, report) else {
        return Ok(None);
    };
    let (mut label, mut hours) = (None, None);
    reader.each_child(|reader, child| {
        match child.name.as_str() {
            "LIBELLE_COURT" => label = reader.text()?,
            "NB_HEURES" => hours = hundredths(reader, child, report)?,
            _ => pass(child, report),
        }
        Ok(())
    })?;
    Ok(Some(Discipline { code, label, hours_hundredths: hours }))
}
