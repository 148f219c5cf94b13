//! The week of several classes at one glance: one statement for all of them, counted through the register.

use std::collections::{BTreeSet, HashMap};

use domain::access::{Scope, Stay};
use domain::calendar::{days_after, monday_of};
use domain::ids::{GroupId, PersonId, SchoolId};
use jiff::civil::Date;
use projections::principal;
use projections::principal::queries::{Weight, weights};
use serde::Deserialize;

use super::Load;
use crate::app::App;
use crate::facts::Books;
use crate::problem::Problem;
use crate::web::heat::{Heat, HeatPage, HeatRow, LINES, stretches};
use crate::web::layout::{Link, Role};
use crate::web::routes::{Page, Visitor, Web, page};

/// Which week, and which of the pages of classes.
#[derive(Deserialize)]
pub struct Asked {
    semaine: Option<Date>,
    page: Option<usize>,
}

/// A class that a reader may choose, in the order of the table.
pub struct Line {
    pub class: GroupId,
    pub label: String,
    /// The days ahead of this class.
    pub href: String,
}

/// Who reads, in what role, from which address, and where they come from.
pub struct Reader {
    pub visitor: Visitor,
    pub role: Role,
    pub here: &'static str,
    pub back: Link,
}

/// The page of these classes. Those whose work the reader may not count have no line.
pub async fn shown(web: &Web, reader: Reader, lines: &[Line], asked: Asked) -> Page {
    let Reader { visitor, role, here, back } = reader;
    let layout = web.layout(Some(visitor), Some(role), here);
    let today = layout.today();
    let present = monday_of(today);
    let monday = monday_of(asked.semaine.unwrap_or(today));
    let number = asked.page.unwrap_or(1).clamp(1, lines.len().div_ceil(LINES).max(1));
    let of_page = lines.iter().skip((number - 1) * LINES).take(LINES);
    let of_page: Vec<(GroupId, &Line)> = of_page.map(|line| (line.class, line)).collect();
    let classes: Vec<GroupId> = of_page.iter().map(|(class, _)| *class).collect();
    let week = Week::of(monday);
    let counted = count(&web.app, visitor.0, &classes, today, &week).await?;
    let seen = |at: usize| at < 5 || counted.iter().flatten().any(|loads| loads[at].tasks > 0);
    let columns: Vec<usize> = (0..week.days.len()).filter(|at| seen(*at)).collect();
    let row = |(line, loads): (&Line, &Loads)| HeatRow {
        label: line.label.clone(),
        href: line.href.clone(),
        cells: columns.iter().map(|at| Heat::from(loads[*at])).collect(),
    };
    let of_page = of_page.iter().zip(&counted).filter_map(|((_, line), loads)| Some((*line, loads.as_ref()?)));
    let link = |monday: Date, page: usize| {
        let page = if page > 1 { format!("&page={page}") } else { String::new() };
        format!("{here}?semaine={monday}{page}")
    };
    let other = |days: i64| days_after(monday, days).map(|monday| link(monday, number));
    page(&HeatPage {
        layout,
        back,
        monday,
        previous: other(-7),
        next: other(7),
        present: (monday != present).then(|| link(present, number)),
        days: columns.iter().map(|at| week.days[*at]).collect(),
        rows: of_page.map(row).collect(),
        stretches: stretches(lines.len(), number, |page| link(monday, page), |at| lines[at].label.clone()),
    })
}

/// The work of each day of a week.
type Loads = [Load; 7];

/// The days of a week, from its Monday.
struct Week {
    days: Vec<Date>,
}

impl Week {
    fn of(monday: Date) -> Self {
        Self { days: (0..7).filter_map(|number| days_after(monday, number)).collect() }
    }

    fn ends(&self) -> Option<(Date, Date)> {
        Some((*self.days.first()?, *self.days.last()?))
    }
}

/// The pupils of a class, each with the ranks of their groups; and whether its work is the reader's to count.
struct Class {
    pupils: Vec<(Option<PersonId>, Vec<usize>)>,
    counted: bool,
}

