//! The files of TLS, as they were read last.

use super::settings::{ClientCertificates, TlsSettings};
use crate::telemetry::fault_due;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{Ticketer, default_provider};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio_rustls::TlsAcceptor;

/// What a port of HTTP speaks inside of TLS, the better first.
const HTTP_PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Bytes of one file at most: the longest are revocation lists.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Why the files of TLS are of no use.
#[derive(Debug, thiserror::Error)]
#[error("{key} ({}): {why}", path.display())]
pub struct TlsError {
    /// The setting that names the file.
    key: &'static str,
    path: PathBuf,
    /// What is wrong with it, without a word of what a key holds.
    why: String,
}

/// What the server shows of itself, and whom it believes.
pub struct Tls {
    settings: TlsSettings,
    state: RwLock<State>,
    /// Whether the files were of no use at the last look.
    is_useless: AtomicBool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

struct State {
    /// Of ports whose protocol is told by its own bytes.
    plain: Arc<ServerConfig>,
    /// Of ports of HTTP.
    http: Arc<ServerConfig>,
    /// Of what the files held.
    digest: [u8; 32],
}

/// What the files hold.
struct Held {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
    client_crl: Option<Vec<u8>>,
}

impl Tls {
    /// Reads the files. Fails where one cannot be read, or is not what it is to be.
    pub fn open(settings: TlsSettings) -> Result<Self, TlsError> {
        let held = settings.read()?;
        let state = RwLock::new(settings.state(&held)?);
        Ok(Self {
            settings,
            state,
            is_useless: AtomicBool::new(false),
        })
    }

    /// Reads the files anew. What is of no use, such as a certificate whose key is not there yet, is told, and what was read before
    /// goes on to be used. Gives whether they have changed.
    pub fn refresh(&self) -> Result<bool, TlsError> {
        match self.changed() {
            Ok(None) => {
                if self.is_useless.swap(false, Ordering::Relaxed) {
                    tracing::info!("the files of TLS are those before again");
                }
                Ok(false)
            }
            Ok(Some(state)) => {
                *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
                self.is_useless.store(false, Ordering::Relaxed);
                tracing::info!("the files of TLS have changed: new connections go by them");
                Ok(true)
            }
            Err(failure) => {
                let error = failure.to_string();
                if let Some(repeated) = fault_due(&error) {
                    tracing::warn!(
                        error,
                        repeated,
                        "the files of TLS have changed and are of no use: connections go by those before"
                    );
                }
                self.is_useless.store(true, Ordering::Relaxed);
                Err(failure)
            }
        }
    }

    fn changed(&self) -> Result<Option<State>, TlsError> {
        let held = self.settings.read()?;
        let known = self
            .state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .digest;
        if held.digest() == known {
            return Ok(None);
        }
        self.settings.state(&held).map(Some)
    }

    /// What accepts a connection by the files as they are now.
    pub(super) fn acceptor(&self, is_http: bool) -> TlsAcceptor {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let config = if is_http { &state.http } else { &state.plain };
        TlsAcceptor::from(Arc::clone(config))
    }
}

impl Held {
    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let (certificate, key) = (Some(&self.certificate), Some(&self.key));
        for part in [
            certificate,
            key,
            self.client_ca.as_ref(),
            self.client_crl.as_ref(),
        ] {
            let bytes = part.map(Vec::as_slice).unwrap_or_default();
            digest.update(bytes.len().to_be_bytes());
            digest.update(bytes);
        }
        digest.finalize().into()
    }
}

impl TlsSettings {
    fn read(&self) -> Result<Held, TlsError> {
        let needed = |key, path: &Option<PathBuf>| {
            let path = path.as_deref().unwrap_or(Path::new(""));
            file_read(key, path)
        };
        let wanted = |key, path: &Option<PathBuf>| {
            let path = path.as_deref();
            path.map(|path| file_read(key, path)).transpose()
        };
        Ok(Held {
            certificate: needed("tls.certificate", &self.certificate)?,
            key: needed("tls.key", &self.key)?,
            client_ca: wanted("tls.client_ca", &self.client_ca)?,
            client_crl: wanted("tls.client_crl", &self.client_crl)?,
        })
    }

