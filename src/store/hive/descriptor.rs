//! Storage descriptors: stored once by their content, and kept decoded in memory (`descriptor_cache`).
//!
//! A row is never changed. Rows that nothing refers to any more stay for now: events refer to descriptors too, so
//! removing one needs a look at all of tables, partitions and events.

use crate::model::StorageDescriptor;
use crate::store::form::packing::{descriptor_of, descriptor_text};
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

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
