//! `/api/v1/schools/{id}/fill`: which lessons of the timetable are written, by class, by teacher and by month.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use axum::extract::State;
use domain::calendar::days_after;
use domain::ids::{GroupId, PersonId, SchoolId, SlotId};
use domain::inspection::look::Seen;
use jiff::Timestamp;
use jiff::civil::Date;
use projections::principal;
use serde::Serialize;

use super::answer::{Answer, Held, digested};
use super::caller::{Caller, led};
use super::refusals::Reading;
use super::strict::{Asked, Id};
use crate::app::App;
use crate::facts::{Books, SchoolBook, Standpoint};
use crate::problem::Problem;

/// A school year and its summer.
const DAYS_MAX: i64 = 400;
/// What is looked at when no day is named.
const BEFORE_DAYS: i64 = 30;

/// Lessons of days that are over, or written on their day, and those of them that are written.
#[derive(Default, Clone, Copy, Serialize, utoipa::ToSchema)]
pub struct Figures {
    expected: u32,
    written: u32,
}

impl Figures {
    fn count(&mut self, written: bool) {
        self.expected += 1;
        self.written += u32::from(written);
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct OfClass {
    group: GroupId,
    /// `4B`
    code: String,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct OfTeacher {
    /// None: nobody held the service on that day.
    teacher: Option<PersonId>,
    name: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct OfMonth {
    /// `2026-11`
    month: String,
    #[serde(flatten)]
    figures: Figures,
}

/// What is written of a school's timetable.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Fill {
    school: SchoolId,
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    until: Date,
    #[serde(flatten)]
    total: Figures,
    by_class: Vec<OfClass>,
    by_teacher: Vec<OfTeacher>,
    by_month: Vec<OfMonth>,
}

/// How much of the timetable is written: of the lessons between two days that are expected by now, those with an entry that stands.
///
/// One that is not written is expected once its day is over, by the clock of the school; one that is written counts as soon as it is over.
/// A lesson counts for the substitute of that day, else for its teacher. Each teacher is shown who read these figures, and on what day.
#[utoipa::path(
    get, path = "/api/v1/schools/{id}/fill", tag = "direction", operation_id = "fill",
    params(
        ("id" = Uuid, Path),
        ("from" = Option<String>, Query, description = "`YYYY-MM-DD`; thirty days ago by default"),
        ("until" = Option<String>, Query, description = "`YYYY-MM-DD`; today by default"),
    ),
    responses((status = 200, description = "The figures", body = Fill, headers(("ETag" = String))),
        (status = 304, description = "As the caller holds it"), Reading),
)]
pub async fn read(State(app): State<Arc<App>>, caller: Caller, Id(id): Id, asked: Asked, held: Held) -> Answer {
    let asked = asked.only(&["from", "until"])?;
    let (now, school) = (app.now(), SchoolId(id));
    let (scope, today) = {
        let books = app.register.read();
        led(&books, caller.person, Some(school), now)?;
        let today = books.schools.get(&school).ok_or_else(Problem::unknown)?.local(now).date();
        (books.scope(caller.person, Standpoint::Head, today), today)
    };
    let (from, until) = asked.days((days_after(today, -BEFORE_DAYS).unwrap_or(today), today), DAYS_MAX)?;
    // A lesson held on these days may be one of other days of the timetable.
    let elsewhere = {
        let books = app.register.read();
        books.days_elsewhere(books.services_of_school(school).map(|service| service.textbook), from, until)
    };
    let written =
        principal::queries::written_marks(app.tables(principal::NAME)?, &scope, (from, until), &elsewhere).await?;
    let written = written.into_iter().collect();
    let fill = {
        let books = app.register.read();
        let school = books.schools.get(&school).ok_or_else(Problem::unknown)?;
        counted(&books, school, now, (from, until), &written)
    };
    let teachers = fill.by_teacher.iter().filter_map(|line| line.teacher).collect();
    app.note_figures(caller.person, school, [(Seen::Filling, teachers)]).await?;
    digested(&held, &fill)
}

fn counted(
    books: &Books,
    school: &SchoolBook,
    now: Timestamp,
    (from, until): (Date, Date),
    written: &HashSet<(SlotId, Date)>,
) -> Fill {
    let mut total = Figures::default();
    let mut classes: BTreeMap<GroupId, Figures> = BTreeMap::new();
    let mut teachers: BTreeMap<Option<PersonId>, Figures> = BTreeMap::new();
    let mut months: BTreeMap<String, Figures> = BTreeMap::new();
    let local = school.local(now);
    for service in books.services_of_school(school.school) {
        for lesson in books.lessons(service.textbook, from, until) {
            let done = written.contains(&(lesson.slot, lesson.of));
            // What is not held, or is taken by a colleague, leaves no trace to look for.
            if !lesson.counts(done, local) {
                continue;
            }
            total.count(done);
            classes.entry(service.group).or_default().count(done);
            teachers.entry(service.answering(lesson.date)).or_default().count(done);
            months.entry(lesson.date.strftime("%Y-%m").to_string()).or_default().count(done);
        }
    }
    let code = |group: &GroupId| books.groups.get(group).map(|book| book.description.code.clone()).unwrap_or_default();
    let name = |teacher: Option<PersonId>| teacher.map(|teacher| books.formal_name(teacher));
    let mut by_class: Vec<OfClass> =
        classes.into_iter().map(|(group, figures)| OfClass { group, code: code(&group), figures }).collect();
    by_class.sort_by(|one, other| one.code.cmp(&other.code));
    let of_teacher = |(teacher, figures)| OfTeacher { teacher, name: name(teacher), figures };
    Fill {
        school: school.school,
        from,
        until,
        total,
        by_class,
        by_teacher: teachers.into_iter().map(of_teacher).collect(),
        by_month: months.into_iter().map(|(month, figures)| OfMonth { month, figures }).collect(),
    }
}
