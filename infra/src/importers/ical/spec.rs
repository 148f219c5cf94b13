use jiff::civil::{DateTime, date, datetime};
use jiff::tz::TimeZone;

use super::{Event, Kind, Labels, Moment, each_event};
use crate::importers::{ParseError, Problem, Report};

/// A lesson as PRONOTE writes one; everybody and everything in it is made up.
const LESSON: &str = "BEGIN:VEVENT\r\n\
    UID:Cours-40048-1-20260924T195501Z-Index-Education\r\n\
    DTSTAMP:20260924T195501Z\r\n\
    DTSTART:20260902T081500Z\r\n\
    DTEND:20260902T091000Z\r\n\
    SUMMARY;LANGUAGE=fr:SCIENCES VIE & TERRE - 4D\r\n\
    CATEGORIES:Cours - Cours modifié\r\n\
    DESCRIPTION;LANGUAGE=fr:Matière : SCIENCES VIE &amp\\; TERRE\\nClasse : 4D\\nSalle : 12\\, labo\\n\r\n\
    END:VEVENT\r\n";

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Index Education//PRONOTE//FR\r\n{events}END:VCALENDAR\r\n")
}

fn event(properties: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\r\nUID:1\r\n{properties}\r\nEND:VEVENT\r\n"))
}

fn read(text: &[u8]) -> (Result<Vec<Event>, ParseError>, Report) {
    let (mut events, mut report) = (Vec::new(), Report::default());
    let mut input = text;
    let read = each_event("edt.ics", &mut input, &mut report, |event, _| {
        events.push(event);
        Ok::<(), ParseError>(())
    });
    (read.map(|()| events), report)
}

fn one(text: &str) -> Event {
    let mut events = read(text.as_bytes()).0.unwrap();
    assert_eq!(events.len(), 1);
    events.remove(0)
}

fn refused(text: &str) -> String {
    read(text.as_bytes()).0.unwrap_err().to_string()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

/// The starts of the year 2026-2027.
fn starts(properties: &str) -> Vec<DateTime> {
    one(&event(properties)).timing.starts_between(&paris(), date(2026, 9, 1), date(2027, 7, 3))
}

#[test]
fn a_lesson_says_its_hour_and_its_labels() {
    let lesson = one(&calendar(LESSON));
    assert_eq!((lesson.line, lesson.stable_uid().as_str()), (4, "Cours-40048-1"));
    assert_eq!(lesson.timing.minutes, Some(55));
    let here = lesson.timing.starts_between(&paris(), date(2026, 9, 1), date(2027, 7, 3));
    assert_eq!(here, [datetime(2026, 9, 2, 10, 15, 0, 0)]);
    let labels = Labels::of(&lesson);
    assert_eq!(labels.subject.as_deref(), Some("SCIENCES VIE & TERRE"));
    assert_eq!((labels.classes, labels.room.as_deref()), (vec!["4D".to_owned()], Some("12, labo")));
    assert_eq!((labels.kind, labels.named), (Kind::Lesson, true));
}

#[test]
fn a_line_folded_anywhere_even_inside_a_character_is_the_same_line() {
    let whole = read(calendar(LESSON).as_bytes()).0.unwrap();
    for width in 1..=80 {
        let mut folded = Vec::new();
        for line in calendar(LESSON).split_inclusive("\r\n") {
            let parts: Vec<&[u8]> = line.trim_end().as_bytes().chunks(width).collect();
            folded.extend(parts.join(&b"\r\n "[..]));
            folded.extend(b"\r\n");
        }
        let mut events = read(&folded).0.unwrap();
        events[0].line = whole[0].line;
        assert_eq!(events, whole, "folded at {width} bytes");
    }
}

#[test]
fn a_file_cut_anywhere_or_with_any_byte_changed_is_an_answer_and_never_a_panic() {
    let text = calendar(LESSON).into_bytes();
    let end = text.len() - "END:VCALENDAR\r\n".len();
    for cut in 1..end {
        let problem = read(&text[..cut]).0.unwrap_err();
        assert_eq!(&*problem.file, "edt.ics");
        assert!(problem.line > 0, "{problem}");
    }
    for at in 0..text.len() {
        for byte in [0, b'\n', b':', b';', b'"', b',', b'\\', 0xff] {
            let mut text = text.clone();
            text[at] = byte;
            let _ = read(&text);
        }
    }
}

#[test]
fn an_error_names_the_file_the_line_and_the_property() {
    let lines = [
        ("DTSTART:20260230T081500Z", "edt.ics, line 6, VEVENT/DTSTART: not a time"),
        ("DTSTART;VALUE=DATE:2026-09-02", "edt.ics, line 6, VEVENT/DTSTART: not a day of the calendar"),
        ("DTSTART;TZID=Lune/Tranquillité:20260902T081500", "the time zone \"Lune/Tranquillité\" is unknown"),
        ("DTSTART:20260902T081500Z\r\nDTEND:20260902T081400Z", "edt.ics, line 7, VEVENT/DTEND: not a time"),
        ("DTSTART:20260902T081500Z\r\nRRULE:FREQ=WEEKLY;INTERVAL=0", "line 7, VEVENT/RRULE: not a number"),
        ("SUMMARY:x", "edt.ics, line 4, VEVENT: DTSTART is absent"),
        ("a line of nothing", "edt.ics, line 6: neither a property"),
    ];
    for (properties, expected) in lines {
        let said = refused(&event(properties));
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("20260230"), "no value is quoted");
    }
    assert!(refused("BEGIN:VCARD\r\n").contains("the root is <VCARD> where <VCALENDAR>"));
    assert!(refused("").contains("no element"));
    assert!(refused("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n").contains("opened at line 2"));
    let latin = [b"BEGIN:VCALENDAR\r\nX:Mati".as_slice(), b"\xe8re\r\nEND:VCALENDAR\r\n"].concat();
    assert_eq!(read(&latin).0.unwrap_err().problem, Problem::NotInEncoding("UTF-8"));
}

