//! `/direction`: how far the textbooks are filled, which lessons are not held, how much work falls on a class, who may inspect them,
//! what rights are recorded around a pupil, who is in which class and group, what roles the staff have,
//! when a pupil was born, and what files are taken.

mod births;
mod files;
pub mod filling;
mod groups;
mod lessons;
mod mandates;
mod month;
mod rights;
mod roles;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use domain::access::Scope;
use domain::directory::person::Role as Held;
use domain::ids::{GroupId, PersonId, SchoolId};
use domain::inspection::look::Seen;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::{Page, Shared, Visitor, Web, page, said, workload};
use crate::facts::{Books, SchoolBook, Standpoint};
use crate::problem::Problem;
use crate::web::layout::{Choice, Link, Role};
use crate::web::principal::CoveragePage;
use crate::web::teacher::WorkloadPage;
use filling::Line;
use workload::heat::{self, Asked};

pub fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/direction", get(coverage))
        .route("/direction/etablissement", post(choose))
        .route("/direction/charge", get(load))
        .route("/direction/charge/classes", get(heat))
        .route("/direction/mois", get(month::show))
        .route("/direction/seances", get(lessons::show).post(lessons::change))
        .route("/direction/seances/{textbook}/{slot}/{date}/deplacer", get(lessons::move_form).post(lessons::relocate))
        .route("/direction/seances/retablir", post(lessons::reinstate))
        .route("/direction/droits", get(rights::list))
        .route("/direction/droits/{pupil}", get(rights::show).post(rights::record))
        .route("/direction/groupes", get(groups::list))
        .route("/direction/groupes/nouveau", get(groups::new_form).post(groups::open))
        .route("/direction/groupes/{group}", get(groups::show).post(groups::change))
        .route("/direction/eleves", get(births::list))
        .route("/direction/eleves/{pupil}", get(births::show).post(births::state))
        .route("/direction/roles", get(roles::list).post(roles::give))
        .route("/direction/roles/{person}/{role}/{from}/fin", get(roles::end_form).post(roles::end))
        .route("/direction/fichiers", get(files::show).post(files::decide))
        .route("/direction/mandats", get(mandates::show).post(mandates::open))
        .route("/direction/mandats/{mandate}/fermer", post(mandates::close))
}

/// A head, and the school they lead.
struct Office<'a> {
    web: &'a Web,
    head: PersonId,
    school: SchoolId,
    scope: Scope,
    local: DateTime,
}

impl<'a> Office<'a> {
    fn open(web: &'a Web, Visitor(head): Visitor) -> Result<Self, Problem> {
        let books = web.app.register.read();
        let led = led(web, &books, head);
        // Of several schools, the one they chose, or the first.
        let chosen = web.led(Visitor(head)).filter(|chosen| led.contains(chosen));
        let school = chosen.or(led.first().copied()).ok_or_else(Problem::unknown)?;
        let local = books.schools.get(&school).ok_or_else(Problem::unknown)?.local(web.app.now());
        // The pages are of one school at a time: so is what they read.
        let scope = Scope { schools: [school].into(), ..books.scope(head, Standpoint::Head, local.date()) };
        Ok(Self { web, head, school, scope, local })
    }

    /// The same for a page of settings, which a référent numérique has too: with a scope in which nothing is read. Of several schools,
    /// the one they chose, or the first that they lead.
    fn of_settings(web: &'a Web, visitor: Visitor) -> Result<(Self, Role), Problem> {
        let (Visitor(person), books) = (visitor, web.app.register.read());
        let (led, known) = (led(web, &books, person), set_up(web, &books, person));
        let chosen = web.led(visitor).filter(|chosen| known.contains(chosen));
        let school = chosen.or(known.first().copied()).ok_or_else(Problem::unknown)?;
        let local = books.schools.get(&school).ok_or_else(Problem::unknown)?.local(web.app.now());
        let role = if led.contains(&school) { Role::Principal } else { Role::Referent };
        let scope = match role {
            Role::Principal => {
                Scope { schools: [school].into(), ..books.scope(person, Standpoint::Head, local.date()) }
            }
            _ => Scope::nothing(),
        };
        Ok((Self { web, head: person, school, scope, local }, role))
    }

    /// The schools they may choose from; none when they lead one.
    fn choices(&self) -> Vec<Choice> {
        let books = self.web.app.register.read();
        Self::choices_of(&books, &led(self.web, &books, self.head))
    }

    /// The same for a page of settings.
    fn choices_of_settings(&self) -> Vec<Choice> {
        let books = self.web.app.register.read();
        Self::choices_of(&books, &set_up(self.web, &books, self.head))
    }

    fn choices_of(books: &Books, schools: &[SchoolId]) -> Vec<Choice> {
        let known = schools.iter().filter(|_| schools.len() > 1).filter_map(|school| books.schools.get(school));
        let choice = |school: &SchoolBook| Choice {
            value: school.school.to_string(),
            label: said::school(&school.identity.name),
        };
        known.map(choice).collect()
    }
}

/// The schools somebody leads today, always in the same order.
fn led(web: &Web, books: &Books, head: PersonId) -> Vec<SchoolId> {
    let led = |school: &&SchoolBook| {
        let today = school.local(web.app.now()).date();
        books.scope(head, Standpoint::Head, today).schools.contains(&school.school)
    };
    let mut led: Vec<&SchoolBook> = books.schools.values().filter(led).collect();
    led.sort_by(|a, b| a.identity.name.cmp(&b.identity.name));
    led.into_iter().map(|school| school.school).collect()
}

