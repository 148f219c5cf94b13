//! The work due where lessons are held now, when some of them moved since it was given.

use domain::access::Scope;
use domain::ids::{SlotId, TextbookId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{After, HomeworkVersion, asked_of, homework, homework_columns, pupils, standing};
use crate::scope::{Seen, Statements, seen, seen_in_groups, seen_in_whole_groups};

/// A place that a lesson had, under which work may be kept, and the day on which that lesson is held now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    pub textbook: TextbookId,
    pub slot: SlotId,
    pub on: Date,
    pub at: Time,
    pub held_on: Date,
}

/// `$6` and `$7` are the days under which such work may be kept, so that their index serves; `$18` and `$19` those that are asked for.
macro_rules! held {
    ($seen:ident) => {
        concat!(
            "select ",
            homework_columns!(),
            ", coalesce(m.held_on, t.due_on) as held_on from pupil.homework_version t left join",
            " unnest($13::uuid[], $14::uuid[], $15::date[], $16::time[], $17::date[]) m(textbook, slot, due_on, due_at, held_on)",
            " on m.textbook = t.textbook and m.slot = t.due_slot and m.due_on = t.due_on and m.due_at = t.due_at where ",
            $seen!("given_on"),
            " and ",
            asked_of!("$12"),
            " and t.due_on between $6 and $7 and coalesce(m.held_on, t.due_on) between $18 and $19 and",
            " ($8::date is null or (coalesce(m.held_on, t.due_on), t.textbook, t.homework) > ($8, $9::uuid, $10::uuid)) and ",
            standing!("homework_version", "homework"),
            " order by held_on, t.textbook, t.homework limit $11"
        )
    };
}

pub(super) const HELD: Statements =
    Statements { any: held!(seen), in_groups: held!(seen_in_groups), in_whole_groups: held!(seen_in_whole_groups) };

/// The work due on these days, by the day on which its lesson is held now: at most `limit`, those after the cursor. `moved` names each
/// place once. One statement; the plain one when nothing moved to or from these days.
pub async fn homework_held(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    due: (Date, Date),
    (after, limit): (Option<After>, i64),
    moved: &[Moved],
) -> Result<Vec<(Date, HomeworkVersion)>, sqlx::Error> {
    let asked_for = |day: Date| (due.0..=due.1).contains(&day);
    let moved: Vec<&Moved> = moved.iter().filter(|place| asked_for(place.on) || asked_for(place.held_on)).collect();
    if moved.is_empty() {
        let works = homework(pool, scope, now, due, after, limit).await?;
        return Ok(works.into_iter().map(|work| (work.work.due.on, work)).collect());
    }
    let column = |of: fn(&Moved) -> Uuid| moved.iter().map(|place| of(place)).collect::<Vec<_>>();
    let days = |of: fn(&Moved) -> Date| moved.iter().map(|place| of(place).to_sqlx()).collect::<Vec<_>>();
    let hours: Vec<_> = moved.iter().map(|place| place.at.to_sqlx()).collect();
    let kept = || moved.iter().filter(|place| asked_for(place.held_on)).map(|place| place.on);
    let first = kept().chain([due.0]).min().unwrap_or(due.0);
    let last = kept().chain([due.1]).max().unwrap_or(due.1);
    let seen = Seen::of(scope);
    let sql = seen.chosen(HELD);
    let query = seen
        .query(sql)
        .bind(now.to_sqlx())
        .bind(first.to_sqlx())
        .bind(last.to_sqlx())
        .bind(after.map(|after| after.due_on.to_sqlx()))
        .bind(after.map(|after| after.textbook.0))
        .bind(after.map(|after| after.homework.0))
        .bind(limit)
        .bind(pupils(scope))
        .bind(column(|place| place.textbook.0))
        .bind(column(|place| place.slot.0))
        .bind(days(|place| place.on))
        .bind(hours)
        .bind(days(|place| place.held_on))
        .bind(due.0.to_sqlx())
        .bind(due.1.to_sqlx());
    let read = |row| {
        let held_on: jiff_sqlx::Date = sqlx::postgres::PgRow::try_get(row, "held_on")?;
        Ok((held_on.to_jiff(), HomeworkVersion::read(row)?))
    };
    query.fetch_all(pool).await?.iter().map(read).collect()
}
