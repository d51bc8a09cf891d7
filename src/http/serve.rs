//! The port: which connections there is a place for.

use super::Shared;
use super::connection::converse;
use super::origin::origin;
use super::refusal::Refusal;
use crate::front::{Full, Port, accept};
use async_recursion::async_recursion as boxed;
use axum::{Router, middleware};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// What a connection is told for which there is no place.
fn no_place(full: Full) -> Refusal {
    Refusal::unavailable(format!("too many connections (http.{})", full.setting()))
}

/// Serves a listener until `shutdown`, then lets the requests in flight finish. The requests of `router` have the
/// [account](crate::budget::Account) of their client among their extensions.
#[boxed]
pub async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    router: Router,
    shutdown: CancellationToken,
) {
    let port = Port {
        name: "http",
        connections_max: shared.limits.connections_max,
        connections_per_client_max: shared.limits.connections_per_client_max,
        metrics: Arc::clone(&shared.metrics),
    };
    let check = middleware::from_fn_with_state(Arc::clone(&shared), origin);
    let router = router.layer(check);
    let refuse = |stream: TcpStream, full| {
        // The buffer of a new socket takes this at once; who does not read it does not matter.
        drop(stream.try_write(no_place(full).last_words().as_bytes()));
    };
    accept(
        listener,
        port,
        shutdown.clone(),
        refuse,
        move |stream, peer| {
            let (shared, router, shutdown) =
                (Arc::clone(&shared), router.clone(), shutdown.clone());
            async move { converse(&shared, router, stream, peer, &shutdown).await }
        },
    )
    .await;
}

#[cfg(test)]
mod tests {
    use super::{Full, no_place};

    #[test]
    fn the_refusal_of_a_connection_is_a_problem_that_names_the_setting() {
        for (full, setting) in [
            (Full::Server, "(http.connections_max)"),
            (Full::Client, "(http.connections_per_client_max)"),
        ] {
            let text = no_place(full).last_words();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            let problem: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(problem["status"], 503);
            assert!(problem["detail"].as_str().unwrap().contains(setting));
        }
    }
}
