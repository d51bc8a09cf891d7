//! One connection: its dialect is told by its first bytes, then messages are found as their bytes arrive.
//!
//! What cannot be a message ends this connection alone, with one log line that says what it looked like.

use super::Shared;
use super::call::Conversation;
use super::dispatch::dispatch;
use super::reply::Reply;
use bytes::{Buf, BytesMut};
use hms::{Limits, Opening, Progress, Protocol, Scanner};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// Bytes asked of the socket at once.
const READ_BYTES: usize = 16 * 1024;
/// Bytes given to the socket at once.
const WRITE_BYTES: usize = 256 * 1024;
/// A buffer that grew beyond this for one message is given back afterwards: Spark keeps many idle connections.
const BUFFER_BYTES_KEPT: usize = 64 * 1024;
/// Bytes of the length before each framed message.
const FRAME_HEADER_BYTES: usize = 4;

/// Why a connection ends before its client closes it.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("{0}")]
    Looks(&'static str),
    #[error("the message is not acceptable: {0}")]
    Scan(#[from] hms::ScanError),
    #[error("the message cannot be read: {0}")]
    Decode(#[from] hms::DecodeError),
    #[error("a frame of {0} bytes is over the limit of {1} bytes")]
    Frame(usize, usize),
    #[error("the client went away in the middle of a message")]
    Truncated,
    #[error("the client paused for {0:?} in the middle of a message or an answer")]
    Paused(Duration),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Serves one connection to its end.
pub(super) async fn converse(
    shared: &Shared,
    stream: TcpStream,
    peer: SocketAddr,
    shutdown: &CancellationToken,
) {
    if let Err(failure) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %failure, "cannot set TCP_NODELAY");
    }
    let mut connection = Connection {
        shared,
        stream,
        shutdown,
        buffer: BytesMut::new(),
        conversation: Conversation::default(),
    };
    match connection.run().await {
        Ok(()) => {}
        Err(End::Io(failure)) => tracing::debug!(%peer, %failure, "a connection broke"),
        Err(End::Truncated) => {
            tracing::debug!(%peer, "a client went away in the middle of a message");
        }
        Err(end) => {
            shared.metrics.thrift_connection_refused();
            tracing::warn!(%peer, reason = %end, "a connection is closed");
        }
    }
}

struct Connection<'a> {
    shared: &'a Shared,
    stream: TcpStream,
    shutdown: &'a CancellationToken,
    buffer: BytesMut,
    conversation: Conversation,
}

