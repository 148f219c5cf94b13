//! The published files, counted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use crate::importers::aaf::{
    Category, Pupil, Record, Relation, Relative, RelativeLink, Request, Staff, Structure, each_request,
};
use crate::importers::package::{Contents, PackageError, for_each_file};
use crate::importers::{ParseError, Report, samples};

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Parse(#[from] ParseError),
}

/// Everything in a folder of the samples.
fn records(folder: &str) -> Option<(Vec<Record>, Report, Contents)> {
    let folder = samples::find(folder)?;
    let (mut records, mut report) = (Vec::new(), Report::default());
    let contents = for_each_file::<Failure>(&[folder], |name, input: &mut dyn Read| {
        each_request(name, input, &mut report, |request, _| {
            let Request::Add(record) = request else { panic!("{request:?}") };
            records.push(record);
            Ok(())
        })
    });
    Some((records, report, contents.unwrap()))
}

fn of<T>(records: &[Record], category: Category, report: &mut Report, read: fn(&Record, &mut Report) -> T) -> Vec<T> {
    records.iter().filter(|record| record.category == category).map(|record| read(record, report)).collect()
}

fn tally<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, usize> {
    let mut tally = BTreeMap::new();
    for key in keys {
        *tally.entry(key).or_default() += 1;
    }
    tally
}

#[test]
fn the_pupils_of_2013_have_the_links_counted_in_the_published_set() {
    let Some((records, mut report, contents)) = records("aaf/scrubbed") else {
        return;
    };
    assert_eq!(contents, Contents { files: 3, skipped: 1 });
    let pupils = of(&records, Category::Pupil, &mut report, Pupil::of);
    assert_eq!(pupils.len(), 642);
    let per_pupil = tally(pupils.iter().map(|pupil| pupil.relatives.len()));
    assert_eq!(per_pupil, BTreeMap::from([(0, 20), (1, 282), (2, 246), (3, 86), (4, 8)]));
    let links: Vec<_> = pupils.iter().flat_map(|pupil| &pupil.relatives).collect();
    assert_eq!(links.len(), 1_064);
    let codes = tally(links.iter().map(|link| link.relation_code.as_str()));
    assert_eq!(codes, BTreeMap::from([("2", 459), ("1", 369), ("4", 126), ("6", 59), ("7", 26), ("3", 19), ("5", 6)]));
    assert!(links.iter().all(|link| !matches!(link.relation(), Relation::Unknown(_))));
    let tuples = tally(links.iter().map(|link| {
        let flags = [link.pays, link.contact, link.payment].map(u8::from);
        format!("{}${}${}${}${}", link.relation_code, flags[0], link.legal, flags[1], flags[2])
    }));
    let expected = [("2$1$1$0$0", 253), ("1$1$1$0$0", 218), ("2$0$2$0$0", 126), ("4$0$0$1$0", 99), ("7$1$1$0$0", 24)];
    for (tuple, count) in expected {
        assert_eq!(tuples[tuple], count, "{tuple}");
    }
    assert_eq!(report.warnings, []);
    assert_eq!(report.unknown, BTreeMap::new());
}

#[test]
fn the_pupils_of_2013_are_in_one_class_each() {
    let Some((records, mut report, _)) = records("aaf/scrubbed") else {
        return;
    };
    let pupils = of(&records, Category::Pupil, &mut report, Pupil::of);
    let structures: BTreeSet<_> = pupils.iter().filter_map(|pupil| pupil.structure.as_deref()).collect();
    let classes: BTreeSet<_> = pupils.iter().flat_map(|pupil| &pupil.classes).collect();
    let groups: BTreeSet<_> = pupils.iter().flat_map(|pupil| &pupil.groups).collect();
    assert_eq!((structures.len(), classes.len(), groups.len()), (10, 173, 70));
    assert!(pupils.iter().all(|pupil| pupil.classes.len() == 1));
    assert_eq!(pupils.iter().filter(|pupil| !pupil.groups.is_empty()).count(), 70);
    assert_eq!(pupils.iter().map(|pupil| pupil.groups.len()).max(), Some(5));
    assert_eq!(pupils.iter().map(|pupil| pupil.subjects.len()).max(), Some(20));
    assert_eq!(pupils.iter().filter(|pupil| pupil.title.is_none()).count(), 9);
    assert!(pupils.iter().all(|pupil| pupil.birth_date.is_some() && pupil.siecle_id.is_some()));
}

