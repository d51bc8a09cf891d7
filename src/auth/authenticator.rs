//! What the ports ask: whom a connection proves to be, and whether it may act as another.

use super::certificate::{CertificateRules, Unnamed};
use super::proxy::ProxyRules;
use super::settings::SecuritySettings;
use crate::error::{Error, Result};
use crate::model::Peer;
use std::net::IpAddr;
use std::sync::Arc;

/// The rules by which somebody is known.
#[derive(Debug)]
pub struct Authenticator {
    certificates: CertificateRules,
    proxies: ProxyRules,
}

impl Authenticator {
    /// Fails with the key at fault, and why.
    pub fn new(settings: &SecuritySettings) -> Result<Self, (String, String)> {
        Ok(Self {
            certificates: CertificateRules::new(&settings.certificates)?,
            proxies: ProxyRules::new(&settings.proxies)?,
        })
    }

    /// Who came in from an address: whom its certificate in DER proves, whose authority is known to be believed; nobody where it
    /// showed none.
    pub fn peer(&self, address: IpAddr, certificate: Option<&[u8]>) -> Result<Peer, Unnamed> {
        let proven = certificate.map(|shown| self.certificates.principal(shown));
        let principal = proven.transpose()?.map(Arc::new);
        Ok(Peer { address, principal })
    }

    /// Fails where who is at the other end has proven to be somebody else than it says and may not act as that one. Who proved
    /// nothing is whoever it says.
    pub fn act_as(&self, peer: &Peer, user: &str) -> Result<()> {
        match &peer.principal {
            Some(principal)
                if principal.name() != user
                    && !self.proxies.may_act(principal, user, peer.address) =>
            {
                let principal = principal.name();
                Err(Error::Denied(format!(
                    "{principal:?} may not act as {user:?}: no rule of security.proxies lets it"
                )))
            }
            _ => Ok(()),
        }
    }
}
