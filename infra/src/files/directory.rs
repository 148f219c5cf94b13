//! Files in a folder of this machine, readable by their owner alone.
//!
//! | folder | holds |
//! |---|---|
//! | `arriving` | what is being written, under a name of its own, locked by who writes it |
//! | `waiting` | what arrived whole and that the journal was not yet seen to hold, by address |
//! | `kept/ab/cd` | what the journal holds, by address |
//!
//! A file goes from one to the next by renaming, which is done whole or not at all.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::textbook::file::FileAddress;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::{Draft, Kept, Store};

#[derive(Clone)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// Makes it if need be.
    pub fn open(root: &Path) -> io::Result<Self> {
        let directory = Self { root: root.to_owned() };
        for folder in [directory.arriving(), directory.waiting(), root.join("kept")] {
            made(&folder)?;
        }
        Ok(directory)
    }

    fn arriving(&self) -> PathBuf {
        self.root.join("arriving")
    }

    fn waiting(&self) -> PathBuf {
        self.root.join("waiting")
    }

    /// The folder of a file that is settled.
    fn shelf(&self, address: FileAddress) -> PathBuf {
        let name = address.to_string();
        self.root.join("kept").join(&name[..2]).join(&name[2..4])
    }

    fn find(&self, address: FileAddress) -> io::Result<Option<OpenFile>> {
        let name = address.to_string();
        let (waiting, kept) = (self.waiting().join(&name), self.shelf(address).join(&name));
        // It may be settled between two looks; it never comes back.
        for (path, waits) in [(&kept, false), (&waiting, true), (&kept, false)] {
            match fs::File::open(path) {
                Ok(file) => return OpenFile::new(file, waits).map(Some),
                Err(problem) if problem.kind() == ErrorKind::NotFound => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(None)
    }
}

/// Files and folders are this account's alone.
fn made(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// What was renamed in a folder is so after a crash too.
fn synced(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[async_trait::async_trait]
impl Store for Directory {
    async fn draft(&self) -> io::Result<Box<dyn Draft>> {
        let directory = self.clone();
        let draft = aside(move || {
            let path = directory.arriving().join(Uuid::now_v7().to_string());
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            // Whoever clears leaves alone what somebody holds; the lock goes with the process.
            file.try_lock().map_err(io::Error::from)?;
            Ok(Writing { directory, path: Some(path), file: tokio::fs::File::from_std(file) })
        });
        Ok(Box::new(draft.await?))
    }

    async fn open(&self, address: FileAddress) -> io::Result<Option<Arc<dyn Kept>>> {
        let directory = self.clone();
        let found = aside(move || directory.find(address)).await?;
        Ok(found.map(|found| Arc::new(found) as Arc<dyn Kept>))
    }

    async fn waiting(&self, at_least: Duration) -> io::Result<Vec<FileAddress>> {
        let waiting = self.waiting();
        let listed = aside(move || {
            let mut found = Vec::new();
            for entry in fs::read_dir(waiting)? {
                let entry = entry?;
                let Some(address) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
                if entry.metadata().is_ok_and(|of| waited(&of) >= at_least) {
                    found.push(address);
                }
            }
            Ok(found)
        });
        listed.await
    }

    async fn settle(&self, address: FileAddress) -> io::Result<()> {
        let directory = self.clone();
        let settled = aside(move || {
            let (name, shelf) = (address.to_string(), directory.shelf(address));
            made(&shelf)?;
            match fs::rename(directory.waiting().join(&name), shelf.join(&name)) {
                // Another process did.
                Err(problem) if problem.kind() == ErrorKind::NotFound => return Ok(()),
                renamed => renamed?,
            }
            for folder in shelf.ancestors().take(3).chain([&*directory.waiting()]) {
                synced(folder)?;
            }
            Ok(())
        });
        settled.await
    }

    async fn renew(&self, address: FileAddress) -> io::Result<bool> {
        let path = self.waiting().join(address.to_string());
        let renewed = aside(move || match fs::File::options().write(true).open(path) {
            Ok(file) => file.set_modified(SystemTime::now()).map(|()| true),
            Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(false),
            Err(problem) => Err(problem),
        });
        renewed.await
    }

    async fn remove(&self, address: FileAddress) -> io::Result<()> {
        let path = self.waiting().join(address.to_string());
        let removed = aside(move || match fs::remove_file(path) {
            Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        });
        removed.await
    }

    async fn clear(&self) -> io::Result<usize> {
        let arriving = self.arriving();
        let cleared = aside(move || {
            let mut count = 0;
            for entry in fs::read_dir(arriving)? {
                let path = entry?.path();
                let Ok(file) = fs::File::open(&path) else { continue };
                if file.try_lock().is_ok() {
                    fs::remove_file(&path)?;
                    count += 1;
                }
            }
            Ok(count)
        });
        cleared.await
    }
}

/// By the clock of the machine: a file knows no other.
fn waited(of: &fs::Metadata) -> Duration {
    of.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default()
}

/// A file that is being written.
struct Writing {
    directory: Directory,
    /// None once it is deposited.
    path: Option<PathBuf>,
    file: tokio::fs::File,
}

#[async_trait::async_trait]
impl Draft for Writing {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    async fn finish(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await
    }

    async fn deposit(mut self: Box<Self>, address: FileAddress) -> io::Result<()> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let waiting = self.directory.waiting();
        let deposited = aside(move || {
            fs::rename(&path, waiting.join(address.to_string()))?;
            synced(&waiting)
        });
        deposited.await?;
        self.path = None;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // Gone already when only the syncing of its new folder failed: nobody was told its address, and the sweep takes it.
            let _ = fs::remove_file(path);
        }
    }
}

struct OpenFile {
    file: Arc<fs::File>,
    size: u64,
    waited: Option<Duration>,
}

impl OpenFile {
    fn new(file: fs::File, waits: bool) -> io::Result<Self> {
        let of = file.metadata()?;
        Ok(Self { file: Arc::new(file), size: of.len(), waited: waits.then(|| waited(&of)) })
    }
}

#[async_trait::async_trait]
impl Kept for OpenFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn waited(&self) -> Option<Duration> {
        self.waited
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let file = self.file.clone();
        let read = aside(move || {
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, offset)?;
            Ok(bytes)
        });
        read.await
    }
}
