//! Records as the trade means them.

use jiff::civil::date;

use super::{added, pupil};
use crate::importers::aaf::{Function, Mef, Relation, Relative, RelativeLink, Staff, Stay, Structure, Subject};

#[test]
fn a_pupil_is_read_with_its_links_classes_and_subjects() {
    let (pupil, report) = pupil(&[
        "ENTPersonDateNaissance=01/02/2010",
        "ENTElevePersRelEleve=7$10$1$1$1$0|8$20$0$2$0$1|9$2$$0$$",
        "ENTEleveClasses=3000$1 STMG °3",
        "ENTEleveDateEntreeClasses=3000$18/08/2020$1 STMG °3",
        "ENTEleveDateSortieClasses=",
        "ENTEleveCodeEnseignements=030201|030201|030102",
        "ENTEleveEnseignements=ANGLAIS|ANGLAIS|",
    ]);
    assert_eq!(pupil.birth_date, Some(date(2010, 2, 1)));
    let link = |relative: &str, code: &str, pays, legal, contact, payment| RelativeLink {
        relative: relative.into(),
        relation_code: code.into(),
        pays,
        legal,
        contact,
        payment,
    };
    let links = [
        link("7", "10", true, 1, true, false),
        link("8", "20", false, 2, false, true),
        link("9", "2", false, 0, false, false),
    ];
    assert_eq!(pupil.relatives, links);
    let relations: Vec<Relation> = pupil.relatives.iter().map(RelativeLink::relation).collect();
    assert_eq!(relations, [Relation::Mother, Relation::Father, Relation::Mother]);
    assert_eq!(pupil.classes, [("3000".to_owned(), "1 STMG °3".to_owned())]);
    let entered = Stay { structure: "3000".into(), date: date(2020, 8, 18), class: "1 STMG °3".into() };
    assert_eq!(pupil.entered, [entered]);
    assert!(pupil.left.is_empty());
    let subjects: Vec<_> = pupil.subjects.iter().map(|taken| (taken.code.as_str(), taken.label.as_deref())).collect();
    assert_eq!(subjects, [("030201", Some("ANGLAIS")), ("030102", None)]);
    assert_eq!(report.warnings, []);
}

#[test]
fn both_lists_of_relation_codes_are_told_apart() {
    let table = [
        (Relation::Mother, "10", "2"),
        (Relation::Father, "20", "1"),
        (Relation::OtherMember, "39", "4"),
        (Relation::Tutor, "50", "3"),
        (Relation::Ase, "51", "5"),
        (Relation::Oneself, "70", "7"),
        (Relation::Other, "90", "6"),
    ];
    for (relation, new, old) in table {
        assert_eq!(Relation::from_code(new), relation);
        assert_eq!(Relation::from_code(old), relation);
    }
    let only_new = [
        ("37", Relation::Sibling),
        ("38", Relation::Ascendant),
        ("41", Relation::Educator),
        ("42", Relation::FosterAssistant),
        ("43", Relation::ChildMinder),
    ];
    for (code, relation) in only_new {
        assert_eq!(Relation::from_code(code), relation);
    }
    for code in ["", "0", "01", "02", "11", "100", "mère"] {
        assert_eq!(Relation::from_code(code), Relation::Unknown(code.to_owned()));
    }
}

#[test]
fn an_authority_that_cannot_be_read_grants_nothing_and_is_reported() {
    let (pupil, report) = pupil(&["ENTElevePersRelEleve=7$10$1$3$1$0|8$20$1$$1$0|9$20$1$1$x$0"]);
    assert_eq!(pupil.relatives.iter().map(|link| link.legal).collect::<Vec<_>>(), [0, 0, 1]);
    assert!(!pupil.relatives[2].contact);
    assert_eq!(report.warned["not-a-code"], 3);
}

#[test]
fn a_list_of_the_wrong_shape_is_a_warning_with_file_line_and_attribute() {
    let (pupil, report) = pupil(&["sn=X", "ENTEleveClasses=3000$A$B|3000$C|3000|$D", "ENTElevePersRelEleve=7$10$1"]);
    assert_eq!(pupil.classes, [("3000".to_owned(), "C".to_owned())]);
    assert!(pupil.relatives.is_empty());
    assert_eq!(report.warned["field-count"], 3);
    assert_eq!(report.warned["blank-field"], 1);
    let messages: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(messages[0], "Feed.xml, line 4, attr \"ENTElevePersRelEleve\": 3 fields where 6 are expected");
    assert_eq!(messages[1], "Feed.xml, line 3, attr \"ENTEleveClasses\": 3 fields where 2 are expected");
    assert_eq!(messages[3], "Feed.xml, line 3, attr \"ENTEleveClasses\": field 1 is blank");
}