#[test]
fn nothing_is_read_without_a_limit() {
    let long = format!("BEGIN:VCALENDAR\r\nX-LONG:{}", "x".repeat(70_000));
    assert!(matches!(read(long.as_bytes()).0.unwrap_err().problem, Problem::TooLarge(_)));
    let folded = format!("BEGIN:VCALENDAR\r\nX-LONG:{}", "x\r\n ".repeat(70_000));
    assert!(matches!(read(folded.as_bytes()).0.unwrap_err().problem, Problem::TooLarge(_)));
    let deep = format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:X\r\n".repeat(9));
    assert!(matches!(read(deep.as_bytes()).0.unwrap_err().problem, Problem::TooDeep(_)));
    let old = "DTSTART:00010101T080000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU";
    assert!(starts(old).is_empty());
    assert_eq!(starts("DTSTART:20260903T080000\r\nRRULE:FREQ=WEEKLY;INTERVAL=65535;COUNT=4000000000").len(), 1);
}

#[test]
fn an_hour_is_that_of_the_school_whatever_the_zone_it_is_written_in() {
    let summer = datetime(2026, 9, 2, 10, 15, 0, 0);
    for start in [
        "DTSTART:20260902T081500Z",
        "DTSTART:20260902T101500",
        "DTSTART;TZID=Europe/Paris:20260902T101500",
        "DTSTART;TZID=\"Romance Standard Time\":20260902T101500",
        "DTSTART;TZID=/citadel.org/20211021_1/Europe/Paris:20260902T101500",
        "DTSTART;TZID=America/Martinique:20260902T041500",
    ] {
        assert_eq!(starts(&format!("{start}\r\nDURATION:PT55M")), [summer], "{start}");
    }
    assert_eq!(
        starts("DTSTART:20261202T091500Z"),
        [datetime(2026, 12, 2, 10, 15, 0, 0)],
        "in winter, an hour later in UTC"
    );
}

#[test]
fn a_weekly_lesson_follows_its_clock_and_leaves_out_its_exceptions() {
    let rule = "DTSTART;TZID=Europe/Paris:20261012T080000\r\nDURATION:PT1H\r\n\
                RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261109T235959Z\r\nEXDATE;TZID=Europe/Paris:20261019T080000,20261022T080000\r\n\
                EXDATE;VALUE=DATE:20261102";
    let days: Vec<_> = starts(rule).into_iter().map(|at| (at.month(), at.day(), at.hour())).collect();
    // The clocks change on 25 October: it is at eight all the same.
    assert_eq!(days, [(10, 12, 8), (10, 15, 8), (10, 26, 8), (10, 29, 8), (11, 5, 8), (11, 9, 8)]);
}

