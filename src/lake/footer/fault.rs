//! Why a file that was read has no footer to be used. It stands alone, because it is part of the lake's error.

/// Why a footer was not read though the file was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FooterFault {
    /// It does not end as Parquet files do.
    #[error("it is not a Parquet file")]
    NotParquet,
    /// Its footer is encrypted.
    #[error("its footer is encrypted")]
    Encrypted,
    /// Its footer contradicts the format.
    #[error("its footer is damaged: {0}")]
    Damaged(String),
    /// Its footer is larger than is read.
    #[error("its footer of {bytes} bytes is over the {bytes_max} allowed")]
    TooLarge {
        /// What the file says.
        bytes: u64,
        /// The limit: `storage.footer_bytes_max`.
        bytes_max: u64,
    },
    /// It was replaced since it was listed.
    #[error("it has {now} bytes and had {before} when it was listed")]
    Changed {
        /// As given.
        before: u64,
        /// As read.
        now: u64,
    },
}