#[test]
fn a_bad_date_is_a_warning_that_does_not_quote_it() {
    for bad in ["31/02/2010", "2010-02-01", "1/1/10", "00/00/0000", "01/02/2010/3", "+1/02/2010"] {
        let (pupil, report) = pupil(&[&format!("ENTPersonDateNaissance={bad}")]);
        assert_eq!(pupil.birth_date, None);
        assert_eq!(report.warned["not-a-date"], 1);
        assert!(!report.warnings[0].to_string().contains(bad));
    }
    let (pupil, report) = pupil(&["ENTEleveDateEntreeClasses=3000$32/08/2020$A|3000$1/9/2020$B"]);
    assert_eq!(pupil.entered.len(), 1);
    assert_eq!(report.warned["not-a-date"], 1);
}

#[test]
fn uneven_lists_of_subjects_keep_the_codes_alone() {
    let (pupil, report) = pupil(&["ENTEleveCodeEnseignements=1|2", "ENTEleveEnseignements=A|B|C"]);
    assert!(pupil.subjects.len() == 2 && pupil.subjects.iter().all(|taken| taken.label.is_none()));
    assert_eq!(report.warned["uneven-lists"], 1);
}

#[test]
fn a_relative_is_read_with_the_lines_of_its_address() {
    let (record, mut report) = added("PersRelEleve", &["ENTPersonAdresse=1 rue de Test$ $BP 3$", "mail="]);
    let relative = Relative::of(&record, &mut report);
    assert_eq!(relative.address, ["1 rue de Test", "BP 3"]);
    assert_eq!(relative.mail, None);
}

#[test]
fn staff_are_read_with_functions_and_services() {
    let (record, mut report) = added(
        "PersEducNat",
        &[
            "ENTPersonFonctions=50220$ENS$ENSEIGNEMENT$L6510$ARTS|50247$-$SANS OBJET$-$SANS OBJET",
            "ENTAuxEnsClassesMatieres=5$1S2$006600|5$1S2$062900",
            "PersEducNatPresenceDevantEleves=O",
            "ENTAuxEnsClassesPrincipal=5$1S2",
        ],
    );
    let staff = Staff::of(&record, &mut report);
    let function = |structure: &str, code: Option<&str>, label: &str, discipline: Option<&str>, name: &str| Function {
        structure: structure.into(),
        code: code.map(Into::into),
        label: Some(label.into()),
        discipline_code: discipline.map(Into::into),
        discipline_label: Some(name.into()),
    };
    assert_eq!(
        staff.functions,
        [
            function("50220", Some("ENS"), "ENSEIGNEMENT", Some("L6510"), "ARTS"),
            function("50247", None, "SANS OBJET", None, "SANS OBJET"),
        ]
    );
    assert_eq!(staff.before_pupils, Some(true));
    let subjects: Vec<&str> = staff.class_subjects.iter().map(|(_, _, subject)| subject.as_str()).collect();
    assert_eq!(subjects, ["006600", "062900"]);
    assert_eq!(staff.form_tutor_of, [("5".to_owned(), "1S2".to_owned())]);
    assert_eq!(report.warnings, []);
}

#[test]
fn the_same_class_given_once_per_curriculum_is_one_class() {
    let (record, mut report) = added(
        "EtabEducNat",
        &[
            "ENTStructureClasses=3A$3EME A$10310019110|3B$$1|3A$other$10310019111$10310019110",
            "ENTStructureGroupes=3B_G2$G2$3B$3A|SEUL$",
            "ENTStructureNomCourant=CLG-LOUIS ARAGON-ac-CRETEIL",
        ],
    );
    let structure = Structure::of(&record, &mut report);
    assert_eq!(structure.classes.len(), 2);
    assert_eq!(structure.classes[0].label.as_deref(), Some("3EME A"));
    assert_eq!(structure.classes[0].mefs, ["10310019110", "10310019111"]);
    assert_eq!(structure.groups[0].classes, ["3B", "3A"]);
    assert!(structure.groups[1].classes.is_empty());
    assert_eq!(structure.display_name.as_deref(), Some("CLG LOUIS ARAGON"));
    assert_eq!(report.warnings, []);
}

#[test]
fn subjects_and_curricula_are_read() {
    let (record, mut report) = added("MatiereEducNat", &["ENTLibelleMatiere=FRANCAIS", "ENTMatiereRattach=020000"]);
    let subject = Subject { code: "31".into(), label: Some("FRANCAIS".into()), parent: Some("020000".into()) };
    assert_eq!(Subject::of(&record, &mut report), subject);
    let (record, mut report) = added("MefEducNat", &["ENTLibelleMef=3EME", "ENTMEFSTAT11=21160010019"]);
    let mef = Mef { code: "31".into(), label: Some("3EME".into()), parent: None, mefstat: Some("21160010019".into()) };
    assert_eq!(Mef::of(&record, &mut report), mef);
}
