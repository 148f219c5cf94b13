//! What somebody is to a school, by its days: taken, ended, taken again, ahead or after the fact. A school is never left without a head.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Event, Rejection, State};
use crate::actor::Capacity;
use crate::decider::Context;
use crate::ids::{PersonId, SchoolId};

/// What someone is to a school. Dated; a person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Pupil,
    /// In relation with a pupil; what they may read follows from the guardianship, not from this.
    Relative,
    Teacher,
    Librarian,
    Head,
    Deputy,
    /// CPE and assistants d'éducation.
    SchoolLife,
    /// Accompagnant d'élèves en situation de handicap; whom they accompany is named pupil by pupil.
    Aesh,
    /// Référent numérique: sets the school up.
    Referent,
    /// Délégué à la protection des données.
    DataProtection,
    Archivist,
    /// Of the académie: reads figures, of no person.
    Observatory,
    /// Runs the machines.
    HostOperator,
    Staff,
    /// IA-IPR, IEN. Reads only under a mandate.
    Inspector,
}

impl Role {
    /// What people of the school are there, in the order in which a form offers it.
    pub const OF_THE_STAFF: [Self; 10] = [
        Self::Head,
        Self::Deputy,
        Self::Teacher,
        Self::SchoolLife,
        Self::Librarian,
        Self::Aesh,
        Self::Referent,
        Self::DataProtection,
        Self::Archivist,
        Self::Staff,
    ];

    pub fn name(self) -> &'static str {
        serde_variant::to_variant_name(&self).unwrap_or("staff")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }

    /// Whether it is given from above the school: by the académie, or by whoever runs the machines.
    fn is_from_above(self) -> bool {
        matches!(self, Self::Observatory | Self::HostOperator)
    }
}

/// One spell of a role in a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleHeld {
    pub school: SchoolId,
    pub role: Role,
    pub from: Date,
    /// The first day on which it is no longer held.
    pub until: Option<Date>,
}

impl RoleHeld {
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on < until)
    }

    /// Whether an end on that day shortens it. One that ends before it begins never holds.
    pub fn outlasts(&self, on: Date) -> bool {
        self.until.is_none_or(|until| on.max(self.from) < until)
    }

    fn is(&self, school: SchoolId, role: Role) -> bool {
        (self.school, self.role) == (school, role)
    }

    fn last(&self) -> Date {
        self.until.unwrap_or(Date::MAX)
    }
}

/// Taken from a day, for good or until another. Spells that meet are one.
pub fn take(roles: &mut Vec<RoleHeld>, taken: RoleHeld) {
    let same = |held: &RoleHeld| held.is(taken.school, taken.role);
    let meets = |held: &RoleHeld| same(held) && held.from <= taken.last() && taken.from <= held.last();
    let place = roles.iter().position(meets).unwrap_or(roles.len());
    let joined = roles.iter().filter(|held| meets(held)).fold(taken, |all, held| RoleHeld {
        from: all.from.min(held.from),
        until: all.until.zip(held.until).map(|(one, other)| one.max(other)),
        ..all
    });
    roles.retain(|held| !meets(held));
    roles.insert(place, joined);
}

/// No longer held from that day; what was to come after it is called off.
pub fn end(roles: &mut Vec<RoleHeld>, school: SchoolId, role: Role, on: Date) {
    let ended = |held: &&mut RoleHeld| held.is(school, role) && held.outlasts(on);
    roles.iter_mut().filter(ended).for_each(|held| held.until = Some(on));
    roles.retain(|held| held.outlasts(held.from));
}

/// What the register knows besides.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Of the school from which the command comes.
    pub zone: TimeZone,
    /// Who else is head of a school of this person, and when; whoever's account is closed is not.
    pub heads: BTreeMap<SchoolId, Vec<HeadTerm>>,
}

/// The days on which somebody is head of a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadTerm {
    pub head: PersonId,
    pub from: Date,
    pub until: Option<Date>,
}

