//! Elasticsearch: the mappings of all indices, in one answer that shows one moment. Indices stand in one schema,
//! `indices`. Hidden ones are left out, except those behind a data stream, which is told by its own name.
//!
//! Indices that are made anew each day or with each roll-over (`logs-2026.11.25`, `logs-000007`) are one table,
//! `logs-*`, which has every field of any of them, with the type that the newest gives it: a fresh index whose first
//! documents lack most fields is no change.

mod mapping;

use super::error::{SourceError, words};
use super::failure::ReadError;
use super::gather::Gathering;
use super::settings::SourceSettings;
use super::{Readable, Scope};
use crate::model::{SourceDialect, SourceTableKind};
use crate::secret::Secret;
use mapping::Mappings;
use reqwest::{Certificate, Client, StatusCode, redirect};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// The one schema.
const SCHEMA: &str = "indices";
/// Bytes of one answer at most.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;
/// The first release that hides indices and knows data streams by the paths used here.
const MAJOR_WITH_HIDDEN: u32 = 8;

/// An Elasticsearch cluster.
#[derive(Debug)]
pub struct Elasticsearch {
    client: Client,
    /// The address without the user's part and without a slash at its end.
    base: String,
    user: Option<(String, Secret)>,
    settings: SourceSettings,
    scope: Scope,
}

/// Who answers.
struct Cluster {
    version: String,
    major: u32,
    is_elasticsearch: bool,
}

/// An answer that is not an error of the way there.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    fn says(&self, words: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(words)
    }

    /// The body of an answer that is one.
    fn fine(self) -> Result<Vec<u8>, SourceError> {
        let status = self.status;
        if status == StatusCode::OK {
            return Ok(self.body);
        }
        let told = json_of(&self.body).unwrap_or_default();
        let reason = told["error"]["reason"].as_str().unwrap_or_default();
        let why = words(&format!("{status} {reason}"));
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SourceError::Refused(why),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                SourceError::Unreachable(why)
            }
            _ if status.is_server_error() => SourceError::Unreachable(why),
            _ => SourceError::Unreadable(why),
        })
    }
}

