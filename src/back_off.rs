//! How long to wait after something failed again: a pause that doubles up to a bound, the same way everywhere.

use std::time::Duration;

/// Doublings after which no bound in use is far.
const DOUBLINGS_MAX: u32 = 16;

/// A pause that doubles with each failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    first: Duration,
    most: Duration,
}

impl BackOff {
    /// From a first pause up to a longest one.
    pub const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most }
    }

    /// The same in seconds; what is below none is none.
    pub const fn of_seconds(first_s: i64, most_s: i64) -> Self {
        let first_s = if first_s < 0 { 0 } else { first_s };
        let most_s = if most_s < 0 { 0 } else { most_s };
        Self::new(
            Duration::from_secs(first_s.unsigned_abs()),
            Duration::from_secs(most_s.unsigned_abs()),
        )
    }

    /// The pause after so many doublings.
    pub fn pause(&self, doublings: i64) -> Duration {
        let doublings = u32::try_from(doublings.max(0)).unwrap_or(DOUBLINGS_MAX);
        self.first
            .saturating_mul(1 << doublings.min(DOUBLINGS_MAX))
            .min(self.most)
    }

    /// Half of the pause to the whole of it, by chance: those that failed together do not come back together.
    pub fn pause_by_chance(&self, doublings: i64) -> Duration {
        self.pause(doublings).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// The pause in whole seconds.
    pub fn pause_s(&self, doublings: i64) -> i64 {
        i64::try_from(self.pause(doublings).as_secs()).unwrap_or(i64::MAX)
    }

    /// The pause by chance in whole seconds, at least one.
    pub fn pause_by_chance_s(&self, doublings: i64) -> i64 {
        let seconds = self.pause_by_chance(doublings).as_secs_f64().ceil();
        i64::try_from(Duration::from_secs_f64(seconds).as_secs()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::BackOff;

    const PAUSES: BackOff = BackOff::of_seconds(60, 1_800);

    #[test]
    fn the_pause_doubles_up_to_its_bound() {
        let minutes: Vec<i64> = (0..7)
            .map(|failures| PAUSES.pause_s(failures) / 60)
            .collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(PAUSES.pause_s(i64::MAX), 1_800);
        assert_eq!(PAUSES.pause_s(-1), 60);
        assert_eq!(BackOff::of_seconds(i64::MAX, i64::MAX).pause_s(9), i64::MAX);
    }

    #[test]
    fn a_pause_by_chance_is_half_of_it_to_the_whole() {
        for doublings in [0, 3, 50] {
            let most = PAUSES.pause_s(doublings);
            for _ in 0..50 {
                let pause = PAUSES.pause_by_chance_s(doublings);
                assert!((most / 2..=most).contains(&pause), "{doublings}: {pause}");
            }
        }
    }
}
