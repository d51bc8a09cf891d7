//! The `storage.s3` section.

use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The `storage.s3` section: one account and endpoint for all buckets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Settings {
    /// The store's URL, such as `http://127.0.0.1:9000`; unset means AWS itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The region that requests are signed for; unset means `AWS_REGION`, else `us-east-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The access key; without one the AWS environment variables, a web identity or the machine's
    /// role are used, as AWS's own clients do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<Secret>,
    /// A file that holds the access key, instead of the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id_file: Option<PathBuf>,
    /// The secret that belongs to the access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<Secret>,
    /// A file that holds the secret, instead of the secret itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_access_key_file: Option<PathBuf>,
    /// The token of temporary credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token: Option<Secret>,
    /// A file that holds the token, instead of the token itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token_file: Option<PathBuf>,
    /// Whether the bucket stands in the path instead of the host name. Unset: yes when an
    /// endpoint is set, no on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_style: Option<bool>,
    /// Whether plain `http://` may be spoken. Unset: yes when the endpoint says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_http: Option<bool>,
    /// Whether the store knows the request that deletes 1,000 keys at once.
    pub bulk_delete: bool,
    /// The longest that one request may take.
    pub request_timeout_s: u64,
    /// The longest that opening a connection may take.
    pub connect_timeout_ms: u64,
    /// How often a failed request is sent again.
    pub retries_max: usize,
    /// The longest that one request and its repetitions may take together.
    pub retry_timeout_s: u64,
    /// How many objects are copied at the same time, for all moves of the process.
    pub copies_concurrent_max: usize,
    /// The largest object that one server-side copy takes (S3: 5 GiB); larger ones are streamed.
    pub copy_bytes_max: u64,
    /// How many buckets' clients are kept open.
    pub bucket_clients_max: usize,
}

impl Default for S3Settings {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: None,
            access_key_id: None,
            access_key_id_file: None,
            secret_access_key: None,
            secret_access_key_file: None,
            session_token: None,
            session_token_file: None,
            path_style: None,
            allow_http: None,
            bulk_delete: true,
            request_timeout_s: 30,
            connect_timeout_ms: 3_000,
            retries_max: 4,
            retry_timeout_s: 60,
            copies_concurrent_max: 16,
            copy_bytes_max: 5 * 1024 * 1024 * 1024,
            bucket_clients_max: 64,
        }
    }
}

impl S3Settings {
    /// The first key that cannot work, with the reason.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(endpoint) = &self.endpoint {
            super::endpoint_check(endpoint, "access_key_id and secret_access_key")?;
            if endpoint.starts_with("http://") && self.allow_http == Some(false) {
                return Err((
                    "allow_http",
                    "it must not be false for an http:// endpoint".to_owned(),
                ));
            }
        }
        if self.access_key_id.is_some() != self.secret_access_key.is_some() {
            let why = "access_key_id and secret_access_key must be set together";
            return Err(("access_key_id", why.to_owned()));
        }
        let at_least_one = [
            ("request_timeout_s", self.request_timeout_s),
            ("connect_timeout_ms", self.connect_timeout_ms),
            ("retry_timeout_s", self.retry_timeout_s),
            ("copies_concurrent_max", self.copies_concurrent_max as u64),
            ("copy_bytes_max", self.copy_bytes_max),
            ("bucket_clients_max", self.bucket_clients_max as u64),
        ];
        match at_least_one.into_iter().find(|(_, value)| *value == 0) {
            Some((key, _)) => Err((key, "0 is below the least of 1".to_owned())),
            None => Ok(()),
        }
    }

    /// Whether requests put the bucket in the path.
    pub fn path_style_effective(&self) -> bool {
        self.path_style.unwrap_or(self.endpoint.is_some())
    }

    /// Whether requests may go over plain HTTP.
    pub fn allow_http_effective(&self) -> bool {
        let plain = |endpoint: &String| endpoint.starts_with("http://");
        self.allow_http
            .unwrap_or(self.endpoint.as_ref().is_some_and(plain))
    }
}
