//! The pages of the head of a school.

use jiff::civil::date;

use super::sample::{at, choice, layout, november};
use super::{Amount, html};
use crate::web::heat::{Heat, HeatPage, HeatRow, Stretch};
use crate::web::layout::{FieldError, Link, Role};
use crate::web::principal::{
    ChangedDay, ChangedLesson, ChooseForm, CoveragePage, Decided, FilesPage, Filling, Gap, Gaps, LessonsPage,
    LimitsForm, Mandate, MandateForm, MandatesPage, MonthPage, MovePage, Row, ServiceChoice, ServiceGroup,
    ServiceLevel, TypeChoice, Used,
};
use crate::web::rights::{Near, PupilsPage, Reads, RightForm, RightsPage};

pub fn pages(amount: Amount) -> Vec<(&'static str, String)> {
    let preview = "À partir du 17 novembre 2026, Mamadou Fofana lira le cahier de textes d’Inès Fofana.".to_owned();
    let too_large =
        FieldError { field: "image".to_owned(), message: "Indiquez un nombre entier de Mo, de 1 à 200.".to_owned() };
    let wrong = FieldError { field: "personne".to_owned(), message: "Choisissez la personne concernée.".to_owned() };
    vec![
        ("principal-coverage", html(&coverage(amount))),
        ("principal-month", html(&month(amount))),
        ("principal-heat", html(&heat(amount))),
        ("principal-lessons", html(&lessons(amount))),
        ("principal-move", html(&relocation(amount))),
        ("principal-mandates", html(&mandates(amount))),
        ("principal-files", html(&files(Role::Principal, amount, vec![]))),
        ("principal-files-errors", html(&files(Role::Principal, amount, vec![too_large]))),
        ("referent-files", html(&files(Role::Referent, amount, vec![]))),
        ("principal-pupils", html(&pupils(amount))),
        ("principal-rights", html(&rights(amount, vec![], None))),
        ("principal-rights-preview", html(&rights(amount, vec![], Some(preview)))),
        ("principal-rights-left", html(&rights_left(amount))),
        ("principal-rights-errors", html(&rights(amount, vec![wrong], None))),
    ]
}

fn files(role: Role, amount: Amount, errors: Vec<FieldError>) -> FilesPage {
    let decided = |since| Decided {
        since,
        source: "usage, aucun texte".to_owned(),
        largest: vec!["Un document\u{202f}: 20\u{a0}Mo au plus".to_owned()],
        textbook: "2000\u{a0}Mo".to_owned(),
        taken: vec!["PDF".to_owned(), "image PNG".to_owned()],
    };
    let used = |subject: &str| Used {
        class: amount.class(),
        subject: amount.word(subject),
        files: 12,
        bytes: "48,5\u{a0}Mo".to_owned(),
        share: "2,4\u{202f}%".to_owned(),
    };
    let school = choice;
    let choice =
        |value: &str, label: &str, ticked| TypeChoice { value: value.to_owned(), label: label.to_owned(), ticked };
    FilesPage {
        layout: layout(role, "/direction/fichiers", amount),
        schools: match role {
            Role::Referent => amount.of(vec![school("a", "Collège des Tilleuls"), school("b", "École du Bourg")]),
            _ => vec![],
        },
        school: "b".to_owned(),
        now: decided(None),
        later: amount.of(vec![decided(Some(date(2026, 12, 1)))]),
        used: (role == Role::Principal).then(|| amount.of(vec![used("français"), used("mathématiques")])),
        total: "97\u{a0}Mo".to_owned(),
        form: LimitsForm {
            document: "20".to_owned(),
            image: "dix".to_owned(),
            audio: "20".to_owned(),
            video: "20".to_owned(),
            textbook: "2000".to_owned(),
            types: vec![choice("pdf", "PDF", true), choice("mp4", "vidéo MP4", false)],
            from: "2026-11-17".to_owned(),
            key: "k".to_owned(),
            errors,
        },
    }
}

