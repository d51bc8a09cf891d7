//! One S3 bucket: directories are key prefixes, so a directory exists when a key lies below it.
//! Everything is done page by page and can be repeated after a crash at any point.
//!
//! Hadoop's S3A writes *directory markers*: empty objects whose key ends with a slash. The client
//! library drops that slash when it lists, so an empty object may be a marker in disguise; where
//! it matters both keys are tried. `marker_key` is the one way to name a marker.

mod copies;
mod listing;
mod query;

pub(super) use query::{OddKey, PageStart, Query};

use super::moment::{Kept, Moment};
use super::progress::Progress;
use super::{Summary, error::LakeError, is_hidden, settings::S3Settings};
use crate::model::Location;
use bytes::Bytes;
use copies::Copies;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt,
    RetryConfig, WriteMultipart,
};
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// Keys a page: what S3 gives at most, and what one bulk delete takes at most.
const PAGE_KEYS_MAX: usize = 1_000;
/// Size of the parts in which an object too large for a server-side copy is streamed.
const STREAM_PART_BYTES: usize = 32 * 1024 * 1024;
/// Parts of a streamed copy that may be on their way at once.
const STREAM_PARTS_CONCURRENT_MAX: usize = 4;

/// The client of one bucket.
pub(super) struct Bucket {
    store: AmazonS3,
    copies_concurrent_max: usize,
    copy_bytes_max: u64,
}

impl Bucket {
    /// Opens a client; nothing is sent yet.
    pub(super) fn open(settings: &S3Settings, name: &str) -> Result<Self, LakeError> {
        let store = builder(settings)
            .with_bucket_name(name)
            .build()
            .map_err(|error| LakeError::from_store(&format!("s3://{name}"), error))?;
        Ok(Self {
            store,
            copies_concurrent_max: settings.copies_concurrent_max,
            copy_bytes_max: settings.copy_bytes_max,
        })
    }

