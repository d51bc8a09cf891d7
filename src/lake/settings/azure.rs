//! The `storage.azure` section.

use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The accounts that Azure's blob storage is reached with. Off unless it is enabled: then its locations are kept as they are,
/// and never touched.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AzureSettings {
    /// Whether `abfss://`, `abfs://`, `wasbs://`, `wasb://` and `az://` locations are reached.
    pub enabled: bool,
    /// The URL of the account's blob service, such as that of an emulator; unset means the host that a location names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The account of `az://container/…` locations, which name none. The others name theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The account's key. Without one, a token and a client secret, the variables of Azure's own clients are used
    /// (`AZURE_CLIENT_ID`, …, a workload's identity), else the machine's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<Secret>,
    /// A file that holds the key, instead of the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_file: Option<PathBuf>,
    /// A shared access signature for the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sas_token: Option<Secret>,
    /// A file that holds the signature, instead of the signature itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sas_token_file: Option<PathBuf>,
    /// The directory (tenant) of an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The application's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// A file that holds the application's secret, instead of the secret itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
}

impl AzureSettings {
    /// The first key that cannot work, with the reason.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(endpoint) = &self.endpoint {
            super::endpoint_check(endpoint, "access_key, sas_token and client_secret")?;
        }
        if self.client_secret.is_some() && (self.client_id.is_none() || self.tenant_id.is_none()) {
            let why = "client_secret needs client_id and tenant_id beside it";
            return Err(("client_secret", why.to_owned()));
        }
        let ways = [&self.access_key, &self.sas_token, &self.client_secret];
        let mut named = ["access_key", "sas_token", "client_secret"]
            .into_iter()
            .zip(ways)
            .filter(|(_, value)| value.is_some());
        if let (Some((first, _)), Some((second, _))) = (named.next(), named.next()) {
            let why = format!("{first} is set as well: there is one way to sign requests");
            return Err((second, why));
        }
        Ok(())
    }
}
