//! The `storage.gcs` section.

use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The account that Google Cloud Storage is reached with. Off unless it is enabled: then `gs://` locations are kept as they
/// are, and never touched.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GcsSettings {
    /// Whether `gs://` locations are reached.
    pub enabled: bool,
    /// The store's URL, such as that of an emulator; unset means Google itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The key of a service account, as the JSON that Google gives. Without one the application's default credentials are
    /// used, as Google's own clients do: `GOOGLE_APPLICATION_CREDENTIALS`, those of `gcloud`, or the machine's account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_key: Option<Secret>,
    /// A file that holds the key, instead of the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_key_file: Option<PathBuf>,
    /// Whether requests go without credentials: for public buckets and emulators.
    pub anonymous: bool,
}

impl GcsSettings {
    /// The first key that cannot work, with the reason.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(endpoint) = &self.endpoint {
            super::endpoint_check(endpoint, "service_account_key")?;
        }
        if self.anonymous && self.service_account_key.is_some() {
            let why = "anonymous requests have no service_account_key";
            return Err(("anonymous", why.to_owned()));
        }
        Ok(())
    }
}
