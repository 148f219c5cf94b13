//! A wire between the processes and PostgreSQL that breaks in every way a wire can: late, cut in the middle of a request or of a
//! reply, cut after the request went through and before its reply came back, silent, refused; and requests that arrive after their
//! sender is gone and has asked again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::dice::Dice;

/// How one connection will end, once so many bytes have passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doom {
    None,
    /// In the middle of a request.
    RequestCut,
    /// In the middle of a reply.
    ReplyCut,
    /// An append, or the commit of a read model: it went through, its reply is lost.
    ReplyLost,
    /// The sender is cut at once; its append arrives later.
    RequestLate,
    /// Nothing passes any more, for a while; then it is cut.
    Silence,
}

const APPEND_LOST: &str = "reply to an append lost";
const COMMIT_LOST: &str = "reply to a commit lost";
const APPEND_LATE: &str = "append delivered late";

/// Every way to break it, as counted.
pub const FAULTS: [&str; 8] = [
    "request cut short",
    "reply cut short",
    APPEND_LOST,
    COMMIT_LOST,
    APPEND_LATE,
    "silence, then cut",
    "all connections cut",
    "connection refused",
];

struct Wire {
    server: AtomicU16,
    stormy: AtomicBool,
    refusing: AtomicBool,
    cut: watch::Sender<u64>,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    connections: AtomicU64,
    seed: u64,
}

/// The wire; it ends with its last handle.
#[derive(Clone)]
pub struct Proxy {
    port: u16,
    wire: Arc<Wire>,
    _ends: Arc<watch::Sender<()>>,
}

impl Proxy {
    pub async fn start(seed: u64, server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Wire {
            server: AtomicU16::new(server),
            stormy: AtomicBool::new(false),
            refusing: AtomicBool::new(false),
            cut: watch::channel(0).0,
            counts: Mutex::default(),
            connections: AtomicU64::new(0),
            seed,
        });
        let (ends, mut ended) = watch::channel(());
        let shared = wire.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = ended.changed() => return,
                    accepted = listener.accept() => if let Ok((client, _)) = accepted {
                        tokio::spawn(carry(shared.clone(), client));
                    }
                }
            }
        });
        Self { port, wire, _ends: Arc::new(ends) }
    }

    /// The same database, by way of this wire.
    pub fn url(&self, direct: &str) -> String {
        let (login, rest) = direct.rsplit_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{login}@127.0.0.1:{}/{database}", self.port)
    }

    /// PostgreSQL started again, perhaps on another port.
    pub fn leads_to(&self, server: u16) {
        self.wire.server.store(server, Ordering::SeqCst);
    }

    /// Whether connections made from now on may be doomed. A calm wire leaves those alone that still are; cut them first.
    pub fn storms(&self, stormy: bool) {
        self.wire.stormy.store(stormy, Ordering::SeqCst);
    }

    pub fn refuses(&self, refusing: bool) {
        self.wire.refusing.store(refusing, Ordering::SeqCst);
    }

    pub fn cut_all(&self) {
        self.wire.count("all connections cut");
        self.wire.cut.send_modify(|times| *times += 1);
    }

    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.wire.counts.lock().unwrap().clone()
    }
}

impl Wire {
    fn count(&self, what: &'static str) {
        *self.counts.lock().unwrap().entry(what).or_default() += 1;
    }

    /// Whether a fault that needs the right moment has not had it yet: then the next such moment is its own, whoever's it is.
    fn owes(&self, what: &'static str) -> bool {
        self.stormy.load(Ordering::SeqCst) && !self.counts.lock().unwrap().contains_key(what)
    }

    fn doom(&self, dice: &mut Dice) -> (Doom, u64) {
        // Those that strike appends alone are drawn more often: most connections carry none.
        let dooms = [
            Doom::RequestCut,
            Doom::ReplyCut,
            Doom::ReplyLost,
            Doom::ReplyLost,
            Doom::RequestLate,
            Doom::RequestLate,
            Doom::RequestLate,
            Doom::Silence,
        ];
        if !self.stormy.load(Ordering::SeqCst) || dice.percent(40) {
            return (Doom::None, 0);
        }
        // Some die while they shake hands, most in the middle of their work.
        let bytes = if dice.percent(15) { dice.below(3_000) } else { dice.below(400_000) };
        (*dice.pick(&dooms), bytes)
    }
}

/// What happens to the connection next.
enum Next {
    GoOn,
    /// Reset on both sides: what was not read yet is lost.
    Cut(&'static str),
}

struct Line {
    wire: Arc<Wire>,
    client: TcpStream,
    server: TcpStream,
    dice: Dice,
    doom: Doom,
    after: u64,
    up: u64,
    down: u64,
    losing: Option<&'static str>,
}

async fn carry(wire: Arc<Wire>, client: TcpStream) {
    let _ = client.set_nodelay(true);
    let number = wire.connections.fetch_add(1, Ordering::SeqCst);
    if wire.refusing.load(Ordering::SeqCst) {
        wire.count("connection refused");
        return reset(&client);
    }
    let port = wire.server.load(Ordering::SeqCst);
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return reset(&client) };
    let _ = server.set_nodelay(true);
    let mut dice = Dice::of(wire.seed, &[number]);
    let (doom, after) = wire.doom(&mut dice);
    let line = Line { wire, client, server, dice, doom, after, up: 0, down: 0, losing: None };
    line.run().await;
}

fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

impl Line {
    async fn run(mut self) {
        let mut cut = self.wire.cut.subscribe();
        let (mut up, mut down) = (vec![0; 32 << 10], vec![0; 32 << 10]);
        loop {
            let next = tokio::select! {
                _ = cut.changed() => Next::Cut("cut with all others"),
                read = self.client.read(&mut up) => match read {
                    Ok(read) if read > 0 => self.request(&up[..read]).await,
                    // The client closed, or was killed: the server is told as by its kernel.
                    _ => return,
                },
                read = self.server.read(&mut down) => match read {
                    Ok(read) if read > 0 => self.reply(&down[..read]).await,
                    _ => return,
                },
            };
            if let Next::Cut(why) = next {
                self.wire.count(why);
                reset(&self.client);
                reset(&self.server);
                return;
            }
        }
    }

    async fn request(&mut self, bytes: &[u8]) -> Next {
        self.up += bytes.len() as u64;
        self.linger().await;
        let due = self.up >= self.after;
        let append = holds(bytes, b"\"capacity\"");
        match self.doom {
            Doom::RequestCut if due => {
                let part = self.dice.below(bytes.len() as u64) as usize;
                let _ = self.server.write_all(&bytes[..part]).await;
                return Next::Cut("request cut short");
            }
            Doom::Silence if due => {
                tokio::time::sleep(Duration::from_millis(200 + self.dice.below(800))).await;
                return Next::Cut("silence, then cut");
            }
            Doom::RequestLate if due && append => return self.late(bytes).await,
            Doom::ReplyLost if due && append => self.losing = Some(APPEND_LOST),
            Doom::ReplyLost if due && holds(bytes, b"COMMIT") => self.losing = Some(COMMIT_LOST),
            _ if append && self.wire.owes(APPEND_LATE) => return self.late(bytes).await,
            _ if append && self.wire.owes(APPEND_LOST) => self.losing = Some(APPEND_LOST),
            _ if holds(bytes, b"COMMIT") && self.wire.owes(COMMIT_LOST) => self.losing = Some(COMMIT_LOST),
            _ => {}
        }
        self.pass_up(bytes).await
    }

    async fn reply(&mut self, bytes: &[u8]) -> Next {
        self.down += bytes.len() as u64;
        self.linger().await;
        if let Some(lost) = self.losing {
            return Next::Cut(lost);
        }
        if self.doom == Doom::ReplyCut && self.down >= self.after {
            let part = self.dice.below(bytes.len() as u64) as usize;
            let _ = self.client.write_all(&bytes[..part]).await;
            return Next::Cut("reply cut short");
        }
        match self.client.write_all(bytes).await {
            Ok(()) => Next::GoOn,
            Err(_) => Next::Cut("closed by its client"),
        }
    }

    /// The client is cut, and asks again elsewhere; what it sent arrives afterwards, and is carried out.
    async fn late(&mut self, bytes: &[u8]) -> Next {
        let mut kept = bytes.to_vec();
        let mut rest = vec![0; 32 << 10];
        // The end of the same request.
        while let Ok(Ok(read)) = tokio::time::timeout(Duration::from_millis(5), self.client.read(&mut rest)).await
            && read > 0
        {
            kept.extend_from_slice(&rest[..read]);
        }
        reset(&self.client);
        // Replaced by a stream that leads nowhere, so that the client's is closed now.
        let Some(nowhere) = nowhere().await else { return Next::Cut("closed by its server") };
        drop(std::mem::replace(&mut self.client, nowhere));
        tokio::time::sleep(Duration::from_millis(self.dice.below(600))).await;
        if self.server.write_all(&kept).await.is_ok() {
            // It answers when it has done it.
            let _ = tokio::time::timeout(Duration::from_secs(5), self.server.read(&mut rest)).await;
        }
        Next::Cut(APPEND_LATE)
    }

    async fn pass_up(&mut self, bytes: &[u8]) -> Next {
        match self.server.write_all(bytes).await {
            Ok(()) => Next::GoOn,
            Err(_) => Next::Cut("closed by its server"),
        }
    }

    /// A few milliseconds, now and then.
    async fn linger(&mut self) {
        if self.wire.stormy.load(Ordering::SeqCst) && self.dice.percent(8) {
            tokio::time::sleep(Duration::from_millis(1 + self.dice.below(12))).await;
        }
    }
}

async fn nowhere() -> Option<TcpStream> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.ok()?;
    let address = listener.local_addr().ok()?;
    let (stream, _) = tokio::join!(TcpStream::connect(address), listener.accept());
    stream.ok()
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
