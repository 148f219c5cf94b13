use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;

type Attributes = HashMap<String, Vec<String>>;

/// Text of every leaf with the path of its elements and the attributes on the way, in the order of the file.
fn leaves(path: &Path) -> Vec<(Vec<String>, String)> {
    let mut reader = Reader::from_file(path).unwrap();
    let (mut buffer, mut found, mut stack, mut text) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    let name = |start: &quick_xml::events::BytesStart| {
        let mut name = String::from_utf8(start.name().as_ref().to_vec()).unwrap();
        for attribute in start.attributes() {
            let attribute = attribute.unwrap();
            name = format!("{name} {}", String::from_utf8(attribute.value.to_vec()).unwrap());
        }
        name
    };
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Start(start) => {
                stack.push(name(&start));
                text.clear();
            }
            Event::Empty(start) => {
                let mut path = stack.clone();
                path.push(name(&start));
                found.push((path, String::new()));
            }
            Event::Text(part) => text.push_str(&part.decode().unwrap()),
            Event::GeneralRef(entity) => text.push(match entity.resolve_char_ref().unwrap() {
                Some(letter) => letter,
                None => match entity.decode().unwrap().as_ref() {
                    "amp" => '&',
                    "apos" => '\'',
                    "quot" => '"',
                    "lt" => '<',
                    "gt" => '>',
                    other => panic!("entity {other}"),
                },
            }),
            Event::End(_) => {
                if !text.trim().is_empty() {
                    found.push((stack.clone(), text.trim().to_owned()));
                }
                text.clear();
                stack.pop();
            }
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    assert!(stack.is_empty());
    found
}

/// The records of the AAF files of one kind.
fn records(paths: &[PathBuf], kind: &str) -> Vec<Attributes> {
    let mut records: Vec<Attributes> = Vec::new();
    let files = paths.iter().filter(|path| path.to_string_lossy().contains(&format!("_{kind}_")));
    for (path, text) in files.flat_map(|path| leaves(path)) {
        if path.last().is_some_and(|name| name == "id") {
            records.push(Attributes::new());
        } else if path.iter().any(|name| name == "attributes") {
            let values = records.last_mut().unwrap().entry(path[3].trim_start_matches("attr ").to_owned()).or_default();
            values.extend(Some(text).filter(|text| !text.is_empty()));
        }
    }
    records
}

fn written(school: &School) -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let paths = write_files(school, dir.path()).unwrap();
    (dir, paths)
}

#[test]
fn the_set_is_complete_and_named_as_the_academie_names_it() {
    let (_dir, paths) = written(&school());
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for kind in ["Eleve", "PersRelEleve", "PersEducNat", "EtabEducNat", "MatiereEducNat", "MefEducNat"] {
        assert!(names.contains(&format!("0990042H_Complet_20261116_{kind}_0000.xml")), "{kind} in {names:?}");
    }
    assert!(names.contains(&"sts_emp_0990042H_2026.xml".to_owned()));
    assert!(names.contains(&"emp_sts_0990042H_2026.xml".to_owned()));
    let heads: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()[..60].to_vec()).collect();
    let with = |mark: &str| heads.iter().any(|head| String::from_utf8_lossy(head).contains(mark));
    assert!(with("ISO-8859-15") && with("UTF-8"));
    assert!(heads.iter().any(|head| head.starts_with(b"<!DOCTYPE")));
}

#[test]
fn the_same_school_writes_the_same_bytes() {
    let ((_one, first), (_other, second)) = (written(&school()), written(&school()));
    for (one, other) in first.iter().zip(&second) {
        assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap());
    }
}

