//! Decides whether a partition matches a bound filter. Total: every list of values has an answer.
//!
//! Nulls follow Hive: the default partition (an empty value is the same) matches no comparison on a
//! key that is no string, neither `=` nor `!=`; on a string key it compares as its literal text
//! `__HIVE_DEFAULT_PARTITION__`, which is what direct SQL does. Only `= ''` on a string key can be meant
//! for it or not, since an empty value is stored in it: both `= ''` and `!= ''` keep it.

use super::bind::{BoundExpression, PartitionFilter, Test};
use super::expression::Comparison;
use super::value::{KeyType, Scalar};
use super::verdict::Verdict;
use crate::hive::partition_name::{DEFAULT_PARTITION, is_null_value};
use std::cmp::Ordering;

impl PartitionFilter {
    /// True when the partition with these values, in key order and unescaped, belongs to the answer.
    /// A missing value counts as null.
    pub fn matches<S: AsRef<str>>(&self, values: &[S]) -> bool {
        self.verdict(values).can_be_true
    }

    /// The same, telling certain answers from those that rest on one of two readings.
    pub fn verdict<S: AsRef<str>>(&self, values: &[S]) -> Verdict {
        self.root.verdict(&|key| {
            let text = values.get(key).map_or("", AsRef::as_ref);
            let key_type = &self.keys[key].key_type;
            Some((key_type, null_as_text(key_type, text)?))
        })
    }
}

/// The text to compare: that of the default partition for a null string, none for any other null.
pub(super) fn null_as_text<'a>(key_type: &KeyType, text: &'a str) -> Option<&'a str> {
    match (is_null_value(text), key_type) {
        (false, _) => Some(text),
        (true, KeyType::Text | KeyType::Char) => Some(DEFAULT_PARTITION),
        (true, _) => None,
    }
}

impl BoundExpression {
    /// The verdict on an object whose values, with their types, a function gives; `None` is null.
    pub(super) fn verdict<'a>(
        &self,
        value_of: &dyn Fn(usize) -> Option<(&'a KeyType, &'a str)>,
    ) -> Verdict {
        match self {
            Self::And(terms) => {
                let mut all = Verdict::of(true);
                for term in terms {
                    all = all.and(term.verdict(value_of));
                    if all == Verdict::of(false) {
                        break;
                    }
                }
                all
            }
            Self::Or(terms) => {
                let mut any = Verdict::of(false);
                for term in terms {
                    any = any.or(term.verdict(value_of));
                    if any == Verdict::of(true) {
                        break;
                    }
                }
                any
            }
            Self::Not(inner) => inner.verdict(value_of).negated(),
            Self::Test { key, test } => match value_of(*key) {
                Some((key_type, text)) => test.verdict(key_type, text),
                None => Verdict::UNKNOWN,
            },
        }
    }
}

impl Test {
    /// The verdict on one value, which is not null.
    pub(super) fn verdict(&self, key_type: &KeyType, text: &str) -> Verdict {
        match self {
            Self::Compare { operator, constant } => {
                let equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
                if equality && is_empty_text(constant) && text == DEFAULT_PARTITION {
                    return Verdict::BOTH;
                }
                match constant.compare_text(key_type, text) {
                    Some(ordering) => Verdict::of(holds(*operator, ordering)),
                    None => Verdict::UNKNOWN,
                }
            }
            Self::OneOf(scalars) => one_of(scalars, key_type, text),
            Self::Like(pattern) => pattern.verdict(text),
        }
    }
}

fn one_of(scalars: &[Scalar], key_type: &KeyType, text: &str) -> Verdict {
    let found = if *key_type == KeyType::Text {
        scalars.binary_search_by(|scalar| match scalar {
            Scalar::Text(constant) => constant.as_str().cmp(text),
            _ => Ordering::Less,
        })
    } else {
        let Some(value) = key_type.read(text) else {
            return Verdict::UNKNOWN;
        };
        scalars.binary_search(&value)
    };
    // The empty text sorts first.
    let has_empty = scalars.first().is_some_and(is_empty_text);
    if found.is_err() && has_empty && text == DEFAULT_PARTITION {
        return Verdict::BOTH;
    }
    Verdict::of(found.is_ok())
}

/// True for the constant `''`, which stands for the default partition's value as well.
pub(super) fn is_empty_text(scalar: &Scalar) -> bool {
    matches!(scalar, Scalar::Text(text) if text.is_empty())
}