fn month(amount: Amount) -> MonthPage {
    let row = |label: String, weeks: [(u32, u32); 3]| Row {
        label,
        href: "/direction?classe=x#vides".to_owned(),
        cells: weeks.map(|(filled, held)| Filling { held, filled }).to_vec(),
        total: Filling { held: weeks.iter().map(|w| w.1).sum(), filled: weeks.iter().map(|w| w.0).sum() },
    };
    MonthPage {
        layout: layout(Role::Principal, "/direction/mois", amount),
        month: november(1),
        class: (amount == Amount::One).then(|| amount.class()),
        whole: (amount == Amount::One).then(|| "/direction/mois?mois=2026-11-01".to_owned()),
        previous: Some("/direction/mois?mois=2026-10-01".to_owned()),
        next: (amount == Amount::Long).then(|| "/direction/mois?mois=2026-12-01".to_owned()),
        weeks: if amount == Amount::Empty { vec![] } else { vec![november(2), november(9), november(16)] },
        rows: amount.of(vec![
            row(amount.class(), [(26, 26), (20, 26), (9, 10)]),
            row(amount.word("3e groupe 2"), [(0, 0), (1, 2), (0, 1)]),
        ]),
        stretches: pages_of(amount, "/direction/mois?mois=2026-11-01"),
    }
}

fn heat(amount: Amount) -> HeatPage {
    let heat = |(tasks, minutes, tests): (u32, u32, u32)| Heat {
        tasks,
        minutes,
        unestimated: if minutes == 0 { tasks } else { 0 },
        tests,
    };
    let row = |label: String, days: [(u32, u32, u32); 5]| HeatRow {
        label,
        href: "/direction/charge?classe=x".to_owned(),
        cells: days.map(heat).to_vec(),
    };
    let here = "/direction/charge/classes";
    HeatPage {
        layout: layout(Role::Principal, here, amount),
        back: Link { href: "/direction/charge".to_owned(), text: "Charge de travail d’une classe".to_owned() },
        monday: november(16),
        previous: Some(format!("{here}?semaine=2026-11-09")),
        next: Some(format!("{here}?semaine=2026-11-23")),
        present: (amount == Amount::Long).then(|| here.to_owned()),
        days: (16..=20).map(november).collect(),
        rows: amount.of(vec![
            row(amount.class(), [(0, 0, 0), (2, 45, 0), (1, 0, 0), (4, 95, 1), (3, 80, 2)]),
            row(amount.word("5e A"), [(1, 15, 0), (0, 0, 0), (9, 150, 0), (0, 0, 0), (2, 60, 0)]),
        ]),
        stretches: pages_of(amount, "/direction/charge/classes?semaine=2026-11-16"),
    }
}

fn pages_of(amount: Amount, here: &str) -> Vec<Stretch> {
    let stretch = |page: usize, first: &str, last: &str| Stretch {
        href: format!("{here}&page={page}"),
        first: amount.word(first),
        last: last.to_owned(),
        current: page == 1,
    };
    let pages = vec![stretch(1, "3e A", "4e F"), stretch(2, "4e G", "6e C")];
    if amount == Amount::Long { pages } else { vec![] }
}

fn pupils(amount: Amount) -> PupilsPage {
    let pupil = |name: &str| Link { href: "/direction/droits/x".to_owned(), text: amount.word(name) };
    PupilsPage {
        layout: layout(Role::Principal, "/direction/droits", amount),
        classes: amount.of(vec![choice("c1", "4e B"), choice("c2", "5e A")]),
        chosen: "c1".to_owned(),
        class: if amount == Amount::Empty { String::new() } else { amount.class() },
        pupils: amount.of(vec![pupil("Inès Fofana"), pupil("Tom Mercier")]),
        left: amount.of(vec![pupil("Awa Sow")]),
    }
}

