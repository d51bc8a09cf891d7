//! The counters of freshness: what lacks of the data that tables expect.

use crate::model::GapKind;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// The counters; a clone counts in the same ones.
#[derive(Clone, Debug)]
pub struct FreshnessMetrics {
    gaps: Family<KindLabels, Gauge>,
    faulty: Gauge,
}

impl FreshnessMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            gaps: Family::default(),
            faulty: Gauge::default(),
        };
        let text = "Times of which tables lack data, by kind, over all replicas";
        registry.register("freshness_gaps", text, metrics.gaps.clone());
        let text = "Tables of which it cannot be told whether their data came, over all replicas";
        registry.register("freshness_faulty_tables", text, metrics.faulty.clone());
        metrics.lack(&[]);
        metrics
    }

    /// Of so many tables it cannot be told.
    pub fn faulty(&self, tables: u64) {
        self.faulty.set(i64::try_from(tables).unwrap_or(i64::MAX));
    }

    /// So many gaps there are of these kinds, and none of the others.
    pub fn lack(&self, counts: &[(GapKind, u64)]) {
        for kind in GapKind::LACKS {
            let count = counts.iter().find(|(one, _)| *one == kind);
            let count = count.map_or(0, |(_, count)| *count);
            let labels = KindLabels {
                kind: kind.as_str(),
            };
            self.gaps
                .get_or_create_owned(&labels)
                .set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
}
