//! How batches of spans reach the collector: one POST each, in the server's own runtime, told where it fails.

use crate::telemetry::fault_due;
use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::SpanExporter as OtlpExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use reqwest::{Client, redirect};
use std::time::Duration;
use tokio::runtime::Handle;
use url::Url;

/// Bytes of an answer that are read: it says which spans were refused.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Sends requests of the exporter, which waits in a thread of its own, where no runtime is.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    runtime: Handle,
}

impl Sender {
    /// Whose requests end within `limit`. Fails where the platform's certificates cannot be read. Called in a runtime.
    pub(super) fn new(url: &Url, limit: Duration) -> Result<Self, reqwest::Error> {
        crate::crypto::provider_install();
        let mut client = Client::builder()
            .timeout(limit)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")));
        if is_here(url) {
            // A proxy of the environment cannot reach what listens on this machine alone.
            client = client.no_proxy();
        }
        Ok(Self {
            client: client.build()?,
            runtime: Handle::current(),
        })
    }
}

/// Whether an address is one of this machine alone.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let client = self.client.clone();
        let sending = self.runtime.spawn(async move {
            let mut answer = client.execute(request).await?;
            let mut body = Vec::new();
            while let Some(piece) = answer.chunk().await? {
                let room = ANSWER_BYTES_MAX.saturating_sub(body.len());
                body.extend_from_slice(&piece[..piece.len().min(room)]);
                if piece.len() >= room {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((answer.status(), body))
        });
        let (status, body) = sending.await??;
        let answer = Response::builder().status(status);
        Ok(answer.body(Bytes::from(body))?)
    }
}

/// The exporter, whose failures are told once a minute: what was to be sent is lost then, and nobody waits for it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) exporter: OtlpExporter,
    pub(super) endpoint: String,
}

impl SpanExporter for Told {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let sent = self.exporter.export(batch).await;
        if let Err(error) = &sent
            && let Some(repeated) = fault_due(&format!("spans to {}", self.endpoint))
        {
            let endpoint = &self.endpoint;
            tracing::warn!(endpoint, spans, %error, repeated, "spans are lost: the collector does not take them");
        }
        sent
    }

    fn shutdown_with_timeout(&self, limit: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(limit)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