/// The schools whose settings somebody has today: those they lead, then those of which they are référent numérique.
fn set_up(web: &Web, books: &Books, person: PersonId) -> Vec<SchoolId> {
    let led = led(web, books, person);
    let sets_up = |school: &&SchoolBook| {
        let today = school.local(web.app.now()).date();
        let mut held = books.roles(person, today).filter(|held| held.school == school.school);
        books.is_active(person, today) && held.any(|held| held.role == Held::Referent) && !led.contains(&school.school)
    };
    let mut schools: Vec<&SchoolBook> = books.schools.values().filter(sets_up).collect();
    schools.sort_by(|a, b| a.identity.name.cmp(&b.identity.name));
    let besides: Vec<SchoolId> = schools.into_iter().map(|school| school.school).collect();
    led.into_iter().chain(besides).collect()
}

#[derive(Deserialize)]
struct ChosenSchool {
    etablissement: Option<SchoolId>,
    /// `fichiers` when the page of settings asks.
    page: Option<String>,
}

/// A head, or a référent, of several schools goes to another of theirs. Nothing is written: what a page shows is all that changes.
async fn choose(State(web): Shared, visitor: Visitor, Form(chosen): Form<ChosenSchool>) -> Page {
    let of_settings = chosen.page.as_deref() == Some("fichiers");
    let known = {
        let books = web.app.register.read();
        if of_settings { set_up(&web, &books, visitor.0) } else { led(&web, &books, visitor.0) }
    };
    let school = chosen.etablissement.filter(|school| known.contains(school)).ok_or_else(Problem::unknown)?;
    web.leads(visitor, school);
    Ok(Redirect::to(if of_settings { "/direction/fichiers" } else { "/direction" }).into_response())
}

/// The classes of the school, and the one that a page is of: the first, until another is chosen.
struct Classes {
    all: Vec<(GroupId, String)>,
    shown: Option<GroupId>,
}

impl Classes {
    fn of(office: &Office<'_>, books: &Books, chosen: &Chosen) -> Result<Self, Problem> {
        let all = said::classes(books, office.school, office.local.date());
        let known = |group: &GroupId| all.iter().any(|(class, _)| class == group);
        let shown = match chosen.classe {
            Some(group) => Some(Some(group).filter(known).ok_or_else(Problem::unknown)?),
            None => all.first().map(|(class, _)| *class),
        };
        Ok(Self { all, shown })
    }

    /// `4e B`; nothing in a school without classes.
    fn label(&self) -> String {
        let shown = self.all.iter().find(|(class, _)| Some(*class) == self.shown);
        shown.map(|(_, label)| label.clone()).unwrap_or_default()
    }

    /// Of the class that is shown, as the form names it.
    fn value(&self) -> String {
        self.shown.map(|class| class.to_string()).unwrap_or_default()
    }

    fn choices(self) -> Vec<Choice> {
        self.all.into_iter().map(|(class, label)| Choice { value: class.to_string(), label }).collect()
    }
}

#[derive(Deserialize)]
struct Chosen {
    classe: Option<GroupId>,
    enseignant: Option<PersonId>,
}

/// The work that falls on each day of a class: the first one, until another is chosen. It is counted over all subjects, for the pupil who
/// has most, and says nothing of who gave it: no look.
async fn load(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let classes = Classes::of(&office, &web.app.register.read(), &chosen)?;
    let (days, until) = match classes.shown {
        Some(group) => workload::ahead(&web.app, office.head, group, today).await?,
        None => (vec![], today),
    };
    page(&WorkloadPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction/charge"),
        class: classes.label(),
        back: None,
        glance: Some("/direction/charge/classes".to_owned()),
        chosen: classes.value(),
        classes: classes.choices(),
        days,
        until,
    })
}

/// The week of all classes at one glance. It is no look, as that of one class.
async fn heat(State(web): Shared, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let office = Office::open(&web, visitor)?;
    let classes = said::classes(&web.app.register.read(), office.school, office.local.date());
    let line = |(class, label)| heat::Line { class, label, href: format!("/direction/charge?classe={class}") };
    let lines: Vec<heat::Line> = classes.into_iter().map(line).collect();
    let back = Link { href: "/direction/charge".to_owned(), text: "Charge de travail d’une classe".to_owned() };
    let reader = heat::Reader { visitor, role: Role::Principal, here: "/direction/charge/classes", back };
    heat::shown(&web, reader, &lines, asked).await
}

async fn coverage(State(web): Shared, visitor: Visitor, Query(chosen): Query<Chosen>) -> Page {
    let office = Office::open(&web, visitor)?;
    let line = chosen.classe.map(Line::Group).or(chosen.enseignant.map(Line::Teacher));
    let counted = filling::count(&office.web.app, office.school, &office.scope, office.local).await?;
    let figures = [(Seen::Filling, counted.teachers_of(None))];
    let gaps = line.map(|line| (Seen::Gaps, counted.teachers_of(Some(line))));
    web.app.note_figures(office.head, office.school, figures.into_iter().chain(gaps)).await?;
    page(&CoveragePage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction"),
        schools: office.choices(),
        school: office.school.to_string(),
        months: counted.months.clone(),
        total: counted.total(),
        classes: counted.classes(&office),
        teachers: counted.teachers(&office),
        gaps: line.and_then(|line| counted.gaps(&office, line)),
    })
}
