//! Spark: `ParquetVectorUpdaterFactory.getUpdater`, which throws
//! `SchemaColumnConvertNotSupportedException` for every pair that it does not list. Wider types are
//! read since 4.0 (SPARK-40876); 3.x refuses them.

use super::{INT_DIGITS, Reading, integer_rank, is_int32, is_text, is_timestamp, other_timestamp};
use crate::hive::hive_type::HiveType;

/// Digits before the point that Spark asks for to read 64-bit integers (`DecimalType.LongDecimal`).
const BIGINT_DIGITS: u32 = 20;

/// How Spark reads a scalar of the file as a scalar of the table.
pub(super) fn read(table: &HiveType, file: &HiveType) -> Reading {
    if is_text(table) && is_text(file) {
        return Reading::Same;
    }
    if is_timestamp(table) && is_timestamp(file) {
        return other_timestamp();
    }
    match table {
        HiveType::TinyInt | HiveType::SmallInt | HiveType::Int | HiveType::BigInt => {
            integers(table, file)
        }
        HiveType::Double if is_int32(file) || *file == HiveType::Float => since_4(),
        HiveType::Date if is_int32(file) => {
            Reading::risky("the numbers are taken as days since 1970")
        }
        HiveType::Decimal { precision, scale } => decimals((*precision, *scale), file),
        _ => unsupported(),
    }
}

fn unsupported() -> Reading {
    Reading::breaks("the column cannot be converted")
}

fn since_4() -> Reading {
    Reading::risky("releases before 4.0 fail")
}

fn integers(table: &HiveType, file: &HiveType) -> Reading {
    if let (Some(wanted), Some(stored)) = (integer_rank(table), integer_rank(file)) {
        return match (wanted, stored) {
            (3, _) => since_4(),
            (_, 3) => unsupported(),
            _ if stored <= wanted => Reading::Widened,
            _ => Reading::risky("values outside of the table's type are cut to other numbers"),
        };
    }
    match file {
        HiveType::Date => Reading::risky("read as the number of days since 1970"),
        HiveType::Timestamp | HiveType::TimestampLocal if *table == HiveType::BigInt => {
            Reading::risky("read as bare numbers of the file's time unit; INT96 fails")
        }
        HiveType::Decimal { .. } => Reading::breaks(
            "fails, or read as unscaled digits, depending on how the file stores them",
        ),
        _ => unsupported(),
    }
}

fn decimals((precision, scale): (u32, u32), file: &HiveType) -> Reading {
    let whole = precision.saturating_sub(scale);
    match file {
        HiveType::Decimal {
            precision: stored_precision,
            scale: stored_scale,
        } => {
            let wide_enough = precision >= *stored_precision
                && scale >= *stored_scale
                && precision - stored_precision >= scale - stored_scale;
            match (wide_enough, scale == *stored_scale) {
                (true, true) => Reading::Widened,
                (true, false) => since_4(),
                (false, _) => unsupported(),
            }
        }
        HiveType::BigInt if whole >= BIGINT_DIGITS => since_4(),
        other if is_int32(other) && whole >= INT_DIGITS => since_4(),
        _ => unsupported(),
    }
}
