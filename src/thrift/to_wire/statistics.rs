//! Column statistics. Sketches and histograms stay home, as Hive keeps them by default
//! (`metastore.stats.fetch.bitvector`, `metastore.stats.fetch.kll`): they are large, and only Hive's own merge reads
//! them. The counters are always there: their fields are required, and Trino fails without them.

use crate::model::{ColumnStatistics, Decimal, StatisticsData, TableRef};
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
            stats_data: data(&column.data),
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

fn data(figures: &StatisticsData) -> types::ColumnStatisticsData<'_> {
    let mut wire = types::ColumnStatisticsData::default();
    match figures {
        StatisticsData::Boolean {
            trues,
            falses,
            nulls,
            ..
        } => {
            wire.boolean_stats = Some(types::BooleanColumnStatsData {
                num_trues: *trues,
                num_falses: *falses,
                num_nulls: *nulls,
                bit_vectors: None,
            });
        }
        StatisticsData::Long {
            low,
            high,
            nulls,
            distinct,
            ..
        } => {
            wire.long_stats = Some(types::LongColumnStatsData {
                low_value: *low,
                high_value: *high,
                num_nulls: *nulls,
                num_d_vs: *distinct,
                ..Default::default()
            });
        }
        StatisticsData::Double {
            low,
            high,
            nulls,
            distinct,
            ..
        } => {
            wire.double_stats = Some(types::DoubleColumnStatsData {
                low_value: *low,
                high_value: *high,
                num_nulls: *nulls,
                num_d_vs: *distinct,
                ..Default::default()
            });
        }
        StatisticsData::String { .. } | StatisticsData::Binary { .. } => {
            lengths(figures, &mut wire);
        }
        StatisticsData::Decimal { .. }
        | StatisticsData::Date { .. }
        | StatisticsData::Timestamp { .. } => structured(figures, &mut wire),
    }
    wire
}

/// The families that have lengths instead of bounds.
fn lengths(figures: &StatisticsData, wire: &mut types::ColumnStatisticsData<'_>) {
    match figures {
        StatisticsData::String {
            max_length,
            average_length,
            nulls,
            distinct,
            ..
        } => {
            wire.string_stats = Some(types::StringColumnStatsData {
                max_col_len: *max_length,
                avg_col_len: *average_length,
                num_nulls: *nulls,
                num_d_vs: *distinct,
                bit_vectors: None,
            });
        }
        StatisticsData::Binary {
            max_length,
            average_length,
            nulls,
            ..
        } => {
            wire.binary_stats = Some(types::BinaryColumnStatsData {
                max_col_len: *max_length,
                avg_col_len: *average_length,
                num_nulls: *nulls,
                bit_vectors: None,
            });
        }
        _ => {}
    }
}

/// The families whose bounds are structs on the wire.
fn structured<'a>(figures: &'a StatisticsData, wire: &mut types::ColumnStatisticsData<'a>) {
    match figures {
        StatisticsData::Decimal {
            low,
            high,
            nulls,
            distinct,
            ..
        } => {
            wire.decimal_stats = Some(types::DecimalColumnStatsData {
                low_value: low.as_ref().map(decimal),
                high_value: high.as_ref().map(decimal),
                num_nulls: *nulls,
                num_d_vs: *distinct,
                ..Default::default()
            });
        }
        StatisticsData::Date {
            low,
            high,
            nulls,
            distinct,
            ..
        } => {
            let day = |days_since_epoch: i64| types::Date { days_since_epoch };
            wire.date_stats = Some(types::DateColumnStatsData {
                low_value: low.map(day),
                high_value: high.map(day),
                num_nulls: *nulls,
                num_d_vs: *distinct,
                ..Default::default()
            });
        }
        StatisticsData::Timestamp {
            low,
            high,
            nulls,
            distinct,
            ..
        } => {
            let time = |seconds_since_epoch: i64| types::Timestamp {
                seconds_since_epoch,
            };
            wire.timestamp_stats = Some(types::TimestampColumnStatsData {
                low_value: low.map(time),
                high_value: high.map(time),
                num_nulls: *nulls,
                num_d_vs: *distinct,
                ..Default::default()
            });
        }
        _ => {}
    }
}

fn decimal(decimal: &Decimal) -> types::Decimal<'_> {
    types::Decimal {
        unscaled: &decimal.unscaled,
        scale: decimal.scale,
    }
}
