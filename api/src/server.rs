//! The HTTP server: pages, API, and a calm end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::demo::Demo;
use crate::{http, web};

/// What requests under way are given to end, once the server is asked to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(8);

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{address} cannot be listened on ({problem}): give another one, for example --port {other}")]
pub struct PortTaken {
    address: SocketAddr,
    problem: std::io::Error,
    other: u16,
}

/// Takes the port first: a start that cannot be served is refused before anything is done.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, PortTaken> {
    let other = address.port().checked_add(1).unwrap_or(8081);
    TcpListener::bind(address).await.map_err(|problem| PortTaken { address, problem, other })
}

/// Everything that is served.
pub fn router(app: Arc<App>, demo: Option<Arc<Demo>>) -> Router {
    http::router(app.clone()).merge(web::routes::router(app, demo))
}

/// Serves until Ctrl-C or SIGTERM. Then `/readyz` says no, for `notice` before new connections are refused, so that a balancer in
/// front sends nobody any more; requests under way end, within bounds. A second signal ends the process at once: what was
/// acknowledged is on disk. The caller closes the application.
pub async fn run(
    app: Arc<App>,
    demo: Option<Arc<Demo>>,
    listener: TcpListener,
    notice: Duration,
) -> Result<(), std::io::Error> {
    let mut signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let server =
        axum::serve(listener, router(app.clone(), demo)).with_graceful_shutdown(stop.clone().cancelled_owned());
    tracing::info!("serving");
    // A request that hangs does not keep the server alive: it has so long to end.
    let deadline = async {
        signals.next().await;
        tracing::info!("asked to stop");
        app.leave();
        tokio::spawn(async move {
            let code = signals.next().await;
            tracing::warn!("asked twice: stopping at once");
            std::process::exit(code);
        });
        tokio::time::sleep(notice).await;
        stop.cancel();
        tokio::time::sleep(LAST_REQUESTS).await;
        tracing::warn!("some requests did not end in time");
    };
    tokio::select! {
        served = server => served?,
        () = deadline => {}
    }
    tracing::info!("no longer serving");
    Ok(())
}

/// What asks a process to stop.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self, std::io::Error> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one; the exit code of a process that it ends.
    async fn next(&mut self) -> i32 {
        tokio::select! { _ = self.interrupt.recv() => 130, _ = self.terminate.recv() => 143 }
    }
}
