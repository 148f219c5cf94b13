//! Those who read while it storms: a read model, a reader that keeps what it is shown in memory, a reader of bare positions. What they
//! were shown is told by a chain of digests: one skipped, repeated, swapped or altered position changes every link after it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use domain::event::Recorded;
use infra::ledger::leaf::sha256;
use infra::subscriptions::{self, Follower, Subscriber};
use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use uuid::Uuid;

use super::dice::Dice;

/// What tells one row of the journal from another.
pub struct Shown<'a> {
    pub position: i64,
    pub stream: &'a str,
    pub sequence: i64,
    pub event: &'a str,
    pub actor: &'a str,
    pub recorded_us: i64,
    pub causation: Option<Uuid>,
}

/// Everything shown to one reader, in the order in which it was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    pub count: i64,
    pub last: i64,
    pub link: [u8; 32],
}

impl Chain {
    pub fn show(&mut self, row: &Shown<'_>) {
        let Shown { position, stream, sequence, event, actor, recorded_us, causation } = row;
        let text = format!("{position} {stream} {sequence} {event} {actor} {recorded_us} {causation:?}");
        let mut bytes = self.link.to_vec();
        bytes.extend_from_slice(text.as_bytes());
        *self = Self { count: self.count + 1, last: *position, link: sha256(&bytes) };
    }

    pub fn show_recorded(&mut self, recorded: &Recorded) {
        self.show(&Shown {
            position: recorded.position,
            stream: &recorded.stream.key(),
            sequence: recorded.sequence,
            event: recorded.fact.name(),
            actor: &recorded.actor.to_string(),
            recorded_us: recorded.recorded_at.as_microsecond(),
            causation: recorded.causation,
        });
    }

    fn line(&self) -> String {
        let link = self.link.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        format!("{} {} {link}\n", self.count, self.last)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (count, last) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let hex = words.next().filter(|hex| hex.len() == 64)?;
        let mut link = [0; 32];
        for (at, byte) in link.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self { count, last, link })
    }
}

/// One life of one reader, and what it had been shown after each batch.
pub struct Sight {
    pub reader: String,
    pub chains: Vec<Chain>,
}

/// Reads back what every reader wrote; a torn last line is left out.
pub fn sights(folder: &Path) -> Vec<Sight> {
    let mut sights = Vec::new();
    for entry in std::fs::read_dir(folder.join("seen")).unwrap().map(Result::unwrap) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let whole = text.rfind('\n').map_or("", |last| &text[..last]);
        let chains = whole.lines().map(|line| Chain::parse(line).unwrap()).collect();
        sights.push(Sight { reader: entry.file_name().into_string().unwrap(), chains });
    }
    sights
}

/// Where one life of a reader writes what it was shown.
struct Sheet {
    file: File,
    chain: Chain,
}

impl Sheet {
    fn new(folder: &Path, reader: &str) -> Self {
        std::fs::create_dir_all(folder.join("seen")).unwrap();
        let path = folder.join("seen").join(reader);
        let file = OpenOptions::new().create_new(true).append(true).open(path).unwrap();
        Self { file, chain: Chain::default() }
    }

    fn show(&mut self, batch: &[Recorded]) {
        batch.iter().for_each(|recorded| self.chain.show_recorded(recorded));
        self.file.write_all(self.chain.line().as_bytes()).unwrap();
    }
}

/// The smallest read model: a row for each position. A position that comes twice breaks its key.
pub struct Tally(pub &'static str);

/// The read models of the storm.
pub const MODELS: [&str; 2] = ["tally", "second_tally"];

#[async_trait::async_trait]
impl Subscriber for Tally {
    fn name(&self) -> &'static str {
        self.0
    }

    fn version(&self) -> i32 {
        1
    }

    fn schema(&self) -> &'static str {
        "create table seen (position bigint primary key)"
    }

    async fn apply(&self, connection: &mut PgConnection, batch: &[Recorded]) -> Result<(), sqlx::Error> {
        let positions: Vec<i64> = batch.iter().map(|recorded| recorded.position).collect();
        sqlx::query("insert into seen select unnest($1::bigint[])").bind(positions).execute(connection).await?;
        Ok(())
    }
}

/// A follower that logs what it is shown, and knows the version of each stream so far.
pub struct Witness {
    sheet: Mutex<Sheet>,
    versions: Mutex<HashMap<String, i64>>,
    saw: watch::Sender<i64>,
}

impl Witness {
    pub fn new(folder: &Path, life: &str) -> Self {
        Self { sheet: Mutex::new(Sheet::new(folder, life)), versions: Mutex::default(), saw: watch::channel(0).0 }
    }

    pub fn saw(&self) -> i64 {
        *self.saw.borrow()
    }

    pub fn version(&self, stream: &str) -> i64 {
        self.versions.lock().unwrap().get(stream).copied().unwrap_or(0)
    }

    pub async fn reaches(&self, position: i64) {
        self.saw.subscribe().wait_for(|saw| *saw >= position).await.unwrap();
    }
}

#[async_trait::async_trait]
impl Follower for Witness {
    fn name(&self) -> &'static str {
        "witness"
    }

    async fn follow(&self, batch: &[Recorded]) {
        self.sheet.lock().unwrap().show(batch);
        let mut versions = self.versions.lock().unwrap();
        for recorded in batch {
            versions.insert(recorded.stream.key(), recorded.sequence);
        }
        drop(versions);
        self.saw.send_replace(batch.last().unwrap().position);
    }
}

/// Reads bare positions in order, in batches of any size, through every fault, until it has read `until`.
pub async fn tail(pool: PgPool, folder: std::path::PathBuf, name: String, seed: u64, until: watch::Receiver<i64>) {
    let (mut sheet, mut dice) = (Sheet::new(&folder, &name), Dice::of(seed, &[7]));
    while sheet.chain.last < *until.borrow() {
        match subscriptions::read(&pool, sheet.chain.last, 1 + dice.below(300) as i64).await {
            Ok(batch) if !batch.is_empty() => sheet.show(&batch),
            // The pace of a reader with nothing to read, or without a database.
            Ok(_) | Err(subscriptions::ReadError::Database(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(problem) => panic!("{name}: {problem}"),
        }
    }
}
