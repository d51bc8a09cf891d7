//! Bringing a directory of objects to another place: everything is copied, and what has its copy is deleted afterwards. The
//! source may change meanwhile, and the target may have things of others: what is copied, and what is a copy, is told by
//! comparing both.

use super::copies::{Copies, is_copy, may_be_copy};
use super::key::library_path;
use super::requests::PageQuery;
use super::{Bucket, Object, PAGE_KEYS_MAX, key_below, prefix_of};
use crate::lake::Summary;
use crate::lake::error::LakeError;
use crate::lake::moment::{Kept, Moment};
use crate::lake::progress::Progress;
use crate::model::Location;
use futures::{StreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Size of the parts in which an object too large for a server-side copy is streamed.
const STREAM_PART_BYTES: usize = 32 * 1024 * 1024;
/// Parts of a streamed copy that may be on their way at once.
const STREAM_PARTS_CONCURRENT_MAX: usize = 4;
/// How often the source is looked at again for what came or changed while it was copied. Who writes without an end cannot be
/// waited for.
const PASSES_MAX: usize = 5;
/// Copied names that are remembered, to take the copies away of what vanishes; of those beyond they stay.
const NAMES_KEPT_MAX: usize = 2_000_000;
/// What the clocks of stores tell.
const SECOND: Duration = Duration::from_secs(1);

/// How an object is copied.
enum Copy {
    /// By the library, which knows both keys.
    Library(Path, Path),
    /// By a request of our own, on the store's side.
    Request,
}

/// What one look at the source came to, in objects.
#[derive(Default)]
struct Passed {
    seen: usize,
    /// Copied, or taken away.
    changed: usize,
}

/// A name in 8 bytes. Two with one hash, once in ages, cost a copy of what vanished at the source.
fn name_hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

impl Bucket {
    /// Copies every key below `from` to its place below `to`; false when there is no key. What a call before has copied is
    /// left as it is. What comes or changes meanwhile is copied as well, as long as that ends.
    pub(in crate::lake) async fn directory_copy(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        progress: &Progress,
    ) -> Result<bool, LakeError> {
        let mut copied = HashSet::new();
        let mut was_full = false;
        for pass in 0..PASSES_MAX {
            let passed = self.pass(from, target, to, &mut copied, pass == 0, progress);
            let Passed { seen, changed } = passed.await?;
            was_full |= seen > 0;
            if changed == 0 {
                break;
            }
        }
        Ok(was_full)
    }

    /// One pass over the source: copies what has no copy, and takes the copies away of what is gone. `names_copied` are
    /// those of what the passes before have copied, as hashes. The first pass alone counts what it meets.
    async fn pass(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        names_copied: &mut HashSet<u64>,
        is_first: bool,
        progress: &Progress,
    ) -> Result<Passed, LakeError> {
        let mut token = None;
        let mut passed = Passed::default();
        let mut copies = Copies::new(target, to);
        loop {
            let page = self.page(from, token, PAGE_KEYS_MAX).await?;
            passed.seen += page.objects.len();
            let mut missing = Vec::new();
            let mut is_doubtful = false;
            for object in page.objects {
                let copy = copies.find(key_below(from, &object.key)).await?;
                if copy.is_some_and(|copy| is_copy(copy, &object)) {
                    if is_first {
                        progress.add(object.bytes);
                    }
                } else {
                    is_doubtful |= copy.is_some_and(|copy| may_be_copy(copy, &object));
                    missing.push(object);
                }
            }
            if is_doubtful {
                // What was written in the second of its copying is copied again in another one.
                tokio::time::sleep(SECOND).await;
            }
            passed.changed += missing.len();
            if names_copied.len() < NAMES_KEPT_MAX {
                let names = missing.iter().map(|object| key_below(from, &object.key));
                names_copied.extend(names.map(name_hash));
            }
            let has_failed = AtomicBool::new(false);
            let has_failed = &has_failed;
            let copied: Vec<Result<(), LakeError>> = stream::iter(missing)
                .map(|object| async move {
                    if has_failed.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                    let copied = self.object_copy(from, &object, target, to, progress).await;
                    if copied.is_err() {
                        has_failed.store(true, Ordering::Relaxed);
                    } else if is_first {
                        progress.add(object.bytes);
                    }
                    copied
                })
                .buffer_unordered(self.copies_concurrent_max)
                .collect()
                .await;
            // None was left on its way: it would arrive after it was taken back.
            copied.into_iter().collect::<Result<(), LakeError>>()?;
            let gone = copies.passed_take();
            passed.changed += target.vanished_delete(to, gone, names_copied).await?;
            if page.next.is_none() {
                break;
            }
            token = page.next;
        }
        loop {
            let is_more = copies.rest_pass().await?;
            let gone = copies.passed_take();
            passed.changed += target.vanished_delete(to, gone, names_copied).await?;
            if !is_more {
                return Ok(passed);
            }
        }
    }

    /// Deletes those of these keys that were copied: what they were copied of is gone.
    async fn vanished_delete(
        &self,
        to: &Location,
        mut gone: Vec<String>,
        copied: &HashSet<u64>,
    ) -> Result<usize, LakeError> {
        gone.retain(|key| copied.contains(&name_hash(key_below(to, key))));
        let count = gone.len();
        for keys in gone.chunks(PAGE_KEYS_MAX) {
            self.keys_delete(to, keys.to_vec()).await?;
        }
        Ok(count)
    }

    /// Counts all objects that a copy would take along. Fails where it could not take all of them.
    pub(in crate::lake) async fn copy_count(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
    ) -> Result<Summary, LakeError> {
        let mut total = Summary::default();
        let mut stuck: Option<(String, u64)> = None;
        let mut token = None;
        loop {
            let page = self.page(from, token, PAGE_KEYS_MAX).await?;
            for object in page.objects {
                total.add(object.bytes);
                let copy = prefix_of(to) + key_below(from, &object.key);
                if self.copy_way(&object, target, &copy).is_none() {
                    stuck.get_or_insert((object.key, 0)).1 += 1;
                }
            }
            if page.next.is_none() {
                break;
            }
            token = page.next;
        }
        match stuck {
            Some((first, count)) => Err(LakeError::unnameable(from.as_str(), &first, count)),
            None => Ok(total),
        }
    }

    async fn object_copy(
        &self,
        from: &Location,
        object: &Object,
        target: &Self,
        to: &Location,
        progress: &Progress,
    ) -> Result<(), LakeError> {
        if progress.is_stopped() {
            return Err(LakeError::refused(from.as_str(), "the copying was stopped"));
        }
        let copy = prefix_of(to) + key_below(from, &object.key);
        let Some(way) = self.copy_way(object, target, &copy) else {
            return Err(LakeError::unnameable(from.as_str(), &object.key, 1));
        };
        let copied = match way {
            Copy::Library(source, copy) => {
                let copied = self.library_copy(&source, target, &copy, object.bytes);
                let copied = copied.await;
                copied.map_err(|error| LakeError::from_store(from.as_str(), error))
            }
            Copy::Request => {
                let copied = target.requests.copy(&self.name, &object.key, &copy);
                copied.await.map_err(|failure| failure.at(from.as_str()))
            }
        };
        match copied {
            // Whoever wrote it may have taken it away since it was listed, as engines do with what they write on the way.
            Err(LakeError::NotFound { .. }) if !self.has_key(from, &object.key).await? => Ok(()),
            copied => copied,
        }
    }

    async fn has_key(&self, at: &Location, key: &str) -> Result<bool, LakeError> {
        let query = PageQuery {
            prefix: key,
            keys_max: 1,
            ..PageQuery::default()
        };
        let page = self.requests.page(query).await;
        let page = page.map_err(|failure| failure.at(at.as_str()))?;
        Ok(page.objects.first().is_some_and(|object| object.key == key))
    }

    /// How an object can be copied to a key; nothing where it cannot.
    fn copy_way(&self, object: &Object, target: &Self, copy: &str) -> Option<Copy> {
        if let (Some(source), Some(copy)) = (library_path(&object.key), library_path(copy)) {
            return Some(Copy::Library(source, copy));
        }
        let is_one_request = object.bytes <= self.copy_bytes_max;
        (is_one_request && target.requests.is_addressable(copy)).then_some(Copy::Request)
    }

    async fn library_copy(
        &self,
        from: &Path,
        target: &Self,
        to: &Path,
        bytes: u64,
    ) -> object_store::Result<()> {
        if std::ptr::eq(self, target) && bytes <= self.copy_bytes_max {
            return self.store.copy(from, to).await;
        }
        // Another bucket (whose region may differ), or an object over the store's limit.
        let mut chunks = self.store.get(from).await?.into_stream();
        let upload = target.store.put_multipart(to).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, STREAM_PART_BYTES);
        while let Some(chunk) = chunks.next().await {
            let ready = match chunk {
                Ok(chunk) => {
                    writer.put(chunk);
                    writer.wait_for_capacity(STREAM_PARTS_CONCURRENT_MAX).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = ready {
                // The parts sent so far cost money until they are aborted.
                drop(writer.abort().await);
                return Err(error);
            }
        }
        writer.finish().await.map(|_| ())
    }

    /// Deletes below `from` what has its copy below `to`, and what changed last before the moment of the copying. What else is
    /// there stays.
    pub(in crate::lake) async fn copied_delete(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        moment: Moment,
        progress: &Progress,
    ) -> Result<Kept, LakeError> {
        let mut kept = Kept::default();
        let mut token = None;
        let mut copies = Copies::new(target, to);
        loop {
            let page = self.page(from, token, PAGE_KEYS_MAX).await?;
            let mut copied = Vec::with_capacity(page.objects.len());
            for object in page.objects {
                let copy = copies.find(key_below(from, &object.key)).await?;
                if copy.is_some_and(|copy| is_copy(copy, &object))
                    || kept.judge(moment.side(object.modified))
                {
                    copied.push(object);
                }
            }
            let keys = copied.iter().map(|object| object.key.clone());
            self.keys_delete(from, keys.collect()).await?;
            for object in copied {
                progress.add(object.bytes);
            }
            if page.next.is_none() {
                return Ok(kept);
            }
            token = page.next;
        }
    }

    /// Deletes below `to` what may be the copy of a key below `from`; what others have written there stays.
    pub(in crate::lake) async fn copies_delete(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
    ) -> Result<(), LakeError> {
        let mut token = None;
        let mut copies = Copies::new(target, to);
        loop {
            let page = self.page(from, token, PAGE_KEYS_MAX).await?;
            let mut found = Vec::new();
            for object in &page.objects {
                let copy = copies.find(key_below(from, &object.key)).await?;
                if let Some(copy) = copy.filter(|copy| may_be_copy(copy, object)) {
                    found.push(copy.key.clone());
                }
            }
            target.keys_delete(to, found).await?;
            if page.next.is_none() {
                return Ok(());
            }
            token = page.next;
        }
    }
}
