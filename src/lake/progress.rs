//! How far work on many objects is, for whoever looks at it from outside.

use super::error::LakeError;
use super::standing::Mark;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Copies that a process remembers, of all jobs together: about 110 MB. Of those beyond nobody knows which run has made them.
const COPIES_KEPT_MAX: usize = 2_000_000;
/// How many are remembered.
static COPIES_KEPT: AtomicUsize = AtomicUsize::new(0);

/// Objects that were copied or deleted, or found to be so already.
#[derive(Debug, Default)]
pub struct Progress {
    objects: AtomicU64,
    bytes: AtomicU64,
    is_stopped: AtomicBool,
    /// The keys of the copies that were made, each as a hash. Two keys with one hash, once in ages, cost a file that
    /// somebody wrote at the target of a move before it was one.
    /// The other half is the tag that the source had then.
    copied: Mutex<HashMap<u64, u64>>,
}

/// What a deletion goes by while it is under way.
pub struct DeletionWatch<'a> {
    /// Where what is deleted is counted.
    pub progress: &'a Arc<Progress>,
    /// What the same run has copied, where it has.
    pub copied: Option<&'a Progress>,
    /// What stood at the place when it was last known that it is still to be done; where that is known it is not asked again.
    pub stood: Option<Mark>,
    /// Whether it is still to be done: asked between the listing of keys and their deletion, because another one may have
    /// finished it meanwhile for somebody who uses the place by now.
    pub still: &'a (dyn Fn() -> BoxFuture<'a, Result<bool, LakeError>> + Send + Sync),
}

impl<'a> DeletionWatch<'a> {
    /// Of a deletion that nobody else finishes.
    pub fn alone(progress: &'a Arc<Progress>) -> Self {
        Self {
            progress,
            copied: None,
            stood: None,
            still: &|| Box::pin(async { Ok(true) }),
        }
    }
}

impl fmt::Debug for DeletionWatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeletionWatch").finish_non_exhaustive()
    }
}

impl Progress {
    /// How many objects.
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// How many bytes they have.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Lets no more copies begin; those that are on their way are waited for, so that none arrives afterwards.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Whether no more copies may begin.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// One more object of so many bytes.
    pub(super) fn add(&self, bytes: u64) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Remembers that a copy is being made at this key.
    pub(super) fn copied_note(&self, key: &str, tag: Option<&str>) {
        let mut copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        let key = hash(key);
        let tag = hash(tag.unwrap_or_default());
        if let Some(known) = copied.get_mut(&key) {
            *known = tag;
        } else if COPIES_KEPT.fetch_add(1, Ordering::Relaxed) < COPIES_KEPT_MAX {
            copied.insert(key, tag);
        } else {
            COPIES_KEPT.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether a copy was made at this key of what had another tag.
    pub(super) fn copied_another(&self, key: &str, tag: Option<&str>) -> bool {
        let copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        let known = copied.get(&hash(key));
        known.is_some_and(|known| *known != hash(tag.unwrap_or_default()))
    }

    /// Whether a copy was made at this key.
    pub(super) fn has_copied(&self, key: &str) -> bool {
        let copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        copied.contains_key(&hash(key))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let copied = self
            .copied
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        COPIES_KEPT.fetch_sub(copied.len(), Ordering::Relaxed);
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
