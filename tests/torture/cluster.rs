//! A PostgreSQL of the storm's own, durable, that is killed outright and started again on the same data.

use std::path::{Path, PathBuf};
use std::process::Command;

use infra::devdb;
use sqlx::{Connection as _, PgConnection};

pub struct Server {
    options: devdb::Options,
    /// None only while it is down.
    cluster: Option<devdb::Cluster>,
}

impl Server {
    pub async fn start(data_dir: &Path) -> Self {
        let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let options = devdb::Options {
            download: true,
            settings: vec![setting("max_connections", "200"), setting("checkpoint_timeout", "30s")],
            ..devdb::Options::new(data_dir)
        };
        let mut server = Self { options, cluster: None };
        server.open().await;
        server
    }

    async fn open(&mut self) {
        self.cluster = Some(devdb::open(&self.options, &mut |_| {}).await.unwrap());
    }

    fn cluster(&self) -> &devdb::Cluster {
        self.cluster.as_ref().unwrap()
    }

    pub fn port(&self) -> u16 {
        self.cluster().port()
    }

    pub fn url(&self) -> String {
        self.cluster().url().to_owned()
    }

    pub fn vault_url(&self) -> String {
        self.cluster().vault_url().to_owned()
    }

    /// A connection that does not go through the wire, as the superuser, on the journal's database.
    pub async fn try_administrator(&self) -> Result<PgConnection, sqlx::Error> {
        let (server, _) = self.cluster().superuser_url().rsplit_once('/').unwrap();
        let (_, database) = self.cluster().url().rsplit_once('/').unwrap();
        PgConnection::connect(&format!("{server}/{database}")).await
    }

    pub async fn administrator(&self) -> PgConnection {
        self.try_administrator().await.unwrap()
    }

    /// Kills the postmaster and everything it started, then recovers on the same data.
    pub async fn kill(&mut self) {
        let mut pids = vec![self.postmaster()];
        // It may be recovering from the last blow; then the postmaster alone is killed, and the others end without it.
        if let Ok(mut connection) = self.try_administrator().await {
            let all = sqlx::query_scalar("select pid from pg_stat_activity").fetch_all(&mut connection).await;
            pids.extend(all.unwrap_or_default().into_iter().map(|pid: i32| pid.to_string()));
        }
        // It starts nothing more, and what it started meanwhile is found: a backend left alone may wait for a lock of the dead for ever.
        signal("STOP", &pids[..1]);
        pids.extend(children_of(&pids[0]));
        kill(&pids);
        let dead = self.cluster.take();
        // It waits for the dead process, so not here.
        tokio::task::spawn_blocking(move || drop(dead)).await.unwrap();
        self.open().await;
    }

    /// Kills one backend that is at work: the others are thrown out by the postmaster, which recovers. How many were killed.
    pub async fn kill_backend(&self) -> u64 {
        let Ok(mut connection) = self.try_administrator().await else { return 0 };
        let busy = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
            order by state = 'active' desc, random() limit 1";
        let pid: Option<i32> = sqlx::query_scalar(busy).fetch_optional(&mut connection).await.unwrap_or_default();
        pid.map_or(0, |pid| {
            kill(&[pid.to_string()]);
            1
        })
    }

    fn postmaster(&self) -> String {
        let file: PathBuf = self.cluster().directory().join("postmaster.pid");
        std::fs::read_to_string(file).unwrap().lines().next().unwrap().trim().to_owned()
    }
}

fn kill(pids: &[String]) {
    signal("KILL", pids);
}

/// Some may be gone already.
fn signal(name: &str, pids: &[String]) {
    let mut command = Command::new("sh");
    command.args(["-c", "kill -s \"$@\" 2>/dev/null || true", "sh", name]).args(pids);
    assert!(command.status().unwrap().success());
}

/// The processes that one has started, where the system tells (Linux).
fn children_of(parent: &str) -> Vec<String> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return vec![] };
    let child = |process: std::fs::DirEntry| {
        let pid = process.file_name().into_string().ok().filter(|name| name.bytes().all(|one| one.is_ascii_digit()))?;
        let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
        // After the name, which may hold anything: the state, then the parent.
        let (_, rest) = stat.rsplit_once(") ")?;
        (rest.split(' ').nth(1)? == parent).then_some(pid)
    };
    processes.filter_map(Result::ok).filter_map(child).collect()
}
