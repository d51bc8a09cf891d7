//! The last hour of this process in few numbers: a ring of samples, for its page. Whoever wants more than that, or all replicas,
//! has a Prometheus.

use super::load::{FrontEnd, Load, Totals};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Seconds between two samples.
pub const SAMPLE_EVERY_S: u64 = 10;
/// Samples that are kept: an hour.
pub const SAMPLES_MAX: usize = 360;

/// How many front ends there are.
const FRONT_ENDS: usize = FrontEnd::ALL.len();

/// What is so at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gauges {
    pub(super) bytes_held: u64,
    pub(super) thrift_connections: u64,
    pub(super) database_used: u64,
    pub(super) database_waiting: u64,
}

/// What was asked between two moments, and what was so at the second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    /// Of each front end, in the order of [`FrontEnd::ALL`].
    pub asked: [Load; FRONT_ENDS],
    /// Of the database: its round trips.
    pub database: Load,
    /// Bytes that requests and answers held.
    pub bytes_held: u64,
    /// Open connections of Thrift.
    pub thrift_connections: u64,
    /// Connections to the database at work.
    pub database_used: u64,
    /// Calls that waited for one.
    pub database_waiting: u64,
}

/// The samples, and what the next one counts from.
#[derive(Debug)]
pub(super) struct History(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    at: Instant,
    asked: [Totals; FRONT_ENDS],
    database: Totals,
    samples: VecDeque<Sample>,
}

impl History {
    /// A history that begins now: no front end was asked before, but the database's counts are the process's.
    pub(super) fn new(now: Instant, database: Totals) -> Self {
        Self(Mutex::new(Inner {
            at: now,
            asked: Default::default(),
            database,
            samples: VecDeque::new(),
        }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a sample of what came since the last one. The oldest goes where there is no room.
    pub(super) fn take(
        &self,
        now: Instant,
        asked: &[Totals; FRONT_ENDS],
        database: Totals,
        gauges: Gauges,
    ) {
        let mut inner = self.inner();
        let time = now.saturating_duration_since(inner.at);
        let mut loads = [Load::default(); FRONT_ENDS];
        for ((load, after), before) in loads.iter_mut().zip(asked).zip(&inner.asked) {
            *load = after.since(before).over(time);
        }
        let sample = Sample {
            asked: loads,
            database: database.since(&inner.database).over(time),
            bytes_held: gauges.bytes_held,
            thrift_connections: gauges.thrift_connections,
            database_used: gauges.database_used,
            database_waiting: gauges.database_waiting,
        };
        (inner.at, inner.asked, inner.database) = (now, *asked, database);
        if inner.samples.len() >= SAMPLES_MAX {
            inner.samples.pop_front();
        }
        inner.samples.push_back(sample);
    }

    /// The samples, the oldest first.
    pub(super) fn samples(&self) -> Vec<Sample> {
        self.inner().samples.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::Tally;
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_sample_is_what_came_since_the_one_before_and_the_oldest_goes() {
        let begun = Instant::now();
        let (tally, database) = (Tally::default(), Tally::default());
        database.count(true, Duration::from_millis(1));
        let history = History::new(begun, database.totals());
        let mut asked = [Totals::default(); FRONT_ENDS];
        for round in 1..=SAMPLES_MAX as u64 + 2 {
            for _ in 0..round {
                tally.count(round % 2 == 0, Duration::from_millis(1));
            }
            asked[FrontEnd::Rest as usize] = tally.totals();
            let gauges = Gauges {
                bytes_held: round,
                ..Gauges::default()
            };
            let now = begun + Duration::from_secs(round * 2);
            history.take(now, &asked, database.totals(), gauges);
        }
        let samples = history.samples();
        assert_eq!(samples.len(), SAMPLES_MAX);
        assert_eq!(samples[0].bytes_held, 3, "the first two are gone");
        let rest = samples[0].asked[FrontEnd::Rest as usize];
        assert!((rest.per_s - 1.5).abs() < 1e-9 && (rest.failed_per_s - 1.5).abs() < 1e-9);
        let rest = samples[1].asked[FrontEnd::Rest as usize];
        assert!((rest.per_s - 2.0).abs() < 1e-9 && rest.failed_per_s.abs() < 1e-9);
        assert_eq!(samples[0].asked[FrontEnd::Page as usize], Load::default());
        // What the process asked before belongs to nobody.
        assert_eq!(samples[0].database, Load::default());
    }
}