#[test]
fn the_relatives_of_2013_are_not_all_referenced() {
    let Some((records, mut report, _)) = records("aaf/scrubbed") else {
        return;
    };
    let pupils = of(&records, Category::Pupil, &mut report, Pupil::of);
    let relatives = of(&records, Category::Relative, &mut report, Relative::of);
    let children = tally(pupils.iter().flat_map(|pupil| &pupil.relatives).map(|link| link.relative.as_str()));
    assert_eq!(relatives.len(), 1_229);
    let shared = tally(children.values().copied());
    assert_eq!(shared, BTreeMap::from([(1, 996), (2, 31), (3, 2)]));
    let known: BTreeSet<_> = relatives.iter().map(|relative| relative.jointure.as_str()).collect();
    assert_eq!(children.keys().filter(|id| known.contains(*id)).count(), 1_029);
    assert_eq!(known.iter().filter(|id| !children.contains_key(*id)).count(), 200);
    assert_eq!(relatives.iter().filter(|relative| relative.title.is_none()).count(), 82);
    assert!(relatives.iter().all(|relative| relative.mail.is_none()));
}

#[test]
fn the_staff_of_2013_have_the_services_counted_in_the_published_set() {
    let Some((records, mut report, _)) = records("aaf/scrubbed") else {
        return;
    };
    let staff = of(&records, Category::Staff, &mut report, Staff::of);
    assert_eq!(staff.len(), 701);
    assert_eq!(staff.iter().filter(|person| person.functions.is_empty()).count(), 96);
    assert_eq!(staff.iter().map(|person| person.functions.len()).max(), Some(25));
    let taught = |person: &Staff| person.class_subjects.len() + person.group_subjects.len();
    assert_eq!(staff.iter().filter(|person| taught(person) > 0).count(), 276);
    assert_eq!(staff.iter().map(taught).max(), Some(28));
    let place = |(structure, code, _): &(String, String, String)| (structure.clone(), code.clone());
    let classes: BTreeSet<_> = staff.iter().flat_map(|person| &person.class_subjects).map(place).collect();
    let groups: BTreeSet<_> = staff.iter().flat_map(|person| &person.group_subjects).map(place).collect();
    assert_eq!((classes.len(), groups.len()), (1_128, 758));
    let schools: BTreeSet<_> = classes.iter().chain(&groups).map(|(structure, _)| structure).collect();
    assert_eq!(schools.len(), 141);
    assert_eq!(staff.iter().filter(|person| !person.form_tutor_of.is_empty()).count(), 97);
    assert_eq!(staff.iter().map(|person| person.form_tutor_of.len()).max(), Some(2));
    assert!(staff.iter().all(|person| person.mail.is_none() && person.before_pupils.is_some()));
    assert_eq!(report.warnings, []);
}

#[test]
fn the_files_of_2020_are_read_in_their_two_encodings() {
    let Some((records, mut report, _)) = records("aaf") else {
        return;
    };
    let new = records.iter().filter(|record| record.id.len() < 7 || record.id == "2000000");
    let new: Vec<Record> = new.cloned().collect();
    let structures = of(&new, Category::Structure, &mut report, Structure::of);
    let [school] = structures.as_slice() else { panic!("{structures:?}") };
    assert_eq!(school.uai.as_deref(), Some("0000000V"));
    assert_eq!(school.display_name.as_deref(), Some("NOM STRUCTURE COURANT"));
    assert_eq!(school.ministry.as_deref(), Some("MINISTERE DE L'EDUCATION NATIONALE"));
    assert_eq!(school.town.as_deref(), Some("DOUAI"));
    let pupils = of(&new, Category::Pupil, &mut report, Pupil::of);
    assert_eq!(pupils.len(), 1);
    let relations: Vec<Relation> = pupils[0].relatives.iter().map(RelativeLink::relation).collect();
    assert_eq!(relations, [Relation::Mother, Relation::Father]);
    assert_eq!(pupils[0].relatives[0].relative, pupils[0].jointure);
    assert_eq!(pupils[0].ine.as_deref(), Some("100000000AA"));
    assert_eq!((report.unknown, report.warnings), (BTreeMap::new(), vec![]));
}
