//! S3, of AWS or of another make.

use super::{Account, Make, Manners};
use crate::lake::counted::CountedConnector;
use crate::lake::settings::S3Settings;
use crate::lake::signer::Signer;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use std::sync::Arc;

/// The region that is taken where nothing names one, as the library does.
const REGION_DEFAULT: &str = "us-east-1";

pub(super) fn open(settings: &S3Settings, bucket: &str) -> Result<Account, object_store::Error> {
    let builder = builder(settings).with_bucket_name(bucket);
    let store = builder.clone().build()?;
    Ok(Account {
        make: Make::S3,
        signer: signer("s3", &builder, &store),
        url: bucket_url(bucket, settings, &builder),
        store: Arc::new(store),
        bulk_delete: settings.bulk_delete,
        allow_http: settings.allow_http_effective(),
    })
}

/// Who signs requests to a service of AWS, with the account of a store, whose builder tells what it was told by the
/// environment.
pub(in crate::lake) fn signer(
    service: &'static str,
    builder: &AmazonS3Builder,
    store: &AmazonS3,
) -> Signer {
    if is_set(builder, AmazonS3ConfigKey::SkipSignature) {
        return Signer::None;
    }
    Signer::Aws {
        service,
        region: region(builder),
        credentials: Arc::clone(store.credentials()),
        is_payer: is_set(builder, AmazonS3ConfigKey::RequestPayer),
    }
}

/// The account and the manners of all clients of AWS, whatever their bucket.
pub(in crate::lake) fn builder(settings: &S3Settings) -> AmazonS3Builder {
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
    let manners = Manners::of(settings);
    let allow_http = settings.allow_http_effective();
    builder
        .with_virtual_hosted_style_request(!settings.path_style_effective())
        .with_http_connector(CountedConnector::default())
        .with_client_options(manners.client(allow_http))
        .with_allow_http(allow_http)
        .with_retry(manners.retry())
}

/// Where the library sends a bucket's requests.
fn bucket_url(bucket: &str, settings: &S3Settings, builder: &AmazonS3Builder) -> String {
    let endpoint = builder.get_config_value(&AmazonS3ConfigKey::S3Endpoint);
    let endpoint = endpoint.or_else(|| builder.get_config_value(&AmazonS3ConfigKey::Endpoint));
    match (endpoint, settings.path_style_effective()) {
        // An endpoint that does not want the bucket in the path has it in the host.
        (Some(endpoint), false) => endpoint,
        (Some(endpoint), true) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        (None, false) => {
            let region = region(builder);
            format!("https://{bucket}.s3.{region}.amazonaws.com")
        }
        (None, true) => {
            let region = region(builder);
            format!("https://s3.{region}.amazonaws.com/{bucket}")
        }
    }
}

/// Whether a builder says yes to a question, in the words that the library takes.
fn is_set(builder: &AmazonS3Builder, key: AmazonS3ConfigKey) -> bool {
    let value = builder.get_config_value(&key).unwrap_or_default();
    matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "true" | "on" | "yes" | "y"
    )
}

/// The region that a store's requests are signed for.
fn region(builder: &AmazonS3Builder) -> String {
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
    region.unwrap_or_else(|| REGION_DEFAULT.to_owned())
}
