//! Storage descriptors: stored once by their content, and kept decoded in memory.
//!
//! A row is never changed. Rows that nothing refers to any more stay for now: events refer to descriptors too, so
//! removing one needs a look at all of tables, partitions and events.

use crate::model::StorageDescriptor;
use crate::store::form::packing::{descriptor_of, descriptor_text};
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
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
struct Halves {
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

    fn by_id(&mut self, id: i64) -> Option<Arc<StorageDescriptor>> {
        if let Some((descriptor, _)) = self.young.by_id.get(&id) {
            return Some(Arc::clone(descriptor));
        }
        let (descriptor, bytes) = self.old.by_id.get(&id).cloned()?;
        self.insert(id, &descriptor, bytes);
        Some(descriptor)
    }

    fn by_content(&mut self, descriptor: &StorageDescriptor) -> Option<i64> {
        if let Some(id) = self.young.by_content.get(descriptor) {
            return Some(*id);
        }
        let id = *self.old.by_content.get(descriptor)?;
        self.by_id(id);
        Some(id)
    }
}

impl Descriptors {
    fn lock(&self) -> std::sync::MutexGuard<'_, Halves> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was read, or written by a transaction that has been committed.
    pub(in crate::store) fn keep(&self, made: &MadeDescriptors) {
        let mut halves = self.lock();
        for (descriptor, (id, bytes)) in &made.by_content {
            halves.insert(*id, descriptor, *bytes);
        }
    }

    fn keep_one(&self, id: i64, descriptor: &Arc<StorageDescriptor>, bytes: usize) {
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
    fn insert(&mut self, id: i64, content: C, bytes: usize) {
        self.by_content.insert(content, (id, bytes));
    }

    fn id<Q: Eq + Hash + ?Sized>(&self, content: &Q) -> Option<i64>
    where
        C: Borrow<Q>,
    {
        self.by_content.get(content).map(|(id, _)| *id)
    }
}

/// A descriptor that is about to be stored.
struct Candidate<'a> {
    descriptor: &'a Arc<StorageDescriptor>,
    hash: String,
    text: String,
}

impl Session {
    /// The numbers of these descriptors, which are stored where they are new. Only inside a transaction.
    pub(in crate::store) async fn descriptor_ids(
        &mut self,
        descriptors: &[&Arc<StorageDescriptor>],
    ) -> Result<Vec<i64>, Failure> {
        let mut ids = vec![None; descriptors.len()];
        let mut missing: HashMap<&StorageDescriptor, &Arc<StorageDescriptor>> = HashMap::new();
        let mut last: Option<(&Arc<StorageDescriptor>, Option<i64>)> = None;
        for (index, descriptor) in descriptors.iter().enumerate() {
            // Partitions of one request share their descriptor or at least send the same one in a row.
            let same = last.filter(|(before, _)| {
                Arc::ptr_eq(before, descriptor) || before.as_ref() == descriptor.as_ref()
            });
            ids[index] = match same {
                Some((_, id)) => id,
                None => self.descriptor_known(descriptor),
            };
            if ids[index].is_none() {
                missing.entry(descriptor.as_ref()).or_insert(descriptor);
            }
            last = Some((descriptor, ids[index]));
        }
        if !missing.is_empty() {
            self.descriptor_store(missing.into_values().collect())
                .await?;
        }
        let found = ids.into_iter().zip(descriptors).map(|(id, descriptor)| {
            id.or_else(|| self.descriptor_known(descriptor))
                .ok_or_else(|| Failure::fault("a descriptor that was just stored is missing"))
        });
        found.collect()
    }

    /// The number of one descriptor.
    pub(in crate::store) async fn descriptor_id(
        &mut self,
        descriptor: &Arc<StorageDescriptor>,
    ) -> Result<i64, Failure> {
        let ids = self.descriptor_ids(&[descriptor]).await?;
        ids.first()
            .copied()
            .ok_or_else(|| Failure::fault("one descriptor has one number"))
    }

    fn descriptor_known(&self, descriptor: &StorageDescriptor) -> Option<i64> {
        let made = self.made_descriptors.id(descriptor);
        made.or_else(|| self.store.descriptors().lock().by_content(descriptor))
    }

