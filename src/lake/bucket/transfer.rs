//! Bringing a directory of objects to another place: everything is copied, and what has its copy is deleted afterwards. The
//! source may change meanwhile, and the target may have things of others: what is copied, and what is a copy, is told by
//! comparing both.

use super::copies::{Copies, is_copy, may_be_copy};
use super::key::library_path;
use super::requests::PageQuery;
use super::{Bucket, Object, PAGE_KEYS_MAX, key_below, prefix_of};
use crate::lake::Summary;
use crate::lake::error::LakeError;
use crate::lake::moment::{Kept, Moment, Side};
use crate::lake::progress::Progress;
use crate::model::Location;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use std::time::Duration;

/// Size of the parts in which an object too large for a server-side copy is streamed.
const STREAM_PART_BYTES: usize = 32 * 1024 * 1024;
/// Parts of a streamed copy that may be on their way at once.
const STREAM_PARTS_CONCURRENT_MAX: usize = 4;
/// How often the source is looked at again for what came or changed while it was copied. Who writes without an end cannot be
/// waited for.
const PASSES_MAX: usize = 5;
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
    copied: usize,
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
        let unseen = Progress::default();
        let mut progress = progress;
        for _pass in 0..PASSES_MAX {
            let Passed { seen, copied } = self.missing_copy(from, target, to, progress).await?;
            if seen == 0 {
                return Ok(false);
            }
            if copied == 0 {
                break;
            }
            progress = &unseen;
        }
        Ok(true)
    }

    async fn missing_copy(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
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
                    progress.add(object.bytes);
                } else {
                    is_doubtful |= copy.is_some_and(|copy| may_be_copy(copy, &object));
                    missing.push(object);
                }
            }
            if is_doubtful {
                // What was written in the second of its copying is copied again in another one.
                tokio::time::sleep(SECOND).await;
            }
            passed.copied += missing.len();
            stream::iter(missing)
                .map(|object| async move {
                    self.object_copy(from, &object, target, to).await?;
                    progress.add(object.bytes);
                    Ok::<(), LakeError>(())
                })
                .buffer_unordered(self.copies_concurrent_max)
                .try_collect::<()>()
                .await?;
            if page.next.is_none() {
                return Ok(passed);
            }
            token = page.next;
        }
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
    ) -> Result<(), LakeError> {
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

    /// Deletes below `from` what has its copy below `to`, and what changed last before a moment. What else is there came
    /// after the copying, and stays.
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
                let is_old = moment.side(object.modified) == Side::Before;
                if is_old || copy.is_some_and(|copy| is_copy(copy, &object)) {
                    copied.push(object);
                } else {
                    kept.younger += 1;
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
