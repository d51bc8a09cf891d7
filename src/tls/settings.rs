//! What an operator says of TLS.

use crate::choice::choose;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[tls]`: the files that both ports use.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSettings {
    /// A file with the server's certificate in PEM, and behind it those that lead to its authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// A file with its private key in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// A file with the certificates in PEM of the authorities whose clients are let in. Unset: clients are asked for no certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ca: Option<PathBuf>,
    /// Whether a client that shows no certificate is let in, where `client_ca` is set.
    pub client_certificates: ClientCertificates,
    /// A file with revocation lists in PEM, one of each authority that signs clients' certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_crl: Option<PathBuf>,
    /// Seconds between two looks whether one of the files has changed.
    pub reload_interval_s: u64,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            client_ca: None,
            client_certificates: ClientCertificates::default(),
            client_crl: None,
            reload_interval_s: 10,
        }
    }
}

impl TlsSettings {
    /// Whether nobody comes in by a port of this use who does not show a good certificate.
    pub fn proves_all(&self, usage: TlsUse) -> bool {
        usage == TlsUse::Required
            && self.client_ca.is_some()
            && self.client_certificates == ClientCertificates::Required
    }

    /// Fails with the key at fault, and why, for settings that do not go together with how the ports use them.
    pub fn check(&self, ports: [(&'static str, TlsUse); 2]) -> Result<(), (&'static str, String)> {
        let used = ports.iter().find(|(_, usage)| *usage != TlsUse::Off);
        let files = [
            ("tls.certificate", &self.certificate),
            ("tls.key", &self.key),
        ];
        if let Some((port, _)) = used {
            let missing = files.iter().find(|(_, file)| file.is_none());
            if let Some((key, _)) = missing {
                return Err((key, format!("{port} asks for TLS, which needs this file")));
            }
        } else if let Some((key, _)) = files.iter().find(|(_, file)| file.is_some()) {
            let [(thrift, _), (http, _)] = ports;
            let why = format!("no port uses it: set {thrift} or {http} to optional or required");
            return Err((key, why));
        }
        if self.client_crl.is_some() && self.client_ca.is_none() {
            let why =
                "revocation lists are looked at where tls.client_ca says whose clients are let in";
            return Err(("tls.client_crl", why.to_owned()));
        }
        if self.reload_interval_s == 0 {
            return Err(("tls.reload_interval_s", "must be at least 1".to_owned()));
        }
        Ok(())
    }
}

/// Whether clients have to show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "snake_case")]
pub enum ClientCertificates {
    /// Who shows none is let in; one that is shown has to be good.
    Optional,
    /// Who shows none is not let in.
    #[default]
    Required,
}

/// What a port is spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "snake_case")]
pub enum TlsUse {
    /// Without TLS alone.
    #[default]
    Off,
    /// Either way, as its client begins.
    Optional,
    /// In TLS alone.
    Required,
}

impl TryFrom<String> for ClientCertificates {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [("optional", Self::Optional), ("required", Self::Required)];
        choose("tls.client_certificates", &text, &words)
    }
}

impl TryFrom<String> for TlsUse {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [
            ("off", Self::Off),
            ("optional", Self::Optional),
            ("required", Self::Required),
        ];
        choose("tls", &text, &words)
    }
}

#[cfg(test)]
mod tests {
    use super::{TlsSettings, TlsUse};

    fn fault(settings: &TlsSettings, thrift: TlsUse, http: TlsUse) -> Option<&'static str> {
        let ports = [("thrift.tls", thrift), ("http.tls", http)];
        settings.check(ports).err().map(|(key, _)| key)
    }

    #[test]
    fn files_and_their_use_go_together() {
        let none = TlsSettings::default();
        let certificate = TlsSettings {
            certificate: Some("c".into()),
            ..none.clone()
        };
        let both = TlsSettings {
            key: Some("k".into()),
            ..certificate.clone()
        };
        let list = TlsSettings {
            client_crl: Some("l".into()),
            ..both.clone()
        };
        let (off, required) = (TlsUse::Off, TlsUse::Required);
        for (settings, thrift, http, wanted) in [
            (&none, off, off, None),
            (&none, TlsUse::Optional, off, Some("tls.certificate")),
            (&certificate, off, required, Some("tls.key")),
            (&both, off, off, Some("tls.certificate")),
            (&both, required, off, None),
            (&both, off, required, None),
            (&list, off, required, Some("tls.client_crl")),
        ] {
            assert_eq!(fault(settings, thrift, http), wanted, "{settings:?}");
        }
    }
}
