//! Two sets of figures of one column become one: what Hive calls merging (new files beside old ones) and aggregating
//! (all partitions of a query). A pure rule.
//!
//! Sketches are opaque here, so the count of distinct values of both is at least the greater of the two, which is
//! what Hive answers without sketches too; the sketches themselves are dropped, for they would describe one half.

use crate::model::{ColumnStatistics, Decimal, StatisticsData};
use std::cmp::Ordering;

/// The figures of both. `None` where the two are of different families: a column that changed its type.
pub(super) fn merge(one: &ColumnStatistics, other: &ColumnStatistics) -> Option<ColumnStatistics> {
    Some(ColumnStatistics {
        column: one.column.clone(),
        column_type: other.column_type.clone(),
        data: merge_data(&one.data, &other.data)?,
        analyzed_at: one.analyzed_at.max(other.analyzed_at),
    })
}

/// Adds two counts; −1 (any negative number) is unknown, and so is a sum with it.
fn sum(one: i64, other: i64) -> i64 {
    if one < 0 || other < 0 {
        -1
    } else {
        one.saturating_add(other)
    }
}

/// The lower of two bounds; a missing one gives way.
fn low<T: Clone>(
    one: Option<&T>,
    other: Option<&T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(
            if order(one, other).is_le() {
                one
            } else {
                other
            }
            .clone(),
        ),
        (one, other) => one.or(other).cloned(),
    }
}

