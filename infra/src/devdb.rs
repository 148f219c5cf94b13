//! A private PostgreSQL: found on the machine (or fetched once, when allowed), created in the data directory, started as a child of this process, and
//! stopped with it. A second process that opens the same data directory attaches to the server of the first.
//!
//! What lies where, in the home of the cluster (the data directory, or `/var/lib/palimpseste/<name>` when the server's user cannot reach it):
//!
//! - `pg<major>/` is the cluster, owned by the server's user and written by it alone;
//! - `log/pg<major>.log`, `run/` (socket) and `port` lie beside it, so that root never follows a path which the server's user could have redirected.
//!
//! The data directory itself always holds `keys/` (passwords, mode 0600), `cluster.lock` (held while opening) and, after a move, `cluster-location`.
//!
//! On Linux the server dies with this process even when that one is killed outright: it asks the kernel for SIGINT on the death of the thread that
//! spawned it, so that thread lives as long as the server. Elsewhere a killed process leaves its server running, and the next one attaches to it.

mod account;
mod binaries;
mod bootstrap;
mod error;
mod layout;
pub mod nats;
mod orphans;
mod server;
mod wheel;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use error::DevDbError;

use account::Account;
use binaries::Binaries;
use bootstrap::{Keys, Presence};
use layout::Layout;
use orphans::{Holder, Vigil};
use server::{Server, Start};

/// How long an opener waits for a server that is neither reachable nor gone: one shutting down, or backends outliving a killed postmaster.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many ports are tried before giving up: each was free a moment before the server asked for it.
const PORTS_TRIED: u32 = 5;

/// Whether the cluster survives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every acknowledged commit is on disk.
    Durable,
    /// Nothing is ever synced: for clusters that a test creates and throws away.
    Throwaway,
}

/// Where the cluster lives and what may be done to bring it up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Created if absent; relative paths are taken from the working directory.
    pub data_dir: PathBuf,
    /// The directory holding `initdb` and `postgres`; searched when `None`.
    pub bindir: Option<PathBuf>,
    /// Whether the pinned binaries may be fetched when no PostgreSQL is installed.
    pub download: bool,
    pub durability: Durability,
    /// More server settings, `(name, value)`; they win over ours, save over those of durability.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// Durable, no download, whatever PostgreSQL the machine has.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            bindir: None,
            download: false,
            durability: Durability::Durable,
            settings: Vec::new(),
        }
    }

    /// The same, without durability: tests only.
    pub fn throwaway(data_dir: impl Into<PathBuf>) -> Self {
        Self { durability: Durability::Throwaway, ..Self::new(data_dir) }
    }
}

/// What is about to be done, told before it is done. `Display` is one line for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Binaries are about to be fetched; `sha256` is what they will be checked against.
    Download {
        name: &'static str,
        bytes: u64,
        sha256: &'static str,
    },
    Unpack {
        title: &'static str,
        into: PathBuf,
    },
    Create {
        cluster: PathBuf,
    },
    Start {
        cluster: PathBuf,
    },
    Attach {
        port: u16,
    },
    /// A backend that a killed server had left, and that kept the directory, is no more.
    OrphanEnded {
        pid: u32,
        title: String,
    },
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Download { name, bytes, sha256 } => write!(f, "downloading {name} ({bytes} bytes, sha256 {sha256})"),
            Self::Unpack { title, into } => write!(f, "unpacking {title} into {}", into.display()),
            Self::Create { cluster } => {
                write!(f, "creating a PostgreSQL cluster in {}", cluster.display())
            }
            Self::Start { cluster } => write!(f, "starting PostgreSQL on {}", cluster.display()),
            Self::OrphanEnded { pid, title } => {
                write!(f, "ended process {pid} ({title}), which a killed PostgreSQL had left here")
            }
            Self::Attach { port } => write!(f, "attaching to the PostgreSQL already running on port {port}"),
        }
    }
}

/// An open cluster. Stops the server on drop when this process started it; does nothing to it otherwise.
pub struct Cluster {
    directory: PathBuf,
    port: u16,
    url: String,
    vault_url: String,
    superuser_url: String,
    server: Option<Server>,
}

impl fmt::Debug for Cluster {
    /// Without the URLs: they hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("directory", &self.directory)
            .field("port", &self.port)
            .field("owned", &self.owned())
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// `postgres://palimpseste:…@127.0.0.1:port/palimpseste`: owns its database, may create databases and roles, is no superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same role on the vault's database.
    pub fn vault_url(&self) -> &str {
        &self.vault_url
    }

