//! Counters in the form that Prometheus reads. Every handle is resolved once, when the server
//! starts; counting is then an addition to a number and never a look-up of label texts.

use super::discovery::DiscoveryMetrics;
use super::freshness::FreshnessMetrics;
use super::grpc::GrpcMetrics;
use super::history::{Gauges, History, Sample};
use super::jobs::JobMetrics;
use super::load::{DURATION_BUCKETS_S, FrontEnd, Tally};
use super::watch::WatchMetrics;
use super::{outbound, process, statements};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

/// The `outcome` label of what went well.
const OK: &str = "ok";
/// The `outcome` label of what did not.
const ERROR: &str = "error";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    method: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MethodLabels {
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TaskLabels {
    task: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    port: &'static str,
    bound: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

/// Makes the histograms of a family.
#[derive(Clone, Copy)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(DURATION_BUCKETS_S)
    }
}

/// The handles of one method.
struct MethodMetrics {
    ok: Counter,
    failed: Counter,
    duration: Histogram,
}

/// The handles of one background task.
#[derive(Clone, Debug)]
pub struct TaskMetrics {
    ok: Counter,
    failed: Counter,
}

impl TaskMetrics {
    /// The task has run through, or has not.
    pub fn ran(&self, ok: bool) {
        let counter = if ok { &self.ok } else { &self.failed };
        counter.inc();
    }
}

/// The counters of one server.
pub struct Metrics {
    registry: Registry,
    /// What has the names that are everybody's, without a prefix.
    process: Registry,
    methods: HashMap<&'static str, MethodMetrics>,
    bytes_in_flight: Gauge,
    replicas_alive: Gauge,
    unknown_methods: Counter,
    connections: Gauge,
    connections_opened: Counter,
    connections_refused: Counter,
    without_place: Family<RefusalLabels, Counter>,
    tasks: Family<TaskLabels, Counter>,
    requests: Family<RequestLabels, Counter>,
    request_durations: Family<RouteLabels, Histogram, Durations>,
    discovery: DiscoveryMetrics,
    freshness: FreshnessMetrics,
    grpc: GrpcMetrics,
    jobs: JobMetrics,
    watch: WatchMetrics,
    asked: [Tally; FrontEnd::ALL.len()],
    history: History,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Counters for a server that answers these methods.
    pub fn new(methods: impl IntoIterator<Item = &'static str>) -> Self {
        let mut registry = Registry::with_prefix("skep");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The running version", build);
        let bytes_in_flight = Gauge::default();
        let text = "Bytes that requests and answers hold in memory";
        registry.register("bytes_in_flight", text, bytes_in_flight.clone());
        let replicas_alive = Gauge::default();
        let text = "Processes that serve the database, as this one saw it last";
        registry.register("replicas_alive", text, replicas_alive.clone());
        let without_place = refusals_register(&mut registry);
        let tasks = Family::default();
        registry.register(
            "task_runs",
            "Runs of background tasks",
            Family::clone(&tasks),
        );
        let http = registry.sub_registry_with_prefix("http");
        let requests = Family::default();
        let text = "HTTP requests by method, route and status";
        http.register("requests", text, Family::clone(&requests));
        let request_durations = Family::new_with_constructor(Durations);
        let text = "How long HTTP requests took until the answer began";
        let durations = Family::clone(&request_durations);
        http.register_with_unit("request_duration", text, Unit::Seconds, durations);
        let discovery = DiscoveryMetrics::register(&mut registry);
        let freshness = FreshnessMetrics::register(&mut registry);
        let grpc = GrpcMetrics::register(&mut registry);
        let jobs = JobMetrics::register(&mut registry);
        let watch = WatchMetrics::register(&mut registry);
        outbound::register(&mut registry);
        statements::register(&mut registry);
        let thrift = registry.sub_registry_with_prefix("thrift");
        let methods = methods_register(thrift, methods);
        let unknown_methods = Counter::default();
        let text = "Calls of methods that are not served";
        thrift.register("unknown_methods", text, unknown_methods.clone());
        let connections = Gauge::default();
        thrift.register("connections", "Open connections", connections.clone());
        let connections_opened = Counter::default();
        let text = "Connections since the start";
        thrift.register("connections_opened", text, connections_opened.clone());
        let connections_refused = Counter::default();
        let text = "Connections closed for what they sent";
        thrift.register("connections_refused", text, connections_refused.clone());
        let mut process = Registry::default();
        process::register(&mut process);
        Self {
            registry,
            process,
            methods,
            bytes_in_flight,
            replicas_alive,
            unknown_methods,
            connections,
            connections_opened,
            connections_refused,
            without_place,
            tasks,
            requests,
            request_durations,
            discovery,
            freshness,
            grpc,
            jobs,
            watch,
            asked: Default::default(),
            history: History::new(Instant::now(), statements::asked()),
        }
    }

