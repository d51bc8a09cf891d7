//! Certificates as a company's authority gives them out, and the files that a server reads.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use skep::tls::TlsSettings;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Somebody who signs certificates.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
}

/// A certificate and its key, in PEM.
pub(super) struct Paper {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// A certificate of a server on this machine.
    pub(super) fn server(&self) -> Paper {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("names");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params)
    }

    /// A certificate of a client, of this number.
    pub(super) fn client(&self, number: u64) -> Paper {
        self.sign(&of_client(number))
    }

    /// A certificate of a client whose common name is this.
    pub(super) fn client_named(&self, name: &str) -> Paper {
        let mut params = of_client(2);
        params.distinguished_name.push(DnType::CommonName, name);
        self.sign(&params)
    }

    /// One whose time is over.
    pub(super) fn expired_client(&self) -> Paper {
        let mut params = of_client(9);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.sign(&params)
    }

    /// A list of what is revoked.
    pub(super) fn revoked(&self, numbers: &[u64]) -> String {
        let revoked = numbers.iter().map(|number| RevokedCertParams {
            serial_number: SerialNumber::from(*number),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2096, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("a list");
        list.pem().expect("a text")
    }

    fn sign(&self, params: &CertificateParams) -> Paper {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Paper {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// A client that believes this authority, and shows a certificate where it has one.
    pub(super) fn client_config(&self, shown: Option<&Paper>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(self.pem.as_bytes()).expect("a certificate");
        roots.add(root).expect("it is one of an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let config = match shown {
            None => builder.with_no_client_auth(),
            Some(paper) => {
                let chain = CertificateDer::from_pem_slice(paper.certificate.as_bytes());
                let key = PrivateKeyDer::from_pem_slice(paper.key.as_bytes());
                let (chain, key) = (vec![chain.expect("a certificate")], key.expect("a key"));
                builder
                    .with_client_auth_cert(chain, key)
                    .expect("they go together")
            }
        };
        Arc::new(config)
    }
}

fn of_client(number: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from(number));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// The files of a server.
pub(super) struct Files {
    folder: TempDir,
}

impl Files {
    pub(super) fn of(server: &Paper) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Self { folder };
        files.write("server.crt", &server.certificate);
        files.write("server.key", &server.key);
        files
    }

    /// Writes a file as whole as a renewal does: beside its place, and then to it.
    pub(super) fn write(&self, name: &str, text: &str) {
        let (beside, place) = (self.path("beside"), self.path(name));
        std::fs::write(&beside, text).expect("it can be written");
        std::fs::rename(beside, place).expect("it can be moved");
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        Path::new(self.folder.path()).join(name)
    }

    /// The settings of a server over them.
    pub(super) fn settings(&self) -> TlsSettings {
        TlsSettings {
            certificate: Some(self.path("server.crt")),
            key: Some(self.path("server.key")),
            reload_interval_s: 1,
            ..TlsSettings::default()
        }
    }
}
