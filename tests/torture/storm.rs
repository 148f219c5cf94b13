//! The storm: processes that write and read, a wire and a server that fail under them, and the way out of it. The faults follow the
//! work: each comes when the journal has advanced since the last one, and a journal that no longer advances ends the storm loudly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use infra::postgres::{Role, connect};
use infra::subscriptions::Subscriptions;
use sqlx::PgConnection;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;

use super::cluster::Server;
use super::dice::Dice;
use super::proxy::Proxy;
use super::readers::{MODELS, Tally};
use super::writer::{CALM, LEAVE, PART, Part};

/// How long anything may stand still before the storm is called hung. Only a broken journal waits for it.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// What is done to the processes and to the server, besides what the wire does by itself.
#[derive(Clone, Copy)]
enum Fault {
    CutAll,
    Refuse,
    Terminate,
    Cancel,
    KillWriter,
    KillBackend,
    KillServer,
    Rebuild,
}

/// One deck, shuffled; a short storm is one of them.
const DECK: [(Fault, usize); 8] = [
    (Fault::CutAll, 3),
    (Fault::Refuse, 2),
    (Fault::Terminate, 4),
    (Fault::Cancel, 5),
    (Fault::KillWriter, 6),
    (Fault::KillBackend, 2),
    (Fault::KillServer, 3),
    (Fault::Rebuild, 2),
];

/// Positions between two faults.
const STEP: i64 = 80;

struct Writer {
    life: String,
    child: Child,
    input: ChildStdin,
    calm: watch::Receiver<bool>,
    log: PathBuf,
}

impl Writer {
    async fn say(&mut self, what: &str) {
        self.input.write_all(format!("{what}\n").as_bytes()).await.unwrap();
    }

    /// The end of what it wrote on standard error, for a story that fails.
    fn said(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        format!("{}:\n{}", self.life, lines[lines.len().saturating_sub(12)..].join("\n"))
    }
}

pub struct Storm {
    pub folder: PathBuf,
    pub server: Server,
    pub proxy: Proxy,
    pub counts: BTreeMap<&'static str, u64>,
    /// Read models that stopped meanwhile: nothing here is a reason to.
    pub stopped: Vec<String>,
    writers: Vec<Writer>,
    administrator: PgConnection,
    dice: Dice,
    seed: u64,
    lives: u64,
    pause_ms: u64,
    rebuilds: Vec<tokio::task::JoinHandle<()>>,
}

impl Storm {
    pub async fn brew(folder: &Path, server: Server, seed: u64, pause_ms: u64) -> Self {
        let proxy = Proxy::start(seed, server.port()).await;
        let administrator = server.administrator().await;
        let mut storm = Self {
            folder: folder.to_owned(),
            server,
            proxy,
            counts: BTreeMap::new(),
            stopped: vec![],
            writers: vec![],
            administrator,
            dice: Dice::of(seed, &[3]),
            seed,
            lives: 0,
            pause_ms,
            rebuilds: vec![],
        };
        storm.proxy.storms(true);
        for _ in 0..3 {
            storm.start_writer();
        }
        storm
    }

    /// Faults, until the deck is played and the time (if any was given) is over.
    pub async fn blow(&mut self, lasting: Duration) {
        let begun = Instant::now();
        loop {
            let mut deck: Vec<Fault> =
                DECK.iter().flat_map(|(fault, times)| std::iter::repeat_n(*fault, *times)).collect();
            self.dice.shuffle(&mut deck);
            for fault in deck {
                let from = self.head().await;
                self.advances(from + STEP).await;
                self.strike(fault).await;
                self.all_live();
            }
            if begun.elapsed() >= lasting {
                return;
            }
        }
    }

    async fn strike(&mut self, fault: Fault) {
        let what = match fault {
            Fault::CutAll => {
                self.proxy.cut_all();
                return;
            }
            Fault::Refuse => {
                self.proxy.refuses(true);
                self.proxy.cut_all();
                // For as long as it takes to be tried again a few times.
                tokio::time::sleep(Duration::from_millis(200 + self.dice.below(600))).await;
                self.proxy.refuses(false);
                return;
            }
            Fault::Terminate => ("backends terminated", self.each_busy("pg_terminate_backend", 3).await),
            Fault::Cancel => ("statements cancelled", self.each_busy("pg_cancel_backend", 30).await),
            Fault::KillWriter => {
                let one = self.dice.below(self.writers.len() as u64) as usize;
                let mut writer = self.writers.swap_remove(one);
                writer.child.kill().await.unwrap();
                self.start_writer();
                ("writers killed", 1)
            }
            Fault::KillBackend => {
                let killed = self.server.kill_backend().await;
                self.administrator_again().await;
                ("backends killed", killed)
            }
            Fault::KillServer => {
                self.server.kill().await;
                self.proxy.leads_to(self.server.port());
                self.administrator_again().await;
                ("servers killed", 1)
            }
            Fault::Rebuild => {
                self.rebuild();
                ("rebuilds", 1)
            }
        };
        *self.counts.entry(what.0).or_default() += what.1;
    }

