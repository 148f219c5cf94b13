//! `/api/v1/me`: who is asking, and what a pupil, or an adult who answers for one, reads.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use domain::access::Scope;
use domain::calendar::{LessonOn, NotHeld, days_after, monday_of};
use domain::directory::person::Role;
use domain::ids::{GroupId, HomeworkId, PersonId, SchoolId, SlotId, TextbookId};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use projections::pupil::former::former;
use projections::pupil::queries::{self, After};
use projections::pupil::{self, HomeworkVersion};
use serde::Serialize;

use super::answer::{Answer, Held, digested};
use super::caller::{Caller, day_of, school_of};
use super::page::{Page, Placed, Wanted, paged};
use super::refusals::Reading;
use super::strict::{Asked, date, uuid};
use super::texts::{Eyes, GivenHomework, Read, Texts, WrittenEntry};
use crate::app::App;
use crate::facts::{Books, LessonAt, SchoolBook, Standpoint, Whose};
use crate::problem::Problem;

/// Work ahead that is listed when no day is named, and at most.
const AHEAD_DAYS: i64 = 120;
const DAYS_MAX: i64 = 400;

#[derive(Serialize, utoipa::ToSchema)]
pub struct Me {
    person: PersonId,
    /// « Mme Vidal »
    name: String,
    roles: Vec<HeldRole>,
    standpoints: Vec<ReadsAs>,
    objections: Vec<Objection>,
}

/// A role held today.
#[derive(Serialize, utoipa::ToSchema)]
pub struct HeldRole {
    school: SchoolId,
    school_name: String,
    role: Role,
    #[schema(value_type = String, format = Date)]
    from: Date,
}

/// From where someone reads.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(tag = "as", rename_all = "kebab-case")]
pub enum ReadsAs {
    Pupil,
    /// As an adult who answers for this pupil: `child` of the readings below.
    Guardian {
        child: PersonId,
        name: String,
    },
    /// As the AESH of this pupil: `child` too.
    Companion {
        child: PersonId,
        name: String,
    },
    Teacher,
    /// As the professeur principal of this class.
    FormTutor {
        group: GroupId,
        name: String,
    },
    SchoolLife,
    Head,
    Inspector,
}

/// A child, of age, who objects to being read by the caller.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Objection {
    child: PersonId,
    name: String,
    #[schema(value_type = String, format = Date)]
    since: Date,
}

/// Who the token names, what they are to each school today, and from where they read.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "me", operation_id = "me",
    responses((status = 200, description = "The caller", body = Me, headers(("ETag" = String))),
        (status = 304, description = "As the caller holds it"), Reading),
)]
pub async fn read(State(app): State<Arc<App>>, caller: Caller, asked: Asked, held: Held) -> Answer {
    asked.only(&[])?;
    let me = {
        let (books, person) = (app.register.read(), caller.person);
        let today = day_of(&books, person, app.now());
        let role = |held: &crate::facts::RoleHeld| HeldRole {
            school: held.school,
            school_name: books.schools.get(&held.school).map(|school| school.identity.name.clone()).unwrap_or_default(),
            role: held.role,
            from: held.from,
        };
        let name = |child| books.person(child).map(crate::facts::PersonBook::full).unwrap_or_default();
        let reads_as = |standpoint| match standpoint {
            Standpoint::Pupil => ReadsAs::Pupil,
            Standpoint::Teacher => ReadsAs::Teacher,
            Standpoint::SchoolLife => ReadsAs::SchoolLife,
            Standpoint::Head => ReadsAs::Head,
            Standpoint::Inspector => ReadsAs::Inspector,
            Standpoint::FormTutor(group) => {
                let name = books.groups.get(&group).map(|book| book.description.code.clone()).unwrap_or_default();
                ReadsAs::FormTutor { group, name }
            }
            Standpoint::Guardian(child) => ReadsAs::Guardian { child, name: name(child) },
            Standpoint::Companion(child) => ReadsAs::Companion { child, name: name(child) },
        };
        let objection = |(child, since)| Objection { child, name: name(child), since };
        Me {
            person,
            name: books.formal_name(person),
            roles: books.roles(person, today).map(role).collect(),
            standpoints: books.standpoints(person, today).into_iter().map(reads_as).collect(),
            objections: books.objections(person, today).into_iter().map(objection).collect(),
        }
    };
    digested(&held, &me)
}