fn holds(operator: Comparison, ordering: Ordering) -> bool {
    match operator {
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::expression::Expression;
    use super::super::{naive, sample};
    use super::*;
    use proptest::prelude::*;

    fn matched(text: &str, values: &[&str]) -> bool {
        let keys = sample::columns(&[("s", "string"), ("n", "int"), ("d", "date")]);
        PartitionFilter::parse(text, &keys).unwrap().matches(values)
    }

    #[test]
    fn each_operator_on_each_type() {
        let values = ["b", "007", "2024-01-02"];
        for text in [
            "s = 'b'",
            "s >= 'b'",
            "s < 'c'",
            "s like 'b'",
            "s between 'a' and 'b'",
            "s not in ('a')",
            "n = 7",
            "n = '7'",
            "n != 8",
            "n > 6",
            "6 < n",
            "n like '0.*'",
            "n like '00_'",
            "not n = 8",
            "d = '2024-01-02'",
            "d = 2024-01-02",
            "d < date '2024-01-03'",
            "d like '2024%'",
            "d > '2024-01-01 23:00:00'",
            "(struct(s, n)) in (struct('b', 7))",
            "",
        ] {
            assert!(matched(text, &values), "{text}");
        }
        for text in [
            "s = 'B'",
            "s > 'b'",
            "s not between 'a' and 'b'",
            "n = 70",
            "n not in (7, 8)",
            "n like '7'",
            "not n = 7",
            "d != '2024-01-02'",
            "(struct(s, n)) in (struct('b', 8))",
        ] {
            assert!(!matched(text, &values), "{text}");
        }
    }

    #[test]
    fn nulls_match_as_in_hive() {
        let null = [DEFAULT_PARTITION; 3];
        for values in [null, [""; 3]] {
            for text in [
                "n = 1",
                "n != 1",
                "not n = 1",
                "not n != 1",
                "n like '.*'",
                "d != '2024-01-01'",
                "n not in (1)",
                "n between 1 and 2 or n not between 1 and 2",
                "n = 1 and s != 'a'",
            ] {
                assert!(!matched(text, &values), "{text}");
            }
            for text in [
                "s != 'a'",
                "s = '__HIVE_DEFAULT_PARTITION__'",
                "s = ''",
                "s != ''",
                "s > 'A'",
                "s in ('', 'x')",
                "s not in ('', 'x')",
                "not s = 'a'",
                "n = 1 or s != 'a'",
            ] {
                assert!(matched(text, &values), "{text}");
            }
        }
    }

    #[test]
    fn values_of_no_type_match_nothing() {
        for text in [
            "n = 1",
            "n != 1",
            "not n = 1",
            "n in (1)",
            "n not in (1)",
            "d < '2024-01-01'",
        ] {
            assert!(!matched(text, &["a", "seven", "yesterday"]), "{text}");
        }
        assert!(!matched("n != 1", &["a"]), "a missing value is null");
    }

    #[test]
    fn not_like_is_on_the_safe_side() {
        assert!(matched("s like 'b.*'", &["bc", "", ""]));
        assert!(
            matched("not s like 'b.*'", &["bc", "", ""]),
            "SQL's reading does not match"
        );
        assert!(
            matched("s not like 'b%'", &["bc", "", ""]),
            "Java's reading does not match"
        );
        assert!(!matched("not s like 'bc'", &["bc", "", ""]));
    }

    proptest! {
        #[test]
        fn equals_the_naive_evaluator(
            expression in sample::expressions(),
            values in sample::values(),
        ) {
            let keys = sample::columns(&[("s", "string"), ("n", "int"), ("d", "date")]);
            let filter = PartitionFilter::bind(&expression, &keys).unwrap();
            let expected = naive::holds(&expression, &values, false) == Some(true);
            prop_assert_eq!(filter.matches(&values), expected, "{}", expression);
        }

        #[test]
        fn holds_what_either_reading_of_like_keeps(
            expression in sample::expressions_with_likes(),
            values in sample::values(),
            likes_are_sql in any::<bool>(),
        ) {
            let keys = sample::columns(&[("s", "string"), ("n", "int"), ("d", "date")]);
            let filter = PartitionFilter::bind(&expression, &keys).unwrap();
            if naive::holds(&expression, &values, likes_are_sql) == Some(true) {
                prop_assert!(filter.matches(&values), "{}", expression);
            }
        }

        #[test]
        fn negation_swaps_the_verdict(
            expression in sample::expressions_with_likes(),
            values in sample::values(),
        ) {
            let keys = sample::columns(&[("s", "string"), ("n", "int"), ("d", "date")]);
            let filter = PartitionFilter::bind(&expression, &keys).unwrap();
            let negated = Expression::Not(Box::new(expression));
            let opposite = PartitionFilter::bind(&negated, &keys).unwrap();
            let verdict = filter.verdict(&values);
            prop_assert_eq!(opposite.verdict(&values), verdict.negated());
            prop_assert_eq!(filter.matches(&values), verdict.can_be_true);
        }
    }
}
