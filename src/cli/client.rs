//! The client of the REST interface: paths, JSON, and problems as errors.

use super::failure::{ClientError, Met};
use super::proof::Proof;
use crate::rest::API_ROOT;
use crate::rest::view::problem::ProblemView;
use crate::secret::url_shown;
use reqwest::{Method, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::error::Error;
use std::io;
use std::time::Duration;
use url::{Host, Url};

/// Longest time to open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time without a word from the server: more than it gives itself by default.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(330);
/// Longest answer, or line of one, that is read: nothing that skep answers is nearly as long.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Longest refusal that is read.
const REFUSAL_BYTES_MAX: usize = 1024 * 1024;
/// How much of an answer that is not skep's is shown.
const SHOWN_CHARS_MAX: usize = 200;

/// Items of one page of a listing: as many as the server gives at once.
pub(super) const PAGE_SIZE: usize = 1000;

/// The parameters of a query.
pub(super) type Query<'a> = [(&'a str, String)];

/// The parameters that were given.
pub(super) fn given<const N: usize>(
    parameters: [(&str, Option<String>); N],
) -> Vec<(&str, String)> {
    let given = parameters.into_iter();
    given
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// What lies in one of several catalogs; all else is the server's.
const IN_CATALOGS: [&str; 4] = ["databases", "events", "lint", "search"];
/// Lists of tables of all catalogs, or of one.
const OF_CATALOGS: [&str; 2] = ["discovery", "freshness"];

/// A connection to a server.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    server: Url,
    catalog: Option<String>,
}

impl Client {
    /// A client of the server at this address.
    pub(super) fn new(
        server: &str,
        catalog: Option<String>,
        proof: &Proof,
    ) -> Result<Self, ClientError> {
        let url = Url::parse(server)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(url) = url else {
            let shown = url_shown(server);
            let text = format!("{shown} is no address of a server, such as http://127.0.0.1:9084");
            return Err(ClientError::Usage(text));
        };
        if !url.username().is_empty() || url.password().is_some() {
            let text =
                "the server's address must hold no user and no password: it would not be sent";
            return Err(ClientError::Usage(text.to_owned()));
        }
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(SILENCE_TIMEOUT)
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")));
        if is_here(&url) {
            // A proxy of the environment cannot reach what listens on this machine alone.
            http = http.no_proxy();
        }
        let http = proof.shown_by(http)?.build();
        let http = http.map_err(|source| ClientError::Unreachable {
            server: server.to_owned(),
            why: root_cause(&source),
            met: Met::Nobody,
        })?;
        Ok(Self {
            http,
            server: url,
            catalog,
        })
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query<'_>,
    ) -> Result<T, ClientError> {
        let response = self.send(Method::GET, path, query, None).await?;
        self.json(response).await
    }

    /// Reads a listing page by page, to its end or up to `limit` items. `split` takes a page apart: its items, and what
    /// the parameter `cursor` asks for the next page with.
    pub(super) async fn pages<P: DeserializeOwned, T, K: ToString>(
        &self,
        path: &[&str],
        filter: &Query<'_>,
        cursor: &str,
        limit: usize,
        mut split: impl FnMut(P) -> (Vec<T>, Option<K>),
    ) -> Result<Vec<T>, ClientError> {
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        let mut asked = HashSet::new();
        while all.len() < limit {
            let mut query = filter.to_vec();
            query.push(("limit", PAGE_SIZE.min(limit - all.len()).to_string()));
            query.extend(next.map(|key| (cursor, key)));
            let (items, key) = split(self.get(path, &query).await?);
            all.extend(items);
            let Some(key) = key.map(|key| key.to_string()) else {
                break;
            };
            if !asked.insert(key.clone()) {
                return Err(self.standstill());
            }
            next = Some(key);
        }
        Ok(all)
    }

