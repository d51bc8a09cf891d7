//! The limits of the Thrift front end.

use crate::front::{client_share, listen_address_read};
use crate::tls::TlsUse;
use hms::Limits;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// Bytes of an answer that are given to a connection at once, and bytes of a message that a client has to send within
/// [`message_timeout`](ThriftSettings::message_timeout_s).
pub(super) const PIECE_BYTES: usize = 256 * 1024;

/// `[thrift]` in the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThriftSettings {
    /// Where to listen.
    #[serde(deserialize_with = "listen_address_read")]
    pub listen: SocketAddr,
    /// Whether the port speaks TLS: `off`, `optional` (either way, as each client begins) or `required`.
    pub tls: TlsUse,
    /// Bytes of one request at most; Hive's own limit is 100 MB (`metastore.server.max.message.size`).
    pub message_bytes_max: usize,
    /// Connections at once at most; further ones are closed with a log line.
    pub connections_max: usize,
    /// Of these, connections that one client may hold: an address, a /64 network of IPv6. All clients behind one proxy are
    /// one. Unset: half of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_per_client_max: Option<usize>,
    /// Seconds that a connection may say nothing before it is closed. Spark keeps idle connections for hours.
    pub idle_timeout_s: u64,
    /// Seconds that a client may take to send a message, or to take an answer, before its connection is closed: for
    /// each 256 KiB of it.
    pub message_timeout_s: u64,
    /// Seconds that one call may take before its client is told so.
    pub call_timeout_s: u64,
}

impl Default for ThriftSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9083)),
            tls: TlsUse::Off,
            message_bytes_max: 100 * 1024 * 1024,
            connections_max: 10_000,
            connections_per_client_max: None,
            idle_timeout_s: 24 * 3600,
            message_timeout_s: 60,
            call_timeout_s: 300,
        }
    }
}

impl ThriftSettings {
    /// The connections that one client may hold.
    pub fn connections_per_client(&self) -> usize {
        client_share(self.connections_max, self.connections_per_client_max)
    }

    /// What a message may be.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            message_bytes_max: self.message_bytes_max,
            ..Limits::default()
        }
    }

    /// [`Self::idle_timeout_s`] as a duration.
    pub(super) fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.idle_timeout_s)
    }

    /// [`Self::message_timeout_s`] as a duration.
    pub(super) fn message_timeout(&self) -> Duration {
        Duration::from_secs(self.message_timeout_s)
    }

    /// [`Self::call_timeout_s`] as a duration.
    pub(super) fn call_timeout(&self) -> Duration {
        Duration::from_secs(self.call_timeout_s)
    }
}
