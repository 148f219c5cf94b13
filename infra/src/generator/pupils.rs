//! Enrolling: a class for each pupil, an age that goes with it, a family, then the groups.

use jiff::civil::{Date, date};

use super::calendar::plus_days;
use super::cast::{self, Household, Roles};
use super::chance::Chance;
use super::families;
use super::names::Names;
use super::programme::{self, Level};
use super::school::{Address, GroupKind, Pupil, School, Sex};

/// Pupils in a language group, as long as another one has room.
const GROUP_SIZE_MAX: usize = 28;

/// Fills the classes of the school.
pub(super) fn enrol(school: &mut School) {
    let names = Names::new();
    let roles = Roles::of(school);
    let count = school.size.max(school.divisions.len());
    school.pupils.reserve(count);
    for index in 0..count {
        let pupil = register(school, &names, &roles, index);
        school.pupils.push(pupil);
    }
    families::found_all(school, &names, &roles);
    join_groups(school, &roles);
}

fn register(school: &School, names: &Names, roles: &Roles, index: usize) -> Pupil {
    let chance = &mut cast::chance_of_pupil(school, index);
    let (division, rank) = (index % school.divisions.len(), index / school.divisions.len());
    let levels: Vec<Level> = school.divisions[division].levels().collect();
    let level = levels[rank % levels.len()];
    let drawn = if chance.percent(50) { Sex::Female } else { Sex::Male };
    let given = names.child(drawn, chance);
    let household = roles.household(index);
    let (number, sex, given) = if index == roles.pupil {
        (cast::PUPIL, Sex::Female, "Inès".to_owned())
    } else if index == roles.sister {
        (cast::SISTER, Sex::Female, "Mariam".to_owned())
    } else if let Some(known) = household {
        (known.number, known.sex, known.given.to_owned())
    } else {
        (school.degree.first(2_000_100) + index, drawn, given)
    };
    let entered_on = if index == roles.late_arrival {
        school.calendar.mondays().get(6).map_or(school.calendar.starts_on, |monday| plus_days(*monday, 3))
    } else {
        school.calendar.starts_on
    };
    let year = school.calendar.starts_on.year();
    let ine = (index != roles.without_ine).then(|| ine(number, chance));
    let other_given = (0..chance.below(3)).map(|_| names.child(sex, chance)).collect();
    let of_the_level = birth(year, level, chance);
    Pupil {
        jointure: number.to_string(),
        ine,
        siecle_id: (300_000 + number % 1_000_000).to_string(),
        sex,
        surname: String::new(),
        other_given,
        given,
        born_on: household.and_then(|known| born(known, year)).unwrap_or(of_the_level),
        division,
        level,
        groups: Vec::new(),
        entered_on,
        half_board: chance.percent(72),
        scholarship: chance.percent(28),
        address: Address { lines: Vec::new(), post_code: String::new(), town: String::new() },
        links: Vec::new(),
    }
}

/// The day that a family known by name says.
fn born(known: &Household, year: i16) -> Option<Date> {
    let (years, month, day) = known.born?;
    Date::new(year - years, month, day).ok()
}

/// Nine digits and two letters, the shape given since 2018.
fn ine(number: usize, chance: &mut Chance) -> String {
    let letter = |rank: usize| char::from(b"ABCDEFGHJK"[rank]);
    let (first, second) = (letter(chance.below(10)), letter(chance.below(10)));
    format!("09{:07}{first}{second}", number % 10_000_000)
}

/// Of the age of the level, or a year older for one in fourteen, a year younger for one in fifty.
fn birth(year: i16, level: Level, chance: &mut Chance) -> Date {
    let shift = match chance.below(100) {
        0..=6 => 1,
        7 | 8 => -1,
        _ => 0,
    };
    plus_days(date(year - level.age() - shift, 1, 1), chance.below(365) as i64)
}

fn join_groups(school: &mut School, roles: &Roles) {
    let mut by_division: Vec<Vec<usize>> = vec![Vec::new(); school.divisions.len()];
    for (index, group) in school.groups.iter().enumerate() {
        for &division in &group.divisions {
            by_division[division].push(index);
        }
    }
    let mut sizes = vec![0usize; school.groups.len()];
    for index in 0..school.pupils.len() {
        let chance = &mut Chance::of(school.seed, &[6, index as u64]);
        let offered = &by_division[school.pupils[index].division];
        let starred = index == roles.pupil;
        let mut joined: Vec<usize> = language(school, offered, &sizes, starred, chance).into_iter().collect();
        if chance.percent(20) || starred {
            joined.extend(offered.iter().copied().find(|&group| school.groups[group].kind == GroupKind::Latin));
        }
        for &group in &joined {
            sizes[group] += 1;
        }
        school.pupils[index].groups = joined;
    }
    split_classes(school, &by_division);
}

/// A pupil asks for Spanish or for the other language offered to the class, and gets it while there is room; Spanish has two groups in the bigger sets.
fn language(school: &School, offered: &[usize], sizes: &[usize], starred: bool, chance: &mut Chance) -> Option<usize> {
    let is_spanish = |group: &usize| school.groups[*group].kind == GroupKind::Language(programme::SPANISH);
    let languages = offered.iter().copied();
    let languages = languages.filter(|&group| matches!(school.groups[group].kind, GroupKind::Language(_)));
    let asked = if offered.iter().filter(|group| is_spanish(group)).count() > 1 { 67 } else { 54 };
    let spanish = chance.percent(asked) || starred;
    let emptiest = |group: &usize| (sizes[*group], *group);
    languages
        .clone()
        .filter(|group| is_spanish(group) == spanish && sizes[*group] < GROUP_SIZE_MAX)
        .min_by_key(emptiest)
        .or_else(|| languages.min_by_key(emptiest))
}

/// The halves of a class, by alphabetical order.
fn split_classes(school: &mut School, by_division: &[Vec<usize>]) {
    let mut classes: Vec<Vec<usize>> = vec![Vec::new(); by_division.len()];
    for (index, pupil) in school.pupils.iter().enumerate() {
        classes[pupil.division].push(index);
    }
    for (class, offered) in classes.iter_mut().zip(by_division) {
        class.sort_by_key(|&index| {
            let pupil = &school.pupils[index];
            (pupil.surname.clone(), pupil.given.clone(), pupil.jointure.clone())
        });
        let middle = class.len().div_ceil(2);
        for (rank, &index) in class.iter().enumerate() {
            let half = if rank < middle { 1 } else { 2 };
            let group = offered.iter().copied().find(|&group| school.groups[group].kind == GroupKind::Half(half));
            school.pupils[index].groups.extend(group);
        }
    }
}
