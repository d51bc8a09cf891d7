//! Random filters and partition values for the property tests of this floor. Small alphabets on
//! purpose: random values must meet random constants often.

use super::expression::{Comparison, Constant, Expression};
use super::moment::Moment;
use super::number::Number;
use crate::hive::partition_name::DEFAULT_PARTITION;
use crate::model::Column;
use proptest::prelude::*;

/// Columns from pairs of name and Hive type.
pub(super) fn columns(pairs: &[(&str, &str)]) -> Vec<Column> {
    let column = |(name, data_type): &(&str, &str)| Column {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
        comment: None,
    };
    pairs.iter().map(column).collect()
}

/// Texts with the characters that names escape or that sort oddly beside `/` and `=`.
pub(super) fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[ab019:%/=_ !\\-.&~{é한\u{1}]{1,4}",
        2 => "2024-0[12]-0[1-3]",
        1 => "[a-c]",
    ]
}

/// Integers around the places where the number of digits changes.
pub(super) fn integers() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -12_i64..120,
        1 => prop::sample::select(vec![999, 1000, 1001, 20_240_101, i64::MAX, i64::MIN]),
    ]
}

/// Canonical dates, close to each other and to the ends of months and years.
pub(super) fn dates() -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec![2023, 2024]),
        prop::sample::select(vec![1, 2, 9, 10, 12]),
        1..32,
    )
        .prop_map(|(year, month, day): (i32, i32, i32)| {
            let day = if month == 2 { day.min(28) } else { day.min(30) };
            format!("{year:04}-{month:02}-{day:02}")
        })
}

/// A key of the columns `s string, n int, d date` and a constant that fits it.
fn keys_and_constants() -> impl Strategy<Value = (String, Constant)> {
    prop_oneof![
        texts().prop_map(|text| ("s".to_owned(), Constant::Text(text))),
        integers().prop_map(|value| ("n".to_owned(), Constant::Integer(value))),
        dates().prop_map(|text| ("d".to_owned(), Constant::Text(text))),
    ]
}

fn leaves() -> impl Strategy<Value = Expression> {
    let operators = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ]);
    let texts_in = prop::collection::vec(texts().prop_map(Constant::Text), 1..4);
    let integers_in = prop::collection::vec(integers().prop_map(Constant::Integer), 1..4);
    prop_oneof![
        6 => (keys_and_constants(), operators).prop_map(|((key, constant), operator)| {
            Expression::Compare { key, operator, constant }
        }),
        1 => texts_in.prop_map(|constants| Expression::In { key: "s".to_owned(), constants }),
        1 => integers_in.prop_map(|constants| Expression::In { key: "n".to_owned(), constants }),
        1 => (texts(), texts()).prop_map(|(low, high)| Expression::Between {
            key: "s".to_owned(),
            low: Constant::Text(low),
            high: Constant::Text(high),
        }),
        1 => (dates(), dates()).prop_map(|(low, high)| Expression::Between {
            key: "d".to_owned(),
            low: Constant::Text(low),
            high: Constant::Text(high),
        }),
    ]
}

fn nested<L>(leaves: L) -> impl Strategy<Value = Expression>
where
    L: Strategy<Value = Expression> + 'static,
{
    leaves.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            1 => inner.prop_map(|term| Expression::Not(Box::new(term))),
        ]
    })
}

/// Filters over `s string, n int, d date`, without LIKE.
pub(super) fn expressions() -> impl Strategy<Value = Expression> {
    nested(leaves())
}

/// The same with LIKE.
pub(super) fn expressions_with_likes() -> impl Strategy<Value = Expression> {
    let keys = prop::sample::select(vec!["s", "n", "d"]);
    let likes = (keys, "[ab012.*%_-]{0,4}").prop_map(|(key, pattern)| Expression::Like {
        key: key.to_owned(),
        pattern,
    });
    nested(prop_oneof![3 => leaves(), 1 => likes])
}

/// Values of `s, n, d`: among them nulls and texts that are no integers, but canonical dates only.
pub(super) fn values() -> impl Strategy<Value = Vec<String>> {
    let null = || prop::sample::select(vec![String::new(), DEFAULT_PARTITION.to_owned()]);
    let text = prop_oneof![8 => texts(), 1 => null()];
    let integer = prop_oneof![
        6 => integers().prop_map(|value| value.to_string()),
        2 => "[+-]?0{0,2}[0-9]{1,2}",
        1 => "[a0 ]{1,3}",
        1 => null(),
    ];
    let date = prop_oneof![8 => dates(), 1 => null()];
    (text, integer, date).prop_map(|(text, integer, date)| vec![text, integer, date])
}

fn any_constants() -> impl Strategy<Value = Constant> {
    prop_oneof![
        "[a-z'\" %_한]{0,4}".prop_map(Constant::Text),
        r"\\d[a-z]\\\\".prop_map(Constant::Text),
        any::<i64>().prop_map(Constant::Integer),
        "-?[0-9]{1,3}\\.[0-9]{1,3}"
            .prop_map(|text| Constant::Decimal(Number::parse(&text).unwrap())),
        Just(Constant::Date(Moment::parse_date("2024-02-29").unwrap())),
        Just(Constant::Timestamp(
            Moment::parse_timestamp("2024-02-29 01:02:03.5").unwrap()
        )),
        any::<bool>().prop_map(Constant::Boolean),
    ]
}

fn any_keys() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_`한 ]{1,4}",
        Just("not".to_owned()),
        Just("struct".to_owned())
    ]
}

fn any_leaves() -> impl Strategy<Value = Expression> {
    let operators = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ]);
    prop_oneof![
        (any_keys(), operators, any_constants()).prop_map(|(key, operator, constant)| {
            Expression::Compare {
                key,
                operator,
                constant,
            }
        }),
        (any_keys(), "[a-z%_.*' ]{0,6}")
            .prop_map(|(key, pattern)| { Expression::Like { key, pattern } }),
        (any_keys(), any_constants(), any_constants())
            .prop_map(|(key, low, high)| { Expression::Between { key, low, high } }),
        (any_keys(), prop::collection::vec(any_constants(), 1..4))
            .prop_map(|(key, constants)| { Expression::In { key, constants } }),
        (
            any_keys(),
            any_keys(),
            prop::collection::vec((any_constants(), any_constants()), 1..3)
        )
            .prop_map(|(one, two, rows)| Expression::StructIn {
                keys: vec![one, two],
                rows: rows.into_iter().map(|(one, two)| vec![one, two]).collect(),
            }),
    ]
}

/// Trees of every shape that the parser makes, over any key.
pub(super) fn any_expressions() -> impl Strategy<Value = Expression> {
    any_leaves().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            inner.prop_map(|term| Expression::Not(Box::new(term))),
        ]
    })
}
