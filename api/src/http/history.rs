//! `/api/v1/textbooks/{id}/history`: all that was ever written in a textbook, for its teachers, its head and its inspector.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use domain::actor::{Actor, Capacity};
use domain::calendar::LessonOn;
use domain::ids::{EntryId, HomeworkId, PersonId, TextbookId};
use domain::inspection::look::Seen;
use domain::textbook::entry::Source;
use domain::textbook::homework::HomeworkKind;
use jiff::Timestamp;
use jiff::civil::Date;
use projections::inspector::{self, Item};
use serde::Serialize;

use super::answer::{Answer, Held};
use super::caller::{Caller, scope_on};
use super::page::{Page, Placed, Wanted, paged};
use super::refusals::Reading;
use super::strict::{Asked, Id};
use super::texts::{self, Author, Due, Lesson, Resource, Texts};
use crate::app::App;
use crate::facts::{Books, Followed, LessonAt};
use crate::problem::Problem;

/// One version of a lesson's entry, or of a work. A withdrawal is a version too.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PastVersion {
    /// The entry, when it is a version of one.
    entry: Option<EntryId>,
    /// The work, when it is a version of one.
    homework: Option<HomeworkId>,
    /// Within the entry or the work, from 1.
    number: i32,
    /// Of the textbook, after this version was written.
    version: i64,
    /// In the journal.
    position: i64,
    /// `EntryPublished`, `HomeworkWithdrawn`…
    event: String,
    author: Author,
    capacity: Capacity,
    /// The school's day.
    #[schema(value_type = String, format = Date)]
    written_on: Date,
    /// The instant, for its author alone.
    #[schema(value_type = Option<String>, format = DateTime)]
    recorded_at: Option<Timestamp>,
    delay: AfterLesson,
    /// The day from which pupils and their guardians see it. None for a withdrawal.
    #[schema(value_type = Option<String>, format = Date)]
    visible_on: Option<Date>,
    /// The instant, for its author alone.
    #[schema(value_type = Option<String>, format = DateTime)]
    visible_from: Option<Timestamp>,
    lesson: Lesson,
    /// Of a work.
    due: Option<Due>,
    kind: Option<HomeworkKind>,
    minutes: Option<u16>,
    written: Option<bool>,
    /// Whether it is for some pupils of the group only.
    for_part_of_group: bool,
    /// Who they are, for those who teach the textbook today or lead the school; none for others, or for the whole group.
    audience: Option<Vec<PersonId>>,
    /// None: forgotten, or a withdrawal.
    text: Option<String>,
    sequence: Option<String>,
    programme: Option<String>,
    /// The entry of another textbook whose text was taken over.
    copied_from: Option<Source>,
    resources: Vec<Resource>,
    /// Why it was withdrawn.
    reason: Option<String>,
}

/// How long after its lesson a version was written: in days of class, never in hours.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AfterLesson {
    /// Before the day of the lesson.
    ahead: bool,
    /// Days of class after that of the lesson; 0 on that day, and before the next day of class.
    school_days: usize,
    /// Whether the next lesson of the textbook had begun; none when none has followed yet.
    after_next_lesson: Option<bool>,
}

/// Who reads a history, and the lessons that are over.
struct Reader {
    person: PersonId,
    of_the_team: bool,
    held: Vec<LessonAt>,
}

/// The version of the textbook at which a page ends: each is written by one event.
struct AfterVersion(i64);

impl Placed for AfterVersion {
    fn parts(&self) -> Vec<String> {
        vec![self.0.to_string()]
    }

    fn of(parts: &[&str]) -> Option<Self> {
        let [version] = parts else { return None };
        version.parse().ok().map(Self)
    }
}

