//! `/api/v1/textbooks`: what is written in them, and what there is to read.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use domain::decider::Decider as _;
use domain::ids::{EntryId, GroupId, SchoolId, SchoolYear, StreamId, TextbookId};
use domain::inspection::look::Seen;
use domain::textbook::{self, Textbook};
use jiff::Timestamp;
use projections::pupil;
use projections::pupil::former::former;
use projections::pupil::queries::{self, Before};
use serde::Serialize;

use super::answer::{Answer, Held, Receipt, digested, tag, unchanged, written};
use super::caller::{Caller, scope_on, shelf};
use super::page::{Page, Placed, Wanted, linked, paged};
use super::refusals::{Reading, Writing};
use super::said::Told;
use super::strict::{Asked, Command, Id, date, uuid};
use super::texts::{Eyes, Read, Texts, WrittenEntry};
use crate::app::App;
use crate::facts::Books;
use crate::problem::Problem;

/// Publish a lesson, give work, revise, withdraw.
///
/// Author, capacity and time are the server's. `PublishEntry` and `GiveHomework` may come without `If-Match`; every other command needs it,
/// with the version that was read: those that revise or withdraw, and `WriteHomework`, which may revise, also when all its work is new.
#[utoipa::path(
    post, path = "/api/v1/textbooks/{id}/commands", tag = "textbooks", operation_id = "commandTextbook",
    params(
        ("id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "At most 200 visible ASCII characters"),
        ("If-Match" = Option<String>, Header, description = "`\"textbook-7\"`; needed by all but `PublishEntry` and `GiveHomework`, and compared whenever it is sent"),
    ),
    request_body = textbook::Command,
    responses(
        (status = 200, description = "Written, and shown by every reading that follows", body = Receipt,
            headers(("ETag" = String), ("Location" = String, description = "Where something new is read"))),
        Writing,
    ),
)]
pub async fn command(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id,
    told: Told,
    Command(command): Command<textbook::Command>,
) -> Answer {
    use textbook::Command as C;
    let revises = !matches!(command, C::PublishEntry { .. } | C::GiveHomework { .. });
    let id = TextbookId(id);
    let result = async {
        // What they may not read does not exist for them; what they may read, the textbook itself refuses.
        scope_on(&app.register.read(), caller.person, id, app.now())?;
        let said = told.of(Textbook::TYPE, revises)?;
        app.in_textbook(caller.person, id, said, command).await
    };
    let result = result.await;
    let address = (!revises).then(|| format!("/api/v1/textbooks/{id}"));
    written(&app, Textbook::TYPE, result, address).await
}

/// A textbook, in the words of the school.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Line {
    textbook: TextbookId,
    school: SchoolId,
    year: SchoolYear,
    group: GroupId,
    /// `4B`
    group_code: String,
    subject: String,
    /// `MATHEMATIQUES`
    subject_label: String,
    /// Who teaches it today: « Mme Vidal ».
    teachers: Vec<String>,
}

impl Line {
    pub fn of(books: &Books, textbook: TextbookId, now: Timestamp) -> Option<Self> {
        let service = books.services.get(&textbook)?;
        let school = books.schools.get(&service.school)?;
        let today = school.local(now).date();
        let teaching = service.assignments.iter().filter(|held| held.holds(today));
        Some(Self {
            textbook,
            school: service.school,
            year: service.year,
            group: service.group,
            group_code: books
                .groups
                .get(&service.group)
                .map(|group| group.description.code.clone())
                .unwrap_or_default(),
            subject: service.subject.clone(),
            subject_label: school.subject(&service.subject).to_owned(),
            teachers: teaching.map(|held| books.formal_name(held.teacher)).collect(),
        })
    }
}

struct AfterTextbook(TextbookId);

impl Placed for AfterTextbook {
    fn parts(&self) -> Vec<String> {
        vec![self.0.to_string()]
    }

    fn of(parts: &[&str]) -> Option<Self> {
        let [textbook] = parts else { return None };
        Some(Self(TextbookId(uuid(textbook)?)))
    }
}

/// The textbooks the caller may read today.
#[utoipa::path(
    get, path = "/api/v1/textbooks", tag = "textbooks", operation_id = "textbooks",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default")),
    responses((status = 200, description = "Some of them", body = Page<Line>, headers(("ETag" = String), ("Link" = String))),
        (status = 304, description = "As the caller holds it"), Reading),
)]
pub async fn list(State(app): State<Arc<App>>, caller: Caller, asked: Asked, uri: OriginalUri, held: Held) -> Answer {
    let wanted = Wanted::<AfterTextbook>::of(&asked.only(&["cursor", "limit"])?, uri)?;
    let page = {
        let (books, now) = (app.register.read(), app.now());
        let mut known = shelf(&books, caller.person, now);
        known.retain(|textbook| wanted.after.as_ref().is_none_or(|AfterTextbook(after)| textbook > after));
        let next = wanted.cut(&mut known, |last| AfterTextbook(*last));
        Page { items: known.into_iter().filter_map(|textbook| Line::of(&books, textbook, now)).collect(), next }
    };
    paged(&held, &page)
}

