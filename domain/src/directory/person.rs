//! A person: names under their own key, dated roles and, for a pupil, the set of those who answer for them.
//!
//! Life line: registered by a feed or by a head → roles taken and ended → deactivated when a complete feed no longer knows the
//! person → (later) forgotten, by destroying the key. Nobody is deleted. Of a pupil, the day of birth may be stated, and mended.

mod birth;
mod roles;
#[cfg(test)]
mod spec;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{PersonId, SchoolId};
use crate::personal::{Personal, Retention, Subject};
use crate::sealable_as_json;

pub use birth::BirthDate;
pub use roles::{Facts, HeadTerm, Role, RoleHeld, end, take};

/// État civil, as the school uses it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Names {
    pub family: String,
    pub given: String,
    /// `Mme`, `M.`
    pub title: Option<String>,
}

/// The identifiers by which feeds know the person. Never in clear, never in an id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Origin {
    /// The feed's own number space: an academy for AAF, a school for STS.
    pub source: String,
    pub category: String,
    pub number: String,
    /// Identifiant national élève, when the feed gives it.
    pub ine: Option<String>,
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub birth_date: Option<Date>,
}

/// How to reach a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Contacts {
    pub address: Vec<String>,
    pub postal_code: Option<String>,
    pub town: Option<String>,
    pub phones: Vec<String>,
    pub mail: Option<String>,
}

sealable_as_json!(Names, Origin, Contacts, BirthDate);

/// Standing of an adult towards a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Responsable légal 1: holds parental authority.
    Legal1,
    /// Responsable légal 2: holds parental authority too.
    Legal2,
    /// To be called in need; reads nothing.
    Contact,
    /// Known to the feed, neither legal nor a contact (pays, or is only mentioned); reads nothing.
    Other,
}

impl Standing {
    /// Code civil art. 371-1: both holders of parental authority follow the schooling, living together or not.
    pub fn holds_authority(self) -> bool {
        matches!(self, Self::Legal1 | Self::Legal2)
    }
}

/// One link of a pupil's set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Guardian {
    pub relative: PersonId,
    pub standing: Standing,
    /// `mother`, `father`, `tutor`… as the importer reads the code.
    pub relation: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = person::Command))]
