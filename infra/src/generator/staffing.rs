//! Who works there: teachers hired to cover the hours of a wing, the long substitute and the short replacement, and the office.

use jiff::civil::{Date, date};

use super::calendar::plus_days;
use super::chance::Chance;
use super::manner::Manner;
use super::names::{self, Names};
use super::programme::{self, SUBJECTS, Subject};
use super::school::{Degree, Function, Replacement, School, Sex, Staff};
use super::wing::Unit;
use super::{cast, subject};

/// Jointures and STS ids of staff outside the cast start here.
const FIRST_NUMBER: usize = 100;

/// Hires enough teachers for the units and shares the units among them, the biggest first, to the least busy who is free.
pub(super) fn hire(school: &mut School, wing: usize, units: &[Unit]) {
    let names = Names::new();
    let mut rank = 0;
    for subject in SUBJECTS {
        let mut pool: Vec<&Unit> = units.iter().filter(|unit| unit.pool == subject.code).collect();
        pool.sort_by_key(|unit| std::cmp::Reverse(unit.half_hours));
        let teachers: Vec<usize> = (0..teachers_needed(subject, &pool))
            .map(|number| {
                let member = cast::STAFF.iter().find(|member| wing == 0 && member.post == Some((subject.code, number)));
                let manner = Manner::draw(rank, &mut Chance::of(school.seed, &[3, wing as u64, rank as u64]));
                rank += 1;
                engage(school, &names, member, subject, manner)
            })
            .collect();
        share(school, &pool, &teachers);
    }
}

fn teachers_needed(subject: &Subject, pool: &[&Unit]) -> usize {
    let half_hours: u16 = pool.iter().map(|unit| unit.half_hours).sum();
    let at_once = pool
        .iter()
        .filter_map(|unit| unit.parallel)
        .map(|bar| pool.iter().filter(|unit| unit.parallel == Some(bar)).count())
        .max()
        .unwrap_or(0);
    usize::from(half_hours.div_ceil(subject.hours_max * 2)).max(at_once)
}

fn share(school: &mut School, pool: &[&Unit], teachers: &[usize]) {
    let mut load = vec![0; teachers.len()];
    let mut bars: Vec<Vec<usize>> = vec![Vec::new(); teachers.len()];
    let chosen = cast::units_of_the_teacher(school, pool, teachers);
    for (index, unit) in pool.iter().enumerate() {
        let free = |rank: &usize| unit.parallel.is_none_or(|bar| !bars[*rank].contains(&bar));
        let reserved = usize::from(!chosen.is_empty() && teachers.len() > 1);
        let pick = if chosen.contains(&index) {
            Some(0)
        } else {
            (reserved..teachers.len()).filter(free).min_by_key(|rank| load[*rank])
        };
        let Some(pick) = pick else { continue };
        load[pick] += unit.half_hours;
        bars[pick].extend(unit.parallel);
        for &service in &unit.services {
            school.services[service].teachers.push(teachers[pick]);
        }
    }
}

/// A teacher of `subject`: the cast member given, or somebody drawn.
fn engage(school: &mut School, names: &Names, member: Option<&cast::Part>, subject: &Subject, manner: Manner) -> usize {
    let index = appoint(school, names, member, Function::Teacher, subject.discipline);
    let of_prefix = |staff: &&Staff| staff.room.as_ref().is_some_and(|room| room_prefix(room) == subject.room);
    let number = 1 + school.staff.iter().filter(of_prefix).count();
    let room = if subject.room.len() == 1 {
        format!("{}{number:02}", subject.room)
    } else {
        format!("{}{number}", subject.room)
    };
    let staff = &mut school.staff[index];
    staff.room = Some(room);
    staff.manner = member.and_then(|member| member.manner).unwrap_or(manner);
    index
}

fn room_prefix(room: &str) -> &str {
    if room.starts_with(|first: char| first.is_ascii_digit()) {
        &room[..1]
    } else {
        room.trim_end_matches(|last: char| last.is_ascii_digit())
    }
}

pub(super) fn appoint(
    school: &mut School,
    names: &Names,
    member: Option<&cast::Part>,
    function: Function,
    discipline: (&'static str, &'static str),
) -> usize {
    let index = school.staff.len();
    let chance = &mut Chance::of(school.seed, &[4, index as u64]);
    let (number, sex, given, surname) = if let Some(part) = member {
        (part.number, part.sex, part.given.to_owned(), part.surname.to_owned())
    } else {
        let sex = if chance.percent(62) { Sex::Female } else { Sex::Male };
        (school.degree.first(FIRST_NUMBER) + index, sex, names.adult(sex, chance), names.surname(chance))
    };
    let married = sex == Sex::Female && member.is_none() && chance.percent(30);
    let birth_surname = if married { names.surname(chance) } else { surname.clone() };
    let days = chance.below(38 * 365) as i64;
    let in_sts = school.degree == Degree::College && !matches!(function, Function::Assistant | Function::Companion);
    school.staff.push(Staff {
        jointure: (6_000_000 + number).to_string(),
        sts_id: in_sts.then(|| (700_000 + number).to_string()),
        sex,
        mail: names::mail(&given, &surname, number, "ac-fiction.example"),
        surname,
        birth_surname,
        given,
        born_on: plus_days(oldest(school.calendar.starts_on), days),
        function,
        discipline,
        room: None,
        tutor_of: Vec::new(),
        manner: Manner::Prompt,
    });
    index
}

