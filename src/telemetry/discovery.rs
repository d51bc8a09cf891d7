//! The counters of discovery: what it looked at and changed, and how long new data has waited.

use crate::model::{RunCause, RunCounts, RunOutcome};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper edges of the buckets of the wait from an object to its partition, seconds.
const LAG_BUCKETS_S: [f64; 10] = [
    1.0, 2.0, 5.0, 15.0, 35.0, 60.0, 300.0, 900.0, 3600.0, 86_400.0,
];

/// How a run that is counted ended.
const OUTCOMES: [RunOutcome; 4] = [
    RunOutcome::Done,
    RunOutcome::Incomplete,
    RunOutcome::Braked,
    RunOutcome::Failed,
];
/// What becomes of partitions.
const CHANGES: [&str; 4] = ["added", "moved", "dropped", "skipped"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    cause: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ChangeLabels {
    change: &'static str,
}

/// The counters; a clone counts in the same ones.
#[derive(Clone, Debug)]
pub struct DiscoveryMetrics {
    runs: Family<RunLabels, Counter>,
    changes: Family<ChangeLabels, Counter>,
    misfits: Counter,
    requests: Counter,
    lag: Histogram,
    tables: Gauge,
    stale_tables: Gauge,
}

impl DiscoveryMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let registry = registry.sub_registry_with_prefix("discovery");
        let metrics = Self {
            runs: Family::default(),
            changes: Family::default(),
            misfits: Counter::default(),
            requests: Counter::default(),
            lag: Histogram::new(LAG_BUCKETS_S),
            tables: Gauge::default(),
            stale_tables: Gauge::default(),
        };
        registry.register("runs", "Runs by cause and outcome", metrics.runs.clone());
        registry.register(
            "partitions",
            "Partitions added, moved and dropped, and directories left out",
            metrics.changes.clone(),
        );
        registry.register(
            "misfit_partitions",
            "New partitions registered although their files do not fit their table",
            metrics.misfits.clone(),
        );
        registry.register(
            "list_requests",
            "LIST requests sent",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "lag",
            "From the first object of a new partition to its registration",
            Unit::Seconds,
            metrics.lag.clone(),
        );
        registry.register("tables", "Tables that take part", metrics.tables.clone());
        registry.register(
            "stale_tables",
            "Tables whose newest data is older than they allow",
            metrics.stale_tables.clone(),
        );
        // All series are there from the start: an alarm on one that is absent would never sound.
        for cause in RunCause::ALL {
            for outcome in OUTCOMES {
                let (cause, outcome) = (cause.as_str(), outcome.as_str());
                metrics
                    .runs
                    .get_or_create_owned(&RunLabels { cause, outcome });
            }
        }
        for change in CHANGES {
            metrics
                .changes
                .get_or_create_owned(&ChangeLabels { change });
        }
        metrics
    }

    /// A run has ended.
    pub fn ran(&self, cause: RunCause, outcome: RunOutcome, counts: &RunCounts) {
        let labels = RunLabels {
            cause: cause.as_str(),
            outcome: outcome.as_str(),
        };
        self.runs.get_or_create_owned(&labels).inc();
        self.requests.inc_by(counts.requests);
        let counted = [counts.added, counts.moved, counts.dropped, counts.skipped];
        for (change, count) in CHANGES.into_iter().zip(counted) {
            let labels = ChangeLabels { change };
            self.changes.get_or_create_owned(&labels).inc_by(count);
        }
    }

    /// So many new partitions have files that do not fit their table.
    pub fn misfit(&self, partitions: u64) {
        self.misfits.inc_by(partitions);
    }

    /// A new partition's first object has waited so many seconds.
    pub fn waited(&self, lag_s: i64) {
        // A wait of more than a century is no wait.
        let lag_s = u32::try_from(lag_s.max(0)).unwrap_or(u32::MAX);
        self.lag.observe(f64::from(lag_s));
    }

    /// So many tables take part, and so many of them are stale.
    pub fn tables(&self, tables: usize, stale: usize) {
        self.tables.set(i64::try_from(tables).unwrap_or(i64::MAX));
        self.stale_tables
            .set(i64::try_from(stale).unwrap_or(i64::MAX));
    }
}
