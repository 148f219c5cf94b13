//! Who may see a row: [`domain::access::Scope`] as the bind values of one `where`.
//!
//! Every query of this crate begins its `where` with [`seen!`] and its parameters with `$1` to `$4`, bound by [`Seen::query`]. A reader
//! whose scope is empty gets nothing, because nothing equals an element of an empty array.

use domain::access::Scope;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use uuid::Uuid;

/// The condition on a row `t` with `school`, `textbook`, `group_id` and the date column named. That date is compared with the last
/// day of a pupil who left: for homework it is the day it was given. Each arm alone can use an index.
macro_rules! seen {
    ($date:literal) => {
        concat!(
            "(t.school = any($1::uuid[]) or t.textbook = any($2::uuid[]) or (t.group_id = any($3::uuid[]) and exists (",
            "select 1 from unnest($3::uuid[], $4::date[]) w(g, u) where w.g = t.group_id and (w.u is null or t.",
            $date,
            " <= w.u))))"
        )
    };
}
pub(crate) use seen;

/// The same for a scope of groups alone, which is what a pupil has: [`Seen::chosen`] says when it is. The planner cannot know that two
/// arms of the condition are empty, and probes their indexes.
macro_rules! seen_in_groups {
    ($date:literal) => {
        concat!(
            "($1::uuid[] is not null and $2::uuid[] is not null and t.group_id = any($3::uuid[]) and exists (",
            "select 1 from unnest($3::uuid[], $4::date[]) w(g, u) where w.g = t.group_id and (w.u is null or t.",
            $date,
            " <= w.u)))"
        )
    };
}
pub(crate) use seen_in_groups;

/// The same for a scope of groups alone, none of which was left: most pupils'. No row is compared with a last day.
macro_rules! seen_in_whole_groups {
    ($date:literal) => {
        "($1::uuid[] is not null and $2::uuid[] is not null and t.group_id = any($3::uuid[]) and $4::date[] is not null)"
    };
}
pub(crate) use seen_in_whole_groups;

/// One query by what a scope is made of: each shows the same rows, and the narrower ask less of the planner.
#[derive(Clone, Copy)]
pub(crate) struct Statements {
    pub any: &'static str,
    /// Written with [`seen_in_groups!`].
    pub in_groups: &'static str,
    /// Written with [`seen_in_whole_groups!`].
    pub in_whole_groups: &'static str,
}

/// The same for a scope of many groups, as a join: `from ` this, and then what else is wanted of the rows. The groups lead, and each
/// finds its rows by its index; a condition that looks each row's group up among a thousand does not. A group stands once in a scope.
macro_rules! of_groups_seen {
    ($table:literal, $date:literal) => {
        concat!(
            "unnest($3::uuid[], $4::date[]) w(g, u) join ",
            $table,
            " t on t.group_id = w.g and (w.u is null or t.",
            $date,
            " <= w.u) where $1::uuid[] is not null and $2::uuid[] is not null"
        )
    };
}
pub(crate) use of_groups_seen;

/// The values of `$1` to `$4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    schools: Vec<Uuid>,
    textbooks: Vec<Uuid>,
    groups: Vec<Uuid>,
    /// Beside each group, the last day seen of it.
    last_days: Vec<Option<Date>>,
}

impl Seen {
    /// For tables whose queries show only what is released.
    pub fn of(scope: &Scope) -> Self {
        Self {
            schools: scope.schools.iter().map(|school| school.0).collect(),
            textbooks: scope.textbooks.iter().map(|textbook| textbook.0).collect(),
            groups: scope.groups.iter().map(|(group, _)| group.0).collect(),
            last_days: scope.groups.iter().map(|(_, day)| *day).collect(),
        }
    }

    /// For tables that hold what is not released yet and what was withdrawn: a scope that does not include these sees nothing there.
    pub fn behind_the_scenes(scope: &Scope) -> Self {
        if scope.behind_the_scenes { Self::of(scope) } else { Self::of(&Scope::nothing()) }
    }

    /// Whether nothing but groups is seen.
    pub(crate) fn is_groups(&self) -> bool {
        self.schools.is_empty() && self.textbooks.is_empty()
    }

    /// The one for this scope.
    pub(crate) fn chosen(&self, of: Statements) -> &'static str {
        let left_none = || self.last_days.iter().all(Option::is_none);
        match self.is_groups() {
            true if left_none() => of.in_whole_groups,
            true => of.in_groups,
            false => of.any,
        }
    }

    /// Begins a query with its first four parameters.
    pub(crate) fn query(self, sql: &'static str) -> Query<'static, Postgres, PgArguments> {
        let last_days: Vec<_> = self.last_days.into_iter().map(|day| day.map(Date::to_sqlx)).collect();
        sqlx::query(sql).bind(self.schools).bind(self.textbooks).bind(self.groups).bind(last_days)
    }
}

#[cfg(test)]
mod spec {
    use super::*;
    use domain::ids::{GroupId, TextbookId};
    use jiff::civil::date;

    #[test]
    fn a_group_stands_beside_the_last_day_seen_of_it() {
        let (stayed, left) = (GroupId(Uuid::from_u128(1)), GroupId(Uuid::from_u128(2)));
        let scope = Scope { groups: vec![(stayed, None), (left, Some(date(2026, 10, 5)))], ..Scope::default() };
        let seen = Seen::of(&scope);
        assert_eq!(seen.groups, [stayed.0, left.0]);
        assert_eq!(seen.last_days, [None, Some(date(2026, 10, 5))]);
    }

    #[test]
    fn a_scope_of_groups_alone_has_its_own_statement() {
        let of = Statements { any: "any", in_groups: "in groups", in_whole_groups: "in whole groups" };
        let groups = vec![(GroupId(Uuid::from_u128(1)), None)];
        let pupil = Scope { groups: groups.clone(), ..Scope::default() };
        assert_eq!(Seen::of(&pupil).chosen(of), "in whole groups");
        assert_eq!(Seen::of(&Scope::nothing()).chosen(of), "in whole groups");
        let mut one_left = pupil.clone();
        one_left.groups.push((GroupId(Uuid::from_u128(2)), Some(date(2026, 10, 5))));
        assert_eq!(Seen::of(&one_left).chosen(of), "in groups");
        let teaching_parent = Scope { groups, textbooks: [TextbookId(Uuid::from_u128(3))].into(), ..Scope::default() };
        assert_eq!(Seen::of(&teaching_parent).chosen(of), "any");
    }

    #[test]
    fn who_sees_only_what_is_released_sees_nothing_behind_the_scenes() {
        let textbooks = [TextbookId(Uuid::from_u128(3))].into();
        let front = Scope { textbooks, ..Scope::default() };
        assert_eq!(Seen::behind_the_scenes(&front), Seen::of(&Scope::nothing()));
        let behind = Scope { behind_the_scenes: true, ..front };
        assert_eq!(Seen::behind_the_scenes(&behind), Seen::of(&behind));
    }
}
