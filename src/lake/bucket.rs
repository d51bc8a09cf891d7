//! One S3 bucket: directories are key prefixes, so a directory exists when a key lies below it.
//! Everything is done page by page and can be repeated after a crash at any point.
//!
//! Keys are taken as they are. Where files are looked for and counted, what is no path is passed over; what is copied or
//! deleted takes all keys along. Hadoop's S3A writes *directory markers*: empty objects whose key ends with a slash.

mod answer;
mod copies;
mod key;
mod listing;
mod query;
mod requests;

pub(super) use query::{OddKey, PageStart, Query};

use super::moment::{Kept, Moment};
use super::progress::Progress;
use super::{Summary, error::LakeError, is_hidden, settings::S3Settings, signed};
use crate::model::Location;
use answer::{Object, Page, Told};
use bytes::Bytes;
use copies::Copies;
use futures::{StreamExt, TryStreamExt, stream};
use key::{KeyKind, kind, library_path};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};
use requests::{Naming, PageQuery, RequestFailure, Requests};
use reqwest::StatusCode;
use std::ops::Range;
use std::time::SystemTime;

/// Keys a page: what S3 gives at most, and what one bulk delete takes at most.
const PAGE_KEYS_MAX: usize = 1_000;
/// Size of the parts in which an object too large for a server-side copy is streamed.
const STREAM_PART_BYTES: usize = 32 * 1024 * 1024;
/// Parts of a streamed copy that may be on their way at once.
const STREAM_PARTS_CONCURRENT_MAX: usize = 4;
/// Deletions of single keys that may be on their way at once.
const DELETIONS_CONCURRENT_MAX: usize = 16;

/// The client of one bucket.
pub(super) struct Bucket {
    name: String,
    store: AmazonS3,
    requests: Requests,
    bulk_delete: bool,
    copies_concurrent_max: usize,
    copy_bytes_max: u64,
}

/// How an object is copied.
enum Copy {
    /// By the library, which knows both keys.
    Library(Path, Path),
    /// By a request of our own, on the store's side.
    Request,
}

impl Bucket {
    /// Opens a client; nothing is sent yet.
    pub(super) fn open(settings: &S3Settings, name: &str) -> Result<Self, LakeError> {
        let account = signed::account(settings).with_bucket_name(name);
        let store = account.clone().build();
        let store = store.map_err(|error| LakeError::from_store(&format!("s3://{name}"), error))?;
        Ok(Self {
            name: name.to_owned(),
            requests: Requests::open(name, settings, &account, &store)?,
            store,
            bulk_delete: settings.bulk_delete,
            copies_concurrent_max: settings.copies_concurrent_max,
            copy_bytes_max: settings.copy_bytes_max,
        })
    }

    /// Whether any key lies below the directory.
    pub(super) async fn exists(&self, at: &Location) -> Result<bool, LakeError> {
        let page = self.page(at, None, 1).await?;
        Ok(!page.objects.is_empty())
    }

    /// Deletes every key below the directory, or those that are older than a moment. The store stamps an object when
    /// its upload begins, with the whole second before.
    pub(super) async fn directory_delete(
        &self,
        at: &Location,
        moment: Option<Moment>,
        progress: &Progress,
    ) -> Result<Kept, LakeError> {
        let mut kept = Kept::default();
        let mut token = None;
        loop {
            let page = self.page(at, token, PAGE_KEYS_MAX).await?;
            let mut keys = Vec::with_capacity(page.objects.len());
            let mut sizes = Vec::with_capacity(page.objects.len());
            for object in page.objects {
                let side = moment.map(|moment| moment.side(object.modified));
                if side.is_none_or(|side| kept.judge(side)) {
                    keys.push(object.key);
                    sizes.push(object.bytes);
                }
            }
            self.keys_delete(at, keys).await?;
            for bytes in sizes {
                progress.add(bytes);
            }
            if page.next.is_none() {
                return Ok(kept);
            }
            token = page.next;
        }
    }

