//! One bucket of an object store: directories are key prefixes, so a directory exists when a key lies below it.
//! Everything is done page by page and can be repeated after a crash at any point.
//!
//! Keys are taken as they are. Where files are looked for and counted, what is no path is passed over; what is copied or
//! deleted takes all keys along. Hadoop's S3A writes *directory markers*: empty objects whose key ends with a slash.

mod answer;
mod azure;
mod copies;
mod deletion;
mod directories;
mod failure;
mod key;
mod listing;
mod pages;
mod query;
mod requests;
mod stream;
mod transfer;
mod trial;
mod words;

pub(super) use query::{OddKey, PageStart, Query};
pub(super) use requests::UNANSWERED_MAX;
pub use transfer::Strays;

use super::account::{Account, Make};
use super::settings::{S3Settings, StorageSettings};
use super::{Summary, error::LakeError};
use crate::hive::directory_name::is_hidden;
use crate::model::Location;
use answer::{Object, Page};
use bytes::Bytes;
use key::{KeyKind, kind};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};
use requests::Requests;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;
use stream::STREAMS_MIB_MAX;
use tokio::sync::Semaphore;
use words::PageQuery;

/// Keys a page: what S3 gives at most, and what one bulk delete takes at most.
const PAGE_KEYS_MAX: usize = 1_000;

/// The client of one bucket.
pub(super) struct Bucket {
    name: String,
    store: Arc<dyn ObjectStore>,
    requests: Requests,
    bulk_delete: bool,
    /// Whether the store copies within itself, and has done so when it answers.
    copies: bool,
    copies_concurrent_max: usize,
    copying: Arc<Copying>,
    copy_bytes_max: u64,
}

/// Turns at copying, which all buckets and jobs of a process share.
#[derive(Debug)]
pub(super) struct Copying {
    objects: Semaphore,
    /// The memory of copies that go through this process, in MiB.
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
            streams: Semaphore::new(STREAMS_MIB_MAX as usize),
        }
    }
}

impl Bucket {
    /// Opens a client; nothing is sent yet.
    pub(super) fn open(
        settings: &StorageSettings,
        at: &Location,
        copying: &Arc<Copying>,
    ) -> Result<Self, LakeError> {
        let account = Account::open(settings, at)?;
        let shown = format!("{}://{}", at.scheme(), at.bucket());
        Ok(Self {
            name: at.bucket().to_owned(),
            store: Arc::clone(&account.store),
            bulk_delete: account.bulk_delete,
            copies: account.make != Make::Azure,
            requests: Requests::open(&shown, &settings.s3, account)?,
            copies_concurrent_max: settings.s3.copies_concurrent_max,
            copying: Arc::clone(copying),
            copy_bytes_max: settings.s3.copy_bytes_max,
        })
    }

    /// What the store's clock shows at most now, in milliseconds since the epoch, where it has told.
    pub(super) fn latest_ms(&self) -> Option<i64> {
        self.requests.clock.latest_ms(SystemTime::now())
    }

    /// Whether any key lies below the directory.
    pub(super) async fn exists(&self, at: &Location) -> Result<bool, LakeError> {
        let mut token = None;
        loop {
            let page = self.page(at, token, 1).await?;
            if !page.objects.is_empty() || page.next.is_none() {
                return Ok(!page.objects.is_empty());
            }
            token = page.next;
        }
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
