//! The life of one server: created by `initdb`, started, watched until ready, stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, fchown};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::account::Account;
use super::binaries::Binaries;
use super::error::{DevDbError, at};
use super::layout::{self, Layout};
use super::orphans;
use super::{Durability, Options};

/// Recovery after a crash replays the journal of the server; it is given time.
const START_PATIENCE: Duration = Duration::from_mins(5);

/// After these the next, rougher signal is sent.
const FAST_PATIENCE: Duration = Duration::from_mins(1);
const IMMEDIATE_PATIENCE: Duration = Duration::from_secs(10);

/// A log larger than this is set aside when the server starts.
const LOG_BYTES_MAX: u64 = 10 << 20;

/// What one attempt to start came to.
pub(super) enum Start {
    Ready(Server),
    /// Another program took the port in the meantime.
    PortTaken(String),
    /// Another postmaster, or what it left behind, still uses the directory.
    Held(String),
}

/// Creates a cluster under a provisional name and renames it, so that an interrupted `initdb` leaves nothing that looks like one.
pub(super) fn create(
    binaries: &Binaries,
    layout: &Layout,
    directory: &Path,
    password: &str,
    durability: Durability,
) -> Result<(), DevDbError> {
    let provisional = directory.with_extension("new");
    let password_file = layout.home.join("initdb-password");
    let mut tail = String::new();
    // Not every system knows C.UTF-8; in C only the letters of ASCII have a case, and we ask the server for nothing more.
    for locale in ["C.UTF-8", "C"] {
        layout::remove(&provisional)?;
        layout.create_owned(&provisional).map_err(at(&provisional))?;
        lend_password(layout, &password_file, password).map_err(at(&password_file))?;
        let ran = initdb(binaries, layout, &provisional, &password_file, locale, durability);
        fs::remove_file(&password_file).map_err(at(&password_file))?;
        let output = ran.map_err(at(&binaries.dir.join("initdb")))?;
        if output.status.success() {
            fs::rename(&provisional, directory).map_err(at(directory))?;
            return layout::sync_directory(&layout.home);
        }
        tail = last_lines(&String::from_utf8_lossy(&output.stderr));
        if !tail.contains("locale") {
            break;
        }
    }
    layout::remove(&provisional)?;
    Err(DevDbError::NotCreated { directory: directory.to_owned(), tail })
}

/// A file that the server's user may read, for as long as `initdb` runs.
fn lend_password(layout: &Layout, file: &Path, password: &str) -> io::Result<()> {
    if file.symlink_metadata().is_ok() {
        fs::remove_file(file)?;
    }
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    if layout.account.switched {
        fchown(&opened, Some(layout.account.uid), Some(layout.account.gid))?;
    }
    opened.write_all(password.as_bytes())
}

fn initdb(
    binaries: &Binaries,
    layout: &Layout,
    into: &Path,
    password_file: &Path,
    locale: &str,
    durability: Durability,
) -> io::Result<Output> {
    let mut command = layout.account.command(&binaries.dir.join("initdb"));
    command.current_dir(&layout.home).arg("-D").arg(into).arg("--pwfile").arg(password_file);
    command.args(["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--data-checksums", "--locale", locale]);
    if durability == Durability::Throwaway {
        command.arg("--no-sync");
    }
    command.output()
}

