//! Column statistics, as engines compute and send them; skep stores and returns them without judging.

use super::{Decimal, Name};

/// The statistics of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnStatistics {
    /// The column.
    pub column: Name,
    /// Its type when it was analysed.
    pub column_type: String,
    /// The figures.
    pub figures: Figures,
    /// Seconds since the epoch.
    pub analyzed_at: i64,
}

/// How Hive says of a count that it is not known.
pub const NOT_KNOWN: i64 = -1;

/// The figures of one column. The counts are of values; −1 is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Count of null; -1 where it is [not known](NOT_KNOWN).
    pub nulls: i64,
    /// Count of distinct values, likewise; 0 for booleans and binary values, of which nobody counts them.
    pub distinct: i64,
    /// Sketch of the distinct values, opaque.
    pub bit_vectors: Option<Vec<u8>>,
    /// KLL sketch of how the values are spread, opaque; of numbers and times alone.
    pub histogram: Option<Vec<u8>>,
    /// What the values are and between which bounds they lie.
    pub range: Range,
}

/// The family of a column's type, and what is known of its values by family.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// Booleans.
    Boolean {
        /// Count of true.
        trues: i64,
        /// Count of false.
        falses: i64,
    },
    /// Integers of every width, and timestamps of clients before Hive 4 (seconds).
    Long(Bounds<i64>),
    /// Floats and doubles.
    Double(Bounds<f64>),
    /// Strings, chars and varchars.
    String(Lengths),
    /// Binary values.
    Binary(Lengths),
    /// Decimals.
    Decimal(Bounds<Decimal>),
    /// Dates, in days since the epoch.
    Date(Bounds<i64>),
    /// Timestamps of Hive 4, in seconds since the epoch.
    Timestamp(Bounds<i64>),
}

/// The least and the greatest of a column's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds<T> {
    /// Least value.
    pub low: Option<T>,
    /// Greatest value.
    pub high: Option<T>,
}

/// How long a column's values are, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lengths {
    /// Greatest length.
    pub max: i64,
    /// Average length.
    pub average: f64,
}
