//! The objects of the S3 stand-in: buckets of sorted keys in memory, the count of every kind of
//! request, and the faults a test has asked for. Knows nothing of HTTP.

use super::gate::{Gate, Hanging};
use bytes::Bytes;
use s3s::{S3Error, S3Result, s3_error};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// One stored object.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) bytes: Bytes,
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
}

impl Stored {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self::written_at(bytes, SystemTime::now())
    }

    pub(crate) fn written_at(bytes: Bytes, modified: SystemTime) -> Self {
        let mut etag = String::with_capacity(32);
        for byte in &Sha256::digest(&bytes)[..16] {
            write!(etag, "{byte:02x}").unwrap();
        }
        Self {
            bytes,
            etag,
            modified,
        }
    }
}

/// A failure that a test has ordered: requests of one kind whose key contains a text.
struct Fault {
    operation: &'static str,
    key_contains: String,
    /// How many such requests still pass before it strikes.
    pass: usize,
    /// How many requests it then fails.
    strikes: usize,
    status: u16,
}

/// One page of a listing.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) objects: Vec<(String, Stored)>,
    pub(crate) prefixes: Vec<String>,
    /// The last key or prefix looked at, when more follow.
    pub(crate) next: Option<String>,
}

#[derive(Default)]
struct State {
    buckets: BTreeMap<String, BTreeMap<String, Stored>>,
    uploads: BTreeMap<String, BTreeMap<i32, Bytes>>,
    upload_last: u64,
    requests: BTreeMap<&'static str, usize>,
    faults: Vec<Fault>,
    gates: Vec<Arc<Gate>>,
    /// Buckets whose listings are not answered.
    hanging: BTreeMap<String, Arc<Hanging>>,
    /// How many listings are still to break off in the middle of their body.
    breaks: usize,
    /// Keys that a page holds at most, where a test wants fewer than S3 gives.
    page_keys_max: Option<usize>,
    /// Whether pages hold their keys the wrong way round.
    is_reversed: bool,
    latency: Duration,
    /// What answers give as their time, where a test does not want the real one.
    date: Option<String>,
}

/// All buckets. Reached from the server's tasks and from the test at once.
#[derive(Default)]
pub(crate) struct Store(Mutex<State>);

impl Store {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn bucket_make(&self, bucket: &str) {
        self.state().buckets.entry(bucket.to_owned()).or_default();
    }

    pub(crate) fn bucket_remove(&self, bucket: &str) {
        self.state().buckets.remove(bucket);
    }

    pub(crate) fn bucket_names(&self) -> Vec<String> {
        self.state().buckets.keys().cloned().collect()
    }

    /// Counts a request, and fails it when a fault is due.
    pub(crate) fn admit(&self, operation: &'static str, key: &str) -> S3Result<()> {
        let mut state = self.state();
        *state.requests.entry(operation).or_default() += 1;
        for fault in &mut state.faults {
            if fault.operation != operation || !key.contains(&fault.key_contains) {
                continue;
            }
            if fault.pass > 0 {
                fault.pass -= 1;
            } else if fault.strikes > 0 {
                fault.strikes -= 1;
                return Err(fault_error(fault.status));
            }
        }
        Ok(())
    }

    pub(crate) fn fault_add(
        &self,
        operation: &'static str,
        key_contains: &str,
        pass: usize,
        strikes: usize,
        status: u16,
    ) {
        let key_contains = key_contains.to_owned();
        self.state().faults.push(Fault {
            operation,
            key_contains,
            pass,
            strikes,
            status,
        });
    }

    pub(crate) fn gate_add(&self, operation: &'static str, key_contains: &str) -> Arc<Gate> {
        let gate = Arc::new(Gate::new(operation, key_contains));
        self.state().gates.push(Arc::clone(&gate));
        gate
    }

    pub(crate) fn hang(&self, bucket: &str) -> Arc<Hanging> {
        let hanging = Arc::new(Hanging::new());
        let mut state = self.state();
        state
            .hanging
            .insert(bucket.to_owned(), Arc::clone(&hanging));
        hanging
    }

    /// Waits for as long as the bucket hangs.
    pub(crate) async fn hanging_pass(&self, bucket: &str) {
        let hanging = self.state().hanging.get(bucket).cloned();
        if let Some(hanging) = hanging {
            hanging.pass().await;
        }
    }

    /// Waits at the gates of a kind of request.
    pub(crate) async fn gates_pass(&self, operation: &str, key: &str) {
        let gates: Vec<_> = {
            let state = self.state();
            let held = state.gates.iter().filter(|gate| gate.holds(operation, key));
            held.cloned().collect()
        };
        for gate in gates {
            gate.pass().await;
        }
    }

    pub(crate) fn breaks_add(&self, count: usize) {
        self.state().breaks += count;
    }

    /// Whether the listing that is being answered is to break off.
    pub(crate) fn break_take(&self) -> bool {
        let mut state = self.state();
        let is_due = state.breaks > 0;
        state.breaks = state.breaks.saturating_sub(1);
        is_due
    }

    pub(crate) fn date_set(&self, date: String) {
        self.state().date = Some(date);
    }

