//! `/direction/mandats`: the head opens named textbooks to a named inspector, between two dates, and may close it early.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::{Form, RequestExt as _};
use domain::calendar::days_after;
use domain::directory::person::Role as Held;
use domain::ids::{GroupId, MandateId, PersonId, TextbookId};
use domain::inspection::mandate::Command;
use jiff::civil::Date;
use uuid::Uuid;

use super::Office;
use crate::app::Said;
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Role};
use crate::web::principal::{Mandate, MandateForm, MandatesPage, ServiceChoice, ServiceGroup, ServiceLevel};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page_with, said, with_flash};

/// What was chosen.
#[derive(Default)]
struct Typed {
    inspector: String,
    textbooks: BTreeSet<String>,
    from: String,
    to: String,
    key: String,
}

impl Typed {
    fn fresh(office: &Office<'_>) -> Self {
        let today = office.local.date();
        let to = days_after(today, 14).unwrap_or(today).to_string();
        Self { from: today.to_string(), to, key: Uuid::now_v7().to_string(), ..Self::default() }
    }

    fn read(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "inspecteur" => typed.inspector = value,
                "service" => {
                    typed.textbooks.insert(value);
                }
                "du" => typed.from = value,
                "au" => typed.to = value,
                "cle" => typed.key = value,
                _ => {}
            }
        }
        typed
    }

    /// The command, or what is wrong with each field.
    fn command(&self) -> Result<Command, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: field.to_owned(), message: fr::spaced(message) });
        };
        let inspector = Uuid::parse_str(&self.inspector).ok().map(PersonId);
        if inspector.is_none() {
            wrong("inspecteur", "Choisissez à qui vous ouvrez les cahiers.");
        }
        let textbooks: BTreeSet<TextbookId> =
            self.textbooks.iter().filter_map(|id| Uuid::parse_str(id).ok().map(TextbookId)).collect();
        if textbooks.is_empty() {
            wrong("service", "Choisissez au moins un cahier de textes.");
        }
        let (from, until) = (self.from.parse::<Date>().ok(), self.to.parse::<Date>().ok());
        if from.is_none() {
            wrong("du", "Indiquez le premier jour du mandat, par exemple 23/11/2026.");
        }
        match (from, until) {
            (_, None) => wrong("au", "Indiquez le dernier jour du mandat, par exemple 04/12/2026."),
            (Some(from), Some(until)) if until < from => {
                wrong("au", "Le mandat finit le jour où il commence, ou après.");
            }
            (Some(from), Some(until)) if domain::calendar::days_between(from, until) > 366 => {
                wrong("au", "Un mandat dure un an au plus.");
            }
            _ => {}
        }
        match (inspector, from, until) {
            (Some(inspector), Some(from), Some(until)) if errors.is_empty() => {
                Ok(Command::OpenMandate { inspector, textbooks, from, until })
            }
            _ => Err(errors),
        }
    }
}

/// « 3e » of « 3e B »; of a group, that of its first class.
fn level_of(books: &Books, group: GroupId) -> String {
    let class = books.groups.get(&group).and_then(|book| {
        let code = book.description.classes.iter().min()?;
        Some(said::group_of(books, GroupId::of(book.school, book.year, code))).filter(|label| !label.is_empty())
    });
    let label = class.unwrap_or_else(|| said::group_of(books, group));
    label.split(' ').next().unwrap_or_default().to_owned()
}