/// What falls on each class, for the pupil who has most; none for a class that is not the reader's to count today.
async fn count(
    app: &App,
    person: PersonId,
    classes: &[GroupId],
    today: Date,
    week: &Week,
) -> Result<Vec<Option<Loads>>, Problem> {
    let Some((from, until)) = week.ends() else { return Ok(vec![]) };
    let (read, elsewhere) = {
        let books = app.register.read();
        let read = Read::by(&books, person, classes, (today, today.clamp(from, until)));
        let services = read.scope.groups.iter().flat_map(|(group, _)| books.services_of_group(*group));
        let elsewhere = books.days_elsewhere(services.map(|service| service.textbook), from, until);
        (read, elsewhere)
    };
    if read.scope.is_nothing() {
        return Ok(vec![None; classes.len()]);
    }
    let weights = weights(app.tables(principal::NAME)?, &read.scope, (from, until), &elsewhere).await?;
    let books = app.register.read();
    let mut by_group: Vec<Vec<(usize, &Weight)>> = vec![vec![]; read.groups.len()];
    for weight in &weights {
        let day = books.due_on(weight.textbook, &weight.due);
        let at = week.days.iter().position(|known| *known == day);
        if let Some((at, (_, rank))) = at.zip(read.ranks.get(&weight.group).copied().flatten()) {
            by_group[rank].push((at, weight));
        }
    }
    Ok(read.classes.iter().map(|class| class.counted.then(|| class.most(&by_group))).collect())
}

/// What is read for several classes together. A group is looked up and read once, however many pupils and classes it has.
#[derive(Default)]
struct Read {
    classes: Vec<Class>,
    /// Those of the year, by rank.
    groups: Vec<GroupId>,
    /// The school and the rank of every group that was met; none for one of another year.
    ranks: HashMap<GroupId, Option<(SchoolId, usize)>>,
    scope: Scope,
}

impl Read {
    /// The pupils of the classes on a day, and all that somebody may read today of the work that falls on them.
    fn by(books: &Books, person: PersonId, classes: &[GroupId], (today, on): (Date, Date)) -> Self {
        let mut read = Self::default();
        for class in classes {
            let members = books.members(*class, on);
            let mut pupils: Vec<_> =
                members.map(|pupil| (Some(pupil), read.together(books, *class, pupil, on))).collect();
            // Nobody is in it yet: its own work counts all the same.
            if pupils.is_empty() {
                pupils.push((None, read.rank(books, *class, on).map(|(_, rank)| rank).into_iter().collect()));
            }
            let ranks: BTreeSet<usize> = pupils.iter().flat_map(|(_, ranks)| ranks).copied().collect();
            let groups = ranks.into_iter().map(|rank| read.groups[rank]).collect();
            let counted = books.workload_scope(person, *class, groups, today);
            read.classes.push(Class { pupils, counted: !counted.is_nothing() });
            read.scope.behind_the_scenes |= counted.behind_the_scenes;
            read.scope.groups.extend(counted.groups);
        }
        read.scope.groups.sort_unstable();
        read.scope.groups.dedup();
        read
    }

    /// The groups of the school of their class that a pupil is in on a day.
    fn together(&mut self, books: &Books, class: GroupId, pupil: PersonId, on: Date) -> Vec<usize> {
        let school = self.rank(books, class, on).map(|(school, _)| school);
        let here = |stay: &&Stay| stay.from <= on && stay.until.is_none_or(|until| on < until);
        let groups = books.stays(pupil).iter().filter(here).filter_map(|stay| self.rank(books, stay.group, on));
        let mut ranks: Vec<usize> = groups.filter(|(known, _)| Some(*known) == school).map(|(_, rank)| rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        ranks
    }

    fn rank(&mut self, books: &Books, group: GroupId, on: Date) -> Option<(SchoolId, usize)> {
        if let Some(known) = self.ranks.get(&group) {
            return *known;
        }
        let book = books.groups.get(&group).filter(|_| books.is_of_the_year(group, on));
        let rank = book.map(|book| (book.school, self.groups.len()));
        self.groups.extend(rank.map(|_| group));
        self.ranks.insert(group, rank);
        rank
    }
}

impl Class {
    /// Of each day, the work of the pupil who has most.
    fn most(&self, by_group: &[Vec<(usize, &Weight)>]) -> Loads {
        let mut most = Loads::default();
        for (pupil, ranks) in &self.pupils {
            let mut of_pupil = Loads::default();
            for (at, weight) in ranks.iter().flat_map(|rank| &by_group[*rank]) {
                let asked = weight.audience.is_empty() || pupil.is_none_or(|pupil| weight.audience.contains(&pupil));
                if asked {
                    of_pupil[*at].weigh(weight.minutes, weight.test);
                }
            }
            for (most, load) in most.iter_mut().zip(of_pupil) {
                most.raise(load);
            }
        }
        most
    }
}

impl From<Load> for Heat {
    fn from(load: Load) -> Self {
        Self {
            tasks: load.tasks as u32,
            minutes: load.minutes as u32,
            unestimated: load.unestimated as u32,
            tests: load.tests as u32,
        }
    }
}
