//! The requests of a bucket in which keys stand as they are: listing, deleting, and copying what the library cannot name.
//! A key stands in the address, where the address stays as it is written, or in the body, where XML can hold it; one that
//! fits neither is refused, because a request for it would be one for another key.

use super::answer::{self, Page, Told, Unreadable};
use super::azure;
use super::failure::{Repetition, RequestFailure, repetition};
use super::words::{self, LITERAL, PageQuery};
use crate::back_off::BackOff;
use crate::lake::account::{Account, Make};
use crate::lake::error::LakeError;
use crate::lake::settings::S3Settings;
use crate::lake::signed::{Answer, LiteralUrl, Request, Service, SignedClient};
use crate::lake::store_clock::StoreClock;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use md5::Md5;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How often something is asked for whose answer broke off, whatever the settings say of requests that failed.
const BROKEN_OFF_ATTEMPTS_MAX: usize = 3;
/// The pauses before a request is repeated: those of the library.
const PAUSES: BackOff = BackOff::new(Duration::from_millis(100), Duration::from_secs(15));
/// What somebody between answers when the store has not.
const GIVEN_UP: [u16; 4] = [408, 499, 502, 504];
/// How long a store that was given up may still do what it was asked.
pub(in crate::lake) const UNANSWERED_MAX: Duration = Duration::from_mins(1);
/// Bytes of an answer at most: a page of the longest keys, escaped.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The same for a key, whose slashes stay.
const LITERAL_KEY: AsciiSet = LITERAL.remove(b'/');

/// Sends the requests of one bucket.
pub(super) struct Requests {
    make: Make,
    client: SignedClient,
    /// The bucket's address, as parsing leaves it.
    url: String,
    retries_max: usize,
    retry_timeout: Duration,
    /// Learnt from what the bucket answers.
    pub(super) clock: StoreClock,
    /// When it was last given up to wait for the answer to a deletion.
    unanswered_at: Mutex<Option<Instant>>,
}

/// Bytes that a store copies in a second at least.
const COPY_BYTES_PER_S_MIN: u64 = 8 * 1024 * 1024;

/// How a deletion names a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// In a list in the body.
    Body,
    /// In the address of a request of its own.
    Address,
}

/// Whether a request that failed is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    /// Where that can help.
    Useful,
    /// Never: something is to be looked at before.
    None,
}

impl Requests {
    /// With the account of a bucket. Nothing is sent yet.
    pub(super) fn open(
        at: &str,
        settings: &S3Settings,
        account: Account,
    ) -> Result<Self, LakeError> {
        let url = url::Url::parse(&account.url);
        let url = url.map_err(|error| LakeError::invalid(at, error.to_string()))?;
        let service = Service {
            timeout: Duration::from_secs(settings.request_timeout_s),
            connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
            answer_bytes_max: ANSWER_BYTES_MAX,
            allow_http: account.allow_http,
        };
        let client = SignedClient::open(service, account.signer);
        Ok(Self {
            make: account.make,
            client: client.map_err(|error| LakeError::invalid(at, error.to_string()))?,
            url: url.into(),
            retries_max: settings.retries_max,
            retry_timeout: Duration::from_secs(settings.retry_timeout_s),
            clock: StoreClock::default(),
            unanswered_at: Mutex::default(),
        })
    }

    /// One page of the keys that begin with a text.
    pub(super) async fn page(&self, query: PageQuery<'_>) -> Result<Page, RequestFailure> {
        let mut page = self.page_sent(query).await?;
        // A store that does not begin where it is asked to has pages of nothing that is wanted: whoever asked goes on by the
        // token of the first page that is.
        while query.after.is_some() && page.is_empty() {
            let Some(token) = page.next else { break };
            let next = PageQuery {
                token: Some(&token),
                ..query
            };
            let read = self.page_sent(next).await?;
            if read.next.as_ref() == Some(&token) {
                return Err(Unreadable::Token.into());
            }
            page = read;
        }
        // What is listed may be deleted next: nothing else than was asked for is taken.
        let mut keys = page.objects.iter().map(|object| &object.key);
        let stray = keys.find(|key| !key.starts_with(query.prefix));
        match stray.cloned() {
            Some(key) => Err(Unreadable::Stray(key).into()),
            None => Ok(page),
        }
    }

    async fn page_sent(&self, query: PageQuery<'_>) -> Result<Page, RequestFailure> {
        let address = words::page_address(self.make, &self.url, &query);
        let request = request(Method::GET, literal(&address, query.prefix)?);
        let body = self.send(request).await?;
        Ok(match self.make {
            Make::S3 | Make::Gcs => answer::page(&body)?,
            Make::Azure => azure::page(&body, query.after)?,
        })
    }

