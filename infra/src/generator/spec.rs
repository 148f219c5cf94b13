//! What can be relied on, whatever the seed: a timetable without a clash, families as they are, files a strict reader accepts.

mod files;
mod people;
mod primary;
mod weeks;

use std::collections::{HashMap, HashSet};

use super::*;

fn school() -> School {
    generate(&Options::default())
}

fn sized(pupils: usize, seed: u64) -> School {
    generate(&Options { pupils, seed, ..Options::default() })
}

/// Fails when two slots of one key overlap in the same week.
fn assert_free(mut held: Vec<(String, &Slot)>, what: &str) {
    held.sort_by(|one, other| (&one.0, one.1.day, one.1.starts_at).cmp(&(&other.0, other.1.day, other.1.starts_at)));
    for (rank, (key, slot)) in held.iter().enumerate() {
        let end = slot.starts_at.duration_since(jiff::civil::Time::midnight()).as_mins() + slot.minutes;
        let clash = held[rank + 1..].iter().take_while(|(other, _)| other == key).find(|(_, other)| {
            let starts = other.starts_at.duration_since(jiff::civil::Time::midnight()).as_mins();
            other.day == slot.day && starts < end && other.weeks.mask() & slot.weeks.mask() != 0
        });
        assert!(clash.is_none(), "{what} {key}: {slot:?} and {clash:?}");
    }
}

fn assert_no_clash(school: &School) {
    let slots = || school.services.iter().flat_map(|service| service.slots.iter().map(move |slot| (service, slot)));
    let teachers = slots().flat_map(|(service, slot)| service.teachers.iter().map(move |t| (t.to_string(), slot)));
    assert_free(teachers.collect(), "teacher");
    assert_free(slots().map(|(_, slot)| (slot.room.clone(), slot)).collect(), "room");
    let whole = slots().filter(|(service, _)| service.of_division);
    assert_free(whole.map(|(service, slot)| (service.group.clone(), slot)).collect(), "class");
    let mut by_code: HashMap<&str, Vec<&Slot>> = HashMap::new();
    for (service, slot) in slots() {
        by_code.entry(&service.group).or_default().push(slot);
    }
    let none = Vec::new();
    for pupil in &school.pupils {
        let groups = pupil.groups.iter().map(|&group| school.groups[group].code.as_str());
        let codes = groups.chain([school.divisions[pupil.division].code.as_str()]);
        let held =
            codes.flat_map(|code| by_code.get(code).unwrap_or(&none)).map(|slot| (pupil.jointure.clone(), *slot));
        assert_free(held.collect(), "pupil");
    }
}

#[test]
fn the_same_seed_draws_the_same_school() {
    assert_eq!(school(), school());
    assert_ne!(school().pupils, sized(480, 7).pupils);
    assert_eq!(school().cast, sized(480, 7).cast);
}

#[test]
fn nobody_is_in_two_places() {
    for (pupils, seed) in [(480, 2026), (8, 1), (200, 3), (480, 4), (600, 5)] {
        assert_no_clash(&sized(pupils, seed));
    }
}

#[test]
fn every_hour_has_its_place_and_wednesday_afternoon_is_free() {
    for (pupils, seed) in [(480, 2026), (8, 1), (300, 3), (480, 9), (1_500, 5)] {
        let school = sized(pupils, seed);
        for service in &school.services {
            let placed: i64 = service
                .slots
                .iter()
                .map(|slot| (slot.minutes + 5) / 60 * if slot.weeks == Weeks::Every { 2 } else { 1 })
                .sum();
            assert_eq!(placed, i64::from(service.half_hours), "{service:?}");
        }
        let slots = || school.services.iter().flat_map(|service| &service.slots);
        assert!(slots().all(|slot| slot.day != 3 || slot.starts_at.hour() < 12));
        assert!(slots().all(|slot| (1..=5).contains(&slot.day) && slot.starts_at.hour() != 12));
    }
}

#[test]
fn every_class_has_its_hours() {
    let school = school();
    assert_eq!(school.divisions.len(), 20);
    for pupil in &school.pupils {
        let mut codes: HashSet<&str> = pupil.groups.iter().map(|&group| school.groups[group].code.as_str()).collect();
        codes.insert(&school.divisions[pupil.division].code);
        let attended = school.services.iter().filter(|service| codes.contains(service.group.as_str()));
        let half_hours: u16 = attended.map(|service| service.half_hours).sum();
        assert!((52..=56).contains(&half_hours), "{} has {half_hours} half hours", pupil.jointure);
    }
    for index in 0..school.divisions.len() {
        let size = school.pupils.iter().filter(|pupil| pupil.division == index).count();
        assert_eq!(size, 24);
    }
}

#[test]
fn the_uai_has_its_check_letter() {
    let alphabet: Vec<char> = "ABCDEFGHJKLMNPRSTUVWXYZ".chars().collect();
    for number in [0, 42, 9_999] {
        let uai = fictional_uai(number);
        let digits: usize = uai[..7].parse().unwrap();
        assert!(uai.starts_with("099") && uai.ends_with(alphabet[digits % 23]));
    }
}

#[test]
fn weeks_a_and_b_follow_school_weeks() {
    let school = school();
    let (a, b) = (school.calendar.mondays_of(Weeks::A), school.calendar.mondays_of(Weeks::B));
    assert_eq!(a.len() + b.len(), school.calendar.mondays().len());
    assert!(a.iter().chain(&b).all(|day| day.weekday() == jiff::civil::Weekday::Monday));
    assert!(!school.calendar.mondays().contains(&date(2026, 10, 19)));
    assert!(b.contains(&date(2026, 11, 2)) && a.contains(&date(2026, 11, 9)));
}

#[test]
fn another_year_moves_everything_with_it() {
    let options = Options {
        year_starts_on: date(2027, 8, 16),
        year_ends_on: date(2028, 6, 30),
        holidays: Vec::new(),
        days_off: Vec::new(),
        ..Options::default()
    };
    let school = generate(&options);
    assert_eq!(school.calendar.mondays().first(), Some(&date(2027, 8, 16)));
    let sixth = school.pupils.iter().filter(|pupil| school.divisions[pupil.division].level == Level::Sixth);
    assert!(sixth.clone().all(|pupil| (2014..=2018).contains(&pupil.born_on.year())));
    assert!(!life(&school, date(2027, 8, 16), date(2027, 8, 22)).is_empty());
}
