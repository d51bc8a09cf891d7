//! What a bucket tells of its objects through a queue: a client of SQS, which receives S3's notifications and deletes
//! those that were heeded. A message that nobody deletes comes again, so nothing is lost with a process.
//!
//! The protocol is SQS's JSON over HTTP, three actions of it; the signature is the object store's.

mod error;
mod event;
mod http;
pub(super) mod settings;

pub use error::QueueError;
pub use event::{EventKind, MalformedMessage, ObjectEvent};
pub use settings::QueueSettings;

use super::settings::S3Settings;
use http::Sender;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;

/// Messages that one request receives or deletes at most: SQS's own limit.
const MESSAGES_EACH_MAX: usize = 10;

/// A queue that S3 (or EventBridge, or SNS) sends notifications to. One client for all who share it.
pub struct Queue {
    url: String,
    wait_s: u64,
    visibility_timeout_s: u64,
    sender: Sender,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMessage {
    /// The queue's name for it, for logs.
    pub id: String,
    /// What deletes it.
    pub receipt: Receipt,
    /// How often it was received, this time included.
    pub received_count: u32,
    /// What it tells, as far as it can be read. Nothing where it is a test, or of another kind of event.
    pub events: Vec<ObjectEvent>,
    /// Why not all of it can be read. The caller may set such a message aside: as long as it is not deleted it comes again.
    pub malformed: Option<MalformedMessage>,
}

/// What deletes a message; good until the message is visible again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Receipt(String);

/// How full a queue is. Approximate, as SQS counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Messages that wait to be received.
    pub waiting: u64,
    /// Messages that were received and not deleted yet.
    pub in_flight: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    #[serde(default)]
    messages: Option<Vec<Message>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(rename = "MessageId")]
    id: String,
    receipt_handle: String,
    body: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deleted {
    #[serde(default)]
    failed: Option<Vec<Failed>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    code: String,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    #[serde(default)]
    attributes: HashMap<String, String>,
}

impl Queue {
    /// Opens the queue of the settings, with the account of the object store; `None` where none is named. Nothing is
    /// sent yet.
    pub fn open(settings: &QueueSettings, s3: &S3Settings) -> Result<Option<Self>, QueueError> {
        let Some(url) = &settings.url else {
            return Ok(None);
        };
        Ok(Some(Self {
            url: url.clone(),
            wait_s: settings.wait_s,
            visibility_timeout_s: settings.visibility_timeout_s,
            sender: Sender::open(url, settings, s3)?,
        }))
    }

    /// The queue's URL, for logs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Up to ten messages; waits as long as the settings say where there are none. They are invisible to other
    /// receivers until they are deleted or `visibility_timeout_s` has passed.
    pub async fn receive(&self) -> Result<Vec<QueueMessage>, QueueError> {
        let body = json!({
            "QueueUrl": self.url,
            "MaxNumberOfMessages": MESSAGES_EACH_MAX,
            "WaitTimeSeconds": self.wait_s,
            "VisibilityTimeout": self.visibility_timeout_s,
            "MessageSystemAttributeNames": ["ApproximateReceiveCount"],
        });
        let received: Received = self.call("ReceiveMessage", &body).await?;
        let messages = received.messages.unwrap_or_default().into_iter();
        Ok(messages.map(message).collect())
    }

    /// Deletes messages that were heeded. Those that could not be deleted come again, and the first reason is told.
    pub async fn delete(&self, receipts: &[Receipt]) -> Result<(), QueueError> {
        let mut outcome = Ok(());
        for some in receipts.chunks(MESSAGES_EACH_MAX) {
            let entries: Vec<Value> = some
                .iter()
                .enumerate()
                .map(|(number, receipt)| {
                    json!({"Id": number.to_string(), "ReceiptHandle": receipt.0})
                })
                .collect();
            let body = json!({"QueueUrl": self.url, "Entries": entries});
            let deleted: Deleted = self.call("DeleteMessageBatch", &body).await?;
            if let Some(failed) = deleted.failed.unwrap_or_default().into_iter().next() {
                let why = format!("{}: {}", failed.code, failed.message.unwrap_or_default());
                outcome = outcome.and(Err(QueueError::Unavailable {
                    queue: self.url.clone(),
                    why,
                }));
            }
        }
        outcome
    }

    /// How full it is: also the way to try whether it can be reached.
    pub async fn depth(&self) -> Result<QueueDepth, QueueError> {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        let body = json!({"QueueUrl": self.url, "AttributeNames": names});
        let answer: Attributes = self.call("GetQueueAttributes", &body).await?;
        let number = |name: &str| {
            answer
                .attributes
                .get(name)
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| QueueError::answer(&self.url, format!("it has no {name}")))
        };
        Ok(QueueDepth {
            waiting: number(names[0])?,
            in_flight: number(names[1])?,
        })
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        action: &str,
        body: &Value,
    ) -> Result<T, QueueError> {
        let answer = self.sender.call(action, body.to_string()).await?;
        // Deleting a batch may be answered with nothing at all.
        let answer = if answer.is_empty() {
            &b"{}"[..]
        } else {
            &answer
        };
        serde_json::from_slice(answer)
            .map_err(|error| QueueError::answer(&self.url, format!("{action}: {error}")))
    }
}

fn message(message: Message) -> QueueMessage {
    let count = message.attributes.get("ApproximateReceiveCount");
    let (events, malformed) = event::read(&message.body);
    QueueMessage {
        events,
        malformed,
        id: message.id,
        receipt: Receipt(message.receipt_handle),
        received_count: count.and_then(|text| text.parse().ok()).unwrap_or(1),
    }
}