/// The higher of two bounds; a missing one gives way.
fn high<T: Clone>(
    one: Option<&T>,
    other: Option<&T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Option<T> {
    low(one, other, |a, b| order(b, a))
}

/// The families without bounds; the others follow.
fn merge_data(one: &StatisticsData, other: &StatisticsData) -> Option<StatisticsData> {
    use StatisticsData::{Binary, Boolean, String};
    Some(match (one, other) {
        (
            Boolean {
                trues,
                falses,
                nulls,
                ..
            },
            Boolean {
                trues: trues2,
                falses: falses2,
                nulls: nulls2,
                ..
            },
        ) => Boolean {
            trues: sum(*trues, *trues2),
            falses: sum(*falses, *falses2),
            nulls: sum(*nulls, *nulls2),
            bit_vectors: None,
        },
        (
            String {
                max_length,
                average_length,
                nulls,
                distinct,
                ..
            },
            String {
                max_length: max_length2,
                average_length: average_length2,
                nulls: nulls2,
                distinct: distinct2,
                ..
            },
        ) => String {
            max_length: *max_length.max(max_length2),
            average_length: average_length.max(*average_length2),
            nulls: sum(*nulls, *nulls2),
            distinct: *distinct.max(distinct2),
            bit_vectors: None,
        },
        (
            Binary {
                max_length,
                average_length,
                nulls,
                ..
            },
            Binary {
                max_length: max_length2,
                average_length: average_length2,
                nulls: nulls2,
                ..
            },
        ) => Binary {
            max_length: *max_length.max(max_length2),
            average_length: average_length.max(*average_length2),
            nulls: sum(*nulls, *nulls2),
            bit_vectors: None,
        },
        _ => return merge_numbers(one, other),
    })
}

/// Integers and floats.
fn merge_numbers(one: &StatisticsData, other: &StatisticsData) -> Option<StatisticsData> {
    use StatisticsData::{Double, Long};
    Some(match (one, other) {
        (
            Long {
                low: low1,
                high: high1,
                nulls,
                distinct,
                ..
            },
            Long {
                low: low2,
                high: high2,
                nulls: nulls2,
                distinct: distinct2,
                ..
            },
        ) => Long {
            low: low(low1.as_ref(), low2.as_ref(), Ord::cmp),
            high: high(high1.as_ref(), high2.as_ref(), Ord::cmp),
            nulls: sum(*nulls, *nulls2),
            distinct: *distinct.max(distinct2),
            bit_vectors: None,
            histogram: None,
        },
        (
            Double {
                low: low1,
                high: high1,
                nulls,
                distinct,
                ..
            },
            Double {
                low: low2,
                high: high2,
                nulls: nulls2,
                distinct: distinct2,
                ..
            },
        ) => Double {
            low: low(low1.as_ref(), low2.as_ref(), f64::total_cmp),
            high: high(high1.as_ref(), high2.as_ref(), f64::total_cmp),
            nulls: sum(*nulls, *nulls2),
            distinct: *distinct.max(distinct2),
            bit_vectors: None,
            histogram: None,
        },
        _ => return merge_times(one, other),
    })
}

/// Dates and timestamps.
fn merge_times(one: &StatisticsData, other: &StatisticsData) -> Option<StatisticsData> {
    use StatisticsData::{Date, Timestamp};
    Some(match (one, other) {
        (
            Date {
                low: low1,
                high: high1,
                nulls,
                distinct,
                ..
            },
            Date {
                low: low2,
                high: high2,
                nulls: nulls2,
                distinct: distinct2,
                ..
            },
        ) => Date {
            low: low(low1.as_ref(), low2.as_ref(), Ord::cmp),
            high: high(high1.as_ref(), high2.as_ref(), Ord::cmp),
            nulls: sum(*nulls, *nulls2),
            distinct: *distinct.max(distinct2),
            bit_vectors: None,
            histogram: None,
        },
        (
            Timestamp {
                low: low1,
                high: high1,
                nulls,
                distinct,
                ..
            },
            Timestamp {
                low: low2,
                high: high2,
                nulls: nulls2,
                distinct: distinct2,
                ..
            },
        ) => Timestamp {
            low: low(low1.as_ref(), low2.as_ref(), Ord::cmp),
            high: high(high1.as_ref(), high2.as_ref(), Ord::cmp),
            nulls: sum(*nulls, *nulls2),
            distinct: *distinct.max(distinct2),
            bit_vectors: None,
            histogram: None,
        },
        _ => return merge_decimals(one, other),
    })
}

/// Decimals.
fn merge_decimals(one: &StatisticsData, other: &StatisticsData) -> Option<StatisticsData> {
    use StatisticsData::Decimal;
    Some(match (one, other) {
        (
            Decimal {
                low: low1,
                high: high1,
                nulls,
                distinct,
                ..
            },
            Decimal {
                low: low2,
                high: high2,
                nulls: nulls2,
                distinct: distinct2,
                ..
            },
        ) => Decimal {
            low: low(low1.as_ref(), low2.as_ref(), decimal_order),
            high: high(high1.as_ref(), high2.as_ref(), decimal_order),
            nulls: sum(*nulls, *nulls2),
            distinct: *distinct.max(distinct2),
            bit_vectors: None,
            histogram: None,
        },
        _ => return None,
    })
}

/// Orders decimals by value. Those beyond 38 digits, which Hive has not, are ordered by their nearest floating point
/// numbers.
fn decimal_order(one: &Decimal, other: &Decimal) -> Ordering {
    let scale = one.scale.max(other.scale);
    match (at_scale(one, scale), at_scale(other, scale)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => approximate(one).total_cmp(&approximate(other)),
    }
}

/// The unscaled value at a greater scale, where it fits.
fn at_scale(decimal: &Decimal, scale: i16) -> Option<i128> {
    let shift = u32::try_from(i32::from(scale) - i32::from(decimal.scale)).ok()?;
    unscaled(&decimal.unscaled)?.checked_mul(10_i128.checked_pow(shift)?)
}

/// Big-endian two's complement of up to sixteen bytes.
fn unscaled(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    let start = wide.len().checked_sub(bytes.len())?;
    wide[start..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

fn approximate(decimal: &Decimal) -> f64 {
    let negative = decimal
        .unscaled
        .first()
        .is_some_and(|byte| byte & 0x80 != 0);
    let magnitude = decimal.unscaled.iter().fold(0.0, |value, byte| {
        let digit = if negative { !byte } else { *byte };
        value * 256.0 + f64::from(digit)
    });
    let value = if negative {
        -magnitude - 1.0
    } else {
        magnitude
    };
    value / 10_f64.powi(i32::from(decimal.scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;

    fn of(data: StatisticsData) -> ColumnStatistics {
        ColumnStatistics {
            column: Name::new("c"),
            column_type: "t".into(),
            data,
            analyzed_at: 1,
        }
    }

    fn long(low: Option<i64>, high: Option<i64>, nulls: i64, distinct: i64) -> StatisticsData {
        StatisticsData::Long {
            low,
            high,
            nulls,
            distinct,
            bit_vectors: Some(vec![1]),
            histogram: None,
        }
    }

    #[test]
    fn bounds_widen_and_counts_add() {
        let merged = merge(
            &of(long(Some(3), Some(9), 1, 5)),
            &of(long(Some(-2), None, 2, 7)),
        )
        .unwrap();
        assert_eq!(
            merged.data,
            StatisticsData::Long {
                low: Some(-2),
                high: Some(9),
                nulls: 3,
                distinct: 7,
                bit_vectors: None,
                histogram: None
            }
        );
        let unknown = merge(&of(long(None, None, -1, -1)), &of(long(None, None, 2, 0))).unwrap();
        assert!(matches!(
            unknown.data,
            StatisticsData::Long {
                nulls: -1,
                low: None,
                ..
            }
        ));
    }

    #[test]
    fn families_do_not_mix() {
        let boolean = StatisticsData::Boolean {
            trues: 1,
            falses: 1,
            nulls: 0,
            bit_vectors: None,
        };
        assert!(merge(&of(boolean), &of(long(None, None, 0, 0))).is_none());
    }

    #[test]
    fn decimals_are_ordered_by_value() {
        let decimal = |unscaled: &[u8], scale| Decimal {
            unscaled: unscaled.to_vec(),
            scale,
        };
        // -1.23 < 12.3 (unscaled 123 at scale 1) and 1.23 < 12.3.
        assert_eq!(
            decimal_order(&decimal(&[0x85], 2), &decimal(&[0x7b], 1)),
            Ordering::Less
        );
        assert_eq!(
            decimal_order(&decimal(&[0x7b], 2), &decimal(&[0x7b], 1)),
            Ordering::Less
        );
        assert_eq!(
            decimal_order(&decimal(&[0x0a], 1), &decimal(&[0x01], 0)),
            Ordering::Equal
        );
        let huge = decimal(&[0x7f; 20], 0);
        assert_eq!(
            decimal_order(&huge, &decimal(&[0x80; 20], 0)),
            Ordering::Greater
        );
    }
}
