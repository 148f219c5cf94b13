//! Tables of what French people expect to read. A plain space in a table stands for any no-break space.

use jiff::civil::{date, time};

use super::*;

fn plain(text: &str) -> String {
    text.replace([NBSP, THIN], " ")
}

#[test]
fn dates_are_said_in_full() {
    let table = [
        (date(2026, 11, 23), "lundi 23 novembre", "lundi 23 novembre 2026"),
        (date(2026, 12, 1), "mardi 1er décembre", "mardi 1er décembre 2026"),
        (date(2027, 8, 15), "dimanche 15 août", "dimanche 15 août 2027"),
        (date(2028, 2, 29), "mardi 29 février", "mardi 29 février 2028"),
    ];
    for (day, long, full) in table {
        assert_eq!(plain(&long_date(day)), long);
        assert_eq!(plain(&full_date(day)), full);
    }
    assert_eq!(week_date(date(2026, 12, 1)), "mardi\u{a0}1er");
    assert_eq!(plain(&dated(date(2026, 9, 1))), "1er septembre 2026");
}

#[test]
fn near_dates_take_the_name_people_give_them() {
    let today = date(2026, 11, 17);
    let table = [
        (date(2026, 11, 10), "mardi 10 novembre"),
        (date(2026, 11, 15), "dimanche 15 novembre"),
        (date(2026, 11, 16), "hier"),
        (date(2026, 11, 17), "aujourd’hui"),
        (date(2026, 11, 18), "demain"),
        (date(2026, 11, 19), "jeudi"),
        (date(2026, 11, 23), "lundi"),
        (date(2026, 11, 24), "mardi 24 novembre"),
        (date(2026, 12, 3), "jeudi 3 décembre"),
    ];
    for (day, said) in table {
        assert_eq!(plain(&relative_date(day, today)), said);
    }
    let last = date(2026, 12, 31);
    assert_eq!(relative_date(date(2027, 1, 1), last), "demain");
    assert_eq!(plain(&near_date(date(2026, 11, 18), today)), "demain, mercredi 18 novembre");
    assert_eq!(plain(&near_date(date(2026, 11, 19), today)), "jeudi 19 novembre");
}

#[test]
fn hours_and_durations() {
    let hours = [(8, 0, "8 h"), (8, 30, "8 h 30"), (16, 5, "16 h 05"), (0, 0, "0 h")];
    for (h, m, said) in hours {
        assert_eq!(plain(&hour(time(h, m, 0, 0))), said);
    }
    for (minutes, said) in [(0, "0 min"), (20, "20 min"), (60, "1 h"), (75, "1 h 15"), (65, "1 h 05"), (180, "3 h")] {
        assert_eq!(plain(&duration(minutes)), said);
    }
    let evening = date(2026, 11, 17).at(17, 30, 0, 0);
    assert_eq!(plain(&instant(evening)), "mardi 17 novembre 2026, 17 h 30");
    let morning = date(2026, 11, 18).at(7, 0, 0, 0);
    assert_eq!(plain(&moment(morning, evening.date())), "demain à 7 h");
}

#[test]
fn figures() {
    for (number, places, written) in [
        (14.5, 1, "14,5"),
        (14.0, 1, "14"),
        (100.0, 1, "100"),
        (3.15, 2, "3,15"),
        (0.04, 1, "0"),
        (-0.04, 1, "0"),
        (-2.5, 1, "−2,5"),
        (1234.5, 1, "1\u{202f}234,5"),
    ] {
        assert_eq!(decimal(number, places), written);
    }
    for (number, written) in [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")] {
        assert_eq!(thousands(number), written);
    }
    for (part, whole, written) in [
        (36, 39, Some("92,3\u{202f}%")),
        (39, 39, Some("100\u{202f}%")),
        (0, 39, Some("0\u{202f}%")),
        (1, 8, Some("12,5\u{202f}%")),
        (9999, 10_000, Some("99,9\u{202f}%")),
        (1, 10_000, Some("0,1\u{202f}%")),
        (0, 0, None),
    ] {
        assert_eq!(percentage(part, whole).as_deref(), written);
    }
}

#[test]
fn french_counts_from_two() {
    for (count, said) in [(0, "0 travail"), (1, "1 travail"), (2, "2 travaux"), (1200, "1 200 travaux")] {
        assert_eq!(plain(&plural(count, "travail", "travaux")), said);
    }
}

#[test]
fn delays_are_counted_in_days_of_the_school() {
    let lesson = date(2026, 11, 12);
    for (written, said) in [
        (date(2026, 11, 12), "le jour même"),
        (date(2026, 11, 13), "le lendemain"),
        (date(2026, 11, 18), "6 jours après"),
        (date(2026, 11, 11), "la veille"),
        (date(2026, 11, 9), "3 jours avant"),
    ] {
        assert_eq!(plain(&delay(lesson, written)), said);
    }
}

#[test]
fn names_elide_and_open_a_line() {
    for (name, said) in [("Inès", "d’Inès"), ("Malik", "de Malik"), ("Élodie", "d’Élodie"), ("Hugo", "d’Hugo")]
    {
        assert_eq!(of(name), said);
    }
    assert_eq!(capital("élève"), "Élève");
    assert_eq!(capital(""), "");
}

#[test]
fn punctuation_gets_its_spaces() {
    for (typed, set) in [
        ("Pour jeudi : rien !", "Pour jeudi\u{202f}: rien\u{202f}!"),
        ("« Publier »", "«\u{a0}Publier\u{a0}»"),
        ("Qui ? Elle ; lui.", "Qui\u{202f}? Elle\u{202f}; lui."),
        ("92,4 %", "92,4\u{202f}%"),
        ("8:30", "8:30"),
    ] {
        assert_eq!(spaced(typed), set);
    }
}

#[test]
fn class_labels_are_free_text_and_safe() {
    for (code, html) in [
        ("4e B", "4<sup>e</sup>\u{a0}B"),
        ("6e", "6<sup>e</sup>"),
        ("3e groupe 2", "3<sup>e</sup>\u{a0}groupe 2"),
        ("1 STMG 3°", "1 STMG 3°"),
        ("Physique-chimie, 4e B groupe 1", "Physique-chimie, 4<sup>e</sup>\u{a0}B groupe 1"),
        ("Latin, Latin 3e", "Latin, Latin 3e"),
        ("4euro", "4euro"),
        ("CM1", "CM1"),
        ("espagnol LV2", "espagnol LV2"),
        ("4e <b>", "4<sup>e</sup>\u{a0}&lt;b&gt;"),
        ("<script>", "&lt;script&gt;"),
        ("", ""),
    ] {
        assert_eq!(ClassLabel(code).to_string(), html);
    }
}

#[test]
fn a_length_is_said_in_the_unit_that_suits_it() {
    for (bytes, written) in [
        (1, "1\u{a0}octet"),
        (850, "850\u{a0}octets"),
        (1_000, "1\u{a0}ko"),
        (12_400, "12\u{a0}ko"),
        (999_499, "999\u{a0}ko"),
        (999_500, "1\u{a0}Mo"),
        (1_234_567, "1,2\u{a0}Mo"),
        (20_000_000, "20\u{a0}Mo"),
    ] {
        assert_eq!(size(bytes), written);
    }
}
