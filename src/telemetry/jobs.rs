//! The counters of jobs: how many there are in each phase, and what this process has done for them.

use crate::model::{JobPhase, JobProgress};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabels {
    phase: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// What a process has done for jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobsDone {
    /// Jobs that were done.
    pub done: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// The objects and bytes that were copied or deleted.
    pub progress: JobProgress,
}

/// The counters; a clone counts in the same ones.
#[derive(Clone, Debug)]
pub struct JobMetrics {
    standing: Family<PhaseLabels, Gauge>,
    ended: Family<OutcomeLabels, Counter>,
    objects: Counter,
    moved: Counter,
}

impl JobMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            standing: Family::default(),
            ended: Family::default(),
            objects: Counter::default(),
            moved: Counter::default(),
        };
        let text = "Jobs by phase, over all replicas";
        registry.register("jobs", text, metrics.standing.clone());
        let registry = registry.sub_registry_with_prefix("jobs");
        let text = "Jobs that this process brought to their end";
        registry.register("ended", text, metrics.ended.clone());
        let text = "Objects copied or deleted";
        registry.register("objects", text, metrics.objects.clone());
        let text = "Bytes of the objects copied or deleted";
        registry.register_with_unit("moved", text, Unit::Bytes, metrics.moved.clone());
        metrics
    }

    /// So many jobs are in these phases, and none in the others.
    pub fn stand(&self, counts: &[(JobPhase, u64)]) {
        for phase in JobPhase::ALL {
            if phase == JobPhase::Done {
                continue;
            }
            let count = counts.iter().find(|(one, _)| *one == phase);
            let count = count.map_or(0, |(_, count)| *count);
            let labels = PhaseLabels {
                phase: phase.as_str(),
            };
            self.standing
                .get_or_create_owned(&labels)
                .set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// So much more was done.
    pub fn add(&self, done: JobsDone) {
        for (outcome, count) in [("done", done.done), ("failed", done.failed)] {
            let labels = OutcomeLabels { outcome };
            self.ended.get_or_create_owned(&labels).inc_by(count);
        }
        self.objects.inc_by(done.progress.objects_done);
        self.moved.inc_by(done.progress.bytes_done);
    }
}
