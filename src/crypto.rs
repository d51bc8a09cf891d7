//! Which cryptography TLS uses: ring, chosen once for the process. The TLS clients of this build
//! carry no default of their own and panic when none is installed, so everything that may open a
//! TLS connection calls [`provider_install`] first.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Makes ring the process's TLS provider. Calling it again does nothing.
pub fn provider_install() {
    // The error says that a provider is installed already, which is what is wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// How many certificates stand in a text in PEM. Fails where one is damaged.
pub fn certificates_count(pem: &[u8]) -> Result<usize, DamagedCertificate> {
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        certificate.map_err(|_| DamagedCertificate)?;
        count += 1;
    }
    Ok(count)
}

/// A certificate whose text in PEM cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a certificate is damaged")]
pub struct DamagedCertificate;
