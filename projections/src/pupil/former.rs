//! What a revised work said before: the version that was there to read until the one that stands replaced it.

use domain::access::Scope;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;
use uuid::Uuid;

use super::HomeworkVersion;
use super::queries::{asked_of, homework_columns, pupils};
use crate::scope::{Seen, seen};

/// Of each work, the last version before the one shown that was released, of those that were once the last: what was revised again before
/// its hour was never there to read. Nothing from before a withdrawal comes back.
const FORMER: &str = concat!(
    "select distinct on (t.textbook, t.homework) ",
    homework_columns!(),
    " from unnest($6::uuid[], $7::uuid[], $8::bigint[]) k(textbook, homework, version) join pupil.homework_version t",
    " on t.textbook = k.textbook and t.homework = k.homework and t.version < k.version where ",
    seen!("given_on"),
    " and ",
    asked_of!("$9"),
    " and t.visible_from <= $5 and not t.withdrawn and not exists (select 1 from pupil.homework_version l",
    " where l.textbook = t.textbook and l.homework = t.homework and l.version > t.version",
    " and (l.visible_from <= t.visible_from or (l.withdrawn and l.version < k.version)))",
    " order by t.textbook, t.homework, t.version desc"
);

pub const STATEMENTS: &[(&str, &str)] = &[("former", FORMER)];

/// The version that this reader could read before each of these, in no order; none for a work that was never seen to change.
/// No round trip when none of them was revised.
pub async fn former(
    pool: &PgPool,
    scope: &Scope,
    now: Timestamp,
    shown: &[HomeworkVersion],
) -> Result<Vec<HomeworkVersion>, sqlx::Error> {
    let revised: Vec<&HomeworkVersion> = shown.iter().filter(|work| work.modified()).collect();
    if revised.is_empty() {
        return Ok(vec![]);
    }
    let textbooks: Vec<Uuid> = revised.iter().map(|work| work.place.textbook.0).collect();
    let works: Vec<Uuid> = revised.iter().map(|work| work.homework.0).collect();
    let versions: Vec<i64> = revised.iter().map(|work| work.version).collect();
    let query = Seen::of(scope).query(FORMER).bind(now.to_sqlx()).bind(textbooks).bind(works).bind(versions);
    query.bind(pupils(scope)).fetch_all(pool).await?.iter().map(HomeworkVersion::read).collect()
}