/// A pupil, or a class, as the caller may see them now.
struct Seen {
    whose: Whose,
    scope: Scope,
    now: Timestamp,
    today: Date,
}

/// Of a class the caller is form tutor of, or follows for the school life.
fn seen_class(app: &App, caller: Caller, class: GroupId) -> Result<Seen, Problem> {
    let (books, now) = (app.register.read(), app.now());
    let school = books.groups.get(&class).and_then(|group| books.schools.get(&group.school));
    let today = school.ok_or_else(Problem::unknown)?.local(now).date();
    let standpoints = [Standpoint::FormTutor(class), Standpoint::SchoolLife].into_iter();
    let mut scopes = standpoints.map(|standpoint| books.class_scope(caller.person, standpoint, class, today));
    let scope = scopes.find(|scope| !scope.is_nothing()).ok_or_else(Problem::unknown)?;
    Ok(Seen { whose: Whose::Class(class), scope, now, today })
}

/// Of the caller as a pupil, or of a child they answer for or accompany.
fn seen(app: &App, caller: Caller, asked: &Asked) -> Result<Seen, Problem> {
    let child = asked.uuid("child")?.map(PersonId);
    let pupil = child.unwrap_or(caller.person);
    let standpoints = match child {
        None => vec![Standpoint::Pupil],
        Some(child) => vec![Standpoint::Guardian(child), Standpoint::Companion(child)],
    };
    let (books, now) = (app.register.read(), app.now());
    let today = school_of(&books, pupil, now).ok_or_else(Problem::unknown)?.local(now).date();
    let scopes = standpoints.into_iter().map(|standpoint| books.scope(caller.person, standpoint, today));
    let scope = scopes.into_iter().find(|scope| !scope.is_nothing()).ok_or_else(Problem::unknown)?;
    Ok(Seen { whose: Whose::Pupil(pupil), scope, now, today })
}

/// A week of a pupil, or of a class.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Week<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pupil: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupId>,
    #[schema(value_type = String, format = Date)]
    monday: Date,
    /// Monday to Sunday.
    days: Vec<Day<'a>>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Day<'a> {
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// Why there is no lesson: « Toussaint ».
    closure: Option<String>,
    lessons: Vec<Planned<'a>>,
    /// The work due on that day.
    #[schema(value_type = Vec<GivenHomework>)]
    due: Vec<&'a GivenHomework>,
}

/// A lesson of the timetable, or one outside it that was written.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Planned<'a> {
    textbook: TextbookId,
    /// None outside the timetable.
    slot: Option<SlotId>,
    #[schema(value_type = Option<String>)]
    starts_at: Option<Time>,
    minutes: Option<u16>,
    room: Option<String>,
    /// Why it is not held; none when it is.
    not_held: Option<NotHeld>,
    /// Where the timetable has it, when it is held elsewhere.
    #[schema(value_type = Option<String>)]
    moved_from: Option<DateTime>,
    /// The colleague who takes it: « Mme Vidal ».
    assured_by: Option<String>,
    /// None: nothing is written, or nothing is released yet.
    #[schema(value_type = Option<WrittenEntry>)]
    entry: Option<&'a WrittenEntry>,
}

