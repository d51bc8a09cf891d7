//! The ranges against the evaluator: no partition that a filter takes may fall outside of its ranges.

use super::*;
use crate::filter::expression::{Constant, Expression};
use crate::filter::sample;
use crate::hive::partition_name::make_name;
use proptest::prelude::*;

fn ranges(text: &str, keys: &[(&str, &str)]) -> Vec<(String, String)> {
    let filter = PartitionFilter::parse(text, &sample::columns(keys)).unwrap();
    let text = |end: Option<String>| end.unwrap_or_default();
    filter
        .name_ranges()
        .into_iter()
        .map(|range| (text(range.from), text(range.to)))
        .collect()
}

fn pair(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

const DAY_HOUR_S: [(&str, &str); 2] = [("s", "string"), ("hour", "string")];
const DAY_HOUR: [(&str, &str); 2] = [("dt", "string"), ("hour", "string")];

#[test]
fn one_day_is_one_range() {
    assert_eq!(
        ranges("dt = '2024-01-02'", &DAY_HOUR),
        [pair("dt=2024-01-02/", "dt=2024-01-020")]
    );
    assert_eq!(
        ranges("dt = '2024-01-02' and hour = '07'", &DAY_HOUR),
        [pair("dt=2024-01-02/hour=07", "dt=2024-01-02/hour=070")]
    );
    assert_eq!(
        ranges("dt in ('a', 'c') and not hour != 'x'", &DAY_HOUR),
        [
            pair("dt=a/hour=x", "dt=a/hour=x0"),
            pair("dt=c/hour=x", "dt=c/hour=x0"),
        ]
    );
    assert_eq!(
        ranges("dt = 'a' and hour = '1' or dt = 'b'", &DAY_HOUR),
        [pair("dt=a/hour=1", "dt=a/hour=10"), pair("dt=b/", "dt=b0"),]
    );
    assert_eq!(
        ranges("dt = 'a:b'", &DAY_HOUR),
        [pair("dt=a%3Ab/", "dt=a%3Ab0")]
    );
}

#[test]
fn typed_days_are_narrow() {
    assert_eq!(
        ranges("ymd = 20240105", &[("ymd", "int"), ("h", "int")]),
        [
            pair("ymd=", "ymd=1"),
            pair("ymd=20240105/", "ymd=202401050"),
        ]
    );
    assert_eq!(
        ranges("d = '2024-10-15'", &[("d", "date"), ("h", "int")]),
        [pair("d=2024-10-15/", "d=2024-10-150"),]
    );
    assert_eq!(
        ranges("s like '2024-01.*'", &[("s", "string")]),
        [
            pair("s=2024-0%", "s=2024-0&"),
            pair("s=2024-01", "s=2024-02"),
        ]
    );
    let found = ranges("s >= '2024-01-30' and s < '2024-02-01'", &DAY_HOUR_S);
    assert!(
        found.contains(&pair("s=2024-01-30", "s=2024-02-01")),
        "{found:?}"
    );
}

#[test]
fn every_spelling_of_a_day_or_hour_is_found() {
    for (text, key, names) in [
        (
            "k = '2024-03-05'",
            "date",
            ["2024-03-05", "2024-3-5", "2024-03-5", "2024-3-05"],
        ),
        ("k in (7, 0)", "int", ["7", "007", "+7", "-0"]),
    ] {
        let columns = sample::columns(&[("k", key), ("s", "string")]);
        let ranges = PartitionFilter::parse(text, &columns)
            .unwrap()
            .name_ranges();
        for value in names {
            let name = format!("k={value}/s=x");
            assert!(ranges.iter().any(|range| range.contains(&name)), "{name}");
        }
    }
}

#[test]
fn nothing_and_everything() {
    assert_eq!(ranges("", &DAY_HOUR), [pair("", "")]);
    assert_eq!(ranges("hour = '1'", &DAY_HOUR), [pair("", "")]);
    assert_eq!(ranges("dt != 'a'", &DAY_HOUR), [pair("", "")]);
    assert_eq!(ranges("dt = 'a' and dt = 'b'", &DAY_HOUR), []);
    assert_eq!(ranges("dt = 'a' and dt > 'b'", &DAY_HOUR), []);
    assert_eq!(ranges("b = true", &[("b", "boolean")]), [pair("", "")]);
}

#[test]
fn the_number_of_ranges_is_bounded() {
    let list = (0..1000)
        .map(|n| format!("'v{n:04}'"))
        .collect::<Vec<_>>()
        .join(", ");
    let both = format!("dt in ({list}) and hour in ({list})");
    let found = ranges(&both, &DAY_HOUR);
    assert!(found.len() <= NAME_RANGES_MAX);
    assert!(found[0].0.as_str() >= "dt=v");
    let rows = (0..20_000).map(|n| format!("struct('v{n}', 'w')"));
    let rows = rows.collect::<Vec<_>>().join(", ");
    let found = ranges(&format!("(struct(dt, hour)) in ({rows})"), &DAY_HOUR);
    assert!(found.len() <= NAME_RANGES_MAX);
}

/// Values for the keys: all spellings, escapes and nulls.
fn spelled_values() -> impl Strategy<Value = Vec<String>> {
    let odd_date = sample::dates().prop_map(|date| date.replace("-0", "-"));
    let timestamp = sample::dates().prop_map(|date| date + " 10:00:00");
    (
        sample::values(),
        prop_oneof![2 => sample::dates(), 2 => odd_date, 1 => timestamp],
    )
        .prop_map(|(mut values, date)| {
            if !values[2].is_empty() {
                values[2] = date;
            }
            values
        })
}

const NAMES: [&str; 3] = ["s", "n", "d"];

/// The constants that a filter compares with, so that values can be made to meet them.
fn constants_of(expression: &Expression, into: &mut Vec<(String, String)>) {
    match expression {
        Expression::And(terms) | Expression::Or(terms) => {
            for term in terms {
                constants_of(term, into);
            }
        }
        Expression::Not(inner) => constants_of(inner, into),
        Expression::Compare {
            key,
            constant: Constant::Text(text),
            ..
        } => {
            into.push((key.clone(), text.clone()));
        }
        Expression::Compare { key, constant, .. } => {
            into.push((key.clone(), constant.to_string()));
        }
        _ => {}
    }
}

/// Another text for the same number or date.
fn respelled(key: usize, text: &str, spelling: usize) -> String {
    match (key, spelling) {
        (1, 1) => text.replacen('-', "-00", 1),
        (1, 2) if !text.starts_with('-') => format!("00{text}"),
        (1, 3) if !text.starts_with('-') => format!("+{text}"),
        (2, 1) => text.replacen("-0", "-", 1),
        (2, 2) => text.replace("-0", "-"),
        (2, 3) => text[..5].to_owned() + &text[5..].replacen("-0", "-", 1),
        _ => text.to_owned(),
    }
}

fn holds_all_matches(
    expression: &Expression,
    order: &[(&str, &str)],
    values: &[String],
) -> Result<(), TestCaseError> {
    let filter = PartitionFilter::bind(expression, &sample::columns(order)).unwrap();
    let ranges = filter.name_ranges();
    prop_assert!(ranges.len() <= NAME_RANGES_MAX);
    prop_assert!(ranges.windows(2).all(|two| two[0].to < two[1].from));
    let value_of = |key: &str| values[NAMES.iter().position(|name| *name == key).unwrap()].as_str();
    let ordered: Vec<&str> = order.iter().map(|(key, _)| value_of(key)).collect();
    let keys: Vec<&str> = order.iter().map(|(key, _)| *key).collect();
    let name = make_name(&keys, &ordered).unwrap();
    if filter.matches(&ordered) {
        let held = ranges.iter().any(|range| range.contains(&name));
        prop_assert!(held, "{} misses {} in {:?}", expression, name, ranges);
    }
    Ok(())
}

/// Texts that share a start, so that they differ late, or one is a part of another.
fn related_texts() -> impl Strategy<Value = [String; 3]> {
    let one = || (0_usize..6, "[09a:%/ !#$\u{1}\\-.&~{é]{0,2}");
    ("[0-9a:\\-./ $]{1,5}", one(), one(), one()).prop_map(|(start, one, two, three)| {
        [one, two, three]
            .map(|(length, rest)| start.chars().take(length).chain(rest.chars()).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_match_lies_outside(
        expression in sample::expressions_with_likes(),
        random in spelled_values(),
        order in prop::sample::select(vec![[0, 1, 2], [1, 0, 2], [2, 0, 1], [0, 2, 1], [2, 1, 0]]),
        date_type in prop::sample::select(vec!["date", "timestamp", "string"]),
        taken in 0_usize..4,
        spelling in 0_usize..4,
    ) {
        let all = [("s", "string"), ("n", "int"), ("d", date_type)];
        let order = order.map(|index: usize| all[index]);
        let mut values = random;
        let mut met = Vec::new();
        constants_of(&expression, &mut met);
        for (key, constant) in met.into_iter().take(taken) {
            let number = NAMES.iter().position(|name| *name == key).unwrap();
            values[number] = respelled(number, &constant, spelling);
        }
        holds_all_matches(&expression, &order, &values)?;
    }

    #[test]
    fn no_text_lies_outside_its_bounds(
        [low, high, value] in related_texts(),
        is_last in any::<bool>(),
    ) {
        let order: &[(&str, &str)] =
            if is_last { &[("s", "string")] } else { &[("s", "string"), ("n", "int")] };
        let bound = |operator, text: &str| Expression::Compare {
            key: "s".to_owned(),
            operator,
            constant: Constant::Text(text.to_owned()),
        };
        let above = bound(Comparison::GreaterOrEqual, &low);
        let upto = bound(Comparison::LessOrEqual, &high);
        let below = bound(Comparison::Less, &high);
        let both = Expression::And(vec![above.clone(), upto.clone()]);
        let values = vec![value, "5".to_owned(), String::new()];
        for expression in [above, upto, below, both] {
            holds_all_matches(&expression, order, &values)?;
        }
    }
}
