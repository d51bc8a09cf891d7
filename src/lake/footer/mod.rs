//! What a Parquet file says of itself at its end: its rows and its columns, as Hive types, for the price of one ranged
//! read. The metadata is read here rather than by the library for Parquet, because a file in the lake may be hostile: that
//! one reserves memory by what a file claims. Here nothing is allocated, and nothing descended into, by a claim.
//!
//! Source of the format: Apache Parquet's `parquet.thrift`; of the Hive types: what Spark and Hive read such columns as.

mod fault;
mod hive_type;
mod metadata;

pub use fault::FooterFault;

use super::{Lake, LakeError, Reach, blocking, unreached};
use crate::model::{Column, Location};
use bytes::{Bytes, BytesMut};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

/// Bytes of a file's end that are read at first; most footers are smaller.
const FIRST_READ_BYTES: u64 = 64 * 1024;
/// The length of the footer and the file's mark, at the very end.
const TAIL_BYTES: u64 = 8;
/// The least that a Parquet file has: its mark at both ends, and a length.
const FILE_BYTES_LEAST: u64 = 12;

/// What a Parquet file tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Rows of the file.
    pub rows: u64,
    /// Row groups, which are what engines read in parallel.
    pub row_groups: u64,
    /// The columns that Hive's types can express, in the file's order.
    pub columns: Vec<Column>,
    /// The others.
    pub unsupported: Vec<UnsupportedColumn>,
    /// The program that wrote it, in its own words.
    pub created_by: Option<String>,
    /// Bytes of the footer.
    pub footer_bytes: u64,
}

/// A column that no Hive type stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedColumn {
    /// Its name in the file.
    pub name: String,
    /// What it is.
    pub reason: String,
}

impl Lake {
    /// Reads the footer of a Parquet file that has so many bytes, in one read, or two where it is larger than 64 KiB.
    pub async fn footer(&self, at: &Location, bytes: u64) -> Result<Footer, LakeError> {
        let fail = |source| LakeError::Footer {
            location: at.to_string(),
            source,
        };
        if bytes < FILE_BYTES_LEAST {
            return Err(fail(FooterFault::NotParquet));
        }
        let first = bytes.saturating_sub(FIRST_READ_BYTES)..bytes;
        let mut end = self.range(at, first.clone(), bytes).await?;
        let footer_bytes = footer_bytes(&end).map_err(fail)?;
        if footer_bytes > self.settings.footer_bytes_max {
            let bytes_max = self.settings.footer_bytes_max;
            return Err(fail(FooterFault::TooLarge {
                bytes: footer_bytes,
                bytes_max,
            }));
        }
        let Some(begin) = bytes.checked_sub(footer_bytes + TAIL_BYTES) else {
            let why = format!("it claims {footer_bytes} bytes and the file has {bytes}");
            return Err(fail(FooterFault::Damaged(why)));
        };
        if begin < first.start {
            let mut whole = BytesMut::from(self.range(at, begin..first.start, bytes).await?);
            whole.extend_from_slice(&end);
            end = whole.freeze();
        }
        // Both fit: what was read holds the footer and the tail.
        let size = usize::try_from(footer_bytes + TAIL_BYTES).unwrap_or(end.len());
        let footer = end.slice(end.len() - size..end.len() - 8);
        // A large one takes its time.
        let read = blocking(move || Ok(read(&footer))).await?;
        read.map_err(fail)
    }

    /// A part of a file that must have so many bytes, for who reads what files tell of themselves.
    pub async fn range(
        &self,
        at: &Location,
        range: Range<u64>,
        bytes: u64,
    ) -> Result<Bytes, LakeError> {
        let (read, now) = match self.reach(at) {
            Reach::Disk => {
                let (file, range) = (at.clone(), range.clone());
                blocking(move || file_range(&file, &range)).await?
            }
            Reach::Bucket => self.bucket(at)?.range(at, range.clone()).await?,
            Reach::Kept => return Err(unreached(at)),
        };
        if now == bytes && read.len() as u64 == range.end - range.start {
            return Ok(read);
        }
        Err(LakeError::Footer {
            location: at.to_string(),
            source: FooterFault::Changed { before: bytes, now },
        })
    }
}

/// What the last eight bytes say.
fn footer_bytes(end: &[u8]) -> Result<u64, FooterFault> {
    let tail: Option<&[u8; 8]> = end.last_chunk();
    match tail {
        Some([a, b, c, d, b'P', b'A', b'R', b'1']) => {
            Ok(u64::from(u32::from_le_bytes([*a, *b, *c, *d])))
        }
        Some([.., b'P', b'A', b'R', b'E']) => Err(FooterFault::Encrypted),
        _ => Err(FooterFault::NotParquet),
    }
}

fn read(footer: &[u8]) -> Result<Footer, FooterFault> {
    let file = metadata::read(footer).map_err(FooterFault::Damaged)?;
    let (columns, unsupported) = hive_type::columns(&file.root);
    Ok(Footer {
        rows: file.rows,
        row_groups: file.row_groups,
        columns,
        unsupported,
        created_by: file.created_by,
        footer_bytes: footer.len() as u64,
    })
}

fn file_range(at: &Location, range: &Range<u64>) -> Result<(Bytes, u64), LakeError> {
    let read = || {
        let mut file = File::open(at.path())?;
        let bytes = file.metadata()?.len();
        file.seek(SeekFrom::Start(range.start))?;
        let mut read = Vec::new();
        file.take(range.end - range.start).read_to_end(&mut read)?;
        Ok((Bytes::from(read), bytes))
    };
    read().map_err(|error| LakeError::from_io(at.as_str(), error))
}
