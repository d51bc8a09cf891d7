//! Google Cloud Storage, by its XML interface: its listings and deletions are those of S3.

use super::{Account, Make, Manners, is_plain};
use crate::lake::counted::CountedConnector;
use crate::lake::settings::GcsSettings;
use crate::lake::signer::Signer;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use std::sync::Arc;

/// Where Google is.
const ENDPOINT_DEFAULT: &str = "https://storage.googleapis.com";

pub(super) fn open(
    settings: &GcsSettings,
    bucket: &str,
    manners: &Manners,
) -> Result<Account, object_store::Error> {
    let allow_http = is_plain(settings.endpoint.as_ref());
    let has_own = settings.service_account_key.is_some() || settings.anonymous;
    let mut builder = if has_own {
        GoogleCloudStorageBuilder::new()
    } else {
        GoogleCloudStorageBuilder::from_env()
    };
    if let Some(key) = &settings.service_account_key {
        builder = builder.with_service_account_key(key.reveal());
    }
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_base_url(endpoint.trim_end_matches('/'));
    }
    let endpoint = builder.get_config_value(&GoogleConfigKey::BaseUrl);
    let endpoint = endpoint.unwrap_or_else(|| ENDPOINT_DEFAULT.to_owned());
    let store = builder
        .with_bucket_name(bucket)
        .with_skip_signature(settings.anonymous)
        .with_http_connector(CountedConnector::default())
        .with_client_options(manners.client(allow_http))
        .with_retry(manners.retry())
        .build()?;
    let signer = if settings.anonymous {
        Signer::None
    } else {
        Signer::Google(Arc::clone(store.credentials()))
    };
    Ok(Account {
        make: Make::Gcs,
        signer,
        url: format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        store: Arc::new(store),
        bulk_delete: false,
        allow_http,
    })
}
