//! How much is asked, in few numbers: counts and durations of all requests of a front end together, kept beside the series of each
//! method, because a series cannot be read back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper edges of the duration buckets, seconds: a cached read takes 50 µs, moving a large table
/// minutes.
pub(super) const DURATION_BUCKETS_S: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0,
    300.0,
];
/// One more holds what took longer than all edges.
const BUCKETS: usize = DURATION_BUCKETS_S.len() + 1;

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontEnd {
    /// The Hive Metastore protocol, over both ports.
    Thrift,
    /// The REST interface.
    Rest,
    /// gRPC.
    Grpc,
    /// The web page.
    Page,
}

impl FrontEnd {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Thrift, Self::Rest, Self::Grpc, Self::Page];

    /// Its name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thrift => "Thrift",
            Self::Rest => "REST",
            Self::Grpc => "gRPC",
            Self::Page => "Pages",
        }
    }

    /// Whose route on the HTTP port this is; `None` for those of machines that watch the server, and for Thrift's, whose calls
    /// are counted by themselves.
    pub(super) fn of_route(route: &str) -> Option<Self> {
        match route {
            "/healthz" | "/readyz" | "/metrics" | "none" => None,
            route if route.starts_with("/metastore") => None,
            route if route.starts_with("/api/") => Some(Self::Rest),
            route if route.starts_with("/skep.") || route.starts_with("/grpc.") => Some(Self::Grpc),
            _ => Some(Self::Page),
        }
    }
}

/// What was asked since the start.
#[derive(Debug, Default)]
pub(super) struct Tally {
    failed: AtomicU64,
    buckets: [AtomicU64; BUCKETS],
}

impl Tally {
    pub(super) fn count(&self, ok: bool, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = DURATION_BUCKETS_S.iter().position(|edge| seconds <= *edge);
        self.buckets[bucket.unwrap_or(BUCKETS - 1)].fetch_add(1, Ordering::Relaxed);
        if !ok {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn totals(&self) -> Totals {
        Totals {
            failed: self.failed.load(Ordering::Relaxed),
            buckets: self
                .buckets
                .each_ref()
                .map(|one| one.load(Ordering::Relaxed)),
        }
    }
}

/// A [`Tally`] at a moment, or what came between two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    failed: u64,
    buckets: [u64; BUCKETS],
}

impl Totals {
    /// What came after `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let mut buckets = self.buckets;
        for (bucket, before) in buckets.iter_mut().zip(earlier.buckets) {
            *bucket = bucket.saturating_sub(before);
        }
        Self {
            failed: self.failed.saturating_sub(earlier.failed),
            buckets,
        }
    }

    /// How much that is for the time in which it came.
    pub(super) fn over(&self, time: Duration) -> Load {
        // Less than a moment would make a rate of nothing.
        let seconds = time.as_secs_f64().max(0.001);
        Load {
            per_s: number(self.buckets.iter().sum()) / seconds,
            failed_per_s: number(self.failed) / seconds,
            median_s: self.quantile(0.5),
            p95_s: self.quantile(0.95),
        }
    }

    /// The duration below which this share of the requests lies, seconds, taken as spread evenly in its bucket, as Prometheus does;
    /// `None` where there were none.
    fn quantile(&self, share: f64) -> Option<f64> {
        let all: u64 = self.buckets.iter().sum();
        if all == 0 {
            return None;
        }
        let wanted = number(all) * share;
        let (mut below, mut from) = (0.0, 0.0);
        for (count, edge) in self.buckets.iter().zip(DURATION_BUCKETS_S) {
            let count = number(*count);
            if count > 0.0 && below + count >= wanted {
                return Some(from + (edge - from) * (wanted - below) / count);
            }
            below += count;
            from = edge;
        }
        // Longer than the last edge: how much longer, nobody knows.
        Some(from)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count that is shown as a rate"
)]
fn number(count: u64) -> f64 {
    count as f64
}

/// How much was asked in a time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Load {
    /// Requests a second.
    pub per_s: f64,
    /// Of these, those that failed.
    pub failed_per_s: f64,
    /// Seconds that half of them took at most; `None` where there were none.
    pub median_s: Option<f64>,
    /// The same of 95 of 100.
    pub p95_s: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_quantiles_are_those_of_the_time_between_two_looks() {
        let tally = Tally::default();
        tally.count(false, Duration::from_secs(200));
        let before = tally.totals();
        for _ in 0..90 {
            tally.count(true, Duration::from_millis(2));
        }
        for _ in 0..10 {
            tally.count(false, Duration::from_millis(60));
        }
        let load = tally.totals().since(&before).over(Duration::from_secs(10));
        assert!((load.per_s - 10.0).abs() < 1e-9 && (load.failed_per_s - 1.0).abs() < 1e-9);
        // 2 ms lie between the edges 1 and 2.5 ms, 60 ms between 25 and 100.
        let (median, p95) = (load.median_s.unwrap(), load.p95_s.unwrap());
        assert!((0.001..=0.002_5).contains(&median), "{median}");
        assert!((p95 - 0.062_5).abs() < 1e-9, "{p95}");
    }

    #[test]
    fn nothing_has_no_quantile_and_what_took_too_long_has_the_last_edge() {
        let tally = Tally::default();
        let nothing = tally.totals().over(Duration::ZERO);
        assert_eq!(nothing, Load::default());
        tally.count(true, Duration::from_hours(1));
        let load = tally.totals().over(Duration::from_secs(1));
        assert_eq!(load.p95_s, Some(300.0));
    }

    #[test]
    fn routes_belong_to_front_ends() {
        for (route, front) in [
            ("/api/v1/databases/{database}", Some(FrontEnd::Rest)),
            ("/skep.v1.Tables/Get", Some(FrontEnd::Grpc)),
            ("/grpc.health.v1.Health/Check", Some(FrontEnd::Grpc)),
            ("/server", Some(FrontEnd::Page)),
            ("/", Some(FrontEnd::Page)),
            ("/metrics", None),
            ("/metastore/{*below}", None),
            ("none", None),
        ] {
            assert_eq!(FrontEnd::of_route(route), front, "{route}");
        }
    }
}
