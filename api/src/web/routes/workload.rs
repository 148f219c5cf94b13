//! How much work falls on a day for the pupils of a group, whatever group or subject gives it. Figures only.
//!
//! Circulaire 2010-136 du 6-9-2010, b: the textbook lets the team of a class see to the balance of the work it gives (rule CT-11). Two
//! half-classes that are given the same work are not given it twice: the figure is that of the pupil who has most.

use std::collections::{BTreeMap, BTreeSet};

use domain::access;
use domain::calendar::days_after;
use domain::ids::GroupId;
use jiff::civil::Date;
use projections::principal::queries;

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

/// For each day that has some, both ends included.
pub async fn of_group(app: &App, group: GroupId, days: (Date, Date)) -> Result<BTreeMap<Date, Load>, Problem> {
    let sets = groups_together(&app.register.read(), group, days.0);
    let scope = access::of_workload(sets.iter().flatten().copied());
    let rows = queries::workload(&app.reader, &scope, None, days.0, days.1).await?;
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

/// The days ahead of a group that have work, and the last day looked at.
pub async fn ahead(app: &App, group: GroupId, today: Date) -> Result<(Vec<LoadedDay>, Date), Problem> {
    let until = days_after(today, AHEAD_DAYS).unwrap_or(today);
    let day = |(date, load): (Date, Load)| LoadedDay {
        date,
        tasks: load.tasks as u32,
        minutes: load.minutes as u32,
        tests: load.tests as u32,
    };
    Ok((of_group(app, group, (today, until)).await?.into_iter().map(day).collect(), until))
}

/// The sets of groups that pupils of this one are in together on a day: one set for all who have the same.
fn groups_together(books: &Books, group: GroupId, on: Date) -> BTreeSet<BTreeSet<GroupId>> {
    let school = books.groups.get(&group).map(|book| book.school);
    let in_school = |group: &GroupId| books.groups.get(group).map(|book| book.school) == school;
    let together =
        |pupil| books.stays_on(pupil, on).filter(|stay| stay.from <= on).map(|stay| stay.group).filter(in_school);
    let sets = books.members_on(group, on).map(|pupil| together(pupil).collect::<BTreeSet<_>>());
    let mut sets: BTreeSet<BTreeSet<GroupId>> = sets.collect();
    // Nobody is in it yet: its own work counts all the same.
    if sets.is_empty() {
        sets.insert(BTreeSet::from([group]));
    }
    sets
}
