//! Column statistics: what planners know of the values of a column.

use super::moment;
use crate::catalog::ColumnStatisticsSpec;
use crate::model::{Bounds, ColumnStatistics, Decimal, Figures, Lengths, NOT_KNOWN, Range};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Statistics of the columns of a table, or of one of its partitions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Statistics)]
pub struct StatisticsView {
    /// The engine that made them
    #[schema(example = "hive")]
    pub engine: String,
    /// Those of each column that has any
    pub columns: Vec<ColumnStatisticsView>,
}

/// Statistics to be stored over what was there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutStatistics {
    /// The engine that made them; `hive` by default, as all but Impala have it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "hive", pattern = "^[!-~]{1,128}$")]
    pub engine: Option<String>,
    /// Those of each column; what is said of other columns stays
    pub columns: Vec<ColumnStatisticsView>,
}

fn not_known() -> i64 {
    NOT_KNOWN
}

/// What is known of one column.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ColumnStatistics)]
pub struct ColumnStatisticsView {
    /// The column
    #[schema(example = "id")]
    pub column: String,
    /// Its type when it was analysed; where it is not given, that of the table's column
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "bigint")]
    pub data_type: Option<String>,
    /// Count of null; -1, or left out where it is sent, says that it is not known
    #[serde(default = "not_known")]
    pub nulls: i64,
    /// Count of distinct values, likewise
    #[serde(default = "not_known")]
    pub distinct: i64,
    /// What the values are, and between which bounds they lie
    pub values: ValuesView,
    /// When they were stored; what is sent is not looked at
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub analyzed_at: Option<String>,
}

/// What the values of a column are, by the family of its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = Values)]
pub enum ValuesView {
    /// Booleans.
    Boolean {
        /// Count of true
        trues: i64,
        /// Count of false
        falses: i64,
    },
    /// Integers, and timestamps of clients before Hive 4 (seconds).
    Long {
        /// The least
        low: Option<i64>,
        /// The greatest
        high: Option<i64>,
    },
    /// Floats and doubles.
    Double {
        /// The least
        low: Option<f64>,
        /// The greatest
        high: Option<f64>,
    },
    /// Texts.
    String {
        /// Greatest length, bytes
        longest: i64,
        /// Average length, bytes
        average: f64,
    },
    /// Binary values.
    Binary {
        /// Greatest length, bytes
        longest: i64,
        /// Average length, bytes
        average: f64,
    },
    /// Decimals, as texts: `12.50`.
    Decimal {
        /// The least
        low: Option<String>,
        /// The greatest
        high: Option<String>,
    },
    /// Dates, in days since 1970.
    Date {
        /// The first
        low: Option<i64>,
        /// The last
        high: Option<i64>,
    },
    /// Timestamps of Hive 4, in seconds since 1970.
    Timestamp {
        /// The first
        low: Option<i64>,
        /// The last
        high: Option<i64>,
    },
}

impl From<ColumnStatistics> for ColumnStatisticsView {
    fn from(found: ColumnStatistics) -> Self {
        Self {
            column: found.column.to_string(),
            data_type: Some(found.column_type),
            nulls: found.figures.nulls,
            distinct: found.figures.distinct,
            values: found.figures.range.into(),
            analyzed_at: moment(found.analyzed_at),
        }
    }
}

impl ColumnStatisticsView {
    /// The figures in the catalog's words. Fails for values that are none.
    pub fn spec(self) -> Result<ColumnStatisticsSpec, String> {
        Ok(ColumnStatisticsSpec {
            column: self.column,
            data_type: self.data_type,
            figures: Figures {
                nulls: self.nulls,
                distinct: self.distinct,
                bit_vectors: None,
                histogram: None,
                range: self.values.read()?,
            },
        })
    }
}

impl From<Range> for ValuesView {
    fn from(range: Range) -> Self {
        match range {
            Range::Boolean { trues, falses } => Self::Boolean { trues, falses },
            Range::Long(Bounds { low, high }) => Self::Long { low, high },
            Range::Double(Bounds { low, high }) => Self::Double { low, high },
            Range::String(Lengths { max, average }) => Self::String {
                longest: max,
                average,
            },
            Range::Binary(Lengths { max, average }) => Self::Binary {
                longest: max,
                average,
            },
            Range::Decimal(Bounds { low, high }) => Self::Decimal {
                low: low.as_ref().and_then(Decimal::to_text),
                high: high.as_ref().and_then(Decimal::to_text),
            },
            Range::Date(Bounds { low, high }) => Self::Date { low, high },
            Range::Timestamp(Bounds { low, high }) => Self::Timestamp { low, high },
        }
    }
}

impl ValuesView {
    fn read(self) -> Result<Range, String> {
        Ok(match self {
            Self::Boolean { trues, falses } => Range::Boolean { trues, falses },
            Self::Long { low, high } => Range::Long(Bounds { low, high }),
            Self::Double { low, high } => Range::Double(Bounds { low, high }),
            Self::String { longest, average } => Range::String(Lengths {
                max: longest,
                average,
            }),
            Self::Binary { longest, average } => Range::Binary(Lengths {
                max: longest,
                average,
            }),
            Self::Decimal { low, high } => Range::Decimal(Bounds {
                low: low.as_deref().map(Decimal::parse).transpose()?,
                high: high.as_deref().map(Decimal::parse).transpose()?,
            }),
            Self::Date { low, high } => Range::Date(Bounds { low, high }),
            Self::Timestamp { low, high } => Range::Timestamp(Bounds { low, high }),
        })
    }
}
