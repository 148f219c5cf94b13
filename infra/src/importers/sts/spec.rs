use jiff::civil::{Date, date, time};

use super::{CoTaught, Document, Mismatch, Sts, TeacherKind, Timetable, Weeks, read, weeks_mask};
use crate::importers::{ParseError, Report};

mod published;

fn document(text: &str) -> Result<(Document, Report), ParseError> {
    let mut report = Report::default();
    let document = read("sts.xml", &mut text.as_bytes(), &mut report)?;
    Ok((document, report))
}

fn services(body: &str) -> (Sts, Report) {
    let text = format!(
        "<STS_EDT><PARAMETRES><UAJ CODE=\"0771991W\"/><ANNEE_SCOLAIRE ANNEE=\"2026\"/></PARAMETRES>{body}</STS_EDT>"
    );
    match document(&text).unwrap() {
        (Document::Descending(sts), report) => (*sts, report),
        (Document::Ascending(_), _) => panic!("the other document"),
    }
}

fn timetable(body: &str) -> (Timetable, Report) {
    let text = format!(
        "<EDT_STS><PARAMETRES><UAJ>0771991W</UAJ><ANNEE_SCOLAIRE>2026</ANNEE_SCOLAIRE></PARAMETRES>\n\
         <DONNEES>{body}</DONNEES></EDT_STS>"
    );
    match document(&text).unwrap() {
        (Document::Ascending(timetable), report) => (timetable, report),
        (Document::Descending(_), _) => panic!("the other document"),
    }
}

/// A class with one service; `inside` is what its teachers' list holds.
fn class(code: &str, inside: &str) -> String {
    format!(
        "<DIVISION CODE=\"{code}\"><SERVICES><SERVICE CODE_MATIERE=\"020700\" CODE_MOD_COURS=\"CG\">\
         <HEURES_STRUCTURE>4.5</HEURES_STRUCTURE><CO_ENS>true</CO_ENS>{inside}</SERVICE></SERVICES></DIVISION>"
    )
}

fn lesson(weekday: &str, starts: &str, length: &str) -> String {
    format!(
        "<COURS><CODE_ALTERNANCE>H</CODE_ALTERNANCE><JOUR>{weekday}</JOUR><HEURE_DEBUT>{starts}</HEURE_DEBUT>\
         <DUREE>{length}</DUREE><CODE_SALLE/></COURS>"
    )
}

fn teacher(id: &str, lessons: &str) -> String {
    format!("<ENSEIGNANT TYPE=\"local\" ID=\"{id}\"><COURS_RATTACHES>{lessons}</COURS_RATTACHES></ENSEIGNANT>")
}

#[test]
fn groups_inside_classes_are_found() {
    let group = "<GROUPE CODE=\"3B_G2\"><DIVISIONS_APPARTENANCE><DIVISION_APPARTENANCE CODE=\"3B\"/>\
                 <DIVISION_APPARTENANCE CODE=\"3A\"/></DIVISIONS_APPARTENANCE></GROUPE>";
    let bodies = [
        format!("<STRUCTURE><DIVISIONS>{}<GROUPES>{group}</GROUPES></DIVISIONS></STRUCTURE>", class("3B", "")),
        format!("<STRUCTURE><DIVISIONS>{}{group}</DIVISIONS></STRUCTURE>", class("3B", "")),
        format!(
            "<STRUCTURE><DIVISIONS>{}</DIVISIONS></STRUCTURE>",
            class("3B", "").replace("<SERVICES>", &format!("<GROUPES>{group}</GROUPES><SERVICES>"),)
        ),
    ];
    for body in bodies {
        let (timetable, report) = timetable(&body);
        assert_eq!(timetable.divisions.len(), 1);
        assert_eq!(timetable.groups[0].code, "3B_G2");
        assert_eq!(timetable.groups[0].divisions, ["3B", "3A"]);
        assert_eq!(report, Report::default());
    }
}

#[test]
fn a_class_may_be_absent_and_a_service_without_teacher_or_lesson() {
    let (timetable, report) = timetable("<STRUCTURE><GROUPES/></STRUCTURE>");
    assert!(timetable.divisions.is_empty() && timetable.services.is_empty());
    assert_eq!(report, Report::default());
    let inside = ["", "<ENSEIGNANTS/>", &format!("<ENSEIGNANTS>{}</ENSEIGNANTS>", teacher("7", ""))];
    for (inside, teachers) in inside.into_iter().zip([0, 0, 1]) {
        let (timetable, report) = self::timetable(&format!("<STRUCTURE>{}</STRUCTURE>", class("3A", inside)));
        let service = &timetable.services[0];
        assert_eq!(service.teachers.len(), teachers);
        assert!(service.teachers.iter().all(|teacher| teacher.lessons.is_empty()));
        assert_eq!(service.hours_hundredths, Some(450));
        assert_eq!(service.modality.as_deref(), Some("CG"));
        assert_eq!(report, Report::default());
    }
}

