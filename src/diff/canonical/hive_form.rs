//! The Hive type that a column has in a dump: the common choice of the dumping jobs (Spark's JDBC
//! reader, Sqoop), told once here because the classes by engine and proposed columns rest on it.

use super::CanonicalType;
use crate::hive::hive_type::HiveType;

/// The precision at which Hive, Trino and Spark end.
const PRECISION_MAX: u32 = 38;

/// The Hive type of a dump of such a column; `None` where dumps differ, so that nothing is claimed.
pub fn hive_form(canonical: &CanonicalType) -> Option<HiveType> {
    Some(match canonical {
        CanonicalType::Boolean => HiveType::Boolean,
        CanonicalType::Integer { bits, unsigned } => match (bits, unsigned) {
            (8, false) => HiveType::TinyInt,
            (8, true) | (16, false) => HiveType::SmallInt,
            (16, true) | (24, _) | (32, false) => HiveType::Int,
            (32, true) | (_, false) => HiveType::BigInt,
            (_, true) => HiveType::Decimal {
                precision: 20,
                scale: 0,
            },
        },
        CanonicalType::Decimal(Some((precision, scale)))
            if *precision <= PRECISION_MAX && scale <= precision =>
        {
            HiveType::Decimal {
                precision: *precision,
                scale: *scale,
            }
        }
        CanonicalType::Float { bits } if *bits <= 32 => HiveType::Float,
        CanonicalType::Float { .. } => HiveType::Double,
        CanonicalType::Char(_)
        | CanonicalType::Text(_)
        | CanonicalType::Json
        | CanonicalType::Uuid
        | CanonicalType::Words { .. } => HiveType::String,
        CanonicalType::Bytes(_) => HiveType::Binary,
        CanonicalType::Date => HiveType::Date,
        CanonicalType::Timestamp { .. } => HiveType::Timestamp,
        CanonicalType::Array(element) => HiveType::Array(Box::new(hive_form(element)?)),
        CanonicalType::Like(_, stored) => hive_form(stored)?,
        CanonicalType::Hive(hive_type) => hive_type.clone(),
        CanonicalType::Decimal(_)
        | CanonicalType::Time { .. }
        | CanonicalType::Bits(_)
        | CanonicalType::Row(_)
        | CanonicalType::Other(_) => return None,
    })
}
