//! What the application is compared with: one handler, one query that gives the same rows, plain rows to JSON. No token is checked, no
//! right is computed (the groups of each pupil are given beforehand), nothing is opened, no answer has a tag.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
use uuid::Uuid;

use api::app::App;

/// What the handlers are given.
pub struct Bare {
    pub pool: PgPool,
    /// For its clock alone.
    pub app: Arc<App>,
    pub groups: HashMap<Uuid, Vec<Uuid>>,
    pub week: (Date, Date),
    pub ahead: (Date, Date),
}

/// Of each text, the last version written among those released, unless it withdraws.
macro_rules! released {
    ($table:literal, $id:literal) => {
        concat!(
            "v.visible_from <= $4 and not v.withdrawn and not exists (select 1 from pupil.",
            $table,
            " later where later.textbook = v.textbook and later.",
            $id,
            " = v.",
            $id,
            " and later.version > v.version and later.visible_from <= $4)"
        )
    };
}

/// A lesson as a row of the week: it has no due day.
macro_rules! entries {
    () => {
        concat!(
    "select v.entry as id, v.textbook, v.subject, v.slot, v.date, v.starts_at, v.minutes, v.content::text as content, ",
    "v.resources::text as resources, v.author, v.revision, v.visible_from, null::uuid as entry, null::date as due_on, ",
    "null::uuid as due_slot, null::time as due_at, null::text as kind, null::integer as estimate, null::boolean as written ",
    "from pupil.entry_version v where v.group_id = any($1) and v.date between $2 and $3 and ",
    released!("entry_version", "entry"),
)
    };
}

macro_rules! homework {
    () => {
        concat!(
            "select v.homework as id, v.textbook, v.subject, v.given_slot as slot, v.given_on as date, v.given_at as starts_at, ",
            "v.given_minutes as minutes, v.content::text as content, v.resources::text as resources, v.author, v.revision, ",
            "v.visible_from, v.given_entry as entry, v.due_on, v.due_slot, v.due_at, v.kind, v.estimate, v.written ",
            "from pupil.homework_version v where v.group_id = any($1) and ",
            released!("homework_version", "homework"),
        )
    };
}

const HOMEWORK: &str =
    concat!(homework!(), " and v.due_on between $2 and $3 order by v.due_on, v.textbook, v.homework limit 50");

const WEEK: &str = concat!(
    entries!(),
    " union all ",
    homework!(),
    " and (v.given_on between $2 and $3 or v.due_on between $2 and $3) order by date, starts_at, textbook, id"
);

/// A lesson, or work to do.
#[derive(Serialize)]
struct Line {
    id: Uuid,
    textbook: Uuid,
    subject: String,
    slot: Option<Uuid>,
    date: Date,
    starts_at: Time,
    minutes: i32,
    content: Option<Box<RawValue>>,
    resources: Box<RawValue>,
    author: String,
    revision: i32,
    visible_from: Timestamp,
    entry: Option<Uuid>,
    due_on: Option<Date>,
    due_slot: Option<Uuid>,
    due_at: Option<Time>,
    kind: Option<String>,
    estimate: Option<i32>,
    written: Option<bool>,
}

fn json(text: String) -> Result<Box<RawValue>, sqlx::Error> {
    RawValue::from_string(text).map_err(|problem| sqlx::Error::Decode(problem.into()))
}

impl FromRow<'_, PgRow> for Line {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            textbook: row.try_get("textbook")?,
            subject: row.try_get("subject")?,
            slot: row.try_get("slot")?,
            date: row.try_get::<jiff_sqlx::Date, _>("date")?.to_jiff(),
            starts_at: row.try_get::<jiff_sqlx::Time, _>("starts_at")?.to_jiff(),
            minutes: row.try_get("minutes")?,
            content: row.try_get::<Option<String>, _>("content")?.map(json).transpose()?,
            resources: json(row.try_get("resources")?)?,
            author: row.try_get("author")?,
            revision: row.try_get("revision")?,
            visible_from: row.try_get::<jiff_sqlx::Timestamp, _>("visible_from")?.to_jiff(),
            entry: row.try_get("entry")?,
            due_on: row.try_get::<Option<jiff_sqlx::Date>, _>("due_on")?.map(jiff_sqlx::Date::to_jiff),
            due_slot: row.try_get("due_slot")?,
            due_at: row.try_get::<Option<jiff_sqlx::Time>, _>("due_at")?.map(jiff_sqlx::Time::to_jiff),
            kind: row.try_get("kind")?,
            estimate: row.try_get("estimate")?,
            written: row.try_get("written")?,
        })
    }
}

impl Bare {
    async fn lines(&self, sql: &'static str, pupil: Uuid, (from, until): (Date, Date)) -> Json<Vec<Line>> {
        let now: jiff_sqlx::Timestamp = self.app.now().into();
        let (from, until): (jiff_sqlx::Date, jiff_sqlx::Date) = (from.into(), until.into());
        let query = sqlx::query_as(sql).bind(&self.groups[&pupil]).bind(from).bind(until).bind(now);
        Json(query.fetch_all(&self.pool).await.unwrap())
    }
}

async fn week(State(bare): State<Arc<Bare>>, Path(pupil): Path<Uuid>) -> Json<Vec<Line>> {
    bare.lines(WEEK, pupil, bare.week).await
}

async fn homework(State(bare): State<Arc<Bare>>, Path(pupil): Path<Uuid>) -> Json<Vec<Line>> {
    bare.lines(HOMEWORK, pupil, bare.ahead).await
}

pub fn router(bare: Bare) -> Router {
    let router = Router::new().route("/week/{pupil}", get(week)).route("/homework/{pupil}", get(homework));
    router.with_state(Arc::new(bare))
}
