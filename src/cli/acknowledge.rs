//! Saying of many numbers that they were seen, by one rule for alerts and changes: all are tried, whatever becomes of the others.

use super::client::Client;
use super::failure::ClientError;
use crate::number_ranges::collapsed;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// What became of the numbers of a line.
#[derive(Debug)]
pub(super) struct Seen<T> {
    /// What the server answered for each that there is.
    pub(super) answers: Vec<T>,
    missing: Missing,
    /// What ended it early: a server that is gone, and no number that is.
    stopped: Option<ClientError>,
}

/// The numbers that nothing has.
#[derive(Debug, Default)]
struct Missing {
    all: BTreeSet<i64>,
    /// Whether one of them was named by itself. A range passes over what is none: numbers have gaps.
    is_named: bool,
}

/// Acknowledges what lies at `kind` (`alerts`, say) under these numbers, each once.
pub(super) async fn acknowledge<T: DeserializeOwned>(
    client: &Client,
    kind: &str,
    ranges: &[RangeInclusive<i64>],
) -> Seen<T> {
    let mut seen = Seen {
        answers: Vec::new(),
        missing: Missing::default(),
        stopped: None,
    };
    for number in each_once(ranges) {
        let path = [kind, &number.to_string(), "acknowledge"];
        match client.post(&path, &json!({})).await {
            Ok(answer) => seen.answers.push(answer),
            Err(ClientError::Refused(problem, _)) if problem.slug() == "not-found" => {
                seen.missing.all.insert(number);
                seen.missing.is_named |= is_named(ranges, number);
            }
            Err(failure) => {
                seen.stopped = Some(failure);
                break;
            }
        }
    }
    seen
}

impl<T> Seen<T> {
    /// What is left to say once the answers are shown: a remark, or why it failed. `one` is what a number means, and `look` the
    /// command that lists them.
    pub(super) fn end(self, one: &str, look: &str) -> Result<Option<String>, ClientError> {
        if let Some(failure) = self.stopped {
            return Err(failure);
        }
        let is_nothing = self.answers.is_empty();
        self.missing.told(is_nothing, one, look)
    }
}

impl Missing {
    fn told(&self, is_nothing: bool, one: &str, look: &str) -> Result<Option<String>, ClientError> {
        if self.all.is_empty() {
            return Ok(None);
        }
        let numbers = collapsed(&self.all).join(", ");
        if self.is_named || is_nothing {
            let text = format!("there is no {one} {numbers}");
            return Err(ClientError::Missing(
                text,
                format!("{look} shows which there are"),
            ));
        }
        Ok(Some(format!("none: {numbers}")))
    }
}

/// All numbers in the order of the line, without those that were there before.
fn each_once(ranges: &[RangeInclusive<i64>]) -> Vec<i64> {
    let mut before = BTreeSet::new();
    let all = ranges.iter().cloned().flatten();
    all.filter(|number| before.insert(*number)).collect()
}

fn is_named(ranges: &[RangeInclusive<i64>], number: i64) -> bool {
    ranges.contains(&(number..=number))
}

#[cfg(test)]
mod tests {
    use super::{ClientError, Missing, each_once, is_named};

    #[test]
    fn each_number_is_tried_once_and_in_its_order() {
        assert_eq!(each_once(&[8..=8, 99..=99, 7..=9]), [8, 99, 7, 9]);
    }

    #[test]
    fn only_a_number_that_was_named_or_nothing_at_all_is_a_failure() {
        let ranges = [3..=7, 9..=9];
        assert!(is_named(&ranges, 9) && !is_named(&ranges, 5));
        let told = |all: &[i64], is_named, is_nothing| {
            let all = all.iter().copied().collect();
            Missing { all, is_named }.told(is_nothing, "alert", "skep alerts list")
        };
        assert!(matches!(told(&[], false, true), Ok(None)));
        let remark = told(&[5, 6], false, false).expect("a remark");
        assert_eq!(remark.as_deref(), Some("none: 5-6"));
        for (is_named, is_nothing) in [(true, false), (false, true)] {
            let failure = told(&[5, 6], is_named, is_nothing).expect_err("a failure");
            assert_eq!(failure.exit_code(), 3);
            assert!(
                matches!(failure, ClientError::Missing(text, _) if text == "there is no alert 5-6")
            );
        }
    }
}
