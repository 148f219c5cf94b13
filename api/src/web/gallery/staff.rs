//! The pages of those who write, lead and inspect.

use jiff::civil::{DateTime, date};

use super::sample::{BOOK, at, flash, homework, layout, november, resources};
use super::{Amount, html};
use crate::web::inspector::{
    Filter, HomeworkHistory, LessonHistory, Segment, SegmentKind, Summary, TextbookPage as HistoryPage, TextbooksPage,
    Version, Withdrawal,
};
use crate::web::inspector::{Mandate as InspectorMandate, TextbookLink as InspectorLink};
use crate::web::layout::{Choice, FieldError, Role};
use crate::web::principal::{
    CoveragePage, Filling, Gap, Gaps, Mandate, MandateForm, MandatesPage, Row, ServiceChoice, ServiceGroup,
};
use crate::web::teacher::{
    Cell, CellState, Day, Entry, EntryState, Existing, HomeworkRow, LessonPage, ResourceRow, TextbookLink,
    TextbookPage, ToComplete, Visibility, WeekPage,
};

const LESSON: &str = "/enseignant/cahiers/x/seances/y/2026-11-16";

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("teacher-week", html(&week(amount))),
        ("teacher-lesson", html(&lesson(amount))),
        ("teacher-lesson-revise", html(&revise(amount))),
        ("teacher-lesson-errors", html(&wrong(amount))),
        ("teacher-textbook", html(&textbook(amount))),
        ("principal-coverage", html(&coverage(amount))),
        ("principal-mandates", html(&mandates(amount))),
    ];
    all.push(("inspector-textbooks", html(&under_mandate(amount))));
    all.push(("inspector-textbook", html(&history(amount))));
    all
}

fn cells(amount: Amount, day: i8) -> Vec<Cell> {
    let cell = |hour: i8, state: CellState| Cell {
        start: at(hour, 0),
        end: at(hour, 55),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        room: Some(amount.word("salle 12")),
        href: LESSON.to_owned(),
        state,
    };
    let filled = || CellState::Filled {
        summary: "Équations (2). Correction des exercices 8 à 11, travail par deux sur la fiche 3.".to_owned(),
    };
    match day {
        16 => vec![cell(8, filled()), cell(10, CellState::Empty), cell(14, CellState::Withdrawn)],
        17 => vec![
            cell(9, filled()),
            cell(11, CellState::Empty),
            cell(15, CellState::Cancelled { reason: Some("sortie".to_owned()) }),
        ],
        18 => Vec::new(),
        _ => vec![cell(8, CellState::ToCome), cell(10, CellState::ToCome)],
    }
}

fn week(amount: Amount) -> WeekPage {
    let day = |day: i8| Day {
        date: november(day),
        note: (day == 20 && amount == Amount::Empty).then(|| "férié".to_owned()),
        cells: if amount == Amount::One && day != 17 { Vec::new() } else { amount.of(cells(amount, day)) },
    };
    let missing = |day: i8, hour: i8| ToComplete {
        date: november(day),
        start: at(hour, 0),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        href: LESSON.to_owned(),
    };
    let mut layout = layout(Role::Teacher, "/enseignant", amount);
    layout.flash = if amount == Amount::Rich { flash() } else { None };
    let book = TextbookLink {
        class: amount.class(),
        subject: "mathématiques".to_owned(),
        href: "/x".to_owned(),
        held: 38,
        filled: 36,
    };
    let to_complete = vec![missing(13, 10), missing(16, 10), missing(17, 11)];
    WeekPage {
        layout,
        monday: november(16),
        last_day: november(20),
        previous: Some("/enseignant?semaine=2026-11-09".to_owned()),
        next: Some("/enseignant?semaine=2026-11-23".to_owned()),
        present: None,
        days: (16..=20).map(day).collect(),
        to_complete: if amount == Amount::One { Vec::new() } else { amount.of(to_complete) },
        textbooks: amount.of(vec![book.clone(), TextbookLink { class: "5e A".to_owned(), ..book }]),
    }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned() }
}