fn rights(amount: Amount, errors: Vec<FieldError>, preview: Option<String>) -> RightsPage {
    let near =
        |name: &str, relation: &str, reads| Near { name: amount.word(name), relation: relation.to_owned(), reads };
    let (from, long) = (november(3), amount.word("Inès Fofana"));
    RightsPage {
        layout: layout(Role::Principal, "/direction/droits/x", amount),
        name: long,
        class: amount.class(),
        left_on: None,
        back: Link { href: "/direction/droits?classe=c1".to_owned(), text: "Les élèves de la classe".to_owned() },
        action: "/direction/droits/x".to_owned(),
        near: amount.of(vec![
            near("Aïssatou Fofana", "mère, responsable légal 1", Reads::Authority),
            near("Mamadou Fofana", "père, autre proche", Reads::Supervision { from }),
            near("Karim Fofana", "lien non précisé, contact", Reads::Barred { from }),
            near("Rose Fofana", "ascendant, contact", Reads::Nothing),
            near("Luc Perrin", "AESH", Reads::Accompanies { from }),
        ]),
        objecting_since: (amount == Amount::Long).then_some(from),
        form: RightForm {
            acts: vec![choice("surveillance", "Un parent a le droit de surveillance")],
            act: "surveillance".to_owned(),
            relatives: amount.of(vec![choice("r1", "Mamadou Fofana (père)")]),
            companions: amount.of(vec![choice("a1", &amount.word("Luc Perrin"))]),
            person: "r1".to_owned(),
            on: "2026-11-17".to_owned(),
            version: "2".to_owned(),
            key: "k".to_owned(),
            errors,
        },
        preview,
    }
}

fn rights_left(amount: Amount) -> RightsPage {
    let page = rights(amount, vec![], None);
    let back = Link { href: "/direction/droits".to_owned(), text: "Les élèves".to_owned() };
    let near =
        page.near.into_iter().filter(|one| matches!(one.reads, Reads::Supervision { .. } | Reads::Accompanies { .. }));
    let acts = amount.of(vec![
        choice("fin-surveillance", "Ce droit de surveillance n’a plus d’objet"),
        choice("fin-aesh", "Cet AESH n’accompagne plus l’élève"),
    ]);
    let form = RightForm { acts, act: String::new(), ..page.form };
    RightsPage {
        class: String::new(),
        left_on: Some(november(16)),
        back,
        near: near.collect(),
        objecting_since: None,
        form,
        ..page
    }
}

fn changed(amount: Amount, hour: i8, reason: Option<&str>, note: Option<&str>) -> ChangedLesson {
    ChangedLesson {
        start: at(hour, 0),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
        reason: reason.map(str::to_owned),
        notes: note.map(str::to_owned).into_iter().collect(),
        value: "b/s/2026-11-19".to_owned(),
        chosen: hour == 8,
        move_href: "/direction/seances/b/s/2026-11-19/deplacer".to_owned(),
    }
}

