//! Which cryptography TLS uses: ring, chosen once for the process. The TLS clients of this build
//! carry no default of their own and panic when none is installed, so everything that may open a
//! TLS connection calls [`provider_install`] first.

/// Makes ring the process's TLS provider. Calling it again does nothing.
pub fn provider_install() {
    // The error says that a provider is installed already, which is what is wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
}
