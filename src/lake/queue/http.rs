//! One action of the queue's service and what its answer means.

use super::{QueueError, QueueSettings};
use crate::lake::account;
use crate::lake::settings::S3Settings;
use crate::lake::signed::{LiteralUrl, Request, SendFailure, Service, SignedClient};
use bytes::Bytes;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// Bytes of an answer at most: ten messages of SQS's largest size, escaped.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Characters of a failure that are shown.
const WORDS_CHARS_MAX: usize = 200;

/// Sends actions to the queue's service.
pub(super) struct Sender {
    queue: String,
    /// The root of the service: the queue stands in the body.
    endpoint: LiteralUrl,
    client: SignedClient,
}

impl Sender {
    pub(super) fn open(
        queue: &str,
        settings: &QueueSettings,
        s3: &S3Settings,
    ) -> Result<Self, QueueError> {
        let invalid = |why: String| QueueError::Invalid {
            url: queue.to_owned(),
            why,
        };
        settings.check().map_err(|(_, why)| invalid(why))?;
        let url = url::Url::parse(queue).map_err(|error| invalid(error.to_string()))?;
        let endpoint = url.join("/").map_err(|error| invalid(error.to_string()))?;
        let endpoint = LiteralUrl::new(endpoint.as_str());
        // A store is built for its credentials alone; the bucket's name is never used.
        let mut account = account::s3_builder(s3).with_bucket_name("queue");
        if let Some(region) = settings.region_effective() {
            account = account.with_region(region);
        }
        let store = account.clone().build();
        let store = store.map_err(|error| invalid(error.to_string()))?;
        let service = Service {
            timeout: Duration::from_secs(settings.wait_s + s3.request_timeout_s),
            connect_timeout: Duration::from_millis(s3.connect_timeout_ms),
            answer_bytes_max: ANSWER_BYTES_MAX,
            allow_http: true,
        };
        let client = SignedClient::open(service, account::s3_signer("sqs", &account, &store));
        let client = client.map_err(|error| invalid(error.to_string()))?;
        Ok(Self {
            queue: queue.to_owned(),
            endpoint: endpoint.ok_or_else(|| invalid("it has no root".to_owned()))?,
            client,
        })
    }

    /// Sends one action and gives the body of its answer.
    pub(super) async fn call(&self, action: &str, body: String) -> Result<Bytes, QueueError> {
        let request = Request {
            method: Method::POST,
            url: self.endpoint.clone(),
            headers: vec![
                ("x-amz-target", format!("AmazonSQS.{action}")),
                ("content-type", "application/x-amz-json-1.0".to_owned()),
            ],
            body: body.into(),
            patience: Duration::ZERO,
        };
        let sent = self.client.send(request).await;
        let answer = sent.map_err(|failure| self.unsent(action, &failure))?;
        if answer.status == StatusCode::OK {
            return Ok(answer.body);
        }
        Err(self.failure(action, answer.status, &answer.body))
    }

    fn unsent(&self, action: &str, failure: &SendFailure) -> QueueError {
        let queue = self.queue.clone();
        let mut why = failure.to_string();
        let mut cause = std::error::Error::source(failure);
        while let Some(inner) = cause {
            why = format!("{why}: {inner}");
            cause = inner.source();
        }
        match failure {
            SendFailure::Credentials(_) => QueueError::Denied {
                queue,
                why: words(&why),
            },
            SendFailure::Unanswered(_) | SendFailure::BrokenOff(_) => {
                QueueError::Unavailable { queue, why }
            }
            SendFailure::Unsendable(_) | SendFailure::Large(_) => {
                QueueError::answer(&queue, format!("{action}: {why}"))
            }
        }
    }

    /// SQS names its failures in the body; a proxy before it has only a status.
    fn failure(&self, action: &str, status: StatusCode, body: &[u8]) -> QueueError {
        let queue = self.queue.clone();
        let told: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let kind = text("__type").unwrap_or_default();
        let kind = kind.rsplit(['#', '.']).next().unwrap_or_default();
        // Some services write the message with a capital, some in both ways.
        let why = match text("message").or_else(|| text("Message")) {
            Some(message) => words(&format!("{action}: {status}: {kind}: {message}")),
            None => words(&format!(
                "{action}: {status}: {kind}: {}",
                String::from_utf8_lossy(body)
            )),
        };
        match kind {
            "QueueDoesNotExist" | "NonExistentQueue" | "QueueDeletedRecently" => {
                QueueError::NotFound { queue }
            }
            "AccessDenied"
            | "AccessDeniedException"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignature"
            | "InvalidSecurity" => QueueError::Denied { queue, why },
            "RequestThrottled" | "ThrottlingException" | "Throttling" | "OverLimit" => {
                QueueError::Unavailable { queue, why }
            }
            _ if matches!(status.as_u16(), 401 | 403) => QueueError::Denied { queue, why },
            _ if status.is_server_error() || matches!(status.as_u16(), 408 | 429) => {
                QueueError::Unavailable { queue, why }
            }
            _ => QueueError::Answer { queue, why },
        }
    }
}

fn words(text: &str) -> String {
    text.chars().take(WORDS_CHARS_MAX).collect()
}
