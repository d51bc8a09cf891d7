//! What the partition keys of tables were when last looked at: with them a partition's name is known before its table
//! is read, and one round trip finds both. A hint is compared with the table that comes back, so a stale one costs a
//! second look and nothing else.

use crate::model::TableRef;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many tables are remembered; when there are more, all are forgotten and learnt anew.
const TABLES_REMEMBERED_MAX: usize = 10_000;

/// The key names of tables, as they stand in partition names.
#[derive(Debug, Default)]
pub(in crate::catalog) struct KeyHints {
    known: Mutex<HashMap<TableRef, Arc<Vec<String>>>>,
}

impl KeyHints {
    /// What a table's keys were.
    pub(super) fn get(&self, at: &TableRef) -> Option<Arc<Vec<String>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(at).map(Arc::clone)
    }

    /// Remembers what a table's keys are.
    pub(super) fn put(&self, at: &TableRef, keys: Vec<String>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TABLES_REMEMBERED_MAX {
            known.clear();
        }
        known.insert(at.clone(), Arc::new(keys));
    }
}