fn lesson(amount: Amount) -> LessonPage {
    LessonPage {
        layout: layout(Role::Teacher, LESSON, amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        date: november(16),
        start: at(8, 0),
        end: at(8, 55),
        room: Some(amount.word("salle 12")),
        textbook: format!("/enseignant/cahiers/{BOOK}"),
        action: LESSON.to_owned(),
        withdraw_action: format!("{LESSON}/retrait"),
        version: String::new(),
        key: "k1".to_owned(),
        withdraw_key: "k2".to_owned(),
        existing: None,
        visibility: Visibility::After { from: november(18).at(7, 0, 0, 0) },
        content: String::new(),
        resources: vec![ResourceRow::default(); 3],
        homework: vec![HomeworkRow::default(); 2],
        next_lessons: amount.of(vec![
            choice("2026-11-19", &amount.word("jeudi 19 novembre, 8 h")),
            choice("2026-11-23", "lundi 23 novembre, 8 h"),
        ]),
        kinds: vec![choice("exercices", "exercices"), choice("lecon", "leçon à apprendre")],
        reason: String::new(),
        errors: Vec::new(),
    }
}

fn revise(amount: Amount) -> LessonPage {
    let withdrawn = (amount == Amount::One).then(|| "Publiée dans la mauvaise classe.".to_owned());
    let mut page = lesson(amount);
    page.existing = Some(Existing { version: 2, written_at: november(16).at(9, 5, 0, 0), withdrawn });
    page.visibility = Visibility::Now;
    page.version = "7".to_owned();
    page.content = amount.word("Correction des exercices 8 à 11.\nTravail par deux sur la fiche 3.");
    page.resources[0] = ResourceRow {
        title: "Fiche 3".to_owned(),
        url: "https://exemple.invalid/fiche-3.pdf".to_owned(),
        purpose: "travail".to_owned(),
    };
    page.homework[0] = HomeworkRow {
        id: Some("h1".to_owned()),
        text: "Exercices 12 et 15 page 87.".to_owned(),
        due: "2026-11-19".to_owned(),
        kind: "exercices".to_owned(),
        minutes: "20".to_owned(),
        in_writing: true,
        ..HomeworkRow::default()
    };
    page
}

fn wrong(amount: Amount) -> LessonPage {
    let error = |field: &str, message: &str| FieldError { field: field.to_owned(), message: message.to_owned() };
    let mut page = revise(amount);
    page.content = String::new();
    page.homework[1].text = "Exercice <b>12</b>".to_owned();
    page.homework[1].due = "autre".to_owned();
    page.errors = vec![
        error("contenu", "Dites en une phrase ce qui a été fait."),
        error("ressource_1_lien", "Le lien doit commencer par https://"),
        error("travail_2_date", "Choisissez une date à partir du lundi 16 novembre."),
    ];
    if amount == Amount::Rich {
        page.errors
            .push(error("motif", "Donnez un motif : il sera lu par l’inspection.".replace(" :", "\u{202f}:").as_str()));
    }
    page
}

fn textbook(amount: Amount) -> TextbookPage {
    let entry = |day: i8, state: EntryState| Entry {
        date: november(day),
        start: at(8, 0),
        href: LESSON.to_owned(),
        state,
        resources: Vec::new(),
        homework: Vec::new(),
    };
    let text = amount.word("Correction des exercices 8 à 11.\nTravail par deux sur la fiche 3.");
    let from = Some(november(18).at(7, 0, 0, 0));
    let published = |version, visible_from| EntryState::Published { content: text.clone(), version, visible_from };
    let entries = vec![
        Entry {
            resources: resources(amount),
            homework: homework(amount).into_iter().take(2).collect(),
            ..entry(17, published(1, from))
        },
        entry(16, EntryState::Empty),
        entry(13, EntryState::Withdrawn { reason: "Publiée dans la mauvaise classe.".to_owned(), on: november(14) }),
        entry(12, EntryState::Cancelled { reason: None }),
        entry(10, published(3, None)),
    ];
    TextbookPage {
        layout: layout(Role::Teacher, "/enseignant/cahiers/x", amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        held: 38,
        filled: 36,
        entries: amount.of(entries),
        older: None,
    }
}

fn coverage(amount: Amount) -> CoveragePage {
    let row = |label: &str, months: [(u32, u32); 3]| Row {
        label: label.to_owned(),
        href: "/direction?classe=x#vides".to_owned(),
        cells: months.map(|(filled, held)| Filling { held, filled }).to_vec(),
        total: Filling { held: months.iter().map(|m| m.1).sum(), filled: months.iter().map(|m| m.0).sum() },
    };
    let gap = Gap {
        date: november(16),
        start: at(10, 0),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
    };
    CoveragePage {
        layout: layout(Role::Principal, "/direction", amount),
        months: vec![date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)],
        total: Filling { held: 5230, filled: 4832 },
        classes: amount.of(vec![
            row(&amount.class(), [(142, 150), (96, 98), (60, 61)]),
            row("5e A", [(130, 150), (60, 98), (20, 61)]),
            row("3e groupe 2", [(0, 0), (12, 12), (7, 8)]),
        ]),
        teachers: amount.of(vec![
            row(&amount.word("Mme Vidal"), [(50, 50), (36, 39), (11, 14)]),
            row("M. Diallo", [(0, 10), (4, 12), (0, 6)]),
        ]),
        gaps: (amount != Amount::Empty).then(|| Gaps { of: amount.class(), gaps: vec![gap.clone(), gap] }),
    }
}

fn mandate(amount: Amount) -> Mandate {
    Mandate {
        id: "m1".to_owned(),
        inspector: amount.word("M. Le Goff, IA-IPR de mathématiques"),
        from: november(9),
        to: november(27),
        opened_by: amount.word("Mme Roux, principale"),
        textbooks: vec![format!("{}, mathématiques", amount.class()), "5e A, mathématiques".to_owned()],
        reads: 14,
        closed_on: None,
        close_action: "/direction/mandats/m1/cloture".to_owned(),
        close_key: "k3".to_owned(),
    }
}

fn mandates(amount: Amount) -> MandatesPage {
    let service = |value: &str, label: &str| ServiceChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == "s1",
    };
    let group = |class: String| ServiceGroup {
        class,
        services: vec![service("s1", &amount.word("mathématiques, Mme Vidal")), service("s2", "anglais, M. Diallo")],
    };
    let wrong = FieldError { field: "service".to_owned(), message: "Cochez au moins un cahier de textes.".to_owned() };
    let form = MandateForm {
        inspectors: amount.of(vec![choice("i1", &amount.word("M. Le Goff, IA-IPR de mathématiques"))]),
        groups: amount.of(vec![group(amount.class()), group("5e A".to_owned()), group("3e groupe 2".to_owned())]),
        from: "2026-11-23".to_owned(),
        key: "k4".to_owned(),
        errors: if amount == Amount::Long { vec![wrong] } else { Vec::new() },
        ..MandateForm::default()
    };
    let past = Mandate { from: november(2), to: november(8), closed_on: Some(november(6)), ..mandate(amount) };
    let ahead = Mandate { from: date(2026, 12, 1), to: date(2026, 12, 18), reads: 0, ..mandate(amount) };
    MandatesPage {
        layout: layout(Role::Principal, "/direction/mandats", amount),
        open: amount.of(vec![mandate(amount), ahead]),
        closed: amount.of(vec![past]),
        form,
        missing_inspector: None,
    }
}

