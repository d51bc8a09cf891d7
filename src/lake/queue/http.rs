//! One signed POST and what its answer means. The signature (version 4 of AWS's) and the credentials, with their
//! renewal, are the object store's.

use super::{QueueError, QueueSettings};
use crate::lake::bucket::builder;
use crate::lake::settings::S3Settings;
use bytes::{Bytes, BytesMut};
use object_store::aws::{AmazonS3ConfigKey, AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpRequest, HttpRequestBody};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::Value;
use std::time::Duration;

/// The region that is taken where nothing names one, as for buckets.
const REGION_DEFAULT: &str = "us-east-1";
/// Bytes of an answer at most: ten messages of SQS's largest size, escaped.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Characters of a failure that are shown.
const WORDS_CHARS_MAX: usize = 200;

/// Sends actions to the queue's service.
pub(super) struct Sender {
    queue: String,
    /// The root of the service: the queue stands in the body.
    endpoint: String,
    region: String,
    client: Client,
    credentials: AwsCredentialProvider,
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
        // A store is built for its credentials alone; the bucket's name is never used.
        let builder = builder(s3).with_bucket_name("queue");
        let store_region = builder.get_config_value(&AmazonS3ConfigKey::Region);
        let store = builder
            .build()
            .map_err(|error| invalid(error.to_string()))?;
        let timeout = Duration::from_secs(settings.wait_s + s3.request_timeout_s);
        let client = Client::builder()
            .timeout(timeout)
            .connect_timeout(Duration::from_millis(s3.connect_timeout_ms))
            .redirect(redirect::Policy::none())
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| invalid(error.to_string()))?;
        Ok(Self {
            queue: queue.to_owned(),
            endpoint: endpoint.into(),
            region: settings
                .region_effective()
                .or(store_region)
                .unwrap_or_else(|| REGION_DEFAULT.to_owned()),
            client,
            credentials: store.credentials().clone(),
        })
    }

    /// Sends one action and gives the body of its answer.
    pub(super) async fn call(&self, action: &str, body: String) -> Result<Bytes, QueueError> {
        let request = self.signed(action, body.clone()).await?;
        let answer = self
            .client
            .post(&self.endpoint)
            .headers(request.headers().clone())
            .body(body)
            .send()
            .await;
        let mut answer = answer.map_err(|error| self.unavailable(&error))?;
        let mut bytes = BytesMut::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| self.unavailable(&error))?
        {
            if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
                let why = format!("{action}: over {ANSWER_BYTES_MAX} bytes");
                return Err(QueueError::answer(&self.queue, why));
            }
            bytes.extend_from_slice(&chunk);
        }
        if answer.status() == StatusCode::OK {
            return Ok(bytes.freeze());
        }
        Err(self.failure(action, answer.status(), &bytes))
    }

    async fn signed(&self, action: &str, body: String) -> Result<HttpRequest, QueueError> {
        let denied = |error: object_store::Error| QueueError::Denied {
            queue: self.queue.clone(),
            why: words(&error.to_string()),
        };
        let odd = |what: &str| QueueError::answer(&self.queue, format!("{action}: {what}"));
        let credential = self.credentials.get_credential().await.map_err(denied)?;
        let mut request = HttpRequest::new(HttpRequestBody::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.parse().map_err(|_| odd("no address"))?;
        let target = HeaderValue::from_str(&format!("AmazonSQS.{action}"));
        let target = target.map_err(|_| odd("no header"))?;
        request.headers_mut().insert("x-amz-target", target);
        let content = HeaderValue::from_static("application/x-amz-json-1.0");
        request.headers_mut().insert(CONTENT_TYPE, content);
        AwsAuthorizer::new(&credential, "sqs", &self.region)
            .try_authorize(&mut request, None)
            .map_err(denied)?;
        Ok(request)
    }

    fn unavailable(&self, error: &reqwest::Error) -> QueueError {
        let mut why = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            why = format!("{why}: {inner}");
            cause = inner.source();
        }
        QueueError::Unavailable {
            queue: self.queue.clone(),
            why,
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
