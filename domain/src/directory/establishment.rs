//! An établissement: its identity, its school years, its holidays, the pause it keeps. Its stream outlives the years.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::{Closure, PausePolicy, YearBounds};
use crate::decider::{Context, Decider, Kind};
use crate::event::DomainEvent;
use crate::ids::{SchoolId, SchoolYear};
use crate::media::{FileLimits, limits_on};

/// What a school teaches to: the rules on homework depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Primary,
    College,
    Lycee,
    /// Cité scolaire, EREA: several levels.
    Mixed,
}

/// Institutional data, public: clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Identity {
    pub uai: String,
    pub name: String,
    pub town: Option<String>,
    pub academy: Option<String>,
    pub level: Level,
    /// IANA name (`Europe/Paris`, `Indian/Reunion`).
    pub time_zone: String,
    /// `A`, `B`, `C`, or the name of an overseas calendar.
    pub holiday_zone: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = school::Command))]
pub enum Command {
    Register {
        identity: Identity,
    },
    OpenYear {
        bounds: YearBounds,
    },
    SetClosures {
        year: SchoolYear,
        closures: Vec<Closure>,
    },
    /// Code of the national list (or local) to label.
    NameSubjects {
        subjects: BTreeMap<String, String>,
    },
    AdoptPause {
        policy: PausePolicy,
    },
    /// How large files may be, of which types, and how much a textbook may hold.
    AdoptFileLimits {
        limits: FileLimits,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    SchoolRegistered { school: SchoolId, identity: Identity },
    SchoolDescribed { school: SchoolId, identity: Identity },
    YearOpened { school: SchoolId, bounds: YearBounds },
    ClosuresSet { school: SchoolId, year: SchoolYear, closures: Vec<Closure> },
    SubjectsNamed { school: SchoolId, subjects: BTreeMap<String, String> },
    PauseAdopted { school: SchoolId, policy: PausePolicy },
    FileLimitsAdopted { school: SchoolId, limits: FileLimits },
}

impl DomainEvent for Event {
    fn school(&self) -> Option<SchoolId> {
        let (Self::SchoolRegistered { school, .. }
        | Self::SchoolDescribed { school, .. }
        | Self::YearOpened { school, .. }
        | Self::ClosuresSet { school, .. }
        | Self::SubjectsNamed { school, .. }
        | Self::PauseAdopted { school, .. }
        | Self::FileLimitsAdopted { school, .. }) = self;
        Some(*school)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    #[error("this school is not registered")]
    SchoolUnknown,
    #[error("a UAI is seven digits and a letter")]
    UaiMalformed,
    #[error("the time zone {0:?} is not in the IANA list")]
    TimeZoneUnknown(String),
    #[error("a school year ends after it starts and lasts at most 400 days")]
    YearBoundsMalformed,
    #[error("a closure ends on or after the day it starts")]
    ClosureMalformed,
    #[error(
        "a file has from 1 byte to 200 MB, a textbook holds at least its largest file and at most 1 TB, one type at least is taken, and a source says who decided"
    )]
    FileLimitsMalformed,
    #[error("only the head of the school or the feed may do this")]
    NotTheHead,
}

impl crate::decider::Rejection for Rejection {
    fn kind(&self) -> Kind {
        match self {
            Self::SchoolUnknown => Kind::Unknown,
            Self::NotTheHead => Kind::Forbidden,
            _ => Kind::Invalid,
        }
    }
}

#[derive(Clone, Default)]
pub struct State {
    school: Option<SchoolId>,
    identity: Option<Identity>,
    years: BTreeMap<SchoolYear, YearBounds>,
    closures: BTreeMap<SchoolYear, Vec<Closure>>,
    subjects: BTreeMap<String, String>,
    pauses: Vec<PausePolicy>,
    file_limits: Vec<FileLimits>,
}

/// The school, as an aggregate.
pub struct School;

