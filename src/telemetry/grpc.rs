//! What became of calls of gRPC: their status, which their HTTP status does not tell.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The names of the codes, by their numbers (`google.rpc.Code`).
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];
/// The code of what a client gave up.
const CANCELLED: i64 = 1;
/// The code of what is no code.
const UNKNOWN: usize = 2;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    route: String,
    code: &'static str,
}

/// The counters; a clone counts in the same ones.
#[derive(Clone, Debug)]
pub struct GrpcMetrics {
    calls: Family<CallLabels, Counter>,
}

impl GrpcMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let calls = Family::default();
        let text = "Calls of gRPC by route and status, streams at their end";
        let registry = registry.sub_registry_with_prefix("grpc");
        registry.register("calls", text, Family::clone(&calls));
        Self { calls }
    }

    /// A call has ended with a code. `route` is the path of a method that there is.
    pub fn ended(&self, route: &str, code: i64) {
        let code = usize::try_from(code).ok().and_then(|code| CODES.get(code));
        let labels = CallLabels {
            route: route.to_owned(),
            code: code.unwrap_or(&CODES[UNKNOWN]),
        };
        self.calls.get_or_create_owned(&labels).inc();
    }

    /// A client gave up a call whose answer had begun.
    pub fn given_up(&self, route: &str) {
        self.ended(route, CANCELLED);
    }
}
