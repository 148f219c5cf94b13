//! An invented school, on Tuesday 17 November 2026.

use jiff::civil::{Date, DateTime, Time, date, time};

use super::Amount;
use crate::fr;
use crate::web::layout::{Choice, Flash, Layout, Role, Who};
use crate::web::pupil::{
    Attached, Day, Former, Framing, Homework, Lesson, Purpose, Resource, Slot, SlotState, Textbook, Week,
};

pub const LONG: &str = "Anne-Clémentine Vandenbroucke-Delahaye de La Rochefoucauld-Estissac";
pub const NOW: DateTime = DateTime::constant(2026, 11, 17, 17, 30, 0, 0);
pub const BOOK: &str = "0192f1de-7b6a-7c55-9b1e-0a53fd9a4e11";

pub fn november(day: i8) -> Date {
    date(2026, 11, day)
}

pub fn at(hour: i8, minute: i8) -> Time {
    time(hour, minute, 0, 0)
}

pub fn layout(role: Role, here: &str, amount: Amount) -> Layout {
    let (name, detail) = match role {
        Role::Pupil => ("Inès Fofana", "4e B"),
        Role::Parent => ("Mme Fofana", "2 enfants"),
        Role::Companion => ("M. Perrin", "AESH"),
        Role::Teacher => ("Mme Vidal", "mathématiques"),
        Role::SchoolLife => ("Mme Garnier", "vie scolaire"),
        Role::Principal => ("Mme Roux", "principale"),
        Role::Inspector => ("M. Le Goff", "IA-IPR"),
        Role::Referent => ("M. Briand", "référent numérique"),
        Role::Staff => ("Mme Camara", "professeur documentaliste"),
    };
    Layout {
        stylesheet: "style.css".to_owned(),
        school: Some(amount.word("Collège des Tilleuls")),
        demo: amount != Amount::One,
        now: NOW,
        role: Some(role),
        others: vec![],
        who: Some(Who { name: amount.word(name), detail: Some(detail.to_owned()) }),
        here: here.to_owned(),
        flash: None,
    }
}

pub fn nobody(amount: Amount) -> Layout {
    let school = (amount != Amount::Empty).then(|| amount.word("Collège des Tilleuls"));
    Layout { role: None, who: None, school, ..layout(Role::Pupil, "/", amount) }
}

pub fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned() }
}

pub fn flash() -> Flash {
    Flash {
        title: "La séance du lundi 16 novembre est publiée.".to_owned(),
        detail: Some("Les élèves de 4e B et leurs familles la verront demain à 7 h (pause numérique).".to_owned()),
    }
}

pub fn resources(amount: Amount) -> Vec<Resource> {
    amount.of(vec![
        Resource {
            title: amount.word("Fiche 3, équations"),
            url: "https://exemple.invalid/fiche-3.pdf".to_owned(),
            purpose: Purpose::Lesson,
            file: None,
        },
        Resource {
            title: amount.word("Dictée de la leçon 4"),
            url: "/fichiers/x/dictee".to_owned(),
            purpose: Purpose::Homework,
            file: Some(Attached { said: "son MP3, 2,4\u{a0}Mo".to_owned(), audio: true }),
        },
        Resource {
            title: "Corrigé".to_owned(),
            url: "/fichiers/x/corrige".to_owned(),
            purpose: Purpose::Further,
            file: Some(Attached { said: "PDF, 1,2\u{a0}Mo".to_owned(), audio: false }),
        },
        Resource {
            title: "Manuel, page 87".to_owned(),
            url: "javascript-non".to_owned(),
            purpose: Purpose::Homework,
            file: None,
        },
    ])
}

/// Given on the Monday, with nothing more.
fn work(amount: Amount, who: (&str, &str), text: &str, minutes: Option<u32>, due_on: Date) -> Homework {
    Homework {
        subject: amount.word(who.0),
        teacher: amount.word(who.1),
        text: fr::spaced(text),
        kind: None,
        minutes,
        given_on: november(16),
        due_on,
        due_note: None,
        in_writing: false,
        for_whom: None,
        revised_on: None,
        former: None,
        resources: Vec::new(),
        textbook: Some(format!("/eleve/cahiers/{BOOK}")),
    }
}

pub fn homework(amount: Amount) -> Vec<Homework> {
    let one = |subject: &str, teacher: &str, text: &str, minutes, due_on| {
        work(amount, (subject, teacher), text, minutes, due_on)
    };
    let items = vec![
        Homework {
            kind: Some("exercices".to_owned()),
            in_writing: true,
            resources: resources(amount),
            given_on: november(13),
            ..one("Mathématiques", "Mme Vidal", "Exercices 12 et 15 page 87.", Some(20), november(18))
        },
        Homework {
            kind: Some("leçon".to_owned()),
            for_whom: Some("pour une partie de la classe".to_owned()),
            revised_on: Some(november(16)),
            former: Some(Former {
                since: november(13),
                text: Some(amount.word("Apprendre le vocabulaire de la leçon 3.")),
                due_on: Some(november(17)),
                terms: vec!["exercices".to_owned(), "20 min".to_owned()],
            }),
            ..one("Anglais", "M. Diallo", "Apprendre le vocabulaire de la leçon 4.", Some(15), november(18))
        },
        one(
            "Histoire-géographie",
            "Mme Blanchard",
            "Lire le document 2 page 64 et répondre aux trois questions.",
            Some(25),
            november(19),
        ),
        Homework {
            due_note: Some("séance déplacée au lundi 23 novembre".to_owned()),
            ..one("Français", "M. Caron", "Finir le chapitre 5 du « Horla ».", None, november(23))
        },
        Homework {
            kind: Some("exposé".to_owned()),
            ..one(
                "SVT",
                "Mme Lemoine",
                "Préparer l’exposé sur les volcans, par deux :\n– une affiche ;\n– cinq minutes à l’oral.",
                Some(75),
                date(2026, 12, 3),
            )
        },
    ];
    amount.of(items)
}

