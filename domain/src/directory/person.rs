//! A person: names under their own key, dated roles and, for a pupil, the set of those who answer for them.
//!
//! Life line: registered by a feed or by a head → roles taken and ended → deactivated when a complete feed no longer knows the
//! person → (later) forgotten, by destroying the key. Nobody is deleted.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{PersonId, SchoolId};
use crate::personal::{Personal, Retention, Subject};
use crate::sealable_as_json;

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

sealable_as_json!(Names, Origin, Contacts);

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
    pub fn name(self) -> &'static str {
        serde_variant::to_variant_name(&self).unwrap_or("staff")
    }

    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }
}

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
    TakeRole {
        school: SchoolId,
        role: Role,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        from: Date,
    },
    EndRole {
        school: SchoolId,
        role: Role,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
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
    PersonRegistered { person: PersonId, names: Personal<Names>, origin: Option<Personal<Origin>> },
    NamesCorrected { person: PersonId, names: Personal<Names> },
    ContactsChanged { person: PersonId, contacts: Personal<Contacts> },
    RoleTaken { person: PersonId, school: SchoolId, role: Role, from: Date },
    RoleEnded { person: PersonId, school: SchoolId, role: Role, on: Date },
    GuardiansSet { pupil: PersonId, guardians: Vec<Guardian>, from: Date },
    PersonDeactivated { person: PersonId, on: Date },
    PersonReactivated { person: PersonId, on: Date },
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
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::PersonUnknown => Kind::Unknown,
            Self::NotTheHead => Kind::Forbidden,
            Self::AnotherPerson => Kind::Conflict,
            Self::NameMalformed | Self::GuardiansMalformed => Kind::Invalid,
        }
    }
}

#[derive(Clone, Default)]
pub struct State {
    person: Option<PersonId>,
    roles: Vec<(SchoolId, Role)>,
    guardians: Vec<Guardian>,
    inactive: bool,
}

/// The person, as an aggregate.
pub struct Person;

impl Decider for Person {
    const TYPE: &'static str = "person";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = ();
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<()>) -> Result<Vec<Event>, Rejection> {
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
            if let Some(event) = one(&state, command)? {
                Self::evolve(&mut state, &event);
                events.push(event);
            }
        }
        Ok(events)
    }

    fn evolve(state: &mut State, event: &Event) {
        match event {
            Event::PersonRegistered { person, .. } => state.person = Some(*person),
            Event::NamesCorrected { .. } | Event::ContactsChanged { .. } => {}
            Event::RoleTaken { school, role, .. } => state.roles.push((*school, *role)),
            Event::RoleEnded { school, role, .. } => state.roles.retain(|held| held != &(*school, *role)),
            Event::GuardiansSet { guardians, .. } => state.guardians.clone_from(guardians),
            Event::PersonDeactivated { .. } => state.inactive = true,
            Event::PersonReactivated { .. } => state.inactive = false,
        }
    }

    fn weight(state: &State) -> usize {
        128 + state.guardians.len() * 64 + state.roles.len() * 24
    }
}

fn one(state: &State, command: Command) -> Result<Option<Event>, Rejection> {
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
            Some(command) => one(state, command)?,
            None => None,
        },
        Command::CorrectNames { names } => Some(Event::NamesCorrected { person, names: sealed_names(person, names)? }),
        Command::SetContacts { contacts } => {
            let contacts = Personal::new(Subject::Person(person), Retention::Contact, contacts);
            Some(Event::ContactsChanged { person, contacts })
        }
        Command::TakeRole { school, role, from } => {
            let held = state.roles.contains(&(school, role));
            (!held).then_some(Event::RoleTaken { person, school, role, from })
        }
        Command::EndRole { school, role, on } => {
            let held = state.roles.contains(&(school, role));
            held.then_some(Event::RoleEnded { person, school, role, on })
        }
        Command::SetGuardians { guardians, from } => guardians_set(state, person, guardians, from)?,
        Command::Deactivate { on } => (!state.inactive).then_some(Event::PersonDeactivated { person, on }),
        Command::Reactivate { on } => state.inactive.then_some(Event::PersonReactivated { person, on }),
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
