//! What `skep doctor` says of one thing.

use serde::Serialize;

/// The state of what is as it should be.
pub(super) const OK: &str = "ok";
/// The state of what works and may hurt later.
pub(super) const WARNING: &str = "warning";
/// The state of what keeps a server from working as it should.
pub(super) const FAILED: &str = "failed";

/// What was looked at, and how it is.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What was looked at: the key of the setting, and what of it.
    pub(super) check: String,
    /// `ok`, `warning` or `failed`.
    pub(super) state: &'static str,
    /// What was found, and what to do where it is not as it should be.
    pub(super) remark: String,
}

impl Finding {
    /// It is as it should be.
    pub(super) fn ok(check: impl Into<String>, remark: impl Into<String>) -> Self {
        Self::new(check, OK, remark)
    }

    /// It works and may hurt later.
    pub(super) fn warning(check: impl Into<String>, remark: impl Into<String>) -> Self {
        Self::new(check, WARNING, remark)
    }

    /// It keeps a server from working as it should.
    pub(super) fn failed(check: impl Into<String>, remark: impl Into<String>) -> Self {
        Self::new(check, FAILED, remark)
    }

    fn new(check: impl Into<String>, state: &'static str, remark: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            state,
            remark: remark.into(),
        }
    }
}

/// How far a clock is ahead of this machine's, in words; `None` where it is not further off than what nobody notices.
pub(super) fn apart(ahead_ms: i64) -> Option<String> {
    /// Milliseconds that clocks may be apart.
    const APART_MS_MAX: u64 = 5_000;
    if ahead_ms.unsigned_abs() <= APART_MS_MAX {
        return None;
    }
    let seconds = ahead_ms.unsigned_abs() / 1_000;
    let way = if ahead_ms > 0 { "ahead of" } else { "behind" };
    Some(format!("{seconds} s {way} this machine's"))
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn clocks_that_are_nearly_alike_are_alike() {
        assert_eq!(apart(5_000), None);
        assert_eq!(apart(-5_000), None);
        assert_eq!(apart(7_400).as_deref(), Some("7 s ahead of this machine's"));
        assert_eq!(
            apart(-61_000).as_deref(),
            Some("61 s behind this machine's")
        );
    }
}
