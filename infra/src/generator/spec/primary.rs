use std::fs;

use super::*;

fn village(pupils: usize, seed: u64) -> School {
    generate(&Options { pupils, seed, ..Options::primary() })
}

#[test]
fn a_teacher_has_a_class_and_a_class_one_service_of_half_days() {
    for (pupils, seed) in [(54, 2026), (8, 1), (30, 3), (130, 4)] {
        let school = village(pupils, seed);
        assert_eq!(school.services.len(), school.divisions.len());
        assert_eq!(school.staff.len(), school.divisions.len());
        for service in &school.services {
            assert_eq!(service.subject, domain::directory::service::ALL_SUBJECTS);
            assert_eq!((service.teachers.len(), service.slots.len()), (1, 8));
            assert_eq!(service.slots.iter().map(|slot| slot.minutes).sum::<i64>(), 24 * 60);
            assert!(service.slots.iter().all(|slot| slot.day != 3), "no school on Wednesday");
        }
        assert_no_clash(&school);
        let levels = |level: Level| school.pupils.iter().any(|pupil| pupil.level == level);
        assert!(school.pupils.len() < 10 || Level::PRIMARY.into_iter().all(levels));
        let heads = school.staff.iter().filter(|staff| staff.function == Function::TeachingHead);
        assert_eq!(heads.count(), 1, "who directs the school has a class there");
        assert!(school.pupils.iter().all(|pupil| !pupil.links.is_empty() && pupil.groups.is_empty()));
    }
}

#[test]
fn one_class_of_three_is_a_ce2_cm1_and_its_pupils_are_of_both_levels() {
    let school = village(54, 2026);
    let codes: Vec<_> = school.divisions.iter().map(|division| division.code.as_str()).collect();
    assert_eq!(codes, ["CP-CE1", "CE2-CM1", "CM2"]);
    let of = |level| school.pupils.iter().filter(|pupil| pupil.division == 1 && pupil.level == level).count();
    assert_eq!((of(Level::SecondElementary), of(Level::FirstMiddle)), (9, 9));
    let teacher = &school.staff[school.services[1].teachers[0]];
    assert_eq!((&teacher.surname, &teacher.sts_id), (&school.cast.schoolmaster.surname, &None));
    let codes: Vec<_> = village(130, 4).divisions.into_iter().map(|division| division.code).collect();
    assert_eq!(codes, ["CP", "CE1", "CE2-CM1", "CM2", "CP 2", "CE1 2", "CE2-CM1 2"]);
}

#[test]
fn the_same_seed_draws_the_same_school_and_another_seed_another() {
    assert_eq!(village(54, 7), village(54, 7));
    assert_ne!(village(54, 7).pupils, village(54, 8).pupils);
    assert_eq!(village(54, 7).cast, village(54, 8).cast);
}

#[test]
fn nobody_bears_the_number_of_somebody_of_the_college_but_those_who_are_the_same() {
    let (college, village) = (school(), village(54, 2026));
    assert_eq!(village.cast.mother_of_both, college.cast.mother_of_both);
    let same: Vec<_> = village
        .relatives
        .iter()
        .filter(|one| college.relatives.iter().any(|other| other.jointure == one.jointure))
        .collect();
    assert_eq!(same.iter().map(|one| one.surname.as_str()).collect::<Vec<_>>(), ["Ropars", "Ropars"]);
    assert!(same.iter().all(|one| college.relatives.contains(one)), "the same to the last digit");
    assert!(village.pupils.iter().all(|one| college.pupils.iter().all(|other| other.jointure != one.jointure)));
    assert!(village.staff.iter().all(|one| college.staff.iter().all(|other| other.jointure != one.jointure)));
    let younger = village.pupils.iter().find(|pupil| pupil.jointure == village.cast.younger.jointure).unwrap();
    assert_eq!((younger.level, younger.division), (Level::FirstMiddle, 1));
}

