//! The counters of what the process asks of others: object stores with their queues, and the database. They are of the process,
//! like its memory, so that whoever sends a request counts it without being handed anything.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::LazyLock;
use std::time::Duration;

/// Upper edges of the duration buckets of object stores, seconds: a HEAD takes 10 ms, a large copy minutes.
const REQUEST_BUCKETS_S: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// The same of the wait for a connection to the database: most wait for none.
const WAIT_BUCKETS_S: [f64; 6] = [0.000_1, 0.001, 0.01, 0.1, 1.0, 5.0];
/// The methods of HTTP that stores are asked with.
const METHODS: [&str; 5] = ["GET", "HEAD", "PUT", "POST", "DELETE"];

static OUTBOUND: LazyLock<Outbound> = LazyLock::new(Outbound::new);

/// What became of a request to an object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreOutcome {
    /// It was carried out.
    Ok,
    /// The store has not what is asked for, or does not allow it (4xx).
    Refused,
    /// The store did not answer, or with a fault of its own (5xx); a pause that it asks for (429) is one.
    Failed,
}

impl StoreOutcome {
    const ALL: [Self; 3] = [Self::Ok, Self::Refused, Self::Failed];

    /// By the status of HTTP; nothing where no answer came.
    pub fn of(status: Option<u16>) -> Self {
        match status {
            Some(..400) => Self::Ok,
            Some(429 | 500..) | None => Self::Failed,
            Some(_) => Self::Refused,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// An object store, or a queue, was asked once.
pub fn store_asked(method: &str, outcome: StoreOutcome, took: Duration) {
    let method = METHODS.into_iter().find(|known| *known == method);
    let method = method.unwrap_or("other");
    let outcome = outcome.as_str();
    let labels = RequestLabels { method, outcome };
    OUTBOUND.requests.get_or_create_owned(&labels).inc();
    let durations = OUTBOUND
        .durations
        .get_or_create_owned(&MethodLabels { method });
    durations.observe(took.as_secs_f64());
}

/// Somebody waited so long for a connection to the database, and got one or did not.
pub fn database_waited(took: Duration, is_had: bool) {
    OUTBOUND.waits.observe(took.as_secs_f64());
    if !is_had {
        OUTBOUND.timeouts.inc();
    }
}

/// A connection to the database as it is counted: from when it is made until it is dropped.
#[derive(Debug)]
pub struct Counted(Gauge);

impl Counted {
    /// One that is open.
    pub fn open() -> Self {
        OUTBOUND.opened.inc();
        Self::in_state(&OUTBOUND.open)
    }

    /// One that is at work.
    pub fn used() -> Self {
        Self::in_state(&OUTBOUND.used)
    }

    /// One that waits for its next use.
    pub fn idle() -> Self {
        Self::in_state(&OUTBOUND.idle)
    }

    /// Somebody who waits for one.
    pub fn waiting() -> Self {
        Self::in_state(&OUTBOUND.waiting)
    }

    fn in_state(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// How many connections to the database are at work.
pub(super) fn connections_used() -> u64 {
    OUTBOUND.used.get().unsigned_abs()
}

/// How many wait for one.
pub(super) fn connections_waiting() -> u64 {
    OUTBOUND.waiting.get().unsigned_abs()
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MethodLabels {
    method: &'static str,
}

/// Makes the histograms of the requests.
#[derive(Clone, Copy)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(REQUEST_BUCKETS_S)
    }
}

struct Outbound {
    requests: Family<RequestLabels, Counter>,
    durations: Family<MethodLabels, Histogram, Durations>,
    open: Gauge,
    used: Gauge,
    idle: Gauge,
    waiting: Gauge,
    opened: Counter,
    waits: Histogram,
    timeouts: Counter,
}

impl Outbound {
    fn new() -> Self {
        let outbound = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(Durations),
            open: Gauge::default(),
            used: Gauge::default(),
            idle: Gauge::default(),
            waiting: Gauge::default(),
            opened: Counter::default(),
            waits: Histogram::new(WAIT_BUCKETS_S),
            timeouts: Counter::default(),
        };
        for method in METHODS {
            for outcome in StoreOutcome::ALL.map(StoreOutcome::as_str) {
                // There from the start, so that an alarm has something to begin with.
                let labels = RequestLabels { method, outcome };
                outbound.requests.get_or_create_owned(&labels);
            }
            outbound
                .durations
                .get_or_create_owned(&MethodLabels { method });
        }
        outbound
    }
}

/// Puts the counters among those of a server.
pub(super) fn register(registry: &mut Registry) {
    let own = &*OUTBOUND;
    let stores = registry.sub_registry_with_prefix("object_store");
    let text = "Requests to object stores and queues by method and outcome, repetitions among them";
    stores.register("requests", text, own.requests.clone());
    let text = "How long object stores and queues took until their answer began";
    let durations = own.durations.clone();
    stores.register_with_unit("request_duration", text, Unit::Seconds, durations);
    let database = registry.sub_registry_with_prefix("database");
    let text = "Connections to the database that are open";
    database.register("connections_open", text, own.open.clone());
    let text = "Connections to the database that are at work";
    database.register("connections_used", text, own.used.clone());
    let text = "Connections to the database that wait for their next use";
    database.register("connections_idle", text, own.idle.clone());
    let text = "Calls that wait for a connection to the database";
    database.register("connections_waiting", text, own.waiting.clone());
    let text = "Connections to the database that were made since the start";
    database.register("connections_opened", text, own.opened.clone());
    let text = "How long a connection to the database was waited for";
    let waits = own.waits.clone();
    database.register_with_unit("connection_wait", text, Unit::Seconds, waits);
    let text = "Times at which no connection to the database became free";
    database.register("connection_timeouts", text, own.timeouts.clone());
}

#[cfg(test)]
mod tests {
    use super::StoreOutcome;

    #[test]
    fn what_the_store_lacks_is_no_failure_of_it() {
        for (status, outcome) in [
            (Some(204), StoreOutcome::Ok),
            (Some(404), StoreOutcome::Refused),
            (Some(403), StoreOutcome::Refused),
            (Some(429), StoreOutcome::Failed),
            (Some(503), StoreOutcome::Failed),
            (None, StoreOutcome::Failed),
        ] {
            assert_eq!(StoreOutcome::of(status), outcome, "{status:?}");
        }
    }
}
