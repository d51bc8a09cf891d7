//! Connections of the HTTP port: how many, how long each may take for its headers, and how long it may take nothing of an
//! answer. A fault in one connection never touches another.

use super::{Shared, router};
use crate::front::{Full, Port, accept};
use async_recursion::async_recursion as boxed;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

/// What one connection buffers of its requests and of its answers at most, bytes: all headers have to fit in.
const CONNECTION_BUFFER_BYTES: usize = 64 * 1024;

/// What a connection is told for which there is no place.
fn no_place(full: Full) -> String {
    let body = format!(
        "{{\"type\":\"urn:skep:problem:unavailable\",\"title\":\"not available at the moment\",\"status\":503,\
         \"detail\":\"too many connections (http.{})\",\"retryable\":true}}",
        full.setting()
    );
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Retry-After: 1\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Serves a listener until `shutdown`, then lets the requests in flight finish. What other front ends answer on this port comes
/// `beside`: its requests have the [account](crate::budget::Account) of their client among their extensions.
#[boxed]
pub async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    beside: Router,
    shutdown: CancellationToken,
) {
    let port = Port {
        name: "http",
        connections_max: shared.limits.connections_max,
        connections_per_client_max: shared.limits.connections_per_client_max,
        metrics: Arc::clone(&shared.metrics),
    };
    let router = router::router(Arc::clone(&shared), beside);
    let refuse = |stream: TcpStream, full| {
        // The buffer of a new socket takes this at once; who does not read it does not matter.
        drop(stream.try_write(no_place(full).as_bytes()));
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

/// Serves one connection to its end.
async fn converse(
    shared: &Shared,
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    shutdown: &CancellationToken,
) {
    let account = shared.budget.account(peer.ip());
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(account.clone());
        service.call(request)
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write_timeout));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.header_timeout)
        .max_buf_size(CONNECTION_BUFFER_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(failure) = ended {
        tracing::debug!(%peer, %failure, "an HTTP connection broke");
    }
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
            let text = no_place(full);
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            let problem: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(problem["status"], 503);
            assert!(problem["detail"].as_str().unwrap().contains(setting));
        }
    }
}