    /// Signals those at work, several times in a row: many are too late.
    async fn each_busy(&mut self, signal: &str, times: u64) -> u64 {
        let busy = format!(
            "select count(*) filter (where {signal}(pid)) from pg_stat_activity where usename = 'palimpseste'
             and (state = 'active' or $1)"
        );
        let mut struck = 0;
        for _ in 0..times {
            // An idle backend has nothing to cancel; to terminate it is a fault of its own.
            let idle_too = signal == "pg_terminate_backend" && self.dice.percent(30);
            match sqlx::query_scalar::<_, i64>(&busy).bind(idle_too).fetch_one(&mut self.administrator).await {
                Ok(some) => struck += some as u64,
                Err(_) => self.administrator_again().await,
            }
            tokio::time::sleep(Duration::from_millis(self.dice.below(15))).await;
        }
        struck
    }

    /// One read model is folded anew, by way of the wire, beside the live one that goes on; again until it is swapped.
    fn rebuild(&mut self) {
        let (url, name) = (self.proxy.url(&self.server.url()), *self.dice.pick(&MODELS));
        self.rebuilds.push(tokio::spawn(async move {
            loop {
                if let Ok(pool) = connect(&url, Role::Writer, 2).await
                    && Subscriptions::new(pool, vec![std::sync::Arc::new(Tally(name))], vec![])
                        .rebuild(name, |_, _| {})
                        .await
                        .is_ok()
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }));
    }

    fn start_writer(&mut self) {
        self.lives += 1;
        let life = format!("writer-{}", self.lives);
        let part = Part {
            life: life.clone(),
            number: self.lives,
            seed: self.seed,
            folder: self.folder.clone(),
            url: self.proxy.url(&self.server.url()),
            vault_url: self.proxy.url(&self.server.vault_url()),
            callers: 8,
            pause_ms: self.pause_ms,
        };
        let log = self.folder.join(format!("{life}.log"));
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "torture::writer::a_process", "--ignored", "--nocapture"]);
        command.env(PART, serde_json::to_string(&part).unwrap()).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (say, calm) = watch::channel(false);
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == CALM {
                    say.send_replace(true);
                }
            }
        });
        self.writers.push(Writer { life, child, input, calm, log });
    }

    /// The storm is over: the wire is mended, callers get their last answers. The processes go on reading.
    pub async fn calm(&mut self) {
        self.proxy.storms(false);
        self.proxy.cut_all();
        for writer in &mut self.writers {
            writer.say("enough").await;
        }
        for writer in &mut self.writers {
            let calm = writer.calm.wait_for(|calm| *calm);
            let in_time = tokio::time::timeout(PATIENCE, calm).await.is_ok_and(|calm| calm.is_ok());
            assert!(in_time, "callers without an answer in {}", writer.said());
        }
        for rebuild in self.rebuilds.drain(..) {
            tokio::time::timeout(PATIENCE, rebuild).await.expect("a rebuild hangs").unwrap();
        }
    }

    /// The workers that live bring every read model to the head by themselves.
    pub async fn models_reach(&mut self, head: i64) {
        let standings = "select count(*) from subscriptions.models where live and position = $1";
        let deadline = Instant::now() + PATIENCE;
        loop {
            let there: i64 = sqlx::query_scalar(standings).bind(head).fetch_one(&mut self.administrator).await.unwrap();
            if there as usize == MODELS.len() {
                return;
            }
            assert!(Instant::now() < deadline, "only {there} read models reached {head}: {:?}", self.standings().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The processes leave when their own reader has seen everything.
    pub async fn leave(&mut self, head: i64) {
        for mut writer in std::mem::take(&mut self.writers) {
            writer.say(&format!("{LEAVE} {head}")).await;
            let left = tokio::time::timeout(PATIENCE, writer.child.wait()).await;
            let left = left.unwrap_or_else(|_| panic!("its reader does not reach {head}: {}", writer.said())).unwrap();
            assert!(left.success(), "{}", writer.said());
        }
    }

    pub async fn head(&mut self) -> i64 {
        loop {
            let head =
                sqlx::query_scalar("select position from journal.heads").fetch_one(&mut self.administrator).await;
            match head {
                Ok(head) => return head,
                Err(_) => self.administrator_again().await,
            }
        }
    }

    async fn standings(&mut self) -> Vec<(String, i64, Option<String>)> {
        let standings = "select name, position, stopped_because from subscriptions.models where live";
        loop {
            match sqlx::query_as(standings).fetch_all(&mut self.administrator).await {
                Ok(standings) => return standings,
                Err(_) => self.administrator_again().await,
            }
        }
    }

    async fn advances(&mut self, to: i64) {
        let deadline = Instant::now() + PATIENCE;
        while self.head().await < to {
            if Instant::now() > deadline {
                let (said, counts) = (self.said(), self.counts.clone());
                panic!("the journal stands still before {to}, after {counts:?}\n{said}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for (name, position, because) in self.standings().await {
            if let Some(because) = because {
                self.stopped.push(format!("{name} stopped after {position}: {because}"));
            }
        }
    }

    /// No process ends by itself.
    fn all_live(&mut self) {
        for writer in &mut self.writers {
            let ended = writer.child.try_wait().unwrap();
            assert!(ended.is_none(), "ended by itself with {ended:?}: {}", writer.said());
        }
    }

    fn said(&self) -> String {
        self.writers.iter().map(Writer::said).collect::<Vec<_>>().join("\n")
    }

    /// After the server was thrown over: until it lets us in again.
    async fn administrator_again(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.server.try_administrator().await {
                Ok(connection) => {
                    self.administrator = connection;
                    return;
                }
                Err(problem) => assert!(Instant::now() < deadline, "the server does not come back: {problem}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
