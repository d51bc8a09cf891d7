//! From where to where jobs move data, as a process remembers it.

use crate::model::Location;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// From where to where a job moves data.
#[derive(Debug)]
pub(in crate::store) struct Ways {
    pub(super) from: Vec<Location>,
    pub(super) to: Vec<Location>,
}

/// The ways of the jobs that a process has met, by their numbers, as long as they are under way.
#[derive(Debug, Default)]
pub(in crate::store) struct KnownWays(Mutex<HashMap<i64, Arc<Ways>>>);

impl KnownWays {
    /// Those that are known of these jobs, and the others. Other jobs are forgotten.
    pub(super) fn of(&self, ids: &[i64]) -> (Vec<(i64, Arc<Ways>)>, Vec<i64>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id, _| ids.contains(id));
        let unknown = ids.iter().filter(|id| !known.contains_key(id)).copied();
        let unknown = unknown.collect();
        let known = known.iter().map(|(id, ways)| (*id, Arc::clone(ways)));
        (known.collect(), unknown)
    }

    pub(super) fn insert(&self, id: i64, ways: &Arc<Ways>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(id, Arc::clone(ways));
    }
}
