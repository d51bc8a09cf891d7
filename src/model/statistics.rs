//! Column statistics, as engines compute and send them; skep stores and returns them without judging.

use super::Name;

/// The statistics of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnStatistics {
    /// The column.
    pub column: Name,
    /// Its type when it was analysed.
    pub column_type: String,
    /// The figures.
    pub data: StatisticsData,
    /// Seconds since the epoch.
    pub analyzed_at: i64,
}

/// A decimal as Hive sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    /// The unscaled value, big-endian two's complement.
    pub unscaled: Vec<u8>,
    /// Digits after the point.
    pub scale: i16,
}

/// The figures of one column, by the family of its type. `nulls` and `distinct` count values, −1 is unknown;
/// `bit_vectors` is the sketch of the distinct values and `histogram` a KLL sketch, both opaque.
#[derive(Debug, Clone, PartialEq)]
pub enum StatisticsData {
    /// Booleans.
    Boolean {
        /// Count of true.
        trues: i64,
        /// Count of false.
        falses: i64,
        /// Count of null.
        nulls: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
    },
    /// Integers of every width, and timestamps of clients before Hive 4 (seconds).
    Long {
        /// Least value.
        low: Option<i64>,
        /// Greatest value.
        high: Option<i64>,
        /// Count of null.
        nulls: i64,
        /// Count of distinct values.
        distinct: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
        /// KLL sketch.
        histogram: Option<Vec<u8>>,
    },
    /// Floats and doubles.
    Double {
        /// Least value.
        low: Option<f64>,
        /// Greatest value.
        high: Option<f64>,
        /// Count of null.
        nulls: i64,
        /// Count of distinct values.
        distinct: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
        /// KLL sketch.
        histogram: Option<Vec<u8>>,
    },
    /// Strings, chars and varchars.
    String {
        /// Greatest length in bytes.
        max_length: i64,
        /// Average length in bytes.
        average_length: f64,
        /// Count of null.
        nulls: i64,
        /// Count of distinct values.
        distinct: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
    },
    /// Binary values.
    Binary {
        /// Greatest length in bytes.
        max_length: i64,
        /// Average length in bytes.
        average_length: f64,
        /// Count of null.
        nulls: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
    },
    /// Decimals.
    Decimal {
        /// Least value.
        low: Option<Decimal>,
        /// Greatest value.
        high: Option<Decimal>,
        /// Count of null.
        nulls: i64,
        /// Count of distinct values.
        distinct: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
        /// KLL sketch.
        histogram: Option<Vec<u8>>,
    },
    /// Dates, in days since the epoch.
    Date {
        /// Least value.
        low: Option<i64>,
        /// Greatest value.
        high: Option<i64>,
        /// Count of null.
        nulls: i64,
        /// Count of distinct values.
        distinct: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
        /// KLL sketch.
        histogram: Option<Vec<u8>>,
    },
    /// Timestamps of Hive 4, in seconds since the epoch.
    Timestamp {
        /// Least value.
        low: Option<i64>,
        /// Greatest value.
        high: Option<i64>,
        /// Count of null.
        nulls: i64,
        /// Count of distinct values.
        distinct: i64,
        /// Sketch of the distinct values.
        bit_vectors: Option<Vec<u8>>,
        /// KLL sketch.
        histogram: Option<Vec<u8>>,
    },
}
