//! An S3 server in the test's own process: real HTTP and signatures on a free port of loopback,
//! objects in memory, requests counted, failures by order. Each test starts its own.

mod gate;
mod service;
mod store;

use axum::body::Body;
use axum::error_handling::HandleError;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::middleware::{self, Next};
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt, stream};
pub(crate) use gate::Gate;
use gate::Hanging;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use service::Service;
use skep::lake::{S3Settings, StorageSettings};
use skep::secret::Secret;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use store::{Store, Stored};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The only access key that the server knows.
pub(crate) const ACCESS_KEY_ID: &str = "skep-test";
/// Its secret.
pub(crate) const SECRET_ACCESS_KEY: &str = "skep-test-secret";

/// A running server; it stops when it is dropped.
pub(crate) struct S3Server {
    address: SocketAddr,
    store: Arc<Store>,
    serving: JoinHandle<()>,
}

impl S3Server {
    /// Starts a server with these empty buckets.
    pub(crate) async fn start(buckets: &[&str]) -> Self {
        let store = Arc::new(Store::default());
        for bucket in buckets {
            store.bucket_make(bucket);
        }
        let mut builder = S3ServiceBuilder::new(Service(Arc::clone(&store)));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let service = HandleError::new(builder.build(), |error: s3s::HttpError| async move {
            (
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                format!("{error:?}"),
            )
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let breaking = middleware::from_fn_with_state(Arc::clone(&store), break_off);
        let router = axum::Router::new()
            .fallback_service(service)
            .layer(breaking);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            store,
            serving,
        }
    }

    /// The URL that clients call.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Settings that reach this server; failures are told at once instead of being retried.
    pub(crate) fn storage_settings(&self) -> StorageSettings {
        StorageSettings {
            s3: S3Settings {
                endpoint: Some(self.endpoint()),
                access_key_id: Some(Secret::new(ACCESS_KEY_ID)),
                secret_access_key: Some(Secret::new(SECRET_ACCESS_KEY)),
                region: Some("us-east-1".to_owned()),
                retries_max: 0,
                ..S3Settings::default()
            },
            ..StorageSettings::default()
        }
    }

    /// Puts an object without a request.
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        self.store
            .put(bucket, key, Stored::new(bytes.into()), false)
            .unwrap();
    }

    /// Puts an object that was written at a time, in milliseconds since the epoch.
    pub(crate) fn put_at(&self, bucket: &str, key: &str, epoch_ms: i64) {
        let mut stored = Stored::new(Bytes::from_static(b"x"));
        stored.modified = UNIX_EPOCH + Duration::from_millis(u64::try_from(epoch_ms).unwrap());
        self.store.put(bucket, key, stored, false).unwrap();
    }

    /// Removes an object without a request.
    pub(crate) fn remove(&self, bucket: &str, key: &str) {
        self.store.delete(bucket, key).unwrap();
    }

    /// Answers no listing of a bucket until the test ends that.
    pub(crate) fn hang(&self, bucket: &str) -> Arc<Hanging> {
        self.store.hang(bucket)
    }

    /// Holds the next request of a kind (`ListObjectsV2`, `GetObject`, `CopyObject` and `DeleteObjects` are those that look) back.
    pub(crate) fn hold(&self, operation: &'static str) -> Arc<Gate> {
        self.hold_at(operation, "")
    }

    /// The same for one whose key, or prefix, contains a text.
    pub(crate) fn hold_at(&self, operation: &'static str, key_contains: &str) -> Arc<Gate> {
        self.store.gate_add(operation, key_contains)
    }

    /// Holds the answer to the next listing back whose prefix contains a text: what it tells is of before.
    pub(crate) fn hold_listing(&self, prefix_contains: &str) -> Arc<Gate> {
        self.store
            .gate_add("answer of ListObjectsV2", prefix_contains)
    }

    /// Lets the pages of listings tell their keys the wrong way round, as no store may.
    pub(crate) fn listings_reverse(&self) {
        self.store.listings_reverse();
    }

    /// Puts an object that was written at this second of the epoch.
    pub(crate) fn put_written_at(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>, at: u64) {
        let modified = UNIX_EPOCH + Duration::from_secs(at);
        self.store
            .put(
                bucket,
                key,
                Stored::written_at(bytes.into(), modified),
                false,
            )
            .unwrap();
    }

    /// Answers as if it were this second of the epoch.
    pub(crate) fn clock_set(&self, epoch_s: i64) {
        let now = jiff::Timestamp::from_second(epoch_s).unwrap();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
        self.store.date_set(date.unwrap());
    }

    /// Answers without saying when.
    pub(crate) fn clock_hide(&self) {
        self.store.date_set("some day".to_owned());
    }

    /// Adds an empty bucket.
    pub(crate) fn bucket_make(&self, bucket: &str) {
        self.store.bucket_make(bucket);
    }

    /// Lets the next listings break off in the middle of their body, by closing the connection.
    pub(crate) fn break_listings(&self, count: usize) {
        self.store.breaks_add(count);
    }

    /// Gives at most so many keys a page, as a store may.
    pub(crate) fn page_keys_max(&self, keys: usize) {
        self.store.page_keys_max_set(keys);
    }

    /// Answers every listing so much later.
    pub(crate) fn latency(&self, latency: Duration) {
        self.store.latency_set(latency);
    }

    /// Removes a bucket with all that it holds.
    pub(crate) fn bucket_remove(&self, bucket: &str) {
        self.store.bucket_remove(bucket);
    }

    /// The bytes of an object that must exist.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> Bytes {
        self.store.get(bucket, key).unwrap().bytes
    }

    /// All keys of a bucket, sorted.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        self.store.keys(bucket)
    }

    /// How many requests of a kind (`CopyObject`, `ListObjectsV2`, …) have come.
    pub(crate) fn requests(&self, operation: &str) -> usize {
        self.store.requests(operation)
    }

    /// Lets `pass` requests of a kind, on keys that contain a text, succeed, and answers the
    /// `strikes` next with an HTTP status. `DeleteObjects key` fails single keys of a bulk delete.
    pub(crate) fn fail(
        &self,
        operation: &'static str,
        key_contains: &str,
        pass: usize,
        strikes: usize,
        status: u16,
    ) {
        self.store
            .fault_add(operation, key_contains, pass, strikes, status);
    }
}

/// Tells the time that a test wants, and sends half of the body of a listing that is to break off.
async fn break_off(State(store): State<Arc<Store>>, request: Request, next: Next) -> Response {
    let is_listing = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("list-type=2"));
    let mut response = next.run(request).await;
    if let Some(date) = store.date() {
        let date = HeaderValue::from_str(&date).unwrap();
        response.headers_mut().insert(DATE, date);
    }
    if !is_listing || !store.break_take() {
        return response;
    }
    let (head, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let half = whole.slice(..whole.len() / 2);
    // What is written goes out while the rest is waited for; only then does the connection end.
    let broken = async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("broken off by the test"))
    };
    let body = stream::iter([Ok(half)]).chain(stream::once(broken));
    let body = Body::from_stream(body);
    Response::from_parts(head, body)
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