    /// How a key can be deleted; nothing where no request names it.
    pub(super) fn naming(&self, key: &str, is_bulk: bool) -> Option<Naming> {
        // Parsers of XML take liberties with control characters, even where they may stand.
        let is_plain = !key.chars().any(char::is_control) && is_xml(key);
        if is_bulk && is_plain {
            return Some(Naming::Body);
        }
        if self.key_url(key).is_some() {
            return Some(Naming::Address);
        }
        (self.make == Make::S3 && is_xml(key)).then_some(Naming::Body)
    }

    /// Deletes keys by a list, at most 1,000 of them. Gives those that were not deleted.
    pub(super) async fn delete_listed(
        &self,
        keys: &[String],
        repeats: Repeats,
    ) -> Result<Vec<Told>, RequestFailure> {
        let mut body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">".to_owned();
        for key in keys {
            let _ = write!(body, "<Object><Key>{}</Key></Object>", escaped(key));
        }
        body.push_str("</Delete>");
        let url = literal(&format!("{}?delete", self.url), "")?;
        let mut request = request(Method::POST, url);
        // Of the two checksums that S3 takes, stores of other makes want the older one.
        request.headers = vec![
            ("content-type", "application/xml".to_owned()),
            ("content-md5", BASE64_STANDARD.encode(Md5::digest(&body))),
            (
                "x-amz-checksum-sha256",
                BASE64_STANDARD.encode(Sha256::digest(&body)),
            ),
        ];
        request.body = body.into();
        let sent = self.send_so(request, repeats).await?;
        Ok(answer::undeleted(&sent)?)
    }

