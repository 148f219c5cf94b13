use std::collections::{HashMap, HashSet};

use super::*;

#[test]
fn teachers_hold_what_the_law_allows() {
    let school = school();
    let mut teachers = 0;
    for (index, staff) in school.staff.iter().enumerate().filter(|(_, staff)| staff.function == Function::Teacher) {
        let held = school.services.iter().filter(|service| service.teachers.contains(&index));
        let half_hours: u16 = held.map(|service| service.half_hours).sum();
        assert!(half_hours <= 40, "{} {} holds {half_hours} half hours", staff.given, staff.surname);
        assert!(staff.sts_id.is_some());
        teachers += 1;
    }
    assert!((36..=40).contains(&teachers), "{teachers} teachers");
    assert_eq!(school.services.iter().filter(|service| service.co_taught).count(), 1);
    assert!(
        school
            .divisions
            .iter()
            .enumerate()
            .all(|(index, _)| { school.staff.iter().filter(|staff| staff.tutor_of.contains(&index)).count() == 1 })
    );
    for function in [Function::Direction, Function::Counsellor, Function::Librarian, Function::Assistant] {
        assert!(school.staff.iter().any(|staff| staff.function == function));
    }
}

#[test]
fn the_long_substitute_holds_every_service_of_the_absent_teacher() {
    let school = school();
    let long = school.replacements.iter().find(|replacement| replacement.long).unwrap();
    let held: Vec<_> = school.services.iter().filter(|service| service.teachers.contains(&long.absent)).collect();
    assert!(held.len() >= 3 && held.iter().all(|service| service.teachers == [long.absent, long.present]));
    assert_eq!(school.teacher_on(held[0], school.calendar.starts_on), long.absent);
    assert_eq!(school.teacher_on(held[0], long.from), long.present);
    let short = school.replacements.iter().find(|replacement| !replacement.long).unwrap();
    assert!(school.services.iter().all(|service| !service.teachers.contains(&short.present)));
}

#[test]
fn groups_mix_classes() {
    let school = school();
    for (index, group) in school.groups.iter().enumerate() {
        let members: Vec<_> = school.pupils.iter().filter(|pupil| pupil.groups.contains(&index)).collect();
        let classes: HashSet<_> = members.iter().map(|pupil| pupil.division).collect();
        assert!(members.len() >= 6 && members.len() <= 36, "{} has {} pupils", group.code, members.len());
        assert!(classes.iter().all(|class| group.divisions.contains(class)));
        assert_eq!(classes.len() > 1, !matches!(group.kind, GroupKind::Half(_)), "{}", group.code);
    }
    for code in ["4ESP1", "3LAT", "5B_G1"] {
        assert!(school.groups.iter().any(|group| group.code == code), "{code}");
    }
}

fn families(school: &School) -> Vec<Vec<&Pupil>> {
    let mut children: HashMap<usize, Vec<&Pupil>> = HashMap::new();
    for pupil in &school.pupils {
        for link in pupil.links.iter().take(1) {
            children.entry(link.relative).or_default().push(pupil);
        }
    }
    children.into_values().collect()
}

#[test]
fn a_quarter_of_the_pupils_live_in_two_homes() {
    let school = school();
    let homes = |pupil: &Pupil| {
        let legal = pupil.links.iter().filter(|link| link.legal > 0);
        legal.map(|link| school.relatives[link.relative].address.clone()).collect::<Vec<_>>()
    };
    let apart = |pupil: &&Pupil| matches!(homes(pupil).as_slice(), [one, other] if one != other);
    let count = school.pupils.iter().filter(apart).count() * 100 / school.pupils.len();
    assert!((18..=33).contains(&count), "{count} % of pupils in two homes");
}

#[test]
fn brothers_and_sisters_share_their_parents_in_other_classes() {
    let school = school();
    let families: Vec<_> = families(&school).into_iter().filter(|family| family.len() > 1).collect();
    let siblings = families.iter().map(Vec::len).sum::<usize>() * 100 / school.pupils.len();
    assert!((9..=22).contains(&siblings), "{siblings} % of siblings");
    assert!(families.iter().all(|family| family[0].division != family[1].division));
    assert!(families.iter().all(|family| family[0].links == family[1].links));
}

#[test]
fn the_odd_cases_are_there_once() {
    let school = school();
    let count = |odd: &dyn Fn(&Pupil) -> bool| school.pupils.iter().filter(|pupil| odd(pupil)).count();
    assert_eq!(count(&|pupil| pupil.links.is_empty()), 1);
    assert_eq!(count(&|pupil| pupil.ine.is_none()), 1);
    assert_eq!(count(&|pupil| pupil.entered_on > school.calendar.starts_on), 1);
    assert_eq!(count(&|pupil| pupil.surname.chars().count() == 60), 1);
    for relation in [38, 42, 50, 51] {
        assert!(count(&|pupil| pupil.links.iter().any(|link| link.relation == relation)) > 0, "{relation}");
    }
    let first = |pupil: &Pupil| pupil.links.iter().filter(|link| link.legal == 1).count();
    assert!(school.pupils.iter().all(|pupil| pupil.links.is_empty() || first(pupil) == 1));
}

