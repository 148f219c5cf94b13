//! The entourage of a pupil: who follows their schooling besides those who hold parental authority, and whether the pupil, once of
//! age, objects to being followed. One stream a pupil; it outlives the years.
//!
//! Life line: a head records a parent's right of supervision, and may enter, and lift, the court decision that ends it · a head names an
//! AESH, and releases them · the pupil of age objects, and may take it back. Each has its day; nothing ends by itself at eighteen.
//!
//! | French | here |
//! |---|---|
//! | droit de surveillance | supervision |
//! | décision de justice | court decision |
//! | AESH d'un élève nommé | companion |
//! | opposition de l'élève majeur | objection |

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::actor::Capacity;
use crate::calendar::days_between;
use crate::decider::{Context, Decider, Kind};
use crate::directory::majority::of_age_from;
use crate::directory::person::Guardian;
use crate::event::DomainEvent;
use crate::ids::PersonId;

/// The days of these commands are those on which something starts or stops; on the day it stops it no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = entourage::Command))]
pub enum Command {
    /// A parent without the exercise of parental authority keeps the right to watch over the schooling (code civil, art. 373-2-1).
    RecordSupervision {
        relative: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
    },
    /// It was recorded by mistake, or has no more object.
    EndSupervision {
        relative: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// A judge has ended the right of supervision of that parent. Whoever holds parental authority reads by it, and not by this right.
    EnterCourtDecision {
        relative: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
    },
    LiftCourtDecision {
        relative: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// An AESH accompanies this pupil.
    NameCompanion {
        companion: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
    },
    ReleaseCompanion {
        companion: PersonId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// The pupil, of age, objects from today to being read by parents.
    Object,
    WithdrawObjection,
}

impl Command {
    /// Whether all it can do is to take from somebody what they read: who once led the pupil's schooling must be able to, also after the
    /// pupil has left.
    pub fn takes_away(&self) -> bool {
        match self {
            Self::EndSupervision { .. } | Self::EnterCourtDecision { .. } | Self::ReleaseCompanion { .. } => true,
            Self::RecordSupervision { .. }
            | Self::LiftCourtDecision { .. }
            | Self::NameCompanion { .. }
            | Self::Object
            | Self::WithdrawObjection => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    SupervisionRecorded { pupil: PersonId, relative: PersonId, from: Date },
    SupervisionEnded { pupil: PersonId, relative: PersonId, on: Date },
    CourtDecisionEntered { pupil: PersonId, relative: PersonId, from: Date },
    CourtDecisionLifted { pupil: PersonId, relative: PersonId, on: Date },
    CompanionNamed { pupil: PersonId, companion: PersonId, from: Date },
    CompanionReleased { pupil: PersonId, companion: PersonId, on: Date },
    ObjectionMade { pupil: PersonId, from: Date },
    ObjectionWithdrawn { pupil: PersonId, on: Date },
}

impl DomainEvent for Event {}

impl Event {
    /// Whose entourage it is.
    pub fn pupil(&self) -> PersonId {
        let (Self::SupervisionRecorded { pupil, .. }
        | Self::SupervisionEnded { pupil, .. }
        | Self::CourtDecisionEntered { pupil, .. }
        | Self::CourtDecisionLifted { pupil, .. }
        | Self::CompanionNamed { pupil, .. }
        | Self::CompanionReleased { pupil, .. }
        | Self::ObjectionMade { pupil, .. }
        | Self::ObjectionWithdrawn { pupil, .. }) = self;
        *pupil
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("only the head or the deputy of the pupil's school may do this")]
    NotTheHead,
    #[error("only the pupil may object, or take it back")]
    NotThePupil,
    #[error("this person is not one of the pupil's relatives")]
    RelativeUnknown,
    #[error("this relative holds parental authority, and reads by it")]
    HoldsAuthority,
    #[error("the school's record says that this relative is not a parent of the pupil")]
    NotAParent,
    #[error("a court decision ends this right: it must be lifted first")]
    CourtDecisionStands,
    #[error("this person is no AESH of the school")]
    NotACompanion,
    #[error("the school does not know on which day this pupil was born")]
    BirthDateUnknown,
    #[error("this pupil is not of age")]
    StillMinor,
    #[error("a day of a right is at most twenty-five years back and one year ahead")]
    DayMalformed,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::NotTheHead | Self::NotThePupil | Self::StillMinor => Kind::Forbidden,
            Self::HoldsAuthority | Self::CourtDecisionStands | Self::BirthDateUnknown => Kind::Conflict,
            Self::RelativeUnknown | Self::NotAParent | Self::NotACompanion | Self::DayMalformed => Kind::Invalid,
        }
    }
}

/// What the school knows of the pupil when the command is decided.
#[derive(Clone)]
pub struct Facts {
    pub pupil: PersonId,
    /// The school's day.
    pub today: Date,
    /// The set of relatives, as last written.
    pub relatives: Vec<Guardian>,
    /// Those who are AESH of a school of the pupil, or are to be: each reads from the day on which they are.
    pub companions: BTreeSet<PersonId>,
    /// Opened for this decision alone, and only when the pupil decides.
    pub born_on: Option<Date>,
}

/// What may hold from a day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    Supervision(PersonId),
    CourtDecision(PersonId),
    Companion(PersonId),
    Objection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spell {
    tie: Tie,
    from: Date,
    /// The first day on which it no longer holds.
    until: Option<Date>,
}

impl Spell {
    fn holds(&self, on: Date) -> bool {
        self.from <= on && self.outlasts(on)
    }

    /// Whether an end on that day shortens it. One that ended before it began never holds.
    fn outlasts(&self, on: Date) -> bool {
        self.until.is_none_or(|until| on.max(self.from) < until)
    }
}

/// The rights recorded for one pupil, past ones included: what access is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    spells: Vec<Spell>,
}

impl State {
    /// Since when a parent has the right of supervision that holds on that day: recorded, and ended by no court decision.
    pub fn supervised_since(&self, relative: PersonId, on: Date) -> Option<Date> {
        let since = self.since(Tie::Supervision(relative), on)?;
        self.barred_since(relative, on).is_none().then_some(since)
    }

    /// Since when a court decision ends the right of supervision of a relative.
    pub fn barred_since(&self, relative: PersonId, on: Date) -> Option<Date> {
        self.since(Tie::CourtDecision(relative), on)
    }

    /// Since when an AESH accompanies the pupil.
    pub fn accompanied_since(&self, companion: PersonId, on: Date) -> Option<Date> {
        self.since(Tie::Companion(companion), on)
    }

    /// Since when the pupil objects to being read by parents.
    pub fn objecting_since(&self, on: Date) -> Option<Date> {
        self.since(Tie::Objection, on)
    }

    /// Those who accompany the pupil on that day or later, each with the first day.
    pub fn companions(&self, on: Date) -> Vec<(PersonId, Date)> {
        let held = self.spells.iter().filter(|spell| spell.outlasts(on));
        held.filter_map(|spell| match spell.tie {
            Tie::Companion(companion) => Some((companion, spell.from)),
            _ => None,
        })
        .collect()
    }

    /// The first day of the supervision recorded for a relative, begun or to come, whatever a court decided since.
    pub fn supervision_recorded(&self, relative: PersonId) -> Option<Date> {
        self.open(Tie::Supervision(relative)).map(|spell| spell.from)
    }

    /// The first day of the court decision entered for a relative, begun or to come.
    pub fn court_decision_entered(&self, relative: PersonId) -> Option<Date> {
        self.open(Tie::CourtDecision(relative)).map(|spell| spell.from)
    }

    fn since(&self, tie: Tie, on: Date) -> Option<Date> {
        self.spells.iter().find(|spell| spell.tie == tie && spell.holds(on)).map(|spell| spell.from)
    }

    /// Whether an end on that day changes anything: also one that brings an end forward.
    fn held(&self, tie: Tie, on: Date) -> bool {
        self.spells.iter().any(|spell| spell.tie == tie && spell.outlasts(on))
    }

    fn open(&self, tie: Tie) -> Option<&Spell> {
        self.spells.iter().find(|spell| spell.tie == tie && spell.until.is_none())
    }

    fn begin(&mut self, tie: Tie, from: Date) {
        // Said again with an earlier day, that day counts; said again before its end, it goes on.
        let joined = |spell: &Spell| spell.tie == tie && spell.outlasts(from);
        let first = self.spells.iter().filter(|spell| joined(spell)).map(|spell| spell.from).min();
        self.spells.retain(|spell| !joined(spell));
        self.spells.push(Spell { tie, from: first.map_or(from, |first| first.min(from)), until: None });
    }

    fn end(&mut self, tie: Tie, on: Date) {
        let held = self.spells.iter_mut().filter(|spell| spell.tie == tie && spell.outlasts(on));
        held.for_each(|spell| spell.until = Some(on));
    }
}

/// The entourage, as an aggregate.
pub struct Entourage;

impl Decider for Entourage {
    const TYPE: &'static str = "entourage";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = Facts;
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<Facts>) -> Result<Vec<Event>, Rejection> {
        let facts = &context.facts;
        let event = match command {
            Command::Object | Command::WithdrawObjection => {
                let themselves = context.actor.person() == Some(facts.pupil);
                if !themselves || context.capacity != Capacity::Pupil {
                    return Err(Rejection::NotThePupil);
                }
                of_the_pupil(state, &command, facts)?
            }
            _ if context.capacity.leads() => of_the_head(state, &command, facts)?,
            _ => return Err(Rejection::NotTheHead),
        };
        Ok(event.into_iter().collect())
    }

    fn evolve(state: &mut State, event: &Event) {
        match *event {
            Event::SupervisionRecorded { relative, from, .. } => state.begin(Tie::Supervision(relative), from),
            Event::SupervisionEnded { relative, on, .. } => state.end(Tie::Supervision(relative), on),
            Event::CourtDecisionEntered { relative, from, .. } => state.begin(Tie::CourtDecision(relative), from),
            Event::CourtDecisionLifted { relative, on, .. } => state.end(Tie::CourtDecision(relative), on),
            Event::CompanionNamed { companion, from, .. } => state.begin(Tie::Companion(companion), from),
            Event::CompanionReleased { companion, on, .. } => state.end(Tie::Companion(companion), on),
            Event::ObjectionMade { from, .. } => state.begin(Tie::Objection, from),
            Event::ObjectionWithdrawn { on, .. } => state.end(Tie::Objection, on),
        }
    }

    fn weight(state: &State) -> usize {
        64 + state.spells.len() * size_of::<Spell>()
    }
}

fn of_the_head(state: &State, command: &Command, facts: &Facts) -> Result<Option<Event>, Rejection> {
    let pupil = facts.pupil;
    let fresh = |tie, from: Date| state.open(tie).is_none_or(|spell| from < spell.from);
    Ok(match *command {
        Command::RecordSupervision { relative, from } => {
            let from = sensible(from, facts)?;
            parent_without_authority(relative, facts)?;
            if state.court_decision_entered(relative).is_some() {
                return Err(Rejection::CourtDecisionStands);
            }
            fresh(Tie::Supervision(relative), from).then_some(Event::SupervisionRecorded { pupil, relative, from })
        }
        Command::EnterCourtDecision { relative, from } => {
            let from = sensible(from, facts)?;
            parent_without_authority(relative, facts)?;
            fresh(Tie::CourtDecision(relative), from).then_some(Event::CourtDecisionEntered { pupil, relative, from })
        }
        Command::NameCompanion { companion, from } => {
            let from = sensible(from, facts)?;
            if !facts.companions.contains(&companion) {
                return Err(Rejection::NotACompanion);
            }
            fresh(Tie::Companion(companion), from).then_some(Event::CompanionNamed { pupil, companion, from })
        }
        Command::EndSupervision { relative, on } => {
            let on = sensible(on, facts)?;
            state.held(Tie::Supervision(relative), on).then_some(Event::SupervisionEnded { pupil, relative, on })
        }
        Command::LiftCourtDecision { relative, on } => {
            let on = sensible(on, facts)?;
            state.held(Tie::CourtDecision(relative), on).then_some(Event::CourtDecisionLifted { pupil, relative, on })
        }
        Command::ReleaseCompanion { companion, on } => {
            let on = sensible(on, facts)?;
            state.held(Tie::Companion(companion), on).then_some(Event::CompanionReleased { pupil, companion, on })
        }
        Command::Object | Command::WithdrawObjection => None,
    })
}

/// Taking an objection back needs no age: whoever made it was of age.
fn of_the_pupil(state: &State, command: &Command, facts: &Facts) -> Result<Option<Event>, Rejection> {
    let (pupil, today) = (facts.pupil, facts.today);
    let objects = state.open(Tie::Objection).is_some();
    if *command == Command::WithdrawObjection {
        return Ok(objects.then_some(Event::ObjectionWithdrawn { pupil, on: today }));
    }
    let born = facts.born_on.ok_or(Rejection::BirthDateUnknown)?;
    match of_age_from(born, today) {
        Some(from) if from <= today => Ok((!objects).then_some(Event::ObjectionMade { pupil, from: today })),
        _ => Err(Rejection::StillMinor),
    }
}

/// A typing error in a year must not give, or take, a right for ever.
fn sensible(day: Date, facts: &Facts) -> Result<Date, Rejection> {
    let ahead = days_between(facts.today, day);
    if (-25 * 366..=366).contains(&ahead) { Ok(day) } else { Err(Rejection::DayMalformed) }
}

/// The right is a parent's. A record that names no relation, or an unclear one, is the head's to judge.
fn parent_without_authority(relative: PersonId, facts: &Facts) -> Result<(), Rejection> {
    const NO_PARENT: [&str; 9] = [
        "sibling",
        "ascendant",
        "other-member",
        "educator",
        "foster-assistant",
        "child-minder",
        "tutor",
        "child-welfare",
        "oneself",
    ];
    let link = facts.relatives.iter().find(|link| link.relative == relative).ok_or(Rejection::RelativeUnknown)?;
    match link {
        link if link.standing.holds_authority() => Err(Rejection::HoldsAuthority),
        link if NO_PARENT.contains(&link.relation.as_str()) => Err(Rejection::NotAParent),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod spec;
