//! What the process tells of itself: log lines and counters. It knows no part of the system; each
//! part counts through the handles of [`Metrics`].

mod discovery;
mod fault;
mod freshness;
mod jobs;
mod log;
mod metrics;
mod outbound;
mod process;
mod watch;

pub use discovery::DiscoveryMetrics;
pub use fault::{causes, fault_due};
pub use freshness::FreshnessMetrics;
pub use jobs::{JobMetrics, JobsDone};
pub use log::{ALERTS_TARGET, LogFormat, LogSettings, log_start};
pub use metrics::{Metrics, TaskMetrics};
pub use outbound::{Counted, StoreOutcome, database_waited, store_asked};
pub use process::host_name;
pub use watch::WatchMetrics;
