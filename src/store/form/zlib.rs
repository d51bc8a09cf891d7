//! Deflated bytes, as they are stored: written fast, and never inflated beyond a bound.

use crate::store::sql::failure::Failure;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{self, Read, Write as _};

/// Deflates what comes piece by piece.
#[derive(Debug)]
pub(in crate::store) struct Deflater(ZlibEncoder<Vec<u8>>);

impl Default for Deflater {
    fn default() -> Self {
        Self(ZlibEncoder::new(Vec::new(), Compression::fast()))
    }
}

impl Deflater {
    pub(in crate::store) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.0.write_all(bytes).map_err(Failure::fault)
    }

    pub(in crate::store) fn finish(self) -> Result<Vec<u8>, Failure> {
        self.0.finish().map_err(Failure::fault)
    }
}

/// Deflates what is at hand.
pub(in crate::store) fn deflate(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut deflater = Deflater::default();
    deflater.write(bytes)?;
    deflater.finish()
}

/// What a deflated text says, as a reader that fails beyond `bytes_max` bytes.
pub(in crate::store) fn inflater<R: Read>(deflated: R, bytes_max: u64) -> impl Read {
    Bounded {
        inflated: ZlibDecoder::new(deflated),
        left: bytes_max,
    }
}

/// Inflates to at most `bytes_max` bytes; what is larger is a fault, not cut.
pub(in crate::store) fn inflate(deflated: &[u8], bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let mut inflated = Vec::new();
    inflater(deflated, bytes_max)
        .read_to_end(&mut inflated)
        .map_err(Failure::fault)?;
    Ok(inflated)
}

struct Bounded<R> {
    inflated: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inflated.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            let why = "stored bytes inflate to more than they may";
            io::Error::new(io::ErrorKind::InvalidData, why)
        })?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{deflate, inflate};

    #[test]
    fn a_few_stored_bytes_never_become_gigabytes() {
        let bomb = deflate(&vec![b' '; 1 << 20]).unwrap();
        assert!(bomb.len() < 10_000);
        assert_eq!(inflate(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        assert!(inflate(&bomb, (1 << 20) - 1).is_err());
    }
}
