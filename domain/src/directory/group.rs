//! A division (class) or a groupe of one school year, with dated members. A group may mix classes.

mod stays;
mod tutors;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::calendar::YearBounds;
use crate::calendar::days_after;
use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{GroupId, PersonId, SchoolId, SchoolYear};

pub use stays::{Stay, join, leave};
use stays::{joins, leaves};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// Division: each pupil has one.
    Class,
    /// Groupe: an option, a half class, a regroupement.
    Group,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Description {
    pub sort: Sort,
    /// Free text of the school, its key in the year: `4B`, `1 STMG 3°`.
    pub code: String,
    pub label: String,
    /// MEF codes, as text (some carry letters).
    pub curricula: Vec<String>,
    /// The classes a group draws from, by code.
    pub classes: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = group::Command))]
pub enum Command {
    /// Opens it, or describes it anew.
    Open { school: SchoolId, year: SchoolYear, description: Description },
    /// From that day of the school year on: who is let in stays, who is out stays out, whatever was said of later days.
    ChangeMembers {
        joined: Vec<PersonId>,
        left: Vec<PersonId>,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// Professeurs principaux: the whole set, from that day of the school year; without one, from the day it is recorded. What was said of
    /// that day and later ones no longer counts.
    NameFormTutors {
        teachers: BTreeSet<PersonId>,
        #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
        from: Option<Date>,
    },
    /// One more, from that day of the school year, for good or until the first day on which they no longer are; whoever else is named
    /// stays, that day and later.
    AddFormTutor {
        teacher: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
        until: Option<Date>,
    },
    /// One less, from that day on.
    RemoveFormTutor {
        teacher: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    GroupOpened {
        group: GroupId,
        school: SchoolId,
        year: SchoolYear,
        description: Description,
    },
    GroupDescribed {
        group: GroupId,
        description: Description,
    },
    MemberJoined {
        group: GroupId,
        pupil: PersonId,
        from: Date,
    },
    MemberLeft {
        group: GroupId,
        pupil: PersonId,
        on: Date,
    },
    FormTutorsNamed {
        group: GroupId,
        teachers: BTreeSet<PersonId>,
        /// None: the day it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
    },
}

impl DomainEvent for Event {
    fn school(&self) -> Option<SchoolId> {
        match self {
            Self::GroupOpened { school, .. } => Some(*school),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("this group is not open")]
    GroupUnknown,
    #[error("a group code has between 1 and 60 characters; no text of a group holds control characters")]
    CodeMalformed,
    #[error("only the head of the school or the feed may do this")]
    NotTheHead,
    #[error("what changes in a class or a group changes on a day of its school year")]
    DayOutsideTheYear,
    #[error("a form tutor is one until a day after that from which they are")]
    PeriodMalformed,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::GroupUnknown => Kind::Unknown,
            Self::CodeMalformed | Self::DayOutsideTheYear | Self::PeriodMalformed => Kind::Invalid,
            Self::NotTheHead => Kind::Forbidden,
        }
    }
}

/// What the register knows of the school.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Of the year of the group; none while the school has not opened it.
    pub bounds: Option<YearBounds>,
    pub zone: TimeZone,
}

impl Default for Facts {
    fn default() -> Self {
        Self { bounds: None, zone: TimeZone::UTC }
    }
}

#[derive(Clone, Default)]
pub struct State {
    group: Option<GroupId>,
    description: Option<Description>,
    /// Of each pupil who ever was a member, or is to be one.
    stays: BTreeMap<PersonId, Vec<Stay>>,
    /// Each set of form tutors, from its day until the day of the next.
    form_tutors: BTreeMap<Date, BTreeSet<PersonId>>,
}

impl State {
    fn stays(&self, pupil: PersonId) -> &[Stay] {
        self.stays.get(&pupil).map_or(&[], Vec::as_slice)
    }

    /// Whether these teachers, and nobody else, are form tutors on that day and later.
    fn tutored_by(&self, teachers: &BTreeSet<PersonId>, on: Date, today: Date) -> bool {
        let held = match self.form_tutors.range(..=on).next_back() {
            Some((from, held)) => held == teachers && (*from > UNSAID || on >= today),
            None => teachers.is_empty(),
        };
        held && self.form_tutors.range((Bound::Excluded(on), Bound::Unbounded)).all(|(_, later)| later == teachers)
    }
}

/// Stands for the day of a set that was named without one: it was recorded before any later decision, and nobody here knows when.
const UNSAID: Date = Date::MIN;

/// The group, as an aggregate.
pub struct Group;