    async fn descriptor_store(
        &mut self,
        missing: Vec<&Arc<StorageDescriptor>>,
    ) -> Result<(), Failure> {
        let mut candidates = Vec::with_capacity(missing.len());
        for descriptor in missing {
            let text = descriptor_text(descriptor)?;
            candidates.push(Candidate {
                descriptor,
                hash: hex::encode(Sha256::digest(text.as_bytes())),
                text,
            });
        }
        // In one order everywhere, so that two writers do not wait for each other.
        candidates.sort_by(|a, b| a.hash.cmp(&b.hash));
        let mut rest = candidates.as_slice();
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 3, rest, |c| c.text.len());
            let (chunk, later) = rest.split_at(count);
            self.descriptor_store_chunk(chunk).await?;
            rest = later;
        }
        Ok(())
    }

    async fn descriptor_store_chunk(&mut self, chunk: &[Candidate<'_>]) -> Result<(), Failure> {
        let ids = self.ids_take(chunk.len()).await?;
        let rows = ids.zip(chunk).map(|(id, candidate)| {
            [
                id.into(),
                candidate.hash.as_str().into(),
                candidate.text.as_str().into(),
            ]
        });
        let insert = self
            .statement("INSERT INTO skep_descriptors (id, hash, body) VALUES ")
            .rows(rows)
            .upsert(&["hash"], &[]);
        self.execute(&insert).await?;
        // Another writer may have been first: the numbers are those of the rows that are there now.
        let hashes: Vec<&str> = chunk
            .iter()
            .map(|candidate| candidate.hash.as_str())
            .collect();
        let select = self
            .statement("SELECT id, hash FROM skep_descriptors WHERE hash IN ")
            .list(&hashes);
        let rows = self.rows(&select).await?;
        for row in &rows {
            let mut cells = row.cells();
            let (id, hash) = (cells.integer()?, cells.text()?);
            if let Ok(at) = chunk.binary_search_by(|candidate| candidate.hash.as_str().cmp(hash)) {
                let content = Arc::clone(chunk[at].descriptor);
                self.made_descriptors
                    .insert(id, content, chunk[at].text.len());
            }
        }
        Ok(())
    }

    /// A descriptor by its number, with its text where the query had it at hand.
    pub(in crate::store) async fn descriptor_get(
        &mut self,
        id: i64,
        text: Option<&str>,
    ) -> Result<Arc<StorageDescriptor>, Failure> {
        if let Some(known) = self.store.descriptors().lock().by_id(id) {
            return Ok(known);
        }
        if let Some(text) = text {
            let descriptor = Arc::new(descriptor_of(text)?);
            self.descriptor_keep(id, &descriptor, text.len());
            return Ok(descriptor);
        }
        let found = self.descriptor_list(&[id]).await?;
        found
            .into_values()
            .next()
            .ok_or_else(|| Failure::fault(format!("descriptor {id} is missing")))
    }

    /// The descriptors of these numbers; each is decoded once.
    pub(in crate::store) async fn descriptor_list(
        &mut self,
        ids: &[i64],
    ) -> Result<HashMap<i64, Arc<StorageDescriptor>>, Failure> {
        let mut found = HashMap::new();
        // In order, so that two lists of the same numbers are one statement's arguments.
        let mut missing = BTreeSet::new();
        {
            let mut halves = self.store.descriptors().lock();
            for id in ids {
                if found.contains_key(id) || missing.contains(id) {
                    continue;
                }
                match halves.by_id(*id) {
                    Some(known) => {
                        found.insert(*id, known);
                    }
                    None => {
                        missing.insert(*id);
                    }
                }
            }
        }
        let missing: Vec<i64> = missing.into_iter().collect();
        for chunk in missing.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("SELECT id, body FROM skep_descriptors WHERE id IN ")
                .list(chunk);
            let rows = self.rows(&statement).await?;
            for row in &rows {
                let mut cells = row.cells();
                let (id, text) = (cells.integer()?, cells.text()?);
                let descriptor = Arc::new(descriptor_of(text)?);
                self.descriptor_keep(id, &descriptor, text.len());
                found.insert(id, descriptor);
            }
        }
        if let Some(lost) = ids.iter().find(|id| !found.contains_key(id)) {
            return Err(Failure::fault(format!("descriptor {lost} is missing")));
        }
        Ok(found)
    }

    /// What a transaction reads may be its own and never be committed, so it goes to all only with the commit.
    fn descriptor_keep(&mut self, id: i64, descriptor: &Arc<StorageDescriptor>, bytes: usize) {
        if self.in_transaction {
            self.made_descriptors
                .insert(id, Arc::clone(descriptor), bytes);
        } else {
            self.store.descriptors().keep_one(id, descriptor, bytes);
        }
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