#[test]
fn its_files_are_those_of_the_academy_and_a_calendar() {
    let school = village(54, 2026);
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let paths = write_files(&school, one.path()).unwrap();
    for (path, again) in paths.iter().zip(write_files(&school, other.path()).unwrap()) {
        assert_eq!(fs::read(path).unwrap(), fs::read(again).unwrap(), "the same bytes");
    }
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_string_lossy()).collect();
    assert!(names.iter().all(|name| !name.contains("sts")), "{names:?}");
    let calendar = fs::read_to_string(paths.last().unwrap()).unwrap();
    assert!(names.last().unwrap().ends_with(".ics") && calendar.split("\r\n").all(|line| line.len() <= 75));
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 24);
    let whole = calendar.replace("\r\n ", "");
    assert!(whole.contains("Toutes matières\\nClasse : CE2-CM1\\nProfesseur : M. QUÉRÉ Thibault"), "{whole}");
    assert!(whole.contains("EXDATE;TZID=Europe/Paris:20261019T083000"), "no school on the autumn holidays");
    let place = fs::read(paths.iter().find(|path| path.to_string_lossy().contains("EtabEducNat")).unwrap()).unwrap();
    let place = String::from_utf8_lossy(&place).into_owned();
    assert!(place.contains("ECOLE ELEMENTAIRE") && place.contains("CE2-CM1$CE2-CM1$CE2$CM1"), "{place}");
}

#[test]
fn four_weeks_of_life_give_oral_work_and_none_in_writing() {
    let school = village(54, 2026);
    let acts = life(&school, date(2026, 10, 5), date(2026, 11, 17));
    assert_eq!(acts, life(&school, date(2026, 10, 5), date(2026, 11, 17)));
    let published: Vec<_> = acts
        .iter()
        .filter_map(|act| match &act.deed {
            Deed::Publish { content, resources, homework } => Some((act, content, resources, homework)),
            _ => None,
        })
        .collect();
    assert!((80..110).contains(&published.len()), "{} half-days are written", published.len());
    assert!(published.iter().any(|(_, _, resources, _)| !resources.is_empty()));
    assert!(acts.len() > published.len(), "somebody has a second thought");
    let given: Vec<_> = published.iter().flat_map(|(_, _, _, homework)| homework.iter()).collect();
    assert!(given.len() > 40, "{} works", given.len());
    assert!(given.iter().all(|given| !given.written && !given.kind.is_written() && given.kind != HomeworkKind::Test));
    let (_, content, ..) =
        published.iter().find(|(act, ..)| act.group == "CE2-CM1" && act.starts_at.hour() < 12).unwrap();
    assert!(content.contains("Français, CE2") && content.contains("Mathématiques, CM1"), "{content}");
    let keys: Vec<_> = school.staff.iter().map(|staff| &staff.jointure).collect();
    assert!(
        acts.iter().all(|act| keys.contains(&&act.teacher) && act.date.weekday() != jiff::civil::Weekday::Wednesday)
    );
}

#[test]
fn a_teacher_of_the_college_has_an_hour_there_when_the_college_leaves_her_free() {
    for pupils in [40, 480] {
        let college = sized(pupils, 2026);
        let village = beside(&college);
        assert_eq!(village, beside(&college));
        let (own, lent) = (&village.services[1], village.services.last().unwrap());
        assert_eq!((lent.group.as_str(), lent.subject, own.slots.len()), ("CE2-CM1", "030201", 8));
        let minutes = own.slots.iter().chain(&lent.slots).map(|slot| slot.minutes).sum::<i64>();
        assert_eq!(minutes, 24 * 60, "the hour is taken from a half-day");
        assert_no_clash(&village);
        let byrne = village.staff.last().unwrap();
        assert_eq!(byrne.surname, "Byrne");
        let there = college.staff.iter().position(|staff| staff.jointure == byrne.jointure).unwrap();
        let held = college.services.iter().filter(|service| service.teachers.contains(&there));
        let both = held.flat_map(|service| &service.slots).chain(&lent.slots);
        assert_free(both.map(|slot| ("Byrne".to_owned(), slot)).collect(), "teacher");
        let acts = life(&village, date(2026, 10, 5), date(2026, 11, 17));
        assert!(acts.iter().any(|act| Some(&act.teacher) == byrne.sts_id.as_ref()));
        let dir = tempfile::tempdir().unwrap();
        let calendar = write_files(&village, dir.path()).unwrap().pop().unwrap();
        assert!(
            fs::read_to_string(calendar).unwrap().replace("\r\n ", "").contains("Matière : ANGLAIS\\nClasse : CE2-CM1")
        );
    }
}
