//! The pages of those who read: pupils, parents, and whoever stands at the door.

use super::sample::{BOOK, NOW, homework, layout, nobody, november, textbook, week};
use super::{Amount, html};
use crate::web::class::{ClassTextbookPage, ClassWeekPage, ClassesPage};
use crate::web::layout::{FieldError, Link, Role};
use crate::web::parent::{
    Child, ChildHead, ChildHomeworkPage, ChildLoadPage, ChildPage, ChildTextbookPage, HomePage, Objection, SubjectLink,
};
use crate::web::problem::{LostPage, ProblemPage, Typed};
use crate::web::pupil::{FollowedBy, HomeworkPage, LoadPage, Majority, RightsPage, TextbookPage, WeekPage};
use crate::web::staff::{HeldRole, StaffPage};
use crate::web::teacher::LoadedDay;
use crate::web::welcome::{
    AccessibilityPage, Chapter, DemoPage, Featured, Person, PersonalDataPage, PupilsDataPage, TokenPage,
};

const CHILD: &str = "/parent/enfants/0192f1de-11aa-7c55-9b1e-0a53fd9a4e11";

fn link(href: &str, text: &str) -> Link {
    Link { href: href.to_owned(), text: text.to_owned() }
}

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    let mut all = pupil(amount);
    all.extend(parent(amount));
    all.extend(class(amount));
    all.push(("staff-role", html(&staff(amount))));
    all.extend(door(amount));
    all
}

fn loaded(amount: Amount) -> Vec<LoadedDay> {
    let day = |date, tasks, minutes, tests| LoadedDay { date: november(date), tasks, minutes, tests };
    amount.of(vec![day(18, 3, 55, 0), day(19, 1, 0, 1), day(20, 4, 95, 2)])
}

fn rights(amount: Amount, majority: Majority, asked: &str, error: Option<&str>) -> RightsPage {
    let by = |name: &str, right: &str| FollowedBy { name: amount.word(name), right: right.to_owned() };
    RightsPage {
        layout: layout(Role::Pupil, "/eleve/droits", amount),
        followed_by: amount.of(vec![
            by("Aïssatou Fofana", "autorité parentale"),
            by("Mamadou Fofana", "droit de surveillance"),
            by("Luc Perrin", "AESH"),
        ]),
        majority,
        asked: asked.to_owned(),
        version: "3".to_owned(),
        key: "k".to_owned(),
        error: error.map(str::to_owned),
    }
}

fn staff(amount: Amount) -> StaffPage {
    let held = |role: &str, to| HeldRole {
        role: amount.word(role),
        school: Some(amount.word("Collège des Tilleuls")),
        from: november(2),
        to,
        why: "Ce rôle ne demande pas de lire les cahiers de textes.".to_owned(),
    };
    StaffPage {
        layout: layout(Role::Staff, "/personnel", amount),
        roles: amount.of(vec![held("Professeur documentaliste", None), held("Archiviste", Some(november(30)))]),
    }
}

fn class(amount: Amount) -> Vec<(&'static str, String)> {
    let classes = vec![link("/vie-scolaire/classes/x", &amount.class()), link("/vie-scolaire/classes/y", "5e A")];
    let books = ["Anglais", "Espagnol LV2, Espagnol LV2 groupe 1", "Mathématiques"];
    let books = books.map(|subject| link("/vie-scolaire/classes/x/cahiers/y", &amount.word(subject)));
    let back = || link("/vie-scolaire", "Les classes");
    let frame = |here: &str| layout(Role::SchoolLife, here, amount);
    vec![
        ("class-classes", html(&ClassesPage { layout: frame("/vie-scolaire"), classes: amount.of(classes) })),
        (
            "class-week",
            html(&ClassWeekPage {
                layout: frame("/vie-scolaire/classes/x"),
                class: amount.class(),
                back: back(),
                week: week(amount, "/vie-scolaire/classes/x"),
                load: "/vie-scolaire/classes/x/charge".to_owned(),
                textbooks: amount.of(books.to_vec()),
            }),
        ),
        (
            "class-textbook",
            html(&ClassTextbookPage {
                layout: layout(Role::Teacher, "/enseignant/classes/x/cahiers", amount),
                back: back(),
                textbook: textbook(amount),
            }),
        ),
    ]
}

