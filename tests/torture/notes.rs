//! What was asked and what was answered, in one file that all processes append to: an attempt is noted before it is sent, an answer
//! after it came. A process killed with -9 leaves at most its last line torn.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use domain::actor::{Actor, Capacity};
use domain::decider::{Context, Rejection as _};
use domain::directory::person::{self, Person};
use domain::ids::StreamId;
use infra::journal::{Envelope, ExecuteError, Journal, Receipt};
use infra::vault::VaultError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A command, with all that is needed to send it again. Its id is the causation of every row that it writes.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ask {
    pub id: Uuid,
    pub actor: String,
    pub key: String,
    /// The key of a stream of the aggregate `person`.
    pub stream: String,
    pub expected: Option<i64>,
    pub guards: Vec<(String, i64)>,
    pub body: person::Command,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Written {
        version: i64,
        first: i64,
        last: i64,
    },
    /// It changes nothing at that version.
    Nothing {
        version: i64,
    },
    /// `If-Match` named another version than this one.
    Outdated {
        actual: i64,
    },
    KeyReused,
    Guarded,
    /// The domain's own refusal, by its code.
    Rejected(String),
    /// The database refuses the row.
    Unstorable,
    /// Other processes won every round.
    Contended {
        actual: i64,
    },
    /// Not known: the command may be written or not.
    Unknown(String),
    /// Nothing in the storm explains this answer.
    Broken(String),
}

impl Answer {
    /// Whether the command need not be sent again.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Unknown(_) | Self::Contended { .. })
    }

    /// Whether a command that was told so can never be written, whoever sends it again.
    pub fn forbids(&self) -> bool {
        matches!(self, Self::Outdated { .. } | Self::KeyReused | Self::Guarded | Self::Unstorable)
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Written { .. } => "written",
            Self::Nothing { .. } => "changed nothing",
            Self::Outdated { .. } => "refused: If-Match",
            Self::KeyReused => "refused: key reused",
            Self::Guarded => "refused: guard",
            Self::Rejected(_) => "refused: by the domain",
            Self::Unstorable => "refused: by the database",
            Self::Contended { .. } => "lost every round",
            Self::Unknown(_) => "unknown",
            Self::Broken(_) => "broken",
        }
    }
}

/// `saw` is the last position that the reader of the same process had been shown when the attempt was sent.
// Most notes are short; they are written and read one by one, so the room that a long one takes costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Serialize, Deserialize)]
pub enum Note {
    Asked { by: String, saw: i64, ask: Ask },
    Again { by: String, saw: i64, id: Uuid },
    Answered { by: String, saw: i64, id: Uuid, answer: Answer },
}

fn stream(key: &str) -> StreamId {
    StreamId::parse("person", key).unwrap()
}

/// Sends it once.
pub async fn put(journal: &Journal, ask: &Ask) -> Answer {
    let envelope = Envelope {
        key: Some(ask.key.clone()),
        expected: ask.expected,
        causation: Some(ask.id),
        guards: ask.guards.iter().map(|(key, version)| (stream(key), *version)).collect(),
        ..Envelope::to(stream(&ask.stream))
    };
    let context = Context {
        actor: Actor::parse(&ask.actor).unwrap(),
        capacity: Capacity::Machine,
        now: journal.now(),
        facts: domain::directory::person::Facts::default(),
        facts_position: 0,
    };
    match journal.execute::<Person>(envelope, ask.body.clone(), context).await {
        Ok(Receipt { version, first_position: Some(first), last_position: Some(last) }) => {
            Answer::Written { version, first, last }
        }
        Ok(Receipt { version, .. }) => Answer::Nothing { version },
        Err(ExecuteError::Rejected(rejection)) => Answer::Rejected(rejection.code().into()),
        Err(ExecuteError::Conflict { actual }) if ask.expected.is_some() => Answer::Outdated { actual },
        Err(ExecuteError::Conflict { actual }) => Answer::Contended { actual },
        Err(ExecuteError::KeyReused) => Answer::KeyReused,
        Err(ExecuteError::Stale) => Answer::Guarded,
        Err(ExecuteError::Unavailable(told)) if told.contains("violates check constraint") => Answer::Unstorable,
        Err(ExecuteError::Unavailable(told)) => Answer::Unknown(told),
        Err(ExecuteError::Vault(VaultError::Database(told))) => Answer::Unknown(format!("vault: {told}")),
        Err(other) => Answer::Broken(other.to_string()),
    }
}

/// The file.
pub struct Notes {
    path: PathBuf,
    file: File,
}

impl Notes {
    pub fn open(folder: &Path) -> Self {
        let path = folder.join("notes.jsonl");
        let file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        Self { path, file }
    }

    /// One `write`: the kernel appends it whole, or cuts it when the process is killed meanwhile. The line feed before it keeps
    /// what another process left torn apart from it.
    pub fn write(&self, note: &Note) {
        let line = format!("\n{}\n", serde_json::to_string(note).unwrap());
        (&self.file).write_all(line.as_bytes()).unwrap();
    }

    /// Notes the attempt, sends it, notes the answer.
    pub async fn send(&self, journal: &Journal, ask: &Ask, by: &str, saw: i64, first: bool) -> Answer {
        let by = by.to_owned();
        self.write(&if first {
            Note::Asked { by: by.clone(), saw, ask: ask.clone() }
        } else {
            Note::Again { by: by.clone(), saw, id: ask.id }
        });
        let answer = put(journal, ask).await;
        self.write(&Note::Answered { by, saw, id: ask.id, answer: answer.clone() });
        answer
    }

    /// What was added since `from`, which advances. Torn lines are counted.
    pub fn since(&self, from: &mut u64) -> (Vec<Note>, u64) {
        let mut file = File::open(&self.path).unwrap();
        file.seek(SeekFrom::Start(*from)).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        *from += whole as u64;
        let (mut notes, mut torn) = (Vec::new(), 0);
        for line in bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(note) => notes.push(note),
                Err(_) => torn += 1,
            }
        }
        (notes, torn)
    }
}
