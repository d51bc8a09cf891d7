//! Trino: `io.trino.parquet.reader.ColumnReaderFactory` (optimized readers) and the two coercers of
//! `io.trino.plugin.hive.parquet.ParquetTypeTranslator`.

use super::{INT_DIGITS, Reading, integer_rank, is_int32, is_text, is_timestamp, other_timestamp};
use crate::hive::hive_type::HiveType;

/// Decimals up to this precision are held in 64 bits (`Decimals.MAX_SHORT_PRECISION`).
const SHORT_PRECISION: u32 = 18;

/// How Trino reads a scalar of the file as a scalar of the table.
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
        HiveType::Double => doubles(file),
        HiveType::Decimal { precision, scale } => decimals((*precision, *scale), file),
        HiveType::Date if *file == HiveType::Int => {
            Reading::risky("the numbers are taken as days since 1970")
        }
        HiveType::String | HiveType::Varchar(_) if is_timestamp(file) => {
            Reading::risky("only INT96 timestamps are read as text, others fail")
        }
        _ => unsupported(),
    }
}

fn unsupported() -> Reading {
    Reading::breaks("unsupported column type for this Parquet column")
}

fn integers(table: &HiveType, file: &HiveType) -> Reading {
    if let (Some(wanted), Some(stored)) = (integer_rank(table), integer_rank(file)) {
        return if stored <= wanted {
            Reading::Widened
        } else {
            Reading::risky("values outside of the table's type fail")
        };
    }
    match file {
        HiveType::Decimal {
            precision,
            scale: 0,
        } if *precision <= SHORT_PRECISION => {
            let digits = match table {
                HiveType::TinyInt => 2,
                HiveType::SmallInt => 4,
                HiveType::Int => 9,
                _ => SHORT_PRECISION,
            };
            if *precision <= digits {
                Reading::Widened
            } else {
                Reading::risky("values outside of the table's type fail")
            }
        }
        _ if *table == HiveType::BigInt && is_timestamp(file) => {
            Reading::risky("read as bare numbers of the file's time unit; INT96 fails")
        }
        _ => unsupported(),
    }
}

fn doubles(file: &HiveType) -> Reading {
    match file {
        HiveType::Float => Reading::Widened,
        HiveType::BigInt => {
            Reading::risky("older releases fail, and digits beyond 2^53 are rounded")
        }
        other if is_int32(other) => Reading::risky("older releases fail"),
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
            if *stored_scale > scale {
                Reading::risky("digits after the point are rounded away")
            } else if stored_precision.saturating_sub(*stored_scale) > whole {
                Reading::risky("values that are too large for the table's type fail")
            } else {
                Reading::Widened
            }
        }
        other if is_int32(other) && precision <= SHORT_PRECISION => {
            if whole >= INT_DIGITS {
                Reading::Widened
            } else {
                Reading::risky("values that are too large for the table's type fail")
            }
        }
        _ => unsupported(),
    }
}
