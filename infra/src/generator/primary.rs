//! An école élémentaire: a teacher a class and a class a teacher, half-days without a timetable, one class at least of several levels.

use jiff::Span;
use jiff::civil::{Time, time};

use super::chance::Chance;
use super::manner::Manner;
use super::names::Names;
use super::programme::{ENGLISH, EVERYTHING, Level};
use super::school::{Division, Function, School, Service, Slot, Staff};
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

/// The teacher of the cast who also serves this school has the class of several levels for an hour, at the edge of a half-day, when the
/// collège does not: nobody where there is no such hour.
pub(super) fn welcome(school: &mut School, college: &School) {
    let guest = &college.cast.shared_teacher.jointure;
    let Some(index) = college.staff.iter().position(|staff| staff.jointure == *guest) else { return };
    let Some(service) = school.services.iter().position(|service| service.group.starts_with("CE2-CM1")) else { return };
    let Some((day, starts_at)) = free_hour(college, index) else { return };
    let half_day = school.services[service]
        .slots
        .iter_mut()
        .find(|slot| slot.day == day && (slot.starts_at.hour() < 12) == (starts_at.hour() < 12));
    let Some(half_day) = half_day else { return };
    half_day.minutes -= HOUR;
    if half_day.starts_at == starts_at {
        half_day.starts_at = starts_at.saturating_add(Span::new().minutes(HOUR));
    }
    let room = half_day.room.clone();
    let teacher = Staff { tutor_of: Vec::new(), room: None, ..college.staff[index].clone() };
    school.staff.push(teacher);
    let Service { group, level, .. } = school.services[service].clone();
    school.services[service].half_hours -= 2;
    school.services.push(Service {
        group,
        of_division: true,
        level,
        subject: ENGLISH,
        teachers: vec![school.staff.len() - 1],
        co_taught: false,
        half_hours: 2,
        slots: vec![Slot { day, starts_at, minutes: HOUR, weeks: Weeks::Every, room }],
    });
    school.cast.shared_teacher = college.cast.shared_teacher.clone();
}

const HOUR: i64 = 60;
/// Where an hour may be taken from a half-day, and the time to walk over from the collège.
const EDGES: [Time; 4] = [time(10, 30, 0, 0), time(15, 30, 0, 0), time(8, 30, 0, 0), time(13, 30, 0, 0)];
const WALK: i64 = 15;

fn free_hour(college: &School, teacher: usize) -> Option<(i8, Time)> {
    let minute = |at: Time| i64::from(at.hour()) * 60 + i64::from(at.minute());
    let held = college.services.iter().filter(|service| service.teachers.contains(&teacher));
    let busy: Vec<&Slot> = held.flat_map(|service| &service.slots).collect();
    let free = |(day, start): &(i8, Time)| {
        let (from, until) = (minute(*start) - WALK, minute(*start) + HOUR + WALK);
        let apart = |slot: &&Slot| minute(slot.starts_at) >= until || minute(slot.starts_at) + slot.minutes <= from;
        busy.iter().filter(|slot| slot.day == *day).all(apart)
    };
    DAYS.into_iter().rev().flat_map(|day| EDGES.map(|start| (day, start))).find(free)
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
