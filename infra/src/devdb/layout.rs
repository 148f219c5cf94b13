//! Where the cluster of a data directory lives, and the files around it.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, lchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_lc_rs::digest;

use super::account::Account;
use super::error::{DevDbError, at};

/// Homes of the clusters whose data directory the server's user cannot reach.
const ELSEWHERE: &str = "/var/lib/palimpseste";

/// A socket's path ends with `/.s.PGSQL.65535` and must stay under 100 bytes.
const SOCKET_DIRECTORY_BYTES_MAX: usize = 84;

/// The opener before us may be downloading or recovering.
const TURN_PATIENCE: Duration = Duration::from_mins(10);

#[derive(Debug)]
pub(super) struct Layout {
    pub(super) data_dir: PathBuf,
    pub(super) home: PathBuf,
    pub(super) account: Account,
    /// The cluster already there, with its major.
    pub(super) cluster: Option<(u32, PathBuf)>,
}

/// The absolute data directory, created if absent and then closed to readers (passable, when the server's user is another).
pub(super) fn prepare(data_dir: &Path) -> Result<PathBuf, DevDbError> {
    let data_dir = std::path::absolute(data_dir).map_err(at(data_dir))?;
    if !data_dir.is_dir() {
        DirBuilder::new().recursive(true).create(&data_dir).map_err(at(&data_dir))?;
        fs::set_permissions(&data_dir, Permissions::from_mode(0o711)).map_err(at(&data_dir))?;
    }
    fs::canonicalize(&data_dir).map_err(at(&data_dir))
}

/// The lock that lets one opener through at a time. It is the kernel's, so it cannot outlive a dead process.
pub(super) async fn wait_for_turn(data_dir: &Path) -> Result<File, DevDbError> {
    let path = data_dir.join("cluster.lock");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(at(&path))?;
    let deadline = Instant::now() + TURN_PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(DevDbError::TurnNeverCame { data_dir: data_dir.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
        }
    }
}

impl Layout {
    /// Follows the pointer of an earlier move; moves, and leaves one, when the server's user cannot reach the data directory.
    pub(super) fn settle(data_dir: PathBuf) -> Result<Self, DevDbError> {
        let pointer = data_dir.join("cluster-location");
        let mut home = data_dir.clone();
        if let Ok(told) = fs::read_to_string(&pointer) {
            home = PathBuf::from(told.trim());
            if !home.is_dir() {
                return Err(DevDbError::ClusterGone { pointer, location: home });
            }
        }
        let mut cluster = existing(&home);
        let mut account = Account::of_server(cluster.as_ref().map(|(_, path)| path.as_path()))?;
        if home == data_dir && cluster.is_none() && !account.reaches(&home) {
            home = Path::new(ELSEWHERE).join(name_of(&data_dir));
            create_open(&home)?;
            cluster = existing(&home);
            account = Account::of_server(cluster.as_ref().map(|(_, path)| path.as_path()))?;
            write_whole(&pointer, &format!("{}\n", home.display()), 0o644)?;
        }
        Ok(Self { data_dir, home, account, cluster })
    }

    /// The log of the cluster in `directory`.
    pub(super) fn log(&self, directory: &Path) -> PathBuf {
        let name = directory.file_name().map_or_else(Default::default, |name| name.to_string_lossy().into_owned());
        self.home.join("log").join(format!("{name}.log"))
    }

    /// Kept so that a server keeps its port when it starts again and the port is free. Only a convenience: a failure to write is no failure.
    pub(super) fn remember_port(&self, port: u16) {
        let path = self.home.join("port");
        if fs::read_to_string(&path).ok().as_deref() != Some(&port.to_string()) {
            let _ = write_whole(&path, &port.to_string(), 0o644);
        }
    }

