//! Column statistics. Sketches and histograms stay home, as Hive keeps them by default
//! (`metastore.stats.fetch.bitvector`, `metastore.stats.fetch.kll`): they are large, and only Hive's own merge reads
//! them. The counters are always there: their fields are required, and Trino fails without them.

use crate::model::{Bounds, ColumnStatistics, Decimal, Figures, Range, TableRef};
use hms::types;

/// The figures of columns.
pub(in crate::thrift) fn columns(
    columns: &[ColumnStatistics],
) -> Vec<types::ColumnStatisticsObj<'_>> {
    columns
        .iter()
        .map(|column| types::ColumnStatisticsObj {
            col_name: column.column.as_str(),
            col_type: &column.column_type,
            stats_data: data(&column.figures),
        })
        .collect()
}

/// The figures of columns, with what they belong to.
pub(in crate::thrift) fn statistics<'a>(
    at: &'a TableRef,
    partition: Option<&'a str>,
    columns: &'a [ColumnStatistics],
) -> types::ColumnStatistics<'a> {
    types::ColumnStatistics {
        stats_desc: types::ColumnStatisticsDesc {
            is_tbl_level: partition.is_none(),
            db_name: at.database.as_str(),
            table_name: at.table.as_str(),
            part_name: partition,
            last_analyzed: columns.iter().map(|column| column.analyzed_at).max(),
            cat_name: Some(at.catalog.as_str()),
        },
        stats_obj: self::columns(columns),
        is_stats_compliant: None,
        engine: Some(crate::thrift::from_wire::statistics::DEFAULT_ENGINE),
    }
}

/// The families with a least and a greatest value. Their structs are alike but for the type of these two.
macro_rules! bounded {
    ($family:ident, $figures:expr, $low:expr, $high:expr) => {
        Some(Box::new(types::$family {
            low_value: $low,
            high_value: $high,
            num_nulls: $figures.nulls,
            num_d_vs: $figures.distinct,
            ..Default::default()
        }))
    };
}

fn data(figures: &Figures) -> types::ColumnStatisticsData<'_> {
    let mut wire = types::ColumnStatisticsData::default();
    match &figures.range {
        Range::Boolean { trues, falses } => {
            wire.boolean_stats = Some(Box::new(types::BooleanColumnStatsData {
                num_trues: *trues,
                num_falses: *falses,
                num_nulls: figures.nulls,
                bit_vectors: None,
            }));
        }
        Range::String(lengths) => {
            wire.string_stats = Some(Box::new(types::StringColumnStatsData {
                max_col_len: lengths.max,
                avg_col_len: lengths.average,
                num_nulls: figures.nulls,
                num_d_vs: figures.distinct,
                bit_vectors: None,
            }));
        }
        Range::Binary(lengths) => {
            wire.binary_stats = Some(Box::new(types::BinaryColumnStatsData {
                max_col_len: lengths.max,
                avg_col_len: lengths.average,
                num_nulls: figures.nulls,
                bit_vectors: None,
            }));
        }
        Range::Long(Bounds { low, high }) => {
            wire.long_stats = bounded!(LongColumnStatsData, figures, *low, *high);
        }
        Range::Double(Bounds { low, high }) => {
            wire.double_stats = bounded!(DoubleColumnStatsData, figures, *low, *high);
        }
        Range::Decimal(Bounds { low, high }) => {
            let (low, high) = (low.as_ref().map(decimal), high.as_ref().map(decimal));
            wire.decimal_stats = bounded!(
                DecimalColumnStatsData,
                figures,
                low.map(Box::new),
                high.map(Box::new)
            );
        }
        Range::Date(Bounds { low, high }) => {
            let (low, high) = (low.map(day), high.map(day));
            wire.date_stats = bounded!(
                DateColumnStatsData,
                figures,
                low.map(Box::new),
                high.map(Box::new)
            );
        }
        Range::Timestamp(Bounds { low, high }) => {
            let (low, high) = (low.map(second), high.map(second));
            wire.timestamp_stats = bounded!(
                TimestampColumnStatsData,
                figures,
                low.map(Box::new),
                high.map(Box::new)
            );
        }
    }
    wire
}

fn day(days_since_epoch: i64) -> types::Date {
    types::Date { days_since_epoch }
}

fn second(seconds_since_epoch: i64) -> types::Timestamp {
    types::Timestamp {
        seconds_since_epoch,
    }
}

fn decimal(decimal: &Decimal) -> types::Decimal<'_> {
    types::Decimal {
        unscaled: &decimal.unscaled,
        scale: decimal.scale,
    }
}