/// A textbook: its lessons, the latest first.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Reader {
    #[serde(flatten)]
    textbook: Line,
    /// What `If-Match` names; none for who reads only what is released.
    version: Option<i64>,
    entries: Vec<WrittenEntry>,
    next: Option<String>,
}

impl Placed for Before {
    fn parts(&self) -> Vec<String> {
        vec![self.date.to_string(), self.starts_at.to_string(), self.entry.to_string()]
    }

    fn of(parts: &[&str]) -> Option<Self> {
        let [day, starts_at, entry] = parts else { return None };
        Some(Self { date: date(day)?, starts_at: starts_at.parse().ok()?, entry: EntryId(uuid(entry)?) })
    }
}

/// The lessons of a textbook and the work given in them, latest lesson first.
///
/// Pupils and guardians read what is released; a teacher of it, a head, and an inspector under mandate read what stands, with the day
/// from which it is read (its author, with the hour) and the version under which they may revise it. Its teachers are shown that a head or an inspector read it,
/// and on what day.
#[utoipa::path(
    get, path = "/api/v1/textbooks/{id}", tag = "textbooks", operation_id = "textbook",
    params(("id" = Uuid, Path), ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, description = "Some of its lessons", body = Reader, headers(("ETag" = String), ("Link" = String))),
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
    let wanted = Wanted::<Before>::of(&asked.only(&["cursor", "limit"])?, uri)?;
    let (id, now) = (TextbookId(id), app.now());
    let scope = scope_on(&app.register.read(), caller.person, id, now)?;
    let version = if scope.behind_the_scenes {
        // Before what is held is said to be still so: that is a look too.
        app.note_reading(caller.person, id, Seen::Textbook).await?;
        Some(version(&app, id).await?)
    } else {
        None
    };
    let tag = version.map(|version| tag(Textbook::TYPE, version));
    // Where a lesson is held is an event of its service, which this version does not know: the day work is due may have moved.
    let moved = app.register.read().services.get(&id).is_some_and(|service| !service.moved.is_empty());
    if let Some(tag) = tag.clone().filter(|tag| !moved && held.has(tag)) {
        return Ok(unchanged(tag));
    }
    // Who reads behind the scenes reads what will stand once all is released.
    let at = if scope.behind_the_scenes { Timestamp::MAX } else { now };
    let mut rows = queries::textbook(app.tables(pupil::NAME)?, &scope, at, id, wanted.after, wanted.fetch()).await?;
    let next = wanted.cut(&mut rows, projections::pupil::EntryVersion::cursor);
    let days = rows.last().map(|row| row.lesson.date).zip(rows.first().map(|row| row.lesson.date));
    let given = match days {
        Some(days) => queries::homework_given_in(app.tables(pupil::NAME)?, &scope, at, id, days).await?,
        None => vec![],
    };
    let formers = former(app.tables(pupil::NAME)?, &scope, at, &given).await?;
    let texts = Texts::of_rows(&app, &rows, given.iter().chain(&formers)).await?;
    let eyes = if scope.behind_the_scenes { Eyes::Behind(caller.person) } else { Eyes::Released };
    let (line, entries) = {
        let books = app.register.read();
        let page = Read { books: &books, eyes, formers: &formers };
        (
            Line::of(&books, id, now).ok_or_else(Problem::unknown)?,
            texts.entries(page, &rows, given.iter().map(|work| (work.given_entry, texts.homework(page, work)))),
        )
    };
    let body = Reader { textbook: line, version, entries, next };
    let answer = match tag {
        Some(tag) => ([(header::ETAG, tag)], Json(&body)).into_response(),
        None => digested(&held, &body)?,
    };
    Ok(linked(answer, body.next.as_deref()))
}

/// The version of a textbook, once the readings show it: a caller never holds a version later than what they read.
async fn version(app: &Arc<App>, textbook: TextbookId) -> Result<i64, Problem> {
    let year = app.register.read().services.get(&textbook).map(|service| service.year).ok_or_else(Problem::unknown)?;
    let stream = StreamId::new(Textbook::TYPE, textbook, year);
    let (_, version) = app.journal.state::<Textbook>(stream).await?;
    let head = app.head().await.map_err(Problem::ours)?;
    app.await_readers(head).await;
    Ok(version)
}
