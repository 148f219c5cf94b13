//! How much work falls on a day for the pupils of a group, whatever group or subject gives it. Figures only. Who may count is said by
//! [`access::of_workload`]: the team of the class counts all that is given; a pupil, and whoever reads as they do, what they see.
//!
//! Circulaire 2010-136 du 6-9-2010, b: the textbook lets the team of a class see to the balance of the work it gives (rule CT-11). Two
//! half-classes that are given the same work, or a sheet each, are not given it twice: the figure is that of the pupil who has most.

pub mod heat;

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::days_after;
use domain::ids::{GroupId, PersonId};
use domain::textbook::homework::HomeworkKind;
use jiff::civil::Date;
use projections::cells::Work;
use projections::{principal, pupil};

use super::reading::Reading;
use crate::app::App;
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::heat::UNESTIMATED_MINUTES;
use crate::web::teacher::LoadedDay;

/// The work of one day, for the pupil of the group who has most: whole, so that its figures are of one pupil. Tests alone are those of
/// whoever has most of them: one announced to others is not hidden. What has no estimate has no minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Estimated by those who gave the work, for what has an estimate.
    pub minutes: i64,
    pub tasks: i64,
    /// Of these, those without an estimate.
    pub unestimated: i64,
    /// Of these, tests announced.
    pub tests: i64,
}

impl Load {
    fn add(&mut self, work: &Work) {
        self.weigh(work.minutes, work.kind == HomeworkKind::Test);
    }

    fn weigh(&mut self, minutes: Option<u16>, test: bool) {
        self.minutes += i64::from(minutes.unwrap_or_default());
        self.tasks += 1;
        self.unestimated += i64::from(minutes.is_none());
        self.tests += i64::from(test);
    }

    /// What it weighs beside that of another pupil.
    fn weight(&self) -> (i64, i64) {
        (self.minutes + i64::from(UNESTIMATED_MINUTES) * self.unestimated, self.tasks)
    }

    /// Of two pupils, the one on whom more falls.
    fn raise(&mut self, other: Self) {
        let tests = self.tests.max(other.tests);
        let most = if self.weight() < other.weight() { other } else { *self };
        *self = Self { tests, ..most };
    }

    /// `2 travaux, environ 45 min, 1 contrôle annoncé`: the works are those of one pupil, the tests maybe those of another.
    pub fn said(&self) -> String {
        let minutes = (self.minutes > 0).then(|| format!(", environ {}", fr::duration(self.minutes as u32)));
        let tests = (self.tests > 0)
            .then(|| format!(", {}", fr::plural(self.tests as usize, "contrôle annoncé", "contrôles annoncés")));
        let tasks = fr::plural(self.tasks as usize, "travail", "travaux");
        [Some(tasks), minutes, tests].into_iter().flatten().collect()
    }
}

/// For each day that has some, both ends included; no day at all for whoever may not count it today.
pub async fn of_group(
    app: &App,
    person: PersonId,
    group: GroupId,
    (today, (from, until)): (Date, (Date, Date)),
) -> Result<BTreeMap<Date, Load>, Problem> {
    let (pupils, scope, days) = {
        let books = app.register.read();
        let pupils = groups_of_pupils(&books, group, from);
        let groups: BTreeSet<GroupId> = pupils.iter().flat_map(|(_, groups)| groups).copied().collect();
        let services = groups.iter().flat_map(|group| books.services_of_group(*group));
        let elsewhere = books.days_elsewhere(services.map(|service| service.textbook), from, until);
        let days = std::iter::successors(Some(from), |day| days_after(*day, 1)).take_while(|day| *day <= until);
        (pupils, books.workload_scope(person, group, groups, today), days.chain(elsewhere).collect())
    };
    let rows = principal::queries::workload(app.tables(principal::NAME)?, &scope, &days).await?;
    let books = app.register.read();
    let works = rows.iter().map(|row| (books.due_on(row.place.textbook, &row.work.due), row));
    let works: Vec<_> = works.filter(|(day, _)| (from..=until).contains(day)).collect();
    let mut loads: BTreeMap<Date, Load> = BTreeMap::new();
    for (pupil, groups) in &pupils {
        let mut of_pupil: BTreeMap<Date, Load> = BTreeMap::new();
        for (day, row) in works.iter().filter(|(_, row)| groups.contains(&row.place.group) && asks(&row.work, *pupil)) {
            of_pupil.entry(*day).or_default().add(&row.work);
        }
        for (day, load) in of_pupil {
            loads.entry(day).or_default().raise(load);
        }
    }
    Ok(loads)
}

