//! Whether figures can be those of a column: their kind by its type, and their numbers by what they count. A pure rule.

use super::merge::decimal_order;
use crate::hive::hive_type::HiveType;
use crate::model::{Bounds, Decimal, Figures, Lengths, Range};
use std::cmp::Ordering;

/// How Hive and its kin write a figure that nobody knows.
const UNKNOWN: i64 = -1;

/// The field at fault of a column's figures, and why.
type Fault = (&'static str, String);

/// Fails for values of another kind than a type has, in Hive's own pairs. Of a type that is not known, any kind may be.
pub(super) fn kind_check(data_type: &str, range: &Range) -> Result<(), String> {
    let kinds: &[&str] = match HiveType::parse(data_type) {
        HiveType::Boolean => &["boolean"],
        HiveType::TinyInt | HiveType::SmallInt | HiveType::Int | HiveType::BigInt => &["long"],
        HiveType::Float | HiveType::Double => &["double"],
        HiveType::Decimal { .. } => &["decimal"],
        HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) => &["string"],
        HiveType::Binary => &["binary"],
        // Clients before Hive 4, Trino and Impala write times as numbers.
        HiveType::Date => &["date", "long"],
        HiveType::Timestamp | HiveType::TimestampLocal => &["timestamp", "long"],
        HiveType::Array(_) | HiveType::Map(..) | HiveType::Struct(_) => &[],
        HiveType::Unknown(_) => return Ok(()),
    };
    let kind = kind_of(range);
    if kinds.contains(&kind) {
        return Ok(());
    }
    Err(match kinds {
        [] => format!("there are no figures of columns of the type {data_type}"),
        _ => format!(
            "values of the type {data_type} are of the kind {}, not {kind}",
            kinds.join(" or ")
        ),
    })
}

/// Fails for bounds that have more digits than the decimals of a column: before the point, or behind it.
pub(super) fn digits_check(data_type: &str, range: &Range) -> Result<(), String> {
    let HiveType::Decimal { precision, scale } = HiveType::parse(data_type) else {
        return Ok(());
    };
    let Range::Decimal(Bounds { low, high }) = range else {
        return Ok(());
    };
    let fits = |digits: &str, max: u32| u32::try_from(digits.len()).is_ok_and(|len| len <= max);
    for (which, bound) in [("low", low), ("high", high)] {
        let Some(text) = bound.as_ref().and_then(Decimal::to_text) else {
            continue;
        };
        let (whole, behind) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole.trim_start_matches(['-', '0']);
        let behind = behind.trim_end_matches('0');
        if !fits(whole, precision.saturating_sub(scale)) || !fits(behind, scale) {
            return Err(format!("{which} is {text}, which is no {data_type}"));
        }
    }
    Ok(())
}

/// The kind of values, by the word that REST has for it and gRPC begins its field with.
fn kind_of(range: &Range) -> &'static str {
    match range {
        Range::Boolean { .. } => "boolean",
        Range::Long(_) => "long",
        Range::Double(_) => "double",
        Range::String(_) => "string",
        Range::Binary(_) => "binary",
        Range::Decimal(_) => "decimal",
        Range::Date(_) => "date",
        Range::Timestamp(_) => "timestamp",
    }
}

/// Fails for counts and lengths below zero, and for bounds that are the wrong way round.
pub(super) fn figures_check(figures: &Figures) -> Result<(), Fault> {
    counted("nulls", figures.nulls).map_err(|why| ("nulls", why))?;
    counted("distinct", figures.distinct).map_err(|why| ("distinct", why))?;
    let checked = match &figures.range {
        Range::Boolean { trues, falses } => {
            counted("trues", *trues).and_then(|()| counted("falses", *falses))
        }
        Range::String(lengths) | Range::Binary(lengths) => measured(*lengths),
        Range::Long(bounds) | Range::Date(bounds) | Range::Timestamp(bounds) => {
            ordered(bounds, |low, high| Some(low.cmp(high)))
        }
        Range::Double(bounds) => ordered(bounds, f64::partial_cmp),
        Range::Decimal(bounds) => ordered(bounds, |low, high| Some(decimal_order(low, high))),
    };
    checked.map_err(|why| ("values", why))
}

fn counted(what: &str, count: i64) -> Result<(), String> {
    if count >= UNKNOWN {
        return Ok(());
    }
    Err(format!(
        "{what} is {count}: it is zero or more, or -1 where it is not known"
    ))
}

/// The average has −1 for what is not known, too.
#[expect(
    clippy::cast_precision_loss,
    reason = "-1 is exact, and no value is so long that its length is not"
)]
fn measured(lengths: Lengths) -> Result<(), String> {
    counted("longest", lengths.max)?;
    let average = lengths.average;
    let is_known = average.is_finite() && average >= 0.0;
    if is_known && lengths.max >= 0 && average > lengths.max as f64 {
        return Err(format!(
            "average is {average}, more than longest, which is {}",
            lengths.max
        ));
    }
    if is_known || average.total_cmp(&(UNKNOWN as f64)).is_eq() {
        return Ok(());
    }
    Err(format!(
        "average is {average}: it is zero or more, or -1 where it is not known"
    ))
}

