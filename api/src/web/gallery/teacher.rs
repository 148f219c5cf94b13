//! The pages of a teacher.

mod about_me;
mod ended;

use domain::ids::PersonId;
use jiff::civil::date;

use super::sample::{BOOK, at, choice, flash, homework, layout, november, resources};
use super::{Amount, html};
use crate::web::layout::{FieldError, Link, Role};
use crate::web::pupil::Framing;
use crate::web::teacher::{
    Cell, CellState, Day, Entry, EntryState, Existing, FileRow, HomeworkRow, LessonPage, LoadedDay, OutsidePage,
    Papers, Published, ResourceRow, SourceLink, TakeoverPage, TextbookLink, TextbookPage, ToComplete, Visibility,
    WeekPage, WorkloadPage, accepted,
};

const LESSON: &str = "/enseignant/cahiers/x/seances/y/2026-11-16";

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    vec![
        ("teacher-week", html(&week(amount))),
        ("teacher-lesson", html(&lesson(amount))),
        ("teacher-lesson-revise", html(&revise(amount))),
        ("teacher-lesson-errors", html(&wrong(amount))),
        ("teacher-lesson-late", html(&late(amount))),
        ("teacher-lesson-drafted", html(&drafted(amount))),
        ("teacher-lesson-primary", html(&primary(amount))),
        ("teacher-lesson-cancelled", html(&left(amount))),
        ("teacher-lesson-ended", html(&ended::ended(amount))),
        ("teacher-outside", html(&outside(amount))),
        ("teacher-textbook", html(&textbook(amount))),
        ("teacher-takeover", html(&takeover(amount))),
        ("teacher-workload", html(&workload(amount))),
        ("teacher-about-me", html(&about_me::about_me(amount))),
    ]
}

fn cells(amount: Amount, day: i8) -> Vec<Cell> {
    let cell = |hour: i8, state: CellState| Cell {
        start: at(hour, 0),
        end: at(hour, 55),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        room: Some(amount.word("salle 12")),
        href: Some(LESSON.to_owned()),
        not_held: None,
        notes: Vec::new(),
        draft: state == CellState::Empty,
        state,
    };
    let filled = || CellState::Filled {
        summary: "Équations (2). Correction des exercices 8 à 11, travail par deux sur la fiche 3.".to_owned(),
    };
    match day {
        16 => vec![cell(8, filled()), cell(10, CellState::Empty), cell(14, CellState::Withdrawn)],
        17 => vec![
            cell(9, filled()),
            cell(11, CellState::ToWrite),
            Cell { not_held: Some("sortie scolaire".to_owned()), ..cell(15, CellState::Cancelled) },
            Cell { not_held: Some("professeur absent".to_owned()), ..cell(16, filled()) },
        ],
        18 => Vec::new(),
        19 => {
            let replacing = format!("en remplacement de {}, français", amount.word("M. Caron"));
            vec![
                Cell {
                    notes: vec!["déplacée du mardi 17 novembre, 10 h".replace(" h", "\u{a0}h")],
                    ..cell(8, CellState::ToCome)
                },
                Cell { notes: vec![replacing], href: None, ..cell(9, CellState::Assured) },
                cell(10, CellState::Moved { to: "au mardi 24 novembre, 14 h".replace(" h", "\u{a0}h") }),
                Cell { notes: vec!["hors emploi du temps".to_owned()], ..cell(17, filled()) },
            ]
        }
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
    layout.flash = (amount == Amount::Rich).then(flash);
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
        taken_over: amount.of(vec![Link {
            href: format!("/enseignant/cahiers/{BOOK}/reprise-de-service"),
            text: format!("{}, mathématiques", amount.class()),
        }]),
        tutored: amount.of(vec![Link { href: "/enseignant/classes/x".to_owned(), text: amount.class() }]),
    }
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
        notes: Vec::new(),
        cancelled: false,
        given_alone: 0,
        textbook: format!("/enseignant/cahiers/{BOOK}"),
        action: LESSON.to_owned(),
        withdraw_action: format!("{LESSON}/retrait"),
        version: String::new(),
        key: "k1".to_owned(),
        withdraw_key: "k2".to_owned(),
        existing: None,
        published: None,
        visibility: Visibility::After { from: november(18).at(7, 0, 0, 0) },
        content: String::new(),
        sequence: String::new(),
        programme: String::new(),
        pupils: pupils(amount),
        sources: sources(amount),
        targets: Vec::new(),
        source: String::new(),
        source_said: None,
        papers: Papers {
            draft_action: format!("{LESSON}/brouillon"),
            discard_action: format!("{LESSON}/brouillon/jeter"),
            note_action: format!("{LESSON}/note"),
            kept_until: Some(date(2027, 7, 3)),
            ..Papers::default()
        },
        resources: vec![ResourceRow::default(); 3],
        files_said: "PDF, texte, tableur ou diaporama : 20\u{a0}Mo au plus".replace(" :", "\u{202f}:"),
        files_accepted: accepted(&[domain::media::Media::Pdf]),
        homework: vec![HomeworkRow { documents: Some(vec![ResourceRow::default(); 2]), ..HomeworkRow::default() }; 2],
        next_lessons: amount.of(vec![
            choice("2026-11-19", &amount.word("jeudi 19 novembre, 8 h")),
            choice("2026-11-23", "lundi 23 novembre, 8 h"),
        ]),
        kinds: vec![choice("exercices", "exercices"), choice("lecon", "leçon à apprendre")],
        writing_restricted: false,
        withdrawable: Vec::new(),
        withdrawn: String::new(),
        reason: String::new(),
        errors: Vec::new(),
        warnings: Vec::new(),
    }
}

