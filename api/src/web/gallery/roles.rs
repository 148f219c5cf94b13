//! What people of the staff are, as a head gives it and ends it.

use jiff::civil::date;

use super::sample::{choice, layout, november};
use super::{Amount, html};
use crate::web::layout::{FieldError, Link, Role};
use crate::web::roles::{RoleEndPage, RoleForm, RoleLine, RolesPage};

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    let wrong = |field: &str| FieldError { field: field.to_owned(), message: "Choisissez la personne.".to_owned() };
    let errors = ["personne", "role", "du", "au"].map(wrong);
    let errors = if amount == Amount::Empty { vec![] } else { errors.to_vec() };
    let preview = "À partir du 23\u{a0}novembre 2026, Mme Vidal n’aura plus le rôle «\u{a0}enseignant\u{a0}».";
    vec![
        ("principal-roles", html(&roles(amount, vec![]))),
        ("principal-roles-errors", html(&roles(amount, errors))),
        ("principal-role-end", html(&end(amount, None, vec![]))),
        ("principal-role-end-preview", html(&end(amount, Some(preview.to_owned()), vec![]))),
        ("principal-role-end-errors", html(&end(amount, None, vec![wrong("le")]))),
    ]
}

fn roles(amount: Amount, errors: Vec<FieldError>) -> RolesPage {
    let line = |name: &str, role: &str, to, ahead| RoleLine {
        name: amount.word(name),
        role: role.to_owned(),
        from: if ahead { date(2027, 1, 4) } else { november(9) },
        to,
        ahead,
        pupils: vec![],
        end: "/direction/roles/x/teacher/2026-09-01/fin".to_owned(),
    };
    let pupils = vec![Link { href: "/direction/droits/x".to_owned(), text: amount.word("Inès Fofana") }];
    let tutor = format!("professeur principal, {}", amount.class());
    let lines = amount.of(vec![
        line("VIDAL Claire", &tutor, None, false),
        RoleLine { pupils, ..line("LE GOFF Odile", "AESH", Some(date(2027, 7, 3)), false) },
        line("ROUX Hélène", "chef d’établissement", None, true),
    ]);
    RolesPage {
        layout: layout(Role::Principal, "/direction/roles", amount),
        people: lines.len(),
        lines,
        form: RoleForm {
            people: amount.of(vec![choice("p1", &amount.word("VIDAL Claire"))]),
            person: "p1".to_owned(),
            roles: vec![choice("head", "Chef d’établissement"), choice("aesh", "AESH")],
            tutored: amount.of(vec![choice("t", &format!("Professeur principal, {}", amount.class()))]),
            role: "aesh".to_owned(),
            from: "2026-11-17".to_owned(),
            to: String::new(),
            key: "k".to_owned(),
            // A form that is not there has no field to be wrong.
            errors: if amount == Amount::Empty { vec![] } else { errors },
        },
    }
}

fn end(amount: Amount, preview: Option<String>, errors: Vec<FieldError>) -> RoleEndPage {
    RoleEndPage {
        layout: layout(Role::Principal, "/direction/roles/x/teacher/2026-09-01/fin", amount),
        name: amount.word("Mme Vidal"),
        role: format!("professeur principal, {}", amount.class()),
        from: date(2026, 9, 1),
        to: (amount == Amount::Rich).then(|| date(2027, 7, 3)),
        action: "/direction/roles/x/teacher/2026-09-01/fin".to_owned(),
        on: "2026-11-23".to_owned(),
        version: "3".to_owned(),
        key: "k".to_owned(),
        preview,
        errors,
    }
}
