//! `palimpseste serve`: a school's own server. There is no list of people here, and no clock to move.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use infra::clock::SystemClock;

use super::{Failure, Setting, complain, say};
use crate::app::{App, Mode};
use crate::server;

#[derive(clap::Args)]
pub struct Serve {
    /// Where to listen. TLS belongs to the proxy in front.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Relay the journal to NATS JetStream (2.11 or later), sequence = position: nats://user:password@host:4222
    #[arg(long, env = "PALIMPSESTE_NATS_URL", hide_env_values = true)]
    nats_url: Option<String>,
    /// Once asked to stop: how long /readyz says no before new connections are refused. What the balancer in front needs to notice.
    #[arg(long, value_name = "MS", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(..=60_000))]
    notice_ms: u64,
}

impl Serve {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        let listener = server::bind(self.listen).await?;
        let databases = setting.location.databases(false, |_| {}).await.map_err(Failure::unavailable)?;
        let clock = Arc::new(SystemClock);
        let (data_dir, files_dir) = (&setting.location.data_dir, setting.location.files());
        let (url, vault_url) = (&databases.url, &databases.vault_url);
        let app = App::open_with_files(data_dir, &files_dir, url, vault_url, clock, Mode::Serve).await?;
        if let Some(servers) = &self.nats_url {
            app.relay_to(servers)?;
        }
        complain("no identity provider is connected yet: people show a token of `palimpseste token`");
        say(format!("http://{}/", listener.local_addr()?));
        let served = server::run(app.clone(), None, listener, Duration::from_millis(self.notice_ms)).await;
        app.close().await;
        databases.close();
        Ok(served?)
    }
}
