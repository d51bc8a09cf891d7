//! TLS on the server's ports: what the server shows of itself, whose certificates of clients it believes, and the way in.
//!
//! A port that may be spoken to in both ways tells them by the first byte. Files are read anew when they change, without a word of
//! the connections that are open.

mod door;
mod files;
mod link;
mod settings;

pub use door::{Door, Refused};
pub use files::{Tls, TlsError};
pub use link::Link;
pub use settings::{ClientCertificates, TlsSettings, TlsUse};
