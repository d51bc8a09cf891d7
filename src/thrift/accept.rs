//! Accepting connections. It is cheap on purpose: Trino opens a connection for every call.

use super::Shared;
use super::connection::converse;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long to wait after `accept` failed for want of file descriptors, milliseconds.
const ACCEPT_PAUSE_MS: u64 = 100;

/// Serves a listener until `shutdown`, then lets the calls in flight finish. A fault in one connection never touches
/// another: each is a task of its own.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(shared.settings.connections_max));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(pair) => pair,
            Err(failure) => {
                tracing::warn!(%failure, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%peer, max = shared.settings.connections_max, "too many connections; one is closed");
            continue;
        };
        let shared = Arc::clone(&shared);
        let shutdown = shutdown.clone();
        connections.spawn(async move {
            shared.metrics.thrift_connection_opened();
            converse(&shared, stream, peer, &shutdown).await;
            shared.metrics.thrift_connection_closed();
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
}
