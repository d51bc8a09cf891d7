//! The connections of the Thrift port.

use super::Shared;
use super::connection::converse;
use crate::front::{Port, accept};
use async_recursion::async_recursion as boxed;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves a listener until `shutdown`, then lets the calls in flight finish.
#[boxed]
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    let port = Port {
        name: "thrift",
        connections_max: shared.settings.connections_max,
        connections_per_client_max: shared.settings.connections_per_client(),
        metrics: Arc::clone(&shared.metrics),
    };
    accept(
        listener,
        port,
        shutdown.clone(),
        // Before its first bytes nobody knows which protocol it would be told in.
        |stream, _| drop(stream),
        move |stream, peer| {
            let (shared, shutdown) = (Arc::clone(&shared), shutdown.clone());
            async move {
                shared.metrics.thrift_connection_opened();
                converse(&shared, stream, peer, &shutdown).await;
                shared.metrics.thrift_connection_closed();
            }
        },
    )
    .await;
}
