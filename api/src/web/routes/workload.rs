//! How much work falls on a day for the pupils of a group, whatever group or subject gives it. Figures only. Who may count is said by
//! [`access::of_workload`]: the team of the class counts all that is given; a pupil, and whoever reads as they do, what they see.
//!
//! Circulaire 2010-136 du 6-9-2010, b: the textbook lets the team of a class see to the balance of the work it gives (rule CT-11). Two
//! half-classes that are given the same work are not given it twice: the figure is that of the pupil who has most.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::days_after;
use domain::ids::{GroupId, PersonId};
use domain::textbook::homework::HomeworkKind;
use jiff::civil::Date;
use projections::{principal, pupil};

use super::reading::Reading;
use crate::app::App;
use crate::facts::Books;
use crate::fr;
use crate::problem::Problem;
use crate::web::teacher::LoadedDay;

/// The work of one day: of each figure, that of the pupil of the group who has most. What has no estimate has no minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Estimated by those who gave the work, for what has an estimate.
    pub minutes: i64,
    pub tasks: i64,
    /// Of these, tests announced.
    pub tests: i64,
}

impl Load {
    /// `2 travaux, environ 45 min, dont 1 contrôle`
    pub fn said(&self) -> String {
        let minutes = (self.minutes > 0).then(|| format!(", environ {}", fr::duration(self.minutes as u32)));
        let tests =
            (self.tests > 0).then(|| format!(", dont {}", fr::plural(self.tests as usize, "contrôle", "contrôles")));
        let tasks = fr::plural(self.tasks as usize, "travail", "travaux");
        [Some(tasks), minutes, tests].into_iter().flatten().collect()
    }
}

/// For each day that has some, both ends included; no day at all for whoever may not count it today.
pub async fn of_group(
    app: &App,
    person: PersonId,
    group: GroupId,
    (today, days): (Date, (Date, Date)),
) -> Result<BTreeMap<Date, Load>, Problem> {
    let (sets, scope) = {
        let books = app.register.read();
        let sets = groups_together(&books, group, days.0);
        let groups = sets.iter().flatten().copied().collect();
        (sets, books.workload_scope(person, group, groups, today))
    };
    let rows = principal::queries::workload(&app.reader, &scope, None, days.0, days.1).await?;
    let mut loads: BTreeMap<Date, Load> = BTreeMap::new();
    for groups in &sets {
        let mut of_pupil: BTreeMap<Date, Load> = BTreeMap::new();
        for row in rows.iter().filter(|row| groups.contains(&row.group)) {
            let load = of_pupil.entry(row.due_on).or_default();
            load.minutes += row.minutes;
            load.tasks += row.tasks;
            load.tests += row.tests;
        }
        for (day, load) in of_pupil {
            let most = loads.entry(day).or_default();
            most.minutes = most.minutes.max(load.minutes);
            most.tasks = most.tasks.max(load.tasks);
            most.tests = most.tests.max(load.tests);
        }
    }
    Ok(loads)
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
        let today = self.today();
        let until = days_after(today, AHEAD_DAYS).unwrap_or(today);
        let due = (today, until);
        let rows = pupil::queries::homework(&self.app.reader, &self.scope, self.now, due, None, COUNTED).await?;
        let mut loads: BTreeMap<Date, Load> = BTreeMap::new();
        for row in rows {
            let load = loads.entry(row.work.due.on).or_default();
            load.minutes += i64::from(row.work.minutes.unwrap_or_default());
            load.tasks += 1;
            load.tests += i64::from(row.work.kind == HomeworkKind::Test);
        }
        Ok((loads.into_iter().map(LoadedDay::from).collect(), until))
    }
}

/// The sets of groups that pupils of this one are in together on a day: one set for all who have the same.
fn groups_together(books: &Books, group: GroupId, on: Date) -> BTreeSet<BTreeSet<GroupId>> {
    let school = books.groups.get(&group).map(|book| book.school);
    let in_school = |group: &GroupId| books.groups.get(group).map(|book| book.school) == school;
    let together =
        |pupil| books.stays_on(pupil, on).filter(|stay| stay.from <= on).map(|stay| stay.group).filter(in_school);
    let sets = books.members(group, on).map(|pupil| together(pupil).collect::<BTreeSet<_>>());
    let mut sets: BTreeSet<BTreeSet<GroupId>> = sets.collect();
    // Nobody is in it yet: its own work counts all the same.
    if sets.is_empty() {
        sets.insert(BTreeSet::from([group]));
    }
    sets
}