impl Default for Facts {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, heads: BTreeMap::new() }
    }
}

/// A day that somebody types is at most so far back, and so far ahead: an error in the year would give a right for ever, or never.
const BACK: i16 = 25;
const AHEAD: i16 = 10;

fn typed(context: &Context<Facts>) -> bool {
    context.capacity != Capacity::Machine
}

pub(super) fn today(context: &Context<Facts>) -> Date {
    context.facts.zone.to_datetime(context.now).date()
}

fn sensible(day: Date, context: &Context<Facts>) -> Result<(), Rejection> {
    let today = today(context);
    let (first, last) = (today.saturating_sub(BACK.years()), today.saturating_add(AHEAD.years()));
    if !typed(context) || (first..=last).contains(&day) { Ok(()) } else { Err(Rejection::DayMalformed) }
}

pub(super) fn taken(
    state: &State,
    person: PersonId,
    taken: RoleHeld,
    context: &Context<Facts>,
) -> Result<Option<Event>, Rejection> {
    let RoleHeld { school, role, from, until } = taken;
    if typed(context) && role.is_from_above() {
        return Err(Rejection::RoleFromAbove);
    }
    if until.is_some_and(|until| until <= from) {
        return Err(Rejection::PeriodMalformed);
    }
    [Some(from), until].into_iter().flatten().try_for_each(|day| sensible(day, context))?;
    let within = |held: &&RoleHeld| held.is(school, role) && held.from <= from && taken.last() <= held.last();
    let held = state.roles.iter().any(|held| within(&held));
    Ok((!held).then_some(Event::RoleTaken { person, school, role, from, until }))
}

pub(super) fn ended(
    state: &State,
    person: PersonId,
    (school, role, on): (SchoolId, Role, Date),
    context: &Context<Facts>,
) -> Result<Option<Event>, Rejection> {
    sensible(on, context)?;
    if !state.roles.iter().any(|held| held.is(school, role) && held.outlasts(on)) {
        return Ok(None);
    }
    if role == Role::Head {
        another_leads(state, Some(school), on, context)?;
    }
    Ok(Some(Event::RoleEnded { person, school, role, on }))
}

/// A closed account leads nothing.
pub(super) fn closed(
    state: &State,
    person: PersonId,
    on: Date,
    context: &Context<Facts>,
) -> Result<Option<Event>, Rejection> {
    if state.inactive_since.is_some() {
        return Ok(None);
    }
    another_leads(state, None, on, context)?;
    Ok(Some(Event::PersonDeactivated { person, on }))
}

/// Whether on each day that somebody no longer leads a school from now on, somebody else does. A feed is not asked: it says what the
/// school's own records say.
fn another_leads(state: &State, school: Option<SchoolId>, on: Date, context: &Context<Facts>) -> Result<(), Rejection> {
    let first = on.max(today(context));
    // Somebody whose account is closed leads nothing any more.
    let closed = state.inactive_since.unwrap_or(Date::MAX);
    let led = state.roles.iter().filter(|held| held.role == Role::Head && school.is_none_or(|one| held.school == one));
    let lost = led.map(|held| (held.school, held.from.max(first), held.last().min(closed)));
    let others = |school| context.facts.heads.get(&school).map_or(&[][..], Vec::as_slice);
    let kept = lost.into_iter().all(|(school, from, until)| covered(from, until, others(school)));
    if kept || !typed(context) { Ok(()) } else { Err(Rejection::TheLastHead) }
}

/// Whether each day from one until another is one of these terms.
fn covered(from: Date, until: Date, terms: &[HeadTerm]) -> bool {
    let mut day = from;
    while day < until {
        let held = terms.iter().filter(|term| term.from <= day).map(|term| term.until.unwrap_or(Date::MAX));
        match held.max().filter(|last| day < *last) {
            Some(last) => day = last,
            None => return false,
        }
    }
    true
}
