//! Somebody who has proven who it is.

use crate::unseen::is_unseen;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Bytes of the name of a principal or of a group at most.
const NAME_BYTES_MAX: usize = 256;

/// Somebody, and what proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    name: String,
    groups: Vec<String>,
    proof: Proof,
}

/// What proves who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A certificate of TLS, signed by an authority that is believed.
    Certificate,
}

/// Why a text is nobody's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalNameError {
    /// There is nothing to be seen of it.
    #[error("a name is empty")]
    Empty,
    /// It is too long.
    #[error("a name has {0} bytes, and {NAME_BYTES_MAX} at most are taken")]
    Long(usize),
    /// It could pose as another.
    #[error("the name {0:?} holds characters that are not seen, or begins or ends with a space")]
    Unseen(String),
}

impl Principal {
    /// Fails for a name, of it or of a group, that can be nobody's: one that people could take for another.
    pub fn new(
        name: String,
        groups: Vec<String>,
        proof: Proof,
    ) -> Result<Self, PrincipalNameError> {
        for name in std::iter::once(&name).chain(&groups) {
            name_check(name)?;
        }
        Ok(Self {
            name,
            groups,
            proof,
        })
    }

    /// Who it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The groups that what proved it says it is in.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// What proved it.
    pub fn proof(&self) -> Proof {
        self.proof
    }
}

fn name_check(name: &str) -> Result<(), PrincipalNameError> {
    if name.trim().is_empty() {
        return Err(PrincipalNameError::Empty);
    }
    if name.len() > NAME_BYTES_MAX {
        return Err(PrincipalNameError::Long(name.len()));
    }
    if name.trim() != name || name.chars().any(|c| c.is_control() || is_unseen(c)) {
        return Err(PrincipalNameError::Unseen(name.to_owned()));
    }
    Ok(())
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Where it is.
    pub address: IpAddr,
    /// Who it has proven to be; nobody where no proof was asked for.
    pub principal: Option<Arc<Principal>>,
}

impl Peer {
    /// Who whoever serves the connection says it is; without a word of it somebody on this machine who has proven nothing.
    pub fn told(told: Option<&Self>) -> Self {
        let unproven = || Self::unproven(Ipv4Addr::LOCALHOST.into());
        told.cloned().unwrap_or_else(unproven)
    }

    /// Somebody at an address who has proven nothing.
    pub fn unproven(address: IpAddr) -> Self {
        Self {
            address,
            principal: None,
        }
    }
}