fn slot(amount: Amount, hour: i8, subject: &str, teacher: &str, room: &str, state: SlotState) -> Slot {
    Slot {
        start: at(hour, if hour == 10 { 5 } else { 0 }),
        end: at(hour, 55),
        subject: amount.word(subject),
        teacher: amount.word(teacher),
        room: Some(amount.word(room)),
        textbook: Some(format!("/eleve/cahiers/{BOOK}")),
        not_held: (state == SlotState::Cancelled).then(|| amount.word("professeur absent")),
        notes: Vec::new(),
        state,
        given: Vec::new(),
    }
}

fn written(content: &str, revised_on: Option<Date>) -> SlotState {
    SlotState::Written { content: content.to_owned(), revised_on }
}

fn slots(amount: Amount, day: i8) -> Vec<Slot> {
    if day > 17 {
        return vec![
            slot(amount, 8, "Mathématiques", "Mme Vidal", "salle 12", SlotState::ToCome),
            slot(amount, 10, "Anglais", "M. Diallo", "salle 3", SlotState::ToCome),
            Slot {
                notes: vec![format!("assurée par {}", amount.word("Mme Lemoine"))],
                ..slot(amount, 14, "EPS", "M. Petit", "gymnase", SlotState::ToCome)
            },
            slot(
                amount,
                15,
                "SVT",
                "Mme Lemoine",
                "labo 2",
                SlotState::Moved { to: "au mardi 24 novembre".to_owned() },
            ),
        ];
    }
    let text = "Correction des exercices 8 à 11. Méthode pour isoler l’inconnue, avec trois exemples au tableau. Travail par deux sur la fiche 3.";
    let mut maths = slot(amount, 8, "Mathématiques", "Mme Vidal", "salle 12", written(text, None));
    maths.given = homework(amount).into_iter().take(1).collect();
    let revised =
        written("Leçon 4, le prétérit : formes et emplois.".replace(" :", "\u{202f}:").as_str(), Some(november(16)));
    vec![
        maths,
        slot(amount, 10, "Anglais", "M. Diallo", "salle 3", revised),
        slot(amount, 11, "Français", "M. Caron", "salle 8", SlotState::Unwritten),
        slot(amount, 14, "SVT", "Mme Lemoine", "labo 2", SlotState::Cancelled),
        slot(amount, 15, "EPS", "M. Petit", "gymnase", SlotState::Assured),
    ]
}

pub fn week(amount: Amount, base: &str) -> Week {
    let last = if amount == Amount::Long { 21 } else { 20 };
    let days = (16..=last).map(|day| Day {
        date: november(day),
        note: (day == 20 && amount == Amount::Rich).then(|| "banalisé, conseils de classe".to_owned()),
        slots: match amount {
            Amount::Empty => Vec::new(),
            Amount::One if day != 17 => Vec::new(),
            Amount::One => slots(amount, day).into_iter().take(1).collect(),
            _ if day == 20 && amount == Amount::Rich => Vec::new(),
            _ => slots(amount, day),
        },
        due: homework(amount).into_iter().filter(|item| item.due_on == november(day)).collect(),
    });
    Week {
        monday: november(16),
        last_day: november(last),
        previous: Some(format!("{base}?semaine=2026-11-09")),
        next: Some(format!("{base}?semaine=2026-11-23")),
        present: (amount == Amount::Long).then(|| base.to_owned()),
        days: days.collect(),
    }
}

pub fn textbook(amount: Amount) -> Textbook {
    let lesson = |day: i8, state: SlotState| Lesson {
        date: november(day),
        start: at(8, 0),
        not_held: (state == SlotState::Cancelled).then(|| amount.word("professeur absent")),
        notes: Vec::new(),
        state,
        framing: Framing::default(),
        resources: Vec::new(),
        homework: Vec::new(),
    };
    let text = "Correction des exercices 8 à 11.\nMéthode pour isoler l’inconnue.\nTravail par deux sur la fiche 3.";
    let lessons = vec![
        Lesson {
            framing: Framing {
                sequence: Some(amount.word("3. Équations")),
                programme: Some(amount.word("Résoudre une équation du premier degré")),
            },
            resources: resources(amount),
            homework: homework(amount).into_iter().take(2).collect(),
            ..lesson(16, written(text, None))
        },
        lesson(13, SlotState::Unwritten),
        Lesson {
            homework: homework(amount).into_iter().skip(3).collect(),
            ..lesson(12, written("Équations à une inconnue (2).", Some(november(14))))
        },
        lesson(10, SlotState::Cancelled),
        Lesson {
            not_held: Some("sortie scolaire".to_owned()),
            notes: vec!["déplacée du vendredi 6 novembre".to_owned()],
            start: at(14, 0),
            ..lesson(9, written("Lire la page 42.", None))
        },
        lesson(9, written(&amount.word("Équations à une inconnue (1)."), None)),
    ];
    Textbook {
        subject: amount.word("Mathématiques"),
        class: amount.class(),
        teacher: amount.word("Mme Vidal"),
        lessons: amount.of(lessons),
        older: (amount == Amount::Rich).then(|| "?avant=2026-11-09".to_owned()),
    }
}