#[test]
fn the_same_lesson_under_two_teachers_is_kept_under_both() {
    let slot = lesson("4", "1402", "0130");
    let inside = format!("<ENSEIGNANTS>{}{}</ENSEIGNANTS>", teacher("7", &slot), teacher("8", &slot));
    let (timetable, _) = timetable(&format!("<STRUCTURE>{}</STRUCTURE>", class("3A", &inside)));
    let service = &timetable.services[0];
    assert_eq!(service.co_teaching, CoTaught::Together);
    assert_eq!(service.teachers[0].lessons, service.teachers[1].lessons);
    let lesson = &service.teachers[0].lessons[0];
    assert_eq!((lesson.weekday, lesson.starts, lesson.minutes), (4, time(14, 2, 0, 0), 90));
    assert_eq!((lesson.alternance.as_str(), lesson.room.as_deref()), ("H", None));
    assert_eq!(service.teachers[0].kind, TeacherKind::Local);
}

#[test]
fn a_lesson_that_cannot_be_read_is_left_out_with_one_warning() {
    let whole = lesson("1", "0830", "0055");
    let bad = [
        lesson("8", "0830", "0055"),
        lesson("0", "0830", "0055"),
        lesson("lundi", "0830", "0055"),
        lesson("1", "2430", "0055"),
        lesson("1", "08h30", "0055"),
        lesson("1", "0830", "0000"),
        lesson("1", "0830", "0075"),
        whole.replace("<DUREE>0055</DUREE>", ""),
        whole.replace("<CODE_ALTERNANCE>H", "<CODE_ALTERNANCE>"),
        lesson("", "0830", "0055"),
    ];
    for bad in bad {
        let inside = format!("<ENSEIGNANTS>{}</ENSEIGNANTS>", teacher("7", &format!("{bad}{whole}")));
        let (timetable, report) = timetable(&format!("<STRUCTURE>{}</STRUCTURE>", class("3A", &inside)));
        assert_eq!(timetable.services[0].teachers[0].lessons.len(), 1, "{bad}");
        assert_eq!(report.warnings_count(), 1, "{bad}");
        assert!(report.warnings[0].element.contains("DIVISION \"3A\"/SERVICES/SERVICE"), "{}", report.warnings[0]);
    }
    let (timetable, _) = timetable(&format!(
        "<STRUCTURE>{}</STRUCTURE>",
        class("3A", &format!("<ENSEIGNANTS>{}</ENSEIGNANTS>", teacher("7", &lesson("1", "830", "0055"))))
    ));
    assert_eq!(timetable.services[0].teachers[0].lessons[0].starts, time(8, 30, 0, 0));
}

#[test]
fn week_starts_are_kept_as_sent() {
    let (timetable, report) = timetable(
        "<ALTERNANCES><ALTERNANCE CODE=\"SA\"><LIBELLE_COURT> Sem A </LIBELLE_COURT><SEMAINES>\
         <DATE_DEBUT_SEMAINE>\n 2026-09-03 </DATE_DEBUT_SEMAINE><DATE_DEBUT_SEMAINE>2026-09-14</DATE_DEBUT_SEMAINE>\
         <DATE_DEBUT_SEMAINE>2026-09-14</DATE_DEBUT_SEMAINE><DATE_DEBUT_SEMAINE>14/09/2026</DATE_DEBUT_SEMAINE>\
         </SEMAINES></ALTERNANCE></ALTERNANCES>",
    );
    assert_eq!(timetable.alternances[0].label.as_deref(), Some("Sem A"));
    assert_eq!(timetable.alternances[0].week_starts, [date(2026, 9, 3), date(2026, 9, 14)]);
    assert_eq!(report.warned["not-a-date"], 1);
}

#[test]
fn weeks_become_bits_counted_from_the_week_of_the_start_of_the_year() {
    let tuesday = date(2026, 9, 1);
    assert_eq!(weeks_mask(tuesday, &[date(2026, 8, 31), date(2026, 9, 14)]).mask, 0b101);
    assert_eq!(weeks_mask(date(2026, 8, 31), &[date(2026, 9, 7)]).mask, 0b10);
    assert_eq!(weeks_mask(date(2026, 9, 6), &[date(2026, 9, 7)]).mask, 0b10);
    assert_eq!(weeks_mask(tuesday, &[]), Weeks::default());
    // Across the change to winter time and the end of the year.
    assert_eq!(weeks_mask(tuesday, &[date(2027, 1, 4)]).mask, 1 << 18);
}

