//! Column statistics.

use super::name::table_of;
use crate::catalog::StatisticsUpdate;
use crate::error::{Error, Result};
use crate::model::{Bounds, ColumnStatistics, Decimal, Figures, Lengths, Name, Range, TableRef};
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
        figures: figures(wire)?,
        analyzed_at: 0,
    })
}

/// The figures of the first family that is set; others are ignored, as a union has one.
fn figures(wire: &types::ColumnStatisticsObj<'_>) -> Result<Figures> {
    let data = &wire.stats_data;
    let counted = data.boolean_stats.as_deref().map(boolean);
    let measured = || {
        let strings = data.string_stats.as_deref().map(string);
        strings.or_else(|| data.binary_stats.as_deref().map(binary))
    };
    counted
        .or_else(measured)
        .or_else(|| bounded(data))
        .ok_or_else(|| Error::Invalid(format!("the column {} has no statistics", wire.col_name)))
}

fn boolean(wire: &types::BooleanColumnStatsData<'_>) -> Figures {
    Figures {
        nulls: wire.num_nulls,
        distinct: 0,
        bit_vectors: bytes(wire.bit_vectors),
        histogram: None,
        range: Range::Boolean {
            trues: wire.num_trues,
            falses: wire.num_falses,
        },
    }
}

fn string(wire: &types::StringColumnStatsData<'_>) -> Figures {
    Figures {
        nulls: wire.num_nulls,
        distinct: wire.num_d_vs,
        bit_vectors: bytes(wire.bit_vectors),
        histogram: None,
        range: Range::String(Lengths {
            max: wire.max_col_len,
            average: wire.avg_col_len,
        }),
    }
}

fn binary(wire: &types::BinaryColumnStatsData<'_>) -> Figures {
    Figures {
        nulls: wire.num_nulls,
        distinct: 0,
        bit_vectors: bytes(wire.bit_vectors),
        histogram: None,
        range: Range::Binary(Lengths {
            max: wire.max_col_len,
            average: wire.avg_col_len,
        }),
    }
}

/// The families with a least and a greatest value. Their structs are alike but for the type of these two.
macro_rules! bounded {
    ($wire:expr, $family:ident, $value:expr) => {
        $wire.as_ref().map(|wire| Figures {
            nulls: wire.num_nulls,
            distinct: wire.num_d_vs,
            bit_vectors: bytes(wire.bit_vectors),
            histogram: bytes(wire.histogram),
            range: Range::$family(Bounds {
                low: wire.low_value.as_ref().map($value),
                high: wire.high_value.as_ref().map($value),
            }),
        })
    };
}

fn bounded(data: &types::ColumnStatisticsData<'_>) -> Option<Figures> {
    bounded!(data.long_stats, Long, plain)
        .or_else(|| bounded!(data.double_stats, Double, plain))
        .or_else(|| bounded!(data.decimal_stats, Decimal, |value| decimal(value)))
        .or_else(|| bounded!(data.date_stats, Date, |date| date.days_since_epoch))
        .or_else(|| {
            bounded!(data.timestamp_stats, Timestamp, |time| time
                .seconds_since_epoch)
        })
}

fn plain<T: Copy>(value: &T) -> T {
    *value
}

fn bytes(wire: Option<&[u8]>) -> Option<Vec<u8>> {
    wire.map(<[u8]>::to_vec)
}

fn decimal(wire: &types::Decimal<'_>) -> Decimal {
    Decimal {
        unscaled: wire.unscaled.to_vec(),
        scale: wire.scale,
    }
}
