//! Connections and migrations.
//!
//! One login, three roles: the owner migrates and does nothing else; at run time every connection is the writer or the reader.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Appends to the journal, folds read models.
    Writer,
    /// The writer, for the group commit alone: its few statements are planned once and for ever, by the keys. A plan made for each batch
    /// costs as much as the batch, and one made while the journal is empty would read it whole when it is full.
    Appender,
    /// Reads.
    Reader,
    /// The login itself: the vault, and migrations.
    Login,
}

impl Role {
    fn becoming(self) -> Option<&'static str> {
        match self {
            Self::Writer => Some("set role palimpseste_writer"),
            Self::Appender => Some(
                "set role palimpseste_writer; set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
                set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off",
            ),
            // A page asks the same few questions: each is planned once a connection, not once a request.
            Self::Reader => Some("set role palimpseste_reader; set plan_cache_mode = force_generic_plan"),
            Self::Login => None,
        }
    }
}

/// A pool whose connections all act as `role`.
pub async fn connect(url: &str, role: Role, connections_max: u32) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if let Some(becoming) = role.becoming() {
                    connection.execute(becoming).await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await
}

/// The roles of the journal's database, and the login's right to act as them. Since PostgreSQL 16 who creates a role may grant it but does not
/// act as it (release notes of 16, `CREATEROLE`): that is granted by name. A login that is given the roles by the operator needs no right to
/// create any. The lock of the migrations is not held yet: this step takes its own, so that two first starts at once do not both create
/// them, until its transaction ends.
const ROLES: &str = "do $$
declare
    role text;
begin
    perform pg_advisory_xact_lock(7322, 0);
    foreach role in array array['palimpseste_writer', 'palimpseste_reader'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I nologin', role);
        end if;
        if current_setting('server_version_num')::int < 160000 then
            if not pg_has_role(current_user, role, 'member') then
                execute format('grant %I to current_user', role);
            end if;
        elsif not (pg_has_role(current_user, role, 'set') and pg_has_role(current_user, role, 'usage')) then
            execute format('grant %I to current_user with inherit true, set true', role);
        end if;
    end loop;
end
$$";

/// Brings the journal's database up to date, as its owner.
pub async fn migrate_journal(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(ROLES).await?;
    sqlx::migrate!("migrations/journal").run(&mut connection).await?;
    connection.close().await
}

/// Brings the vault's database up to date.
pub async fn migrate_vault(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::migrate!("migrations/vault").run(&mut connection).await?;
    connection.close().await
}