/// Starts the server on `port` and waits until it accepts connections. Errors carry the end of its log.
pub(super) async fn start(
    options: &Options,
    layout: &Layout,
    binaries: &Binaries,
    directory: &Path,
    port: u16,
) -> Result<Start, DevDbError> {
    discard_recycled_pid(directory, &layout.account);
    let log_path = layout.log(directory);
    let log = open_log(&log_path)?;
    let log_start = log.metadata().map_err(at(&log_path))?.len();
    let mut command = layout.account.command(&binaries.dir.join("postgres"));
    command.current_dir(&layout.home).arg("-D").arg(directory).arg("-p").arg(port.to_string());
    for (name, value) in settings(options, layout.socket_directory()?.as_deref()) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.stdout(log.try_clone().map_err(at(&log_path))?).stderr(log);
    let mut server = Server::spawn(command, "PostgreSQL").map_err(at(&binaries.dir.join("postgres")))?;
    let deadline = Instant::now() + START_PATIENCE;
    loop {
        if PidFile::read(directory).is_some_and(|file| file.ready && file.pid == server.pid) {
            return Ok(Start::Ready(server));
        }
        let ended = server.ended();
        if ended || Instant::now() > deadline {
            server.stop();
            let said = read_from(&log_path, log_start).unwrap_or_default();
            return outcome(&said).ok_or_else(|| DevDbError::StartFailed { log: log_path, tail: last_lines(&said) });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The failures of a start that another try may cure, read from what the server said.
pub(super) fn outcome(said: &str) -> Option<Start> {
    if said.contains("Address already in use") {
        return Some(Start::PortTaken(last_lines(said)));
    }
    let held = said.contains("lock file \"postmaster.pid\" already exists") || said.contains("is still in use");
    held.then(|| Start::Held(last_lines(said)))
}

/// Later settings win: durability is last, so that no setting can trade it.
fn settings(options: &Options, socket_directory: Option<&Path>) -> Vec<(String, String)> {
    let sockets = socket_directory.and_then(Path::to_str).unwrap_or_default();
    let ours = [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", sockets),
        ("shared_buffers", "128MB"),
        ("max_connections", "100"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("logging_collector", "off"),
        // No statement, no parameter, and no refused value (the text of an ERROR quotes it) may reach the log: they can be about persons.
        ("log_statement", "none"),
        ("log_min_messages", "log"),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
        ("log_min_duration_statement", "-1"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
    ];
    let kept = if options.durability == Durability::Durable { "on" } else { "off" };
    let durability = [("fsync", kept), ("synchronous_commit", kept), ("full_page_writes", kept)];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut all: Vec<_> = ours.into_iter().map(owned).collect();
    all.extend(options.settings.iter().cloned());
    all.extend(durability.into_iter().map(owned));
    all
}

/// Opened by us and inherited: the server's user needs no right on it.
pub(super) fn open_log(path: &Path) -> Result<File, DevDbError> {
    if let Some(parent) = path.parent() {
        layout::create_open(parent)?;
    }
    if fs::metadata(path).is_ok_and(|found| found.len() > LOG_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.1")).map_err(at(path))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(at(path))
}

pub(super) fn read_from(path: &Path, start: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The last lines of a text, on one line.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(6)..].join(" | ")
}

/// `postmaster.pid`, as PostgreSQL writes it: pid, directory, start, port, socket, address, memory, state, one per line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: u32,
    pub(super) port: Option<u16>,
    /// Key and number of the memory that the postmaster shares with its backends; none before it is made.
    pub(super) memory: Option<(u64, u64)>,
    pub(super) ready: bool,
}

impl PidFile {
    pub(super) fn read(directory: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(directory.join("postmaster.pid")).ok()?)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok()?,
            port: lines.get(3).and_then(|port| port.parse().ok()),
            memory: lines.get(6).and_then(|line| {
                let (key, id) = line.split_once(' ')?;
                Some((key.parse().ok()?, id.trim().parse().ok()?))
            }),
            ready: lines.get(7) == Some(&"ready"),
        })
    }
}

/// After a crash and a reboot the pid of the dead postmaster may be that of any program, and PostgreSQL would believe itself running.
/// Only where the kernel tells us that it is another program (Linux) is the file removed; in doubt it stays, as it does while a backend of
/// that postmaster is left: by this file alone PostgreSQL knows of it.
fn discard_recycled_pid(directory: &Path, account: &Account) {
    let Some(file) = PidFile::read(directory) else {
        return;
    };
    let program = fs::read_to_string(format!("/proc/{}/comm", file.pid));
    if program.is_ok_and(|name| !name.starts_with("post")) && orphans::orphans(directory, account).is_empty() {
        let _ = fs::remove_file(directory.join("postmaster.pid"));
    }
}

/// A running server (a postmaster, a nats-server), child of a thread that lives as long as it does and reaps it. Stops it on drop.
pub(super) struct Server {
    pid: u32,
    title: &'static str,
    keeper: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn spawn(mut command: Command, title: &'static str) -> io::Result<Self> {
        let (tell, told) = mpsc::channel();
        let keeper = thread::Builder::new().name(title.to_owned()).spawn(move || match command.spawn() {
            Ok(mut child) => {
                let _ = tell.send(Ok(child.id()));
                let _ = child.wait();
            }
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        })?;
        let pid = told.recv().map_err(io::Error::other)??;
        Ok(Self { pid, title, keeper: Some(keeper) })
    }

    /// Whether the process is gone, and reaped.
    pub(super) fn ended(&self) -> bool {
        self.keeper.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Asks for a fast shutdown and waits; insists when it takes too long. What is killed recovers when it starts again.
    pub(super) fn stop(&mut self) {
        self.end([("INT", FAST_PATIENCE), ("QUIT", IMMEDIATE_PATIENCE), ("KILL", IMMEDIATE_PATIENCE)]);
    }

    /// The end that a power cut would be, and waits until it is gone.
    pub(super) fn kill(&mut self) {
        self.end([("KILL", IMMEDIATE_PATIENCE)]);
    }

    fn end<const N: usize>(&mut self, signals: [(&str, Duration); N]) {
        for (signal, patience) in signals {
            if !self.ended() {
                signal_process(self.pid, signal);
            }
            let deadline = Instant::now() + patience;
            while !self.ended() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(10));
            }
        }
        if self.ended() {
            self.keeper.take().map(JoinHandle::join);
        } else {
            tracing::warn!(pid = self.pid, "{} does not stop", self.title);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Through the shell's own `kill`: the program of that name is not everywhere.
pub(super) fn signal_process(pid: u32, signal: &str) {
    let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &pid.to_string()]).status();
    if !sent.is_ok_and(|status| status.success()) {
        tracing::warn!(pid, signal, "the signal was not delivered");
    }
}
