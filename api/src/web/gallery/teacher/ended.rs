//! A lesson of a service that is over.

use super::super::sample::{BOOK, at, layout, november};
use super::{Amount, LESSON};
use crate::web::layout::Role;
use crate::web::teacher::LessonEndedPage;

pub fn ended(amount: Amount) -> LessonEndedPage {
    LessonEndedPage {
        layout: layout(Role::Teacher, LESSON, amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        date: november(16),
        start: at(8, 0),
        end: at(8, 55),
        notes: Vec::new(),
        textbook: format!("/enseignant/cahiers/{BOOK}"),
        ended_on: november(14),
        kept: amount.of(vec![
            ("Votre brouillon", amount.word("Équations (2). Correction des exercices 8 à 11.")),
            ("Note pour moi", amount.word("Penser aux compas.")),
        ]),
        discard_action: (amount != Amount::Empty).then(|| format!("{LESSON}/brouillon/jeter")),
    }
}
