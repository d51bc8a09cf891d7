//! One S3 bucket: directories are key prefixes, so a directory exists when a key lies below it.
//! Everything is done page by page and can be repeated after a crash at any point.
//!
//! Keys are taken as they are. Where files are looked for and counted, what is no path is passed over; what is copied or
//! deleted takes all keys along. Hadoop's S3A writes *directory markers*: empty objects whose key ends with a slash.

mod answer;
mod copies;
mod key;
mod listing;
mod pages;
mod query;
mod requests;
mod transfer;

pub(super) use query::{OddKey, PageStart, Query};
pub use transfer::Strays;

use super::moment::{Kept, Moment};
use super::progress::DeletionWatch;
use super::{Summary, error::LakeError, is_hidden, settings::S3Settings, signed};
use crate::model::Location;
use answer::{Object, Page, Told};
use bytes::Bytes;
use futures::{StreamExt, stream};
use key::{KeyKind, kind};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};
use requests::{Naming, PageQuery, RequestFailure, Requests};
use reqwest::StatusCode;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// Keys a page: what S3 gives at most, and what one bulk delete takes at most.
const PAGE_KEYS_MAX: usize = 1_000;
/// Copies through this process that may be on their way at once.
const STREAMS_CONCURRENT_MAX: usize = 4;
/// Deletions of single keys that may be on their way at once.
const DELETIONS_CONCURRENT_MAX: usize = 16;

/// The client of one bucket.
pub(super) struct Bucket {
    name: String,
    store: AmazonS3,
    requests: Requests,
    bulk_delete: bool,
    copies_concurrent_max: usize,
    copying: Arc<Copying>,
    copy_bytes_max: u64,
}

/// Turns at copying, which all buckets and jobs of a process share.
#[derive(Debug)]
pub(super) struct Copying {
    objects: Semaphore,
    /// Copies that go through this process: each takes 40 MiB, of objects beyond 70 GiB more.
    streams: Semaphore,
}

impl Copying {
    pub(super) fn new(settings: &S3Settings) -> Self {
        Self {
            objects: Semaphore::new(
                settings
                    .copies_concurrent_max
                    .clamp(1, Semaphore::MAX_PERMITS),
            ),
            streams: Semaphore::new(STREAMS_CONCURRENT_MAX),
        }
    }
}

impl Bucket {
    /// Opens a client; nothing is sent yet.
    pub(super) fn open(
        settings: &S3Settings,
        name: &str,
        copying: &Arc<Copying>,
    ) -> Result<Self, LakeError> {
        let account = signed::account(settings).with_bucket_name(name);
        let store = account.clone().build();
        let store = store.map_err(|error| LakeError::from_store(&format!("s3://{name}"), error))?;
        Ok(Self {
            name: name.to_owned(),
            requests: Requests::open(name, settings, &account, &store)?,
            store,
            bulk_delete: settings.bulk_delete,
            copies_concurrent_max: settings.copies_concurrent_max,
            copying: Arc::clone(copying),
            copy_bytes_max: settings.copy_bytes_max,
        })
    }

    /// What the store's clock shows at most now, in milliseconds since the epoch, where it has told.
    pub(super) fn latest_ms(&self) -> Option<i64> {
        self.requests.clock.latest_ms(SystemTime::now())
    }

    /// Whether any key lies below the directory.
    pub(super) async fn exists(&self, at: &Location) -> Result<bool, LakeError> {
        let page = self.page(at, None, 1).await?;
        Ok(!page.objects.is_empty())
    }

    /// Whether any object below the directory has bytes.
    pub(super) async fn has_bytes(&self, at: &Location) -> Result<bool, LakeError> {
        let mut token = None;
        loop {
            let page = self.page(at, token, PAGE_KEYS_MAX).await?;
            let has_bytes = page.objects.iter().any(|object| object.bytes > 0);
            if has_bytes || page.next.is_none() {
                return Ok(has_bytes);
            }
            token = page.next;
        }
    }

    /// Deletes every key below the directory that is older than a moment. The store stamps an object when its upload
    /// begins, with the whole second before.
    pub(super) async fn directory_delete(
        &self,
        at: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        let mut kept = Kept::default();
        let mut token = None;
        loop {
            let page = self.page(at, token, PAGE_KEYS_MAX).await?;
            let mut keys = Vec::with_capacity(page.objects.len());
            let mut sizes = Vec::with_capacity(page.objects.len());
            for object in page.objects {
                if kept.judge(moment.side(object.modified)) {
                    keys.push(object.key);
                    sizes.push(object.bytes);
                }
            }
            if !keys.is_empty() && !(watch.still)().await? {
                return Ok(kept);
            }
            self.keys_delete(at, keys).await?;
            for bytes in sizes {
                watch.progress.add(bytes);
            }
            if page.next.is_none() {
                return Ok(kept);
            }
            token = page.next;
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
