//! The world the stories live in: a real PostgreSQL, started once; a database of its own for each story, cloned from a migrated
//! template; a clock that stands still until the story moves it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use api::app::{App, Mode};
use infra::clock::ManualClock;
use infra::devdb;
use infra::journal::Journal;
use infra::keys::KeyDirectory;
use infra::postgres::{Role, connect, migrate_journal, migrate_vault};
use infra::vault::Vault;
use jiff::Timestamp;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};

/// A story's own world.
pub struct World {
    pub url: String,
    pub vault_url: String,
    pub writer: PgPool,
    pub reader: PgPool,
    pub vault: Vault,
    pub keys: KeyDirectory,
    pub clock: Arc<ManualClock>,
    pub journal: Journal,
    pub data_dir: tempfile::TempDir,
}

/// Tuesday 17 November 2026, 17:30 in Paris.
pub fn tuesday_evening() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

impl World {
    /// An empty school world at [`tuesday_evening`].
    pub async fn new() -> Self {
        let (url, vault_url) = databases().await;
        let data_dir = tempfile::tempdir().unwrap();
        let keys = KeyDirectory::open(data_dir.path()).unwrap();
        let writer = connect(&url, Role::Writer, 4).await.unwrap();
        let reader = connect(&url, Role::Reader, 2).await.unwrap();
        let vault = Vault::new(connect(&vault_url, Role::Login, 2).await.unwrap(), &keys);
        let clock = Arc::new(ManualClock::at(tuesday_evening()));
        let commit = connect(&url, Role::Appender, 1).await.unwrap();
        let journal = Journal::open(writer.clone(), commit, vault.clone(), &keys, clock.clone()).unwrap();
        Self { url, vault_url, writer, reader, vault, keys, clock, journal, data_dir }
    }

    /// Another process on the same databases: its own caches, its own writer.
    pub async fn another_process(&self) -> Journal {
        let commit = connect(&self.url, Role::Appender, 1).await.unwrap();
        let vault = Vault::new(connect(&self.vault_url, Role::Login, 2).await.unwrap(), &self.keys);
        Journal::open(self.writer.clone(), commit, vault, &self.keys, self.clock.clone()).unwrap()
    }

    /// The application on this world's databases, its readers running.
    pub async fn app(&self) -> Arc<App> {
        let opened = App::open(self.data_dir.path(), &self.url, &self.vault_url, self.clock.clone(), Mode::Serve);
        opened.await.unwrap()
    }

    /// A connection as the login role, which owns the tables.
    pub async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }
}

struct Cluster {
    login: String,
    superuser: String,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The samples of real feeds, or `None` (and a word on standard error) when `PALIMPSESTE_SAMPLES` names no folder.
pub fn samples(what: &str) -> Option<PathBuf> {
    let found = std::env::var_os("PALIMPSESTE_SAMPLES").map(|root| PathBuf::from(root).join(what));
    if found.is_none() {
        eprintln!("skipped: PALIMPSESTE_SAMPLES names no folder of samples ({what})");
    }
    found
}

fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        let start = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(start_cluster())
        };
        std::thread::spawn(start).join().unwrap()
    })
}

/// Removes what runs before this one left: a cluster ends with the process that opened it, its files stay.
fn sweep() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    // Where processes cannot be looked for, nobody is known to be gone.
    for entry in entries.filter(|_| std::path::Path::new("/proc/self").exists()) {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix("palimpseste-tests-")?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

async fn start_cluster() -> Cluster {
    sweep();
    let data_dir = std::env::temp_dir().join(format!("palimpseste-tests-{}", std::process::id()));
    std::fs::create_dir_all(&data_dir).unwrap();
    // The server's user is not ours when we are root: it must be able to walk in.
    std::fs::set_permissions(&data_dir, std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let options = devdb::Options {
        download: true,
        settings: vec![("max_connections".into(), "400".into())],
        ..devdb::Options::throwaway(data_dir)
    };
    let cluster = devdb::open(&options, &mut |_| {}).await.unwrap();
    let (login, superuser) = (cluster.url().to_owned(), cluster.superuser_url().to_owned());
    // It dies with this process: its parent-death signal is set.
    std::mem::forget(cluster);
    let mut connection = PgConnection::connect(&login).await.unwrap();
    for (name, vault) in [("template_journal", false), ("template_vault", true)] {
        connection.execute(format!("create database {name}").as_str()).await.unwrap();
        let url = named(&login, name);
        if vault { migrate_vault(&url).await.unwrap() } else { migrate_journal(&url).await.unwrap() }
    }
    Cluster { login, superuser }
}

/// The same server and login, another database.
fn named(url: &str, database: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

async fn databases() -> (String, String) {
    let cluster = tokio::task::spawn_blocking(cluster).await.unwrap();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut connection = PgConnection::connect(&named(&cluster.superuser, "postgres")).await.unwrap();
    let owner = "palimpseste";
    for (prefix, template) in [("story", "template_journal"), ("vault", "template_vault")] {
        let create = format!("create database {prefix}_{number} template {template} owner {owner}");
        connection.execute(create.as_str()).await.unwrap();
    }
    let grant = format!("grant create on database story_{number} to palimpseste_writer");
    connection.execute(grant.as_str()).await.unwrap();
    (named(&cluster.login, &format!("story_{number}")), named(&cluster.login, &format!("vault_{number}")))
}