    /// The counters of discovery.
    pub fn discovery(&self) -> &DiscoveryMetrics {
        &self.discovery
    }

    /// The counters of freshness.
    pub fn freshness(&self) -> &FreshnessMetrics {
        &self.freshness
    }

    /// The counters of what became of calls of gRPC.
    pub fn grpc(&self) -> &GrpcMetrics {
        &self.grpc
    }

    /// The counters of jobs.
    pub fn jobs(&self) -> &JobMetrics {
        &self.jobs
    }

    /// The counters of the watch and the alerts.
    pub fn watch(&self) -> &WatchMetrics {
        &self.watch
    }

    /// The handles of a background task.
    pub fn task(&self, task: &'static str) -> TaskMetrics {
        let of = |outcome| {
            self.tasks
                .get_or_create_owned(&TaskLabels { task, outcome })
        };
        TaskMetrics {
            ok: of(OK),
            failed: of(ERROR),
        }
    }

    /// A Thrift call has ended.
    pub fn thrift_call(&self, method: &'static str, ok: bool, took: Duration) {
        let Some(handles) = self.methods.get(method) else {
            return;
        };
        let counter = if ok { &handles.ok } else { &handles.failed };
        counter.inc();
        handles.duration.observe(took.as_secs_f64());
        self.asked(FrontEnd::Thrift).count(ok, took);
    }

    fn asked(&self, front: FrontEnd) -> &Tally {
        &self.asked[front as usize]
    }

    /// A front end of the HTTP port was asked by a route. What is counted elsewhere or asked by machines is no front end's.
    pub fn front_end_asked(&self, route: &str, ok: bool, took: Duration) {
        if let Some(front) = FrontEnd::of_route(route) {
            self.asked(front).count(ok, took);
        }
    }

    /// Remembers how much was asked since the last time, and what is held at the moment.
    pub fn sample_take(&self, bytes_held: u64) {
        let gauges = Gauges {
            bytes_held,
            thrift_connections: self.connections.get().unsigned_abs(),
            database_used: outbound::connections_used(),
            database_waiting: outbound::connections_waiting(),
        };
        let asked = self.asked.each_ref().map(Tally::totals);
        self.history
            .take(Instant::now(), &asked, statements::asked(), gauges);
    }

    /// What was remembered, the oldest first.
    pub fn samples(&self) -> Vec<Sample> {
        self.history.samples()
    }

    /// So many processes serve the database.
    pub fn replicas_alive(&self, replicas: u64) {
        self.replicas_alive
            .set(i64::try_from(replicas).unwrap_or(i64::MAX));
    }

    /// An HTTP request was answered. `route` is a path's pattern, never what a client made up: each is a series of its
    /// own. The look-up of the handles by their labels is nothing beside the request.
    pub fn http_request(&self, method: &'static str, route: String, status: u16, took: Duration) {
        let labels = RouteLabels {
            method,
            route: route.clone(),
        };
        self.request_durations
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
        let labels = RequestLabels {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&labels).inc();
    }

    /// What requests and answers hold in memory at this moment.
    pub fn bytes_in_flight(&self, bytes: usize) {
        self.bytes_in_flight
            .set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// A client asked for a method that is not served.
    pub fn thrift_unknown_method(&self) {
        self.unknown_methods.inc();
    }

    /// A connection was accepted.
    pub fn thrift_connection_opened(&self) {
        self.connections.inc();
        self.connections_opened.inc();
    }

    /// A connection has ended.
    pub fn thrift_connection_closed(&self) {
        self.connections.dec();
    }

    /// A connection was closed for what it sent.
    pub fn thrift_connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// A port had no place for a connection, by the bound of the server or of its client.
    pub fn connection_refused(&self, port: &'static str, bound: &'static str) {
        let labels = RefusalLabels { port, bound };
        self.without_place.get_or_create(&labels).inc();
    }

    /// Connections that are open at this moment.
    pub fn thrift_connections(&self) -> i64 {
        self.connections.get()
    }

    /// All counters as text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        for registry in [&self.registry, &self.process] {
            encode_registry(&mut text, registry).unwrap_or_default();
        }
        encode_eof(&mut text).unwrap_or_default();
        text
    }
}

