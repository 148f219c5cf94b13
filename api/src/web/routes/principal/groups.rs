//! `/direction/groupes`: the classes and groups of the year; of one, its pupils in time, and forms to let one in or out, or to make the group
//! anew from a day; and a group made from a few classes.

mod changing;
mod meanwhile;
mod opening;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use domain::actor::Actor;
use domain::calendar::{YearBounds, days_after};
use domain::decider::Decider as _;
use domain::directory::group::{Command, Group, Sort, Stay};
use domain::directory::person::Role as Held;
use domain::ids::{GroupId, PersonId, SchoolYear, StreamId};
use jiff::civil::Date;
use uuid::Uuid;

use super::Office;
use crate::app::Said;
use crate::facts::{Books, GroupBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::groups::{GroupForm, GroupLine, GroupPage, GroupsPage, Member, StayLine, Tick, TickSet};
use crate::web::layout::{Choice, FieldError, Role};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page, page_with, said, with_flash};
use changing::Sent;
pub use changing::change;
use meanwhile::Shown;
pub use opening::{form as new_form, open};

/// Tells a group of this school; the position of what it wrote, if it wrote.
async fn tell(
    office: &Office<'_>,
    (group, year): (GroupId, SchoolYear),
    said: Said,
    command: Command,
) -> Result<Option<i64>, Problem> {
    let stream = StreamId::new(Group::TYPE, group, year);
    let (head, app) = (Actor::Person(office.head), &office.web.app);
    Ok(app.in_directory::<Group>(head, office.school, stream, said, command).await?.last_position)
}

/// The key of one command of a form: the same form sent twice says each once.
fn key(form: &str, what: &str) -> String {
    let form = Uuid::parse_str(form).unwrap_or_else(|_| Uuid::now_v7());
    Uuid::new_v5(&form, what.as_bytes()).to_string()
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: fr::spaced(message) }
}

/// A class or a group of this school and year; any other is not known here.
fn book<'b>(office: &Office<'_>, books: &'b Books, group: GroupId) -> Result<&'b GroupBook, Problem> {
    let here = |book: &&GroupBook| book.school == office.school && books.is_of_the_year(group, office.local.date());
    books.groups.get(&group).filter(here).ok_or_else(Problem::unknown)
}

/// The school year of the page.
fn bounds(office: &Office<'_>, books: &Books) -> Result<YearBounds, Problem> {
    let school = books.schools.get(&office.school);
    school.and_then(|school| school.year_on(office.local.date())).cloned().ok_or_else(Problem::unknown)
}

/// `Choisissez un jour de l’année scolaire, du 1er septembre 2026 au 3 juillet 2027.`
fn outside(bounds: &YearBounds) -> String {
    let (from, until) = (fr::dated(bounds.starts_on), fr::dated(bounds.ends_on));
    format!("Choisissez un jour de l’année scolaire, du {from} au {until}.")
}

fn outside_the_year(office: &Office<'_>) -> String {
    let books = office.web.app.register.read();
    bounds(office, &books).map_or_else(|_| "Choisissez un jour de l’année scolaire.".to_owned(), |year| outside(&year))
}

/// Whether somebody is a pupil of the school, today or later.
fn is_pupil(office: &Office<'_>, books: &Books, person: PersonId) -> bool {
    let today = office.local.date();
    let here = |held: &&crate::facts::RoleHeld| held.school == office.school && held.role == Held::Pupil;
    let roles = books.person(person).map_or(&[][..], |book| &book.roles);
    books.is_active(person, today) && roles.iter().filter(here).any(|held| held.until.is_none_or(|until| today < until))
}

/// A pupil, and how lists have them.
type Listed = (PersonId, String);

/// Pupils by class, in the order of the classes and of their names; those of no class come last.
fn by_class(
    office: &Office<'_>,
    books: &Books,
    pupils: impl IntoIterator<Item = PersonId>,
) -> Vec<(String, Vec<Listed>)> {
    let today = office.local.date();
    let mut classes: BTreeMap<(bool, String), Vec<Listed>> = BTreeMap::new();
    for pupil in pupils {
        let class = said::class_of(books, pupil, today);
        let without = class.is_empty();
        let label = if without { "Sans classe".to_owned() } else { class };
        classes.entry((without, label)).or_default().push((pupil, said::listed(books, pupil)));
    }
    classes.values_mut().for_each(|pupils| pupils.sort_by(|a, b| a.1.cmp(&b.1)));
    classes.into_iter().map(|((_, label), pupils)| (label, pupils)).collect()
}

/// The pupils of some classes today.
fn pupils_of(office: &Office<'_>, books: &Books, classes: &BTreeSet<GroupId>) -> BTreeSet<PersonId> {
    let today = office.local.date();
    classes
        .iter()
        .flat_map(|class| books.members(*class, today))
        .filter(|pupil| is_pupil(office, books, *pupil))
        .collect()
}

