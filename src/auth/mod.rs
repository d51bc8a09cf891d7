//! Who somebody is: what proves it, and whom it lets act for another.
//!
//! A way in that carries a proof gives a [`Principal`](crate::model::Principal) with its connection; front ends put it on every
//! request. What somebody may do is none of this room's business.

mod authenticator;
mod certificate;
mod proxy;
mod settings;
mod subject;

pub use authenticator::Authenticator;
pub use certificate::Unnamed;
pub use settings::{CertificateField, CertificateRule, ProxyRule, SecuritySettings};
