//! An école élémentaire: a teacher a class and a class a teacher, half-days without a timetable, one class at least of several levels.

use jiff::civil::{Time, time};

use super::chance::Chance;
use super::manner::Manner;
use super::names::Names;
use super::programme::{EVERYTHING, Level};
use super::school::{Division, Function, School, Service, Slot};
use super::{Weeks, cast, pupils, staffing};

/// Pupils of a class, about.
const CLASS_SIZE: usize = 20;
/// Monday, Tuesday, Thursday, Friday.
const DAYS: [i8; 4] = [1, 2, 4, 5];
/// Twenty-four hours a week (code de l'éducation, art. D521-10): mornings and afternoons of three hours.
const HALF_DAYS: [Time; 2] = [time(8, 30, 0, 0), time(13, 30, 0, 0)];
const MINUTES: i64 = 180;

/// Fills the school: classes, teachers, pupils.
pub(super) fn found(school: &mut School) {
    open_classes(school);
    let names = Names::new();
    for class in 0..school.divisions.len() {
        let last = class + 1 == school.divisions.len();
        let of_the_cast =
            school.divisions.iter().position(|division| division.code.starts_with("CE2-CM1")) == Some(class);
        let part = match (last, of_the_cast) {
            (true, _) => cast::part_of(20),
            (_, true) => cast::part_of(21),
            _ => None,
        };
        let function = if last { Function::TeachingHead } else { Function::Teacher };
        let teacher = staffing::appoint(school, &names, part, function, ("-", "SANS OBJET"));
        let room = format!("Classe {}", class + 1);
        school.staff[teacher].room = Some(room.clone());
        school.staff[teacher].manner = manner(school, class);
        let Division { code, level, .. } = school.divisions[class].clone();
        school.services.push(Service {
            group: code,
            of_division: true,
            level,
            subject: EVERYTHING,
            teachers: vec![teacher],
            co_taught: false,
            half_hours: 48,
            slots: half_days(&room),
        });
    }
    pupils::enrol(school);
    cast::settle(school);
}

/// Nobody here is late for weeks: a class has one book, and its families one place to look.
fn manner(school: &School, class: usize) -> Manner {
    match Chance::of(school.seed, &[12, class as u64]).below(4) {
        0 | 1 => Manner::Prompt,
        2 => Manner::Evening,
        _ => Manner::NextDay,
    }
}

fn half_days(room: &str) -> Vec<Slot> {
    let of_day = |day: i8| HALF_DAYS.map(|starts_at| (day, starts_at));
    let slot = |(day, starts_at)| Slot { day, starts_at, minutes: MINUTES, weeks: Weeks::Every, room: room.to_owned() };
    DAYS.into_iter().flat_map(of_day).map(slot).collect()
}

/// Two or three classes share the five levels; from four on, CE2 and CM1 stay together and the others are alone.
fn open_classes(school: &mut School) {
    use Level::{FirstElementary, FirstMiddle, Preparatory, SecondElementary, SecondMiddle};
    let shapes: &[&[Level]] = match (school.size + CLASS_SIZE / 2) / CLASS_SIZE {
        0..=2 => &[&[Preparatory, FirstElementary], &[SecondElementary, FirstMiddle, SecondMiddle]],
        3 => &[&[Preparatory, FirstElementary], &[SecondElementary, FirstMiddle], &[SecondMiddle]],
        _ => &[&[Preparatory], &[FirstElementary], &[SecondElementary, FirstMiddle], &[SecondMiddle]],
    };
    let count = ((school.size + CLASS_SIZE / 2) / CLASS_SIZE).max(2);
    for number in 0..count {
        let levels = shapes[number % shapes.len()];
        let name = levels.iter().map(|level| level.label()).collect::<Vec<_>>().join("-");
        // The first of each bears the name alone: `CE1`, then `CE1 2`.
        let code = match number / shapes.len() {
            0 => name,
            round => format!("{name} {}", round + 1),
        };
        school.divisions.push(Division { label: code.clone(), code, level: levels[0], beyond: levels[1..].to_vec() });
    }
}