    /// Deletes one key by its address. What is not there is deleted.
    pub(super) async fn delete_addressed(
        &self,
        key: &str,
        repeats: Repeats,
    ) -> Result<(), RequestFailure> {
        let mut request = request(Method::DELETE, self.key_literal(key)?);
        request.headers = words::deletion_headers(self.make);
        match self.send_so(request, repeats).await {
            Ok(_)
            | Err(RequestFailure::Told {
                status: StatusCode::NOT_FOUND,
                ..
            }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Whether a deletion since a moment was given up without an answer, so that the store may still carry it out.
    pub(super) fn has_unanswered_since(&self, began: Instant) -> bool {
        let at = self.unanswered_at.lock();
        at.unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|at| at >= began)
    }

    /// The only requests by these methods are deletions.
    fn unanswered_note(&self, request: &Request) {
        if matches!(request.method, Method::DELETE | Method::POST) {
            let at = self.unanswered_at.lock();
            *at.unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    /// Copies an object of a bucket to a key of this one.
    pub(super) async fn copy(
        &self,
        bucket: &str,
        from: &str,
        to: &str,
        bytes: u64,
    ) -> Result<(), RequestFailure> {
        let mut request = request(Method::PUT, self.key_literal(to)?);
        // A store answers when all is copied. Who asks again meanwhile has it copied twice, and the second copy arrives
        // when nobody waits for it any more.
        request.patience = Duration::from_secs(bytes / COPY_BYTES_PER_S_MIN);
        let source = utf8_percent_encode(from, &LITERAL_KEY);
        request.headers = vec![(words::copy_source(self.make), format!("{bucket}/{source}"))];
        self.send(request).await.map(drop)
    }

    /// Waits before something is tried again that has failed so often in a row; false where it was tried enough.
    pub(super) async fn try_again(&self, failed: usize) -> bool {
        if failed > self.retries_max {
            return false;
        }
        pause(failed.saturating_sub(1)).await;
        true
    }

    /// Whether an address names a key as it is.
    pub(super) fn is_addressable(&self, key: &str) -> bool {
        self.key_url(key).is_some()
    }

    fn key_literal(&self, key: &str) -> Result<LiteralUrl, RequestFailure> {
        let unnameable = || RequestFailure::Unnameable(key.to_owned());
        self.key_url(key).ok_or_else(unnameable)
    }

    fn key_url(&self, key: &str) -> Option<LiteralUrl> {
        let bucket = self.url.trim_end_matches('/');
        let key = utf8_percent_encode(key, &LITERAL_KEY);
        LiteralUrl::new(&format!("{bucket}/{key}"))
    }

    /// Sends a request, again where that can help: each of them may be repeated.
    async fn send(&self, request: Request) -> Result<Bytes, RequestFailure> {
        self.send_so(request, Repeats::Useful).await
    }

    async fn send_so(&self, request: Request, repeats: Repeats) -> Result<Bytes, RequestFailure> {
        let began = Instant::now();
        let mut attempt = 1;
        loop {
            let sent = SystemTime::now();
            let failure = match self.client.send(request.clone()).await {
                Ok(answer) => {
                    let date = answer.date().map(str::to_owned);
                    match told(answer) {
                        Ok(body) => {
                            // Not from failures: they may be of somebody between, who has a clock of its own.
                            if let Some(date) = &date {
                                self.clock.learn(date, sent, SystemTime::now());
                            }
                            return Ok(body);
                        }
                        Err(failure) => failure,
                    }
                }
                Err(failure) => {
                    if failure.may_be_carried_out() {
                        self.unanswered_note(&request);
                    }
                    failure.into()
                }
            };
            if let RequestFailure::Told { status, .. } = &failure
                && GIVEN_UP.contains(&status.as_u16())
            {
                self.unanswered_note(&request);
            }
            let attempts_max = match repetition(&failure) {
                Repetition::Useless => 1,
                Repetition::Useful => self.retries_max + 1,
                Repetition::Due => BROKEN_OFF_ATTEMPTS_MAX.max(self.retries_max + 1),
            };
            if repeats == Repeats::None
                || attempt >= attempts_max
                || began.elapsed() > self.retry_timeout
            {
                return Err(failure);
            }
            pause(attempt - 1).await;
            attempt += 1;
        }
    }
}

/// Waits before something is repeated that was repeated so often.
async fn pause(repeated: usize) {
    let repeated = i64::try_from(repeated).unwrap_or(i64::MAX);
    tokio::time::sleep(PAUSES.pause_by_chance(repeated)).await;
}

/// The body of a success.
fn told(answer: Answer) -> Result<Bytes, RequestFailure> {
    let failure = answer::failure(&answer.body);
    if !answer.status.is_success() {
        return Err(RequestFailure::Told {
            status: answer.status,
            told: failure.unwrap_or_default(),
        });
    }
    match failure.or_else(|| answer::undeleted_passing(&answer.body)) {
        // It failed after the answer had begun.
        Some(told) => Err(RequestFailure::Told {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            told,
        }),
        None => Ok(answer.body),
    }
}

fn request(method: Method, url: LiteralUrl) -> Request {
    Request {
        method,
        url,
        headers: Vec::new(),
        body: Bytes::new(),
        patience: Duration::ZERO,
    }
}

fn literal(url: &str, key: &str) -> Result<LiteralUrl, RequestFailure> {
    LiteralUrl::new(url).ok_or_else(|| RequestFailure::Unnameable(key.to_owned()))
}

/// Whether XML can hold a text.
fn is_xml(text: &str) -> bool {
    text.chars().all(|char| {
        matches!(char, '\t' | '\n' | '\r')
            || (char >= ' ' && !matches!(char, '\u{FFFE}' | '\u{FFFF}'))
    })
}

/// A text as XML holds it; line ends and tabs by number, so that no parser mends them.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#{};", u32::from(char));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::settings::StorageSettings;
    use crate::model::Location;
    use crate::secret::Secret;

    fn requests(settings: &S3Settings) -> Requests {
        let settings = StorageSettings {
            s3: S3Settings {
                access_key_id: Some(Secret::new("id")),
                secret_access_key: Some(Secret::new("secret")),
                ..settings.clone()
            },
            ..StorageSettings::default()
        };
        let at = Location::parse("s3://lake/t").unwrap();
        let account = Account::open(&settings, &at).unwrap();
        Requests::open("s3://lake", &settings.s3, account).unwrap()
    }

    fn settings(endpoint: &str, path_style: Option<bool>) -> S3Settings {
        S3Settings {
            endpoint: Some(endpoint.to_owned()),
            path_style,
            ..S3Settings::default()
        }
    }

    #[test]
    fn a_bucket_has_the_librarys_address() {
        let address = |settings: &S3Settings| requests(settings).url;
        let local = "http://127.0.0.1:9000/";
        assert_eq!(
            address(&settings(local, None)),
            "http://127.0.0.1:9000/lake"
        );
        let hosted = "https://lake.S3.example:443";
        assert_eq!(
            address(&settings(hosted, Some(false))),
            "https://lake.s3.example/"
        );
    }

    #[test]
    fn a_key_is_named_as_it_is_or_not_at_all() {
        let requests = requests(&settings("https://s3.example", None));
        for (key, in_bulk, alone) in [
            ("t/a//b/", Some(Naming::Body), Some(Naming::Address)),
            ("t/%2F&<", Some(Naming::Body), Some(Naming::Address)),
            ("t/../x", Some(Naming::Body), Some(Naming::Body)),
            ("t/.", Some(Naming::Body), Some(Naming::Body)),
            ("t/a\nb", Some(Naming::Address), Some(Naming::Address)),
            ("t/a\u{1}b", Some(Naming::Address), Some(Naming::Address)),
            ("t/a\u{ffff}b", Some(Naming::Address), Some(Naming::Address)),
            ("t/../a\nb", Some(Naming::Body), Some(Naming::Body)),
            ("t/../a\u{1}b", None, None),
        ] {
            assert_eq!(requests.naming(key, true), in_bulk, "{key:?}");
            assert_eq!(requests.naming(key, false), alone, "{key:?}");
        }
    }
}
