//! The pages of an inspector.

use jiff::civil::{Date, date};

use super::sample::{BOOK, at, layout, november, resources};
use super::{Amount, html};
use crate::web::inspector::SegmentKind::{Added, Removed, Same};
use crate::web::inspector::{
    Filter, HomeworkHistory, LessonHistory, Mandate, Segment, SegmentKind, Summary, TextbookLink, TextbookPage,
    TextbooksPage, Version, Withdrawal,
};
use crate::web::layout::Role;
use crate::web::pupil::Framing;

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    vec![("inspector-textbooks", html(&under_mandate(amount))), ("inspector-textbook", html(&history(amount)))]
}

fn mandate(amount: Amount) -> Mandate {
    let book = TextbookLink {
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
        href: format!("/inspection/cahiers/{BOOK}"),
        held: 38,
        filled: 36,
    };
    Mandate {
        school: amount.word("Collège des Tilleuls"),
        opened_by: amount.word("Mme Roux, principale"),
        from: november(9),
        to: november(27),
        textbooks: amount.of(vec![book.clone(), TextbookLink { class: "5e A".to_owned(), ..book }]),
    }
}

fn under_mandate(amount: Amount) -> TextbooksPage {
    let ahead = Mandate { from: date(2026, 12, 1), to: date(2026, 12, 18), textbooks: Vec::new(), ..mandate(amount) };
    TextbooksPage {
        layout: layout(Role::Inspector, "/inspection", amount),
        mandates: amount.of(vec![mandate(amount), ahead]),
        ended: Some(november(6)),
    }
}

fn version(amount: Amount, number: u32, written_on: Date, text: &[(SegmentKind, &str)]) -> Version {
    let segments = text.iter().map(|&(kind, text)| Segment { kind, text: text.to_owned() });
    Version {
        number,
        author: amount.word("Mme Vidal"),
        capacity: "enseignante".to_owned(),
        written_on,
        delay: "le jour même, avant la séance suivante".to_owned(),
        text: segments.collect(),
        terms: Vec::new(),
        framing: Framing::default(),
        copied_from: (number == 1 && amount == Amount::Rich)
            .then(|| "reprise du cahier de la classe 4e A, mathématiques, année 2026-2027".to_owned()),
        resources: if number == 1 && text.len() > 1 { resources(amount) } else { Vec::new() },
        withdrawn: None,
    }
}

fn thrice(amount: Amount) -> Vec<Version> {
    let first = "Correction des exercices 8 à 11.";
    vec![
        version(
            amount,
            3,
            november(13),
            &[(Same, first), (Same, " Méthode pour isoler l’inconnue."), (Added, " Travail par deux sur la fiche 3.")],
        ),
        version(
            amount,
            2,
            november(12),
            &[(Same, first), (Removed, " Rappels."), (Added, " Méthode pour isoler l’inconnue.")],
        ),
        version(amount, 1, november(12), &[(Same, first), (Same, " Rappels.")]),
    ]
}

/// Moved to another day, after it had been taken out of sight.
fn moved(amount: Amount) -> Vec<Version> {
    let segment = |(kind, text): (SegmentKind, &str)| Segment { kind, text: text.to_owned() };
    let now = [(Removed, "pour le lundi 16 novembre"), (Added, "pour le jeudi 19 novembre"), (Same, " · 20 min")];
    let first = [(Same, "pour le lundi 16 novembre"), (Same, " · 20 min")];
    let withdrawn =
        Withdrawal { by: amount.word("Mme Vidal"), on: november(12), reason: "Donné un jour trop tôt.".to_owned() };
    let text = [(Same, "Exercices 12 et 13 page 87")];
    vec![
        Version { terms: now.map(segment).into(), ..version(amount, 2, november(13), &text) },
        Version {
            terms: first.map(segment).into(),
            withdrawn: Some(withdrawn),
            ..version(amount, 1, november(12), &text)
        },
    ]
}

fn work(amount: Amount) -> HomeworkHistory {
    HomeworkHistory {
        due_on: november(16),
        kind: Some("exercices".to_owned()),
        minutes: Some(20),
        versions: vec![
            version(
                amount,
                2,
                november(13),
                &[(Same, "Exercices 12 "), (Removed, "et 13"), (Added, "et 15"), (Same, " page 87")],
            ),
            version(amount, 1, november(12), &[(Same, "Exercices 12 et 13 page 87")]),
        ],
        withdrawn: None,
    }
}

fn lessons(amount: Amount) -> Vec<LessonHistory> {
    let lesson = |day: i8, versions: Vec<Version>| LessonHistory {
        counted: true,
        date: november(day),
        start: at(8, 0),
        end: at(8, 55),
        cancelled: None,
        assured: false,
        notes: Vec::new(),
        late: false,
        versions,
        homework: Vec::new(),
        withdrawn: None,
    };
    let withdrawal = Withdrawal {
        by: amount.word("Mme Vidal"),
        on: november(10),
        reason: "Publiée dans la mauvaise classe.".to_owned(),
    };
    let alone = |day: i8| vec![version(amount, 1, november(day), &[(Same, "Équations à une inconnue (1).")])];
    vec![
        LessonHistory { counted: false, homework: vec![work(amount)], ..lesson(17, Vec::new()) },
        LessonHistory {
            homework: vec![
                work(amount),
                HomeworkHistory { due_on: november(19), versions: moved(amount), ..work(amount) },
                HomeworkHistory { withdrawn: Some(withdrawal.clone()), ..work(amount) },
            ],
            ..lesson(12, thrice(amount))
        },
        lesson(10, Vec::new()),
        LessonHistory { withdrawn: Some(withdrawal), ..lesson(9, alone(9)) },
        LessonHistory { late: true, ..lesson(6, alone(12)) },
        LessonHistory { cancelled: Some(Some("sortie au théâtre".to_owned())), ..lesson(5, Vec::new()) },
        LessonHistory { cancelled: Some(Some("professeur absent".to_owned())), ..lesson(4, alone(3)) },
        LessonHistory {
            assured: true,
            start: at(14, 0),
            end: at(14, 55),
            notes: vec!["assurée par Mme Blanchard".to_owned()],
            ..lesson(3, Vec::new())
        },
        lesson(3, alone(3)),
    ]
}

fn history(amount: Amount) -> TextbookPage {
    let filter = |label: &str, count: usize, current: bool| Filter {
        label: label.to_owned(),
        href: "?filtre=x".to_owned(),
        count,
        current,
    };
    let empty = amount == Amount::Empty;
    TextbookPage {
        layout: layout(Role::Inspector, "/inspection/cahiers/x", amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
        since: date(2026, 9, 1),
        mandate: mandate(amount),
        summary: Summary {
            held: if empty { 0 } else { 38 },
            filled: if empty { 0 } else { 36 },
            median_delay_days: (!empty).then_some(0),
        },
        filters: vec![
            filter("toutes", 38, true),
            filter("en retard", 4, false),
            filter("modifiées", 7, false),
            filter("retirées", 1, false),
        ],
        lessons: amount.of(lessons(amount)),
        older: None,
    }
}
