//! The fast path of the load: ready bytes out, a reply of known length in. It decodes nothing, so
//! that the measured time is the server's. A request's first reply is scanned for its end; later
//! replies to the same request have the same length, because nothing changes while reads are measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hms::{Limits, Progress, Protocol, Scanner};

/// No reply may take longer than this; the slowest one of the old metastore takes seconds.
const REPLY_LIMIT: Duration = Duration::from_mins(2);
/// The most bytes that one read asks for.
const READ_BYTES: usize = 1 << 20;
/// The largest reply: above every limit of a client.
const REPLY_BYTES_MAX: usize = 1 << 30;
/// How much of a fault is shown.
const FAULT_BYTES_SHOWN: usize = 300;

/// A call in its wire form.
pub(crate) struct Request {
    bytes: Vec<u8>,
    reply_bytes: OnceLock<usize>,
}

impl Request {
    /// A call whose bytes these are, strict binary and unframed.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            reply_bytes: OnceLock::new(),
        }
    }

    /// The bytes of the reply, once one was received.
    pub(crate) fn reply_bytes(&self) -> usize {
        self.reply_bytes.get().copied().unwrap_or_default()
    }
}

/// One connection and its buffer.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects; the buffer of an earlier connection may be handed on.
    pub(crate) fn open(address: SocketAddr, buffer: Vec<u8>) -> Result<Self> {
        let stream =
            TcpStream::connect(address).with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(REPLY_LIMIT))?;
        Ok(Self { stream, buffer })
    }

    /// Closes the connection and hands its buffer back.
    pub(crate) fn close(self) -> Vec<u8> {
        self.buffer
    }

    /// Sends the request and reads its whole reply. `Ok(false)`: the server answered with a fault,
    /// and the connection is good for the next call.
    pub(crate) fn call(&mut self, request: &Request) -> Result<bool> {
        self.stream.write_all(&request.bytes)?;
        if let Some(&length) = request.reply_bytes.get() {
            return self.read_known(length);
        }
        let length = self.read_scanned(0)?;
        let succeeded = is_success(&self.buffer).context("a reply without a result")?;
        if succeeded {
            request.reply_bytes.get_or_init(|| length);
        }
        Ok(succeeded)
    }

    /// The text of the fault that was read last.
    pub(crate) fn fault(&self) -> String {
        let shown = &self.buffer[..self.buffer.len().min(FAULT_BYTES_SHOWN)];
        String::from_utf8_lossy(shown)
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect()
    }

    /// Reads a reply of this length, or a fault in its place, which has another one.
    fn read_known(&mut self, length: usize) -> Result<bool> {
        self.buffer.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            if is_success(&self.buffer[..filled]) == Some(false) {
                self.read_scanned(filled)?;
                return Ok(false);
            }
        }
        ensure!(
            self.buffer.last() == Some(&0),
            "the reply is longer than the last one"
        );
        Ok(true)
    }

    /// Finds the end of a reply of which so many bytes are there.
    fn read_scanned(&mut self, mut filled: usize) -> Result<usize> {
        let limits = Limits {
            message_bytes_max: REPLY_BYTES_MAX,
            string_bytes_max: REPLY_BYTES_MAX,
            ..Limits::default()
        };
        let mut scanner = Scanner::new(Protocol::Binary, limits);
        loop {
            if let Progress::Complete { len } = scanner.scan(&self.buffer[..filled])? {
                ensure!(len == filled, "more than one reply to one call");
                self.buffer.truncate(len);
                return Ok(len);
            }
            self.buffer.resize(filled + READ_BYTES, 0);
            let read = self.stream.read(&mut self.buffer[filled..])?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
        }
    }
}

/// Whether a reply holds a result: message type 2, and a first field of number 0, or none. `None`
/// as long as too little of it has come.
fn is_success(reply: &[u8]) -> Option<bool> {
    let (header, rest) = reply.split_first_chunk::<8>()?;
    if header[3] != 2 {
        return Some(false);
    }
    let name_bytes = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    // The name and the sequence number stand between the header and the struct.
    match rest.get(usize::try_from(name_bytes).ok()? + 4..)? {
        [0] => Some(true),
        [_, high, low, ..] => Some((*high, *low) == (0, 0)),
        _ => None,
    }
}