#[test]
fn numbers_are_unique() {
    let school = sized(2_000, 11);
    let persons = school.pupils.iter().map(|pupil| &pupil.jointure);
    let persons = persons.chain(school.relatives.iter().map(|relative| &relative.jointure));
    let persons: Vec<_> = persons.chain(school.staff.iter().map(|staff| &staff.jointure)).collect();
    assert_eq!(persons.iter().collect::<HashSet<_>>().len(), persons.len());
    let ines: Vec<_> = school.pupils.iter().filter_map(|pupil| pupil.ine.as_ref()).collect();
    assert_eq!(ines.iter().collect::<HashSet<_>>().len(), ines.len());
    assert!(ines.iter().all(|ine| ine.len() == 11));
    let codes: Vec<_> = school.divisions.iter().map(|division| &division.code).collect();
    let codes: Vec<_> = codes.into_iter().chain(school.groups.iter().map(|group| &group.code)).collect();
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
}

#[test]
fn the_cast_plays_its_parts() {
    let school = school();
    let cast = &school.cast;
    assert_eq!((cast.teacher.jointure.as_str(), cast.teacher.surname.as_str()), ("6000010", "Vidal"));
    let vidal = school.staff.iter().position(|staff| staff.jointure == cast.teacher.jointure).unwrap();
    let hers: Vec<_> = school.services.iter().filter(|service| service.teachers.contains(&vidal)).collect();
    assert_eq!(hers.len(), 5);
    assert!(hers.iter().any(|service| service.group == Cast::CLASS));
    assert_eq!(school.divisions[school.staff[vidal].tutor_of[0]].code, Cast::CLASS);
    let pupil = |jointure: &str| school.pupils.iter().find(|pupil| pupil.jointure == jointure).unwrap();
    let (ines, mariam) = (pupil(&cast.pupil.jointure), pupil(&cast.sister.jointure));
    assert_eq!(school.divisions[ines.division].code, Cast::CLASS);
    assert_eq!(school.divisions[mariam.division].code, Cast::SISTER_CLASS);
    assert_eq!((ines.given.as_str(), ines.surname.as_str()), ("Inès", "Fofana"));
    assert_eq!(ines.links, mariam.links);
    let parents: Vec<_> =
        ines.links.iter().filter(|link| link.legal > 0).map(|link| &school.relatives[link.relative]).collect();
    assert_eq!((&parents[0].given, &parents[1].given), (&"Aïssatou".to_owned(), &"Moussa".to_owned()));
    assert_ne!(parents[0].address, parents[1].address);
    assert_eq!(cast.principal.surname, "Roux");
    assert_eq!(cast.deputy.surname, "Benali");
    assert_eq!(cast.parent_as_teacher.surname, cast.teacher_as_parent.surname);
    assert!(school.staff.iter().all(|staff| staff.surname != cast.inspector.surname));
}

#[test]
fn families_known_by_name_show_the_rights_that_most_never_meet() {
    for school in [school(), sized(40, 3)] {
        let cast = &school.cast;
        let pupil = |member: &Member| school.pupils.iter().find(|pupil| pupil.jointure == member.jointure).unwrap();
        let legal = |kin: &Kin| {
            let held = pupil(&kin.child).links.iter();
            let relative = |link: &&Link| school.relatives[link.relative].jointure == kin.relative.jointure;
            held.filter(relative).map(|link| (link.relation, link.legal)).collect::<Vec<_>>()
        };
        assert_eq!((legal(&cast.supervised), legal(&cast.barred)), (vec![(20, 0)], vec![(20, 0)]));
        let classes: Vec<_> = cast.accompanied.iter().map(|one| &school.divisions[pupil(one).division].code).collect();
        assert_eq!(classes, ["4B", "6A"]);
        let of_age = pupil(&cast.of_age);
        assert_eq!(school.divisions[of_age.division].level, Level::Third);
        assert_eq!(of_age.born_on, date(2008, 8, 20), "eighteen before the year starts");
        assert!(of_age.links.iter().any(|link| link.legal == 1));
        let companions: Vec<_> = school.staff.iter().filter(|staff| staff.function == Function::Companion).collect();
        assert_eq!(companions.len(), 1);
        assert_eq!((&companions[0].surname, &companions[0].sts_id), (&cast.companion.surname, &None));
    }
}
