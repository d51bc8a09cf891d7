//! Who signs a request. Signatures and credentials, with their renewal, are the object-store library's.

use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::azure::{AzureAuthorizer, AzureCredentialProvider};
use object_store::client::HttpRequest;
use object_store::gcp::GcpCredentialProvider;
use reqwest::header::{AUTHORIZATION, HeaderValue};

/// The account that requests are signed for.
pub(super) enum Signer {
    /// Requests go unsigned.
    None,
    /// By AWS's signature, version 4.
    Aws {
        /// The service's name in it.
        service: &'static str,
        region: String,
        credentials: AwsCredentialProvider,
        /// Whether the account pays for what it reads of others.
        is_payer: bool,
    },
    /// By a token of Google's.
    Google(GcpCredentialProvider),
    /// By a key, a token or a shared signature of Azure's. The last stands in the address.
    Azure {
        credentials: AzureCredentialProvider,
        account: String,
    },
}

impl Signer {
    /// Signs a request; its headers and its address may change.
    pub(super) async fn sign(&self, request: &mut HttpRequest) -> Result<(), object_store::Error> {
        match self {
            Self::None => Ok(()),
            Self::Aws {
                service,
                region,
                credentials,
                is_payer,
            } => {
                let credential = credentials.get_credential().await?;
                AwsAuthorizer::new(&credential, service, region)
                    .with_request_payer(*is_payer)
                    .try_authorize(request, None)
            }
            Self::Google(credentials) => {
                let credential = credentials.get_credential().await?;
                // An emulator's account has an empty one.
                if credential.bearer.is_empty() {
                    return Ok(());
                }
                let token = HeaderValue::try_from(format!("Bearer {}", credential.bearer));
                let mut token = token.map_err(|error| object_store::Error::Generic {
                    store: "GCS",
                    source: error.into(),
                })?;
                token.set_sensitive(true);
                request.headers_mut().insert(AUTHORIZATION, token);
                Ok(())
            }
            Self::Azure {
                credentials,
                account,
            } => {
                let credential = credentials.get_credential().await?;
                AzureAuthorizer::new(&credential, account).try_authorize(request)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Signer;
    use object_store::StaticCredentialProvider;
    use object_store::client::{HttpRequest, HttpRequestBody};
    use object_store::gcp::GcpCredential;
    use std::sync::Arc;

    #[tokio::test]
    async fn googles_token_stands_in_a_header_that_no_log_shows() {
        let bearer = "a-token".to_owned();
        let credentials = StaticCredentialProvider::new(GcpCredential { bearer });
        let signer = Signer::Google(Arc::new(credentials));
        let mut request = HttpRequest::new(HttpRequestBody::from(Vec::new()));
        signer.sign(&mut request).await.unwrap();
        let header = &request.headers()["authorization"];
        assert_eq!(header, "Bearer a-token");
        assert!(header.is_sensitive());
    }
}
