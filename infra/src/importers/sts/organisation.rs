//! Classes, groups and services, which both files write alike.

use jiff::civil::Time;

use super::TeacherKind;
use super::values::{code, each_named, hundredths, minutes, named, parsed, pass, time, weekday};
use crate::importers::xml::{Element, Reader};
use crate::importers::{ParseError, Problem, Report};

/// A class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// Code, free text of the school.
    pub code: String,
    /// Label.
    pub label: Option<String>,
    /// Codes of its curricula.
    pub mefs: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Code, free text of the school.
    pub code: String,
    /// Label.
    pub label: Option<String>,
    /// Codes of the classes it draws from; two or more make a *regroupement*.
    pub divisions: Vec<String>,
}

/// Whom a service is taught to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaughtTo {
    /// Code of a class.
    Division(String),
    /// Code of a group.
    Group(String),
}

/// A subject taught to a class or group in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Whom it is taught to.
    pub taught_to: TaughtTo,
    /// Code of the subject.
    pub subject: String,
    /// Code of the way it is taught, such as `CG`, *cours général*.
    pub modality: Option<String>,
    /// Hundredths of an hour a week, for the pupils.
    pub hours_hundredths: Option<u32>,
    /// Whether several teach it together.
    pub co_teaching: CoTaught,
    /// Who teaches it; may be nobody yet.
    pub teachers: Vec<Teaching>,
}

/// Whether a service has several teachers in the room at once (`CO_ENS`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CoTaught {
    /// `true`: one lesson under two teachers is one lesson.
    Together,
    /// `false`.
    Apart,
    /// The file does not say.
    #[default]
    Unsaid,
}

/// One teacher's part in a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teaching {
    /// Id of the teacher.
    pub id: String,
    /// Where the id comes from.
    pub kind: TeacherKind,
    /// Hundredths of an hour a week, for the teacher.
    pub hours_hundredths: Option<u32>,
    /// When; may be never.
    pub lessons: Vec<Lesson>,
}

/// A place in the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Code of the kind of weeks in which it takes place.
    pub alternance: String,
    /// 1 for Monday to 7.
    pub weekday: u8,
    /// Local time; not always on the school's grid.
    pub starts: Time,
    /// Length.
    pub minutes: u16,
    /// Code of the room.
    pub room: Option<String>,
}

/// The `STRUCTURE` of either file.
#[derive(Default)]
pub struct Organisation {
    pub divisions: Vec<Division>,
    pub groups: Vec<Group>,
    pub services: Vec<Service>,
}

impl Organisation {
    /// Reads the list last opened: `STRUCTURE`, `DIVISIONS` or `GROUPES`, which real files put inside one another.
    pub fn read(&mut self, reader: &mut Reader<'_>, report: &mut Report) -> Result<(), ParseError> {
        reader.each_child(|reader, child| match child.name.as_str() {
            "DIVISIONS" | "GROUPES" => self.read(reader, report),
            "DIVISION" => self.division(reader, child, report),
            "GROUPE" => self.group(reader, child, report),
            _ => {
                pass(child, report);
                Ok(())
            }
        })
    }

    fn division(&mut self, reader: &mut Reader<'_>, element: &Element, report: &mut Report) -> Result<(), ParseError> {
        let Some(code) = code(reader, element, report) else {
            return Ok(());
        };
        let mut division = Division { code: code.clone(), ..Division::default() };
        let taught_to = TaughtTo::Division(code);
        reader.each_child(|reader, child| {
            match child.name.as_str() {
                "LIBELLE_LONG" => division.label = reader.text()?,
                "MEFS_APPARTENANCE" => {
                    codes(reader, "MEF_APPARTENANCE", &mut division.mefs, report)?;
                }
                "SERVICES" => self.services(reader, &taught_to, report)?,
                "GROUPES" => self.read(reader, report)?,
                _ => pass(child, report),
            }
            Ok(())
        })?;
        match self.divisions.iter_mut().find(|known| known.code == division.code) {
            Some(known) => {
                known.label = known.label.take().or(division.label);
                join(&mut known.mefs, division.mefs);
            }
            None => self.divisions.push(division),
        }
        Ok(())
    }

    fn group(&mut self, reader: &mut Reader<'_>, element: &Element, report: &mut Report) -> Result<(), ParseError> {
        let Some(code) = code(reader, element, report) else {
            return Ok(());
        };
        let mut group = Group { code: code.clone(), ..Group::default() };
        let taught_to = TaughtTo::Group(code);
        reader.each_child(|reader, child| {
            match child.name.as_str() {
                "LIBELLE_LONG" => group.label = reader.text()?,
                "DIVISIONS_APPARTENANCE" => codes(reader, "DIVISION_APPARTENANCE", &mut group.divisions, report)?,
                "SERVICES" => self.services(reader, &taught_to, report)?,
                "MEFS_APPARTENANCE" => {}
                _ => pass(child, report),
            }
            Ok(())
        })?;
        match self.groups.iter_mut().find(|known| known.code == group.code) {
            Some(known) => {
                known.label = known.label.take().or(group.label);
                join(&mut known.divisions, group.divisions);
            }
            None => self.groups.push(group),
        }
        Ok(())
    }

