//! Why a lock waits: whom it waits for, and whom that one waits for.

use super::{ListedLock, LockFilter, missing};
use crate::catalog::Operations;
use crate::error::Result;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

/// A lock, and those that have to end before it is granted.
#[derive(Debug, Clone)]
pub struct ExplainedLock {
    /// The lock.
    pub lock: ListedLock,
    /// The one that it waits for, then the one that this waits for, to the one that holds.
    pub waits_for: Vec<ListedLock>,
}

impl Operations<'_> {
    /// A living lock, with whom it waits for. `NotFound` where it was given back or has run out.
    #[boxed]
    pub async fn lock_explain(&self, id: i64) -> Result<ExplainedLock> {
        let all = self.lock_list(&LockFilter::default()).await?;
        let mut locks: HashMap<i64, ListedLock> =
            all.into_iter().map(|one| (one.lock.id, one)).collect();
        let lock = locks.remove(&id).ok_or_else(|| missing(id))?;
        let mut waits_for = Vec::new();
        let mut next = lock.blocked_by;
        // Each is taken out, so that a circle ends.
        while let Some(found) = next.and_then(|id| locks.remove(&id)) {
            next = found.blocked_by;
            waits_for.push(found);
        }
        Ok(ExplainedLock { lock, waits_for })
    }
}
