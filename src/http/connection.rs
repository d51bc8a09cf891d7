//! One connection: HTTP/1.1, or HTTP/2 where its first bytes say so. How long it may take for its headers, be idle, and take
//! nothing of an answer. A fault in one connection never touches another.

use super::Shared;
use super::begun::{Begun, FIRST_BYTES};
use super::refusal::Refusal;
use super::streams::Streams;
use super::unread::Unread;
use crate::model::Peer;
use crate::telemetry::fault_due;
use crate::tls::Refused;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;

/// What a connection of HTTP/1.1 buffers of its requests and of its answers at most, bytes: all headers have to fit in.
const BUFFER_BYTES: usize = 64 * 1024;
/// How HTTP/2 begins, as far as it is needed to tell it: no method of HTTP/1.1 begins so.
const OPENING: &[u8; FIRST_BYTES] = b"PRI";
/// What a client is told that speaks HTTP without TLS where that is not spoken.
const TLS_ALONE: &str = "this port speaks TLS alone: ask by https://";
/// Requests that one connection of HTTP/2 may have open.
const STREAMS_MAX: u32 = 64;
/// Bytes that a client may send of one request, and of all of a connection, before the server has read them.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 128 * 1024;
/// Bytes of the headers of one request over HTTP/2, as the protocol counts them.
const HEADER_LIST_BYTES: u32 = 16 * 1024;
/// Streams that a client opened and reset again, and that nobody has looked at yet: beyond them it is attacking (CVE-2023-44487).
const RESETS_WAITING_MAX: usize = 20;
/// Streams that the server reset for the client's faults, over the life of a connection.
const FAULTS_MAX: usize = 64;
/// How often a quiet client is asked whether it is there, and how long it may take to say so.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_PATIENCE: Duration = Duration::from_secs(20);

/// Serves one connection to its end.
pub(super) async fn converse(
    shared: &Shared,
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    shutdown: &CancellationToken,
) {
    let opened = tokio::select! {
        opened = opening(shared, stream, peer) => opened,
        () = shutdown.cancelled() => return,
    };
    let Some((begun, who)) = opened else { return };
    let account = shared.budget.account(peer.ip());
    let limits = &shared.limits;
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(account.clone());
        request.extensions_mut().insert(who.clone());
        hyper::service::Service::call(&service, request.map(Unread::body))
    });
    let is_http2 = begun.first() == OPENING;
    let mut stream = TimeoutWriter::new(begun);
    stream.set_timeout(Some(limits.write_timeout));
    let stream = TokioIo::new(Box::pin(stream));
    let ended = if is_http2 {
        let streams = Streams::new(limits.write_timeout);
        let connection = http2_builder(streams.clone()).serve_connection(stream, service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = shutdown.cancelled() => None,
            () = streams.idle(limits.header_timeout) => None,
        };
        if let Some(ended) = ended {
            ended
        } else {
            connection.as_mut().graceful_shutdown();
            last_streams(connection, &streams, limits.header_timeout).await
        }
    } else {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(BUFFER_BYTES)
            .serve_connection(stream, service);
        let mut connection = pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    if let Err(failure) = ended {
        tracing::debug!(%peer, %failure, "an HTTP connection broke");
    }
}

/// Lets a connection in, and reads who comes and what tells HTTP/2 from HTTP/1.1; nothing where it is none, which the log tells.
async fn opening(shared: &Shared, stream: TcpStream, peer: SocketAddr) -> Option<(Begun, Peer)> {
    let patience = shared.limits.header_timeout;
    let refused = match shared.door.enter(stream, patience, patience).await {
        Ok(link) => match shared.authenticator.peer(peer.ip(), link.certificate()) {
            Ok(who) => {
                let begun = timeout(patience, Begun::of(link)).await.ok()?.ok()?;
                return Some((begun, who));
            }
            Err(unnamed) => unnamed.to_string(),
        },
        Err(Refused::Silent) => return None,
        Err(refused) => {
            let why = refused.to_string();
            if let Refused::Plain(stream) = refused {
                // A browser shows it, and the buffer of a new socket takes it at once.
                let words = Refusal::plain(TLS_ALONE.to_owned()).last_words();
                drop(stream.try_write(words.as_bytes()));
            }
            why
        }
    };
    shared.metrics.connection_refused("http", "tls");
    if let Some(repeated) = fault_due(&format!("http: {refused}")) {
        tracing::warn!(%peer, reason = refused, repeated, "a connection is closed");
    }
    None
}

/// HTTP/2 within bounds: beside what the budget counts, headers and answers, a client can have the server hold a connection's
/// window for it.
fn http2_builder(streams: Streams) -> http2::Builder<Streams> {
    let mut builder = http2::Builder::new(streams);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_header_list_size(HEADER_LIST_BYTES)
        .max_send_buf_size(BUFFER_BYTES)
        .max_pending_accept_reset_streams(RESETS_WAITING_MAX)
        .max_local_error_reset_streams(FAULTS_MAX)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_PATIENCE);
    builder
}

/// Lets the streams of a connection end that takes no more of them. A client that stays for nothing is left.
async fn last_streams(
    connection: impl Future<Output = hyper::Result<()>>,
    streams: &Streams,
    patience: Duration,
) -> hyper::Result<()> {
    tokio::select! {
        ended = connection => ended,
        () = streams.idle(patience) => Ok(()),
    }
}