    /// Whether any key lies below the directory.
    pub(super) async fn exists(&self, at: &Location) -> Result<bool, LakeError> {
        match self.page(at, None, 1).await {
            Ok((objects, _)) => Ok(!objects.is_empty()),
            // A key that is no path is a key.
            Err(LakeError::Invalid { .. }) => Ok(true),
            Err(failure) => Err(failure),
        }
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
            let (objects, next) = self.page(at, token, PAGE_KEYS_MAX).await?;
            let mut keys = Vec::with_capacity(objects.len());
            let mut sizes = Vec::with_capacity(objects.len());
            for object in &objects {
                let side = moment.map(|moment| moment.side(object.last_modified.into()));
                if side.is_none_or(|side| kept.judge(side)) {
                    keys.extend(keys_of(at, object));
                    sizes.push(object.size);
                }
            }
            self.keys_delete(at, keys).await?;
            for bytes in sizes {
                progress.add(bytes);
            }
            if next.is_none() {
                return Ok(kept);
            }
            token = next;
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
            let (objects, next) = self.page(from, token, PAGE_KEYS_MAX).await?;
            let written = objects.iter().map(|object| object.last_modified.into());
            newest = written.max().max(newest);
            let mut missing = Vec::new();
            for object in objects {
                let name = name_below(from, &object.location).unwrap_or_default();
                if copies.holds(name, &object).await? {
                    progress.add(object.size);
                } else {
                    missing.push(object);
                }
            }
            stream::iter(missing)
                .map(|object| async {
                    let bytes = object.size;
                    self.object_copy(from, object, target, to).await?;
                    progress.add(bytes);
                    Ok::<(), LakeError>(())
                })
                .buffer_unordered(self.copies_concurrent_max)
                .try_collect::<()>()
                .await?;
            if next.is_none() {
                return Ok(newest);
            }
            token = next;
        }
    }

    /// Counts all objects below a directory and their bytes.
    pub(super) async fn count(&self, at: &Location) -> Result<Summary, LakeError> {
        let mut total = Summary::default();
        let mut token = None;
        loop {
            let (objects, next) = self.page(at, token, PAGE_KEYS_MAX).await?;
            for object in &objects {
                total.add(object.size);
            }
            if next.is_none() {
                return Ok(total);
            }
            token = next;
        }
    }

    /// Counts the visible objects below a directory and their bytes. Keys that are no paths are not among
    /// them, as for engines.
    pub(super) async fn summary(&self, at: &Location) -> Result<Summary, LakeError> {
        let mut total = Summary::default();
        let mut from = None;
        loop {
            let query = Query {
                directory: String::new(),
                after: None,
                from,
                is_level: false,
            };
            let listed = self.listing(at, query).await?;
            for entry in &listed.files {
                if entry.path.split('/').any(is_hidden) {
                    continue;
                }
                if entry.bytes == 0 && self.is_marker(at, &key_of(&at.join(&entry.path)?)?).await? {
                    continue;
                }
                total.add(entry.bytes);
            }
            total.odd_keys += u64::from(listed.odd.is_some());
            if listed.next.is_none() {
                return Ok(total);
            }
            from = listed.next;
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
            let (objects, _) = self.page(&here, None, 2).await?;
            if objects
                .iter()
                .any(|object| name_below(&here, &object.location).is_some())
            {
                break;
            }
            if !objects.is_empty() {
                self.keys_delete(&here, vec![marker_key(&key_of(&here)?)])
                    .await?;
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
        page_token: Option<String>,
        keys_max: usize,
    ) -> Result<(Vec<ObjectMeta>, Option<String>), LakeError> {
        let prefix = if at.is_root() {
            String::new()
        } else {
            format!("{}/", at.key())
        };
        let options = PaginatedListOptions {
            max_keys: Some(keys_max),
            page_token,
            ..PaginatedListOptions::default()
        };
        let page = self
            .store
            .list_paginated(Some(prefix.as_str()), options)
            .await
            .map_err(|error| LakeError::from_store(at.as_str(), error))?;
        Ok((page.result.objects, page.page_token))
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
        let found = self.store.get_opts(&key_of(at)?, options).await;
        let found = found.map_err(fail)?;
        let whole = found.meta.size;
        Ok((found.bytes().await.map_err(fail)?, whole))
    }

    async fn keys_delete(&self, at: &Location, keys: Vec<Key>) -> Result<(), LakeError> {
        let mut deleted = self.store.delete_stream(stream::iter(keys).map(Ok).boxed());
        let mut failed = None;
        while let Some(outcome) = deleted.next().await {
            match outcome {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                // The rest of the page is still deleted; the first failure is the one told.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            Some(error) => Err(LakeError::from_store(at.as_str(), error)),
            None => Ok(()),
        }
    }

    async fn object_copy(
        &self,
        from: &Location,
        object: ObjectMeta,
        target: &Bucket,
        to: &Location,
    ) -> Result<(), LakeError> {
        let fail = |error| LakeError::from_store(from.as_str(), error);
        let Some(name) = name_below(from, &object.location) else {
            // The marker of the directory itself.
            let (source, copy) = (marker_key(&key_of(from)?), marker_key(&key_of(to)?));
            return self.key_copy(&source, target, &copy, 0).await.map_err(fail);
        };
        let copy = key_of(&to.join(name)?)?;
        match self
            .key_copy(&object.location, target, &copy, object.size)
            .await
        {
            Err(object_store::Error::NotFound { .. }) if object.size == 0 => {
                let source = marker_key(&object.location);
                self.key_copy(&source, target, &marker_key(&copy), 0)
                    .await
                    .map_err(fail)
            }
            outcome => outcome.map_err(fail),
        }
    }

    async fn key_copy(
        &self,
        from: &Key,
        target: &Bucket,
        to: &Key,
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
            let (objects, next) = self.page(from, token, PAGE_KEYS_MAX).await?;
            let mut copies = Vec::new();
            for object in &objects {
                let copy = match name_below(from, &object.location) {
                    Some(name) => key_of(&to.join(name)?)?,
                    None => marker_key(&key_of(to)?),
                };
                if object.size == 0 {
                    copies.push(marker_key(&copy));
                }
                copies.push(copy);
            }
            target.keys_delete(to, copies).await?;
            if next.is_none() {
                return Ok(());
            }
            token = next;
        }
    }

    async fn is_marker(&self, at: &Location, key: &Key) -> Result<bool, LakeError> {
        match self.store.head(key).await {
            Ok(_) => Ok(false),
            Err(object_store::Error::NotFound { .. }) => Ok(true),
            Err(error) => Err(LakeError::from_store(at.as_str(), error)),
        }
    }
}

/// The account and the manners of all clients, whatever their bucket.
pub(super) fn builder(settings: &S3Settings) -> AmazonS3Builder {
    crate::crypto::provider_install();
    let mut builder = if settings.access_key_id.is_some() {
        AmazonS3Builder::new()
    } else {
        AmazonS3Builder::from_env()
    };
    if let (Some(id), Some(secret)) = (&settings.access_key_id, &settings.secret_access_key) {
        builder = builder.with_access_key_id(id.reveal());
        builder = builder.with_secret_access_key(secret.reveal());
    }
    if let Some(token) = &settings.session_token {
        builder = builder.with_token(token.reveal());
    }
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &settings.region {
        builder = builder.with_region(region);
    }
    let client = ClientOptions::new()
        .with_timeout(Duration::from_secs(settings.request_timeout_s))
        .with_connect_timeout(Duration::from_millis(settings.connect_timeout_ms))
        .with_allow_http(settings.allow_http_effective());
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: settings.retries_max,
        retry_timeout: Duration::from_secs(settings.retry_timeout_s),
    };
    builder
        .with_virtual_hosted_style_request(!settings.path_style_effective())
        .with_client_options(client)
        .with_allow_http(settings.allow_http_effective())
        .with_retry(retry)
        .with_disable_bulk_delete(!settings.bulk_delete)
}

/// The key of a location, taken as it is: `%3A` stays `%3A`.
fn key_of(at: &Location) -> Result<Key, LakeError> {
    Key::parse(at.key()).map_err(|error| LakeError::invalid(at.as_str(), error.to_string()))
}

/// The key of a directory marker. Joining an empty segment is the only way to a trailing slash
/// that the library leaves open.
fn marker_key(directory: &Key) -> Key {
    directory.clone().join("")
}

/// What follows the directory in a listed key; `None` for the directory's own marker.
fn name_below<'a>(at: &Location, key: &'a Key) -> Option<&'a str> {
    if at.is_root() {
        return Some(key.as_ref());
    }
    key.as_ref().strip_prefix(at.key())?.strip_prefix('/')
}

/// The keys a listed object may really have.
fn keys_of(at: &Location, object: &ObjectMeta) -> Vec<Key> {
    let key = object.location.clone();
    if name_below(at, &key).is_none() {
        // `a/b` listed below `a/b/` is the marker: a file called `a/b` is not in the directory.
        return vec![marker_key(&key)];
    }
    if object.size == 0 {
        return vec![marker_key(&key), key];
    }
    vec![key]
}