fn pupils(amount: Amount) -> Vec<(PersonId, String)> {
    let named = |(number, name): (u128, &str)| (PersonId(uuid::Uuid::from_u128(number)), amount.word(name));
    amount.of([(1, "DUPONT Tom"), (2, "FOFANA Inès"), (3, "PETIT Zoé")].map(named).into())
}

fn sources(amount: Amount) -> Vec<SourceLink> {
    let source = |day: &str| SourceLink {
        label: format!("4e A, {day}"),
        summary: amount.word("Équations à une inconnue. Méthode, exercices 8 à 11."),
        href: format!("{LESSON}?reprise=x"),
    };
    amount.of(vec![source("vendredi 13 novembre"), source("jeudi 12 novembre")])
}

/// Put aside on the way to another class.
fn drafted(amount: Amount) -> LessonPage {
    let mut page = revise(amount);
    (page.existing, page.withdrawable) = (None, Vec::new());
    page.targets = Vec::new();
    page.sequence = amount.word("3. Équations");
    page.source_said =
        Some("reprise du cahier de la classe 4e A, mathématiques, année 2026-2027, séance du 13 novembre".to_owned());
    page.papers.draft_of = Some(november(16).at(12, 5, 0, 0));
    page.papers.overtaken = amount == Amount::Rich;
    page.published = page.papers.overtaken.then(|| Published {
        content: amount.word("Correction des exercices 8 à 11."),
        works: amount.of(vec![amount.word("Exercices 12 et 13 (pour le lundi 23 novembre)")]),
    });
    page.papers.note = amount.word("Revoir la question 3 avec Tom.");
    page.homework[0].audience = pupils(amount).into_iter().take(2).map(|(pupil, _)| pupil).collect();
    page
}

fn takeover(amount: Amount) -> TakeoverPage {
    let TextbookPage { class, subject, entries, .. } = textbook(amount);
    let published = |entry: &Entry| matches!(entry.state, EntryState::Published { .. });
    TakeoverPage {
        layout: layout(Role::Teacher, "/enseignant/cahiers/x/reprise-de-service", amount),
        class,
        subject,
        textbook: format!("/enseignant/cahiers/{BOOK}"),
        framing: if amount == Amount::Empty {
            Framing::default()
        } else {
            Framing { sequence: Some(amount.word("Équations")), programme: None }
        },
        documents: resources(amount),
        last: entries.into_iter().filter(published).collect(),
        works: homework(amount),
    }
}

fn workload(amount: Amount) -> WorkloadPage {
    let day = |day, tasks, minutes, tests| LoadedDay { date: november(day), tasks, minutes, tests };
    WorkloadPage {
        layout: layout(Role::Teacher, LESSON, amount),
        class: amount.class(),
        glance: (amount != Amount::One).then(|| "/enseignant/charge".to_owned()),
        back: Some(Link { href: format!("/enseignant/cahiers/{BOOK}"), text: "Cahier de textes".to_owned() }),
        classes: Vec::new(),
        chosen: String::new(),
        days: amount.of(vec![day(18, 1, 0, 0), day(19, 4, 95, 1), day(23, 2, 30, 0)]),
        until: november(30),
    }
}

fn late(amount: Amount) -> LessonPage {
    let mut page = revise(amount);
    (page.existing, page.withdrawable) = (None, Vec::new());
    page.visibility = Visibility::After { from: november(23).at(7, 0, 0, 0) };
    page.warnings = vec![FieldError {
        field: "travail_1_texte".to_owned(),
        message: "Pour lundi 23 novembre : ce travail paraîtrait 1 heure avant la séance.".replace(" :", "\u{202f}:"),
    }];
    page
}

fn primary(amount: Amount) -> LessonPage {
    let mut page = revise(amount);
    page.writing_restricted = true;
    page.errors = vec![FieldError {
        field: "travail_1_ecrit".to_owned(),
        message: "À l’école primaire, aucun travail écrit n’est donné à faire hors de la classe.".to_owned(),
    }];
    page
}

fn left(amount: Amount) -> LessonPage {
    LessonPage { cancelled: true, notes: vec!["déplacée du jeudi 19 novembre".to_owned()], ..lesson(amount) }
}