/// Staff are at most 62 when the year starts; the youngest is 24.
fn oldest(starts_on: Date) -> Date {
    date(starts_on.year() - 62, 1, 1)
}

/// One teacher of history is away most of the year and one of biology for a fortnight; one service of technology is taught by two.
pub(super) fn arrange_absences(school: &mut School) {
    let names = Names::new();
    let calendar = school.calendar.clone();
    let mondays = calendar.mondays();
    for part in cast::STAFF {
        let Some((code, long)) = part.replaces else {
            continue;
        };
        let Some(subject) = subject(code) else {
            continue;
        };
        let Some(absent) = first_holder(school, code) else {
            continue;
        };
        let present = engage(school, &names, Some(part), subject, Manner::Prompt);
        let room = school.staff[absent].room.clone();
        school.staff[present].room = room;
        let fortnight = mondays.get(8).copied().unwrap_or(calendar.starts_on);
        let (from, until) = if long {
            (plus_days(calendar.starts_on, 30), calendar.ends_on)
        } else {
            (fortnight, plus_days(fortnight, 11))
        };
        school.replacements.push(Replacement { absent, present, from, until, long });
        if long {
            let held = school.services.iter_mut().filter(|service| service.teachers.first() == Some(&absent));
            held.for_each(|service| service.teachers.push(present));
        }
    }
    teach_together(school);
}

fn first_holder(school: &School, subject: &str) -> Option<usize> {
    let of_subject = school.services.iter().filter(|service| service.subject == subject);
    of_subject.filter_map(|service| service.teachers.first().copied()).min()
}

/// The technology of the first class is led by its teacher and one of biology.
fn teach_together(school: &mut School) {
    let holders = school.services.iter().filter(|service| service.subject == programme::BIOLOGY);
    let partner = holders.filter_map(|service| service.teachers.first().copied()).max();
    let service = school.services.iter_mut().find(|service| service.subject == programme::TECHNOLOGY);
    if let (Some(partner), Some(service)) = (partner, service) {
        service.teachers.push(partner);
        service.co_taught = true;
    }
}

/// Direction, school life and library: two CPE, an assistant for a hundred pupils or so, and one AESH.
pub(super) fn office(school: &mut School, wings: usize) {
    let names = Names::new();
    let part = cast::part_of;
    let direction = ("D0010", "PERSONNEL DE DIRECTION");
    // One code for both: a label tells a deputy.
    let deputy = ("D0010", "PERSONNEL DE DIRECTION ADJOINT");
    let life = ("E0030", "EDUCATION");
    appoint(school, &names, part(1), Function::Direction, direction);
    appoint(school, &names, part(2), Function::Direction, deputy);
    appoint(school, &names, part(3), Function::Counsellor, life);
    for _ in 0..wings * 2 - 1 {
        appoint(school, &names, None, Function::Counsellor, life);
    }
    let library = ("L0080", "DOCUMENTATION");
    appoint(school, &names, part(4), Function::Librarian, library);
    for _ in 1..wings {
        appoint(school, &names, None, Function::Librarian, library);
    }
    for _ in 0..wings * 5 {
        appoint(school, &names, None, Function::Assistant, ("-", "SANS OBJET"));
    }
    appoint(school, &names, part(16), Function::Companion, ("-", "SANS OBJET"));
}

/// Every class gets a professeur principal among its own teachers, one class each as far as possible. The teacher of the cast has hers.
pub(super) fn pick_form_tutors(school: &mut School) {
    for (division, code) in school.divisions.iter().map(|division| division.code.clone()).enumerate() {
        let mut candidates: Vec<usize> = school
            .services
            .iter()
            .filter(|service| service.of_division && service.group == code)
            .filter_map(|service| service.teachers.first().copied())
            .collect();
        candidates.sort_by_key(|&teacher| {
            let cast_claim = cast::claims(&school.staff[teacher].jointure, &code);
            (cast_claim, school.staff[teacher].tutor_of.len(), teacher)
        });
        if let Some(&tutor) = candidates.first() {
            school.staff[tutor].tutor_of.push(division);
        }
    }
}
