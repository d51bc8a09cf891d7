//! The beginning of a text file, unpacked where it is compressed as a whole.

use std::borrow::Cow;
use std::io::Read;

/// Bytes that are unpacked at most.
const UNPACKED_BYTES_MAX: u64 = 512 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Compressions and containers that are not looked into.
const OTHERS: [(&[u8], &str); 4] = [
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"\xff\x06\0\0sNaPpY", "framed Snappy"),
];

/// The beginning of a text, and whether that is all of it.
pub(super) struct Unpacked<'a> {
    pub(super) text: Cow<'a, [u8]>,
    pub(super) is_whole: bool,
    /// How the file is compressed.
    pub(super) compression: Option<&'static str>,
}

/// Unpacks the head of a file. What stops in the middle is as much as could be read; what cannot be looked into is an error.
pub(super) fn unpacked(head: &[u8], is_whole: bool) -> Result<Unpacked<'_>, String> {
    let other = OTHERS.into_iter().find(|(mark, _)| head.starts_with(mark));
    if let Some((_, name)) = other {
        return Err(format!("files compressed with {name} are not looked into"));
    }
    let (text, compression) = if head.starts_with(GZIP) {
        (begun(flate2::read::MultiGzDecoder::new(head)), "gzip")
    } else if head.starts_with(ZSTD) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(head);
        let decoder = decoder.map_err(|failure| format!("its Zstandard frame: {failure}"))?;
        (begun(decoder), "Zstandard")
    } else {
        return Ok(Unpacked {
            text: Cow::Borrowed(head),
            is_whole,
            compression: None,
        });
    };
    let (text, is_end) = text;
    Ok(Unpacked {
        text: Cow::Owned(text),
        is_whole: is_whole && is_end,
        compression: Some(compression),
    })
}

/// As much as can be read, and whether that is all.
fn begun(reader: impl Read) -> (Vec<u8>, bool) {
    let mut read = Vec::new();
    // The head is cut somewhere: its end is no fault.
    let ended = reader.take(UNPACKED_BYTES_MAX).read_to_end(&mut read);
    let is_end = ended.is_ok() && (read.len() as u64) < UNPACKED_BYTES_MAX;
    (read, is_end)
}
