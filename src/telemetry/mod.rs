//! What the process tells of itself: log lines, counters and spans of requests. It knows no part of the system; each
//! part counts through the handles of [`Metrics`].

mod discovery;
mod fault;
mod freshness;
mod grpc;
mod history;
mod jobs;
mod load;
mod log;
mod metrics;
mod outbound;
mod process;
mod statements;
mod traces;
mod watch;

pub use discovery::DiscoveryMetrics;
pub use fault::{causes, fault_due};
pub use freshness::FreshnessMetrics;
pub use grpc::GrpcMetrics;
pub use history::{SAMPLE_EVERY_S, SAMPLES_MAX, Sample};
pub use jobs::{JobMetrics, JobsDone};
pub use load::{FrontEnd, Load};
pub use log::{ALERTS_TARGET, LogFormat, LogSettings, log_start};
pub use metrics::{Metrics, TaskMetrics};
pub use outbound::{Counted, StoreOutcome, database_waited, store_asked};
pub use process::{host_name, open_files_max};
pub use statements::{StatementKind, statement_ran};
pub use traces::{CallOutcome, RequestSpan, TraceHeaders, Tracer, TracesError, TracesSettings};
pub use watch::WatchMetrics;
