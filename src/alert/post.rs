//! One POST of a JSON body, and what its answer means. Redirects are not followed: a webhook that moves must be
//! mended by hand, and its body must not travel to an address that nobody configured.

use super::SendError;
use super::mask::masked;
use crate::secret::Secret;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use std::time::Duration;

/// How long one message may take.
pub const POST_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read: it is shown to whoever mends the channel.
const ANSWER_BYTES_MAX: usize = 1_024;
/// Bytes of an answer that says more than whether a message was taken: Slack's repeats the message.
const ANSWER_READ_BYTES_MAX: usize = 1024 * 1024;
/// Characters of an answer that are shown.
const ANSWER_CHARS_MAX: usize = 200;
/// The longest pause that a channel may ask for; more is taken for a mistake.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// The HTTP client that all channels share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Poster {
    client: Client,
}

impl Poster {
    /// A client whose requests end within `timeout`.
    ///
    /// # Panics
    /// Where the platform's certificates cannot be read, which is a fault of the installation.
    pub fn new(timeout: Duration) -> Self {
        crate::crypto::provider_install();
        let client = Client::builder()
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("an HTTP client can be made");
        Self { client }
    }

    /// Sends a body once. What the receiver answers is told without the address and the other `secrets` of the channel.
    pub(super) async fn post(
        &self,
        (url, secrets): (&Secret, &[&Secret]),
        body: String,
        headers: &[(&'static str, String)],
    ) -> Result<(), SendError> {
        self.sent((url, secrets), body, headers).await.map(drop)
    }

    /// Sends a body once, and gives the beginning of the answer.
    pub(super) async fn ask(
        &self,
        (url, secrets): (&Secret, &[&Secret]),
        body: String,
        headers: &[(&'static str, String)],
    ) -> Result<String, SendError> {
        let answer = self.sent((url, secrets), body, headers).await?;
        let bytes = beginning(answer, ANSWER_READ_BYTES_MAX).await;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn sent(
        &self,
        (url, secrets): (&Secret, &[&Secret]),
        body: String,
        headers: &[(&'static str, String)],
    ) -> Result<Response, SendError> {
        let mut request = self
            .client
            .post(url.reveal())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        // The address is a secret, and reqwest prints it with every error.
        let answer = request.send().await.map_err(|error| {
            if error.is_builder() {
                return SendError::Refused("its address is not a URL".to_owned());
            }
            SendError::Unavailable(causes(&error.without_url()))
        })?;
        judge(answer, &[&[url], secrets].concat()).await
    }
}

async fn judge(answer: Response, secrets: &[&Secret]) -> Result<Response, SendError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let seconds = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        return Err(SendError::Busy {
            retry_after: seconds.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX)),
        });
    }
    let why = format!("{status}: {}", words(answer, secrets).await);
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Err(SendError::Unavailable(why));
    }
    Err(SendError::Refused(why))
}

/// The first words of an answer.
async fn words(answer: Response, secrets: &[&Secret]) -> String {
    let bytes = beginning(answer, ANSWER_BYTES_MAX).await;
    let text = masked(String::from_utf8_lossy(&bytes).trim(), secrets);
    super::text::shown(&text, ANSWER_CHARS_MAX)
}

async fn beginning(mut answer: Response, bytes_max: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < bytes_max {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(bytes_max);
    bytes
}

/// An error with its causes, which say what really happened.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
