//! A pupil in, a pupil out, the group made anew: each is one command a group, under a key of the form. A class added to the lists is none:
//! the form is given back with everything that was typed and ticked.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::directory::group::{Command, Sort};
use domain::ids::{GroupId, PersonId, SchoolYear};
use jiff::civil::Date;
use uuid::Uuid;

use super::meanwhile::{self, News, Shown};
use super::{Office, book, day, is_pupil, key, outside_the_year, tell, view, wrong};
use crate::app::Said;
use crate::facts::{Books, GroupBook};
use crate::problem::Problem;
use crate::web::groups::GroupPage;
use crate::web::layout::{FieldError, Flash};
use crate::web::routes::{Page, Shared, Visitor, page_with, said, with_flash};

/// What a form sends.
#[derive(Debug, Default, Clone)]
pub struct Sent {
    pub classes: Vec<String>,
    faire: String,
    /// Of the group as the page showed it; empty when it is to be shown as it is now.
    pub version: String,
    pub shown: Shown,
    /// What a colleague changed since.
    pub news: News,
    cle: String,
    pub entrant: String,
    pub enters_on: String,
    pub leaver: String,
    pub leaves_on: String,
    /// None before anything is ticked: the members of the day are.
    pub ticked: Option<BTreeSet<PersonId>>,
    /// Of these, whose days in the group are settled already: ticked, they keep them.
    settled: BTreeSet<PersonId>,
    pub made_on: String,
}

impl Sent {
    /// Nothing but the classes asked for.
    pub fn fresh(office: &Office<'_>, asked: Vec<(String, String)>) -> Self {
        let today = office.local.date().to_string();
        let classes = asked.into_iter().filter(|(name, _)| name == "classe").map(|(_, value)| value).collect();
        Self { classes, enters_on: today.clone(), leaves_on: today.clone(), made_on: today, ..Self::default() }
    }

    /// A field may come more than once. The whole page is one form, whatever button sends it.
    fn read(office: &Office<'_>, fields: Vec<(String, String)>) -> Self {
        let mut sent = Self::fresh(office, vec![]);
        let (mut ticked, mut added) = (BTreeSet::new(), None);
        for (name, value) in fields {
            match name.as_str() {
                "classe" => sent.classes.push(value),
                "faire" => sent.faire = value,
                "ajouter" => added = Some(value),
                "version" => sent.version = value,
                "sejour" => sent.shown.read(&value),
                "cle" => sent.cle = value,
                "entrant" => sent.entrant = value,
                "entre_le" => sent.enters_on = value,
                "sortant" => sent.leaver = value,
                "sort_le" => sent.leaves_on = value,
                "eleve" => ticked.extend(Uuid::parse_str(&value).ok().map(PersonId)),
                "deja" => sent.settled.extend(Uuid::parse_str(&value).ok().map(PersonId)),
                "compose_le" => sent.made_on = value,
                _ => {}
            }
        }
        if sent.lists() {
            sent.classes.extend(added);
        }
        // A form without a list of pupils says nothing of who is ticked.
        let whole = sent.faire == "recomposer" || !ticked.is_empty() || !sent.shown.is_empty();
        sent.ticked = whole.then_some(ticked);
        sent
    }

    fn lists(&self) -> bool {
        self.faire == "lister"
    }

    /// What is asked of the groups, the one of the page first; or what is wrong with each field.
    fn asked(&self, office: &Office<'_>, group: GroupId) -> Result<Asked, Vec<FieldError>> {
        let books = office.web.app.register.read();
        let Ok(book) = book(office, &books, group) else { return Err(vec![]) };
        let named = |text: &str| Uuid::parse_str(text).ok().map(PersonId);
        match self.faire.as_str() {
            "entrer" => {
                let pupil = named(&self.entrant).filter(|pupil| is_pupil(office, &books, *pupil));
                let (pupil, on) = both(pupil, "entrant", day("entre_le", &self.enters_on))?;
                let joins = Command::ChangeMembers { joined: vec![pupil], left: vec![], on };
                let left = former_classes(&books, book, pupil, on).into_iter();
                let leaves =
                    left.map(|class| (class, Command::ChangeMembers { joined: vec![], left: vec![pupil], on }));
                Ok(Asked { first: joins, then: leaves.collect(), what: format!("{pupil} entre {on}") })
            }
            "sortir" => {
                let known = |pupil: &PersonId| book.stays.iter().any(|(member, _)| member == pupil);
                let (pupil, on) = both(named(&self.leaver).filter(known), "sortant", day("sort_le", &self.leaves_on))?;
                let first = Command::ChangeMembers { joined: vec![], left: vec![pupil], on };
                Ok(Asked { first, then: vec![], what: format!("{pupil} sort {on}") })
            }
            "recomposer" if book.description.sort == Sort::Group => {
                let on = day("compose_le", &self.made_on).map_err(|error| vec![error])?;
                if on < office.local.date() {
                    let message =
                        "Choisissez aujourd’hui ou un jour à venir : un jour passé se corrige élève par élève.";
                    return Err(vec![wrong("compose_le", message)]);
                }
                let ticked = self.ticked.iter().flatten().copied();
                let ticked: BTreeSet<PersonId> = ticked.filter(|pupil| is_pupil(office, &books, *pupil)).collect();
                // Whoever ever was in and is not ticked: the command is the same when the form is sent again, and only those who are in
                // on that day or later leave.
                let ever: BTreeSet<PersonId> = book.stays.iter().map(|(pupil, _)| *pupil).collect();
                let left = ever.difference(&ticked).copied().collect();
                let what = format!("{ticked:?} {on}");
                let joined = ticked.difference(&self.settled).copied().collect();
                let first = Command::ChangeMembers { joined, left, on };
                Ok(Asked { first, then: vec![], what })
            }
            _ => Err(vec![wrong("entrant", "Ce formulaire est incomplet : relisez, puis recommencez.")]),
        }
    }
}

