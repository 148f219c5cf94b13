//! A wing: up to five classes per level with their groups, services and teachers. A school of 480 pupils is one wing; a bigger one is several,
//! which share nothing but the corridors, so that each timetable stays a small problem.

use std::ops::Range;

use super::chance::Chance;
use super::programme::{self, Level, Part};
use super::school::{Division, Group, GroupKind, School, Service};
use super::timetable::{self, Event};
use super::{Weeks, cast, staffing};

/// Classes `letters` of every level.
pub(super) struct Wing {
    pub(super) number: usize,
    letters: Range<usize>,
}

/// What one teacher takes or leaves as a whole: the services of a subject for a class, or those of a group.
pub(super) struct Unit {
    /// Code of the subject whose teachers hold it.
    pub(super) pool: &'static str,
    pub(super) services: Vec<usize>,
    pub(super) half_hours: u16,
    /// Units of the same number take place at the same hour, so one teacher cannot hold two of them.
    pub(super) parallel: Option<usize>,
}

/// The services of a wing before anybody holds them, and the hours to place.
#[derive(Default)]
struct Draft {
    units: Vec<Unit>,
    events: Vec<Event>,
}

/// Classes per level and wings for so many pupils: 24 pupils a class, at least two classes a level, wings of equal size.
pub(super) fn plan(pupils: usize) -> Vec<Wing> {
    let classes = ((pupils + 48) / 96).max(2);
    let wings = classes.div_ceil(5);
    (0..wings)
        .map(|number| Wing { number, letters: number * classes / wings..(number + 1) * classes / wings })
        .collect()
}

/// Adds the classes, groups, teachers, services and timetable of a wing to the school.
pub(super) fn raise(school: &mut School, wing: &Wing) {
    let first_division = school.divisions.len();
    let first_teacher = school.staff.len();
    let mut draft = Draft::default();
    for level in Level::ALL {
        let divisions = open_divisions(school, wing, level);
        for (rank, &division) in divisions.iter().enumerate() {
            let in_first_bar = divisions.len() <= 3 || rank < 2;
            draft.whole_class(school, division, in_first_bar);
        }
        if level != Level::Sixth {
            draft.languages(school, &divisions);
            draft.latin(school, wing, &divisions);
            for &division in &divisions {
                draft.half_classes(school, division);
            }
        }
    }
    draft.join_latin();
    staffing::hire(school, wing.number, &draft.units);
    if wing.number == 0 {
        staffing::arrange_absences(school);
        cast::pin_hours(school, &mut draft.events);
    }
    let mut chance = Chance::of(school.seed, &[2, wing.number as u64]);
    timetable::fill(school, &draft.events, first_division, first_teacher, &mut chance);
}

fn open_divisions(school: &mut School, wing: &Wing, level: Level) -> Vec<usize> {
    wing.letters
        .clone()
        .map(|index| {
            let letter = letters(index);
            school.divisions.push(Division {
                code: format!("{}{letter}", level.key()),
                label: format!("{} {letter}", level.label()),
                level,
                beyond: Vec::new(),
            });
            school.divisions.len() - 1
        })
        .collect()
}

/// A to Z, then AA, AB…
fn letters(index: usize) -> String {
    let letter = |rank: usize| char::from(b'A' + (rank % 26) as u8);
    if index < 26 { letter(index).to_string() } else { format!("{}{}", letter(index / 26 - 1), letter(index)) }
}

impl Draft {
    fn whole_class(&mut self, school: &mut School, division: usize, in_first_bar: bool) {
        let level = school.divisions[division].level;
        let code = school.divisions[division].code.clone();
        for part in programme::hours(level) {
            let service = open_service(school, &code, true, level, part.subject, part.half_hours());
            self.units.push(Unit {
                pool: part.subject,
                services: vec![service],
                half_hours: part.half_hours(),
                parallel: None,
            });
            let event = |length, weeks| Event::new(vec![division], vec![(service, weeks)], length);
            self.events.extend((0..part.singles).map(|_| event(1, Weeks::Every)));
            self.events.extend((0..part.doubles).map(|_| event(2, Weeks::Every)));
            if part.fortnightly {
                self.events.push(event(1, fortnight(in_first_bar, part)));
            }
        }
    }

    /// Two and a half hours of second language: the classes of a level are taught together, two or three classes at a time.
    fn languages(&mut self, school: &mut School, divisions: &[usize]) {
        for (bar, classes) in language_bars(divisions).into_iter().enumerate() {
            let parallel = Some(classes[0]);
            let weeks = if bar == 0 { Weeks::A } else { Weeks::B };
            let mut subjects = vec![programme::SPANISH];
            if classes.len() > 2 {
                subjects.push(programme::SPANISH);
            }
            subjects.push(if bar == 0 && classes.len() == 2 { programme::GERMAN } else { programme::ITALIAN });
            let services: Vec<usize> =
                subjects.iter().map(|subject| language_group(school, &classes, subject)).collect();
            for (&service, pool) in services.iter().zip(subjects) {
                self.units.push(Unit { pool, services: vec![service], half_hours: 5, parallel });
            }
            for weeks in [Weeks::Every, Weeks::Every, weeks] {
                let strands = services.iter().map(|&service| (service, weeks)).collect();
                self.events.push(Event::new(classes.clone(), strands, 1));
            }
        }
    }

