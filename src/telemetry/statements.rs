//! The counters of round trips to the database: how long each took. They are of the process, as its connections are.

use super::load::{DURATION_BUCKETS_S, Tally, Totals};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::LazyLock;
use std::time::Duration;

static STATEMENTS: LazyLock<Statements> = LazyLock::new(Statements::new);

/// What a round trip is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// It asks for rows.
    Read,
    /// It changes rows.
    Write,
    /// It begins or ends a transaction; the commit waits for the disk.
    Transaction,
}

impl StatementKind {
    const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Transaction];

    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Transaction => "transaction",
        }
    }
}

/// A round trip has ended. One whose caller went away is not counted.
pub fn statement_ran(kind: StatementKind, ok: bool, took: Duration) {
    let own = &STATEMENTS.by_kind[kind as usize];
    own.durations.observe(took.as_secs_f64());
    if !ok {
        own.failed.inc();
    }
    STATEMENTS.all.count(ok, took);
}

/// All round trips so far.
pub(super) fn asked() -> Totals {
    STATEMENTS.all.totals()
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// Makes the histograms.
#[derive(Clone, Copy)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(DURATION_BUCKETS_S)
    }
}

/// The handles of one kind.
struct OfKind {
    durations: Histogram,
    failed: Counter,
}

struct Statements {
    durations: Family<KindLabels, Histogram, Durations>,
    failed: Family<KindLabels, Counter>,
    by_kind: [OfKind; StatementKind::ALL.len()],
    all: Tally,
}

impl Statements {
    fn new() -> Self {
        let durations = Family::new_with_constructor(Durations);
        let failed = Family::<KindLabels, Counter>::default();
        // There from the start, so that an alarm has something to begin with.
        let by_kind = StatementKind::ALL.map(|kind| {
            let kind = KindLabels {
                kind: kind.as_str(),
            };
            OfKind {
                durations: durations.get_or_create_owned(&kind),
                failed: failed.get_or_create_owned(&kind),
            }
        });
        Self {
            durations,
            failed,
            by_kind,
            all: Tally::default(),
        }
    }
}

/// Puts the counters among those of a server.
pub(super) fn register(registry: &mut Registry) {
    let own = &*STATEMENTS;
    let database = registry.sub_registry_with_prefix("database");
    let text = "How long round trips to the database took, by what they are for";
    let durations = own.durations.clone();
    database.register_with_unit("statement_duration", text, Unit::Seconds, durations);
    let text = "Round trips to the database that failed, those that lost against concurrent ones among them";
    database.register("statements_failed", text, own.failed.clone());
}