    fn services(
        &mut self,
        reader: &mut Reader<'_>,
        taught_to: &TaughtTo,
        report: &mut Report,
    ) -> Result<(), ParseError> {
        each_named(reader, report, "SERVICE", |reader, element, report| {
            let Some(subject) = named(reader, element, "CODE_MATIERE", report) else {
                return Ok(());
            };
            let mut service = Service {
                taught_to: taught_to.clone(),
                subject,
                modality: element.attribute("CODE_MOD_COURS").map(str::to_owned),
                hours_hundredths: None,
                co_teaching: CoTaught::Unsaid,
                teachers: Vec::new(),
            };
            reader.each_child(|reader, child| {
                match child.name.as_str() {
                    "HEURES_STRUCTURE" => {
                        service.hours_hundredths = hundredths(reader, child, report)?;
                    }
                    "CO_ENS" => service.co_teaching = co_taught(reader, child, report)?,
                    "ENSEIGNANTS" => {
                        each_named(reader, report, "ENSEIGNANT", |reader, teacher, report| {
                            service.teachers.extend(teaching(reader, teacher, report)?);
                            Ok(())
                        })?;
                    }
                    _ => pass(child, report),
                }
                Ok(())
            })?;
            self.services.push(service);
            Ok(())
        })
    }
}

fn co_taught(reader: &mut Reader<'_>, child: &Element, report: &mut Report) -> Result<CoTaught, ParseError> {
    let said = parsed(reader, child, report, Problem::NotACode, |text| match text {
        "true" | "1" => Some(CoTaught::Together),
        "false" | "0" => Some(CoTaught::Apart),
        _ => None,
    })?;
    Ok(said.unwrap_or_default())
}

fn teaching(reader: &mut Reader<'_>, element: &Element, report: &mut Report) -> Result<Option<Teaching>, ParseError> {
    let Some(id) = named(reader, element, "ID", report) else {
        return Ok(None);
    };
    let kind = TeacherKind::of(element.attribute("TYPE"));
    let mut teaching = Teaching { id, kind, hours_hundredths: None, lessons: Vec::new() };
    reader.each_child(|reader, child| {
        match child.name.as_str() {
            "HEURES_AGENT" => teaching.hours_hundredths = hundredths(reader, child, report)?,
            "COURS_RATTACHES" => each_named(reader, report, "COURS", |reader, _, report| {
                teaching.lessons.extend(lesson(reader, report)?);
                Ok(())
            })?,
            _ => pass(child, report),
        }
        Ok(())
    })?;
    Ok(Some(teaching))
}

/// The lesson last opened, unless something it cannot do without is absent or cannot be read, which is a warning.
fn lesson(reader: &mut Reader<'_>, report: &mut Report) -> Result<Option<Lesson>, ParseError> {
    let (mut alternance, mut day, mut start, mut length, mut room) = (None, None, None, None, None);
    let warned = report.warnings_count();
    let place = reader.error(Problem::Absent("CODE_ALTERNANCE, JOUR, HEURE_DEBUT or DUREE"));
    reader.each_child(|reader, child| {
        match child.name.as_str() {
            "CODE_ALTERNANCE" => alternance = reader.text()?,
            "JOUR" => day = parsed(reader, child, report, Problem::NotANumber, weekday)?,
            "HEURE_DEBUT" => start = time(reader, child, report)?,
            "DUREE" => length = minutes(reader, child, report)?,
            "CODE_SALLE" => room = reader.text()?,
            _ => pass(child, report),
        }
        Ok(())
    })?;
    let (Some(alternance), Some(weekday), Some(starts), Some(minutes)) = (alternance, day, start, length) else {
        if report.warnings_count() == warned {
            report.warn(place);
        }
        return Ok(None);
    };
    Ok(Some(Lesson { alternance, weekday, starts, minutes, room }))
}

/// The codes of a list of memberships, each once.
fn codes(reader: &mut Reader<'_>, name: &str, into: &mut Vec<String>, report: &mut Report) -> Result<(), ParseError> {
    each_named(reader, report, name, |reader, child, report| {
        join(into, code(reader, child, report));
        Ok(())
    })
}

fn join(into: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for code in more {
        if !into.contains(&code) {
            into.push(code);
        }
    }
}
