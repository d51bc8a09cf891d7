//! Thrift over HTTP: a message in the body of a `POST`, its answer in the body of the response, as the clients of Hive 4
//! (`hive.metastore.client.thrift.transport.mode=http`) and older Trino send it to what lies behind an ingress.
//!
//! Each request is a conversation of its own: nothing that a client said before is remembered.

use super::Shared;
use super::conversation::Conversation;
use super::dispatch::{dispatch, refuse_unread};
use super::reply::Reply;
use super::settings::PIECE_BYTES;
use crate::budget::{Account, Exhausted, Reservation};
use crate::error::Error;
use crate::model::Peer;
use crate::telemetry::TraceHeaders;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::BytesMut;
use futures::{Stream, StreamExt, stream};
use hms::{Opening, Progress, Protocol, ScanError, Scanner};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// Where calls are taken: the default of Hive's `hive.metastore.client.thrift.http.path`, and what lies below it, for the client
/// of Hive 4.0 asks for `/metastore/*`, with the star.
const PATHS: [&str; 3] = ["/metastore", "/metastore/", "/metastore/{*below}"];
/// The type of messages. Clients send it with every call; a page of another origin cannot without asking first, and nobody
/// says yes.
const TYPE: &str = "application/x-thrift";
/// The header in which Hive's client says who asks.
const USER: &str = "x-actor-username";
/// Bytes in memory for each byte of a message that has arrived: its buffer doubles.
const MESSAGE_FACTOR: usize = 2;

/// Why there is no answer of Thrift's. Clients show the status alone.
struct Refused(StatusCode, String);

/// A message as far as it has arrived.
enum Message {
    Whole(Protocol, BytesMut),
    /// There is no memory for the rest of it.
    Unread(Protocol, Bytes, Exhausted),
}

/// What the HTTP port answers of Thrift. Whoever serves it puts the client's [`Account`] into the requests.
pub fn http_router(shared: Arc<Shared>) -> Router {
    let answers = || post(answer).fallback(other_method);
    let paths = PATHS.iter();
    let router = paths.fold(Router::new(), |router, path| router.route(path, answers()));
    router.with_state(shared)
}

async fn other_method() -> Response {
    let text = "this path takes Thrift messages, sent by POST: it is for engines\n";
    let allow = [(header::ALLOW, "POST")];
    (StatusCode::METHOD_NOT_ALLOWED, allow, text).into_response()
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match answered(&shared, request).await {
        Ok(response) => response,
        Err(Refused(status, why)) => {
            tracing::debug!(%status, why, "a Thrift request over HTTP was refused");
            (status, format!("{why}\n")).into_response()
        }
    }
}

async fn answered(shared: &Shared, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    type_check(&parts.headers)?;
    let account = parts.extensions.get::<Account>().cloned();
    let account = account.unwrap_or_else(|| shared.budget.account(Ipv4Addr::LOCALHOST.into()));
    let peer = Peer::told(parts.extensions.get());
    let conversation = Conversation::new(peer, &account);
    introduce(shared, &conversation, &parts.headers)?;
    length_check(shared, &parts.headers)?;
    let arriving = account.reservation();
    let (protocol, message) = match message_read(shared, body, &arriving).await? {
        Message::Whole(protocol, message) => (protocol, message),
        Message::Unread(protocol, start, why) => {
            let reply = refuse_unread(shared, protocol, &start, why).map_err(|failure| {
                let why = format!("{failure}; there is no memory for this message now");
                Refused(StatusCode::SERVICE_UNAVAILABLE, why)
            })?;
            let mut response = sent(reply, account.reservation());
            // The rest of the message is not waited for.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            return Ok(response);
        }
    };
    let reservation = account.reservation();
    let along = TraceHeaders::of(|name| parts.headers.get(name)?.to_str().ok());
    let reply = dispatch(
        shared,
        &conversation,
        &reservation,
        protocol,
        &message,
        along,
    )
    .await;
    let reply = reply.map_err(|failure| {
        let why = format!("the message cannot be read: {failure}");
        Refused(StatusCode::BAD_REQUEST, why)
    })?;
    drop((message, arriving));
    // Nothing is the answer to a oneway call; Hive's client wants a body all the same, an empty one.
    let reply = reply.unwrap_or_default();
    reservation.shrink_to(reply.memory_bytes());
    Ok(sent(reply, reservation))
}

fn type_check(headers: &HeaderMap) -> Result<(), Refused> {
    let sent = headers.get(header::CONTENT_TYPE);
    let sent = sent.and_then(|value| value.to_str().ok());
    let bare = sent.map(|value| value.split(';').next().unwrap_or_default().trim());
    if bare.is_some_and(|value| value.eq_ignore_ascii_case(TYPE)) {
        return Ok(());
    }
    let why = format!("a Thrift message has the content type {TYPE}");
    Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why))
}

/// Takes who the client says it is. Without a word of it the caller is who it has proven to be, or the server's own user, as over a
/// socket without `set_ugi`; Hive refuses that (401).
fn introduce(
    shared: &Shared,
    conversation: &Conversation,
    headers: &HeaderMap,
) -> Result<(), Refused> {
    let refused = |why: String| {
        let why = format!("Authentication error: {why}");
        Refused(StatusCode::UNAUTHORIZED, why)
    };
    let mut said = headers.get_all(USER).iter();
    let Some(user) = said.next() else {
        return Ok(());
    };
    if said.next().is_some() {
        return Err(refused(format!("{USER} is there more than once")));
    }
    let user = std::str::from_utf8(user.as_bytes()).map(str::trim);
    let user = user.ok().filter(|user| !user.is_empty());
    let user = user.ok_or_else(|| refused(format!("{USER} names no user")))?;
    match conversation.introduce(&shared.authenticator, user, &[]) {
        Err(Error::Denied(why)) => Err(Refused(StatusCode::FORBIDDEN, why)),
        introduced => introduced.map_err(|failure| refused(failure.to_string())),
    }
}