    pub(crate) fn date(&self) -> Option<String> {
        self.state().date.clone()
    }

    pub(crate) fn page_keys_max_set(&self, keys: usize) {
        self.state().page_keys_max = Some(keys);
    }

    pub(crate) fn listings_reverse(&self) {
        self.state().is_reversed = true;
    }

    /// Whether pages are told the wrong way round.
    pub(crate) fn is_reversed(&self) -> bool {
        self.state().is_reversed
    }

    pub(crate) fn latency_set(&self, latency: Duration) {
        self.state().latency = latency;
    }

    pub(crate) fn latency(&self) -> Duration {
        self.state().latency
    }

    pub(crate) fn requests(&self, operation: &str) -> usize {
        self.state().requests.get(operation).copied().unwrap_or(0)
    }

    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        let state = self.state();
        state
            .buckets
            .get(bucket)
            .map(|keys| keys.keys().cloned().collect())
            .unwrap_or_default()
    }

    pub(crate) fn get(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        let state = self.state();
        let objects = state
            .buckets
            .get(bucket)
            .ok_or_else(|| s3_error!(NoSuchBucket))?;
        objects
            .get(key)
            .cloned()
            .ok_or_else(|| s3_error!(NoSuchKey))
    }

    /// Stores an object; with `only_new`, refuses when the key is taken.
    pub(crate) fn put(
        &self,
        bucket: &str,
        key: &str,
        stored: Stored,
        only_new: bool,
    ) -> S3Result<()> {
        let mut state = self.state();
        let objects = state
            .buckets
            .get_mut(bucket)
            .ok_or_else(|| s3_error!(NoSuchBucket))?;
        if only_new && objects.contains_key(key) {
            return Err(s3_error!(PreconditionFailed));
        }
        objects.insert(key.to_owned(), stored);
        Ok(())
    }

    pub(crate) fn delete(&self, bucket: &str, key: &str) -> S3Result<()> {
        let mut state = self.state();
        let objects = state
            .buckets
            .get_mut(bucket)
            .ok_or_else(|| s3_error!(NoSuchBucket))?;
        objects.remove(key);
        Ok(())
    }

    pub(crate) fn upload_begin(&self) -> String {
        let mut state = self.state();
        state.upload_last += 1;
        let id = format!("upload-{}", state.upload_last);
        state.uploads.insert(id.clone(), BTreeMap::new());
        id
    }

    pub(crate) fn upload_part(&self, id: &str, number: i32, bytes: Bytes) -> S3Result<()> {
        let mut state = self.state();
        let parts = state
            .uploads
            .get_mut(id)
            .ok_or_else(|| s3_error!(NoSuchUpload))?;
        parts.insert(number, bytes);
        Ok(())
    }

    /// Ends an upload and gives its parts in order; an aborted upload drops them.
    pub(crate) fn upload_end(&self, id: &str) -> S3Result<Bytes> {
        let parts = self
            .state()
            .uploads
            .remove(id)
            .ok_or_else(|| s3_error!(NoSuchUpload))?;
        Ok(parts.into_values().flatten().collect::<Vec<u8>>().into())
    }

    /// One page of the keys that begin with `prefix` and follow `after`; keys that share a
    /// prefix up to the delimiter are listed once.
    pub(crate) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: Option<&str>,
        after: Option<&str>,
        keys_max: usize,
    ) -> S3Result<Page> {
        let state = self.state();
        let objects = state
            .buckets
            .get(bucket)
            .ok_or_else(|| s3_error!(NoSuchBucket))?;
        let keys_max = state
            .page_keys_max
            .map_or(keys_max, |most| most.min(keys_max));
        let mut page = Page::default();
        let mut last = String::new();
        let mut from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(prefix.to_owned()),
        };
        // A page that ended with a common prefix goes on behind everything below it.
        if let (Some(after), Some(delimiter)) = (after, delimiter)
            && after.ends_with(delimiter)
            && after.len() > prefix.len()
        {
            from = Bound::Excluded(format!("{after}{}", char::MAX));
        }
        let mut rest = objects.range::<String, _>((from.as_ref(), Bound::Unbounded));
        loop {
            let Some((key, stored)) = rest.next().filter(|(key, _)| key.starts_with(prefix)) else {
                return Ok(page);
            };
            if page.objects.len() + page.prefixes.len() == keys_max {
                page.next = Some(last);
                return Ok(page);
            }
            let below = &key[prefix.len()..];
            let cut = delimiter.and_then(|mark| Some(below.find(mark)? + mark.len()));
            if let Some(cut) = cut {
                key[..prefix.len() + cut].clone_into(&mut last);
                let behind = Bound::Excluded(format!("{last}{}", char::MAX));
                rest = objects.range::<String, _>((behind.as_ref(), Bound::Unbounded));
                page.prefixes.push(last.clone());
            } else {
                last.clone_from(key);
                page.objects.push((key.clone(), stored.clone()));
            }
        }
    }
}

fn fault_error(status: u16) -> S3Error {
    match status {
        403 => s3_error!(AccessDenied),
        404 => s3_error!(NoSuchKey),
        503 => s3_error!(SlowDown),
        _ => s3_error!(InternalError),
    }
}
