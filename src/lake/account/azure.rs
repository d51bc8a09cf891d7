//! Azure's blob storage. Its data lake has the same files under the same names, and another host for its own protocol: the
//! one for blobs is asked.

use super::{Account, Make, Manners, is_plain};
use crate::lake::counted::CountedConnector;
use crate::lake::settings::AzureSettings;
use crate::lake::signer::Signer;
use object_store::azure::{MicrosoftAzureBuilder, split_sas};
use std::sync::Arc;

pub(super) fn open(
    settings: &AzureSettings,
    authority: &str,
    manners: &Manners,
) -> Result<Account, object_store::Error> {
    let (container, host) = match authority.split_once('@') {
        Some((container, host)) => (container, Some(host)),
        None => (authority, None),
    };
    let named = host.and_then(|host| host.split('.').next());
    let account = named.or(settings.account.as_deref());
    let account = account.ok_or_else(|| object_store::Error::Generic {
        store: "Azure",
        source: "it names no account, and storage.azure.account is not set".into(),
    })?;
    let endpoint = match &settings.endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://{}", blob_host(account, host)),
    };
    let allow_http = is_plain(settings.endpoint.as_ref());
    let has_own = settings.access_key.is_some()
        || settings.sas_token.is_some()
        || settings.client_secret.is_some();
    let mut builder = if has_own {
        MicrosoftAzureBuilder::new()
    } else {
        MicrosoftAzureBuilder::from_env()
    };
    if let Some(key) = &settings.access_key {
        builder = builder.with_access_key(key.reveal());
    }
    if let Some(token) = &settings.sas_token {
        builder = builder.with_sas_authorization(split_sas(token.reveal())?);
    }
    if let Some(tenant) = &settings.tenant_id {
        builder = builder.with_tenant_id(tenant);
    }
    if let Some(client) = &settings.client_id {
        builder = builder.with_client_id(client);
    }
    if let Some(secret) = &settings.client_secret {
        builder = builder.with_client_secret(secret.reveal());
    }
    let store = builder
        .with_account(account)
        .with_container_name(container)
        .with_endpoint(endpoint.clone())
        .with_http_connector(CountedConnector::default())
        .with_client_options(manners.client(allow_http))
        .with_allow_http(allow_http)
        .with_retry(manners.retry())
        .build()?;
    Ok(Account {
        make: Make::Azure,
        signer: Signer::Azure {
            credentials: Arc::clone(store.credentials()),
            account: account.to_owned(),
        },
        url: format!("{endpoint}/{container}"),
        store: Arc::new(store),
        bulk_delete: false,
        allow_http,
    })
}

/// The host of an account's blobs, in the cloud of the host that a location names: `a.dfs.core.chinacloudapi.cn` is
/// `a.blob.core.chinacloudapi.cn`.
fn blob_host(account: &str, host: Option<&str>) -> String {
    let cloud = host.and_then(|host| {
        let (_, rest) = host.split_once('.')?;
        rest.strip_prefix("dfs.").or(rest.strip_prefix("blob."))
    });
    format!("{account}.blob.{}", cloud.unwrap_or("core.windows.net"))
}

#[cfg(test)]
mod tests {
    use super::blob_host;

    #[test]
    fn the_host_of_the_blobs_is_in_the_cloud_that_the_location_names() {
        for (host, blobs) in [
            (None, "logs.blob.core.windows.net"),
            (
                Some("logs.dfs.core.windows.net"),
                "logs.blob.core.windows.net",
            ),
            (
                Some("logs.blob.core.windows.net"),
                "logs.blob.core.windows.net",
            ),
            (
                Some("logs.dfs.core.chinacloudapi.cn"),
                "logs.blob.core.chinacloudapi.cn",
            ),
            (
                Some("logs.dfs.fabric.microsoft.com"),
                "logs.blob.fabric.microsoft.com",
            ),
        ] {
            assert_eq!(blob_host("logs", host), blobs, "{host:?}");
        }
    }
}
