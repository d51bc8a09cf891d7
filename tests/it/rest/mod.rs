//! The REST interface over real sockets: each resource, what it refuses, and the document that describes it.

mod bad_input;
mod compression;
mod conditional;
mod databases;
pub(crate) mod discovery;
mod event_stream;
mod events;
mod idempotency;
mod limits;
mod openapi;
mod partition_changes;
mod partition_lines;
mod partitions;
mod sources;
mod statistics;
mod table_changes;
mod tables;
pub(crate) mod watch;

use crate::harness::TestServer;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// An answer: its status, what it is, and its JSON (null where there is none).
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) allow: String,
    pub(crate) retry_after: String,
    /// What `ETag` says.
    pub(crate) tag: String,
    pub(crate) location: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The body, or a failure that shows it.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The problem of a kind, with its detail.
    pub(crate) fn problem(self, status: u16, slug: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.kind, "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:skep:problem:{slug}"));
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].is_string() && self.body["retryable"].is_boolean());
        self.body
    }
}

/// A client of one server's REST interface.
pub(crate) struct Rest {
    http: reqwest::Client,
    root: String,
}

impl Rest {
    pub(crate) fn of(server: &TestServer) -> Self {
        Self {
            http: reqwest::Client::new(),
            root: format!("http://{}/api/v1", server.http()),
        }
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.root))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let header = |name| {
            let value = response.headers().get(name);
            let text = value.and_then(|value| value.to_str().ok());
            text.unwrap_or_default().to_owned()
        };
        let (kind, allow) = (header("content-type"), header("allow"));
        let (status, retry_after) = (response.status().as_u16(), header("retry-after"));
        let (tag, location) = (header("etag"), header("location"));
        let bytes = response.bytes().await.expect("the answer is whole");
        Answer {
            status,
            kind,
            allow,
            retry_after,
            tag,
            location,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::POST, path, &body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PATCH, path, &body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PUT, path, &body).await
    }

    async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self
            .request(method, path)
            .header("content-type", "application/json")
            .body(body.to_string());
        self.send(request).await
    }

    /// Makes the database `shop` with the table `orders`, partitioned by `dt` and `hour`.
    pub(crate) async fn orders(&self) {
        let database = self.post("/databases", json!({"name": "shop"})).await;
        database.expect(201);
        let table = json!({
            "name": "orders",
            "columns": [{"name": "id", "type": "bigint"}],
            "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
            "storage": {"format": "parquet"},
        });
        self.post("/databases/shop/tables", table).await.expect(201);
    }
}

/// The names in a list of objects.
pub(crate) fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|one| one["name"].as_str().expect("a name"))
        .collect()
}
