//! A mandate: the head opens named services to a named inspector between two dates, and may close it early.
//!
//! Circulaire 2010-136: the textbook is at the disposal of inspectors, who visa it as part of their mission. Outlives the years.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{MandateId, PersonId, SchoolId, TextbookId};

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = mandate::Command))]
pub enum Command {
    OpenMandate {
        inspector: PersonId,
        textbooks: BTreeSet<TextbookId>,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
        /// Last day, included.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        until: Date,
    },
    CloseMandate,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    MandateOpened {
        mandate: MandateId,
        school: SchoolId,
        inspector: PersonId,
        textbooks: BTreeSet<TextbookId>,
        from: Date,
        until: Date,
    },
    MandateClosed {
        mandate: MandateId,
        school: SchoolId,
    },
}

impl DomainEvent for Event {
    fn school(&self) -> Option<SchoolId> {
        let (Self::MandateOpened { school, .. } | Self::MandateClosed { school, .. }) = self;
        Some(*school)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("only the head or the deputy of the school opens and closes a mandate")]
    NotTheHead,
    #[error("a mandate names between 1 and 2,000 services of this school")]
    ServicesMalformed,
    #[error("a mandate ends on or after the day it starts, within a year")]
    DatesMalformed,
    #[error("this person is not an inspector")]
    NotAnInspector,
    #[error("this mandate is open already")]
    MandateOpen,
    #[error("no such mandate")]
    MandateUnknown,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::NotTheHead => Kind::Forbidden,
            Self::MandateUnknown => Kind::Unknown,
            Self::MandateOpen => Kind::Conflict,
            Self::ServicesMalformed | Self::DatesMalformed | Self::NotAnInspector => Kind::Invalid,
        }
    }
}

/// What the register knows of the school.
#[derive(Clone)]
pub struct Facts {
    pub mandate: MandateId,
    pub school: SchoolId,
    /// Every textbook of the school.
    pub textbooks: BTreeSet<TextbookId>,
    /// Persons with the role of inspector.
    pub inspectors: BTreeSet<PersonId>,
}

#[derive(Clone, Default)]
pub struct State {
    school: Option<SchoolId>,
    closed: bool,
}

/// The mandate, as an aggregate.
pub struct Mandate;

impl Decider for Mandate {
    const TYPE: &'static str = "mandate";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = Facts;
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<Facts>) -> Result<Vec<Event>, Rejection> {
        if !context.capacity.leads() {
            return Err(Rejection::NotTheHead);
        }
        let Facts { mandate, school, textbooks: known, inspectors } = &context.facts;
        match command {
            Command::OpenMandate { inspector, textbooks, from, until } => {
                if state.school.is_some() {
                    return Err(Rejection::MandateOpen);
                }
                if !(1..=2000).contains(&textbooks.len()) || !textbooks.is_subset(known) {
                    return Err(Rejection::ServicesMalformed);
                }
                if !(0..=366).contains(&crate::calendar::days_between(from, until)) {
                    return Err(Rejection::DatesMalformed);
                }
                if !inspectors.contains(&inspector) {
                    return Err(Rejection::NotAnInspector);
                }
                let (mandate, school) = (*mandate, *school);
                Ok(vec![Event::MandateOpened { mandate, school, inspector, textbooks, from, until }])
            }
            Command::CloseMandate => match state.school {
                None => Err(Rejection::MandateUnknown),
                Some(of) if of != *school => Err(Rejection::MandateUnknown),
                Some(_) if state.closed => Ok(vec![]),
                Some(school) => Ok(vec![Event::MandateClosed { mandate: *mandate, school }]),
            },
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        match event {
            Event::MandateOpened { school, .. } => state.school = Some(*school),
            Event::MandateClosed { .. } => state.closed = true,
        }
    }
}

#[cfg(test)]
mod spec;