/// The pupils of the school whom no class has, nor is to have.
fn without_class(office: &Office<'_>, books: &Books) -> BTreeSet<PersonId> {
    let today = office.local.date();
    let placed = |pupil| books.stays_on(pupil, today).any(|stay| said::is_class(books, stay.group));
    let pupils = books.persons.keys().copied().filter(|person| is_pupil(office, books, *person));
    pupils.filter(|pupil| !placed(*pupil)).collect()
}

/// The classes named in a form or an address, of this school and year.
fn classes_named(office: &Office<'_>, books: &Books, named: &[String]) -> BTreeSet<GroupId> {
    let ids = named.iter().filter_map(|text| Uuid::parse_str(text).ok().map(GroupId));
    ids.filter(|id| said::is_class(books, *id) && book(office, books, *id).is_ok()).collect()
}

fn ticks(
    office: &Office<'_>,
    books: &Books,
    pupils: impl IntoIterator<Item = PersonId>,
    chosen: impl Fn(PersonId) -> bool,
) -> Vec<TickSet> {
    let tick = |(pupil, name): Listed| Tick {
        value: pupil.to_string(),
        name,
        chosen: chosen(pupil),
        settled: None,
        news: None,
    };
    let set =
        |(class, pupils): (String, Vec<Listed>)| TickSet { class, pupils: pupils.into_iter().map(tick).collect() };
    by_class(office, books, pupils).into_iter().map(set).collect()
}

pub async fn list(State(web): Shared, visitor: Visitor) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let (classes, groups) = {
        let books = web.app.register.read();
        let of_the_year = books
            .groups
            .values()
            .filter(|book| book.school == office.school && books.is_of_the_year(book.group, today));
        let (classes, groups): (Vec<_>, Vec<_>) = of_the_year.partition(|book| book.description.sort == Sort::Class);
        let line = |book: &GroupBook| GroupLine {
            href: format!("/direction/groupes/{}", book.group),
            name: said::group(&book.description),
            pupils: books.members(book.group, today).count(),
            classes: classes_said(&books, book),
        };
        let lines = |books: Vec<&GroupBook>| {
            let mut lines: Vec<GroupLine> = books.into_iter().map(line).collect();
            lines.sort_by(|a, b| a.name.cmp(&b.name));
            lines
        };
        (lines(classes), lines(groups))
    };
    page(&GroupsPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), "/direction/groupes"),
        classes,
        groups,
    })
}

/// The classes that a group draws from, as its description names them.
fn sources(books: &Books, book: &GroupBook) -> BTreeSet<GroupId> {
    let named = book.description.classes.iter().map(|code| GroupId::of(book.school, book.year, code));
    named.filter(|class| said::is_class(books, *class)).collect()
}

fn classes_said(books: &Books, book: &GroupBook) -> String {
    let mut names: Vec<String> = sources(books, book).into_iter().map(|class| said::group_of(books, class)).collect();
    names.sort();
    names.join(", ")
}

pub async fn show(
    State(web): Shared,
    visitor: Visitor,
    Path(group): Path<GroupId>,
    Query(done): Query<Done>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Page {
    let office = Office::open(&web, visitor)?;
    let page = view(&office, visitor, group, Sent::fresh(&office, asked), vec![])?;
    let layout = with_flash(page.layout, done.flash(office.local.date()));
    page_with(StatusCode::OK, &GroupPage { layout, ..page })
}

/// The page of a group, with what was typed.
fn view(
    office: &Office<'_>,
    visitor: Visitor,
    group: GroupId,
    sent: Sent,
    errors: Vec<FieldError>,
) -> Result<GroupPage, Problem> {
    let action = format!("/direction/groupes/{group}");
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), &action);
    let today = office.local.date();
    let books = office.web.app.register.read();
    let book = book(office, &books, group)?;
    let is_class = book.description.sort == Sort::Class;
    let mut textbooks: Vec<String> = books
        .services_of_group(group)
        .map(|service| {
            let subject = said::inside(&said::subject(&books, service.school, &service.subject));
            let teachers = said::teachers(&books, service.textbook, today);
            if teachers.is_empty() { subject } else { format!("{subject}, {teachers}") }
        })
        .collect();
    textbooks.sort();
    let stays = book.stays.iter().filter(|(_, stay)| stay.holds(today));
    let mut members: Vec<Member> = stays
        .map(|(pupil, stay)| Member {
            name: said::listed(&books, *pupil),
            class: if is_class { String::new() } else { said::class_of(&books, *pupil, today) },
            leaves: stay.until,
        })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(GroupPage {
        layout,
        name: said::group(&book.description),
        is_class,
        by_hand: book.by_hand,
        action,
        classes: classes_said(&books, book),
        textbooks,
        members,
        stays: stays_of(&books, book),
        form: form(office, &books, book, sent, errors),
    })
}

