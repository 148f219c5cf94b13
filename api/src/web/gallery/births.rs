//! The day of birth of a pupil, as a head states it or mends it.

use jiff::civil::date;

use super::sample::{choice, layout};
use super::{Amount, html};
use crate::web::births::{BirthPage, BirthsPage};
use crate::web::layout::{FieldError, Link, Role};

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    let wrong = FieldError { field: "ne_le".to_owned(), message: "Indiquez la date.".to_owned() };
    vec![
        ("principal-births", html(&births(amount))),
        ("principal-birth", html(&birth(amount, vec![]))),
        ("principal-birth-errors", html(&birth(amount, vec![wrong]))),
    ]
}

fn births(amount: Amount) -> BirthsPage {
    let link = |name: &str| Link { href: "/direction/eleves/x".to_owned(), text: amount.word(name) };
    BirthsPage {
        layout: layout(Role::Principal, "/direction/eleves", amount),
        classes: amount.of(vec![choice("a", "4e A"), choice("b", &amount.class())]),
        chosen: "b".to_owned(),
        class: if amount == Amount::Empty { String::new() } else { amount.class() },
        pupils: amount.of(vec![link("FOFANA Inès"), link("MERCIER Tom")]),
    }
}

fn birth(amount: Amount, errors: Vec<FieldError>) -> BirthPage {
    let born_on = (amount != Amount::Empty).then(|| date(2013, 2, 14));
    BirthPage {
        layout: layout(Role::Principal, "/direction/eleves/x", amount),
        name: amount.word("Inès Fofana"),
        class: amount.class(),
        back: Link { href: "/direction/eleves?classe=b".to_owned(), text: "Les élèves de la classe".to_owned() },
        action: "/direction/eleves/x".to_owned(),
        born_on,
        of_age_from: born_on.map(|_| date(2031, 2, 14)),
        typed: born_on.map(|born| born.to_string()).unwrap_or_default(),
        version: "3".to_owned(),
        key: "k".to_owned(),
        errors,
    }
}
