//! The first bytes of each dialect, whole and cut.

use hms::{Opening, SNIFF_BYTES, sniff};

const OPENINGS: [(&[u8], Opening); 17] = [
    (b"\x80\x01\0\x01\0\0\0\x09get_table", Opening::Binary),
    (
        b"\0\0\0\x1a\x80\x01\0\x01\0\0\0\x09get",
        Opening::BinaryFramed,
    ),
    (
        b"\x01\x02\0\x1a\x80\x01\0\x01\0\0\0\x09get",
        Opening::BinaryFramed,
    ),
    (b"\x82\x21\x01\x09get_table", Opening::Compact),
    (b"\x82\x81\x01\x08shutdown", Opening::Compact),
    (
        b"\0\0\0\x10\x82\x21\x01\x09get_table",
        Opening::CompactFramed,
    ),
    (b"\x01\0\0\0\x05PLAIN\x02", Opening::Sasl),
    (b"\x01\0\0\0\x0aDIGEST-MD5", Opening::Sasl),
    (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", Opening::Tls),
    (b"GET / HTTP/1.1\r\n", Opening::Http),
    (b"POST /metastore HTTP/1.1\r\n", Opening::Http),
    (b"OPTIONS * HTTP/1.1\r\n", Opening::Http),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Opening::Http),
    (
        b"\0\0\0\x09get_table\x01\0\0\0\x01",
        Opening::BinaryNotStrict,
    ),
    (b"SSH-2.0-OpenSSH_9.2\r\n", Opening::Unknown),
    (b"\0\0\0\0\0\0\0\0\0", Opening::Unknown),
    (b"\x80\x02\0\x01\0\0\0\x09", Opening::Unknown),
];

#[test]
fn each_dialect_is_known_and_no_prefix_says_otherwise() {
    for (bytes, opening) in OPENINGS {
        for len in 0..=bytes.len() {
            match sniff(&bytes[..len]) {
                None => assert!(len < SNIFF_BYTES, "{opening:?} undecided at {len} bytes"),
                Some(found) => assert_eq!(found, opening, "at {len} bytes"),
            }
        }
    }
}
