//! Classes and groups, as a head keeps them.

use jiff::civil::date;

use super::sample::{choice, layout, november};
use super::{Amount, html};
use crate::web::groups::{GroupForm, GroupLine, GroupPage, GroupsPage, Member, NewGroupPage, StayLine, Tick, TickSet};
use crate::web::layout::{FieldError, Role};

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    let wrong = |field: &str| FieldError { field: field.to_owned(), message: "Choisissez l’élève.".to_owned() };
    let all = ["entrant", "entre_le", "sortant", "sort_le", "eleve", "compose_le"].map(wrong);
    let errors = if amount == Amount::Empty { vec![wrong("entrant")] } else { all.to_vec() };
    let of_new =
        if amount == Amount::Empty { vec![] } else { ["nom", "eleve", "compose_le", "classe"].map(wrong).to_vec() };
    vec![
        ("principal-groups", html(&groups(amount))),
        ("principal-group", html(&group(amount, false, vec![]))),
        ("principal-group-errors", html(&group(amount, false, errors))),
        ("principal-class", html(&group(amount, true, vec![]))),
        ("principal-new-group", html(&new_group(amount, vec![]))),
        ("principal-new-group-errors", html(&new_group(amount, of_new))),
    ]
}

fn groups(amount: Amount) -> GroupsPage {
    let line = |name: &str, pupils, classes: &str| GroupLine {
        href: "/direction/groupes/x".to_owned(),
        name: amount.word(name),
        pupils,
        classes: classes.to_owned(),
    };
    GroupsPage {
        layout: layout(Role::Principal, "/direction/groupes", amount),
        classes: amount.of(vec![line("4e A", 28, ""), line("4e B", 1, "")]),
        groups: amount.of(vec![line("Mathématiques 4e, besoins 2", 14, "4e A, 4e B"), line("Latin", 0, "")]),
    }
}

fn sets(amount: Amount) -> Vec<TickSet> {
    let tick = |name: &str, chosen| Tick {
        value: "p".to_owned(),
        name: amount.word(name),
        chosen,
        settled: (amount == Amount::Long).then(|| "arrive le 23\u{a0}novembre 2026".to_owned()),
        news: (amount == Amount::Long).then_some("entrée enregistrée entre-temps"),
    };
    amount.of(vec![
        TickSet { class: amount.class(), pupils: vec![tick("Fofana Inès", true), tick("Mercier Tom", false)] },
        TickSet { class: "Sans classe".to_owned(), pupils: vec![tick("Petit Ana", true)] },
    ])
}

fn group(amount: Amount, is_class: bool, errors: Vec<FieldError>) -> GroupPage {
    let member = |name: &str, leaves| Member {
        name: amount.word(name),
        class: if is_class { String::new() } else { amount.class() },
        leaves,
    };
    let stay = |name: &str, from, to, counts| StayLine { name: amount.word(name), from, to, counts };
    GroupPage {
        layout: layout(Role::Principal, "/direction/groupes/x", amount),
        name: if is_class { amount.class() } else { amount.word("Mathématiques 4e, besoins 2") },
        is_class,
        by_hand: amount == Amount::Long,
        action: "/direction/groupes/x".to_owned(),
        classes: if is_class { String::new() } else { "4e A, 4e B".to_owned() },
        textbooks: amount.of(vec![amount.word("mathématiques, Mme Vidal")]),
        members: amount.of(vec![member("Fofana Inès", None), member("Mercier Tom", Some(date(2027, 1, 4)))]),
        stays: amount.of(vec![
            stay("Mercier Tom", november(9), Some(date(2027, 1, 3)), true),
            stay("Fofana Inès", date(2026, 9, 1), None, true),
            stay("Petit Ana", date(2026, 9, 1), None, false),
        ]),
        form: GroupForm {
            version: "3".to_owned(),
            shown: amount.of(vec!["p2 2026-09-01".to_owned()]),
            key: "k".to_owned(),
            asked: amount.of(vec!["c2".to_owned()]),
            others: amount.of(vec![choice("c3", "5e A")]),
            entrants: amount.of(vec![(amount.class(), vec![choice("p1", &amount.word("Mercier Tom"))])]),
            entrant: "p1".to_owned(),
            enters_on: "2026-11-17".to_owned(),
            leavers: if amount == Amount::Empty { vec![] } else { vec![choice("p2", &amount.word("Fofana Inès"))] },
            leaver: String::new(),
            leaves_on: "2026-11-17".to_owned(),
            sets: if is_class { vec![] } else { sets(amount) },
            made_on: "2026-11-17".to_owned(),
            // A class is not made anew.
            errors,
        },
    }
}

fn new_group(amount: Amount, errors: Vec<FieldError>) -> NewGroupPage {
    let class =
        |name: &str, chosen| Tick { value: "c".to_owned(), name: name.to_owned(), chosen, settled: None, news: None };
    NewGroupPage {
        layout: layout(Role::Principal, "/direction/groupes/nouveau", amount),
        classes: amount.of(vec![class("4e A", true), class(&amount.class(), true)]),
        sets: sets(amount),
        name: amount.word("Mathématiques 4e, besoins 2"),
        made_on: "2026-11-23".to_owned(),
        key: "k".to_owned(),
        errors,
    }
}