fn lessons(amount: Amount) -> LessonsPage {
    let changed = |hour, reason, note| changed(amount, hour, reason, note);
    let wrong = FieldError { field: "motif".to_owned(), message: "Choisissez un motif.".to_owned() };
    let found = amount.of(vec![
        ChangedDay { date: november(19), lessons: vec![changed(8, None, None), changed(14, Some("stage"), None)] },
        ChangedDay { date: november(20), lessons: vec![changed(8, None, Some("déplacée du jeudi 19 novembre"))] },
    ]);
    let errors = if amount == Amount::Long { vec![wrong] } else { Vec::new() };
    let busy = "M. Diallo a déjà la classe 3e A, jeudi 19 novembre.".to_owned();
    LessonsPage {
        layout: layout(Role::Principal, "/direction/seances", amount),
        form: ChooseForm {
            teachers: vec![choice("enseignant:1", "Mme Vidal"), choice("enseignant:2", "M. Diallo")],
            classes: vec![choice("classe:1", "4e B")],
            who: "classe:1".to_owned(),
            from: "2026-11-19".to_owned(),
            to: "2026-11-20".to_owned(),
            after: String::new(),
            before: String::new(),
        },
        found: (amount != Amount::One).then_some(found),
        reasons: vec![choice("teacher-absent", "professeur absent"), choice("outing", "sortie scolaire")],
        reason: "outing".to_owned(),
        takers: vec![choice("2", &amount.word("M. Diallo"))],
        taker: String::new(),
        days: amount.of(vec![
            ChangedDay {
                date: november(19),
                lessons: vec![
                    changed(8, Some("professeur absent"), None),
                    changed(14, None, Some("assurée par M. Diallo")),
                ],
            },
            ChangedDay { date: november(20), lessons: vec![changed(8, None, Some("déplacée du jeudi 19 novembre"))] },
        ]),
        changed: 40,
        days_said: Some("depuis le vendredi 13 novembre".to_owned()),
        older: Some("/direction/seances?depuis=2026-10-05#changees".to_owned()),
        since: String::new(),
        key: "k".to_owned(),
        errors,
        confirmation: "c".to_owned(),
        // Of lessons that were found, and only then.
        warnings: if amount == Amount::One { Vec::new() } else { amount.of(vec![busy]) },
    }
}

fn relocation(amount: Amount) -> MovePage {
    let wrong =
        FieldError { field: "jour".to_owned(), message: "L’établissement est fermé ce jour-là.".to_owned() };
    let warning = "Des élèves ont déjà cours à cette heure.".to_owned();
    MovePage {
        layout: layout(Role::Principal, "/direction/seances/b/s/2026-11-19/deplacer", amount),
        class: amount.class(),
        subject: amount.word("mathématiques"),
        teacher: amount.word("Mme Vidal"),
        date: november(19),
        start: at(8, 0),
        minutes: 55,
        room: Some(amount.word("salle 12")),
        reason: (amount == Amount::Rich).then(|| "professeur absent".to_owned()),
        notes: Vec::new(),
        action: "/direction/seances/b/s/2026-11-19/deplacer".to_owned(),
        key: "k".to_owned(),
        day: "2026-11-24".to_owned(),
        hour: "14:00".to_owned(),
        new_room: String::new(),
        errors: if amount == Amount::Long { vec![wrong] } else { Vec::new() },
        warnings: if amount == Amount::Rich { vec![warning] } else { Vec::new() },
        confirmation: "c".to_owned(),
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
        schools: if amount == Amount::One {
            vec![]
        } else {
            vec![choice("s1", &amount.word("Collège des Tilleuls")), choice("s2", "Collège des Ormes")]
        },
        school: "s1".to_owned(),
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
    let level = |label: &str, groups| ServiceLevel { label: amount.word(label), groups };
    let wrong = FieldError { field: "service".to_owned(), message: "Cochez au moins un cahier de textes.".to_owned() };
    let form = MandateForm {
        inspectors: amount.of(vec![choice("i1", &amount.word("M. Le Goff, IA-IPR de mathématiques"))]),
        levels: amount.of(vec![
            level("4e", vec![group(amount.class()), group("4e groupe 2".to_owned())]),
            level("5e", vec![group("5e A".to_owned())]),
        ]),
        from: "2026-11-23".to_owned(),
        key: "k4".to_owned(),
        errors: if amount == Amount::Long { vec![wrong] } else { Vec::new() },
        ..MandateForm::default()
    };
    let past = Mandate { from: november(2), to: november(8), closed_on: Some(november(6)), ..mandate(amount) };
    let ahead = Mandate { from: date(2026, 12, 1), to: date(2026, 12, 18), ..mandate(amount) };
    MandatesPage {
        layout: layout(Role::Principal, "/direction/mandats", amount),
        open: amount.of(vec![mandate(amount), ahead]),
        closed: amount.of(vec![past]),
        form,
        missing_inspector: None,
    }
}
