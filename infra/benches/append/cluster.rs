//! A durable cluster of its own, gone at the end.

use infra::devdb;
use infra::postgres::{migrate_journal, migrate_vault};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use crate::callers::Failure;

pub struct Cluster {
    pub data_dir: tempfile::TempDir,
    pub url: String,
    pub vault_url: String,
    superuser: String,
    // Dropped first of all, by its own drop order below: it stops the server.
    _server: devdb::Cluster,
}

impl Cluster {
    pub async fn start() -> Result<Self, Failure> {
        let data_dir = tempfile::tempdir()?;
        // The server's user is not ours when we are root: it must be able to walk in.
        std::fs::set_permissions(data_dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))?;
        let settings = [("shared_buffers", "1GB"), ("max_wal_size", "8GB"), ("max_connections", "300")];
        let options = devdb::Options {
            download: true,
            settings: settings.map(|(name, value)| (name.into(), value.into())).into(),
            ..devdb::Options::new(data_dir.path())
        };
        let server = devdb::open(&options, &mut |step| eprintln!("{step}")).await?;
        let (url, vault_url) = (server.url().to_owned(), server.vault_url().to_owned());
        migrate_journal(&url).await?;
        migrate_vault(&vault_url).await?;
        Ok(Self { data_dir, url, vault_url, superuser: server.superuser_url().to_owned(), _server: server })
    }

    /// What makes the figures comparable; an error when the cluster does not keep what it acknowledges.
    pub async fn describe(&self) -> Result<String, Failure> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let mut told = Vec::new();
        for setting in
            ["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"]
        {
            let value: String = connection.fetch_one(format!("show {setting}").as_str()).await?.get(0);
            if ["fsync", "synchronous_commit", "full_page_writes"].contains(&setting) && value != "on" {
                return Err(format!("{setting} is {value}: nothing measured here would be true").into());
            }
            told.push(format!("{setting} {value}"));
        }
        Ok(told.join(", "))
    }

    /// Between two measures: what one store left to write must not be paid by the next.
    pub async fn settle(&self) -> Result<(), Failure> {
        PgConnection::connect(&self.superuser).await?.execute("checkpoint").await?;
        Ok(())
    }
}
