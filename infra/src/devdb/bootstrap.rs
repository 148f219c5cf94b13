//! The passwords of a cluster, and the role and databases the product expects in it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};

use super::error::{DevDbError, at};
use super::layout::{Layout, hex, write_whole};

pub(super) const DATABASE: &str = "palimpseste";
pub(super) const VAULT_DATABASE: &str = "palimpseste_vault";
const ROLE: &str = "palimpseste";
const SUPERUSER: &str = "postgres";

/// Enough for a busy loopback; a server that takes longer is not answering.
const KNOCK_PATIENCE: Duration = Duration::from_secs(10);

/// The two passwords, 64 hexadecimal digits each, so that they need no escaping in URLs or in SQL.
pub(super) struct Keys {
    superuser: String,
    role: String,
    superuser_file: PathBuf,
}

/// What a knock at a port brought.
pub(super) enum Presence {
    /// Our server, which knows our superuser.
    Ready(PgConnection),
    /// A server that is starting or shutting down.
    Busy,
    Absent,
}

impl Keys {
    /// Reads the passwords, or makes those that are missing. Errors when the superuser's is lost: only it can open a cluster that exists.
    pub(super) fn ensure(layout: &Layout) -> Result<Self, DevDbError> {
        let directory = layout.data_dir.join("keys");
        match DirBuilder::new().mode(0o700).create(&directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(at(&directory)(error));
            }
            _ => {}
        }
        let superuser_file = directory.join("postgres-password");
        if let Some((_, cluster)) = &layout.cluster
            && !superuser_file.exists()
        {
            return Err(DevDbError::PasswordLost { file: superuser_file, cluster: cluster.clone() });
        }
        let superuser = read_or_make(&superuser_file)?;
        let role = read_or_make(&directory.join("palimpseste-password"))?;
        Ok(Self { superuser, role, superuser_file })
    }

    pub(super) fn superuser(&self) -> &str {
        &self.superuser
    }

    pub(super) fn url(&self, port: u16, database: &str) -> String {
        format!("postgres://{ROLE}:{}@127.0.0.1:{port}/{database}", self.role)
    }

    pub(super) fn superuser_url(&self, port: u16) -> String {
        format!("postgres://{SUPERUSER}:{}@127.0.0.1:{port}/postgres", self.superuser)
    }
}

fn read_or_make(file: &PathBuf) -> Result<String, DevDbError> {
    match fs::read_to_string(file) {
        Ok(kept) => Ok(kept.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            aws_lc_rs::rand::fill(&mut bytes).map_err(|_| DevDbError::NoRandomness)?;
            let made = hex(&bytes);
            write_whole(file, &made, 0o600)?;
            Ok(made)
        }
        Err(error) => Err(at(file)(error)),
    }
}

/// A connection over loopback; statements are not logged, since some hold a password.
async fn connect(port: u16, user: &str, password: &str, database: &str) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(user)
        .password(password)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging();
    match tokio::time::timeout(KNOCK_PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(answer) => answer,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// Asks who answers at `port`. Errors when a server answers and does not know the password.
pub(super) async fn knock(port: u16, keys: &Keys, cluster: &Path) -> Result<Presence, DevDbError> {
    match connect(port, SUPERUSER, &keys.superuser, "postgres").await {
        Ok(connection) => Ok(Presence::Ready(connection)),
        // cannot_connect_now; too_many_connections
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("57P03" | "53300")) => {
            Ok(Presence::Busy)
        }
        // invalid_password; invalid_authorization_specification
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("28P01" | "28000")) => {
            Err(DevDbError::PasswordLost { file: keys.superuser_file.clone(), cluster: cluster.to_owned() })
        }
        Err(sqlx::Error::PoolTimedOut) => Ok(Presence::Busy),
        Err(_) => Ok(Presence::Absent),
    }
}

/// Creates what is missing of the role and its databases, and gives the role its password again if it does not open the door.
pub(super) async fn ensure(mut superuser: PgConnection, port: u16, keys: &Keys) -> Result<(), DevDbError> {
    let refused = |intention| move |source| DevDbError::Refused { intention, source };
    let role_exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(ROLE)
        .fetch_one(&mut superuser)
        .await
        .map_err(refused("list its roles"))?;
    if !role_exists {
        let create = format!("create role {ROLE} login nosuperuser createdb createrole password '{}'", keys.role);
        sqlx::raw_sql(&create).execute(&mut superuser).await.map_err(refused("create the role"))?;
    }
    let databases: Vec<String> = sqlx::query_scalar("select datname::text from pg_database")
        .fetch_all(&mut superuser)
        .await
        .map_err(refused("list its databases"))?;
    for database in [DATABASE, VAULT_DATABASE] {
        if !databases.iter().any(|existing| existing == database) {
            let create = format!("create database {database} owner {ROLE}");
            sqlx::raw_sql(&create).execute(&mut superuser).await.map_err(refused("create a database"))?;
        }
    }
    if connect(port, ROLE, &keys.role, DATABASE).await.is_err() {
        let alter = format!("alter role {ROLE} password '{}'", keys.role);
        sqlx::raw_sql(&alter).execute(&mut superuser).await.map_err(refused("set the role's password"))?;
        connect(port, ROLE, &keys.role, DATABASE).await.map_err(refused("let the role in"))?;
    }
    superuser.close().await.map_err(refused("end a session"))
}