impl Connection<'_> {
    async fn run(&mut self) -> Result<(), End> {
        let Some(opening) = self.opening().await? else {
            return Ok(());
        };
        match opening {
            Opening::Binary => self.unframed(Protocol::Binary).await,
            Opening::Compact => self.unframed(Protocol::Compact).await,
            Opening::BinaryFramed => self.framed(Protocol::Binary).await,
            Opening::CompactFramed => self.framed(Protocol::Compact).await,
            Opening::Sasl => Err(End::Looks("it asks for SASL, which is not set up here")),
            Opening::Tls => Err(End::Looks("it asks for TLS on a plain port")),
            Opening::Http => Err(End::Looks("it sends an HTTP request to the Thrift port")),
            Opening::BinaryNotStrict => {
                Err(End::Looks("it speaks the binary protocol without versions"))
            }
            Opening::Unknown => Err(End::Looks("its first bytes are no Thrift message")),
        }
    }

    /// Tells the dialect. `None`: the client closed without a word, as health checks do.
    async fn opening(&mut self) -> Result<Option<Opening>, End> {
        loop {
            if let Some(opening) = hms::sniff(&self.buffer) {
                return Ok(Some(opening));
            }
            if !self.read_more().await? {
                return Ok(None);
            }
        }
    }

    /// Messages without a length: the scanner finds their ends.
    async fn unframed(&mut self, protocol: Protocol) -> Result<(), End> {
        let limits = Limits {
            message_bytes_max: self.shared.settings.message_bytes_max,
            ..Limits::default()
        };
        let mut scanner = Scanner::new(protocol, limits);
        loop {
            match scanner.scan(&self.buffer)? {
                Progress::Complete { len } => {
                    let message = self.buffer.split_to(len);
                    self.answer(protocol, &message, false).await?;
                    drop(message);
                    self.shrink();
                    scanner = Scanner::new(protocol, limits);
                    if self.shutdown.is_cancelled() {
                        return Ok(());
                    }
                }
                Progress::NeedMore { .. } => {
                    if !self.read_more().await? {
                        return self.closed();
                    }
                }
            }
        }
    }

    /// Messages behind their length.
    async fn framed(&mut self, protocol: Protocol) -> Result<(), End> {
        let max = self.shared.settings.message_bytes_max;
        loop {
            if let Some(header) = self.buffer.first_chunk::<FRAME_HEADER_BYTES>() {
                let len = u32::from_be_bytes(*header) as usize;
                if len > max {
                    return Err(End::Frame(len, max));
                }
                if self.buffer.len() >= FRAME_HEADER_BYTES + len {
                    self.buffer.advance(FRAME_HEADER_BYTES);
                    let message = self.buffer.split_to(len);
                    self.answer(protocol, &message, true).await?;
                    drop(message);
                    self.shrink();
                    if self.shutdown.is_cancelled() {
                        return Ok(());
                    }
                    continue;
                }
            }
            if !self.read_more().await? {
                return self.closed();
            }
        }
    }

    async fn answer(
        &mut self,
        protocol: Protocol,
        message: &[u8],
        framed: bool,
    ) -> Result<(), End> {
        let Some(reply) = dispatch(self.shared, &self.conversation, protocol, message).await?
        else {
            return Ok(());
        };
        let length = if framed {
            let len = u32::try_from(reply.len())
                .map_err(|_| End::Looks("the answer is too long for a frame"))?;
            Some(len.to_be_bytes())
        } else {
            None
        };
        self.send_reply(length, &reply).await
    }

    /// Sends an answer, behind its length where it has one. A long one is put together bit by bit, never as a whole.
    async fn send_reply(
        &mut self,
        length: Option<[u8; FRAME_HEADER_BYTES]>,
        reply: &Reply,
    ) -> Result<(), End> {
        let most = (FRAME_HEADER_BYTES + reply.len()).min(WRITE_BYTES);
        let mut waiting = Vec::with_capacity(most);
        waiting.extend(length.into_iter().flatten());
        for mut piece in reply.pieces() {
            while !piece.is_empty() {
                let room = WRITE_BYTES - waiting.len();
                let (now, later) = piece.split_at(piece.len().min(room));
                waiting.extend_from_slice(now);
                piece = later;
                if waiting.len() == WRITE_BYTES {
                    self.send(&waiting).await?;
                    waiting.clear();
                }
            }
        }
        self.send(&waiting).await
    }

    /// Sends one piece. A client that takes nothing of it for too long must not hold the rest of the answer in memory.
    async fn send(&mut self, piece: &[u8]) -> Result<(), End> {
        let pause_max = self.shared.settings.message_timeout();
        match tokio::time::timeout(pause_max, self.stream.write_all(piece)).await {
            Ok(written) => Ok(written?),
            Err(_) => Err(End::Paused(pause_max)),
        }
    }

    /// Reads what has come. `false`: the client closed, or said nothing for too long, or the server stops.
    async fn read_more(&mut self) -> Result<bool, End> {
        let inside = !self.buffer.is_empty();
        let settings = &self.shared.settings;
        let pause_max = if inside {
            settings.message_timeout()
        } else {
            settings.idle_timeout()
        };
        self.buffer.reserve(READ_BYTES);
        let read = tokio::select! {
            read = self.stream.read_buf(&mut self.buffer) => read?,
            () = self.shutdown.cancelled() => 0,
            () = tokio::time::sleep(pause_max) => {
                return if inside { Err(End::Paused(pause_max)) } else { Ok(false) };
            }
        };
        Ok(read > 0)
    }

    fn closed(&self) -> Result<(), End> {
        if self.buffer.is_empty() || self.shutdown.is_cancelled() {
            Ok(())
        } else {
            Err(End::Truncated)
        }
    }

    /// Gives a large buffer back when nothing is left in it.
    fn shrink(&mut self) {
        if self.buffer.is_empty() && self.buffer.capacity() > BUFFER_BYTES_KEPT {
            self.buffer = BytesMut::new();
        }
    }
}