#[test]
fn a_fortnight_counts_its_weeks_and_its_starts() {
    let days = |rule: &str| -> Vec<(i8, i8)> {
        let start = "DTSTART:20260903T080000\r\nDURATION:PT1H\r\n";
        starts(&format!("{start}{rule}")).into_iter().map(|at| (at.month(), at.day())).collect()
    };
    assert_eq!(days("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"), [(9, 3), (9, 17), (10, 1)]);
    // A Tuesday before the first start is none: the count begins with it.
    assert_eq!(days("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,TH"), [(9, 3), (9, 15), (9, 17)]);
    assert_eq!(days("RRULE:FREQ=WEEKLY;COUNT=2\r\nRDATE:20260905T080000"), [(9, 3), (9, 5), (9, 10)]);
}

#[test]
fn another_repetition_is_a_warning_and_its_event_is_left_out() {
    for rule in ["FREQ=MONTHLY", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYSETPOS=1"] {
        let (events, report) = read(event(&format!("DTSTART:20260903T080000\r\nRRULE:{rule}")).as_bytes());
        assert!(events.unwrap().is_empty(), "{rule}");
        assert_eq!(report.warned["not-weekly"], 1);
        assert!(report.warnings[0].to_string().starts_with("edt.ics, line 7, VEVENT/RRULE"), "{}", report.warnings[0]);
    }
}

#[test]
fn what_is_no_lesson_or_is_not_held_is_told() {
    let kind = |properties: &str| Labels::of(&one(&event(properties))).kind;
    let hour = "DTSTART:20260902T081500Z\r\nDTEND:20260902T091000Z\r\n";
    assert_eq!(kind("DTSTART;VALUE=DATE:20261111\r\nCATEGORIES:Jours fériés"), Kind::Other);
    assert_eq!(kind(&format!("{hour}CATEGORIES:Réservation de matériel")), Kind::Other);
    assert_eq!(kind(&format!("{hour}CATEGORIES:Cours - Cours annulé")), Kind::Cancelled);
    assert_eq!(kind(&format!("{hour}SUMMARY:Cours annulé : ANGLAIS - 4A")), Kind::Cancelled);
    assert_eq!(kind(&format!("{hour}STATUS:CANCELLED")), Kind::Cancelled);
    assert_eq!(kind(&format!("{hour}CATEGORIES:Cours - Exceptionnel")), Kind::Lesson);
}

#[test]
fn a_group_or_a_part_of_a_class_is_read_from_the_line_that_names_it() {
    let labels = |properties: &str| Labels::of(&one(&event(&format!("DTSTART:20260902T081500Z\r\n{properties}"))));
    let group = labels("DESCRIPTION:Matière : LATIN\\nGroupe : [3LAT]\\, [3GRE]\\nProfesseurs : M. NIL\\, Mme ZÉRO\\n");
    assert_eq!(group.groups, ["3LAT", "3GRE"]);
    assert_eq!(group.teachers, ["M. NIL", "Mme ZÉRO"]);
    let part = labels("SUMMARY:EPS - 3E\r\nDESCRIPTION:Matière : EPS\\nPartie de classe : <3E> 3°EP1");
    assert_eq!((part.groups, part.classes), (vec!["<3E> 3°EP1".to_owned()], vec![]));
    let summary = labels("SUMMARY:TRAVAUX PRATIQUES - SVT - 4A");
    assert_eq!(
        (summary.subject.as_deref(), summary.classes.as_slice()),
        (Some("TRAVAUX PRATIQUES - SVT"), &["4A".into()][..])
    );
    assert!(!summary.named);
}

#[test]
fn a_uid_without_a_time_of_export_is_kept_whole() {
    let uid = |uid: &str| {
        let mut lesson = one(&calendar(LESSON));
        lesson.uid = uid.to_owned();
        lesson.stable_uid()
    };
    assert_eq!(uid("Cours-144149-42-L016-Index-Education"), "Cours-144149-42-L016-Index-Education");
    assert_eq!(uid("20260924T195501Z-1"), "20260924T195501Z-1");
    assert_eq!(uid("3f2a@exemple.invalid"), "3f2a@exemple.invalid");
}

#[test]
fn an_override_says_which_start_it_stands_for() {
    let moved = one(&event("DTSTART:20260910T100000\r\nRECURRENCE-ID:20260910T080000"));
    assert_eq!(moved.replaces, Some(Moment::Floating(datetime(2026, 9, 10, 8, 0, 0, 0))));
}