/// Every stay of the year, the latest first.
fn stays_of(books: &Books, book: &GroupBook) -> Vec<StayLine> {
    let line = |(pupil, stay): &(PersonId, Stay)| StayLine {
        name: said::listed(books, *pupil),
        from: stay.from,
        to: stay.until.and_then(|until| days_after(until, -1)),
        counts: stay.counts(),
    };
    let mut stays: Vec<StayLine> = book.stays.iter().map(line).collect();
    stays.sort_by(|a, b| (b.from, &a.name, a.to).cmp(&(a.from, &b.name, b.to)));
    stays
}

/// Of whoever is in a group or will be, the days that are settled already, as they are said beside the name.
fn settled(book: &GroupBook, today: Date) -> BTreeMap<String, String> {
    let dated =
        book.stays.iter().filter(|(_, stay)| stay.outlasts(today) && (stay.from > today || stay.until.is_some()));
    let said = |stay: &Stay| {
        let from = (stay.from > today).then(|| format!("arrive le {}", fr::dated(stay.from)));
        let until = stay.until.map(|until| format!("n’en sera plus le {}", fr::dated(until)));
        from.into_iter().chain(until).collect::<Vec<_>>().join(", ")
    };
    dated.map(|(pupil, stay)| (pupil.to_string(), said(stay))).collect()
}

fn form(office: &Office<'_>, books: &Books, book: &GroupBook, sent: Sent, errors: Vec<FieldError>) -> GroupForm {
    let today = office.local.date();
    let is_class = book.description.sort == Sort::Class;
    let inside: BTreeSet<PersonId> =
        book.stays.iter().filter(|(_, stay)| stay.outlasts(today)).map(|(pupil, _)| *pupil).collect();
    let for_good: BTreeSet<PersonId> = book
        .stays
        .iter()
        .filter(|(_, stay)| stay.holds(today) && stay.until.is_none())
        .map(|(pupil, _)| *pupil)
        .collect();
    let asked = classes_named(office, books, &sent.classes);
    let mut listed: BTreeSet<GroupId> = asked.union(&sources(books, book)).copied().collect();
    if !is_class {
        let of_members = inside.iter().flat_map(|pupil| books.stays_on(*pupil, today)).map(|stay| stay.group);
        listed.extend(of_members.filter(|class| said::is_class(books, *class)));
    }
    listed.remove(&book.group);
    let mut pupils = pupils_of(office, books, &listed);
    if is_class {
        pupils.extend(without_class(office, books));
    }
    pupils.extend(sent.ticked.iter().flatten().filter(|pupil| is_pupil(office, books, **pupil)));
    let choice = |(pupil, label): Listed| Choice { value: pupil.to_string(), label };
    let entrants = by_class(office, books, pupils.difference(&for_good).copied());
    let entrants = entrants.into_iter().map(|(class, pupils)| (class, pupils.into_iter().map(choice).collect()));
    let mut leavers: Vec<Choice> = inside.iter().map(|pupil| choice((*pupil, said::listed(books, *pupil)))).collect();
    leavers.sort_by(|a, b| a.label.cmp(&b.label));
    // Who is still to come is ticked too: to remake the group does not send them away unseen.
    let chosen = |pupil| sent.ticked.as_ref().map_or_else(|| inside.contains(&pupil), |ticked| ticked.contains(&pupil));
    let settled = settled(book, today);
    let news: BTreeMap<String, &str> = sent.news.iter().map(|(pupil, what)| (pupil.to_string(), *what)).collect();
    let mut sets = if is_class { vec![] } else { ticks(office, books, pupils.union(&inside).copied(), chosen) };
    for tick in sets.iter_mut().flat_map(|set| &mut set.pupils) {
        tick.settled = settled.get(&tick.value).cloned();
        tick.news = news.get(&tick.value).copied();
    }
    // What was read is what the next sending is compared with.
    let (version, shown) = if sent.version.is_empty() {
        (book.version.to_string(), Shown::of(book, today))
    } else {
        (sent.version, sent.shown)
    };
    let others = said::classes(books, office.school, today).into_iter();
    let others = others.filter(|(class, _)| *class != book.group && !listed.contains(class));
    GroupForm {
        version,
        shown: shown.written(),
        key: Uuid::now_v7().to_string(),
        asked: asked.iter().map(ToString::to_string).collect(),
        others: others.map(|(class, label)| Choice { value: class.to_string(), label }).collect(),
        entrants: entrants.collect(),
        entrant: sent.entrant,
        enters_on: sent.enters_on,
        leavers,
        leaver: sent.leaver,
        leaves_on: sent.leaves_on,
        sets,
        made_on: sent.made_on,
        errors,
    }
}

/// The day that a field holds.
fn day(field: &str, text: &str) -> Result<Date, FieldError> {
    text.parse().map_err(|_| wrong(field, "Indiquez le jour, par exemple 23/11/2026."))
}