fn view(office: &Office<'_>, visitor: Visitor, typed: Typed, errors: Vec<FieldError>, done: &Done) -> MandatesPage {
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), "/direction/mandats");
    let today = office.local.date();
    let books = office.web.app.register.read();
    let mut inspectors: Vec<Choice> = books
        .persons
        .iter()
        .filter(|(_, book)| book.roles.iter().any(|held| held.role == Held::Inspector && held.holds(today)))
        .map(|(id, book)| Choice { value: id.to_string(), label: book.formal() })
        .collect();
    inspectors.sort_by(|a, b| a.label.cmp(&b.label));
    let label = |textbook: &TextbookId| {
        let service = books.services.get(textbook)?;
        let subject = said::inside(&said::subject(&books, service.school, &service.subject));
        Some((said::group_of(&books, service.group), subject, said::teachers(&books, *textbook, today)))
    };
    let mut levels: BTreeMap<String, BTreeMap<String, Vec<ServiceChoice>>> = BTreeMap::new();
    for service in books.services_of_school(office.school) {
        let Some((class, subject, teacher)) = label(&service.textbook) else { continue };
        let value = service.textbook.to_string();
        let chosen = typed.textbooks.contains(&value);
        let groups = levels.entry(level_of(&books, service.group)).or_default();
        groups.entry(class).or_default().push(ServiceChoice { value, label: format!("{subject}, {teacher}"), chosen });
    }
    let group = |(class, mut services): (String, Vec<ServiceChoice>)| {
        services.sort_by(|a, b| a.label.cmp(&b.label));
        ServiceGroup { class, services }
    };
    let level = |(label, groups): (String, BTreeMap<String, Vec<ServiceChoice>>)| ServiceLevel {
        label,
        groups: groups.into_iter().map(group).collect(),
    };
    let levels = levels.into_iter().map(level).collect();
    let of_school = books.mandates.values().filter(|book| book.school == office.school);
    let mandate = |book: &crate::facts::MandateBook| Mandate {
        id: book.mandate.to_string(),
        inspector: books.formal_name(book.grant.inspector),
        from: book.grant.from,
        to: book.grant.until,
        opened_by: book.opened_by.map(|head| books.formal_name(head)).unwrap_or_default(),
        textbooks: book
            .grant
            .textbooks
            .iter()
            .filter_map(label)
            .map(|(class, subject, _)| format!("{class}, {subject}"))
            .collect(),
        closed_on: book.closed_on,
        close_action: format!("/direction/mandats/{}/fermer", book.mandate),
        close_key: Uuid::now_v7().to_string(),
    };
    let (open, closed): (Vec<_>, Vec<_>) = of_school.partition(|book| !book.grant.closed && today <= book.grant.until);
    let Typed { inspector, from, to, key, .. } = typed;
    let form = MandateForm { inspectors, inspector, levels, from, to, key, errors };
    MandatesPage {
        open: open.into_iter().map(mandate).collect(),
        closed: closed.into_iter().map(mandate).collect(),
        form,
        missing_inspector: None,
        layout: with_flash(layout, done.flash(today)),
    }
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(done): Query<Done>) -> Page {
    let office = Office::open(&web, visitor)?;
    page_with(StatusCode::OK, &view(&office, visitor, Typed::fresh(&office), vec![], &done))
}

pub async fn open(State(web): Shared, visitor: Visitor, request: axum::extract::Request) -> Page {
    let office = Office::open(&web, visitor)?;
    let fields = request.extract::<Form<Vec<(String, String)>>, _>().await;
    let Form(fields) = fields.map_err(|problem| Problem::invalid("form-malformed", problem.to_string()))?;
    let typed = Typed::read(fields);
    let command = match typed.command() {
        Ok(command) => command,
        Err(errors) => {
            let page = view(&office, visitor, typed, errors, &Done::default());
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    // A form sent twice opens one mandate: its name follows from the form's key.
    let key = Uuid::parse_str(&typed.key).unwrap_or_else(|_| Uuid::now_v7());
    let mandate = MandateId(Uuid::new_v5(&key, b"mandat"));
    let said = Said { key: Some(key.to_string()), expected: None };
    match web.app.in_mandate(office.head, office.school, mandate, said, command).await {
        Ok(receipt) => {
            web.app.await_readers(receipt.last_position.unwrap_or_default()).await;
            Ok(Redirect::to("/direction/mandats?fait=mandat-ouvert").into_response())
        }
        Err(problem) => refused(&office, visitor, typed, problem),
    }
}

/// The form again, with what was chosen, and what the school answered.
fn refused(office: &Office<'_>, visitor: Visitor, typed: Typed, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let (field, message) = match problem.code.as_str() {
        "not-the-head" => ("inspecteur", "Seuls le chef d’établissement et son adjoint ouvrent un mandat."),
        "not-an-inspector" => {
            ("inspecteur", "Cette personne n’est pas de l’inspection : choisissez quelqu’un d’autre.")
        }
        "stale" => ("inspecteur", "Les fonctions enregistrées changent en ce moment : recommencez dans un instant."),
        "services-malformed" => ("service", "Un de ces cahiers n’est plus à l’établissement : vérifiez votre choix."),
        "dates-malformed" => ("au", "Le mandat finit le jour où il commence ou après, et dure un an au plus."),
        "mandate-open" | "idempotency-key-reused" | "version-changed" => {
            ("inspecteur", "Ce formulaire a déjà servi : voyez les mandats en cours, puis ouvrez-en un autre.")
        }
        _ => {
            ("inspecteur", "L’établissement n’accepte pas ce mandat. Vérifiez l’inspecteur, les cahiers et les dates.")
        }
    };
    let errors = vec![FieldError { field: field.to_owned(), message: fr::spaced(message) }];
    // The next sending opens another mandate.
    let typed = Typed { key: Uuid::now_v7().to_string(), ..typed };
    page_with(status, &view(office, visitor, typed, errors, &Done::default()))
}

pub async fn close(State(web): Shared, visitor: Visitor, Path(mandate): Path<MandateId>) -> Page {
    let office = Office::open(&web, visitor)?;
    let receipt =
        web.app.in_mandate(office.head, office.school, mandate, Said::default(), Command::CloseMandate).await?;
    web.app.await_readers(receipt.last_position.unwrap_or_default()).await;
    Ok(Redirect::to("/direction/mandats?fait=mandat-ferme").into_response())
}