/// A bound that is not known is in nobody's way.
fn ordered<T>(
    bounds: &Bounds<T>,
    order: impl Fn(&T, &T) -> Option<Ordering>,
) -> Result<(), String> {
    let (Some(low), Some(high)) = (&bounds.low, &bounds.high) else {
        return Ok(());
    };
    if order(low, high) == Some(Ordering::Greater) {
        return Err("low is greater than high".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    fn bounds<T>(low: T, high: T) -> Bounds<T> {
        let (low, high) = (Some(low), Some(high));
        Bounds { low, high }
    }

    fn figures(nulls: i64, distinct: i64, range: Range) -> Figures {
        Figures {
            nulls,
            distinct,
            bit_vectors: None,
            histogram: None,
            range,
        }
    }

    fn fault(nulls: i64, distinct: i64, range: Range) -> Option<&'static str> {
        let checked = figures_check(&figures(nulls, distinct, range));
        checked.err().map(|(field, _)| field)
    }

    #[test]
    fn each_type_has_the_kinds_that_hive_and_engines_write() {
        let lengths = Lengths {
            max: 1,
            average: 1.0,
        };
        let ranges = [
            Range::Boolean {
                trues: 1,
                falses: 1,
            },
            Range::Long(bounds(1, 2)),
            Range::Double(bounds(0.5, 0.5)),
            Range::String(lengths),
            Range::Binary(lengths),
            Range::Decimal(bounds(
                Decimal::parse("1").unwrap(),
                Decimal::parse("2").unwrap(),
            )),
            Range::Date(bounds(1, 2)),
            Range::Timestamp(bounds(1, 2)),
        ];
        for (data_type, wanted) in [
            ("boolean", &["boolean"][..]),
            ("tinyint", &["long"]),
            ("BIGINT", &["long"]),
            ("float", &["double"]),
            ("double", &["double"]),
            ("decimal(9,2)", &["decimal"]),
            ("varchar(9)", &["string"]),
            ("char(9)", &["string"]),
            ("string", &["string"]),
            ("binary", &["binary"]),
            ("date", &["long", "date"]),
            ("timestamp", &["long", "timestamp"]),
            ("timestamp with local time zone", &["long", "timestamp"]),
            ("array<int>", &[]),
        ] {
            let fitting = ranges
                .iter()
                .filter(|one| kind_check(data_type, one).is_ok());
            let fitting: Vec<&str> = fitting.map(kind_of).collect();
            assert_eq!(fitting, wanted, "{data_type}");
        }
        let unknown = |one: &Range| kind_check("uniontype<int,string>", one).is_ok();
        assert!(ranges.iter().all(unknown));
    }

    #[test]
    fn figures_below_zero_are_none_but_for_those_that_are_not_known() {
        let long = || Range::Long(bounds(-9, -3));
        assert_eq!(fault(-1, -1, long()), None);
        assert_eq!(fault(-2, 0, long()), Some("nulls"));
        assert_eq!(fault(0, i64::MIN, long()), Some("distinct"));
        let boolean = |trues, falses| Range::Boolean { trues, falses };
        assert_eq!(fault(0, 0, boolean(-1, -1)), None);
        assert_eq!(fault(0, 0, boolean(-2, 0)), Some("values"));
        assert_eq!(fault(0, 0, boolean(0, -2)), Some("values"));
        for (max, average, wanted) in [
            (-1, -1.0, None),
            (0, 0.0, None),
            (-2, 0.0, Some("values")),
            (1, -0.5, Some("values")),
            (1, 1.5, Some("values")),
            (1, 1.0, None),
            (-1, 1.5, None),
            (1, f64::NAN, Some("values")),
            (1, f64::INFINITY, Some("values")),
        ] {
            let lengths = Lengths { max, average };
            assert_eq!(fault(0, 0, Range::String(lengths)), wanted, "{lengths:?}");
            assert_eq!(fault(0, 0, Range::Binary(lengths)), wanted, "{lengths:?}");
        }
    }

    #[test]
    fn bounds_are_decimals_of_their_column() {
        let fits = |data_type: &str, low: &str| {
            let low = Decimal::parse(low).unwrap();
            let high = None;
            digits_check(
                data_type,
                &Range::Decimal(Bounds {
                    low: Some(low),
                    high,
                }),
            )
            .is_ok()
        };
        for (data_type, low, wanted) in [
            ("decimal(5,2)", "-123.45", true),
            ("decimal(5,2)", "0123.4500", true),
            ("decimal(5,2)", "1234", false),
            ("decimal(5,2)", "1.234", false),
            ("decimal(2,2)", "0.12", true),
            ("decimal(2,2)", "1", false),
            ("decimal", "1234567890", true),
            ("decimal", "0.5", false),
            ("string", "1.234", true),
        ] {
            assert_eq!(fits(data_type, low), wanted, "{low} of {data_type}");
        }
    }

    #[test]
    fn the_least_is_not_above_the_greatest() {
        let decimal = |low, high| {
            let (low, high) = (Decimal::parse(low).unwrap(), Decimal::parse(high).unwrap());
            Range::Decimal(bounds(low, high))
        };
        for (range, wanted) in [
            (Range::Long(bounds(2, 1)), Some("values")),
            (Range::Long(bounds(1, 1)), None),
            (Range::Date(bounds(2, 1)), Some("values")),
            (Range::Timestamp(bounds(2, 1)), Some("values")),
            (Range::Double(bounds(0.5, 0.25)), Some("values")),
            (Range::Double(bounds(f64::NEG_INFINITY, 0.25)), None),
            (decimal("10", "9.5"), Some("values")),
            (decimal("-12.50", "0.07"), None),
        ] {
            assert_eq!(fault(0, 0, range), wanted);
        }
    }
}
