//! The user the server runs as. PostgreSQL refuses root, so as root its children run as the owner of the cluster, else `postgres`, else `nobody`.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::{DevDbError, at};

/// macOS calls its own account `_postgres`.
const NAMES: [&str; 3] = ["postgres", "_postgres", "nobody"];

#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Whether this process is root and its children must not be.
    pub(super) switched: bool,
    /// Whether `setpriv` is there and can do what we ask.
    setpriv: bool,
}

impl Account {
    /// As root, the owner of an existing cluster keeps it; a new one goes to the first account of `/etc/passwd` that suits.
    pub(super) fn of_server(cluster: Option<&Path>) -> Result<Self, DevDbError> {
        let uid = own_uid()?;
        let (uid, gid, switched) = if uid == 0 {
            let owner = match cluster {
                Some(path) => fs::metadata(path).map(|found| (found.uid(), found.gid())).map_err(at(path))?,
                None => (0, 0),
            };
            let (uid, gid) = if owner.0 == 0 { named()? } else { owner };
            (uid, gid, true)
        } else {
            (uid, 0, false)
        };
        let mut account = Self { uid, gid, switched, setpriv: cfg!(target_os = "linux") };
        account.setpriv = account.setpriv && account.setpriv_works();
        Ok(account)
    }

    /// Ours: what a server that does not refuse root runs as.
    pub(super) fn own() -> Result<Self, DevDbError> {
        let mut account = Self { uid: own_uid()?, gid: 0, switched: false, setpriv: cfg!(target_os = "linux") };
        account.setpriv = account.setpriv && account.setpriv_works();
        Ok(account)
    }

    /// A command run as this account, deaf to the terminal's Ctrl-C (ours drains first, then stops it), and ended with us where Linux can do that.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = if self.setpriv {
            let mut command = Command::new("setpriv");
            if self.switched {
                command.args(["--reuid", &self.uid.to_string(), "--regid", &self.gid.to_string(), "--clear-groups"]);
            }
            command.args(["--pdeathsig", "INT", "--"]).arg(program);
            command
        } else {
            let mut command = Command::new(program);
            if self.switched {
                command.uid(self.uid).gid(self.gid);
            }
            command
        };
        // English messages, which we read; and nothing of the caller's own PostgreSQL.
        command.process_group(0).stdin(Stdio::null()).env("LC_ALL", "C").env_remove("PGDATA").env_remove("PGPORT");
        command
    }

    /// Whether this account may pass through `directory` and every directory above it, by their permission bits.
    pub(super) fn reaches(&self, directory: &Path) -> bool {
        let Ok(directory) = fs::canonicalize(directory) else {
            return false;
        };
        !self.switched
            || directory
                .ancestors()
                .all(|step| fs::metadata(step).is_ok_and(|found| self.enters(found.uid(), found.gid(), found.mode())))
    }

    /// The first class that matches decides, as in POSIX: an owner without the bit is not saved by the bit of the others.
    fn enters(&self, uid: u32, gid: u32, mode: u32) -> bool {
        let bit = if uid == self.uid {
            0o100
        } else if gid == self.gid {
            0o010
        } else {
            0o001
        };
        mode & bit != 0
    }

    fn setpriv_works(&self) -> bool {
        self.command(Path::new("true"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// The effective uid: on Linux the owner of `/proc/self`, elsewhere what `id` says.
fn own_uid() -> Result<u32, DevDbError> {
    if let Ok(found) = fs::metadata("/proc/self") {
        return Ok(found.uid());
    }
    let told = Command::new("id").arg("-u").output().map_err(at(Path::new("id")))?;
    String::from_utf8_lossy(&told.stdout).trim().parse().map_err(|_| DevDbError::NoAccount)
}

fn named() -> Result<(u32, u32), DevDbError> {
    let passwd = fs::read_to_string("/etc/passwd").map_err(at(Path::new("/etc/passwd")))?;
    NAMES.iter().find_map(|name| in_passwd(&passwd, name)).ok_or(DevDbError::NoAccount)
}

/// The uid and gid of `name`. macOS writes those of `nobody` as -2.
pub(super) fn in_passwd(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let fields: Vec<&str> = passwd
        .lines()
        .map(|line| line.split(':').collect())
        .find(|fields: &Vec<&str>| fields.first() == Some(&name))?;
    let number = |index: usize| fields.get(index)?.parse::<i64>().ok().map(|number| number as u32);
    Some((number(2)?, number(3)?))
}
