//! The span of one request. What it says of the request is listed here, and nothing else is sent: no names of things, no
//! addresses, no headers.

use opentelemetry::KeyValue;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::{Span as _, Status};
use opentelemetry_sdk::trace::Span;

/// The headers by which a client sends its trace along (W3C Trace Context).
#[derive(Debug, Clone, Copy, Default)]
pub struct TraceHeaders<'a> {
    /// `traceparent`: the trace, and the span that asks.
    pub parent: Option<&'a str>,
    /// `tracestate`: what systems on the way keep in it.
    pub state: Option<&'a str>,
}

impl<'a> TraceHeaders<'a> {
    /// Out of the headers of a request, each asked for by its name.
    pub fn of(header: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        Self {
            parent: header("traceparent"),
            state: header("tracestate"),
        }
    }
}

impl Extractor for TraceHeaders<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.parent,
            "tracestate" => self.state,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It was done.
    Ok,
    /// It was refused: the client's own mistake, or the state of the catalog.
    Refused,
    /// It failed: the server's fault, or that of what it depends on.
    Failed,
}

impl CallOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// The statuses of gRPC that are the server's fault, as OpenTelemetry counts them.
const GRPC_FAULTS: [i64; 6] = [2, 4, 12, 13, 14, 15];
/// The first status of HTTP that is the server's fault.
const HTTP_FAULT: u16 = 500;

/// The span of a request, which ends when it is told how the request ended, or is given up. None where nothing is traced.
#[derive(Debug, Default)]
pub struct RequestSpan {
    span: Option<Span>,
}

impl RequestSpan {
    pub(super) fn new(span: Span) -> Self {
        Self { span: Some(span) }
    }

    /// A request of HTTP was answered with a status, and with one of gRPC where that was spoken and failed before its answer began.
    pub fn http_end(&mut self, status: u16, grpc_status: Option<i64>) {
        let Some(mut span) = self.span.take() else {
            return;
        };
        span.set_attribute(KeyValue::new(
            "http.response.status_code",
            i64::from(status),
        ));
        if let Some(code) = grpc_status {
            span.set_attribute(KeyValue::new("rpc.grpc.status_code", code));
        }
        let is_fault = grpc_status.map_or(status >= HTTP_FAULT, |code| GRPC_FAULTS.contains(&code));
        if is_fault {
            span.set_status(Status::error(""));
        }
        span.end();
    }

    /// A call of Thrift has ended.
    pub fn call_end(&mut self, outcome: CallOutcome) {
        let Some(mut span) = self.span.take() else {
            return;
        };
        span.set_attribute(KeyValue::new("skep.outcome", outcome.as_str()));
        if outcome == CallOutcome::Failed {
            span.set_status(Status::error(""));
        }
        span.end();
    }
}