#[test]
fn a_week_that_starts_on_another_day_is_its_own_week_and_is_reported() {
    let thursday = date(2026, 9, 10);
    let weeks = weeks_mask(date(2026, 9, 1), &[thursday, date(2026, 9, 13), date(2026, 9, 14)]);
    assert_eq!(weeks.mask, 0b110);
    assert_eq!(weeks.moved, [thursday, date(2026, 9, 13)]);
    assert!(weeks.out_of_range.is_empty());
}

#[test]
fn a_week_out_of_the_year_is_reported() {
    let (last, late) = (date(2027, 11, 15), date(2027, 11, 22));
    let early = date(2026, 8, 24);
    let weeks = weeks_mask(date(2026, 9, 1), &[early, late, last, Date::MAX, Date::MIN]);
    assert_eq!(weeks.mask, 1 << 63);
    assert_eq!(weeks.out_of_range, [early, late, Date::MAX, Date::MIN]);
}

#[test]
fn a_timetable_of_another_year_or_school_is_told() {
    let (sts, _) = services("");
    let (timetable, _) = timetable("");
    assert_eq!(timetable.belongs_to(&sts), Ok(()));
    let other = Timetable { year: 2025, ..timetable.clone() };
    assert_eq!(other.belongs_to(&sts), Err(Mismatch::Year { services: 2026, timetable: 2025 }));
    let other = Timetable { uai: "0382032C".into(), ..timetable };
    assert!(matches!(other.belongs_to(&sts), Err(Mismatch::School { .. })));
}

#[test]
fn hours_left_open_are_an_error_with_file_line_and_element() {
    let text = "<EDT_STS>\n<DONNEES>\n<HORAIRES>\n<HORAIRE JOUR=\"1\"></HORAIRE>\n<ALTERNANCES/>\n</DONNEES></EDT_STS>";
    let error = document(text).map(drop).unwrap_err();
    let message = "sts.xml, line 6, EDT_STS/DONNEES/HORAIRES: <HORAIRES>, opened at line 3, meets </DONNEES>";
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_file_without_school_or_year_is_an_error() {
    let error = document("<STS_EDT><PARAMETRES/></STS_EDT>").map(drop).unwrap_err();
    assert!(error.to_string().ends_with("PARAMETRES/UAJ is absent"));
    let text = "<EDT_STS><PARAMETRES><UAJ>1</UAJ><ANNEE_SCOLAIRE>deux mille</ANNEE_SCOLAIRE></PARAMETRES></EDT_STS>";
    let error = document(text).map(drop).unwrap_err();
    assert!(error.to_string().ends_with("PARAMETRES/ANNEE_SCOLAIRE is absent"));
    assert!(document("<BEE_ELEVES/>").is_err());
}

#[test]
fn teachers_are_read_with_their_title_and_classes() {
    let (sts, report) = services(
        "<DONNEES><INDIVIDUS><INDIVIDU ID=\"9\" TYPE=\"local\"><CIVILITE> 2 </CIVILITE><NOM_USAGE>\n DOE\n</NOM_USAGE>\
         <DATE_NAISSANCE>1970-02-30</DATE_NAISSANCE><PROFS_PRINC><PROF_PRINC><CODE_STRUCTURE>3A</CODE_STRUCTURE>\
         </PROF_PRINC></PROFS_PRINC><HUMEUR>bonne</HUMEUR></INDIVIDU><INDIVIDU/></INDIVIDUS></DONNEES>\
         <NOMENCLATURES><CIVILITES><CIVILITE CODE=\"2\"><LIBELLE_LONG>Mme</LIBELLE_LONG></CIVILITE></CIVILITES>\
         </NOMENCLATURES>",
    );
    let [teacher] = sts.teachers.as_slice() else { panic!("{} teachers", sts.teachers.len()) };
    assert_eq!((teacher.id.as_str(), &teacher.kind), ("9", &TeacherKind::Local));
    assert_eq!((teacher.family_name.as_deref(), teacher.title.as_deref()), (Some("DOE"), Some("Mme")));
    assert_eq!((teacher.birth_date, teacher.form_tutor_of.as_slice()), (None, ["3A".to_owned()].as_slice()));
    assert_eq!((report.warned["not-a-date"], report.warned["absent"]), (1, 1));
    assert_eq!(report.unknown["<HUMEUR>"], 1);
}
