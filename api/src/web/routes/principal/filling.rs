//! The fill rate: lessons written over lessons held, by class, teacher and month.
//!
//! Rule CT-01: each lesson leaves a trace. What was held is the timetable's, without closures, without the lessons that are said not to be
//! held and without those that a colleague took; when a lesson counts is said by [`LessonAt::counts`].

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::access::Scope;
use domain::directory::group::Sort;
use domain::ids::{GroupId, PersonId, SchoolId, SlotId, TextbookId};
use jiff::civil::{Date, DateTime};
use projections::principal::{self, queries};

use super::Office;
use crate::app::App;
use crate::facts::{Books, LessonAt, ServiceBook};
use crate::problem::Problem;
use crate::web::principal::{Filling, Gap, Gaps, Row};
use crate::web::routes::said;

/// One lesson held: of whom, and whether it is written.
pub(super) struct Held {
    pub lesson: LessonAt,
    pub group: GroupId,
    pub teacher: Option<PersonId>,
    pub filled: bool,
}

/// Lessons of the school year so far, counted.
pub struct Counted {
    /// The first day of each month, oldest first.
    pub months: Vec<Date>,
    held: Vec<Held>,
}

/// A line of the tables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Group(GroupId),
    Teacher(PersonId),
}

impl Line {
    fn holds(self, held: &Held) -> bool {
        match self {
            Self::Group(group) => held.group == group,
            Self::Teacher(teacher) => held.teacher == Some(teacher),
        }
    }
}

/// Of the textbooks of a school that a scope admits, up to its present hour.
pub async fn count(app: &App, school: SchoolId, scope: &Scope, local: DateTime) -> Result<Counted, Problem> {
    let today = local.date();
    let since = since(&app.register.read(), school, today)?;
    let textbooks: Vec<TextbookId> = {
        let books = app.register.read();
        let admitted = |service: &&ServiceBook| scope.admits(service.school, service.textbook, service.group);
        books.services_of_school(school).filter(admitted).map(|service| service.textbook).collect()
    };
    let held = held(app, &textbooks, scope, (since, today), local).await?;
    let mut months: Vec<Date> = held.iter().map(|held| held.lesson.date.first_of_month()).collect();
    months.sort_unstable();
    months.dedup();
    Ok(Counted { months, held })
}

/// The day from which lessons are looked for: that of the school year, or that on which the school was first registered here.
pub(super) fn since(books: &Books, school: SchoolId, today: Date) -> Result<Date, Problem> {
    let known = books.schools.get(&school).ok_or_else(Problem::unknown)?;
    Ok(known.year_on(today).map_or(known.since, |bounds| bounds.starts_on.max(known.since)))
}

/// The lessons of these textbooks that count, between two days: one statement, then the register.
pub(super) async fn held(
    app: &App,
    textbooks: &[TextbookId],
    scope: &Scope,
    (since, until): (Date, Date),
    local: DateTime,
) -> Result<Vec<Held>, Problem> {
    // A lesson that is over may be one of another day of the timetable.
    let elsewhere = app.register.read().days_elsewhere(textbooks.iter().copied(), since, until);
    let written = queries::written_marks(app.tables(principal::NAME)?, scope, (since, until), &elsewhere).await?;
    let written: HashSet<(SlotId, Date)> = written.into_iter().collect();
    let books = app.register.read();
    let mut held = Vec::new();
    for service in textbooks.iter().filter_map(|textbook| books.services.get(textbook)) {
        for lesson in books.lessons(service.textbook, since, until) {
            let filled = written.contains(&(lesson.slot, lesson.of));
            if !lesson.counts(filled, local) {
                continue;
            }
            let teacher = service.answering(lesson.date);
            held.push(Held { lesson, group: service.group, teacher, filled });
        }
    }
    Ok(held)
}

impl Counted {
    pub fn total(&self) -> Filling {
        filling(self.held.iter())
    }