fn inspector_mandate(amount: Amount) -> InspectorMandate {
    let book = InspectorLink {
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
        href: format!("/inspection/cahiers/{BOOK}"),
        held: 38,
        filled: 36,
    };
    InspectorMandate {
        school: amount.word("Collège des Tilleuls"),
        opened_by: amount.word("Mme Roux, principale"),
        from: november(9),
        to: november(27),
        textbooks: amount.of(vec![book.clone(), InspectorLink { class: "5e A".to_owned(), ..book }]),
    }
}

fn under_mandate(amount: Amount) -> TextbooksPage {
    let ahead = InspectorMandate {
        from: date(2026, 12, 1),
        to: date(2026, 12, 18),
        textbooks: Vec::new(),
        ..inspector_mandate(amount)
    };
    TextbooksPage {
        layout: layout(Role::Inspector, "/inspection", amount),
        mandates: amount.of(vec![inspector_mandate(amount), ahead]),
        ended: Some(november(6)),
    }
}

fn version(amount: Amount, number: u32, written_at: DateTime, text: &[(SegmentKind, &str)]) -> Version {
    let segments = text.iter().map(|&(kind, text)| Segment { kind, text: text.to_owned() });
    Version {
        number,
        author: amount.word("Mme Vidal"),
        capacity: "enseignante".to_owned(),
        written_at,
        text: segments.collect(),
        resources: if number == 1 { resources(amount) } else { Vec::new() },
    }
}

