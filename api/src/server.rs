//! The HTTP server: pages, API, and a calm end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
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

/// Serves until Ctrl-C or SIGTERM, then lets requests end and stops the readers.
pub async fn run(app: Arc<App>, demo: Option<Arc<Demo>>, listener: TcpListener) -> Result<(), std::io::Error> {
    let stop = CancellationToken::new();
    let server =
        axum::serve(listener, router(app.clone(), demo)).with_graceful_shutdown(stop.clone().cancelled_owned());
    // A request that hangs does not keep the server alive: it has so long to end.
    let deadline = async {
        asked_to_stop().await;
        stop.cancel();
        tokio::time::sleep(LAST_REQUESTS).await;
    };
    tokio::select! {
        served = server => served?,
        () = deadline => {}
    }
    app.close().await;
    Ok(())
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = interrupted => {}, () = terminated => {} }
}