pub enum Command {
    Register {
        person: PersonId,
        names: Names,
        origin: Option<Origin>,
    },
    CorrectNames {
        names: Names,
    },
    SetContacts {
        contacts: Contacts,
    },
    /// For good, or until the first day on which it is no longer held. Said again, it goes on; what meets it is one with it.
    TakeRole {
        school: SchoolId,
        role: Role,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
        until: Option<Date>,
    },
    /// From that day on, that day included; what was to come after it is called off. A school keeps a head.
    EndRole {
        school: SchoolId,
        role: Role,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// Of a pupil: what a feed said of it no longer counts.
    StateBirthDate {
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        born_on: Date,
    },
    /// Replaces the whole set from that day.
    SetGuardians {
        guardians: Vec<Guardian>,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
    },
    Deactivate {
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    Reactivate {
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// Several of the above as one fact of the feed: all or nothing.
    Several {
        #[cfg_attr(feature = "schema", schema(no_recursion))]
        commands: Vec<Command>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    PersonRegistered {
        person: PersonId,
        names: Personal<Names>,
        origin: Option<Personal<Origin>>,
    },
    NamesCorrected {
        person: PersonId,
        names: Personal<Names>,
    },
    ContactsChanged {
        person: PersonId,
        contacts: Personal<Contacts>,
    },
    RoleTaken {
        person: PersonId,
        school: SchoolId,
        role: Role,
        from: Date,
        /// The first day on which it is no longer held; none: for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    RoleEnded {
        person: PersonId,
        school: SchoolId,
        role: Role,
        on: Date,
    },
    BirthDateStated {
        person: PersonId,
        born_on: Personal<BirthDate>,
    },
    GuardiansSet {
        pupil: PersonId,
        guardians: Vec<Guardian>,
        from: Date,
    },
    PersonDeactivated {
        person: PersonId,
        on: Date,
    },
    PersonReactivated {
        person: PersonId,
        on: Date,
    },
}

impl DomainEvent for Event {
    fn school(&self) -> Option<SchoolId> {
        match self {
            Self::RoleTaken { school, .. } | Self::RoleEnded { school, .. } => Some(*school),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("this person is not registered")]
    PersonUnknown,
    #[error("this stream is that of another person")]
    AnotherPerson,
    #[error("a name has between 1 and 200 characters")]
    NameMalformed,
    #[error("a pupil has at most 20 relatives, each named once, and is not their own guardian")]
    GuardiansMalformed,
    #[error("only the head of the school or the feed may do this")]
    NotTheHead,
    #[error("nobody else is head of this school from that day: name another head first")]
    TheLastHead,
    #[error("this role is given by the académie or by the host, not by a school")]
    RoleFromAbove,
    #[error("a role ends after the day on which it begins")]
    PeriodMalformed,
    #[error("a day of a role is at most twenty-five years back and ten years ahead")]
    DayMalformed,
    #[error("only of a pupil does a school state the day of birth")]
    NotAPupil,
    #[error("a pupil was born at the latest today, and at most a hundred years ago")]
    BirthDateMalformed,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::PersonUnknown => Kind::Unknown,
            Self::NotTheHead | Self::RoleFromAbove => Kind::Forbidden,
            Self::AnotherPerson | Self::TheLastHead | Self::NotAPupil => Kind::Conflict,
            Self::NameMalformed
            | Self::GuardiansMalformed
            | Self::PeriodMalformed
            | Self::DayMalformed
            | Self::BirthDateMalformed => Kind::Invalid,
        }
    }
}

#[derive(Clone, Default)]
pub struct State {
    person: Option<PersonId>,
    roles: Vec<RoleHeld>,
    guardians: Vec<Guardian>,
    inactive_since: Option<Date>,
}

/// The person, as an aggregate.
pub struct Person;

impl Decider for Person {
    const TYPE: &'static str = "person";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = Facts;
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<Facts>) -> Result<Vec<Event>, Rejection> {
        if context.capacity != crate::actor::Capacity::Machine && !context.capacity.leads() {
            return Err(Rejection::NotTheHead);
        }
        let commands = match command {
            Command::Several { commands } => commands,
            one => vec![one],
        };
        let mut state = state.clone();
        let mut events = Vec::new();
        for command in commands {
            if let Some(event) = one(&state, command, context)? {
                Self::evolve(&mut state, &event);
                events.push(event);
            }
        }
        Ok(events)
    }

    fn evolve(state: &mut State, event: &Event) {
        match event {
            Event::PersonRegistered { person, .. } => state.person = Some(*person),
            Event::NamesCorrected { .. } | Event::ContactsChanged { .. } | Event::BirthDateStated { .. } => {}
            Event::RoleTaken { school, role, from, until, .. } => {
                take(&mut state.roles, RoleHeld { school: *school, role: *role, from: *from, until: *until });
            }
            Event::RoleEnded { school, role, on, .. } => end(&mut state.roles, *school, *role, *on),
            Event::GuardiansSet { guardians, .. } => state.guardians.clone_from(guardians),
            Event::PersonDeactivated { on, .. } => state.inactive_since = Some(*on),
            Event::PersonReactivated { .. } => state.inactive_since = None,
        }
    }

    fn weight(state: &State) -> usize {
        128 + state.guardians.len() * 64 + state.roles.len() * size_of::<RoleHeld>()
    }
}

fn one(state: &State, command: Command, context: &Context<Facts>) -> Result<Option<Event>, Rejection> {
    if let Command::Register { person, names, origin } = command {
        return match state.person {
            Some(known) if known == person => Ok(None),
            Some(_) => Err(Rejection::AnotherPerson),
            None => {
                let names = sealed_names(person, names)?;
                let origin = origin.map(|origin| Personal::new(Subject::Person(person), Retention::Identity, origin));
                Ok(Some(Event::PersonRegistered { person, names, origin }))
            }
        };
    }
    let person = state.person.ok_or(Rejection::PersonUnknown)?;
    Ok(match command {
        Command::Register { .. } => None,
        Command::Several { commands } => match commands.into_iter().next() {
            Some(command) => one(state, command, context)?,
            None => None,
        },
        Command::CorrectNames { names } => Some(Event::NamesCorrected { person, names: sealed_names(person, names)? }),
        Command::SetContacts { contacts } => {
            let contacts = Personal::new(Subject::Person(person), Retention::Contact, contacts);
            Some(Event::ContactsChanged { person, contacts })
        }
        Command::TakeRole { school, role, from, until } => {
            roles::taken(state, person, RoleHeld { school, role, from, until }, context)?
        }
        Command::EndRole { school, role, on } => roles::ended(state, person, (school, role, on), context)?,
        Command::StateBirthDate { born_on } => Some(birth::stated(state, person, born_on, context)?),
        Command::SetGuardians { guardians, from } => guardians_set(state, person, guardians, from)?,
        Command::Deactivate { on } => roles::closed(state, person, on, context)?,
        Command::Reactivate { on } => state.inactive_since.map(|_| Event::PersonReactivated { person, on }),
    })
}

fn sealed_names(person: PersonId, names: Names) -> Result<Personal<Names>, Rejection> {
    let fits = |name: &str| !name.trim().is_empty() && name.chars().count() <= 200;
    if fits(&names.family) || fits(&names.given) {
        Ok(Personal::new(Subject::Person(person), Retention::Identity, names))
    } else {
        Err(Rejection::NameMalformed)
    }
}

fn guardians_set(
    state: &State,
    pupil: PersonId,
    mut guardians: Vec<Guardian>,
    from: Date,
) -> Result<Option<Event>, Rejection> {
    guardians.sort();
    let mut relatives: Vec<_> = guardians.iter().map(|guardian| guardian.relative).collect();
    relatives.sort();
    relatives.dedup();
    if guardians.len() > 20 || relatives.len() != guardians.len() || relatives.contains(&pupil) {
        return Err(Rejection::GuardiansMalformed);
    }
    let same = state.guardians == guardians;
    Ok((!same).then_some(Event::GuardiansSet { pupil, guardians, from }))
}