impl Decider for Group {
    const TYPE: &'static str = "group";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = Facts;
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<Facts>) -> Result<Vec<Event>, Rejection> {
        if context.capacity != crate::actor::Capacity::Machine && !context.capacity.leads() {
            return Err(Rejection::NotTheHead);
        }
        if let Command::Open { school, year, description } = command {
            return open(state, school, year, description);
        }
        let group = state.group.ok_or(Rejection::GroupUnknown)?;
        Ok(match command {
            Command::Open { .. } => vec![],
            Command::ChangeMembers { joined, left, on } => {
                within_the_year(Some(on), context)?;
                let joined: BTreeSet<_> = joined.into_iter().filter(|pupil| joins(state.stays(*pupil), on)).collect();
                let left: BTreeSet<_> = left.into_iter().filter(|pupil| leaves(state.stays(*pupil), on)).collect();
                let left = left.into_iter().map(|pupil| Event::MemberLeft { group, pupil, on });
                left.chain(joined.into_iter().map(|pupil| Event::MemberJoined { group, pupil, from: on })).collect()
            }
            Command::NameFormTutors { teachers, from } => {
                let today = context.facts.zone.to_datetime(context.now).date();
                let same = state.tutored_by(&teachers, within_the_year(from, context)?.unwrap_or(today), today);
                if same { vec![] } else { vec![Event::FormTutorsNamed { group, teachers, from }] }
            }
            Command::AddFormTutor { teacher, from, until } => {
                within_the_year(Some(from), context)?;
                // The first day without the role: the last one with it may be the last of the year.
                within_the_year(until.and_then(|until| days_after(until, -1)), context)?;
                let after_the_year = within_the_year(until, context).is_err();
                if until.is_some_and(|until| until <= from) {
                    return Err(Rejection::PeriodMalformed);
                }
                let until = until.filter(|_| !after_the_year);
                tutors::changed(state, group, (from, until), |set| set.extend([teacher]))
            }
            Command::RemoveFormTutor { teacher, on } => {
                within_the_year(Some(on), context)?;
                tutors::changed(state, group, (on, None), |set| set.retain(|named| *named != teacher))
            }
        })
    }

    fn evolve(state: &mut State, event: &Event) {
        match event {
            Event::GroupOpened { group, description, .. } => {
                state.group = Some(*group);
                state.description = Some(description.clone());
            }
            Event::GroupDescribed { description, .. } => state.description = Some(description.clone()),
            Event::MemberJoined { group, pupil, from } => {
                join(state.stays.entry(*pupil).or_default(), *group, *from);
            }
            Event::MemberLeft { group, pupil, on } => leave(state.stays.entry(*pupil).or_default(), *group, *on),
            Event::FormTutorsNamed { teachers, from, .. } => {
                let from = from.unwrap_or(UNSAID);
                state.form_tutors.retain(|day, _| *day < from);
                state.form_tutors.insert(from, teachers.clone());
            }
        }
    }

    fn weight(state: &State) -> usize {
        let stays: usize = state.stays.values().map(Vec::len).sum();
        512 + stays * size_of::<Stay>()
            + (state.stays.len() + state.form_tutors.values().map(BTreeSet::len).sum::<usize>()) * 32
    }
}

/// The day from which something changes. A feed may say it before the year begins; a day that somebody types is one of that year: an error
/// in it would change nothing for ever.
fn within_the_year(from: Option<Date>, context: &Context<Facts>) -> Result<Option<Date>, Rejection> {
    let within = |bounds: &YearBounds, day| (bounds.starts_on..=bounds.ends_on).contains(&day);
    let typed = context.capacity != crate::actor::Capacity::Machine;
    match (from, &context.facts.bounds) {
        (Some(day), Some(bounds)) if typed && !within(bounds, day) => Err(Rejection::DayOutsideTheYear),
        _ => Ok(from),
    }
}

fn open(state: &State, school: SchoolId, year: SchoolYear, description: Description) -> Result<Vec<Event>, Rejection> {
    let texts =
        [&description.code, &description.label].into_iter().chain(&description.curricula).chain(&description.classes);
    if !(1..=60).contains(&description.code.chars().count())
        || texts.flat_map(|text| text.chars()).any(char::is_control)
    {
        return Err(Rejection::CodeMalformed);
    }
    let group = GroupId::of(school, year, &description.code);
    Ok(match &state.description {
        None => vec![Event::GroupOpened { group, school, year, description }],
        Some(known) if *known == description => vec![],
        Some(_) => vec![Event::GroupDescribed { group, description }],
    })
}
