//! A service d'enseignement: who teaches which subject to which group, and at what hours. One stream per group × subject × year.
//!
//! Life line: opened → teachers assigned and released, each with a capacity and dates → slots scheduled and ended. A lesson is a
//! slot on one of its days. A long substitute is an assignment with dates; the textbook stays the same.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::actor::Capacity;
use crate::calendar::Slot;
use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{GroupId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId, TextbookId};

/// Affectation of a teacher to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Assignment {
    pub teacher: PersonId,
    /// Teacher, co-teacher or substitute.
    pub capacity: Capacity,
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// Last day, included; none while it lasts.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
}

impl Assignment {
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// Ends on that day, unless it was over before; one that was to start later never starts.
    pub fn end(&mut self, on: Date) {
        self.until = Some(self.until.map_or(on, |until| until.min(on)));
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Command {
    Open {
        school: SchoolId,
        year: SchoolYear,
        group: GroupId,
        subject: String,
    },
    Assign {
        assignment: Assignment,
    },
    /// Ends what a teacher holds here, now or later; the day is the last one, included.
    Release {
        teacher: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// The whole timetable of the service: what is missing from it ends on that day.
    Schedule {
        slots: Vec<Slot>,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    ServiceOpened {
        service: ServiceId,
        school: SchoolId,
        year: SchoolYear,
        group: GroupId,
        subject: String,
        textbook: TextbookId,
    },
    TeacherAssigned {
        service: ServiceId,
        assignment: Assignment,
    },
    TeacherReleased {
        service: ServiceId,
        teacher: PersonId,
        on: Date,
    },
    SlotScheduled {
        service: ServiceId,
        slot: Slot,
    },
    SlotEnded {
        service: ServiceId,
        slot: SlotId,
        on: Date,
    },
}

impl DomainEvent for Event {
    fn school(&self) -> Option<SchoolId> {
        match self {
            Self::ServiceOpened { school, .. } => Some(*school),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("this service is not open")]
    ServiceUnknown,
    #[error("a teacher is assigned as teacher, co-teacher or substitute")]
    CapacityMalformed,
    #[error("an assignment ends on or after the day it starts")]
    DatesMalformed,
    #[error("a slot has a weekday from 1 to 7 and lasts from 5 to 720 minutes")]
    SlotMalformed,
    #[error("only the head of the school or the feed may do this")]
    NotTheHead,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::ServiceUnknown => Kind::Unknown,
            Self::NotTheHead => Kind::Forbidden,
            Self::CapacityMalformed | Self::DatesMalformed | Self::SlotMalformed => Kind::Invalid,
        }
    }
}

#[derive(Clone, Default)]
pub struct State {
    service: Option<ServiceId>,
    assignments: Vec<Assignment>,
    slots: BTreeMap<SlotId, Slot>,
}

/// The service, as an aggregate.
pub struct Service;

impl Decider for Service {
    const TYPE: &'static str = "service";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = ();
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<()>) -> Result<Vec<Event>, Rejection> {
        if context.capacity != Capacity::Machine && !context.capacity.leads() {
            return Err(Rejection::NotTheHead);
        }
        if let Command::Open { school, year, group, subject } = command {
            if state.service.is_some() {
                return Ok(vec![]);
            }
            let (service, textbook) = (ServiceId::of(group, &subject), TextbookId::of(group, &subject));
            return Ok(vec![Event::ServiceOpened { service, school, year, group, subject, textbook }]);
        }
        let service = state.service.ok_or(Rejection::ServiceUnknown)?;
        match command {
            Command::Open { .. } => Ok(vec![]),
            Command::Assign { assignment } => assign(state, service, assignment),
            Command::Release { teacher, on } => {
                let held =
                    state.assignments.iter().any(|held| held.teacher == teacher && held.until.is_none_or(|u| u > on));
                Ok(if held { vec![Event::TeacherReleased { service, teacher, on }] } else { vec![] })
            }
            Command::Schedule { slots, on } => schedule(state, service, slots, on),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        match event {
            Event::ServiceOpened { service, .. } => state.service = Some(*service),
            Event::TeacherAssigned { assignment, .. } => {
                state.assignments.retain(|held| held.teacher != assignment.teacher || held.from != assignment.from);
                state.assignments.push(*assignment);
            }
            Event::TeacherReleased { teacher, on, .. } => {
                let held = state.assignments.iter_mut().filter(|held| held.teacher == *teacher);
                held.for_each(|held| held.end(*on));
            }
            Event::SlotScheduled { slot, .. } => {
                state.slots.insert(slot.slot, slot.clone());
            }
            Event::SlotEnded { slot, .. } => {
                state.slots.remove(slot);
            }
        }
    }

    fn weight(state: &State) -> usize {
        256 + state.slots.len() * 128 + state.assignments.len() * 48
    }
}

fn assign(state: &State, service: ServiceId, assignment: Assignment) -> Result<Vec<Event>, Rejection> {
    if !assignment.capacity.teaches() {
        return Err(Rejection::CapacityMalformed);
    }
    if assignment.until.is_some_and(|until| until < assignment.from) {
        return Err(Rejection::DatesMalformed);
    }
    let known = state.assignments.contains(&assignment);
    Ok(if known { vec![] } else { vec![Event::TeacherAssigned { service, assignment }] })
}

fn schedule(state: &State, service: ServiceId, slots: Vec<Slot>, on: Date) -> Result<Vec<Event>, Rejection> {
    if slots.iter().any(|slot| !(1..=7).contains(&slot.weekday) || !(5..=720).contains(&slot.minutes)) {
        return Err(Rejection::SlotMalformed);
    }
    let wanted: BTreeMap<SlotId, Slot> = slots.into_iter().map(|slot| (slot.slot, slot)).collect();
    let ended = state.slots.keys().filter(|slot| !wanted.contains_key(slot));
    let ended: Vec<_> = ended.map(|slot| Event::SlotEnded { service, slot: *slot, on }).collect();
    let news = wanted.into_values().filter(|slot| state.slots.get(&slot.slot) != Some(slot));
    Ok(ended.into_iter().chain(news.map(|slot| Event::SlotScheduled { service, slot })).collect())
}