impl Elasticsearch {
    /// Reads the address and the certificates; nothing is connected yet.
    pub fn open(settings: &SourceSettings) -> Result<Self, SourceError> {
        let address = settings.address()?;
        let unreadable = |_| SourceError::settings("url", "the address cannot be read");
        let mut url = url::Url::parse(address.reveal()).map_err(unreadable)?;
        let user = (!url.username().is_empty()).then(|| {
            let password = url.password().unwrap_or_default();
            (decoded(url.username()), Secret::new(decoded(password)))
        });
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return Err(SourceError::settings("url", "it names no server"));
        }
        let mut builder = Client::builder()
            .timeout(Duration::from_secs(settings.time_limit_s))
            .redirect(redirect::Policy::none())
            .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &settings.ca_file {
            let wrong = |why: String| {
                SourceError::settings("ca_file", format!("{}: {why}", path.display()))
            };
            let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
            let read = Certificate::from_pem_bundle(&pem);
            builder = builder.tls_certs_only(read.map_err(|error| wrong(error.to_string()))?);
        }
        let client = builder.build().map_err(|error| {
            SourceError::settings("ca_file", words(&error.without_url().to_string()))
        })?;
        Ok(Self {
            client,
            base: url.as_str().trim_end_matches('/').to_owned(),
            user,
            settings: settings.clone(),
            scope: settings.scope()?,
        })
    }

    async fn cluster(&self) -> Result<Cluster, SourceError> {
        let answer = self.get("/").await?;
        let told = json_of(&answer.fine()?)?;
        let version = &told["version"];
        let Some(number) = version["number"].as_str() else {
            let why = "it does not tell its version".to_owned();
            return Err(SourceError::Unreadable(why));
        };
        let name = version["distribution"].as_str().unwrap_or("elasticsearch");
        let is_elasticsearch = name == "elasticsearch";
        let major = number.split('.').next().and_then(|text| text.parse().ok());
        let shown = if is_elasticsearch {
            "Elasticsearch"
        } else {
            name
        };
        Ok(Cluster {
            version: words(&format!("{shown} {number}")),
            major: major.unwrap_or_default(),
            is_elasticsearch,
        })
    }

    /// Whether the user is shown each index, so that the absence of one is a proof. A cluster without security shows
    /// everything to anybody; of other makes it is not known how to ask.
    async fn sees_everything(&self, cluster: &Cluster) -> Result<bool, SourceError> {
        if !cluster.is_elasticsearch {
            return Ok(false);
        }
        let path = if cluster.major < 7 {
            "/_xpack/security/user/_has_privileges"
        } else {
            "/_security/user/_has_privileges"
        };
        let question =
            json!({"index": [{"names": ["*"], "privileges": ["view_index_metadata"]}]}).to_string();
        let request = self.client.post(format!("{}{path}", self.base));
        let request = request
            .header("content-type", "application/json")
            .body(question);
        let answer = self.ask(request).await?;
        match answer.status {
            StatusCode::OK => {
                let told = json_of(&answer.body)?;
                Ok(told["has_all_requested"].as_bool() == Some(true))
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => answer.fine().map(|_| false),
            // Where security is switched off: 500 with these words, or no such path.
            StatusCode::INTERNAL_SERVER_ERROR if answer.says("Security must be explicitly") => {
                Ok(true)
            }
            status if status.is_server_error() => answer.fine().map(|_| false),
            _ => Ok(true),
        }
    }

    /// Data streams by the indices behind them.
    async fn streams(&self, cluster: &Cluster) -> Result<HashMap<String, String>, SourceError> {
        let mut streams = HashMap::new();
        if cluster.major < MAJOR_WITH_HIDDEN || !cluster.is_elasticsearch {
            return Ok(streams);
        }
        let answer = self.get("/_data_stream?expand_wildcards=open").await?;
        if matches!(
            answer.status,
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
        ) {
            return Ok(streams);
        }
        let told = json_of(&answer.fine()?)?;
        for stream in told["data_streams"].as_array().into_iter().flatten() {
            let name = stream["name"].as_str().unwrap_or_default();
            for index in stream["indices"].as_array().into_iter().flatten() {
                if let Some(index) = index["index_name"].as_str() {
                    streams.insert(index.to_owned(), name.to_owned());
                }
            }
        }
        Ok(streams)
    }

    async fn get(&self, path: &str) -> Result<Answer, SourceError> {
        self.ask(self.client.get(format!("{}{path}", self.base)))
            .await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Answer, SourceError> {
        let request = match &self.user {
            Some((name, password)) => request.basic_auth(name, Some(password.reveal())),
            None => request,
        };
        let sent = request.send().await;
        let mut answer = sent.map_err(|error| self.lost(error))?;
        let (status, mut body) = (answer.status(), Vec::new());
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.lost(error))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(SourceError::TooMuch {
                    what: "bytes of one answer".to_owned(),
                    found: body.len() + chunk.len(),
                    limit: ANSWER_BYTES_MAX,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }

    fn lost(&self, error: reqwest::Error) -> SourceError {
        if error.is_timeout() {
            return SourceError::TimedOut {
                limit_s: self.settings.time_limit_s,
            };
        }
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        SourceError::Unreachable(words(&text))
    }
}

impl Readable for Elasticsearch {
    const DIALECT: SourceDialect = SourceDialect::Elasticsearch;

    fn bounds(&self) -> (&SourceSettings, &Scope) {
        (&self.settings, &self.scope)
    }

    async fn gather(&self, gathering: &mut Gathering<'_>) -> Result<String, ReadError> {
        let cluster = self.cluster().await?;
        let listed = self.sees_everything(&cluster).await?;
        let streams = self.streams(&cluster).await?;
        let hidden = if cluster.major >= MAJOR_WITH_HIDDEN {
            "?expand_wildcards=open,closed,hidden"
        } else {
            "?expand_wildcards=open,closed"
        };
        let answer = self.get(&format!("/_mapping{hidden}")).await?;
        let body = answer.fine()?;
        let mut mappings = Mappings::new(streams);
        mappings.take(&body)?;
        if listed {
            gathering.schemas_known([SCHEMA.to_owned()])?;
        }
        if gathering.schema(SCHEMA, listed) {
            for (name, columns) in mappings.into_tables() {
                let kind = SourceTableKind::Table;
                let Some(place) = gathering.table(SCHEMA, &name, kind, None)? else {
                    continue;
                };
                for column in columns {
                    gathering.column(place, column)?;
                }
            }
        }
        Ok(cluster.version)
    }
}

fn json_of(body: &[u8]) -> Result<Value, SourceError> {
    serde_json::from_slice(body).map_err(|error| SourceError::Unreadable(words(&error.to_string())))
}

/// The user's part of an address as it was meant.
fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
