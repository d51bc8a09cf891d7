//! What the makes of object stores differ by: who signs, where a bucket is, and which words requests are written in. All else
//! of a bucket is the same for each of them.

mod azure;
mod gcs;
mod s3;

pub(super) use s3::{builder as s3_builder, signer as s3_signer};

use super::error::LakeError;
use super::settings::{S3Settings, StorageSettings};
use super::signer::Signer;
use crate::model::{Location, Storage};
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

/// The words that a store takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Make {
    S3,
    /// Google's: the requests of S3, with copies of its own words.
    Gcs,
    /// Azure's.
    Azure,
}

/// The way to one bucket.
pub(super) struct Account {
    pub(super) make: Make,
    /// The library's client of the bucket.
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) signer: Signer,
    /// The bucket's address.
    pub(super) url: String,
    /// Whether a request can delete a list of keys.
    pub(super) bulk_delete: bool,
    /// Whether it may be spoken to in plain HTTP.
    pub(super) allow_http: bool,
}

impl Account {
    /// Of the bucket of a location. Nothing is sent yet.
    pub(super) fn open(settings: &StorageSettings, at: &Location) -> Result<Self, LakeError> {
        crate::crypto::provider_install();
        let manners = Manners::of(&settings.s3);
        let opened = match at.storage() {
            Storage::S3 => s3::open(&settings.s3, at.bucket()),
            Storage::Gcs => gcs::open(&settings.gcs, at.bucket(), &manners),
            Storage::Azure => azure::open(&settings.azure, at.bucket(), &manners),
            Storage::File | Storage::Other => return Err(super::unreached(at)),
        };
        opened.map_err(|error| {
            LakeError::from_store(&format!("{}://{}", at.scheme(), at.bucket()), error)
        })
    }
}

/// How the library's clients of all stores behave.
pub(super) struct Manners {
    timeout: Duration,
    connect_timeout: Duration,
    retries_max: usize,
    retry_timeout: Duration,
}

impl Manners {
    pub(super) fn of(settings: &S3Settings) -> Self {
        Self {
            timeout: Duration::from_secs(settings.request_timeout_s),
            connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
            retries_max: settings.retries_max,
            retry_timeout: Duration::from_secs(settings.retry_timeout_s),
        }
    }

    pub(super) fn client(&self, allow_http: bool) -> ClientOptions {
        ClientOptions::new()
            .with_timeout(self.timeout)
            .with_connect_timeout(self.connect_timeout)
            .with_allow_http(allow_http)
    }

    pub(super) fn retry(&self) -> RetryConfig {
        RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: self.retries_max,
            retry_timeout: self.retry_timeout,
        }
    }
}

/// Whether an endpoint is spoken to in plain HTTP.
fn is_plain(endpoint: Option<&String>) -> bool {
    endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
}