fn refusals_register(registry: &mut Registry) -> Family<RefusalLabels, Counter> {
    let refused = Family::<RefusalLabels, Counter>::default();
    for port in ["thrift", "http"] {
        for bound in ["server", "client"] {
            // There from the start, so that an alarm has something to begin with.
            drop(refused.get_or_create(&RefusalLabels { port, bound }));
        }
    }
    let text = "Connections closed because the port, or its client, had too many";
    registry.register("connections_refused", text, refused.clone());
    refused
}

fn methods_register(
    thrift: &mut Registry,
    methods: impl IntoIterator<Item = &'static str>,
) -> HashMap<&'static str, MethodMetrics> {
    let calls = Family::<CallLabels, Counter>::default();
    thrift.register("calls", "Thrift calls by method and outcome", calls.clone());
    let durations = Family::<MethodLabels, Histogram, _>::new_with_constructor(Durations);
    let text = "How long Thrift calls took";
    thrift.register_with_unit("call_duration", text, Unit::Seconds, durations.clone());
    let handles = |method| {
        let of = |outcome| calls.get_or_create_owned(&CallLabels { method, outcome });
        let handles = MethodMetrics {
            ok: of(OK),
            failed: of(ERROR),
            duration: durations.get_or_create_owned(&MethodLabels { method }),
        };
        (method, handles)
    };
    methods.into_iter().map(handles).collect()
}

#[cfg(test)]
mod tests {
    use super::Metrics;
    use std::time::Duration;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::new(["get_table", "get_all_databases"]);
        metrics.thrift_call("get_table", true, Duration::from_millis(2));
        metrics.thrift_call("get_table", false, Duration::from_millis(2));
        metrics.thrift_call("no_such_method", true, Duration::ZERO);
        metrics.thrift_connection_opened();
        metrics.thrift_connection_opened();
        metrics.thrift_connection_closed();
        metrics.task("lake_cleanup").ran(true);
        metrics.http_request("GET", "/healthz".to_owned(), 200, Duration::from_millis(2));
        metrics.bytes_in_flight(4096);
        metrics.connection_refused("http", "client");
        metrics.replicas_alive(3);
        metrics.watch().ran("orders", []);
        metrics.watch().delivered("refused", 2);
        metrics.watch().backlog(3, 7);
        let text = metrics.to_text();
        for line in [
            "skep_bytes_in_flight 4096",
            "skep_connections_refused_total{port=\"http\",bound=\"client\"} 1",
            "skep_watch_runs_total{outcome=\"ok\"} 1",
            "skep_watch_runs_total{outcome=\"error\"} 0",
            "skep_watch_source_runs_total{source=\"orders\",outcome=\"ok\"} 1",
            "skep_watch_source_runs_total{source=\"orders\",outcome=\"error\"} 0",
            "skep_object_store_requests_total{method=\"GET\",outcome=\"failed\"}",
            "skep_database_connections_open ",
            "skep_database_connections_idle ",
            "skep_database_connections_waiting ",
            "skep_database_statement_duration_seconds_count{kind=\"read\"}",
            "skep_database_statements_failed_total{kind=\"transaction\"}",
            "skep_replicas_alive 3",
            "skep_database_connection_timeouts_total ",
            "skep_watch_changes_total{severity=\"breaking\"} 0",
            "skep_alerts_deliveries_total{outcome=\"given_up\"} 0",
            "skep_discovery_runs_total{cause=\"manual\",outcome=\"done\"} 0",
            "skep_alerts_deliveries_total{outcome=\"refused\"} 2",
            "skep_alerts_pending 3",
            "skep_alerts_oldest_pending_age_seconds 7",
            "skep_thrift_calls_total{method=\"get_table\",outcome=\"ok\"} 1",
            "skep_thrift_calls_total{method=\"get_table\",outcome=\"error\"} 1",
            "skep_thrift_calls_total{method=\"get_all_databases\",outcome=\"ok\"} 0",
            "skep_thrift_call_duration_seconds_count{method=\"get_table\"} 2",
            "skep_thrift_call_duration_seconds_bucket{le=\"0.001\",method=\"get_table\"} 0",
            "skep_thrift_connections 1",
            "skep_thrift_connections_opened_total 2",
            "skep_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1",
            "skep_http_request_duration_seconds_count{method=\"GET\",route=\"/healthz\"} 1",
            "skep_task_runs_total{task=\"lake_cleanup\",outcome=\"ok\"} 1",
        ] {
            assert!(text.contains(line), "{line} is missing in:\n{text}");
        }
    }
}
