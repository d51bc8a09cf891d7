//! Column statistics.

use super::{named, some_text};
use crate::catalog::{ColumnStatisticsSpec, statistics_engine, statistics_values_fault};
use crate::grpc::failure::Failure;
use crate::model::{Bounds, Decimal, Figures, Lengths, NOT_KNOWN, Name, Range};
use skep_wire::v1;
use skep_wire::v1::column_statistics::Values;

/// The engine that a request means.
pub(in crate::grpc) fn engine(text: &str) -> Result<&str, Failure> {
    Ok(statistics_engine(some_text(text))?)
}

/// The columns that a request names.
pub(in crate::grpc) fn column_names(columns: &[String]) -> Result<Vec<Name>, Failure> {
    let read = columns.iter().enumerate().map(|(index, text)| {
        let text = named(&format!("columns[{index}]"), text)?;
        Ok(Name::new(text))
    });
    read.collect()
}

/// What is said of columns.
pub(in crate::grpc) fn statistics(
    columns: Vec<v1::ColumnStatistics>,
) -> Result<Vec<ColumnStatisticsSpec>, Failure> {
    let columns = columns.into_iter().enumerate();
    columns.map(|(index, one)| of_column(index, one)).collect()
}

fn of_column(index: usize, sent: v1::ColumnStatistics) -> Result<ColumnStatisticsSpec, Failure> {
    named(&format!("columns[{index}].column"), &sent.column)?;
    let values = sent.values.ok_or_else(|| {
        let why = "say what the values are, by the field of the type's family";
        Failure::field(format!("columns[{index}].values"), why)
    })?;
    let refused = |why| statistics_values_fault(index, why);
    Ok(ColumnStatisticsSpec {
        column: sent.column,
        data_type: sent.r#type,
        figures: Figures {
            nulls: sent.nulls.unwrap_or(NOT_KNOWN),
            distinct: sent.distinct.unwrap_or(NOT_KNOWN),
            bit_vectors: None,
            histogram: None,
            range: range(values).map_err(refused)?,
        },
    })
}

fn range(values: Values) -> Result<Range, String> {
    let decimal = |text: Option<String>| text.as_deref().map(Decimal::parse).transpose();
    Ok(match values {
        Values::BooleanValues(v1::BooleanValues { trues, falses }) => {
            Range::Boolean { trues, falses }
        }
        Values::LongValues(v1::LongValues { low, high }) => Range::Long(Bounds { low, high }),
        Values::DoubleValues(v1::DoubleValues { low, high }) => Range::Double(Bounds { low, high }),
        Values::StringValues(v1::StringValues { longest, average }) => Range::String(Lengths {
            max: longest,
            average,
        }),
        Values::BinaryValues(v1::BinaryValues { longest, average }) => Range::Binary(Lengths {
            max: longest,
            average,
        }),
        Values::DecimalValues(v1::DecimalValues { low, high }) => Range::Decimal(Bounds {
            low: decimal(low)?,
            high: decimal(high)?,
        }),
        Values::DateValues(v1::DateValues { low, high }) => Range::Date(Bounds { low, high }),
        Values::TimestampValues(v1::TimestampValues { low, high }) => {
            Range::Timestamp(Bounds { low, high })
        }
    })
}