    /// The teachers whose lessons are counted, of one line or of all.
    pub(super) fn teachers_of(&self, line: Option<Line>) -> BTreeSet<PersonId> {
        let of_line = |held: &&Held| line.is_none_or(|line| line.holds(held));
        self.held.iter().filter(of_line).filter_map(|held| held.teacher).collect()
    }

    /// One teacher's line, as the head reads it; none before a first lesson is over.
    pub fn of_teacher(&self, books: &Books, teacher: PersonId) -> Option<Row> {
        let mine = |held: &Held| held.teacher.filter(|known| *known == teacher);
        self.rows(mine, |teacher| books.formal_name(*teacher), |_| "/enseignant".to_owned()).pop()
    }

    /// Classes first, then groups.
    pub(super) fn classes(&self, office: &Office<'_>) -> Vec<Row> {
        let books = office.web.app.register.read();
        let sort = |group: &GroupId| books.groups.get(group).map(|book| book.description.sort);
        let of = |wanted: Sort| {
            self.rows(
                |held| Some(held.group).filter(|group| sort(group) == Some(wanted)),
                |group| said::group_of(&books, *group),
                |group| format!("/direction?classe={group}#vides"),
            )
        };
        let mut rows = of(Sort::Class);
        rows.extend(of(Sort::Group));
        rows
    }

    pub(super) fn teachers(&self, office: &Office<'_>) -> Vec<Row> {
        let books = office.web.app.register.read();
        let href = |teacher: &PersonId| format!("/direction?enseignant={teacher}#vides");
        self.rows(|held| held.teacher, |teacher| books.formal_name(*teacher), href)
    }

    fn rows<K: Ord>(
        &self,
        key: impl Fn(&Held) -> Option<K>,
        label: impl Fn(&K) -> String,
        href: impl Fn(&K) -> String,
    ) -> Vec<Row> {
        let mut lines: BTreeMap<K, Vec<&Held>> = BTreeMap::new();
        for held in &self.held {
            if let Some(key) = key(held) {
                lines.entry(key).or_default().push(held);
            }
        }
        let row = |(key, held): (K, Vec<&Held>)| {
            let of =
                |month: &Date| filling(held.iter().copied().filter(|held| held.lesson.date.first_of_month() == *month));
            let cells = self.months.iter().map(of).collect();
            Row { label: label(&key), href: href(&key), cells, total: filling(held.iter().copied()) }
        };
        let mut rows: Vec<Row> = lines.into_iter().map(row).collect();
        rows.sort_by(|a, b| a.label.cmp(&b.label));
        rows
    }

    /// The empty lessons of one line, latest first; none when the line is not of this school.
    pub(super) fn gaps(&self, office: &Office<'_>, line: Line) -> Option<Gaps> {
        let books = office.web.app.register.read();
        let of_line = |held: &&Held| line.holds(held);
        self.held.iter().find(of_line)?;
        let gap = |held: &Held| {
            let service = books.services.get(&held.lesson.textbook)?;
            Some(Gap {
                date: held.lesson.date,
                start: held.lesson.starts_at,
                class: said::group_of(&books, held.group),
                subject: said::subject(&books, service.school, &service.subject),
                teacher: held.teacher.map(|teacher| books.formal_name(teacher)).unwrap_or_default(),
            })
        };
        let mut gaps: Vec<Gap> = self.held.iter().filter(of_line).filter(|held| !held.filled).filter_map(gap).collect();
        gaps.sort_by_key(|gap| std::cmp::Reverse((gap.date, gap.start)));
        let of = match line {
            Line::Group(group) => said::group_of(&books, group),
            Line::Teacher(teacher) => books.formal_name(teacher),
        };
        Some(Gaps { of, gaps })
    }
}

pub(super) fn filling<'a>(held: impl Iterator<Item = &'a Held>) -> Filling {
    held.fold(Filling::default(), |sum, held| Filling {
        held: sum.held + 1,
        filled: sum.filled + u32::from(held.filled),
    })
}
