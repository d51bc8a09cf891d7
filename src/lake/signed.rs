//! Requests that the object-store library has no call for: signed and sent, once each. Knows neither buckets nor queues.

use super::signer::Signer;
use crate::telemetry::{StoreOutcome, store_asked};
use bytes::{Bytes, BytesMut};
use object_store::client::{HttpRequest, HttpRequestBody};
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, redirect};
use std::time::{Duration, Instant};
use url::Url;

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
    pub(super) headers: HeaderMap,
}

impl Answer {
    /// A header, where it is one and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// When the service wrote it, in the words of HTTP.
    pub(super) fn date(&self) -> Option<&str> {
        self.header(DATE.as_str())
    }
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
    signer: Signer,
    answer_bytes_max: usize,
    timeout: Duration,
    client: Client,
}

/// What differs between services.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// How long an answer may take.
    pub(super) timeout: Duration,
    /// How long a connection may take to be opened.
    pub(super) connect_timeout: Duration,
    /// Bytes of an answer at most.
    pub(super) answer_bytes_max: usize,
    /// Whether it may be spoken to in plain HTTP.
    pub(super) allow_http: bool,
}

impl SignedClient {
    /// Nothing is sent yet.
    pub(super) fn open(service: Service, signer: Signer) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(service.connect_timeout)
            .redirect(redirect::Policy::none())
            .https_only(!service.allow_http)
            .http1_only()
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            signer,
            answer_bytes_max: service.answer_bytes_max,
            timeout: service.timeout,
            client,
        })
    }

    /// Signs a request, sends it once and gives what is answered.
    pub(super) async fn send(&self, request: Request) -> Result<Answer, SendFailure> {
        let signed = self.signed(&request).await?;
        let (method, began) = (request.method.clone(), Instant::now());
        let sent = self
            .client
            .request(request.method, self.address(&request.url, &signed)?)
            .headers(signed.headers().clone())
            .timeout(self.timeout + request.patience)
            .body(request.body)
            .send()
            .await;
        let status = sent.as_ref().ok().map(|answer| answer.status().as_u16());
        store_asked(method.as_str(), StoreOutcome::of(status), began.elapsed());
        let mut answer = sent.map_err(SendFailure::Unanswered)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(SendFailure::BrokenOff)? {
            if body.len() + chunk.len() > self.answer_bytes_max {
                return Err(SendFailure::Large(self.answer_bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: answer.status(),
            headers: std::mem::take(answer.headers_mut()),
            body: body.freeze(),
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
        let sealed = self.signer.sign(&mut signed).await;
        sealed.map_err(SendFailure::Credentials)?;
        Ok(signed)
    }

    /// The address as it was signed: a signature may stand behind it, and nothing before that may have changed.
    fn address(&self, written: &LiteralUrl, signed: &HttpRequest) -> Result<Url, SendFailure> {
        let Signer::Azure { .. } = self.signer else {
            return Ok(written.0.clone());
        };
        let unsendable = SendFailure::Unsendable("address");
        let Ok(url) = Url::parse(&signed.uri().to_string()) else {
            return Err(unsendable);
        };
        if url.path() == written.0.path() {
            Ok(url)
        } else {
            Err(unsendable)
        }
    }
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