    /// A loopback port free at this instant: the last one used if `remembered`, else any.
    pub(super) fn free_port(&self, remembered: bool) -> Result<u16, DevDbError> {
        let last = fs::read_to_string(self.home.join("port")).ok().and_then(|told| told.trim().parse::<u16>().ok());
        let asked = last.filter(|_| remembered).and_then(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        asked
            .map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok)
            .and_then(|listener| listener.local_addr())
            .map(|address| address.port())
            .map_err(at(Path::new("127.0.0.1")))
    }

    /// A directory for the socket, of the server's user alone; `None` (then the server has no socket) when a stranger holds the fallback's name.
    pub(super) fn socket_directory(&self) -> Result<Option<PathBuf>, DevDbError> {
        let inside = self.home.join("run");
        // The setting is a list: a comma or a quote in a path would split it.
        let fits =
            inside.to_str().is_some_and(|path| path.len() <= SOCKET_DIRECTORY_BYTES_MAX && !path.contains([',', '"']));
        let directory =
            if fits { inside } else { PathBuf::from(format!("/tmp/palimpseste-{}", short_hash(&self.home))) };
        match self.create_owned(&directory) {
            Ok(()) => Ok(Some(directory)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let found = fs::symlink_metadata(&directory).map_err(at(&directory))?;
                Ok((found.is_dir() && found.uid() == self.account.uid).then_some(directory))
            }
            Err(error) => Err(at(&directory)(error)),
        }
    }

    /// A new directory that only the server's user may open.
    pub(super) fn create_owned(&self, directory: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(directory)?;
        if self.account.switched { lchown(directory, Some(self.account.uid), Some(self.account.gid)) } else { Ok(()) }
    }
}

/// The newest `pg<major>` that holds a cluster. `initdb` works under another name, so what has this one is whole.
fn existing(home: &Path) -> Option<(u32, PathBuf)> {
    let entries = fs::read_dir(home).ok()?.filter_map(Result::ok);
    entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.strip_prefix("pg")?.parse().ok()?, entry.path())))
        .filter(|(_, path)| path.is_dir())
        .max_by_key(|(major, _)| *major)
}

/// The last two components, readable, and a hash of the whole path, unique: `/root/ent/.palimpseste` is `ent-palimpseste-1a2b3c4d`.
pub(super) fn name_of(data_dir: &Path) -> String {
    let components: Vec<_> = data_dir.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
    let readable: String = components
        .iter()
        .rev()
        .map(AsRef::as_ref)
        .collect::<Vec<&str>>()
        .join("-")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    format!("{}-{}", readable.trim_matches('-').to_ascii_lowercase(), short_hash(data_dir))
}

fn short_hash(path: &Path) -> String {
    let digest = digest::digest(&digest::SHA256, path.as_os_str().as_encoded_bytes());
    hex(&digest.as_ref()[..4])
}

/// Creates what is missing of the path, passable by all whatever the umask.
pub(super) fn create_open(directory: &Path) -> Result<(), DevDbError> {
    let missing: Vec<&Path> = directory.ancestors().take_while(|step| !step.exists()).collect();
    for step in missing.into_iter().rev() {
        match DirBuilder::new().mode(0o755).create(step) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(at(step)(error));
            }
            _ => fs::set_permissions(step, Permissions::from_mode(0o755)).map_err(at(step))?,
        }
    }
    Ok(())
}

/// Removes a directory and what it holds, if it is there.
pub(super) fn remove(directory: &Path) -> Result<(), DevDbError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(directory)(error)),
        _ => Ok(()),
    }
}

/// Writes a small file so that it is seen whole or not at all, and is on disk on return.
pub(super) fn write_whole(path: &Path, text: &str, mode: u32) -> Result<(), DevDbError> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    let write = || {
        if fresh.symlink_metadata().is_ok() {
            fs::remove_file(&fresh)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().map_err(at(path))?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// Makes the names in a directory survive a power cut.
pub(super) fn sync_directory(directory: &Path) -> Result<(), DevDbError> {
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(at(directory))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