    fn latin(&mut self, school: &mut School, wing: &Wing, divisions: &[usize]) {
        let level = school.divisions[divisions[0]].level;
        let number = if wing.number == 0 { String::new() } else { (wing.number + 1).to_string() };
        let code = format!("{}LAT{number}", level.key());
        school.groups.push(Group {
            code: code.clone(),
            label: format!("LATIN {}{}", level.label(), if number.is_empty() { number } else { format!(" {number}") }),
            level,
            kind: GroupKind::Latin,
            divisions: divisions.to_vec(),
        });
        let hours = if level == Level::Fifth { 1 } else { 2 };
        let service = open_service(school, &code, false, level, programme::LATIN, hours * 2);
        self.units.push(Unit {
            pool: programme::LATIN,
            services: vec![service],
            half_hours: hours * 2,
            parallel: None,
        });
        for _ in 0..hours {
            self.events.push(Event::new(divisions.to_vec(), vec![(service, Weeks::Every)], 1));
        }
    }

    /// One hour in which half a class has biology and the other half physics, then the reverse the week after.
    fn half_classes(&mut self, school: &mut School, division: usize) {
        let Division { code, label, level, .. } = school.divisions[division].clone();
        let mut strands = Vec::new();
        for half in [1, 2] {
            let group = format!("{code}_G{half}");
            school.groups.push(Group {
                code: group.clone(),
                label: format!("{label} GROUPE {half}"),
                level,
                kind: GroupKind::Half(half),
                divisions: vec![division],
            });
            for subject in [programme::BIOLOGY, programme::PHYSICS] {
                let service = open_service(school, &group, false, level, subject, 1);
                self.give_to_teacher_of(school, &code, subject, service);
                let weeks = if (half == 1) == (subject == programme::BIOLOGY) { Weeks::A } else { Weeks::B };
                strands.push((service, weeks));
            }
        }
        self.events.push(Event::new(vec![division], strands, 1));
    }

    /// The half-classes of a class go with the class.
    fn give_to_teacher_of(&mut self, school: &School, code: &str, subject: &str, service: usize) {
        let unit = self.units.iter_mut().find(|unit| {
            unit.pool == subject && unit.services.first().is_some_and(|&first| school.services[first].group == code)
        });
        if let Some(unit) = unit {
            unit.services.push(service);
            unit.half_hours += 1;
        }
    }

    /// The Latin of all levels is one teacher's, taken among the teachers of French.
    fn join_latin(&mut self) {
        let (latin, others) =
            std::mem::take(&mut self.units).into_iter().partition(|unit| unit.pool == programme::LATIN);
        self.units = others;
        let latin: Vec<Unit> = latin;
        self.units.push(Unit {
            pool: programme::FRENCH,
            half_hours: latin.iter().map(|unit| unit.half_hours).sum(),
            services: latin.into_iter().flat_map(|unit| unit.services).collect(),
            parallel: None,
        });
    }
}

/// The classes that learn a second language together: all of them up to three, else the first two and the others.
fn language_bars(divisions: &[usize]) -> Vec<Vec<usize>> {
    if divisions.len() <= 3 {
        return vec![divisions.to_vec()];
    }
    let (first, rest) = divisions.split_at(2);
    vec![first.to_vec(), rest.to_vec()]
}

fn language_group(school: &mut School, classes: &[usize], subject: &'static str) -> usize {
    let level = school.divisions[classes[0]].level;
    let kind = GroupKind::Language(subject);
    let number = 1 + school.groups.iter().filter(|group| group.level == level && group.kind == kind).count();
    let (short, label) = match subject {
        programme::SPANISH => ("ESP", "ESPAGNOL"),
        programme::GERMAN => ("ALL", "ALLEMAND"),
        _ => ("ITA", "ITALIEN"),
    };
    let code = format!("{}{short}{number}", level.key());
    school.groups.push(Group {
        code: code.clone(),
        label: format!("{label} LV2 {} {number}", level.label()),
        level,
        kind,
        divisions: classes.to_vec(),
    });
    open_service(school, &code, false, level, subject, 5)
}

fn open_service(
    school: &mut School,
    group: &str,
    of_division: bool,
    level: Level,
    subject: &'static str,
    half_hours: u16,
) -> usize {
    school.services.push(Service {
        group: group.to_owned(),
        of_division,
        level,
        subject,
        teachers: Vec::new(),
        co_taught: false,
        half_hours,
        slots: Vec::new(),
    });
    school.services.len() - 1
}

/// Which week the odd hour of a class falls in: two of its four odd hours in each, so that they pair up in two places of the week.
fn fortnight(in_first_bar: bool, part: &Part) -> Weeks {
    let with_the_language = !matches!(part.subject, programme::MATHS | programme::TECHNOLOGY);
    if in_first_bar == with_the_language { Weeks::A } else { Weeks::B }
}
