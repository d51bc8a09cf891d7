//! The rules of evaluation once more, by another road, for the property tests: straight from the parsed
//! tree over the columns `s string, n int, d date`, in SQL's three-valued logic, one reading of LIKE at
//! a time. It shares nothing with the evaluator but the parsed tree.

use super::expression::{Comparison, Constant, Expression};
use std::cmp::Ordering;

/// Whether a filter holds; `None` is unknown. Dates must be canonical, so that they order as text.
pub(super) fn holds(
    expression: &Expression,
    values: &[String],
    likes_are_sql: bool,
) -> Option<bool> {
    match expression {
        Expression::And(terms) => {
            let found: Vec<_> = terms
                .iter()
                .map(|term| holds(term, values, likes_are_sql))
                .collect();
            if found.contains(&Some(false)) {
                return Some(false);
            }
            (!found.contains(&None)).then_some(true)
        }
        Expression::Or(terms) => {
            let found: Vec<_> = terms
                .iter()
                .map(|term| holds(term, values, likes_are_sql))
                .collect();
            if found.contains(&Some(true)) {
                return Some(true);
            }
            (!found.contains(&None)).then_some(false)
        }
        Expression::Not(inner) => holds(inner, values, likes_are_sql).map(|holds| !holds),
        Expression::Compare {
            key,
            operator,
            constant,
        } => {
            let ordering = compare(key, constant, values)?;
            Some(match operator {
                Comparison::Equal => ordering == Ordering::Equal,
                Comparison::NotEqual => ordering != Ordering::Equal,
                Comparison::Less => ordering == Ordering::Less,
                Comparison::LessOrEqual => ordering != Ordering::Greater,
                Comparison::Greater => ordering == Ordering::Greater,
                Comparison::GreaterOrEqual => ordering != Ordering::Less,
            })
        }
        Expression::Between { key, low, high } => {
            let (low, high) = (compare(key, low, values)?, compare(key, high, values)?);
            Some(low != Ordering::Less && high != Ordering::Greater)
        }
        Expression::In { key, constants } => {
            let found: Option<Vec<_>> = constants
                .iter()
                .map(|constant| compare(key, constant, values))
                .collect();
            found.map(|orderings| orderings.contains(&Ordering::Equal))
        }
        Expression::Like { key, pattern } => {
            let value = text(key, values)?;
            let pattern = if likes_are_sql {
                let plain = pattern.replace('.', r"\.").replace('*', r"\*");
                plain.replace('%', ".*").replace('_', ".")
            } else {
                pattern.clone()
            };
            let whole = regex::Regex::new(&format!("^({pattern})$"));
            whole.ok().map(|regex| regex.is_match(value))
        }
        Expression::StructIn { .. } => None,
    }
}

fn text<'a>(key: &str, values: &'a [String]) -> Option<&'a str> {
    let value = match key {
        "s" => &values[0],
        "n" => &values[1],
        _ => &values[2],
    };
    let is_null = value.is_empty() || value == "__HIVE_DEFAULT_PARTITION__";
    match (is_null, key) {
        (false, _) => Some(value),
        (true, "s") => Some("__HIVE_DEFAULT_PARTITION__"),
        (true, _) => None,
    }
}

fn compare(key: &str, constant: &Constant, values: &[String]) -> Option<Ordering> {
    let value = text(key, values)?;
    match constant {
        Constant::Text(text) => Some(value.as_bytes().cmp(text.as_bytes())),
        Constant::Integer(integer) => value.parse::<i64>().ok().map(|value| value.cmp(integer)),
        _ => None,
    }
}