impl Decider for School {
    const TYPE: &'static str = "school";
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = ();
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<()>) -> Result<Vec<Event>, Rejection> {
        use crate::actor::Capacity::{Machine, Referent};
        // Whoever sets the school up decides what its disks hold, and nothing else.
        let sets_up = context.capacity == Referent && matches!(command, Command::AdoptFileLimits { .. });
        if context.capacity != Machine && !context.capacity.leads() && !sets_up {
            return Err(Rejection::NotTheHead);
        }
        if let Command::Register { identity } = command {
            return register(state, identity);
        }
        let school = state.school.ok_or(Rejection::SchoolUnknown)?;
        Ok(match command {
            Command::Register { .. } => vec![],
            Command::OpenYear { bounds } => {
                let days = crate::calendar::days_between(bounds.starts_on, bounds.ends_on);
                if !(1..=400).contains(&days) {
                    return Err(Rejection::YearBoundsMalformed);
                }
                let known = state.years.get(&bounds.year) == Some(&bounds);
                if known { vec![] } else { vec![Event::YearOpened { school, bounds }] }
            }
            Command::SetClosures { year, closures } => {
                if closures.iter().any(|closure| closure.until < closure.from) {
                    return Err(Rejection::ClosureMalformed);
                }
                let known = state.closures.get(&year) == Some(&closures);
                if known { vec![] } else { vec![Event::ClosuresSet { school, year, closures }] }
            }
            Command::NameSubjects { subjects } => {
                let news: BTreeMap<_, _> =
                    subjects.into_iter().filter(|(code, label)| state.subjects.get(code) != Some(label)).collect();
                if news.is_empty() { vec![] } else { vec![Event::SubjectsNamed { school, subjects: news }] }
            }
            Command::AdoptPause { policy } => {
                let known = state.pauses.contains(&policy);
                if known { vec![] } else { vec![Event::PauseAdopted { school, policy }] }
            }
            Command::AdoptFileLimits { limits } => {
                if !limits.is_sound() {
                    return Err(Rejection::FileLimitsMalformed);
                }
                let known = limits_on(&state.file_limits, limits.valid_from) == Some(&limits);
                if known { vec![] } else { vec![Event::FileLimitsAdopted { school, limits }] }
            }
        })
    }

    fn evolve(state: &mut State, event: &Event) {
        match event.clone() {
            Event::SchoolRegistered { school, identity } | Event::SchoolDescribed { school, identity } => {
                state.school = Some(school);
                state.identity = Some(identity);
            }
            Event::YearOpened { bounds, .. } => {
                state.years.insert(bounds.year, bounds);
            }
            Event::ClosuresSet { year, closures, .. } => {
                state.closures.insert(year, closures);
            }
            Event::SubjectsNamed { subjects, .. } => state.subjects.extend(subjects),
            Event::PauseAdopted { policy, .. } => state.pauses.push(policy),
            Event::FileLimitsAdopted { limits, .. } => state.file_limits.push(limits),
        }
    }

    fn weight(state: &State) -> usize {
        1024 + state.subjects.len() * 96
    }
}

fn register(state: &State, identity: Identity) -> Result<Vec<Event>, Rejection> {
    let digits = identity.uai.chars().take(7).filter(char::is_ascii_digit).count();
    let letter = identity.uai.chars().nth(7).is_some_and(|letter| letter.is_ascii_alphabetic());
    if digits != 7 || !letter || identity.uai.len() != 8 {
        return Err(Rejection::UaiMalformed);
    }
    if jiff::tz::TimeZone::get(&identity.time_zone).is_err() {
        return Err(Rejection::TimeZoneUnknown(identity.time_zone));
    }
    let school = SchoolId::of(&identity.uai);
    Ok(match &state.identity {
        None => vec![Event::SchoolRegistered { school, identity }],
        Some(known) if *known == identity => vec![],
        Some(_) => vec![Event::SchoolDescribed { school, identity }],
    })
}