/// A message that says that it is too long need not be read.
fn length_check(shared: &Shared, headers: &HeaderMap) -> Result<(), Refused> {
    let claimed = headers.get(header::CONTENT_LENGTH);
    let claimed = claimed.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let most = shared.settings.message_bytes_max;
    if claimed.is_some_and(|claimed| claimed > most as u64) {
        return Err(too_long(most));
    }
    Ok(())
}

fn too_long(most: usize) -> Refused {
    let why = format!("the message is longer than {most} bytes (thrift.message_bytes_max)");
    Refused(StatusCode::PAYLOAD_TOO_LARGE, why)
}

fn bad(why: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, why.into())
}

/// Reads a message. It is looked at as it arrives, so that one that cannot be right takes no memory.
async fn message_read(
    shared: &Shared,
    body: Body,
    reservation: &Reservation,
) -> Result<Message, Refused> {
    let (most, patience) = (
        shared.settings.message_bytes_max,
        shared.settings.message_timeout(),
    );
    let mut pieces = body.into_data_stream();
    let mut message = BytesMut::new();
    let mut scanner: Option<(Protocol, Scanner)> = None;
    let mut end = None;
    let (mut since, mut piece_bytes) = (Instant::now(), 0);
    loop {
        let next = timeout_at(since + patience, pieces.next()).await;
        let next = next.map_err(|_| {
            let why = format!("less than {PIECE_BYTES} bytes of the message came in {patience:?}");
            Refused(StatusCode::REQUEST_TIMEOUT, why)
        })?;
        let Some(piece) = next else {
            break;
        };
        let piece = piece.map_err(|_| bad("the request broke off"))?;
        if message.len() + piece.len() > most {
            return Err(too_long(most));
        }
        let asked = Instant::now();
        if let Err(why) = reservation.grow(piece.len() * MESSAGE_FACTOR).await {
            let start = if message.is_empty() {
                piece
            } else {
                message.freeze()
            };
            let protocol = protocol_of(&start)?.ok_or_else(|| bad("the message is too short"))?;
            return Ok(Message::Unread(protocol, start, why));
        }
        // The wait for memory was the server's.
        since += asked.elapsed();
        piece_bytes += piece.len();
        if piece_bytes >= PIECE_BYTES {
            (since, piece_bytes) = (Instant::now(), 0);
        }
        message.extend_from_slice(&piece);
        if scanner.is_none() {
            let limits = shared.settings.limits();
            let protocol = protocol_of(&message)?;
            scanner = protocol.map(|protocol| (protocol, Scanner::new(protocol, limits)));
        }
        if let (Some((_, scanner)), None) = (&mut scanner, end) {
            match scanner.scan(&message) {
                Ok(Progress::Complete { len }) => end = Some(len),
                Ok(Progress::NeedMore { .. }) => {}
                Err(ScanError::MessageTooLong { limit }) => return Err(too_long(limit)),
                Err(why) => return Err(bad(format!("the message is not acceptable: {why}"))),
            }
        }
        if end.is_some_and(|end| message.len() > end) {
            return Err(bad("there is more than one message in the body"));
        }
    }
    match (scanner, end) {
        (Some((protocol, _)), Some(_)) => Ok(Message::Whole(protocol, message)),
        _ => Err(bad("the message is not whole")),
    }
}

/// The protocol that a message begins in, once enough of it is there.
fn protocol_of(start: &[u8]) -> Result<Option<Protocol>, Refused> {
    match hms::sniff(start) {
        Some(Opening::Binary) => Ok(Some(Protocol::Binary)),
        Some(Opening::Compact) => Ok(Some(Protocol::Compact)),
        Some(_) => Err(bad(
            "the body is no message of the binary protocol or of the compact one",
        )),
        None => Ok(None),
    }
}

/// An answer, which holds its memory until it is sent.
fn sent(reply: Reply, reservation: Reservation) -> Response {
    let len = reply.len();
    let body = Body::from_stream(packed(reply, reservation).map(Ok::<_, Infallible>));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(TYPE)),
        (header::CONTENT_LENGTH, HeaderValue::from(len)),
    ];
    (headers, body).into_response()
}

/// The bytes of an answer, put together to pieces that are worth sending; long ones are not copied.
fn packed(reply: Reply, reservation: Reservation) -> impl Stream<Item = Bytes> + Send + 'static {
    let pieces = reply.into_pieces();
    stream::unfold((pieces, reservation), async |(mut pieces, reservation)| {
        let mut waiting = BytesMut::new();
        for piece in pieces.by_ref() {
            if waiting.is_empty() && piece.len() >= PIECE_BYTES {
                return Some((piece, (pieces, reservation)));
            }
            waiting.extend_from_slice(&piece);
            if waiting.len() >= PIECE_BYTES {
                break;
            }
        }
        let piece = waiting.freeze();
        (!piece.is_empty()).then_some((piece, (pieces, reservation)))
    })
}
