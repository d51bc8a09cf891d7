//! A server of objects in the test's own process that speaks as Google's store and as Azure's do, as far as skep asks them:
//! real HTTP on a free port of loopback, objects in memory.

use super::{azure, google};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Which store it is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Google,
    Azure,
    /// An account of Azure's whose directories are things of their own.
    DataLake,
}

/// What is stored, and how it was asked for.
pub(super) struct Shelf {
    pub(super) kind: Kind,
    pub(super) objects: BTreeMap<String, (Bytes, SystemTime)>,
    /// Of a data lake: without a slash at their end.
    pub(super) directories: BTreeSet<String>,
    pub(super) parts: BTreeMap<String, Bytes>,
    /// Keys that a page holds at most.
    pub(super) page_max: usize,
    /// The requests, as method and query, and their credentials.
    pub(super) asked: Vec<String>,
}

/// One request, taken apart.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) key: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Asked {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A running server with one bucket, `lake`; it stops when it is dropped.
pub(crate) struct ObjectServer {
    address: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
    serving: JoinHandle<()>,
}

impl ObjectServer {
    pub(crate) async fn start(kind: Kind) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf {
            kind,
            objects: BTreeMap::new(),
            directories: BTreeSet::new(),
            parts: BTreeMap::new(),
            page_max: 3,
            asked: Vec::new(),
        }));
        let router = axum::Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shelf));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            shelf,
            serving,
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        match self.shelf().kind {
            Kind::Google => format!("http://{}", self.address),
            // The account stands in the path, as behind the emulator.
            Kind::Azure | Kind::DataLake => format!("http://{}/company", self.address),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap()
    }

    pub(crate) fn put(&self, key: &str, bytes: &'static str) {
        self.shelf().put(key, Bytes::from_static(bytes.as_bytes()));
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.shelf().objects.keys().cloned().collect()
    }

    pub(crate) fn directories(&self) -> Vec<String> {
        self.shelf().directories.iter().cloned().collect()
    }

    /// The requests since this was asked last.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shelf().asked)
    }
}

impl Drop for ObjectServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shelf {
    pub(super) fn put(&mut self, key: &str, bytes: Bytes) {
        if self.kind == Kind::DataLake {
            let slashes = key.match_indices('/');
            let above: Vec<String> = slashes.map(|(at, _)| key[..at].to_owned()).collect();
            self.directories.extend(above);
        }
        self.objects
            .insert(key.to_owned(), (bytes, SystemTime::now()));
    }

    /// The content of a key, or the part of it that is asked for.
    pub(super) fn read(&self, asked: &Asked) -> Response {
        let Some((bytes, modified)) = self.objects.get(&asked.key) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let whole = bytes.len();
        let range = asked.header("range").or(asked.header("x-ms-range"));
        let range = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
        let (start, end) = range.map_or((0, whole), |(start, end)| {
            let end: usize = end.parse().unwrap_or(whole - 1);
            (start.parse().unwrap(), whole.min(end + 1))
        });
        let headers = [
            ("etag", format!("\"{}\"", tag(bytes))),
            ("last-modified", http_date(*modified)),
            (
                "content-range",
                format!("bytes {start}-{}/{whole}", end - 1),
            ),
        ];
        (
            StatusCode::PARTIAL_CONTENT,
            headers,
            bytes.slice(start..end),
        )
            .into_response()
    }
}

/// By what a content is told from another one.
pub(super) fn tag(bytes: &Bytes) -> String {
    let sum: u64 = bytes.iter().map(|byte| u64::from(*byte) + 7).sum();
    format!("{}-{sum}", bytes.len())
}

pub(super) fn http_date(at: SystemTime) -> String {
    let at = jiff::Timestamp::try_from(at).unwrap();
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&at).unwrap()
}

async fn answer(
    State(shelf): State<Arc<Mutex<Shelf>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut shelf = shelf.lock().unwrap();
    let path = percent_decode_str(uri.path()).decode_utf8().unwrap();
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = pairs.into_owned().collect();
    let bucket = match shelf.kind {
        Kind::Google => "/lake",
        Kind::Azure | Kind::DataLake => "/company/lake",
    };
    let Some(key) = path.strip_prefix(bucket) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asked = Asked {
        method,
        key: key.strip_prefix('/').unwrap_or_default().to_owned(),
        query,
        headers,
        body,
    };
    let signed = asked.header("authorization").unwrap_or("nobody");
    let who = signed.split(':').next().unwrap_or_default().to_owned();
    let query = uri.query().unwrap_or_default();
    shelf
        .asked
        .push(format!("{} {path} {query} by {who}", asked.method));
    match shelf.kind {
        Kind::Google => google::answer(&mut shelf, &asked),
        Kind::Azure | Kind::DataLake => azure::answer(&mut shelf, &asked),
    }
}
