//! Storage descriptors in memory: those of the process, and those of one transaction. It asks no database.

use crate::model::StorageDescriptor;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Stored bytes of the descriptors that are kept decoded. Decoded they take two to three times as much.
const CACHE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Descriptors by number and by content. Each half holds up to half of the bytes; when the young half is full, the
/// old one is forgotten and the young one takes its place, so what is used stays.
#[derive(Debug, Default)]
pub(in crate::store) struct Descriptors {
    halves: Mutex<Halves>,
}

#[derive(Debug, Default)]
pub(super) struct Halves {
    young: Half,
    old: Half,
}

#[derive(Debug, Default)]
struct Half {
    by_id: HashMap<i64, (Arc<StorageDescriptor>, usize)>,
    by_content: HashMap<Arc<StorageDescriptor>, i64>,
    bytes: usize,
}

impl Half {
    fn insert(&mut self, id: i64, descriptor: &Arc<StorageDescriptor>, bytes: usize) {
        if self
            .by_id
            .insert(id, (Arc::clone(descriptor), bytes))
            .is_none()
        {
            self.bytes += bytes;
        }
        self.by_content.insert(Arc::clone(descriptor), id);
    }
}

impl Halves {
    fn insert(&mut self, id: i64, descriptor: &Arc<StorageDescriptor>, bytes: usize) {
        if bytes > CACHE_BYTES_MAX / 2 {
            return;
        }
        if self.young.bytes + bytes > CACHE_BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, descriptor, bytes);
    }

    pub(super) fn by_id(&mut self, id: i64) -> Option<Arc<StorageDescriptor>> {
        if let Some((descriptor, _)) = self.young.by_id.get(&id) {
            return Some(Arc::clone(descriptor));
        }
        let (descriptor, bytes) = self.old.by_id.get(&id).cloned()?;
        self.insert(id, &descriptor, bytes);
        Some(descriptor)
    }

    pub(super) fn by_content(&mut self, descriptor: &StorageDescriptor) -> Option<i64> {
        if let Some(id) = self.young.by_content.get(descriptor) {
            return Some(*id);
        }
        let id = *self.old.by_content.get(descriptor)?;
        self.by_id(id);
        Some(id)
    }
}

impl Descriptors {
    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, Halves> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was read, or written by a transaction that has been committed.
    pub(in crate::store) fn keep(&self, made: &MadeDescriptors) {
        let mut halves = self.lock();
        for (descriptor, (id, bytes)) in &made.by_content {
            halves.insert(*id, descriptor, *bytes);
        }
    }

    pub(super) fn keep_one(&self, id: i64, descriptor: &Arc<StorageDescriptor>, bytes: usize) {
        self.lock().insert(id, descriptor, bytes);
    }
}

/// The descriptors that a transaction stored or read, found by their content at one cost however many they are. The
/// content is a type of its own for the test alone.
#[derive(Debug)]
pub(in crate::store) struct MadeDescriptors<C = Arc<StorageDescriptor>> {
    by_content: HashMap<C, (i64, usize)>,
}

impl<C> Default for MadeDescriptors<C> {
    fn default() -> Self {
        Self {
            by_content: HashMap::new(),
        }
    }
}

impl<C: Eq + Hash> MadeDescriptors<C> {
    pub(super) fn insert(&mut self, id: i64, content: C, bytes: usize) {
        self.by_content.insert(content, (id, bytes));
    }

    pub(super) fn id<Q: Eq + Hash + ?Sized>(&self, content: &Q) -> Option<i64>
    where
        C: Borrow<Q>,
    {
        self.by_content.get(content).map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::hash::Hasher;

    fn descriptor(format: &str) -> Arc<StorageDescriptor> {
        Arc::new(StorageDescriptor {
            input_format: Some(format.into()),
            ..StorageDescriptor::default()
        })
    }

    #[test]
    fn what_is_used_survives_and_what_is_not_is_forgotten() {
        let cache = Descriptors::default();
        let size = CACHE_BYTES_MAX / 2 / 4;
        for id in 0..9 {
            cache.keep_one(id, &descriptor(&id.to_string()), size);
            assert!(cache.lock().by_id(0).is_some(), "used each time");
        }
        let mut halves = cache.lock();
        assert_eq!(halves.by_content(&descriptor("0")), Some(0));
        assert!(halves.by_id(1).is_none());
        assert!(halves.by_content(&descriptor("1")).is_none());
        assert!(halves.young.bytes + halves.old.bytes <= CACHE_BYTES_MAX);
    }

    /// A content that counts how often it is compared.
    #[derive(Debug)]
    struct Counted<'a>(u32, &'a Cell<u64>);

    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.1.set(self.1.get() + 1);
            self.0 == other.0
        }
    }

    impl Eq for Counted<'_> {}

    impl Hash for Counted<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn ten_thousand_different_descriptors_are_not_compared_each_with_each() {
        const MANY: u32 = 10_000;
        let compared = Cell::new(0);
        let mut made: MadeDescriptors<Counted<'_>> = MadeDescriptors::default();
        for number in 0..MANY {
            let content = Counted(number, &compared);
            assert_eq!(made.id(&content), None);
            made.insert(i64::from(number), content, 1);
        }
        for number in 0..MANY {
            let content = Counted(number, &compared);
            assert_eq!(made.id(&content), Some(i64::from(number)));
        }
        // A comparison a look-up that finds; the odd one where two hashes fall together.
        let bound = 2 * u64::from(MANY);
        assert!(compared.get() <= bound, "{} comparisons", compared.get());
    }
}
