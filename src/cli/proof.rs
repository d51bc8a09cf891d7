//! Whom a command believes, and what it shows of itself, where a server speaks TLS.

use super::failure::ClientError;
use crate::config::{CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE};
use clap::Args;
use reqwest::{Certificate, ClientBuilder, Identity};
use std::path::{Path, PathBuf};

/// What stands over these options.
const HEADING: &str = "How it is asked";

/// The files of TLS.
#[derive(Debug, Default, Args)]
pub(super) struct Proof {
    /// Certificates in PEM of authorities that are believed beside those of this machine
    #[arg(long, global = true, value_name = "FILE", env = CA_VARIABLE, help_heading = HEADING)]
    ca: Option<PathBuf>,
    /// The certificate in PEM that says who asks, and those behind it
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = CERTIFICATE_VARIABLE,
        requires = "client_key",
        help_heading = HEADING
    )]
    client_certificate: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = KEY_VARIABLE,
        requires = "client_certificate",
        help_heading = HEADING
    )]
    client_key: Option<PathBuf>,
}

impl Proof {
    /// A client that believes and shows this.
    pub(super) fn shown_by(&self, mut client: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        if let Some(ca) = &self.ca {
            let authorities = Certificate::from_pem_bundle(&read(ca)?);
            let authorities = authorities.ok().filter(|found| !found.is_empty());
            let authorities = authorities.ok_or_else(|| useless(ca, "no certificate in PEM"))?;
            client = client.tls_certs_merge(authorities);
        }
        if let (Some(certificate), Some(key)) = (&self.client_certificate, &self.client_key) {
            let mut both = read(key)?;
            both.push(b'\n');
            both.extend(read(certificate)?);
            let identity = Identity::from_pem(&both);
            let why = "no certificate in PEM, or none of the key that goes with it";
            client = client.identity(identity.map_err(|_| useless(certificate, why))?);
        }
        Ok(client)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ClientError> {
    std::fs::read(path).map_err(|failure| {
        let shown = path.display();
        ClientError::Usage(format!("{shown} cannot be read: {failure}"))
    })
}

fn useless(path: &Path, why: &str) -> ClientError {
    ClientError::Usage(format!("{} has {why}", path.display()))
}