#[test]
fn every_list_has_its_fields_and_every_reference_its_target() {
    let school = school();
    let (_dir, paths) = written(&school);
    let (pupils, relatives) = (records(&paths, "Eleve"), records(&paths, "PersRelEleve"));
    let (staff, place) = (records(&paths, "PersEducNat"), records(&paths, "EtabEducNat"));
    assert_eq!((pupils.len(), relatives.len()), (school.pupils.len(), school.relatives.len()));
    assert_eq!(staff.len(), school.staff.len());
    let known: HashSet<_> = relatives.iter().map(|relative| &relative["ENTPersonJointure"][0]).collect();
    let codes = |list: &str| place[0][list].iter().map(|v| v.split('$').next().unwrap()).collect::<HashSet<_>>();
    let (classes, groups) = (codes("ENTStructureClasses"), codes("ENTStructureGroupes"));
    let fields = |record: &Attributes, name: &str, count: usize| {
        for value in &record[name] {
            assert_eq!(value.split('$').count(), count, "{name} {value}");
        }
    };
    for pupil in &pupils {
        fields(pupil, "ENTElevePersRelEleve", 6);
        fields(pupil, "ENTPersonAdresse", 4);
        fields(pupil, "ENTEleveClasses", 2);
        fields(pupil, "ENTEleveDateEntreeClasses", 3);
        assert_eq!(pupil["ENTEleveEnseignements"].len(), pupil["ENTEleveCodeEnseignements"].len());
        assert!(pupil["ENTElevePersRelEleve"].iter().all(|v| known.contains(&v.split('$').next().unwrap().to_owned())));
        assert!(classes.contains(pupil["ENTEleveClasses"][0].split('$').nth(1).unwrap()));
        assert!(pupil["ENTEleveGroupes"].iter().all(|value| groups.contains(value.split('$').nth(1).unwrap())));
    }
    for person in &staff {
        fields(person, "ENTPersonFonctions", 5);
        fields(person, "ENTAuxEnsMEF", 3);
        fields(person, "ENTAuxEnsClassesMatieres", 3);
        fields(person, "ENTAuxEnsGroupesMatieres", 3);
        assert!(person["ENTAuxEnsGroupes"].iter().all(|value| groups.contains(value.split('$').nth(1).unwrap())));
    }
    let named = |records: &[Attributes], surname: &str| records.iter().any(|record| record["sn"][0] == surname);
    assert!(named(&pupils, names::LONGEST_SURNAME));
    assert!(relatives.iter().any(|relative| relative["sn"][0].contains('\'')));
}

#[test]
fn letters_outside_iso_8859_15_survive() {
    let mut school = school();
    school.pupils[3].surname = "Wiśniewski-Lecœur".to_owned();
    let (_dir, paths) = written(&school);
    assert!(records(&paths, "Eleve").iter().any(|pupil| pupil["sn"] == ["Wiśniewski-Lecœur"]));
}

#[test]
fn the_two_sts_files_agree() {
    let school = school();
    let (_dir, paths) = written(&school);
    let leaves_of = |start: &str| {
        leaves(paths.iter().find(|path| path.file_name().unwrap().to_string_lossy().starts_with(start)).unwrap())
    };
    let (down, up) = (leaves_of("sts_emp"), leaves_of("emp_sts"));
    let people: HashSet<_> = down
        .iter()
        .flat_map(|(path, _)| path)
        .filter(|name| name.starts_with("INDIVIDU "))
        .map(|n| n.split(' ').nth(1))
        .collect();
    let lessons = up.iter().filter(|(path, _)| path.last().is_some_and(|name| name == "HEURE_DEBUT"));
    let with_doubles: usize = school.services.iter().map(|service| service.slots.len() * service.teachers.len()).sum();
    assert_eq!(lessons.clone().count(), with_doubles);
    for (path, _) in lessons {
        let teacher = path.iter().find(|name| name.starts_with("ENSEIGNANT ")).unwrap();
        assert!(people.contains(&teacher.split(' ').nth(2)), "{teacher}");
    }
    let mondays = up.iter().filter(|(path, _)| path.last().is_some_and(|name| name == "DATE_DEBUT_SEMAINE"));
    assert_eq!(mondays.count(), school.calendar.mondays().len() * 2);
    assert!(up.iter().any(|(path, text)| path.last().is_some_and(|name| name == "CO_ENS") && text == "true"));
    let tutors = down.iter().filter(|(path, _)| path.iter().any(|name| name == "PROF_PRINC")).count();
    assert_eq!(tutors, 20);
}

#[test]
fn ten_thousand_pupils_take_a_few_seconds() {
    let start = Instant::now();
    let school = generate(&Options { pupils: 10_000, ..Options::default() });
    let (_dir, paths) = written(&school);
    assert!(start.elapsed().as_secs() < 20);
    assert_eq!(school.pupils.len(), 10_000);
    let parts = paths.iter().filter(|path| path.to_string_lossy().contains("_Eleve_")).count();
    assert_eq!(parts, 5);
    assert_no_clash(&school);
}
