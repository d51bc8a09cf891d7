//! Accepting connections. It is cheap on purpose: Trino opens a connection for every call.

use super::places::{Full, Places};
use crate::telemetry::{Metrics, fault_due};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long to wait after `accept` failed for want of file descriptors, milliseconds.
const ACCEPT_PAUSE_MS: u64 = 100;

/// A port that connections come to.
#[derive(Debug)]
pub struct Port {
    /// The section of its settings, which is its name in the log and the metrics as well.
    pub name: &'static str,
    /// Connections at once.
    pub connections_max: usize,
    /// Connections of one client at once.
    pub connections_per_client_max: usize,
    /// Where those that find no place are counted.
    pub metrics: Arc<Metrics>,
}

impl Port {
    /// Tells of a connection for which there is no place.
    fn tell(&self, peer: SocketAddr, full: Full) {
        let max = match full {
            Full::Server => self.connections_max,
            Full::Client => self.connections_per_client_max,
        };
        let setting = format!("{}.{}", self.name, full.setting());
        if let Some(repeated) = fault_due(&format!("too many connections: {setting}")) {
            tracing::warn!(%peer, %setting, max, repeated, "too many connections; one is closed");
        }
        self.metrics.connection_refused(self.name, full.as_str());
    }
}

/// Serves the connections of a listener until `shutdown`, as many at once as its port holds, then lets those that are open
/// end. A fault in one connection never touches another: each is a task of its own. `refuse` gets one for which there is no
/// place, and must not wait for it.
pub async fn accept<S: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    port: Port,
    shutdown: CancellationToken,
    refuse: impl Fn(TcpStream, Full),
    serve: impl Fn(TcpStream, SocketAddr) -> S,
) {
    let places = Places::new(port.connections_max, port.connections_per_client_max);
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
        let place = match places.take(peer.ip()) {
            Ok(place) => place,
            Err(full) => {
                port.tell(peer, full);
                refuse(stream, full);
                continue;
            }
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
    // Who comes now is refused at once, and may go on with another server, instead of waiting for one that ends.
    drop(listener);
    connections.close();
    connections.wait().await;
}