/// A pupil and a day, or what is wrong with each.
fn both(
    pupil: Option<PersonId>,
    field: &str,
    on: Result<Date, FieldError>,
) -> Result<(PersonId, Date), Vec<FieldError>> {
    match (pupil.ok_or_else(|| wrong(field, "Choisissez l’élève.")), on) {
        (Ok(pupil), Ok(on)) => Ok((pupil, on)),
        (pupil, on) => Err(pupil.err().into_iter().chain(on.err()).collect()),
    }
}

/// A pupil has one class: those of the year that they would still be in besides this one.
fn former_classes(books: &Books, book: &GroupBook, pupil: PersonId, on: Date) -> Vec<(GroupId, SchoolYear)> {
    if book.description.sort != Sort::Class {
        return vec![];
    }
    let others = books.stays(pupil).iter().filter(|stay| stay.group != book.group && stay.outlasts(on));
    let others = others.filter_map(|stay| books.groups.get(&stay.group));
    let same = others.filter(|other| (other.school, other.year) == (book.school, book.year));
    let classes = same.filter(|other| said::is_class(books, other.group));
    let classes: BTreeSet<_> = classes.map(|other| (other.group, other.year)).collect();
    classes.into_iter().collect()
}

struct Asked {
    first: Command,
    /// Of other groups.
    then: Vec<((GroupId, SchoolYear), Command)>,
    /// What tells this use of the form from another.
    what: String,
}

pub async fn change(
    State(web): Shared,
    visitor: Visitor,
    Path(group): Path<GroupId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Page {
    let office = Office::open(&web, visitor)?;
    let year = book(&office, &web.app.register.read(), group)?.year;
    let sent = Sent::read(&office, fields);
    if sent.lists() {
        let page = view(&office, visitor, group, sent, vec![])?;
        let title = "Les listes d’élèves sont à jour. Rien n’est encore enregistré.".to_owned();
        let layout = with_flash(page.layout, Some(Flash { title, detail: None }));
        return page_with(StatusCode::OK, &GroupPage { layout, ..page });
    }
    let asked = match sent.asked(&office, group) {
        Ok(asked) => asked,
        Err(errors) => {
            let page = view(&office, visitor, group, sent, errors)?;
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let said =
        |group: GroupId, expected| Said { key: Some(key(&sent.cle, &format!("{group} {}", asked.what))), expected };
    // What was read is what is changed: a form older than the group is refused. One that served already finds its key.
    let expected = Some(sent.version.parse::<i64>().unwrap_or_default());
    let mut last = match tell(&office, (group, year), said(group, expected), asked.first.clone()).await {
        Ok(position) => position,
        Err(problem) => return refused(&office, visitor, group, sent.clone(), problem),
    };
    for (class, command) in asked.then.clone() {
        last = last.max(tell(&office, class, said(class.0, None), command).await?);
    }
    web.app.await_readers(last.unwrap_or_default()).await;
    let done = if last.is_some() { "groupe-enregistre" } else { "groupe-inchange" };
    Ok(Redirect::to(&format!("/direction/groupes/{group}?fait={done}")).into_response())
}

/// The page again, with what was typed, and what the school answered.
fn refused(office: &Office<'_>, visitor: Visitor, group: GroupId, mut sent: Sent, problem: Problem) -> Page {
    let status = problem.status();
    if status.is_server_error() || status == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let (pupil, on) = match sent.faire.as_str() {
        "entrer" => ("entrant", "entre_le"),
        "sortir" => ("sortant", "sort_le"),
        _ => ("eleve", "compose_le"),
    };
    let error = match problem.code.as_str() {
        "day-outside-the-year" => wrong(on, &outside_the_year(office)),
        "version-changed" | "idempotency-key-reused" => {
            // What a colleague changed is not undone unseen: it is said, and the next sending is compared with the group as it is now.
            let books = office.web.app.register.read();
            let book = book(office, &books, group)?;
            let now = Shown::of(book, office.local.date());
            sent.news = sent.shown.until(&now);
            // The form says whom it showed: only who was ever in the group is named.
            sent.news.retain(|pupil, _| book.stays.iter().any(|(known, _)| known == pupil));
            sent.version.clear();
            wrong(pupil, &meanwhile::told(&books, &sent.news))
        }
        _ => wrong(pupil, "L’établissement n’accepte pas ce changement. Vérifiez les élèves et le jour."),
    };
    page_with(status, &view(office, visitor, group, sent, vec![error])?)
}
