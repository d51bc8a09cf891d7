//! How the lake reaches its stores: the `storage` section of the configuration. The defaults are
//! for AWS; a store of another make needs its `endpoint`.

mod azure;
mod gcs;
mod s3;

pub use azure::AzureSettings;
pub use gcs::GcsSettings;
pub use s3::S3Settings;

use super::queue::settings::QueueSettings;
use crate::comma_list;
use crate::model::{Location, Storage};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The `storage` section.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageSettings {
    /// Where data may lie beside the warehouse: locations, `SCHEME://*` for a whole storage, or `*` for everywhere.
    /// Unset: `*` while both ports listen on loopback alone, else every storage but this machine's files.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "comma_list::read_some"
    )]
    pub allowed_locations: Option<Vec<String>>,
    /// Below which locations skep may delete, move and empty what it manages, beside the warehouse and the directories of
    /// databases on object stores.
    #[serde(deserialize_with = "comma_list::read")]
    pub deletable_locations: Vec<String>,
    /// The largest footer of a Parquet file that is read, in bytes.
    pub footer_bytes_max: u64,
    /// The queue through which buckets tell of their objects.
    pub queue: QueueSettings,
    /// Settings of `s3://`, `s3a://` and `s3n://` locations. How long requests may take, how often they are repeated and how
    /// much is done at once holds for the other object stores as well.
    pub s3: S3Settings,
    /// Settings of `gs://` locations.
    pub gcs: GcsSettings,
    /// Settings of `abfss://`, `abfs://`, `wasbs://`, `wasb://` and `az://` locations.
    pub azure: AzureSettings,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            allowed_locations: None,
            deletable_locations: Vec::new(),
            footer_bytes_max: 16 * 1024 * 1024,
            queue: QueueSettings::default(),
            s3: S3Settings::default(),
            gcs: GcsSettings::default(),
            azure: AzureSettings::default(),
        }
    }
}

impl StorageSettings {
    /// Whether skep looks at a place and keeps house there. Where it does not the location is kept as it is, and the engines
    /// alone make, read and delete the files.
    pub fn reaches(&self, at: &Location) -> bool {
        match at.storage() {
            Storage::File | Storage::S3 => true,
            Storage::Gcs => self.gcs.enabled,
            Storage::Azure => self.azure.enabled,
            Storage::Other => false,
        }
    }

    /// The secrets of all stores with their files, each below its key in the section.
    pub fn secrets_mut(
        &mut self,
    ) -> impl Iterator<Item = (&'static str, &mut Option<Secret>, &mut Option<PathBuf>)> {
        let Self { s3, gcs, azure, .. } = self;
        [
            (
                "s3.access_key_id",
                &mut s3.access_key_id,
                &mut s3.access_key_id_file,
            ),
            (
                "s3.secret_access_key",
                &mut s3.secret_access_key,
                &mut s3.secret_access_key_file,
            ),
            (
                "s3.session_token",
                &mut s3.session_token,
                &mut s3.session_token_file,
            ),
            (
                "gcs.service_account_key",
                &mut gcs.service_account_key,
                &mut gcs.service_account_key_file,
            ),
            (
                "azure.access_key",
                &mut azure.access_key,
                &mut azure.access_key_file,
            ),
            (
                "azure.sas_token",
                &mut azure.sas_token,
                &mut azure.sas_token_file,
            ),
            (
                "azure.client_secret",
                &mut azure.client_secret,
                &mut azure.client_secret_file,
            ),
        ]
        .into_iter()
    }

    /// The schemes of the places that are reached, for messages.
    pub fn reached_schemes(&self) -> String {
        let mut schemes = vec!["file:, s3://, s3a://, s3n://"];
        if self.gcs.enabled {
            schemes.push("gs://");
        }
        if self.azure.enabled {
            schemes.push("abfss://, abfs://, wasbs://, wasb://, az://");
        }
        schemes.join(", ")
    }
}

/// Why an endpoint cannot be one.
fn endpoint_check(endpoint: &str, credentials: &str) -> Result<(), (&'static str, String)> {
    let refuse = |why: String| Err(("endpoint", why));
    if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
        return refuse("it does not begin with http(s)://".to_owned());
    }
    let url = match url::Url::parse(endpoint) {
        Ok(url) => url,
        Err(error) => return refuse(error.to_string()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(format!(
            "it must not hold credentials: they belong to {credentials}"
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("it must end with its path".to_owned());
    }
    Ok(())
}