fn pupil(amount: Amount) -> Vec<(&'static str, String)> {
    let subjects = ["Anglais", "EPS", "Français", "Histoire-géographie", "Mathématiques", "SVT"];
    let textbooks = subjects.map(|subject| link("/eleve/cahiers/x", &amount.word(subject)));
    let in_book = format!("/eleve/cahiers/{BOOK}");
    vec![
        (
            "pupil-week",
            html(&WeekPage {
                layout: layout(Role::Pupil, "/eleve", amount),
                week: week(amount, "/eleve"),
                textbooks: amount.of(textbooks.to_vec()),
            }),
        ),
        (
            "pupil-homework",
            html(&HomeworkPage { layout: layout(Role::Pupil, "/eleve/travail", amount), homework: homework(amount) }),
        ),
        (
            "pupil-textbook",
            html(&TextbookPage { layout: layout(Role::Pupil, &in_book, amount), textbook: textbook(amount) }),
        ),
        (
            "pupil-workload",
            html(&LoadPage {
                layout: layout(Role::Pupil, "/eleve/charge", amount),
                days: loaded(amount),
                until: november(30),
            }),
        ),
        ("pupil-rights-minor", html(&rights(amount, Majority::Minor { of_age_from: november(30) }, "", None))),
        ("pupil-rights-unknown", html(&rights(amount, Majority::Unknown, "", Some("Rien n’a changé.")))),
        ("pupil-rights", html(&rights(amount, Majority::OfAge { objecting_since: None }, "opposer", None))),
        (
            "pupil-rights-objecting",
            html(&rights(amount, Majority::OfAge { objecting_since: Some(november(3)) }, "", None)),
        ),
    ]
}

fn children(amount: Amount) -> Vec<Child> {
    let child = |given_name: &str, class: String, school: &str| Child {
        given_name: amount.word(given_name),
        class,
        school: (amount != Amount::One).then(|| school.to_owned()),
        href: CHILD.to_owned(),
        now: NOW,
        next_day: Some(november(18)),
        homework: Vec::new(),
    };
    let late = homework(amount).into_iter().skip(3).collect();
    let mut ines = child("Inès", amount.class(), "collège des Tilleuls");
    ines.homework = homework(amount);
    let malik = Child { homework: late, ..child("Malik", "CM1".to_owned(), "école Jean-Zay") };
    let paul = Child { next_day: None, ..child("Aminata", "2de 4".to_owned(), "lycée Hélène-Boucher") };
    amount.of(vec![ines, malik, paul])
}

fn head(amount: Amount) -> ChildHead {
    ChildHead {
        home: link("/parent", "Mes enfants"),
        given_name: amount.word("Inès"),
        class: amount.class(),
        href: CHILD.to_owned(),
        siblings: amount.of(vec![link(CHILD, &amount.word("Malik")), link(CHILD, "Aminata")]),
    }
}

fn parent(amount: Amount) -> Vec<(&'static str, String)> {
    let frame = |here: &str| layout(Role::Parent, here, amount);
    let subject = |subject: &str, teacher: &str, latest| SubjectLink {
        subject: amount.word(subject),
        teacher: amount.word(teacher),
        href: format!("{CHILD}/cahiers/{BOOK}"),
        latest,
    };
    let subjects = vec![
        subject("Mathématiques", "Mme Vidal", Some(november(16))),
        subject("Anglais", "M. Diallo", Some(november(12))),
        subject("Français", "M. Caron", None),
    ];
    let objections = amount.of(vec![Objection { given_name: amount.word("Aminata"), since: november(3) }]);
    vec![
        ("parent-home", html(&HomePage::new(frame("/parent"), children(amount), objections))),
        ("parent-near", html(&HomePage { near: true, ..HomePage::new(frame("/parent"), vec![], vec![]) })),
        (
            "parent-unplaced",
            html(&HomePage { unplaced: vec![amount.word("Inès")], ..HomePage::new(frame("/parent"), vec![], vec![]) }),
        ),
        (
            "companion-home",
            html(&HomePage::new(layout(Role::Companion, "/accompagnement", amount), children(amount), vec![])),
        ),
        (
            "parent-workload",
            html(&ChildLoadPage {
                layout: frame(CHILD),
                child: head(amount),
                days: loaded(amount),
                until: november(30),
            }),
        ),
        (
            "parent-child",
            html(&ChildPage {
                layout: frame(CHILD),
                child: head(amount),
                week: week(amount, CHILD),
                subjects: amount.of(subjects),
                homework_count: homework(amount).len(),
            }),
        ),
        (
            "parent-homework",
            html(&ChildHomeworkPage { layout: frame(CHILD), child: head(amount), homework: homework(amount) }),
        ),
        (
            "parent-textbook",
            html(&ChildTextbookPage { layout: frame(CHILD), child: head(amount), textbook: textbook(amount) }),
        ),
    ]
}

