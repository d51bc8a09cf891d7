//! Who gets a place among the runs under way. A bucket that hangs makes each of its runs last as long as requests and
//! their repetitions may: it must not take the places of the others.
//!
//! No bucket gets the last quarter of the places. One whose last run failed is asked by one run at a time until one goes
//! through, and all such together get half of the places at most.

use crate::model::TableRef;
use crate::store::DueTable;
use std::collections::{HashMap, HashSet};

/// Buckets whose failure is remembered at most. What is forgotten costs places for one more failure.
const FAILING_MAX: usize = 10_000;

/// The places of one task, and who has them.
#[derive(Debug)]
pub(super) struct Shares {
    places: usize,
    begun: HashSet<TableRef>,
    by_bucket: HashMap<String, usize>,
    /// The buckets whose last run failed.
    failing: HashSet<String>,
}

impl Shares {
    pub(super) fn new(places: usize) -> Self {
        Self {
            places: places.max(1),
            begun: HashSet::new(),
            by_bucket: HashMap::new(),
            failing: HashSet::new(),
        }
    }

    /// Whether any place is free.
    pub(super) fn has_room(&self) -> bool {
        self.begun.len() < self.places
    }

    /// How many runs are under way.
    pub(super) fn begun(&self) -> usize {
        self.begun.len()
    }

    pub(super) fn has_begun(&self, at: &TableRef) -> bool {
        self.begun.contains(at)
    }

    pub(super) fn may_begin(&self, table: &DueTable) -> bool {
        self.has_room() && !self.has_begun(&table.at) && !self.is_full(&table.bucket)
    }

    /// The buckets that get no more places for now.
    pub(super) fn full(&self) -> Vec<String> {
        let known = self.by_bucket.keys().chain(&self.failing);
        let full: HashSet<&String> = known.filter(|bucket| self.is_full(bucket)).collect();
        full.into_iter().cloned().collect()
    }

    fn is_full(&self, bucket: &str) -> bool {
        let has = self.by_bucket.get(bucket).copied().unwrap_or(0);
        if !self.failing.contains(bucket) {
            return has >= (self.places - self.places / 4).max(1);
        }
        let of_failing = self.failing.iter();
        let of_failing: usize = of_failing.filter_map(|one| self.by_bucket.get(one)).sum();
        has >= 1 || of_failing >= (self.places / 2).max(1)
    }

    pub(super) fn begin(&mut self, table: &DueTable) {
        if self.begun.insert(table.at.clone()) {
            *self.by_bucket.entry(table.bucket.clone()).or_default() += 1;
        }
    }

    /// Gives the place back. `failed` says how the run ended; `None` where it did not take place.
    pub(super) fn end(&mut self, table: &DueTable, failed: Option<bool>) {
        if self.begun.remove(&table.at)
            && let Some(has) = self.by_bucket.get_mut(&table.bucket)
        {
            *has -= 1;
            if *has == 0 {
                self.by_bucket.remove(&table.bucket);
            }
        }
        match failed {
            Some(true) if self.failing.len() < FAILING_MAX => {
                self.failing.insert(table.bucket.clone());
            }
            Some(false) => {
                self.failing.remove(&table.bucket);
            }
            Some(true) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DatabaseRef;

    fn due(bucket: &str, number: usize) -> DueTable {
        DueTable {
            at: DatabaseRef::new("hive", "default").table(format!("{bucket}{number}").as_str()),
            bucket: bucket.to_owned(),
        }
    }

    /// Begins as many runs of a bucket as it gets.
    fn begin_all(shares: &mut Shares, bucket: &str) -> usize {
        let tables = (0..100).map(|number| due(bucket, number));
        tables
            .filter(|table| {
                let may = shares.may_begin(table);
                if may {
                    shares.begin(table);
                }
                may
            })
            .count()
    }

    #[test]
    fn no_bucket_gets_all_places() {
        let mut shares = Shares::new(8);
        assert_eq!(begin_all(&mut shares, "a"), 6);
        assert_eq!(shares.full(), ["a"]);
        assert_eq!(begin_all(&mut shares, "b"), 2);
        assert!(!shares.has_room());
        shares.end(&due("a", 0), Some(false));
        assert_eq!((shares.begun(), begin_all(&mut shares, "a")), (7, 1));
    }

    #[test]
    fn a_bucket_that_failed_is_asked_by_one_run_until_one_goes_through() {
        let mut shares = Shares::new(8);
        for bucket in ["a", "b", "c", "d", "e"] {
            shares.begin(&due(bucket, 0));
            shares.end(&due(bucket, 0), Some(true));
        }
        let got: usize = ["a", "b", "c", "d", "e"]
            .iter()
            .map(|bucket| begin_all(&mut shares, bucket))
            .sum();
        assert_eq!(got, 4, "one each, and half of the places together");
        let mut full = shares.full();
        full.sort();
        assert_eq!(full, ["a", "b", "c", "d", "e"]);
        shares.end(&due("a", 0), None);
        assert_eq!(begin_all(&mut shares, "a"), 1, "nothing was learnt");
        shares.end(&due("a", 0), Some(false));
        assert_eq!(begin_all(&mut shares, "a"), 5);
    }

    #[test]
    fn the_only_place_goes_to_whoever_comes() {
        let mut shares = Shares::new(1);
        for failed in [true, true, false] {
            assert_eq!(begin_all(&mut shares, "a"), 1);
            shares.end(&due("a", 0), Some(failed));
        }
    }
}
