//! Column statistics.

use super::moment;
use crate::model::{Bounds, ColumnStatistics, Decimal, Lengths, Range};
use skep_wire::v1;
use skep_wire::v1::column_statistics::Values;

/// What is known of one column.
pub(in crate::grpc) fn column_statistics(found: ColumnStatistics) -> v1::ColumnStatistics {
    v1::ColumnStatistics {
        column: found.column.to_string(),
        r#type: Some(found.column_type),
        nulls: Some(found.figures.nulls),
        distinct: Some(found.figures.distinct),
        analyze_time: moment(found.analyzed_at),
        values: Some(values(found.figures.range)),
    }
}

fn values(range: Range) -> Values {
    let decimal = |value: Option<Decimal>| value.as_ref().and_then(Decimal::to_text);
    match range {
        Range::Boolean { trues, falses } => {
            Values::BooleanValues(v1::BooleanValues { trues, falses })
        }
        Range::Long(Bounds { low, high }) => Values::LongValues(v1::LongValues { low, high }),
        Range::Double(Bounds { low, high }) => Values::DoubleValues(v1::DoubleValues { low, high }),
        Range::String(Lengths { max, average }) => Values::StringValues(v1::StringValues {
            longest: max,
            average,
        }),
        Range::Binary(Lengths { max, average }) => Values::BinaryValues(v1::BinaryValues {
            longest: max,
            average,
        }),
        Range::Decimal(Bounds { low, high }) => Values::DecimalValues(v1::DecimalValues {
            low: decimal(low),
            high: decimal(high),
        }),
        Range::Date(Bounds { low, high }) => Values::DateValues(v1::DateValues { low, high }),
        Range::Timestamp(Bounds { low, high }) => {
            Values::TimestampValues(v1::TimestampValues { low, high })
        }
    }
}
