//! What is recorded about a teacher.

use jiff::civil::date;

use crate::web::gallery::Amount;
use crate::web::gallery::sample::{at, layout, november};
use crate::web::layout::Role;
use crate::web::principal::Filling;
use crate::web::teacher::{AboutMePage, CancelledLesson, Looked, Reader};

pub fn about_me(amount: Amount) -> AboutMePage {
    let cell = |filled, held| Filling { held, filled };
    let months =
        [(date(2026, 9, 1), cell(50, 50)), (date(2026, 10, 1), cell(36, 39)), (date(2026, 11, 1), cell(11, 14))];
    let reader = Reader {
        name: amount.word("M. Le Goff"),
        from: november(9),
        until: november(27),
        textbooks: vec![format!("{}, mathématiques", amount.class())],
    };
    let cancelled = CancelledLesson {
        date: november(19),
        start: at(8, 0),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        reason: "professeur absent".to_owned(),
    };
    let looked = |seen: &str, days: &[i8]| Looked {
        name: amount.word("Mme Roux"),
        capacity: "chef d’établissement".to_owned(),
        seen: seen.to_owned(),
        days: days.iter().map(|day| november(*day)).collect(),
    };
    AboutMePage {
        layout: layout(Role::Teacher, "/enseignant/moi", amount),
        months: amount.of(months.to_vec()),
        total: if amount == Amount::Empty { Filling::default() } else { cell(97, 103) },
        readers: amount.of(vec![reader]),
        looks: amount.of(vec![looked("taux de remplissage", &[17, 12, 9]), looked("séances non remplies", &[12])]),
        cancelled: amount.of(vec![cancelled]),
    }
}
