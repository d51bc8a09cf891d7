//! How long to wait after something failed again.

/// The pause `first_s`, doubled as often as said, up to `most_s`; all in seconds.
pub(crate) fn doubled_s(first_s: i64, doublings: i64, most_s: i64) -> i64 {
    first_s
        .saturating_mul(1 << doublings.clamp(0, 10))
        .min(most_s)
}
