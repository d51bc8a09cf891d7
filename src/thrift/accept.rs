//! The connections of the Thrift port.

use super::Shared;
use super::connection::converse;
use crate::front::accept;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves a listener until `shutdown`, then lets the calls in flight finish.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    let max = shared.settings.connections_max;
    accept(
        listener,
        max,
        shutdown.clone(),
        drop,
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
