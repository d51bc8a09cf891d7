//! One connection: its dialect is told by its first bytes, then messages are found as their bytes arrive.
//!
//! What cannot be a message ends this connection alone, with one log line that says what it looked like. A message for
//! which there is no memory is passed over and refused, and the connection lives on.

use super::Shared;
use super::conversation::Conversation;
use super::dispatch::{dispatch, refuse_unread};
use super::inbox::Inbox;
use super::reply::Reply;
use super::settings::PIECE_BYTES;
use crate::budget::{Account, Exhausted};
use crate::model::Peer;
use crate::telemetry::{TraceHeaders, fault_due};
use crate::tls::{Link, Refused};
use bytes::BytesMut;
use hms::{Opening, Progress, Protocol, Scanner};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Bytes of the length before each framed message.
const FRAME_HEADER_BYTES: usize = 4;

/// How long the good-bye of a connection may take.
const GOOD_BYE_MAX: Duration = Duration::from_secs(1);

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
    #[error(
        "the client sent or took less than {PIECE_BYTES} bytes of a message or an answer in {0:?}"
    )]
    Slow(Duration),
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
    let Some((link, who)) = enter(shared, stream, peer, shutdown).await else {
        return;
    };
    let account = shared.budget.account(peer.ip());
    let mut connection = Connection {
        shared,
        link,
        shutdown,
        inbox: Inbox::new(&account),
        piece: Piece::default(),
        conversation: Conversation::new(who, &account),
        account,
    };
    let ended = connection.run().await;
    connection.link_end().await;
    match ended {
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

/// Lets a connection in; nothing where it is none, which the log tells.
async fn enter(
    shared: &Shared,
    stream: TcpStream,
    peer: SocketAddr,
    shutdown: &CancellationToken,
) -> Option<(Link, Peer)> {
    let (idle, patience) = (
        shared.settings.idle_timeout(),
        shared.settings.message_timeout(),
    );
    let entered = tokio::select! {
        entered = shared.door.enter(stream, idle, patience) => entered,
        () = shutdown.cancelled() => return None,
    };
    let why = match entered {
        Ok(link) => match shared.authenticator.peer(peer.ip(), link.certificate()) {
            Ok(who) => return Some((link, who)),
            Err(unnamed) => unnamed.to_string(),
        },
        Err(Refused::Silent) => {
            tracing::debug!(%peer, "a connection broke before its first byte");
            return None;
        }
        Err(refused) => refused.to_string(),
    };
    shared.metrics.thrift_connection_refused();
    if let Some(repeated) = fault_due(&format!("thrift: {why}")) {
        tracing::warn!(%peer, reason = why, repeated, "a connection is closed");
    }
    None
}

/// What came of waiting for bytes.
enum Arrival {
    /// There are more bytes.
    More,
    /// The client closed, or said nothing for too long, or the server stops.
    End,
    /// There is no memory for more of this message.
    NoRoom(Exhausted),
}

/// The piece of a message that is arriving: since when, and how much of it is there. None has begun between messages.
#[derive(Default)]
struct Piece {
    since: Option<Instant>,
    bytes: usize,
}

struct Connection<'a> {
    shared: &'a Shared,
    link: Link,
    shutdown: &'a CancellationToken,
    account: Account,
    inbox: Inbox,
    piece: Piece,
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
            if let Some(opening) = hms::sniff(&self.inbox) {
                return Ok(Some(opening));
            }
            // The first bytes always have room.
            let Arrival::More = self.arrive().await? else {
                return Ok(None);
            };
        }
    }

    /// Messages without a length: the scanner finds their ends.
    async fn unframed(&mut self, protocol: Protocol) -> Result<(), End> {
        let mut scanner = Scanner::new(protocol, self.shared.settings.limits());
        loop {
            match scanner.scan(&self.inbox)? {
                Progress::Complete { len } => {
                    let message = self.inbox.take(len);
                    self.answer(protocol, message, false).await?;
                    if self.shutdown.is_cancelled() {
                        return Ok(());
                    }
                }
                Progress::NeedMore { .. } => match self.arrive().await? {
                    Arrival::More => {}
                    Arrival::End => return self.closed(),
                    Arrival::NoRoom(exhausted) => {
                        let refusal = self.refusal(protocol, 0, exhausted)?;
                        if !self.pass_unframed(&mut scanner).await? {
                            return self.closed();
                        }
                        self.send_reply(false, &refusal).await?;
                    }
                },
            }
        }
    }

    /// Messages behind their length.
    async fn framed(&mut self, protocol: Protocol) -> Result<(), End> {
        let max = self.shared.settings.message_bytes_max;
        loop {
            let header = self.inbox.first_chunk::<FRAME_HEADER_BYTES>();
            let len = header.map(|header| u32::from_be_bytes(*header) as usize);
            if let Some(len) = len.filter(|len| *len > max) {
                return Err(End::Frame(len, max));
            }
            let whole = len.map(|len| FRAME_HEADER_BYTES + len);
            if let Some(whole) = whole.filter(|whole| self.inbox.len() >= *whole) {
                self.inbox.skip(FRAME_HEADER_BYTES);
                let message = self.inbox.take(whole - FRAME_HEADER_BYTES);
                self.answer(protocol, message, true).await?;
                if self.shutdown.is_cancelled() {
                    return Ok(());
                }
                continue;
            }
            match self.arrive().await? {
                Arrival::More => {}
                Arrival::End => return self.closed(),
                Arrival::NoRoom(exhausted) => {
                    let refusal = self.refusal(protocol, FRAME_HEADER_BYTES, exhausted)?;
                    if !self.pass_framed(whole.unwrap_or_default()).await? {
                        return self.closed();
                    }
                    self.send_reply(true, &refusal).await?;
                }
            }
        }
    }

    /// The answer to the message whose first bytes have arrived and for whose others there is no memory.
    fn refusal(&self, protocol: Protocol, at: usize, why: Exhausted) -> Result<Reply, End> {
        let start = self.inbox.get(at..).unwrap_or_default();
        Ok(refuse_unread(self.shared, protocol, start, why)?)
    }

    /// Lets the rest of a message go by. `false`: the connection ended before it.
    async fn pass_unframed(&mut self, scanner: &mut Scanner) -> Result<bool, End> {
        loop {
            match scanner.scan(&self.inbox)? {
                Progress::Complete { len } => {
                    self.inbox.skip(len);
                    self.message_ended();
                    return Ok(true);
                }
                Progress::NeedMore { .. } => {
                    let passed = scanner.pass(self.inbox.len());
                    self.inbox.skip(passed);
                    self.inbox.release();
                    let Arrival::More = self.arrive().await? else {
                        return Ok(false);
                    };
                }
            }
        }
    }

    /// The same for a message of which so many bytes are left, those that have arrived included.
    async fn pass_framed(&mut self, mut left: usize) -> Result<bool, End> {
        loop {
            let here = left.min(self.inbox.len());
            self.inbox.skip(here);
            self.inbox.release();
            left -= here;
            if left == 0 {
                self.message_ended();
                return Ok(true);
            }
            let Arrival::More = self.arrive().await? else {
                return Ok(false);
            };
        }
    }

    async fn answer(
        &mut self,
        protocol: Protocol,
        message: BytesMut,
        framed: bool,
    ) -> Result<(), End> {
        let reservation = self.account.reservation();
        let answered = dispatch(
            self.shared,
            &self.conversation,
            &reservation,
            protocol,
            &message,
            TraceHeaders::default(),
        );
        let answered = answered.await?;
        drop(message);
        self.message_ended();
        let Some(reply) = answered else {
            return Ok(());
        };
        // What the request took is gone; the answer is held until the client has taken it.
        reservation.shrink_to(reply.memory_bytes());
        self.send_reply(framed, &reply).await
    }

    /// Gives back what the message held, and lets the next one have its own time.
    fn message_ended(&mut self) {
        self.inbox.release();
        self.piece = Piece::default();
    }

    /// Sends an answer, behind its length where there are frames. A long one is put together bit by bit, never as a whole.
    async fn send_reply(&mut self, framed: bool, reply: &Reply) -> Result<(), End> {
        let mut waiting = Vec::with_capacity((FRAME_HEADER_BYTES + reply.len()).min(PIECE_BYTES));
        if framed {
            let len = u32::try_from(reply.len())
                .map_err(|_| End::Looks("the answer is too long for a frame"))?;
            waiting.extend(len.to_be_bytes());
        }
        for mut piece in reply.pieces() {
            while !piece.is_empty() {
                let room = PIECE_BYTES - waiting.len();
                let (now, later) = piece.split_at(piece.len().min(room));
                waiting.extend_from_slice(now);
                piece = later;
                if waiting.len() == PIECE_BYTES {
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
        match tokio::time::timeout(pause_max, self.link.write_all(piece)).await {
            Ok(written) => Ok(written?),
            Err(_) => Err(End::Slow(pause_max)),
        }
    }

    /// Waits for bytes. A message that has begun must go on: who sends it too slowly must not hold its memory.
    async fn arrive(&mut self) -> Result<Arrival, End> {
        if self.inbox.is_empty() && self.piece.since.is_none() {
            return self.begin().await;
        }
        let asked = Instant::now();
        if let Err(exhausted) = self.inbox.make_room().await {
            return Ok(Arrival::NoRoom(exhausted));
        }
        let limit = self.shared.settings.message_timeout();
        // The wait for memory was the server's.
        let since = self.piece.since.unwrap_or(asked) + asked.elapsed();
        self.piece.since = Some(since);
        let read = tokio::select! {
            read = self.link.read_buf(self.inbox.room()) => read?,
            () = self.shutdown.cancelled() => 0,
            () = tokio::time::sleep_until(since + limit) => return Err(End::Slow(limit)),
        };
        self.piece.bytes += read;
        if self.piece.bytes >= PIECE_BYTES {
            self.piece = Piece {
                since: Some(Instant::now()),
                bytes: 0,
            };
        }
        Ok(if read > 0 {
            Arrival::More
        } else {
            Arrival::End
        })
    }

    /// Waits for the first bytes of a message. Clients keep many idle connections; these hold no buffer.
    async fn begin(&mut self) -> Result<Arrival, End> {
        let Some(stream) = self.link.plain() else {
            return self.begin_encrypted().await;
        };
        tokio::select! {
            ready = stream.readable() => ready?,
            () = self.shutdown.cancelled() => return Ok(Arrival::End),
            () = tokio::time::sleep(self.shared.settings.idle_timeout()) => return Ok(Arrival::End),
        }
        if let Err(exhausted) = self.inbox.make_room().await {
            return Ok(Arrival::NoRoom(exhausted));
        }
        match stream.try_read_buf(self.inbox.room()) {
            Ok(0) => Ok(Arrival::End),
            Ok(_) => Ok(Arrival::More),
            Err(failure) if failure.kind() == ErrorKind::WouldBlock => Ok(Arrival::More),
            Err(failure) => Err(failure.into()),
        }
    }

    /// The same inside of TLS, where what is there to be read is known when it is decrypted.
    async fn begin_encrypted(&mut self) -> Result<Arrival, End> {
        let mut first = [0];
        let read = tokio::select! {
            read = self.link.read(&mut first) => read,
            () = self.shutdown.cancelled() => return Ok(Arrival::End),
            () = tokio::time::sleep(self.shared.settings.idle_timeout()) => return Ok(Arrival::End),
        };
        match read {
            Ok(0) => return Ok(Arrival::End),
            Ok(_) => {}
            // Between messages it does not matter that a client ends without the good-bye of TLS.
            Err(failure) if failure.kind() == ErrorKind::UnexpectedEof => return Ok(Arrival::End),
            Err(failure) => return Err(failure.into()),
        }
        // The first bytes always have room.
        if let Err(exhausted) = self.inbox.make_room().await {
            return Ok(Arrival::NoRoom(exhausted));
        }
        self.inbox.room().extend_from_slice(&first);
        Ok(Arrival::More)
    }

    /// Says good-bye inside of TLS, so that its client knows that nothing was cut off.
    async fn link_end(&mut self) {
        if self.link.plain().is_none() {
            drop(tokio::time::timeout(GOOD_BYE_MAX, self.link.shutdown()).await);
        }
    }

    fn closed(&self) -> Result<(), End> {
        if self.inbox.is_empty() || self.shutdown.is_cancelled() {
            Ok(())
        } else {
            Err(End::Truncated)
        }
    }
}