    /// The superuser `postgres` on the database `postgres`: for administration and tests, never at run time.
    pub fn superuser_url(&self) -> &str {
        &self.superuser_url
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The cluster's own directory (`pg<major>`).
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether this process started the server, and so will stop it.
    pub fn owned(&self) -> bool {
        self.server.is_some()
    }

    /// Fast shutdown: open transactions are rolled back, sessions closed, the caller waits (it blocks) until the server is gone.
    /// An attached server goes on running.
    pub fn stop(self) {
        drop(self);
    }

    fn new(layout: &Layout, directory: PathBuf, port: u16, keys: &Keys, server: Option<Server>) -> Self {
        layout.remember_port(port);
        Self {
            url: keys.url(port, bootstrap::DATABASE),
            vault_url: keys.url(port, bootstrap::VAULT_DATABASE),
            superuser_url: keys.superuser_url(port),
            directory,
            port,
            server,
        }
    }
}

/// The directory of the binaries that `open` would use for a new cluster, without creating anything (save the fetched binaries, when allowed).
pub fn find_bindir(options: &Options, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<PathBuf, DevDbError> {
    let account = Account::of_server(None)?;
    binaries::find(options, None, &account, progress).map(|found| found.dir)
}

/// Attaches to the server of this data directory, or creates what is missing, starts it and owns it.
///
/// Openers of one data directory take turns. The calling thread is blocked while binaries are fetched or the cluster is created (about a second):
/// call it when the process starts. Errors say in one line what to type.
pub async fn open(options: &Options, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Cluster, DevDbError> {
    let data_dir = layout::prepare(&options.data_dir)?;
    let _turn = layout::wait_for_turn(&data_dir).await?;
    let layout = Layout::settle(data_dir)?;
    let keys = Keys::ensure(&layout)?;
    if let Some((_, directory)) = &layout.cluster {
        match attach(&layout, directory, &keys, progress).await {
            // After a crash, the port of our dead server may be that of a stranger. PostgreSQL will tell whether ours runs.
            Ok(None) | Err(DevDbError::PasswordLost { .. }) => {}
            Ok(Some(cluster)) => return Ok(cluster),
            Err(error) => return Err(error),
        }
    }
    let wanted = layout.cluster.as_ref().map(|(major, _)| *major);
    let binaries = binaries::find(options, wanted, &layout.account, progress)?;
    let directory = if let Some((_, directory)) = &layout.cluster {
        directory.clone()
    } else {
        let directory = layout.home.join(format!("pg{}", binaries.major));
        progress(Progress::Create { cluster: directory.clone() });
        server::create(&binaries, &layout, &directory, keys.superuser(), options.durability)?;
        directory
    };
    start_or_attach(options, &layout, &binaries, &directory, &keys, progress).await
}

/// The server already running on `directory`, or `None` when nothing answers there.
async fn attach(
    layout: &Layout,
    directory: &Path,
    keys: &Keys,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Option<Cluster>, DevDbError> {
    let Some(port) = server::PidFile::read(directory).and_then(|file| file.port) else {
        return Ok(None);
    };
    match bootstrap::knock(port, keys, directory).await? {
        Presence::Absent | Presence::Busy => Ok(None),
        Presence::Ready(connection) => {
            progress(Progress::Attach { port });
            bootstrap::ensure(connection, port, keys).await?;
            Ok(Some(Cluster::new(layout, directory.to_owned(), port, keys, None)))
        }
    }
}

/// Starts the server. PostgreSQL itself refuses a directory that another postmaster, or its last backends, still use: then wait and look again.
/// Backends that a killed postmaster has left do not always leave by themselves: they are ended.
async fn start_or_attach(
    options: &Options,
    layout: &Layout,
    binaries: &Binaries,
    directory: &Path,
    keys: &Keys,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Cluster, DevDbError> {
    progress(Progress::Start { cluster: directory.to_owned() });
    let deadline = Instant::now() + PATIENCE;
    let mut ports_refused = 0;
    let mut vigil = None;
    loop {
        let port = layout.free_port(ports_refused == 0)?;
        match server::start(options, layout, binaries, directory, port).await? {
            Start::Ready(server) => {
                let Presence::Ready(connection) = bootstrap::knock(port, keys, directory).await? else {
                    return Err(DevDbError::StartFailed {
                        log: layout.log(directory),
                        tail: String::from("ready, yet no connection is accepted"),
                    });
                };
                bootstrap::ensure(connection, port, keys).await?;
                return Ok(Cluster::new(layout, directory.to_owned(), port, keys, Some(server)));
            }
            Start::PortTaken(tail) => {
                ports_refused += 1;
                if ports_refused == PORTS_TRIED {
                    return Err(DevDbError::PortsTaken { port, tail });
                }
            }
            Start::Held(tail) if Instant::now() > deadline => {
                let holders = said(&orphans::holders(directory, &layout.account));
                return Err(DevDbError::Held { directory: directory.to_owned(), holders, tail });
            }
            Start::Held(_) => {
                if let Some(cluster) = attach(layout, directory, keys, progress).await? {
                    return Ok(cluster);
                }
                let vigil = vigil.get_or_insert_with(Vigil::begin);
                for Holder { pid, title } in vigil.end_orphans(directory, &layout.account) {
                    progress(Progress::OrphanEnded { pid, title });
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// Who holds the directory, for a person; what to type when this machine does not tell.
fn said(holders: &[Holder]) -> String {
    if holders.is_empty() {
        return "type `ps -fC postgres` to see who".to_owned();
    }
    holders.iter().map(Holder::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
