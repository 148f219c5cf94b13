//! A service d'enseignement: who teaches which subject to which group, and at what hours. One stream per group × subject × year.
//!
//! Life line: opened → teachers assigned and released, each with a capacity and dates → slots scheduled and ended → lessons cancelled,
//! moved or replaced, and reinstated. A lesson is a slot on one of its days, and is named so wherever it is held. A long substitute is an
//! assignment with dates; the textbook stays the same. A colleague who takes one lesson has no assignment: he may teach his own subject.
//!
//! | French | here |
//! |---|---|
//! | séance non tenue (professeur absent, sortie, stage, examen…) | a cancelled lesson and its [`NotHeld`] |
//! | séance déplacée | a moved lesson and its [`Placement`] |
//! | séance assurée par un collègue (remplacement de courte durée) | a replaced lesson, and by whom |
//! | séance rétablie | a reinstated lesson, one that moved back, a replacement called off |

mod lessons;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::actor::Capacity;
use crate::calendar::{Closure, LessonOn, NotHeld, Placement, Slot, YearBounds};
use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{GroupId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId, TextbookId};

/// The subject of a service that covers them all: the class of a professeur des écoles, most often in half-days without a timetable.
/// National codes hold digits: none is spelled so.
pub const ALL_SUBJECTS: &str = "TOUTES";

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

    /// Whether a release on that day shortens it. One released before it starts never holds.
    pub fn outlasts(&self, on: Date) -> bool {
        self.until.is_none_or(|until| until > on)
    }

    /// Whether it held on some day up to this one.
    pub fn held_by(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| until >= self.from)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = service::Command))]
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
    /// Ends an assignment; the day is the last one, included.
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
    /// These lessons of the timetable are not held, or were not.
    Cancel {
        lessons: BTreeSet<LessonOn>,
        because: NotHeld,
    },
    /// The last thing said of these lessons is taken back: they are held after all, where the timetable has them, by who holds them.
    Reinstate {
        lessons: BTreeSet<LessonOn>,
    },
    /// This lesson is held elsewhere, or was. One that was not held is held after all.
    Move {
        lesson: LessonOn,
        to: Placement,
    },
    /// A colleague takes these lessons, or took them: they are assured. Those that were not held are held after all.
    Replace {
        lessons: BTreeSet<LessonOn>,
        by: PersonId,
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
    LessonCancelled {
        service: ServiceId,
        lesson: LessonOn,
        because: NotHeld,
    },
    LessonReinstated {
        service: ServiceId,
        lesson: LessonOn,
    },
    LessonMoved {
        service: ServiceId,
        lesson: LessonOn,
        to: Placement,
    },
    LessonMovedBack {
        service: ServiceId,
        lesson: LessonOn,
    },
    LessonReplaced {
        service: ServiceId,
        lesson: LessonOn,
        by: PersonId,
    },
    ReplacementCalledOff {
        service: ServiceId,
        lesson: LessonOn,
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
    #[error("a subject code is 1 to 20 letters and digits")]
    SubjectMalformed,
    #[error("a teacher is assigned as teacher, co-teacher or substitute")]
    CapacityMalformed,
    #[error("an assignment ends on or after the day it starts")]
    DatesMalformed,
    #[error("a slot has a weekday from 1 to 7 and lasts from 5 to 720 minutes")]
    SlotMalformed,
    #[error("the timetable of this service places no lesson of that slot on that day")]
    LessonUnknown,
    #[error("one command cancels, replaces or reinstates from 1 to 500 lessons")]
    LessonsMalformed,
    #[error("this lesson is there already")]
    LessonThereAlready,
    #[error("that day is outside the school year")]
    OutsideSchoolYear,
    #[error("the school is closed on that day")]
    SchoolClosed,
    #[error("this service has another lesson at that hour")]
    HourTaken,
    #[error("a room is named by 1 to 40 characters")]
    RoomMalformed,
    #[error("a colleague takes this lesson: call that off before it is moved")]
    LessonReplaced,
    #[error("this person holds the lesson already")]
    HoldsTheLesson,
    #[error("only the head of the school or the feed may do this")]
    NotTheHead,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::ServiceUnknown => Kind::Unknown,
            Self::NotTheHead => Kind::Forbidden,
            Self::SubjectMalformed
            | Self::CapacityMalformed
            | Self::DatesMalformed
            | Self::SlotMalformed
            | Self::LessonUnknown
            | Self::LessonsMalformed
            | Self::LessonThereAlready
            | Self::OutsideSchoolYear
            | Self::SchoolClosed
            | Self::RoomMalformed
            | Self::HoldsTheLesson => Kind::Invalid,
            Self::HourTaken | Self::LessonReplaced => Kind::Conflict,
        }
    }
}