/// Every version in a textbook, with who wrote it, in what capacity, and how long after the lesson, in days of class.
///
/// Latest lesson first; in each, the entry then the work given in it, of each the last version first. Its teachers are shown that a head
/// or an inspector read it, and on what day.
#[utoipa::path(
    get, path = "/api/v1/textbooks/{id}/history", tag = "textbooks", operation_id = "history",
    params(("id" = Uuid, Path), ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, description = "Some of them", body = Page<PastVersion>, headers(("ETag" = String), ("Link" = String))),
        (status = 304, description = "As the caller holds it"), Reading),
)]
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    asked: Asked,
    uri: OriginalUri,
    held: Held,
) -> Answer {
    let wanted = Wanted::<AfterVersion>::of(&asked.only(&["cursor", "limit"])?, uri)?;
    let (scope, of_the_team) = {
        let books = app.register.read();
        let scope = scope_on(&books, caller.person, TextbookId(id), app.now())?;
        let today = books.school_of(TextbookId(id)).map(|school| school.local(app.now()).date());
        let capacity = today.map(|today| books.capacity_in(caller.person, TextbookId(id), today));
        (scope, capacity.is_some_and(|capacity| capacity.teaches() || capacity.leads()))
    };
    if !scope.behind_the_scenes {
        let detail = "the history is for the teachers of this textbook, its head and its inspector";
        return Err(Problem::new(StatusCode::FORBIDDEN, "history-not-for-you", detail));
    }
    let (mut rows, ()) = tokio::try_join!(
        async { Ok(inspector::queries::textbook(app.tables(inspector::NAME)?, &scope, TextbookId(id), None).await?) },
        app.note_reading(caller.person, TextbookId(id), Seen::History),
    )?;
    if let Some(AfterVersion(after)) = wanted.after {
        let at = rows.iter().position(|row| row.version == after);
        let at = at.ok_or_else(|| {
            Problem::invalid("cursor-malformed", "no page of this history ended there").at("/query/cursor")
        })?;
        rows.drain(..=at);
    }
    let next = wanted.cut(&mut rows, |row| AfterVersion(row.version));
    let cells = rows.iter().flat_map(|row| {
        let texts = row.content.iter().chain(&row.reason).chain(row.framing.cells());
        texts.chain(texts::cells(&row.resources))
    });
    let texts = Texts::open(&app, cells.collect()).await?;
    let items = {
        let books = app.register.read();
        let school = books.school_of(TextbookId(id)).ok_or_else(Problem::unknown)?;
        let held = books.lessons_over(TextbookId(id), school.local(app.now()));
        let reader = Reader { person: caller.person, of_the_team, held };
        rows.iter().map(|row| version(&books, &texts, row, &reader)).collect()
    };
    paged(&held, &Page { items, next })
}

fn version(books: &Books, texts: &Texts, row: &inspector::Version, reader: &Reader) -> PastVersion {
    let (entry, homework) = match row.item {
        Item::Entry(entry) => (Some(entry), None),
        Item::Homework(homework) => (None, Some(homework)),
    };
    let textbook = row.place.textbook;
    let lesson = row.lesson.slot.and_then(|slot| books.lesson(textbook, LessonOn { date: row.lesson.date, slot }));
    let start = row.lesson.date.to_datetime(row.lesson.starts_at);
    let followed = Followed::among(&reader.held, lesson.as_ref().map_or(start, LessonAt::start));
    let delay = books.delay(textbook, &followed, row.recorded_at);
    let own = row.author == Actor::Person(reader.person);
    PastVersion {
        entry,
        homework,
        number: row.number,
        version: row.version,
        position: row.position,
        event: row.event.clone(),
        author: Author::of(books, row.author),
        capacity: row.capacity,
        written_on: texts::day(books, row.place.school, row.recorded_at),
        recorded_at: own.then_some(row.recorded_at),
        delay: AfterLesson {
            ahead: delay.as_ref().is_some_and(|delay| delay.ahead),
            school_days: delay.as_ref().map_or(0, |delay| delay.school_days),
            after_next_lesson: delay.as_ref().and_then(|delay| delay.after_next),
        },
        visible_on: row.visible_from.map(|from| texts::day(books, row.place.school, from)),
        visible_from: row.visible_from.filter(|_| own),
        lesson: (&row.lesson).into(),
        due: row.work.as_ref().map(Due::from),
        kind: row.work.as_ref().map(|work| work.kind),
        minutes: row.work.as_ref().and_then(|work| work.minutes),
        written: row.work.as_ref().map(|work| work.written),
        for_part_of_group: row.work.as_ref().is_some_and(|work| !work.audience.is_empty()),
        audience: row
            .work
            .as_ref()
            .filter(|_| reader.of_the_team)
            .map(|work| work.audience.iter().copied().collect())
            .filter(|all: &Vec<_>| !all.is_empty()),
        sequence: texts.of(row.framing.sequence.as_ref()),
        programme: texts.of(row.framing.programme.as_ref()),
        copied_from: row.copied_from,
        text: texts.of(row.content.as_ref()),
        resources: texts.resources(&row.resources),
        reason: texts.of(row.reason.as_ref()),
    }
}
