//! Requests that the object-store library has no call for: signed and sent, once each. The signature (version 4 of AWS's)
//! and the credentials, with their renewal, are the library's. Knows neither buckets nor queues.

use super::settings::S3Settings;
use bytes::{Bytes, BytesMut};
use object_store::aws::{
    AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer, AwsCredentialProvider,
};
use object_store::client::{HttpRequest, HttpRequestBody};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use reqwest::header::{DATE, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, redirect};
use std::time::Duration;
use url::Url;

/// The region that is taken where nothing names one, as the library does.
const REGION_DEFAULT: &str = "us-east-1";

/// An address that is sent as it was written. Parsing one resolves `.` and `..`, encoded or not, drops what it takes for
/// noise and so names something else: such an address is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LiteralUrl(Url);

impl LiteralUrl {
    /// The address, where nothing of it changes.
    pub(super) fn new(text: &str) -> Option<Self> {
        let parsed = Url::parse(text).ok()?;
        (parsed.as_str() == text).then_some(Self(parsed))
    }
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: LiteralUrl,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    /// How much longer than others it may take.
    pub(super) patience: Duration,
}

/// What was answered, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    /// When the service wrote it, in the words of HTTP.
    pub(super) date: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendFailure {
    /// There are no credentials.
    #[error("the request cannot be signed")]
    Credentials(#[source] object_store::Error),
    /// A part of it cannot be written.
    #[error("the request's {0} cannot be sent")]
    Unsendable(&'static str),
    /// The service did not take the request, or did not begin to answer.
    #[error("no answer")]
    Unanswered(#[source] reqwest::Error),
    /// The answer broke off.
    #[error("the answer broke off")]
    BrokenOff(#[source] reqwest::Error),
    /// The answer is larger than any that is expected.
    #[error("the answer has over {0} bytes")]
    Large(usize),
}

impl SendFailure {
    /// Whether the service may have taken the request, and do what it asks for at any time.
    pub(super) fn may_be_carried_out(&self) -> bool {
        match self {
            Self::Unanswered(failure) => !failure.is_connect(),
            Self::BrokenOff(_) | Self::Large(_) => true,
            Self::Credentials(_) | Self::Unsendable(_) => false,
        }
    }
}

/// The client of one service.
pub(super) struct SignedClient {
    service: &'static str,
    region: String,
    /// Nothing where requests are sent unsigned.
    credentials: Option<AwsCredentialProvider>,
    is_payer: bool,
    answer_bytes_max: usize,
    timeout: Duration,
    client: Client,
}

/// What differs between services.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// The name that requests are signed for.
    pub(super) name: &'static str,
    /// How long an answer may take.
    pub(super) timeout: Duration,
    /// Bytes of an answer at most.
    pub(super) answer_bytes_max: usize,
    /// Whether it may be spoken to in plain HTTP.
    pub(super) allow_http: bool,
}

impl SignedClient {
    /// With the account of a store, whose builder tells what it was told by the environment. Nothing is sent yet.
    pub(super) fn open(
        service: Service,
        settings: &S3Settings,
        builder: &AmazonS3Builder,
        store: &AmazonS3,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(Duration::from_millis(settings.connect_timeout_ms))
            .redirect(redirect::Policy::none())
            .https_only(!service.allow_http)
            .http1_only()
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let is_signed = !is_set(builder, AmazonS3ConfigKey::SkipSignature);
        Ok(Self {
            service: service.name,
            region: region(builder),
            credentials: is_signed.then(|| store.credentials().clone()),
            is_payer: is_set(builder, AmazonS3ConfigKey::RequestPayer),
            answer_bytes_max: service.answer_bytes_max,
            timeout: service.timeout,
            client,
        })
    }

    /// The same for another region.
    pub(super) fn in_region(mut self, region: Option<String>) -> Self {
        if let Some(region) = region {
            self.region = region;
        }
        self
    }

    /// Signs a request, sends it once and gives what is answered.
    pub(super) async fn send(&self, request: Request) -> Result<Answer, SendFailure> {
        let signed = self.signed(&request).await?;
        let sent = self
            .client
            .request(request.method, request.url.0)
            .headers(signed.headers().clone())
            .timeout(self.timeout + request.patience)
            .body(request.body)
            .send()
            .await;
        let mut answer = sent.map_err(SendFailure::Unanswered)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(SendFailure::BrokenOff)? {
            if body.len() + chunk.len() > self.answer_bytes_max {
                return Err(SendFailure::Large(self.answer_bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
        let date = answer.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok()).map(str::to_owned);
        Ok(Answer {
            status: answer.status(),
            body: body.freeze(),
            date,
        })
    }

    async fn signed(&self, request: &Request) -> Result<HttpRequest, SendFailure> {
        let mut signed = HttpRequest::new(HttpRequestBody::from(request.body.clone()));
        *signed.method_mut() = request.method.clone();
        let address = request.url.0.as_str().parse();
        *signed.uri_mut() = address.map_err(|_| SendFailure::Unsendable("address"))?;
        for (name, value) in &request.headers {
            let unsendable = |_| SendFailure::Unsendable(name);
            let value = HeaderValue::from_str(value).map_err(unsendable)?;
            signed
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        let Some(credentials) = &self.credentials else {
            return Ok(signed);
        };
        let credential = credentials.get_credential().await;
        let credential = credential.map_err(SendFailure::Credentials)?;
        AwsAuthorizer::new(&credential, self.service, &self.region)
            .with_request_payer(self.is_payer)
            .try_authorize(&mut signed, None)
            .map_err(SendFailure::Credentials)?;
        Ok(signed)
    }
}

/// Whether an account says yes to a question, in the words that the library takes.
fn is_set(account: &AmazonS3Builder, key: AmazonS3ConfigKey) -> bool {
    let value = account.get_config_value(&key).unwrap_or_default();
    matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "true" | "on" | "yes" | "y"
    )
}

/// The region that a store's requests are signed for.
pub(super) fn region(builder: &AmazonS3Builder) -> String {
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
    region.unwrap_or_else(|| REGION_DEFAULT.to_owned())
}

/// The account and the manners of all clients of stores, whatever their bucket.
pub(super) fn account(settings: &S3Settings) -> AmazonS3Builder {
    crate::crypto::provider_install();
    let mut builder = if settings.access_key_id.is_some() {
        AmazonS3Builder::new()
    } else {
        AmazonS3Builder::from_env()
    };
    if let (Some(id), Some(secret)) = (&settings.access_key_id, &settings.secret_access_key) {
        builder = builder.with_access_key_id(id.reveal());
        builder = builder.with_secret_access_key(secret.reveal());
    }
    if let Some(token) = &settings.session_token {
        builder = builder.with_token(token.reveal());
    }
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &settings.region {
        builder = builder.with_region(region);
    }
    let client = ClientOptions::new()
        .with_timeout(Duration::from_secs(settings.request_timeout_s))
        .with_connect_timeout(Duration::from_millis(settings.connect_timeout_ms))
        .with_allow_http(settings.allow_http_effective());
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: settings.retries_max,
        retry_timeout: Duration::from_secs(settings.retry_timeout_s),
    };
    builder
        .with_virtual_hosted_style_request(!settings.path_style_effective())
        .with_client_options(client)
        .with_allow_http(settings.allow_http_effective())
        .with_retry(retry)
}

#[cfg(test)]
mod tests {
    use super::LiteralUrl;

    #[test]
    fn an_address_that_parsing_would_change_is_none() {
        for kept in [
            "https://s3.example/lake/a//b/",
            "https://s3.example/lake/a%0Ab/%2F/%FF/%252E%252E/.../..a",
            "https://s3.example/lake?list-type=2&prefix=a%2F..%2F",
        ] {
            assert!(LiteralUrl::new(kept).is_some(), "{kept}");
        }
        for changed in [
            "https://s3.example/lake/a/../b",
            "https://s3.example/lake/a/./b",
            "https://s3.example/lake/a/%2e%2E/b",
            "https://s3.example/lake/a/.%2e",
            "https://s3.example/lake/a/.",
            "https://s3.example/lake/a\tb",
            "https://s3.example/lake/a b",
            "https://s3.example/lake/a\\b",
        ] {
            assert_eq!(LiteralUrl::new(changed), None, "{changed}");
        }
    }
}