fn outside(amount: Amount) -> OutsidePage {
    let wrong = FieldError { field: "heure".to_owned(), message: "Indiquez l’heure de début.".to_owned() };
    OutsidePage {
        layout: layout(Role::Teacher, LESSON, amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        textbook: format!("/enseignant/cahiers/{BOOK}"),
        action: format!("/enseignant/cahiers/{BOOK}/hors-emploi-du-temps"),
        day: "2026-11-17".to_owned(),
        hour: String::new(),
        minutes: "55".to_owned(),
        errors: if amount == Amount::Long { vec![wrong] } else { Vec::new() },
    }
}

fn revise(amount: Amount) -> LessonPage {
    let withdrawn = (amount == Amount::One).then(|| "Publiée dans la mauvaise classe.".to_owned());
    let mut page = lesson(amount);
    if withdrawn.is_none() {
        let work = amount.word("Le travail pour le lundi 23 novembre : Exercices 12 et 13.").replace(" :", "\u{202f}:");
        page.withdrawable = vec![choice("seance", "La séance et tout son travail"), choice("w1", &work)];
    }
    let by = (amount == Amount::Long).then(|| amount.word("M. Benali"));
    page.existing = Some(Existing { version: 2, written_at: november(16).at(9, 5, 0, 0), by, withdrawn });
    page.visibility = Visibility::Now;
    page.sources = Vec::new();
    page.targets = amount.of(vec![Link { href: LESSON.to_owned(), text: "4e A, jeudi 19 novembre, 9 h".to_owned() }]);
    page.version = "7".to_owned();
    page.content = amount.word("Correction des exercices 8 à 11.\nTravail par deux sur la fiche 3.");
    page.resources[0] = ResourceRow {
        title: "Fiche 3".to_owned(),
        url: "https://exemple.invalid/fiche-3.pdf".to_owned(),
        purpose: "travail".to_owned(),
        file: None,
        ..ResourceRow::default()
    };
    page.resources[1] = ResourceRow {
        title: amount.word("Dictée"),
        file: Some(FileRow { address: "ab".repeat(32), said: "son MP3, 2,4\u{a0}Mo".to_owned() }),
        ..ResourceRow::default()
    };
    page.homework[0] = HomeworkRow {
        id: Some("h1".to_owned()),
        text: "Exercices 12 et 15 page 87.".to_owned(),
        due: "2026-11-19".to_owned(),
        kind: "exercices".to_owned(),
        minutes: "20".to_owned(),
        in_writing: true,
        documents: Some(vec![
            ResourceRow {
                title: amount.word("Fiche d’exercices"),
                purpose: "travail".to_owned(),
                file: Some(FileRow { address: "cd".repeat(32), said: "PDF, 310\u{a0}ko".to_owned() }),
                ..ResourceRow::default()
            },
            ResourceRow::default(),
        ]),
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
        error("ressource_3_fichier", "Ce fichier est trop lourd."),
        error("travail_1_ressource_2_fichier", "Ce fichier est vide."),
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
        not_held: None,
        notes: Vec::new(),
        state,
        framing: Framing::default(),
        resources: Vec::new(),
        homework: Vec::new(),
    };
    let text = amount.word("Correction des exercices 8 à 11.\nTravail par deux sur la fiche 3.");
    let from = Some(november(18).at(7, 0, 0, 0));
    let published = |version, visible_from| {
        let by = (version > 1).then(|| amount.word("M. Benali"));
        EntryState::Published { content: text.clone(), version, visible_from, by }
    };
    let entries = vec![
        Entry { homework: homework(amount).into_iter().take(1).collect(), ..entry(19, EntryState::ToCome) },
        Entry {
            homework: homework(amount).into_iter().take(1).collect(),
            start: at(16, 0),
            ..entry(17, EntryState::ToWrite)
        },
        Entry {
            resources: resources(amount),
            homework: homework(amount).into_iter().take(2).collect(),
            ..entry(17, published(1, from))
        },
        entry(16, EntryState::Empty),
        entry(13, EntryState::Withdrawn { reason: "Publiée dans la mauvaise classe.".to_owned(), on: november(14) }),
        Entry { not_held: Some("professeur absent".to_owned()), ..entry(12, EntryState::Cancelled) },
        Entry { not_held: Some("sortie scolaire".to_owned()), ..entry(11, published(1, None)) },
        Entry { notes: vec![format!("assurée par {}", amount.word("M. Diallo"))], ..entry(11, EntryState::Assured) },
        entry(10, published(3, None)),
    ];
    TextbookPage {
        layout: layout(Role::Teacher, "/enseignant/cahiers/x", amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        load: format!("/enseignant/cahiers/{BOOK}/charge"),
        outside: (amount != Amount::One).then(|| format!("/enseignant/cahiers/{BOOK}/hors-emploi-du-temps")),
        next: Some(Link { href: LESSON.to_owned(), text: "jeudi 19\u{a0}novembre, 8\u{a0}h".to_owned() }),
        held: 38,
        filled: 36,
        entries: amount.of(entries),
        older: None,
    }
}
