//! The way into a port: in TLS or without, as the port asks and as the first byte says.

use super::files::Tls;
use super::link::Link;
use super::settings::TlsUse;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How a connection of TLS begins: with a record of the handshake. No message of Thrift and no request of HTTP begins so.
const HANDSHAKE: u8 = 0x16;

/// How one port is entered.
#[derive(Debug, Clone)]
pub struct Door {
    usage: TlsUse,
    tls: Option<Arc<Tls>>,
    is_http: bool,
}

/// Why a connection was not let in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It does not begin as TLS does, and the port takes nothing else.
    #[error("it does not speak TLS, which this port asks for")]
    Plain(TcpStream),
    /// Client and server did not agree.
    #[error("the TLS handshake failed: {0}")]
    Handshake(io::Error),
    /// The handshake did not end in time.
    #[error("the TLS handshake did not end within {0:?}")]
    Slow(Duration),
    /// It said nothing, or broke.
    #[error("it broke before its first byte")]
    Silent,
}

impl Door {
    /// The door of a port of HTTP, or of another one. Without TLS none asks for it.
    pub fn new(usage: TlsUse, tls: Option<&Arc<Tls>>, is_http: bool) -> Self {
        Self {
            usage,
            tls: tls.filter(|_| usage != TlsUse::Off).cloned(),
            is_http,
        }
    }

    /// Whether nothing but TLS is spoken here.
    pub fn is_tls_alone(&self) -> bool {
        self.usage == TlsUse::Required
    }

    /// Lets a connection in that begins within `quiet_max` and, where it is TLS, ends its handshake within `patience`.
    pub async fn enter(
        &self,
        stream: TcpStream,
        quiet_max: Duration,
        patience: Duration,
    ) -> Result<Link, Refused> {
        let Some(tls) = &self.tls else {
            return Ok(Link::Plain(stream));
        };
        let mut first = [0];
        let Ok(Ok(seen)) = timeout(quiet_max, stream.peek(&mut first)).await else {
            return Err(Refused::Silent);
        };
        // Who closes without a word, as health checks do, is no fault of either kind.
        if seen == 0 {
            return Ok(Link::Plain(stream));
        }
        if first[0] != HANDSHAKE {
            return match self.usage {
                TlsUse::Required => Err(Refused::Plain(stream)),
                TlsUse::Off | TlsUse::Optional => Ok(Link::Plain(stream)),
            };
        }
        match timeout(patience, tls.acceptor(self.is_http).accept(stream)).await {
            Ok(Ok(stream)) => Ok(Link::Tls(Box::new(stream))),
            Ok(Err(failure)) => Err(Refused::Handshake(failure)),
            Err(_) => Err(Refused::Slow(patience)),
        }
    }
}
