//! Accepting connections. It is cheap on purpose: Trino opens a connection for every call.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long to wait after `accept` failed for want of file descriptors, milliseconds.
const ACCEPT_PAUSE_MS: u64 = 100;

/// Serves the connections of a listener until `shutdown`, at most `connections_max` at once, then lets those that are open
/// end. A fault in one connection never touches another: each is a task of its own. `refuse` gets one for which there is no
/// place, and must not wait for it.
pub async fn accept<S: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    connections_max: usize,
    shutdown: CancellationToken,
    refuse: impl Fn(TcpStream),
    serve: impl Fn(TcpStream, SocketAddr) -> S,
) {
    let places = Arc::new(Semaphore::new(connections_max));
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
            tracing::warn!(%peer, max = connections_max, "too many connections; one is closed");
            refuse(stream);
            continue;
        };
        if let Err(failure) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %failure, "cannot set TCP_NODELAY");
        }
        let served = serve(stream, peer);
        connections.spawn(async move {
            served.await;
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
}
