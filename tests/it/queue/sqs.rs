//! An SQS server in the test's own process: three actions of its JSON protocol over real HTTP, signatures checked,
//! failures by order.

use crate::s3::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The region that signatures must be for.
pub(crate) const REGION: &str = "eu-west-1";

#[derive(Default)]
struct Inner {
    waiting: VecDeque<(String, u32)>,
    in_flight: Vec<(String, String, u32)>,
    receipts: u32,
    failures: VecDeque<(u16, &'static str)>,
    /// What the last receive asked for.
    asked: Value,
    /// Wakes a receive that waits for a message.
    sent: Arc<Notify>,
}

/// A running queue; it stops when it is dropped.
pub(crate) struct Sqs {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    serving: JoinHandle<()>,
}

impl Sqs {
    /// Starts an empty queue.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner: Arc<Mutex<Inner>> = Arc::default();
        let router = axum::Router::new()
            .route("/", axum::routing::post(answer))
            .with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            inner,
            serving,
        }
    }

    /// The queue's URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/000000000000/skep", self.address)
    }

    /// Puts a message.
    pub(crate) fn send(&self, body: impl Into<String>) {
        let mut inner = self.inner.lock().unwrap();
        inner.waiting.push_back((body.into(), 0));
        inner.sent.notify_one();
    }

    /// Makes every message that was received and not deleted visible again.
    pub(crate) fn redeliver(&self) {
        let mut inner = self.inner.lock().unwrap();
        let back = std::mem::take(&mut inner.in_flight);
        inner
            .waiting
            .extend(back.into_iter().map(|(_, body, count)| (body, count)));
    }

    /// Answers the next request with this status and body.
    pub(crate) fn fail(&self, status: u16, body: &'static str) {
        self.inner
            .lock()
            .unwrap()
            .failures
            .push_back((status, body));
    }

    /// What the last receive asked for.
    pub(crate) fn asked(&self) -> Value {
        self.inner.lock().unwrap().asked.clone()
    }
}

impl Drop for Sqs {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What S3 tells of a new object in the bucket `lake`; the key as S3 writes it, with its escapes.
pub(crate) fn created(key: &str, bytes: u64) -> String {
    let record = json!({
        "eventName": "ObjectCreated:Put", "eventTime": "2026-11-25T10:00:00.000Z",
        "s3": {"bucket": {"name": "lake"}, "object": {"key": key, "size": bytes}}
    });
    json!({"Records": [record]}).to_string()
}

async fn answer(
    State(inner): State<Arc<Mutex<Inner>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    message_wait(&inner, &body).await;
    let mut inner = inner.lock().unwrap();
    if let Some((status, body)) = inner.failures.pop_front() {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/x-amz-json-1.0");
    if header("authorization") != authorization(&headers, &body) {
        let told = json!({
            "__type": "com.amazon.coral.service#InvalidSignatureException",
            "message": "The request signature we calculated does not match the signature you provided."
        });
        return (StatusCode::FORBIDDEN, told.to_string()).into_response();
    }
    let asked: Value = serde_json::from_slice(&body).unwrap();
    assert!(
        asked["QueueUrl"]
            .as_str()
            .unwrap()
            .ends_with("/000000000000/skep")
    );
    let told = match header("x-amz-target").as_str() {
        "AmazonSQS.ReceiveMessage" => receive(&mut inner, asked),
        "AmazonSQS.DeleteMessageBatch" => delete(&mut inner, &asked),
        "AmazonSQS.GetQueueAttributes" => json!({"Attributes": {
            "ApproximateNumberOfMessages": inner.waiting.len().to_string(),
            "ApproximateNumberOfMessagesNotVisible": inner.in_flight.len().to_string(),
        }}),
        other => panic!("{other}"),
    };
    told.to_string().into_response()
}

/// Waits for a message as long as a receive asks for.
async fn message_wait(inner: &Mutex<Inner>, body: &[u8]) {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let wait_s = asked["WaitTimeSeconds"].as_u64().unwrap_or_default();
    let sent = {
        let inner = inner.lock().unwrap();
        if !inner.waiting.is_empty() || !inner.failures.is_empty() {
            return;
        }
        Arc::clone(&inner.sent)
    };
    let _ = tokio::time::timeout(Duration::from_secs(wait_s), sent.notified()).await;
}

fn receive(inner: &mut Inner, asked: Value) -> Value {
    let count = usize::try_from(asked["MaxNumberOfMessages"].as_u64().unwrap()).unwrap();
    inner.asked = asked;
    let count = count.min(inner.waiting.len());
    let some: Vec<(String, u32)> = inner.waiting.drain(..count).collect();
    let mut messages = Vec::new();
    for (body, received) in some {
        inner.receipts += 1;
        let receipt = format!("receipt-{}", inner.receipts);
        messages.push(json!({
            "MessageId": format!("message-{}", inner.receipts), "ReceiptHandle": receipt, "Body": body,
            "MD5OfBody": "x", "Attributes": {"ApproximateReceiveCount": (received + 1).to_string()},
        }));
        inner.in_flight.push((receipt, body, received + 1));
    }
    // SQS leaves the list out where it is empty.
    if messages.is_empty() {
        json!({})
    } else {
        json!({"Messages": messages})
    }
}

fn delete(inner: &mut Inner, asked: &Value) -> Value {
    let entries = asked["Entries"].as_array().unwrap();
    assert!((1..=10).contains(&entries.len()), "SQS takes ten at most");
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let before = inner.in_flight.len();
        inner
            .in_flight
            .retain(|(receipt, _, _)| entry["ReceiptHandle"] != json!(receipt));
        if inner.in_flight.len() < before {
            done.push(json!({"Id": entry["Id"]}));
        } else {
            failed.push(json!({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid",
                "Message": "The receipt handle has expired", "SenderFault": true}));
        }
    }
    json!({"Successful": done, "Failed": failed})
}

/// The header that version 4 of AWS's signature asks for, computed from its description.
fn authorization(headers: &HeaderMap, body: &[u8]) -> String {
    let given = headers["authorization"].to_str().unwrap();
    let signed = given.split("SignedHeaders=").nth(1).unwrap();
    let signed = signed.split(',').next().unwrap();
    let mut canonical = "POST\n/\n\n".to_owned();
    for name in signed.split(';') {
        writeln!(canonical, "{name}:{}", headers[name].to_str().unwrap()).unwrap();
    }
    write!(canonical, "\n{signed}\n{}", hex(&Sha256::digest(body))).unwrap();
    let time = headers["x-amz-date"].to_str().unwrap();
    let day = &time[..8];
    let scope = format!("{day}/{REGION}/sqs/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let mut key = format!("AWS4{SECRET_ACCESS_KEY}").into_bytes();
    for part in [day, REGION, "sqs", "aws4_request"] {
        key = mac(&key, part);
    }
    format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{scope}, SignedHeaders={signed}, Signature={}",
        hex(&mac(&key, &text))
    )
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