/// What the register knows of the school: where a lesson may be held.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Of the year of the service; none while the school has not opened it.
    pub bounds: Option<YearBounds>,
    pub closures: Vec<Closure>,
}

#[derive(Clone, Default)]
pub struct State {
    service: Option<ServiceId>,
    assignments: Vec<Assignment>,
    slots: BTreeMap<SlotId, Slot>,
    /// Slots that are over, as they last were: a lesson of theirs may still be cancelled afterwards.
    ended: Vec<(Slot, Date)>,
    not_held: BTreeMap<LessonOn, NotHeld>,
    moved: BTreeMap<LessonOn, Placement>,
    replaced: BTreeMap<LessonOn, PersonId>,
}

/// The service, as an aggregate.
pub struct Service;

impl Decider for Service {
    const TYPE: &'static str = "service";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = Facts;
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<Facts>) -> Result<Vec<Event>, Rejection> {
        if context.capacity != Capacity::Machine && !context.capacity.leads() {
            return Err(Rejection::NotTheHead);
        }
        if let Command::Open { school, year, group, subject } = command {
            if state.service.is_some() {
                return Ok(vec![]);
            }
            if !(1..=20).contains(&subject.len()) || !subject.chars().all(|letter| letter.is_ascii_alphanumeric()) {
                return Err(Rejection::SubjectMalformed);
            }
            let (service, textbook) = (ServiceId::of(group, &subject), TextbookId::of(group, &subject));
            return Ok(vec![Event::ServiceOpened { service, school, year, group, subject, textbook }]);
        }
        let service = state.service.ok_or(Rejection::ServiceUnknown)?;
        match command {
            Command::Open { .. } => Ok(vec![]),
            Command::Assign { assignment } => assign(state, service, assignment),
            Command::Release { teacher, on } => {
                let held = state.assignments.iter().any(|held| held.teacher == teacher && held.outlasts(on));
                Ok(if held { vec![Event::TeacherReleased { service, teacher, on }] } else { vec![] })
            }
            Command::Schedule { slots, on } => schedule(state, service, slots, on),
            Command::Cancel { lessons, because } => lessons::cancel(state, service, lessons, because),
            Command::Reinstate { lessons } => lessons::reinstate(state, service, lessons),
            Command::Move { lesson, to } => lessons::relocate(state, &context.facts, service, lesson, to),
            Command::Replace { lessons, by } => lessons::replace(state, &context.facts, service, lessons, by),
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
                for held in state.assignments.iter_mut().filter(|held| held.teacher == *teacher && held.outlasts(*on)) {
                    held.until = Some(*on);
                }
            }
            Event::SlotScheduled { slot, .. } => {
                state.slots.insert(slot.slot, slot.clone());
            }
            Event::SlotEnded { slot, on, .. } => {
                state.ended.extend(state.slots.remove(slot).map(|slot| (slot, *on)));
            }
            Event::LessonCancelled { lesson, because, .. } => {
                state.not_held.insert(*lesson, *because);
            }
            Event::LessonReinstated { lesson, .. } => {
                state.not_held.remove(lesson);
            }
            Event::LessonMoved { lesson, to, .. } => {
                state.moved.insert(*lesson, to.clone());
            }
            Event::LessonMovedBack { lesson, .. } => {
                state.moved.remove(lesson);
            }
            Event::LessonReplaced { lesson, by, .. } => {
                state.replaced.insert(*lesson, *by);
            }
            Event::ReplacementCalledOff { lesson, .. } => {
                state.replaced.remove(lesson);
            }
        }
    }

    fn weight(state: &State) -> usize {
        let slots = state.slots.len() + state.ended.len();
        let said = state.not_held.len() + state.moved.len() * 2 + state.replaced.len();
        256 + slots * 128 + state.assignments.len() * 48 + said * 48
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
