//! What a killed postmaster may leave: a backend that did not notice, or cannot, and holds the memory they shared. PostgreSQL refuses to start
//! beside it, and rightly. One that provably served this very directory under a postmaster that is dead is ended, which is what the crash
//! of it all would have been; the next start recovers.
//!
//! Only Linux tells what the proof needs. Elsewhere nothing is found, and a person ends what holds the directory.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::account::Account;
use super::server::{PidFile, signal_process};

/// Most backends see that their postmaster is gone, and leave, well before this.
const GRACE: Duration = Duration::from_secs(3);
/// After this the rougher signal is sent: one that is stopped hears no other.
const QUIT_PATIENCE: Duration = Duration::from_secs(1);

/// A process of PostgreSQL that holds a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) pid: u32,
    /// As `ps` shows it: `postgres: palimpseste palimpseste 127.0.0.1(40312) idle`.
    pub(super) title: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} ({})", self.pid, self.title)
    }
}

/// Watches one directory from the moment its start was refused.
pub(super) struct Vigil {
    since: Instant,
}

impl Vigil {
    pub(super) fn begin() -> Self {
        Self { since: Instant::now() }
    }

    /// Ends the orphans, once they had the time to leave by themselves. Those that were ended.
    pub(super) fn end_orphans(&self, directory: &Path, account: &Account) -> Vec<Holder> {
        if self.since.elapsed() < GRACE {
            return vec![];
        }
        let found = orphans(directory, account);
        for signal in ["QUIT", "KILL"] {
            // Proven again each time: a pid may be another process's by now.
            for orphan in orphans(directory, account) {
                tracing::warn!(pid = orphan.pid, signal, "ending a backend that a killed server has left");
                signal_process(orphan.pid, signal);
            }
            let deadline = Instant::now() + QUIT_PATIENCE;
            while Instant::now() < deadline && !orphans(directory, account).is_empty() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        let left = orphans(directory, account);
        found.into_iter().filter(|orphan| !left.contains(orphan)).collect()
    }
}

/// The processes that hold a directory, as far as this machine tells: its postmaster, or what a dead one has left.
pub(super) fn holders(directory: &Path, account: &Account) -> Vec<Holder> {
    let postmaster = PidFile::read(directory).map(|file| file.pid).filter(|pid| lives(*pid));
    match postmaster {
        Some(pid) => vec![holder(pid)],
        None => orphans(directory, account),
    }
}

/// The backends of this directory whose postmaster is dead: they are of PostgreSQL, work in this very directory, still hold the memory that
/// `postmaster.pid` says their postmaster made, and the process of that pid is no more. No child of a living postmaster is like that.
pub(super) fn orphans(directory: &Path, account: &Account) -> Vec<Holder> {
    let Some(file) = PidFile::read(directory).filter(|file| !lives(file.pid)) else { return vec![] };
    let (Some(memory), Ok(directory)) = (file.memory, fs::canonicalize(directory)) else { return vec![] };
    let Ok(listed) = fs::read_dir("/proc") else { return vec![] };
    let pids = listed.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let left = pids.filter(|pid| is_postgres(*pid) && parent(*pid).is_some_and(|parent| !is_postgres(parent)));
    left.filter(|pid| seen(*pid, account).is_some_and(|seen| proves(&seen, &directory, memory))).map(holder).collect()
}

/// Whether what was seen of a process, its directory and then its memory, is that of a backend of `directory`.
pub(super) fn proves(seen: &str, directory: &Path, (key, id): (u64, u64)) -> bool {
    let Some((works_in, memory)) = seen.split_once('\n') else { return false };
    let segment = format!("/SYSV{:08x}", key as u32);
    let is_shared = |line: &str| {
        let mut fields = line.split_whitespace().skip(4);
        fields.next().and_then(|inode| inode.parse().ok()) == Some(id) && fields.next() == Some(segment.as_str())
    };
    Path::new(works_in) == directory && memory.lines().any(is_shared)
}

/// Asked as the user of the server: root alone may not look into another user's processes in every container.
fn seen(pid: u32, account: &Account) -> Option<String> {
    let mut command = account.command(Path::new("sh"));
    command.args(["-c", "readlink \"/proc/$1/cwd\" && cat \"/proc/$1/maps\"", "sh", &pid.to_string()]);
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn holder(pid: u32) -> Holder {
    let title = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    Holder { pid, title: title.replace('\0', " ").trim().to_owned() }
}

fn is_postgres(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim_end() == "postgres")
}

/// Whether a process of PostgreSQL has this pid, and is more than a zombie.
fn lives(pid: u32) -> bool {
    is_postgres(pid) && state(pid).is_some_and(|(state, _)| !matches!(state.as_str(), "Z" | "X"))
}

fn parent(pid: u32) -> Option<u32> {
    Some(state(pid)?.1)
}

/// The state of a process, and its parent.
fn state(pid: u32) -> Option<(String, u32)> {
    state_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The name may hold parentheses and spaces: what follows the last one is read.
pub(super) fn state_in(stat: &str) -> Option<(String, u32)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
