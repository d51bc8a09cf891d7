//! Two sets of figures of one column become one: what Hive calls merging (new files beside old ones) and aggregating
//! (all partitions of a query). A pure rule.
//!
//! Sketches are opaque here, so the count of distinct values of both is at least the greater of the two, which is
//! what Hive answers without sketches too; the sketches themselves are dropped, for they would describe one half.

use crate::model::{Bounds, ColumnStatistics, Decimal, Figures, Lengths, Range};
use std::cmp::Ordering;

/// The figures of both. `None` where the two are of different families: a column that changed its type.
pub(super) fn merge(one: &ColumnStatistics, other: &ColumnStatistics) -> Option<ColumnStatistics> {
    Some(ColumnStatistics {
        column: one.column.clone(),
        column_type: other.column_type.clone(),
        figures: merge_figures(&one.figures, &other.figures)?,
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

/// The figures of both.
fn merge_figures(one: &Figures, other: &Figures) -> Option<Figures> {
    Some(Figures {
        nulls: sum(one.nulls, other.nulls),
        distinct: one.distinct.max(other.distinct),
        bit_vectors: None,
        histogram: None,
        range: merge_ranges(&one.range, &other.range)?,
    })
}

fn merge_ranges(one: &Range, other: &Range) -> Option<Range> {
    use Range::{Binary, Boolean, Date, Decimal, Double, Long, String, Timestamp};
    Some(match (one, other) {
        (
            Boolean { trues, falses },
            Boolean {
                trues: t,
                falses: f,
            },
        ) => Boolean {
            trues: sum(*trues, *t),
            falses: sum(*falses, *f),
        },
        (String(one), String(other)) => String(longer(*one, *other)),
        (Binary(one), Binary(other)) => Binary(longer(*one, *other)),
        (Long(one), Long(other)) => Long(wider(one, other, Ord::cmp)),
        (Double(one), Double(other)) => Double(wider(one, other, f64::total_cmp)),
        (Date(one), Date(other)) => Date(wider(one, other, Ord::cmp)),
        (Timestamp(one), Timestamp(other)) => Timestamp(wider(one, other, Ord::cmp)),
        (Decimal(one), Decimal(other)) => Decimal(wider(one, other, decimal_order)),
        _ => return None,
    })
}

/// The greater lengths. The average of both is at most the greater of the two averages.
fn longer(one: Lengths, other: Lengths) -> Lengths {
    Lengths {
        max: one.max.max(other.max),
        average: one.average.max(other.average),
    }
}

/// The lower of the low bounds and the higher of the high ones; a missing one gives way.
fn wider<T: Clone>(
    one: &Bounds<T>,
    other: &Bounds<T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Bounds<T> {
    let lows = [&one.low, &other.low].into_iter().flatten();
    let highs = [&one.high, &other.high].into_iter().flatten();
    Bounds {
        low: lows.min_by(|a, b| order(a, b)).cloned(),
        high: highs.max_by(|a, b| order(a, b)).cloned(),
    }
}

/// Orders decimals by value. Those beyond 38 digits, which Hive has not, are ordered by their nearest floating point
/// numbers.
pub(super) fn decimal_order(one: &Decimal, other: &Decimal) -> Ordering {
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

    fn of(figures: Figures) -> ColumnStatistics {
        ColumnStatistics {
            column: Name::new("c"),
            column_type: "t".into(),
            figures,
            analyzed_at: 1,
        }
    }

    fn figures(nulls: i64, distinct: i64, range: Range) -> Figures {
        Figures {
            nulls,
            distinct,
            bit_vectors: Some(vec![1]),
            histogram: Some(vec![2]),
            range,
        }
    }

    fn bounds<T>(low: Option<T>, high: Option<T>) -> Bounds<T> {
        Bounds { low, high }
    }

    fn merged(one: Range, other: Range) -> Option<Range> {
        let merged = merge(&of(figures(0, 0, one)), &of(figures(0, 0, other)));
        merged.map(|merged| merged.figures.range)
    }

    #[test]
    fn bounds_widen_and_counts_add() {
        let one = figures(1, 5, Range::Long(bounds(Some(3), Some(9))));
        let other = figures(2, 7, Range::Long(bounds(Some(-2), None)));
        let merged = merge(&of(one), &of(other)).unwrap();
        assert_eq!(
            merged.figures,
            Figures {
                nulls: 3,
                distinct: 7,
                bit_vectors: None,
                histogram: None,
                range: Range::Long(bounds(Some(-2), Some(9))),
            }
        );
        let one = figures(-1, -1, Range::Long(bounds(None, None)));
        let other = figures(2, 0, Range::Long(bounds(None, None)));
        let unknown = merge(&of(one), &of(other)).unwrap();
        assert_eq!(unknown.figures.nulls, -1);
        assert_eq!(unknown.figures.range, Range::Long(bounds(None, None)));
    }

    #[test]
    fn every_family_merges_with_its_own() {
        let lengths = |max, average| Lengths { max, average };
        let decimal = |byte| Decimal {
            unscaled: vec![byte],
            scale: 0,
        };
        let (one, two) = (decimal(1), decimal(2));
        let cases = [
            (
                Range::Boolean {
                    trues: 1,
                    falses: 2,
                },
                Range::Boolean {
                    trues: 3,
                    falses: -1,
                },
                Range::Boolean {
                    trues: 4,
                    falses: -1,
                },
            ),
            (
                Range::Double(bounds(Some(0.5), None)),
                Range::Double(bounds(Some(-0.5), Some(f64::INFINITY))),
                Range::Double(bounds(Some(-0.5), Some(f64::INFINITY))),
            ),
            (
                Range::String(lengths(3, 2.5)),
                Range::String(lengths(9, 1.0)),
                Range::String(lengths(9, 2.5)),
            ),
            (
                Range::Binary(lengths(9, 1.0)),
                Range::Binary(lengths(3, 2.5)),
                Range::Binary(lengths(9, 2.5)),
            ),
            (
                Range::Date(bounds(Some(1), Some(2))),
                Range::Date(bounds(Some(0), Some(1))),
                Range::Date(bounds(Some(0), Some(2))),
            ),
            (
                Range::Timestamp(bounds(None, Some(2))),
                Range::Timestamp(bounds(None, Some(3))),
                Range::Timestamp(bounds(None, Some(3))),
            ),
            (
                Range::Decimal(bounds(Some(one.clone()), Some(one.clone()))),
                Range::Decimal(bounds(Some(two.clone()), Some(two.clone()))),
                Range::Decimal(bounds(Some(one), Some(two))),
            ),
        ];
        for (one, other, both) in cases {
            assert_eq!(merged(one, other), Some(both));
        }
    }

    #[test]
    fn families_do_not_mix() {
        let boolean = Range::Boolean {
            trues: 1,
            falses: 1,
        };
        assert_eq!(merged(boolean, Range::Long(bounds(None, None))), None);
        let date = Range::Date(bounds(Some(1), None));
        assert_eq!(merged(date, Range::Timestamp(bounds(None, None))), None);
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