fn cast(amount: Amount) -> Vec<Person> {
    let person = |id: &str, role, name: &str, detail: &str| Person {
        id: id.to_owned(),
        role,
        name: amount.word(name),
        detail: detail.to_owned(),
    };
    amount.of(vec![
        person("p1", Role::Parent, "Mme Fofana", "mère d’Inès (4e B) et de Malik"),
        person("p2", Role::Teacher, "Mme Vidal", "mathématiques, 4e B et 5e A"),
        person("p3", Role::Inspector, "M. Le Goff", "IA-IPR de mathématiques"),
        person("p4", Role::Pupil, "Inès Fofana", "4e B"),
        person("p5", Role::Principal, "Mme Roux", "principale"),
        person("p6", Role::Pupil, "Tom Mercier", "4e B"),
        person("p7", Role::Teacher, "M. Diallo", "anglais, 4e B et 3e A"),
    ])
}

fn door(amount: Amount) -> Vec<(&'static str, String)> {
    let why = [
        "Deux enfants, et ce qu’il faut faire pour demain, sans un clic.",
        "Trois séances à compléter, et une qu’elle vient de corriger.",
        "Un mandat, un cahier, et tout ce qui y a été écrit.",
    ];
    let featured = cast(amount).into_iter().zip(why).map(|(person, why)| Featured { person, why: why.to_owned() });
    let titled = |title: &str, people: Vec<Featured>| Chapter { title: amount.word(title), people };
    let (first, around): (Vec<_>, Vec<_>) = featured.partition(|one| one.person.role != Role::Inspector);
    let chapters = vec![titled("Par qui commencer", first), titled("Autour d’un élève", around)];
    let chapters = chapters.into_iter().filter(|chapter| !chapter.people.is_empty()).collect();
    let wrong = FieldError {
        field: "jeton".to_owned(),
        message: "Ce jeton n’est pas reconnu, ou il a expiré. Demandez-en un autre.".to_owned(),
    };
    let served = || crate::web::layout::Layout { demo: false, ..nobody(amount) };
    let empty = amount == Amount::Empty;
    vec![
        ("welcome-demo", html(&DemoPage { layout: nobody(amount), chapters, people: cast(amount) })),
        ("welcome-token", html(&TokenPage { layout: served(), errors: if empty { Vec::new() } else { vec![wrong] } })),
        ("welcome-accessibility", html(&AccessibilityPage { layout: nobody(amount) })),
        ("welcome-personal-data", html(&PersonalDataPage { layout: nobody(amount) })),
        ("welcome-pupils-data", html(&PupilsDataPage { layout: nobody(amount) })),
        ("problem-404", html(&ProblemPage::of(nobody(amount), 404))),
        (
            "problem-404-known",
            html(&ProblemPage::nowhere(layout(Role::Teacher, "/direction", amount), &[Role::Teacher, Role::Parent])),
        ),
        ("problem-500", html(&ProblemPage::of(served(), 500))),
        ("problem-503", html(&ProblemPage::of(served(), 503))),
        ("problem-403", html(&ProblemPage::of(layout(Role::Teacher, "/direction", amount), 403))),
        ("problem-409", html(&conflict(amount))),
        ("problem-lost", html(&lost(amount))),
    ]
}

fn lost(amount: Amount) -> LostPage {
    LostPage {
        layout: nobody(amount),
        action: "/enseignant/cahiers/x/seances/y/2026-11-16".to_owned(),
        fields: amount.of(vec![("contenu".to_owned(), amount.word("Correction des exercices 8 à 11.\n« Fiche 3 »"))]),
        files: usize::from(amount == Amount::Rich),
    }
}

fn conflict(amount: Amount) -> ProblemPage {
    let typed = |label: &str, text: &str| Typed { label: label.to_owned(), text: text.to_owned() };
    let mut page = ProblemPage::of(layout(Role::Teacher, "/enseignant", amount), 409);
    page.next.insert(0, link("/enseignant", "Rouvrir la séance telle qu’elle est"));
    page.typed = amount.of(vec![
        typed("Contenu de la séance", "Correction des exercices 8 à 11.\nTravail par deux."),
        typed("Travail 1", &amount.word("Exercices 12 et 15 page 87.")),
    ]);
    assert_eq!(page.layout.now, NOW);
    page
}