    /// Makes something.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = self.encode(body)?;
        let response = self.send(Method::POST, path, &[], Some(body)).await?;
        self.json(response).await
    }

    /// Asks for something that is answered by nothing but success.
    pub(super) async fn post_only(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), ClientError> {
        let body = self.encode(body)?;
        self.send(Method::POST, path, &[], Some(body)).await?;
        Ok(())
    }

    /// Asks for something that is answered line by line, until `take` has what it wants.
    pub(super) async fn post_lines<T: DeserializeOwned, R>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        mut take: impl FnMut(T) -> Option<R>,
    ) -> Result<R, ClientError> {
        let body = self.encode(body)?;
        let mut response = self.send(Method::POST, path, &[], Some(body)).await?;
        let mut waiting = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|source| self.unreachable(&source))?;
            let Some(chunk) = chunk else {
                return Err(self.strange("the answer broke off".to_owned()));
            };
            let mut seen = waiting.len();
            waiting.extend_from_slice(&chunk);
            // What was there before has no end of a line.
            while let Some(end) = waiting[seen..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = waiting.drain(..=seen + end).collect();
                seen = 0;
                let line = serde_json::from_slice(&line);
                let line = line.map_err(|failure| self.strange(failure.to_string()))?;
                if let Some(result) = take(line) {
                    return Ok(result);
                }
            }
            if waiting.len() > ANSWER_BYTES_MAX {
                return Err(self.too_long(ANSWER_BYTES_MAX));
            }
        }
    }

    /// Puts something in place of what was there, and asks for no answer.
    pub(super) async fn put_only(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), ClientError> {
        let body = self.encode(body)?;
        self.send(Method::PUT, path, &[], Some(body)).await?;
        Ok(())
    }

    /// Changes something.
    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = self.encode(body)?;
        let response = self.send(Method::PATCH, path, &[], Some(body)).await?;
        self.json(response).await
    }

    /// Removes something.
    pub(super) async fn delete(&self, path: &[&str], query: &Query<'_>) -> Result<(), ClientError> {
        self.send(Method::DELETE, path, query, None).await?;
        Ok(())
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &Query<'_>,
        body: Option<Vec<u8>>,
    ) -> Result<Response, ClientError> {
        let mut request = self.http.request(method, self.url(path, query));
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body);
        }
        let response = request
            .send()
            .await
            .map_err(|source| self.unreachable(&source))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(self.refusal(response).await)
    }

    /// The address of a resource; each segment is percent-encoded whole, slashes included.
    fn url(&self, path: &[&str], query: &Query<'_>) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments
                .pop_if_empty()
                .extend(API_ROOT.split('/').skip(1))
                .extend(path);
        }
        let in_catalog = match path {
            [list] => IN_CATALOGS.contains(list) || OF_CATALOGS.contains(list),
            [first, ..] => IN_CATALOGS.contains(first),
            [] => false,
        };
        let catalog = self.catalog.as_ref().filter(|_| in_catalog);
        if !query.is_empty() || catalog.is_some() {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in query {
                pairs.append_pair(name, value);
            }
            if let Some(catalog) = catalog {
                pairs.append_pair("catalog", catalog);
            }
        }
        url
    }

    fn encode(&self, body: &impl Serialize) -> Result<Vec<u8>, ClientError> {
        serde_json::to_vec(body).map_err(|failure| self.strange(failure.to_string()))
    }

    async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, ClientError> {
        let body = self.body(response, ANSWER_BYTES_MAX).await?;
        serde_json::from_slice(&body).map_err(|failure| self.strange(failure.to_string()))
    }

    /// The body of an answer, of so many bytes at most: what answers need not be skep.
    async fn body(&self, mut response: Response, bytes_max: usize) -> Result<Vec<u8>, ClientError> {
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|source| self.unreachable(&source))? else {
                return Ok(body);
            };
            if body.len() + chunk.len() > bytes_max {
                return Err(self.too_long(bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// What a server said that did not do as it was asked.
    async fn refusal(&self, response: Response) -> ClientError {
        let status = response.status();
        let body = match self.body(response, REFUSAL_BYTES_MAX).await {
            Ok(body) => body,
            Err(failure) => return failure,
        };
        match serde_json::from_slice::<ProblemView>(&body) {
            // An older server does not know what a newer command asks for.
            Ok(problem) if problem.slug() == "no-such-path" => self.strange(problem.detail),
            Ok(problem) => ClientError::Refused(Box::new(problem), None),
            Err(_) => self.strange(shown(status, &body)),
        }
    }

    fn unreachable(&self, source: &reqwest::Error) -> ClientError {
        ClientError::Unreachable {
            server: self.server.to_string(),
            why: root_cause(source),
            met: met(source, self.server.scheme() == "https"),
        }
    }

    fn too_long(&self, bytes_max: usize) -> ClientError {
        let limit = bytes_max / (1024 * 1024);
        self.strange(format!("the answer is longer than {limit} MiB"))
    }

    /// A list whose next page is one that was there before would never end.
    pub(super) fn standstill(&self) -> ClientError {
        self.strange("the next page of the list is one that was read before".to_owned())
    }

    fn strange(&self, why: String) -> ClientError {
        ClientError::Strange {
            server: self.server.to_string(),
            why,
        }
    }
}

/// Who was met where no answer came. The library of TLS hands its failures on as those of the connection.
fn met(failure: &reqwest::Error, is_tls: bool) -> Met {
    match tls_failure(failure) {
        Some(rustls::Error::AlertReceived(_)) => return Met::Distrustful,
        Some(rustls::Error::InvalidCertificate(_)) => return Met::Unbelieved,
        Some(_) => return Met::SpeakerOfAnother,
        None => {}
    }
    let is_connected = failure.is_request() && !failure.is_connect() && !failure.is_timeout();
    match (is_connected, is_tls) {
        (false, _) => Met::Nobody,
        (true, false) => Met::SpeakerOfAnother,
        // In TLS 1.3 a client takes itself for let in before the server has looked at its certificate.
        (true, true) => Met::Distrustful,
    }
}

/// The failure of TLS among the causes. One of input and output is looked into: what it holds is no cause of it to Rust.
fn tls_failure<'e>(failure: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(failure);
    while let Some(one) = next {
        if let Some(tls) = one.downcast_ref() {
            return Some(tls);
        }
        let held = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held as &(dyn Error + 'static)),
            None => one.source(),
        };
    }
    None
}

/// What lies below all that the layers of the client say: it alone is of use to people.
fn root_cause(failure: &(dyn Error + 'static)) -> String {
    let mut last = failure;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

fn shown(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text: String = text.trim().chars().take(SHOWN_CHARS_MAX).collect();
    format!("{status} {text}")
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Proof, root_cause};

    #[test]
    fn of_a_failure_the_innermost_cause_is_told() {
        let refused = anyhow::anyhow!("Connection refused");
        let outer = refused.context("tcp connect error").context("no answer");
        assert_eq!(root_cause(outer.as_ref()), "Connection refused");
    }

    #[test]
    fn segments_are_encoded_whole() {
        crate::crypto::provider_install();
        let client = Client::new(
            "http://h:1/proxied/",
            Some("c".to_owned()),
            &Proof::default(),
        )
        .unwrap();
        let url = client.url(
            &["databases", "a/b", "dt=1%2F2"],
            &[("x", "1&2".to_owned())],
        );
        let wanted = "http://h:1/proxied/api/v1/databases/a%2Fb/dt=1%252F2?x=1%262&catalog=c";
        assert_eq!(url.as_str(), wanted);
        let url = client.url(&["jobs"], &[]);
        assert_eq!(url.as_str(), "http://h:1/proxied/api/v1/jobs");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "127.0.0.1:9084", "ftp://h", "http://"] {
            assert!(
                Client::new(text, None, &Proof::default()).is_err(),
                "{text}"
            );
        }
    }
}