/// Whether a work is for that pupil; all of it is for a group that nobody is in yet.
fn asks(work: &Work, pupil: Option<PersonId>) -> bool {
    work.audience.is_empty() || pupil.is_none_or(|pupil| work.audience.contains(&pupil))
}

/// How far ahead the page looks.
const AHEAD_DAYS: i64 = 28;

/// The days ahead of a group that have work, and the last day looked at; a problem for whoever may not count it.
pub async fn ahead(
    app: &App,
    person: PersonId,
    group: GroupId,
    today: Date,
) -> Result<(Vec<LoadedDay>, Date), Problem> {
    let counts = !app.register.read().workload_scope(person, group, BTreeSet::from([group]), today).is_nothing();
    if !counts {
        return Err(Problem::unknown());
    }
    let until = days_after(today, AHEAD_DAYS).unwrap_or(today);
    let loads = of_group(app, person, group, (today, (today, until))).await?;
    Ok((loads.into_iter().map(LoadedDay::from).collect(), until))
}

impl From<(Date, Load)> for LoadedDay {
    fn from((date, load): (Date, Load)) -> Self {
        Self { date, tasks: load.tasks as u32, minutes: load.minutes as u32, tests: load.tests as u32 }
    }
}

/// Work that is counted for a reader: more than a pupil is given in these days.
const COUNTED: i64 = 500;

impl Reading<'_> {
    /// The days ahead that have work this reader sees, and the last day looked at.
    pub async fn load_ahead(&self) -> Result<(Vec<LoadedDay>, Date), Problem> {
        let (pool, today) = (self.app.tables(pupil::NAME)?, self.today());
        let until = days_after(today, AHEAD_DAYS).unwrap_or(today);
        let mut rows = pupil::queries::homework(pool, &self.scope, self.now, (today, until), None, COUNTED).await?;
        for day in self.days_elsewhere(today, until) {
            rows.extend(pupil::queries::homework(pool, &self.scope, self.now, (day, day), None, COUNTED).await?);
        }
        let books = self.app.register.read();
        let mut loads: BTreeMap<Date, Load> = BTreeMap::new();
        // What is done in class does not weigh on the day it is due.
        for row in rows.iter().filter(|row| row.work.kind != HomeworkKind::ClassWork) {
            let day = books.due_on(row.place.textbook, &row.work.due);
            if (today..=until).contains(&day) {
                loads.entry(day).or_default().add(&row.work);
            }
        }
        Ok((loads.into_iter().map(LoadedDay::from).collect(), until))
    }
}

/// The pupils of a group on a day, each with all the groups of the school they are in.
fn groups_of_pupils(books: &Books, group: GroupId, on: Date) -> Vec<(Option<PersonId>, BTreeSet<GroupId>)> {
    let school = books.groups.get(&group).map(|book| book.school);
    let in_school = |group: &GroupId| books.groups.get(group).map(|book| book.school) == school;
    let together =
        |pupil| books.stays_on(pupil, on).filter(|stay| stay.from <= on).map(|stay| stay.group).filter(in_school);
    let mut pupils: Vec<_> =
        books.members(group, on).map(|pupil| (Some(pupil), together(pupil).collect::<BTreeSet<_>>())).collect();
    // Nobody is in it yet: its own work counts all the same.
    if pupils.is_empty() {
        pupils.push((None, BTreeSet::from([group])));
    }
    pupils
}
