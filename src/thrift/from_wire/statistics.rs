//! Column statistics.

use super::name::table_of;
use crate::catalog::StatisticsUpdate;
use crate::error::{Error, Result};
use crate::model::{ColumnStatistics, Decimal, Name, StatisticsData, TableRef};
use hms::types;

/// The engine that clients before Hive 4 mean.
pub(in crate::thrift) const DEFAULT_ENGINE: &str = "hive";

/// The figures of some columns, with the table and the engine they belong to.
#[derive(Debug)]
pub(in crate::thrift) struct SentStatistics<'a> {
    pub(in crate::thrift) at: TableRef,
    pub(in crate::thrift) engine: &'a str,
    pub(in crate::thrift) update: StatisticsUpdate,
}

/// What a client sends of one table or partition.
pub(in crate::thrift) fn statistics<'a>(
    wire: &types::ColumnStatistics<'a>,
) -> Result<SentStatistics<'a>> {
    let owner = &wire.stats_desc;
    let at = table_of(owner)?;
    if wire.stats_obj.is_empty() {
        return Err(Error::Invalid("no column statistics were sent".into()));
    }
    let partition = if owner.is_tbl_level {
        None
    } else {
        let name = owner
            .part_name
            .ok_or_else(|| Error::Invalid("the argument partName is missing".into()))?;
        Some(name.to_owned())
    };
    Ok(SentStatistics {
        at,
        engine: wire.engine.unwrap_or(DEFAULT_ENGINE),
        update: StatisticsUpdate {
            partition,
            columns: wire.stats_obj.iter().map(column).collect::<Result<_>>()?,
        },
    })
}

/// The names of columns.
pub(in crate::thrift) fn columns(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| Name::new(name)).collect()
}

fn column(wire: &types::ColumnStatisticsObj<'_>) -> Result<ColumnStatistics> {
    Ok(ColumnStatistics {
        column: Name::new(wire.col_name),
        column_type: wire.col_type.to_lowercase(),
        data: data(wire)?,
        analyzed_at: 0,
    })
}

fn bytes(wire: Option<&[u8]>) -> Option<Vec<u8>> {
    wire.map(<[u8]>::to_vec)
}

fn data(wire: &types::ColumnStatisticsObj<'_>) -> Result<StatisticsData> {
    let data = &wire.stats_data;
    if let Some(wire) = &data.boolean_stats {
        return Ok(StatisticsData::Boolean {
            trues: wire.num_trues,
            falses: wire.num_falses,
            nulls: wire.num_nulls,
            bit_vectors: bytes(wire.bit_vectors),
        });
    }
    if let Some(wire) = &data.string_stats {
        return Ok(StatisticsData::String {
            max_length: wire.max_col_len,
            average_length: wire.avg_col_len,
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
        });
    }
    if let Some(wire) = &data.binary_stats {
        return Ok(StatisticsData::Binary {
            max_length: wire.max_col_len,
            average_length: wire.avg_col_len,
            nulls: wire.num_nulls,
            bit_vectors: bytes(wire.bit_vectors),
        });
    }
    ordered(data)
        .ok_or_else(|| Error::Invalid(format!("the column {} has no statistics", wire.col_name)))
}

/// The families with a least and a greatest value.
fn ordered(data: &types::ColumnStatisticsData<'_>) -> Option<StatisticsData> {
    if let Some(wire) = &data.long_stats {
        return Some(StatisticsData::Long {
            low: wire.low_value,
            high: wire.high_value,
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
            histogram: bytes(wire.histogram),
        });
    }
    if let Some(wire) = &data.double_stats {
        return Some(StatisticsData::Double {
            low: wire.low_value,
            high: wire.high_value,
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
            histogram: bytes(wire.histogram),
        });
    }
    if let Some(wire) = &data.decimal_stats {
        return Some(StatisticsData::Decimal {
            low: wire.low_value.as_ref().map(decimal),
            high: wire.high_value.as_ref().map(decimal),
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
            histogram: bytes(wire.histogram),
        });
    }
    if let Some(wire) = &data.date_stats {
        return Some(StatisticsData::Date {
            low: wire.low_value.as_ref().map(|date| date.days_since_epoch),
            high: wire.high_value.as_ref().map(|date| date.days_since_epoch),
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
            histogram: bytes(wire.histogram),
        });
    }
    data.timestamp_stats
        .as_ref()
        .map(|wire| StatisticsData::Timestamp {
            low: wire.low_value.as_ref().map(|time| time.seconds_since_epoch),
            high: wire
                .high_value
                .as_ref()
                .map(|time| time.seconds_since_epoch),
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
            histogram: bytes(wire.histogram),
        })
}

fn decimal(wire: &types::Decimal<'_>) -> Decimal {
    Decimal {
        unscaled: wire.unscaled.to_vec(),
        scale: wire.scale,
    }
}
