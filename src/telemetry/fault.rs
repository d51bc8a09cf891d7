//! Faults in the log: with their causes, each said once, and one line a minute for a fault that comes with every call and
//! task, such as a database that is away.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a fault that was told is not told again.
const TOLD_EVERY: Duration = Duration::from_mins(1);
/// Different faults that are remembered.
const FAULTS_MAX: usize = 1_024;

/// When a fault was told last, and how often it came since.
struct Told {
    at: Instant,
    since: u64,
}

static TOLD: LazyLock<Mutex<HashMap<String, Told>>> = LazyLock::new(Mutex::default);

/// An error with its causes in one line. A cause that the text before says already is left out: libraries repeat theirs.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = inner.source();
    }
    text
}

/// Whether a fault is to be told now, and how often it came since it was told last; `None` where it was told less than a
/// minute ago.
pub fn fault_due(text: &str) -> Option<u64> {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    if let Some(known) = told.get_mut(text) {
        if now.duration_since(known.at) < TOLD_EVERY {
            known.since += 1;
            return None;
        }
        let since = known.since;
        *known = Told { at: now, since: 0 };
        return Some(since);
    }
    if told.len() >= FAULTS_MAX {
        told.retain(|_, one| now.duration_since(one.at) < TOLD_EVERY);
    }
    if told.len() < FAULTS_MAX {
        told.insert(text.to_owned(), Told { at: now, since: 0 });
    }
    Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    #[test]
    fn a_cause_is_said_once() {
        let refused = |source| Layer {
            text: "refused (os error 111)",
            source,
        };
        let error = Layer {
            text: "the database is not available",
            source: Some(Box::new(refused(Some(Box::new(refused(None)))))),
        };
        let wanted = "the database is not available: refused (os error 111)";
        assert_eq!(causes(&error), wanted);
    }

    #[test]
    fn a_fault_that_comes_again_is_told_once_a_minute() {
        assert_eq!(fault_due("a fault of this test alone"), Some(0));
        assert_eq!(fault_due("a fault of this test alone"), None);
        assert_eq!(fault_due("another one"), Some(0));
    }
}
