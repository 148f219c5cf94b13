//! `/direction/mois`: one month of the fill rate, class by class and week by week. One statement for the lines of the page.

use std::collections::HashMap;

use axum::extract::{Query, State};
use domain::calendar::monday_of;
use domain::directory::group::Sort;
use domain::ids::{GroupId, SchoolId, TextbookId};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::filling::{self, Held};
use super::{Office, Page, Shared, Visitor, page, said};
use crate::facts::{Books, GroupBook};
use crate::problem::Problem;
use crate::web::heat::{LINES, stretches};
use crate::web::layout::Role;
use crate::web::principal::{Filling, MonthPage, Row};

const HERE: &str = "/direction/mois";

/// Which month, by any of its days, and which of the pages of classes.
#[derive(Deserialize)]
pub struct Asked {
    mois: Option<Date>,
    page: Option<usize>,
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let month = asked.mois.unwrap_or(today).first_of_month();
    let (since, lines) = {
        let books = web.app.register.read();
        (filling::since(&books, office.school, today)?, lines(&books, office.school, month))
    };
    let number = asked.page.unwrap_or(1).clamp(1, lines.len().div_ceil(LINES).max(1));
    let of_page: Vec<GroupId> = lines.iter().skip((number - 1) * LINES).take(LINES).copied().collect();
    let days = (month.max(since), month.last_of_month().min(today));
    let held = counted(&office, &of_page, days).await?;
    let mut weeks: Vec<Date> = held.iter().map(|held| monday_of(held.lesson.date)).collect();
    weeks.sort_unstable();
    weeks.dedup();
    let books = web.app.register.read();
    let label = |group: GroupId| said::group_of(&books, group);
    let link = |month: Date, page: usize| {
        let page = if page > 1 { format!("&page={page}") } else { String::new() };
        format!("{HERE}?mois={month}{page}")
    };
    let previous = month.checked_sub(1.month()).ok().filter(|month| month.last_of_month() >= since);
    let next = month.checked_add(1.month()).ok().filter(|month| *month <= today);
    let rows = rows(&of_page, &held, &weeks, label);
    let stretches = stretches(lines.len(), number, |page| link(month, page), |at| label(lines[at]));
    drop(books);
    page(&MonthPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), HERE),
        month,
        previous: previous.map(|month| link(month, number)),
        next: next.map(|month| link(month, number)),
        weeks,
        rows,
        stretches,
    })
}

/// The classes of the year of a day, then its groups, each by its code.
fn lines(books: &Books, school: SchoolId, on: Date) -> Vec<GroupId> {
    let year = books.schools.get(&school).and_then(|school| school.year_on(on)).map(|bounds| bounds.year);
    let here = books.groups.values().filter(|book| book.school == school && Some(book.year) == year);
    let mut lines: Vec<&GroupBook> = here.collect();
    let rank = |book: &GroupBook| book.description.sort != Sort::Class;
    lines.sort_unstable_by(|a, b| (rank(a), &a.description.code).cmp(&(rank(b), &b.description.code)));
    lines.into_iter().map(|book| book.group).collect()
}

/// The lessons of these groups that are over, in these days.
async fn counted(office: &Office<'_>, groups: &[GroupId], (from, until): (Date, Date)) -> Result<Vec<Held>, Problem> {
    // A month that has not come, or that is before the school was here.
    if from > until {
        return Ok(vec![]);
    }
    let app = &office.web.app;
    let scope = office.scope.within(office.school, groups.iter().copied());
    let textbooks: Vec<TextbookId> = {
        let books = app.register.read();
        let services = groups.iter().flat_map(|group| books.services_of_group(*group));
        services.map(|service| service.textbook).collect()
    };
    filling::held(app, &textbooks, &scope, (from, until), office.local).await
}

fn rows(groups: &[GroupId], held: &[Held], weeks: &[Date], label: impl Fn(GroupId) -> String) -> Vec<Row> {
    let mut cells: HashMap<GroupId, Vec<Filling>> = HashMap::new();
    for held in held {
        let of_group = cells.entry(held.group).or_insert_with(|| vec![Filling::default(); weeks.len()]);
        if let Ok(at) = weeks.binary_search(&monday_of(held.lesson.date)) {
            of_group[at].count(held.filled);
        }
    }
    let row = |group: &GroupId| {
        let cells = cells.remove(group).unwrap_or_else(|| vec![Filling::default(); weeks.len()]);
        let total = cells.iter().copied().fold(Filling::default(), Filling::and);
        Row { label: label(*group), href: format!("/direction?classe={group}#vides"), cells, total }
    };
    groups.iter().map(row).collect()
}
