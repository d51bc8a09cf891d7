//! Tells from the first bytes of a connection what the client speaks, so that one port serves every
//! dialect and a wrong client gets a log line that names what it sent. It consumes nothing.

use crate::wire::MessageKind;

/// How a connection opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// Strict binary protocol without frames: the default of all clients.
    Binary,
    /// Strict binary protocol in frames of a 4-byte length (`hive.metastore.thrift.framed.transport.enabled`).
    BinaryFramed,
    /// Compact protocol without frames.
    Compact,
    /// Compact protocol in frames.
    CompactFramed,
    /// The START message of SASL negotiation.
    Sasl,
    /// A TLS client hello.
    Tls,
    /// An HTTP request line, HTTP/2 included.
    Http,
    /// The binary protocol without its version word, which HMS does not take either.
    BinaryNotStrict,
    /// Nothing that anybody should send here.
    Unknown,
}

/// As many bytes always suffice for a decision.
pub const SNIFF_BYTES: usize = 8;

const BINARY_START: [u8; 2] = [0x80, 0x01];
const COMPACT_START: u8 = 0x82;
const SASL_START: u8 = 0x01;
/// The longest name of a SASL mechanism (RFC 4422 section 3.1).
const SASL_NAME_BYTES_MAX: u8 = 20;
const TLS_HANDSHAKE: [u8; 2] = [0x16, 0x03];
/// The start of every request line; the last is the preface of HTTP/2.
const HTTP_STARTS: [&[u8]; 10] = [
    b"GET ",
    b"POST ",
    b"PUT ",
    b"HEAD ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"TRACE ",
    b"CONNECT ",
    b"PRI * ",
];
/// No method name of Hive is longer; a non-strict message starts with the length of its name.
const NAME_BYTES_MAX: u32 = 255;

/// Judges the bytes that have arrived; `None` asks for more. [`SNIFF_BYTES`] are always enough.
pub fn sniff(bytes: &[u8]) -> Option<Opening> {
    let first = *bytes.first()?;
    if first == BINARY_START[0] {
        return protocol(bytes, Opening::Binary, Opening::Unknown);
    }
    if first == COMPACT_START {
        return protocol(bytes, Opening::Unknown, Opening::Compact);
    }
    if first == TLS_HANDSHAKE[0] {
        let second = *bytes.get(1)?;
        return Some(if second == TLS_HANDSHAKE[1] {
            Opening::Tls
        } else {
            Opening::Unknown
        });
    }
    if first.is_ascii_uppercase() {
        return http(bytes);
    }
    let length = u32::from_be_bytes(*bytes.first_chunk()?);
    let fifth = *bytes.get(4)?;
    if fifth == BINARY_START[0] || fifth == COMPACT_START {
        let inner = bytes.get(4..).unwrap_or_default();
        return protocol(inner, Opening::BinaryFramed, Opening::CompactFramed);
    }
    // SASL: status byte, then a 4-byte length of the mechanism's name, then the name.
    if first == SASL_START && bytes[1..4] == [0; 3] && (1..=SASL_NAME_BYTES_MAX).contains(&fifth) {
        let letter = *bytes.get(5)?;
        let is_name = letter.is_ascii_uppercase();
        return Some(if is_name {
            Opening::Sasl
        } else {
            Opening::Unknown
        });
    }
    if (1..=NAME_BYTES_MAX).contains(&length) && fifth.is_ascii_alphabetic() {
        return Some(Opening::BinaryNotStrict);
    }
    Some(Opening::Unknown)
}

/// Judges the start of a message of either protocol.
fn protocol(bytes: &[u8], binary: Opening, compact: Opening) -> Option<Opening> {
    let second = *bytes.get(1)?;
    if bytes[0] == BINARY_START[0] {
        return Some(if second == BINARY_START[1] {
            binary
        } else {
            Opening::Unknown
        });
    }
    // Three bits of kind, five of version.
    let is_message = second & 0x1f == 1 && MessageKind::from_tag(second >> 5).is_some();
    Some(if is_message {
        compact
    } else {
        Opening::Unknown
    })
}

fn http(bytes: &[u8]) -> Option<Opening> {
    for start in HTTP_STARTS {
        let len = bytes.len().min(start.len()).min(SNIFF_BYTES);
        if bytes[..len] == start[..len] {
            let decided = len == start.len() || len == SNIFF_BYTES;
            return decided.then_some(Opening::Http);
        }
    }
    Some(Opening::Unknown)
}
