//! What an operator says of who may come in, and as whom.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// `[security]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecuritySettings {
    /// Whether ports that other machines reach are opened although they ask nobody for a proof.
    pub insecure: bool,
    /// What a certificate of a client says of its principal: the first rule that fits. Without one it is the common name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateRule>,
    /// Who may act as somebody else. Without a rule nobody may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<ProxyRule>,
}

/// `[[security.certificates]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRule {
    /// What of the certificate is looked at.
    pub field: CertificateField,
    /// A regular expression that the whole of it has to match; where there are several, the first that does counts.
    pub matches: String,
    /// The principal's name, in which `$1` is what the first group of the expression took, or `${name}` a named one.
    pub principal: String,
    /// Its groups, written in the same way.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A part of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateField {
    /// The common name of the subject.
    CommonName,
    /// The subject in the form of RFC 4514, in the order of the certificate: `O=Example,OU=data,CN=trino`.
    Subject,
    /// A DNS name of the subject's alternative names.
    Dns,
    /// A URI of them, such as an identity of SPIFFE.
    Uri,
}

/// `[[security.proxies]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyRule {
    /// The principals who may, `*` for any text.
    #[serde(default)]
    pub principals: Vec<String>,
    /// Groups whose members may, in the same way.
    #[serde(default)]
    pub groups: Vec<String>,
    /// As whom, in the same way.
    pub users: Vec<String>,
    /// From where, as `10.0.0.0/8`; from everywhere where nothing is said.
    #[serde(default)]
    pub from: Vec<IpNet>,
}
