//! The counters of the watch and the alerts: runs, what they found, and whether people were told.

use crate::clock::Clock;
use crate::model::Severity;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// How runs end.
const OUTCOMES: [&str; 2] = ["ok", "error"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    source: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SeverityLabels {
    severity: &'static str,
}

/// The counters; a clone counts in the same ones.
#[derive(Clone, Debug, Default)]
pub struct WatchMetrics {
    runs: Family<OutcomeLabels, Counter>,
    source_runs: Family<RunLabels, Counter>,
    source_seen: Family<SourceLabels, Gauge>,
    changes: Family<SeverityLabels, Counter>,
    deliveries: Family<OutcomeLabels, Counter>,
    pending: Gauge,
    oldest_age: Gauge,
}

impl WatchMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let watch = registry.sub_registry_with_prefix("watch");
        watch.register("runs", "Runs over sources by outcome", metrics.runs.clone());
        let text = "Runs over one source by outcome";
        watch.register("source_runs", text, metrics.source_runs.clone());
        watch.register_with_unit(
            "source_last_success_timestamp",
            "When this process last read a source, since the epoch",
            Unit::Seconds,
            metrics.source_seen.clone(),
        );
        let text = "Changes of sources by severity";
        watch.register("changes", text, metrics.changes.clone());
        let alerts = registry.sub_registry_with_prefix("alerts");
        let text = "Messages to channels by outcome";
        alerts.register("deliveries", text, metrics.deliveries.clone());
        let text = "Alerts that are to be sent, now or later";
        alerts.register("pending", text, metrics.pending.clone());
        alerts.register_with_unit(
            "oldest_pending_age",
            "For how long the oldest alert that is due has not been sent",
            Unit::Seconds,
            metrics.oldest_age.clone(),
        );
        metrics.begin();
        metrics
    }

    /// All series are there from the start: an alarm on one that is absent would never sound.
    fn begin(&self) {
        for outcome in OUTCOMES {
            self.runs.get_or_create_owned(&OutcomeLabels { outcome });
        }
        for severity in [Severity::Breaking, Severity::Risky, Severity::Additive] {
            let severity = severity.as_str();
            self.changes
                .get_or_create_owned(&SeverityLabels { severity });
        }
        for outcome in ["sent", "refused", "failed", "given_up"] {
            self.delivered(outcome, 0);
        }
    }

    /// A source that is watched: its series are there before its first run.
    pub fn source_begin(&self, source: &str) {
        for outcome in OUTCOMES {
            self.source_runs(source, outcome);
        }
    }

    /// A source that is watched no more: its series end.
    pub fn source_end(&self, source: &str) {
        let source = source.to_owned();
        for outcome in OUTCOMES {
            let source = source.clone();
            self.source_runs.remove(&RunLabels { source, outcome });
        }
        self.source_seen.remove(&SourceLabels { source });
    }

    /// A run of the schedule or by hand went through and found changes of these severities.
    pub fn ran(&self, source: &str, changes: impl IntoIterator<Item = Severity>) {
        self.ended(source, "ok");
        let labels = SourceLabels {
            source: source.to_owned(),
        };
        let seen = self.source_seen.get_or_create_owned(&labels);
        seen.set(Clock::System.seconds());
        for severity in changes {
            let severity = severity.as_str();
            self.changes
                .get_or_create_owned(&SeverityLabels { severity })
                .inc();
        }
    }

    /// A run failed.
    pub fn failed(&self, source: &str) {
        self.ended(source, "error");
    }

    fn ended(&self, source: &str, outcome: &'static str) {
        self.source_begin(source);
        self.source_runs(source, outcome).inc();
        self.runs
            .get_or_create_owned(&OutcomeLabels { outcome })
            .inc();
    }

    fn source_runs(&self, source: &str, outcome: &'static str) -> Counter {
        self.source_runs.get_or_create_owned(&RunLabels {
            source: source.to_owned(),
            outcome,
        })
    }

    /// So many messages have ended so.
    pub fn delivered(&self, outcome: &'static str, count: u64) {
        self.deliveries
            .get_or_create_owned(&OutcomeLabels { outcome })
            .inc_by(count);
    }

    /// So many alerts wait, the oldest that is due for so many seconds.
    pub fn backlog(&self, pending: u64, oldest_age_s: i64) {
        self.pending.set(i64::try_from(pending).unwrap_or(i64::MAX));
        self.oldest_age.set(oldest_age_s);
    }
}