/// The lessons of a week, what was written of them, and the work due on its days.
#[utoipa::path(
    get, path = "/api/v1/me/week", tag = "me", operation_id = "week",
    params(
        ("monday" = Option<String>, Query, description = "`YYYY-MM-DD`, a Monday; this week's by default"),
        ("child" = Option<Uuid>, Query, description = "The pupil the caller answers for; the caller by default"),
        ("group" = Option<Uuid>, Query, description = "The class the caller is form tutor of, or follows; instead of a pupil"),
    ),
    responses((status = 200, description = "The week", body = Week, headers(("ETag" = String))),
        (status = 304, description = "As the caller holds it"), Reading),
)]
pub async fn week(State(app): State<Arc<App>>, caller: Caller, asked: Asked, held: Held) -> Answer {
    let asked = asked.only(&["monday", "child", "group"])?;
    let seen = match asked.uuid("group")?.map(GroupId) {
        Some(class) => seen_class(&app, caller, class)?,
        None => seen(&app, caller, &asked)?,
    };
    let is_monday = |text: &str| date(text).filter(|day| *day == monday_of(*day));
    let monday = asked.read("monday", is_monday, "a Monday is YYYY-MM-DD, and a Monday")?;
    let monday = monday.unwrap_or_else(|| monday_of(seen.today));
    let sunday = days_after(monday, 6).unwrap_or(monday);
    let mut rows = queries::week(app.tables(pupil::NAME)?, &seen.scope, seen.now, (monday, sunday)).await?;
    let other_days = app.register.read().days_elsewhere_of(seen.whose, &seen.scope, monday, sunday);
    for day in other_days {
        rows.join(queries::week(app.tables(pupil::NAME)?, &seen.scope, seen.now, (day, day)).await?);
    }
    let formers = former(app.tables(pupil::NAME)?, &seen.scope, seen.now, rows.homework()).await?;
    let texts = Texts::of_rows(&app, &rows.entries, rows.homework().iter().chain(&formers)).await?;
    let books = app.register.read();
    let page = Read { books: &books, eyes: Eyes::Released, formers: &formers };
    let due_on = |work: &HomeworkVersion| books.due_on(work.place.textbook, &work.work.due);
    let due: Vec<(Date, GivenHomework)> =
        rows.in_order().into_iter().map(|work| (due_on(work), texts.homework(page, work))).collect();
    let given = rows.in_order().into_iter().zip(&due).map(|(row, (_, work))| (row.given_entry, work.clone()));
    let entries = texts.entries(page, &rows.entries, given);
    let (pupil, group) = match seen.whose {
        Whose::Pupil(pupil) => (Some(pupil), None),
        Whose::Class(class) => (None, Some(class)),
    };
    let timetable = books.timetable_of(seen.whose, &seen.scope, monday, sunday);
    let moved_away = books.moved_away_of(seen.whose, &seen.scope, monday, sunday);
    let known: Vec<LessonOn> = timetable.iter().chain(&moved_away).map(LessonAt::named).collect();
    let school = match seen.whose {
        Whose::Pupil(pupil) => school_of(&books, pupil, seen.now),
        Whose::Class(class) => books.groups.get(&class).and_then(|group| books.schools.get(&group.school)),
    };
    let days = (0..7).filter_map(|number| days_after(monday, number));
    let days = days.map(|date| Day {
        date,
        closure: school.and_then(|school| closure(school, date)),
        lessons: lessons(&books, (&timetable, &known), date, &entries),
        due: due.iter().filter(|(due_on, _)| *due_on == date).map(|(_, work)| work).collect(),
    });
    let week = Week { pupil, group, monday, days: days.collect() };
    drop(books);
    digested(&held, &week)
}

fn closure(school: &SchoolBook, date: Date) -> Option<String> {
    let closures = school.closures.get(&school.year_on(date)?.year)?;
    closures.iter().find(|closure| closure.holds(date)).map(|closure| closure.label.clone())
}