fn lessons(amount: Amount) -> Vec<LessonHistory> {
    use SegmentKind::{Added, Removed, Same};
    let lesson = |day: i8, versions: Vec<Version>| LessonHistory {
        date: november(day),
        start: at(8, 0),
        end: at(8, 55),
        cancelled: None,
        late: false,
        versions,
        homework: Vec::new(),
        withdrawn: None,
    };
    let first = "Correction des exercices 8 à 11.";
    let versions = vec![
        version(
            amount,
            3,
            november(13).at(7, 50, 0, 0),
            &[(Same, first), (Same, " Méthode pour isoler l’inconnue."), (Added, " Travail par deux sur la fiche 3.")],
        ),
        version(
            amount,
            2,
            november(12).at(17, 2, 0, 0),
            &[(Same, first), (Removed, " Rappels."), (Added, " Méthode pour isoler l’inconnue.")],
        ),
        version(amount, 1, november(12).at(9, 1, 0, 0), &[(Same, first), (Same, " Rappels.")]),
    ];
    let work = HomeworkHistory {
        due_on: november(16),
        kind: Some("exercices".to_owned()),
        minutes: Some(20),
        versions: vec![
            version(
                amount,
                2,
                november(13).at(7, 50, 0, 0),
                &[(Same, "Exercices 12 "), (Removed, "et 13"), (Added, "et 15"), (Same, " page 87")],
            ),
            version(amount, 1, november(12).at(9, 1, 0, 0), &[(Same, "Exercices 12 et 13 page 87")]),
        ],
        withdrawn: None,
    };
    let withdrawal = Withdrawal {
        by: amount.word("Mme Vidal"),
        at: november(10).at(18, 0, 0, 0),
        reason: "Publiée dans la mauvaise classe.".to_owned(),
    };
    let alone =
        |day: i8| vec![version(amount, 2, november(day).at(8, 40, 0, 0), &[(Same, "Équations à une inconnue (1).")])];
    vec![
        LessonHistory {
            homework: vec![work.clone(), HomeworkHistory { withdrawn: Some(withdrawal.clone()), ..work }],
            ..lesson(12, versions)
        },
        lesson(10, Vec::new()),
        LessonHistory { withdrawn: Some(withdrawal), ..lesson(9, alone(9)) },
        LessonHistory { late: true, ..lesson(6, alone(12)) },
        LessonHistory { cancelled: Some(Some("sortie au théâtre".to_owned())), ..lesson(5, Vec::new()) },
        lesson(3, alone(3)),
    ]
}

fn history(amount: Amount) -> HistoryPage {
    let filter = |label: &str, count: usize, current: bool| Filter {
        label: label.to_owned(),
        href: "?filtre=x".to_owned(),
        count,
        current,
    };
    let empty = amount == Amount::Empty;
    HistoryPage {
        layout: layout(Role::Inspector, "/inspection/cahiers/x", amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
        since: date(2026, 9, 1),
        mandate: inspector_mandate(amount),
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