    /// Copies every key below `from` to its place below `to`, and gives when the newest of them was written; nothing when
    /// there is no key. What a call before has copied is left as it is.
    pub(super) async fn directory_copy(
        &self,
        from: &Location,
        target: &Bucket,
        to: &Location,
        progress: &Progress,
    ) -> Result<Option<SystemTime>, LakeError> {
        let mut token = None;
        let mut newest = None;
        let mut copies = Copies::new(target, to);
        loop {
            let page = self.page(from, token, PAGE_KEYS_MAX).await?;
            let written = page.objects.iter().map(|object| object.modified);
            newest = written.max().max(newest);
            let mut missing = Vec::new();
            for object in page.objects {
                if copies.holds(key_below(from, &object.key), &object).await? {
                    progress.add(object.bytes);
                } else {
                    missing.push(object);
                }
            }
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
                return Ok(newest);
            }
            token = page.next;
        }
    }

    /// Counts all objects that a copy would take along. Fails where it could not take all of them.
    pub(super) async fn copy_count(
        &self,
        from: &Location,
        target: &Bucket,
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

    /// Counts the visible objects below a directory and their bytes. Keys that are no paths are counted apart: no engine
    /// reads them.
    pub(super) async fn summary(&self, at: &Location) -> Result<Summary, LakeError> {
        let mut total = Summary::default();
        let mut token = None;
        loop {
            let page = self.page(at, token, PAGE_KEYS_MAX).await?;
            for object in &page.objects {
                let below = key_below(at, &object.key);
                match kind(below, object.bytes) {
                    KeyKind::File if !below.split('/').any(is_hidden) => total.add(object.bytes),
                    KeyKind::File | KeyKind::Marker => {}
                    KeyKind::Odd => total.odd_keys += 1,
                }
            }
            if page.next.is_none() {
                return Ok(total);
            }
            token = page.next;
        }
    }

    /// Deletes the markers of the directories above `at`, strictly below `stop`, that hold
    /// nothing else.
    pub(super) async fn parents_delete_if_empty(
        &self,
        at: &Location,
        stop: &Location,
    ) -> Result<(), LakeError> {
        let mut next = at.parent();
        while let Some(here) = next {
            if here == *stop || !stop.contains(&here) {
                break;
            }
            let page = self.page(&here, None, 2).await?;
            let marker = prefix_of(&here);
            if page
                .objects
                .iter()
                .any(|object| object.key != marker || object.bytes > 0)
            {
                break;
            }
            if !page.objects.is_empty() {
                self.keys_delete(&here, vec![marker]).await?;
            }
            next = here.parent();
        }
        Ok(())
    }

    /// One page of the keys below a directory (its own marker included), and the token of the
    /// next page.
    async fn page(
        &self,
        at: &Location,
        token: Option<String>,
        keys_max: usize,
    ) -> Result<Page, LakeError> {
        let query = PageQuery {
            prefix: &prefix_of(at),
            token: token.as_deref(),
            keys_max,
            ..PageQuery::default()
        };
        let page = self.requests.page(query).await;
        page.map_err(|failure| failure.at(at.as_str()))
    }

    /// A part of an object, and how many bytes the whole has.
    pub(super) async fn range(
        &self,
        at: &Location,
        range: Range<u64>,
    ) -> Result<(Bytes, u64), LakeError> {
        let fail = |error| LakeError::from_store(at.as_str(), error);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&path_of(at)?, options).await;
        let found = found.map_err(fail)?;
        let whole = found.meta.size;
        Ok((found.bytes().await.map_err(fail)?, whole))
    }

    /// Deletes keys, at most a page of them. The rest is still deleted where one fails; the first failure is the one told.
    async fn keys_delete(&self, at: &Location, keys: Vec<String>) -> Result<(), LakeError> {
        let (mut listed, mut single, mut unnameable) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys {
            match self.requests.naming(&key, self.bulk_delete) {
                Some(Naming::Body) => listed.push(key),
                Some(Naming::Address) => single.push(key),
                None => unnameable.push(key),
            }
        }
        let mut outcome = Ok(());
        if !listed.is_empty() {
            let undeleted = self.requests.delete_listed(&listed).await;
            let undeleted = undeleted.map_err(|failure| failure.at(at.as_str()));
            outcome = match undeleted {
                Ok(told) => told
                    .into_iter()
                    .next()
                    .map_or(Ok(()), |told| Err(undeleted_failure(told).at(at.as_str()))),
                Err(failure) => Err(failure),
            };
        }
        let deletions = single.iter().map(|key| self.requests.delete_addressed(key));
        // A plain list of futures, each of which is sent when its turn comes.
        let deletions: Vec<_> = deletions.collect();
        let mut deleted = stream::iter(deletions).buffer_unordered(DELETIONS_CONCURRENT_MAX);
        while let Some(one) = deleted.next().await {
            outcome = outcome.and(one.map_err(|failure| failure.at(at.as_str())));
        }
        let count = unnameable.len() as u64;
        outcome.and(match unnameable.first() {
            Some(first) => Err(LakeError::unnameable(at.as_str(), first, count)),
            None => Ok(()),
        })
    }

    async fn object_copy(
        &self,
        from: &Location,
        object: &Object,
        target: &Bucket,
        to: &Location,
    ) -> Result<(), LakeError> {
        let copy = prefix_of(to) + key_below(from, &object.key);
        let Some(way) = self.copy_way(object, target, &copy) else {
            return Err(LakeError::unnameable(from.as_str(), &object.key, 1));
        };
        match way {
            Copy::Library(source, copy) => {
                let copied = self.library_copy(&source, target, &copy, object.bytes);
                let copied = copied.await;
                copied.map_err(|error| LakeError::from_store(from.as_str(), error))
            }
            Copy::Request => {
                let copied = target.requests.copy(&self.name, &object.key, &copy);
                copied.await.map_err(|failure| failure.at(from.as_str()))
            }
        }
    }

    /// How an object can be copied to a key; nothing where it cannot.
    fn copy_way(&self, object: &Object, target: &Bucket, copy: &str) -> Option<Copy> {
        if let (Some(source), Some(copy)) = (library_path(&object.key), library_path(copy)) {
            return Some(Copy::Library(source, copy));
        }
        let is_one_request = object.bytes <= self.copy_bytes_max;
        (is_one_request && target.requests.is_addressable(copy)).then_some(Copy::Request)
    }

    async fn library_copy(
        &self,
        from: &Path,
        target: &Bucket,
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

    /// Deletes below `to` what has a key of the same name below `from`.
    pub(super) async fn copies_delete(
        &self,
        from: &Location,
        target: &Bucket,
        to: &Location,
    ) -> Result<(), LakeError> {
        let mut token = None;
        loop {
            let page = self.page(from, token, PAGE_KEYS_MAX).await?;
            let objects = page.objects.iter().map(|object| {
                let copy = prefix_of(to) + key_below(from, &object.key);
                (object, copy)
            });
            // What could not be copied has no copy.
            let copied =
                objects.filter(|(object, copy)| self.copy_way(object, target, copy).is_some());
            let copies = copied.map(|(_, copy)| copy).collect();
            target.keys_delete(to, copies).await?;
            if page.next.is_none() {
                return Ok(());
            }
            token = page.next;
        }
    }
}

/// The key of a location, taken as it is: `%3A` stays `%3A`.
fn path_of(at: &Location) -> Result<Path, LakeError> {
    Path::parse(at.key()).map_err(|error| LakeError::invalid(at.as_str(), error.to_string()))
}

/// What all keys below a directory begin with: the key of its own marker, nothing for a whole bucket.
fn prefix_of(at: &Location) -> String {
    if at.is_root() {
        String::new()
    } else {
        format!("{}/", at.key())
    }
}

/// What follows the directory in a listed key; nothing for its own marker.
fn key_below<'a>(at: &Location, key: &'a str) -> &'a str {
    key.strip_prefix(&prefix_of(at)).unwrap_or_default()
}

/// What a store says of a key that it did not delete.
fn undeleted_failure(told: Told) -> RequestFailure {
    let status = if told.code == "AccessDenied" {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    RequestFailure::Told { status, told }
}