/// The lessons held on a day, then what was written outside the timetable.
fn lessons<'a>(
    books: &Books,
    (timetable, known): (&[LessonAt], &[LessonOn]),
    date: Date,
    entries: &'a [WrittenEntry],
) -> Vec<Planned<'a>> {
    let of = |lesson: &LessonAt| entries.iter().find(|entry| entry.is_of(lesson.named()));
    let planned = timetable.iter().filter(|lesson| lesson.date == date).map(|lesson| Planned {
        textbook: lesson.textbook,
        slot: Some(lesson.slot),
        starts_at: Some(lesson.starts_at),
        minutes: Some(lesson.minutes),
        room: lesson.room.clone(),
        not_held: lesson.not_held,
        moved_from: lesson.moved_from,
        assured_by: lesson.replaced_by.map(|by| books.formal_name(by)),
        entry: of(lesson),
    });
    let outside = entries.iter().filter(|entry| entry.date() == date);
    let outside = outside.filter(|entry| !known.iter().any(|lesson| entry.is_of(*lesson)));
    let outside = outside.map(|entry| {
        let (starts_at, minutes) = entry.hours();
        let (textbook, slot) = (entry.textbook(), entry.slot());
        let (starts_at, minutes) = (Some(starts_at), Some(minutes));
        let (moved_from, assured_by) = (None, None);
        let (room, not_held) = (None, None);
        Planned { textbook, slot, starts_at, minutes, room, not_held, moved_from, assured_by, entry: Some(entry) }
    });
    planned.chain(outside).collect()
}

impl Placed for After {
    fn parts(&self) -> Vec<String> {
        vec![self.due_on.to_string(), self.textbook.to_string(), self.homework.to_string()]
    }

    fn of(parts: &[&str]) -> Option<Self> {
        let [due_on, textbook, homework] = parts else { return None };
        let (textbook, homework) = (TextbookId(uuid(textbook)?), HomeworkId(uuid(homework)?));
        Some(Self { due_on: date(due_on)?, textbook, homework })
    }
}

/// The work due between two days, both included, soonest first; from today by default. Work for a lesson that moved is due where that
/// lesson is held now.
#[utoipa::path(
    get, path = "/api/v1/me/homework", tag = "me", operation_id = "homework",
    params(
        ("from" = Option<String>, Query, description = "`YYYY-MM-DD`"), ("until" = Option<String>, Query),
        ("child" = Option<Uuid>, Query, description = "The pupil the caller answers for; the caller by default"),
        ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query),
    ),
    responses((status = 200, description = "Some of it", body = Page<GivenHomework>, headers(("ETag" = String), ("Link" = String))),
        (status = 304, description = "As the caller holds it"), Reading),
)]
pub async fn homework(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
    uri: OriginalUri,
    held: Held,
) -> Answer {
    let asked = asked.only(&["from", "until", "child", "cursor", "limit"])?;
    let wanted = Wanted::<After>::of(&asked, uri)?;
    let Seen { whose, scope, now, today } = seen(&app, caller, &asked)?;
    let days = asked.days((today, days_after(today, AHEAD_DAYS).unwrap_or(today)), DAYS_MAX)?;
    let (asked_for, moved) = ((wanted.after, wanted.fetch()), app.register.read().moved_places_of(whose, &scope));
    let mut rows = queries::homework_held(app.tables(pupil::NAME)?, &scope, now, days, asked_for, &moved).await?;
    let next = wanted.cut(&mut rows, |(held_on, work)| After { due_on: *held_on, ..work.cursor() });
    let rows: Vec<HomeworkVersion> = rows.into_iter().map(|(_, work)| work).collect();
    let formers = former(app.tables(pupil::NAME)?, &scope, now, &rows).await?;
    let texts = Texts::of_rows(&app, &[], rows.iter().chain(&formers)).await?;
    let items = {
        let books = app.register.read();
        let page = Read { books: &books, eyes: Eyes::Released, formers: &formers };
        rows.iter().map(|row| texts.homework(page, row)).collect()
    };
    paged(&held, &Page { items, next })
}
