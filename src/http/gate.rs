//! The frame of all front ends around a request of HTTP, and the memory of its answer.

use super::held::Held;
use super::machines::OF_MACHINES;
use super::{NO_ROUTE, Shared};
use crate::budget::{Account, Reservation};
use crate::front::{Cut, Frame};
use crate::telemetry::{RequestSpan, TraceHeaders};
use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// What stands before the handlers of one front end.
#[derive(Clone, Debug)]
pub struct Gate {
    /// What all requests of the port share.
    pub shared: Arc<Shared>,
    /// How long its client lets a request take; the setting holds where it says nothing, or more.
    pub patience: fn(&HeaderMap) -> Option<Duration>,
    /// What a client is told whose request was cut off, in the form of the front end's answers.
    pub cut: fn(Cut) -> Response,
}

/// Runs one request. Its handler finds the request's [`Account`] and [`Reservation`] among the extensions.
pub async fn gate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let shared = &gate.shared;
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let mut trace = span(shared, matched.as_ref().map(MatchedPath::as_str), &request);
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let route = route.to_owned();
    // Whoever serves the router puts the client's account in; without one, all are one client.
    let account = request.extensions().get::<Account>().cloned();
    let account = account.unwrap_or_else(|| shared.budget.account(Ipv4Addr::LOCALHOST.into()));
    let reservation = Arc::new(account.reservation());
    request.extensions_mut().insert(Arc::clone(&reservation));
    let own = shared.limits.request_timeout;
    let frame = Frame {
        span: tracing::debug_span!("http", %method, path = request.uri().path()),
        limit: (gate.patience)(request.headers()).map_or(own, |limit| limit.min(own)),
        reservation: &reservation,
        bytes: head_bytes(&request),
    };
    frame
        .run(
            answer(request, next, gate.cut, &reservation),
            gate.cut,
            |response: &Response, took| {
                let (status, grpc) = (response.status().as_u16(), grpc_status(response));
                trace.http_end(status, grpc);
                if let Some(code) = grpc {
                    shared.metrics.grpc().ended(&route, code);
                }
                let method = method_label(&method);
                shared
                    .metrics
                    .front_end_asked(&route, went_well(response), took);
                shared.metrics.http_request(method, route, status, took);
            },
        )
        .await
}

/// The answer of the handler. What the request took is given back; the answer's own bytes are held until they are sent. An answer
/// that says nothing of its length is counted by its handler.
async fn answer(
    request: Request,
    next: Next,
    cut: fn(Cut) -> Response,
    reservation: &Arc<Reservation>,
) -> Response {
    let is_change = !request.method().is_safe();
    let response = next.run(request).await;
    let Some(bytes) = response.body().size_hint().exact() else {
        return response.map(|body| Held::body(body, Arc::clone(reservation)));
    };
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    reservation.shrink_to(bytes);
    let more = bytes.saturating_sub(reservation.bytes());
    if is_change && response.status().is_success() {
        // To refuse the answer to what is done would be to say that it is not.
        reservation.owe(more);
    } else if let Err(exhausted) = reservation.try_grow(more) {
        return cut(Cut::Refused(exhausted));
    }
    response.map(|body| Held::body(body, Arc::clone(reservation)))
}

/// Whether the server did its part, whatever the client asked in vain. gRPC says in a header of its own what became of a call: 2,
/// 4, 8, 13, 14 and 15 are no fault of who calls.
fn went_well(response: &Response) -> bool {
    let failed = matches!(grpc_status(response), Some(2 | 4 | 8 | 13 | 14 | 15));
    !response.status().is_server_error() && !failed
}

/// The span of a request, in the trace that its client sends along. Probes and scrapes, which come all the time, have none.
fn span(shared: &Shared, route: Option<&str>, request: &Request) -> RequestSpan {
    if route.is_some_and(|route| OF_MACHINES.contains(&route)) {
        return RequestSpan::default();
    }
    let headers = request.headers();
    // What is no text is no trace.
    let along = TraceHeaders::of(|name| headers.get(name)?.to_str().ok());
    let method = known_method(request.method());
    shared.tracer.http(method, route, along)
}

/// The status of gRPC, where it stands before the answer: that of a call which failed. Others follow their answers.
fn grpc_status(response: &Response) -> Option<i64> {
    response
        .headers()
        .get("grpc-status")?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// What the line and the headers of a request take, bytes.
fn head_bytes(request: &Request) -> usize {
    let path = request.uri().path_and_query();
    let path = path.map_or(0, |path| path.as_str().len());
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len());
    path + headers.sum::<usize>()
}

/// The method as a label; what a client makes up is one of a kind.
pub(super) fn method_label(method: &Method) -> &'static str {
    known_method(method).unwrap_or("other")
}

/// The method's name, where it is none that a client makes up.
fn known_method(method: &Method) -> Option<&'static str> {
    Some(match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => return None,
    })
}
