//! `/direction/mois`: one month of the fill rate, class by class and week by week, or a class beside its groups. One statement for the
//! lines of the page.

use std::collections::HashMap;

use axum::extract::{Query, State};
use domain::calendar::monday_of;
use domain::ids::{GroupId, TextbookId};
use domain::inspection::look::Seen;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::filling::{self, Held};
use super::{Office, Page, Shared, Visitor, page, said};
use crate::facts::Books;
use crate::problem::Problem;
use crate::web::heat::{LINES, stretches};
use crate::web::layout::Role;
use crate::web::principal::{Filling, MonthPage, Row};

const HERE: &str = "/direction/mois";

/// Which month, by any of its days, and which of the pages of classes.
#[derive(Deserialize)]
pub struct Asked {
    mois: Option<Date>,
    /// A class, with the groups its pupils are in.
    classe: Option<GroupId>,
    page: Option<usize>,
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let office = Office::open(&web, visitor)?;
    let today = office.local.date();
    let month = asked.mois.unwrap_or(today).first_of_month();
    let (since, lines, class) = {
        let books = web.app.register.read();
        let classes = said::classes(&books, office.school, month.max(filling::since(&books, office.school, today)?));
        let class = match asked.classe {
            Some(class) => {
                Some(classes.iter().find(|(known, _)| *known == class).ok_or_else(Problem::unknown)?.clone())
            }
            None => None,
        };
        let lines = match &class {
            Some((class, _)) => beside(&books, *class, month.last_of_month().min(today)),
            None => classes,
        };
        (filling::since(&books, office.school, today)?, lines, class)
    };
    let number = asked.page.unwrap_or(1).clamp(1, lines.len().div_ceil(LINES).max(1));
    let of_page: Vec<(GroupId, String)> = lines.iter().skip((number - 1) * LINES).take(LINES).cloned().collect();
    let groups: Vec<GroupId> = of_page.iter().map(|(group, _)| *group).collect();
    let days = (month.max(since), month.last_of_month().min(today));
    let held = counted(&office, &groups, days).await?;
    let figures = [(Seen::Filling, held.iter().filter_map(|held| held.teacher).collect())];
    web.app.note_figures(office.head, office.school, figures).await?;
    let mut weeks: Vec<Date> = held.iter().map(|held| monday_of(held.lesson.date)).collect();
    weeks.sort_unstable();
    weeks.dedup();
    let of_class = class.as_ref().map(|(class, _)| format!("&classe={class}")).unwrap_or_default();
    let link = |month: Date, page: usize| {
        let page = if page > 1 { format!("&page={page}") } else { String::new() };
        format!("{HERE}?mois={month}{of_class}{page}")
    };
    // From all classes to one and its groups; from there to what is not written.
    let href = |group: GroupId| match class {
        Some(_) => format!("/direction?classe={group}#vides"),
        None => format!("{HERE}?mois={month}&classe={group}"),
    };
    let previous = month.checked_sub(1.month()).ok().filter(|month| month.last_of_month() >= since);
    let next = month.checked_add(1.month()).ok().filter(|month| *month <= today);
    let rows = rows(of_page, &held, &weeks, href);
    let stretches = stretches(lines.len(), number, |page| link(month, page), |at| lines[at].1.clone());
    page(&MonthPage {
        layout: web.layout(Some(visitor), Some(Role::Principal), HERE),
        month,
        whole: class.as_ref().map(|_| format!("{HERE}?mois={month}")),
        class: class.map(|(_, label)| label),
        previous: previous.map(|month| link(month, number)),
        next: next.map(|month| link(month, number)),
        weeks,
        rows,
        stretches,
    })
}

/// A class, then the groups its pupils are in, by name.
fn beside(books: &Books, class: GroupId, on: Date) -> Vec<(GroupId, String)> {
    let groups = books.groups_of_class(class, on).into_iter();
    let mut lines: Vec<_> = groups.map(|group| (group, said::group_of(books, group))).collect();
    lines.sort_by(|a, b| (a.0 != class, &a.1).cmp(&(b.0 != class, &b.1)));
    lines
}

/// The lessons of these groups that count, in these days.
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

fn rows(lines: Vec<(GroupId, String)>, held: &[Held], weeks: &[Date], href: impl Fn(GroupId) -> String) -> Vec<Row> {
    let mut cells: HashMap<GroupId, Vec<Filling>> = HashMap::new();
    for held in held {
        let of_group = cells.entry(held.group).or_insert_with(|| vec![Filling::default(); weeks.len()]);
        if let Ok(at) = weeks.binary_search(&monday_of(held.lesson.date)) {
            of_group[at].count(held.filled);
        }
    }
    let row = |(group, label): (GroupId, String)| {
        let cells = cells.remove(&group).unwrap_or_else(|| vec![Filling::default(); weeks.len()]);
        let total = cells.iter().copied().fold(Filling::default(), Filling::and);
        Row { label, href: href(group), cells, total }
    };
    lines.into_iter().map(row).collect()
}