    fn state(&self, held: &Held) -> Result<State, TlsError> {
        let provider = Arc::new(default_provider());
        let of_key = |why: String| fault("tls.key", self.key.as_deref(), why);
        let of_certificate =
            |why: String| fault("tls.certificate", self.certificate.as_deref(), why);
        let chain = certificates(&held.certificate).map_err(of_certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&held.key)
            .map_err(|why| of_key(pem_words(&why, "private key")))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|why| of_certificate(why.to_string()))?;
        let builder = match &held.client_ca {
            Some(ca) => builder.with_client_cert_verifier(self.verifier(ca, held, &provider)?),
            None => builder.with_no_client_auth(),
        };
        let mut plain = builder.with_single_cert(chain, key).map_err(|why| {
            of_certificate(format!("it does not go together with tls.key: {why}"))
        })?;
        // What goes on with a session shows a ticket, so that the server keeps none: a client that opens a connection for each call,
        // as Trino does, is spared the better part of a handshake.
        plain.ticketer = Ticketer::new().map_err(|why| of_certificate(why.to_string()))?;
        let mut http = plain.clone();
        http.alpn_protocols = HTTP_PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(State {
            plain: Arc::new(plain),
            http: Arc::new(http),
            digest: held.digest(),
        })
    }

    /// Who checks the certificates of clients.
    fn verifier(
        &self,
        ca: &[u8],
        held: &Held,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
        let of_ca = |why: String| fault("tls.client_ca", self.client_ca.as_deref(), why);
        let mut roots = RootCertStore::empty();
        for root in certificates(ca).map_err(of_ca)? {
            roots.add(root).map_err(|why| of_ca(why.to_string()))?;
        }
        let mut builder =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        if let Some(lists) = &held.client_crl {
            let of_list = |why: String| fault("tls.client_crl", self.client_crl.as_deref(), why);
            let lists: Result<Vec<_>, _> =
                CertificateRevocationListDer::pem_slice_iter(lists).collect();
            let lists = lists.map_err(|why| of_list(pem_words(&why, "revocation list")))?;
            if lists.is_empty() {
                return Err(of_list("no revocation list stands in it".to_owned()));
            }
            // Authorities above the one that signs are the operator's own choice.
            builder = builder.with_crls(lists).only_check_end_entity_revocation();
        }
        if self.client_certificates == ClientCertificates::Optional {
            builder = builder.allow_unauthenticated();
        }
        builder.build().map_err(|why| of_ca(why.to_string()))
    }
}

fn fault(key: &'static str, path: Option<&Path>, why: String) -> TlsError {
    let path = path.map(Path::to_owned).unwrap_or_default();
    TlsError { key, path, why }
}

fn file_read(key: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    let fault = |why: String| TlsError {
        key,
        path: path.to_owned(),
        why,
    };
    let found = std::fs::metadata(path).map_err(|failure| fault(failure.to_string()))?;
    // Opening a pipe may keep a thread for ever.
    if !found.is_file() {
        return Err(fault("it is no file".to_owned()));
    }
    if found.len() > FILE_BYTES_MAX {
        return Err(fault(format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    std::fs::read(path).map_err(|failure| fault(failure.to_string()))
}

/// The certificates of a text in PEM, one at least. Each is read: the library reads the first one alone, and a client would find out
/// that another is damaged.
fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    let found = read.map_err(|why| pem_words(&why, "certificate"))?;
    if found.is_empty() {
        return Err("no certificate stands in it".to_owned());
    }
    for (at, one) in found.iter().enumerate() {
        ParsedCertificate::try_from(one)
            .map_err(|_| format!("the certificate {} in it is damaged", at + 1))?;
    }
    Ok(found)
}

/// What is wrong with a text in PEM, without a piece of it.
fn pem_words(failure: &pem::Error, what: &str) -> String {
    match failure {
        pem::Error::NoItemsFound => format!("no {what} stands in it"),
        _ => format!("the {what} is damaged"),
    }
}
