//! Why there is no database, and the one thing to type about it.

use std::io;
use std::path::{Path, PathBuf};

/// Each message is one line for the person at the terminal. `tail` is the end of the server's log, on one line.
#[derive(Debug, thiserror::Error)]
pub enum DevDbError {
    #[error(
        "no PostgreSQL found: type `apt-get install postgresql` (Debian), `brew install postgresql@18` (macOS), or start again without --no-download"
    )]
    NoServer,
    #[error(
        "the cluster was made by PostgreSQL {major}, which is not found here: type `apt-get install postgresql-{major}` (Debian) or `brew install postgresql@{major}` (macOS)"
    )]
    NoServerOfMajor { major: u32 },
    #[error(
        "{dir} is no usable PostgreSQL ({reason}): give the directory that holds initdb and postgres, as printed by `pg_config --bindir`"
    )]
    UnusableBindir { dir: PathBuf, reason: String },
    #[error(
        "PostgreSQL refuses to run as root and /etc/passwd knows neither postgres nor nobody: type `useradd --system postgres`"
    )]
    NoAccount,
    #[error("{title} could not be downloaded ({detail}): {instead}")]
    DownloadFailed { title: &'static str, detail: String, instead: &'static str },
    #[error(
        "the downloaded {name} is not the expected one (sha256 {found} instead of {expected}) and was thrown away: {instead}"
    )]
    WrongDownload { name: &'static str, expected: &'static str, found: String, instead: &'static str },
    #[error("no nats-server of version 2.11 or later found: put one on PATH, or its path in NATS_SERVER_BIN")]
    NoNats,
    #[error("{program} is no usable nats-server ({reason}): put in NATS_SERVER_BIN the path of one of 2.11 or later")]
    UnusableNats { program: PathBuf, reason: String },
    #[error("nats-server did not start: type `less {log}`; it ends with: {tail}")]
    NatsFailed { log: PathBuf, tail: String },
    #[error("initdb could not create {directory}: correct what it says and start again: {tail}")]
    NotCreated { directory: PathBuf, tail: String },
    #[error("PostgreSQL did not start: type `less {log}`; it ends with: {tail}")]
    StartFailed { log: PathBuf, tail: String },
    #[error(
        "every port tried was taken by another program, the last being {port}: start again; the log ends with: {tail}"
    )]
    PortsTaken { port: u16, tail: String },
    #[error(
        "another PostgreSQL holds {directory} and accepts no connection: {holders}; end it if it is to end, then start again; the log ends with: {tail}"
    )]
    Held { directory: PathBuf, holders: String, tail: String },
    #[error(
        "another process has been opening {data_dir} for minutes: type `fuser -v {data_dir}/cluster.lock` to see it"
    )]
    TurnNeverCame { data_dir: PathBuf },
    #[error(
        "{file} is missing or is not the password of {cluster}: put it back from a backup of the data directory, or type `rm -r {cluster}` to lose what it holds and start with an empty one"
    )]
    PasswordLost { file: PathBuf, cluster: PathBuf },
    #[error(
        "{pointer} says that the cluster is in {location}, which is gone: put it back, or type `rm {pointer}` to start with an empty one"
    )]
    ClusterGone { pointer: PathBuf, location: PathBuf },
    #[error("{path}: {source}: type `ls -ld {path}` and see that this user may use it")]
    Path { path: PathBuf, source: io::Error },
    #[error("the operating system gave no random bytes: start again")]
    NoRandomness,
    #[error("PostgreSQL refused to {intention}: type `less` on its log: {source}")]
    Refused { intention: &'static str, source: sqlx::Error },
}

/// Turns an input/output error into one that names the path.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> DevDbError + use<> {
    let path = path.to_owned();
    move |source| DevDbError::Path { path, source }
}
