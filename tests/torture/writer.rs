//! A process of the storm: its own journal (caches, group commit), many callers, its own readers. It is this test binary, run again.

use std::collections::VecDeque;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use infra::clock::{Clock, micros};
use infra::journal::Journal;
use infra::keys::KeyDirectory;
use infra::postgres::{Role, connect};
use infra::subscriptions::{Subscriber, Subscriptions};
use infra::vault::Vault;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::dice::Dice;
use super::load::{self, Versions};
use super::notes::{Ask, Note, Notes};
use super::readers::{MODELS, Tally, Witness};

/// Names what the process is to be.
pub const PART: &str = "PALIMPSESTE_TORTURE_PART";
/// What a process says, and is told, on its standard streams.
pub const CALM: &str = "torture: calm";
pub const LEAVE: &str = "leave";

#[derive(Clone, Serialize, Deserialize)]
pub struct Part {
    /// Unlike that of any other life of any process.
    pub life: String,
    pub number: u64,
    pub seed: u64,
    pub folder: PathBuf,
    pub url: String,
    pub vault_url: String,
    pub callers: u64,
    pub pause_ms: u64,
}

/// A clock that jumps, forward and back.
struct Jumpy {
    offset_us: AtomicI64,
    dice: Mutex<Dice>,
}

impl Clock for Jumpy {
    fn now(&self) -> Timestamp {
        let mut dice = self.dice.lock().unwrap();
        if dice.percent(1) {
            let offset = if dice.percent(50) { 0 } else { dice.below(300_000) as i64 - 200_000 };
            self.offset_us.store(offset, Ordering::SeqCst);
        }
        let offset = SignedDuration::from_micros(self.offset_us.load(Ordering::SeqCst));
        micros(Timestamp::now() + offset)
    }
}

impl Versions for Witness {
    fn version(&self, stream: &str) -> i64 {
        Witness::version(self, stream)
    }
}

struct Process {
    part: Part,
    journal: Journal,
    notes: Notes,
    witness: Arc<Witness>,
    /// Commands that anybody sent lately: to be sent again by this process too.
    heard: Mutex<VecDeque<Ask>>,
    storming: watch::Receiver<bool>,
}

/// A pool whose first connection stands. The wire may cut it many times first.
async fn pool(url: &str, role: Role, connections_max: u32) -> PgPool {
    for _ in 0..100 {
        if let Ok(pool) = connect(url, role, connections_max).await {
            return pool;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no connection in a hundred attempts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of the storm, which starts it"]
async fn a_process() {
    let Ok(part) = std::env::var(PART) else { return };
    let part: Part = serde_json::from_str(&part).unwrap();
    let (mut storming, mut leaving) = listen();
    let keys = KeyDirectory::open(&part.folder).unwrap();
    let writer = pool(&part.url, Role::Writer, 6).await;
    let vault = Vault::new(pool(&part.vault_url, Role::Login, 2).await, &keys);
    let clock = Jumpy { offset_us: AtomicI64::new(0), dice: Mutex::new(Dice::of(part.seed, &[part.number, 1])) };
    let commit = pool(&part.url, Role::Appender, 1).await;
    let journal = Journal::open(writer.clone(), commit, vault, &keys, Arc::new(clock)).unwrap();
    let witness = Arc::new(Witness::new(&part.folder, &part.life));
    let models = MODELS.map(|name| Arc::new(Tally(name)) as Arc<dyn Subscriber>).to_vec();
    let engine = Subscriptions::new(writer, models, vec![witness.clone()]);
    while engine.prepare(|_, _, _| {}).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let head = journal.head();
    let readers = tokio::spawn(async move { engine.run(head, CancellationToken::new()).await });
    let notes = Notes::open(&part.folder);
    let heard = Mutex::default();
    let process = Arc::new(Process { part, journal, notes, witness, heard, storming: storming.clone() });
    let mut callers = JoinSet::new();
    callers.spawn(process.clone().hear());
    (0..process.part.callers).for_each(|caller| {
        callers.spawn(process.clone().call(caller));
    });
    storming.wait_for(|storming| !storming).await.unwrap();
    while let Some(ended) = callers.join_next().await {
        ended.unwrap();
    }
    // On a line of its own, whatever the test harness wrote before.
    writeln!(std::io::stdout(), "\n{CALM}").unwrap();
    let until = leaving.wait_for(Option::is_some).await.unwrap().unwrap();
    process.witness.reaches(until).await;
    readers.abort();
}

/// What the story says on standard input. When it is gone, so are we.
fn listen() -> (watch::Receiver<bool>, watch::Receiver<Option<i64>>) {
    let (storms, storming) = watch::channel(true);
    let (leave, leaving) = watch::channel(None);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            match line.unwrap().split_once(' ') {
                Some((LEAVE, position)) => drop(leave.send(position.parse().ok())),
                _ => drop(storms.send(false)),
            }
        }
        std::process::exit(3);
    });
    (storming, leaving)
}

impl Process {
    /// Overhears what all processes send.
    async fn hear(self: Arc<Self>) {
        let mut at = 0;
        while *self.storming.borrow() {
            self.note_heard(self.notes.since(&mut at).0);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn note_heard(&self, notes: Vec<Note>) {
        let mut heard = self.heard.lock().unwrap();
        heard.extend(notes.into_iter().filter_map(|note| match note {
            Note::Asked { ask, .. } => Some(ask),
            _ => None,
        }));
        let many = heard.len().saturating_sub(200);
        heard.drain(..many);
    }

    async fn call(self: Arc<Self>, caller: u64) {
        let mut dice = Dice::of(self.part.seed, &[self.part.number, 2, caller]);
        while *self.storming.borrow() {
            let repeat = dice.percent(22).then(|| self.overheard(&mut dice)).flatten();
            match repeat {
                Some(ask) if dice.percent(15) => self.send(&load::impostor(&mut dice, &ask), true, &mut dice).await,
                Some(ask) => self.send(&ask, false, &mut dice).await,
                None => {
                    let ask = load::draw(&mut dice, &*self.witness);
                    self.send(&ask, true, &mut dice).await;
                    if dice.percent(10) {
                        self.send(&ask, false, &mut dice).await;
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(dice.below(self.part.pause_ms))).await;
        }
    }

    fn overheard(&self, dice: &mut Dice) -> Option<Ask> {
        let heard = self.heard.lock().unwrap();
        // The last ones most often: many of them have no answer yet.
        let back = dice.below(8) * dice.below(25);
        heard.len().checked_sub(1 + back as usize).map(|at| heard[at].clone())
    }

    /// Sends it; now and then the caller goes away before the answer.
    async fn send(&self, ask: &Ask, first: bool, dice: &mut Dice) {
        let sent = self.notes.send(&self.journal, ask, &self.part.life, self.witness.saw(), first);
        if dice.percent(6) {
            let _ = tokio::time::timeout(Duration::from_micros(dice.below(12_000)), sent).await;
        } else {
            sent.await;
        }
    }
}
