//! Presto: `com.facebook.presto.hive.parquet.ParquetPageSourceFactory.checkSchemaMatch`, which refuses
//! by the file's physical type before a value is read, and the column readers of `presto-parquet`.

use super::{Reading, integer_rank, is_int32, is_text, is_timestamp, other_timestamp};
use crate::hive::hive_type::HiveType;

/// How Presto reads a scalar of the file as a scalar of the table.
pub(super) fn read(table: &HiveType, file: &HiveType) -> Reading {
    if is_text(table) && is_text(file) {
        return Reading::Same;
    }
    if is_timestamp(table) && is_timestamp(file) {
        return other_timestamp();
    }
    match file {
        HiveType::TinyInt | HiveType::SmallInt | HiveType::Int => int32(table, file),
        HiveType::BigInt => int64(table),
        HiveType::Date if is_int32(table) || *table == HiveType::BigInt => {
            Reading::risky("read as the number of days since 1970")
        }
        HiveType::Timestamp | HiveType::TimestampLocal if *table == HiveType::BigInt => {
            Reading::risky("read as bare numbers of the file's time unit; INT96 fails")
        }
        HiveType::Float if *table == HiveType::Double => {
            Reading::risky("older releases give wrong numbers or fail")
        }
        HiveType::Double if is_text(table) && *table != HiveType::Binary => {
            Reading::risky("older releases fail")
        }
        HiveType::Decimal { precision, scale } => decimal(table, *precision, *scale),
        _ => mismatch(),
    }
}

fn mismatch() -> Reading {
    Reading::breaks("the schema check refuses the file")
}

fn int32(table: &HiveType, file: &HiveType) -> Reading {
    if let (Some(wanted), Some(stored)) = (integer_rank(table), integer_rank(file)) {
        return if stored <= wanted {
            Reading::Widened
        } else {
            Reading::risky("values outside of the table's type fail")
        };
    }
    match table {
        HiveType::Date => Reading::risky("the numbers are taken as days since 1970"),
        HiveType::Float | HiveType::Double => {
            Reading::risky("older releases give wrong numbers or fail")
        }
        HiveType::Decimal { .. } => {
            Reading::risky("integers are taken as unscaled digits, so a scale makes them wrong")
        }
        _ => mismatch(),
    }
}

fn int64(table: &HiveType) -> Reading {
    match table {
        HiveType::Float | HiveType::Double => {
            Reading::risky("older releases fail, and large numbers are rounded")
        }
        HiveType::Decimal { .. } => {
            Reading::risky("integers are taken as unscaled digits, so a scale makes them wrong")
        }
        HiveType::Timestamp | HiveType::TimestampLocal => {
            Reading::risky("bare numbers are taken as moments of a fixed unit")
        }
        _ => mismatch(),
    }
}

fn decimal(table: &HiveType, stored_precision: u32, stored_scale: u32) -> Reading {
    match table {
        HiveType::Decimal { scale, .. } if *scale != stored_scale => {
            Reading::breaks("the digits are not rescaled, so the point stands at the wrong place")
        }
        HiveType::Decimal { precision, .. } if *precision >= stored_precision => Reading::Widened,
        HiveType::Decimal { .. } => {
            Reading::risky("values that are too large for the table's type are not noticed")
        }
        _ if integer_rank(table).is_some() => Reading::breaks(
            "refused, or read as unscaled digits, depending on how the file stores them",
        ),
        _ => mismatch(),
    }
}
