//! Derives from a filter which ranges of partition names can match: what the store reads by its index.
//!
//! The ranges hold every name that matches, and usually a few more; the evaluator decides about each.
//! They follow the leading keys: while a key is fixed to single values, the next key is looked at
//! behind each of them; the first key that is not gives ranges, and what is said of later keys is left
//! to the evaluator.

use super::bind::{BoundExpression, PartitionFilter, Test};
use super::evaluator::{is_empty_text, null_as_text};
use super::expression::Comparison;
use super::interval::{High, IntervalSet};
use super::name_interval::{Span, point_spans, prefix_span, spans};
use super::value::{KeyType, Scalar};
use crate::hive::partition_name::{DEFAULT_PARTITION, escape, escape_value};

/// The most ranges given; more are joined to fewer, wider ones.
pub const NAME_RANGES_MAX: usize = 64;

/// The most prefixes that are followed to the next key.
const PREFIXES_MAX: usize = 256;

/// The most comparisons with constants after which no further prefix is followed: a filter of a megabyte
/// must not be worked through hundreds of times.
const COMPARISONS_MAX: usize = 200_000;

/// Partition names in byte order (a binary collation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRange {
    /// The first name, included; absent when the range starts with the first of all.
    pub from: Option<String>,
    /// The end, excluded; absent when the range goes on to the last of all.
    pub to: Option<String>,
}

impl NameRange {
    /// True when a name lies in the range.
    pub fn contains(&self, name: &str) -> bool {
        self.from.as_deref().is_none_or(|from| name >= from)
            && self.to.as_deref().is_none_or(|to| name < to)
    }
}

impl PartitionFilter {
    /// Ranges, ascending and apart from each other, that hold the name of every matching partition.
    /// None at all: no partition can match. A single range without ends: the filter says nothing about
    /// names. Names must be those of `hive::partition_name::make_name` over the filter's keys.
    pub fn name_ranges(&self) -> Vec<NameRange> {
        let mut walk = Walk {
            filter: self,
            prefixes: 0,
            comparisons: 0,
            found: Vec::new(),
        };
        walk.below("", &mut Vec::new());
        let mut spans = walk.found;
        merge(&mut spans);
        coalesce(&mut spans);
        spans
            .into_iter()
            .map(|(from, to)| NameRange {
                from: Some(from).filter(|from| !from.is_empty()),
                to,
            })
            .collect()
    }
}

struct Walk<'a> {
    filter: &'a PartitionFilter,
    prefixes: usize,
    comparisons: usize,
    found: Vec<Span>,
}

impl Walk<'_> {
    /// Finds the spans of names that start with a prefix, in which the leading keys have known texts.
    fn below(&mut self, prefix: &str, known: &mut Vec<String>) {
        self.prefixes += 1;
        let number = known.len();
        let left = self.left(&self.filter.root, known, true);
        if left.is_none() {
            return;
        }
        let Some(key) = self.filter.keys.get(number).filter(|_| !left.is_all()) else {
            self.found.push(prefix_span(prefix));
            return;
        };
        let is_last_key = number + 1 == self.filter.keys.len();
        let start = format!("{prefix}{}=", escape(&key.name.to_lowercase()));
        for interval in left.intervals() {
            let followed = interval
                .point()
                .filter(|_| !is_last_key && self.may_follow());
            let Some(point) = followed else {
                self.found
                    .extend(spans(&start, &key.key_type, interval, is_last_key));
                continue;
            };
            let (odd, text) = point_spans(&start, &key.key_type, point);
            self.found.extend(odd);
            if let Some(text) = text {
                let next = format!("{start}{}/", escape_value(&text));
                known.push(text);
                self.below(&next, known);
                known.pop();
            }
        }
    }

    fn may_follow(&self) -> bool {
        self.prefixes < PREFIXES_MAX && self.comparisons < COMPARISONS_MAX
    }

    /// The values of the key behind the known ones that an expression leaves. `wanted` is false below
    /// an odd number of NOT: then the values are those for which it can be false.
    fn left(
        &mut self,
        expression: &BoundExpression,
        known: &[String],
        wanted: bool,
    ) -> IntervalSet {
        match expression {
            BoundExpression::Not(inner) => self.left(inner, known, !wanted),
            BoundExpression::And(terms) if wanted => self.left_of_all(terms, known, wanted),
            BoundExpression::Or(terms) if !wanted => self.left_of_all(terms, known, wanted),
            BoundExpression::And(terms) | BoundExpression::Or(terms) => {
                IntervalSet::union(terms.iter().map(|term| self.left(term, known, wanted)))
            }
            BoundExpression::Test { key, test } => self.left_of_test(*key, test, known, wanted),
        }
    }

    fn left_of_all(
        &mut self,
        terms: &[BoundExpression],
        known: &[String],
        wanted: bool,
    ) -> IntervalSet {
        let mut left = IntervalSet::all();
        for term in terms {
            left = left.intersection(&self.left(term, known, wanted));
            if left.is_none() {
                break;
            }
        }
        left
    }

    fn left_of_test(
        &mut self,
        key: usize,
        test: &Test,
        known: &[String],
        wanted: bool,
    ) -> IntervalSet {
        let key_type = &self.filter.keys[key].key_type;
        self.comparisons += 1;
        if let Some(value) = known.get(key) {
            let verdict = null_as_text(key_type, value).map(|text| test.verdict(key_type, text));
            let holds = verdict.is_some_and(|verdict| {
                if wanted {
                    verdict.can_be_true
                } else {
                    verdict.can_be_false
                }
            });
            return if holds {
                IntervalSet::all()
            } else {
                IntervalSet::none()
            };
        }
        if key > known.len() {
            return IntervalSet::all();
        }
        match key_type {
            KeyType::Text | KeyType::Integer | KeyType::Date | KeyType::Timestamp => {
                let left = values_left(key_type, test, wanted);
                self.comparisons += left.intervals().len();
                left
            }
            _ => IntervalSet::all(),
        }
    }
}

/// The values for which a test can be true, or can be false.
fn values_left(key_type: &KeyType, test: &Test, wanted: bool) -> IntervalSet {
    match test {
        Test::Compare { operator, constant } => {
            let operator = if wanted {
                *operator
            } else {
                operator.negated()
            };
            if operator == Comparison::Equal && is_empty_text(constant) {
                return IntervalSet::points([empty_as_default(constant.clone())]);
            }
            IntervalSet::compared(key_type, operator, constant.clone())
        }
        Test::OneOf(scalars) if wanted => {
            IntervalSet::points(scalars.iter().cloned().map(empty_as_default))
        }
        Test::Like(pattern) if wanted && *key_type == KeyType::Text => {
            IntervalSet::union(pattern.prefixes().into_iter().map(values_with_prefix))
        }
        Test::OneOf(_) | Test::Like(_) => IntervalSet::all(),
    }
}

/// An empty value is stored, named and compared as the default partition.
fn empty_as_default(scalar: Scalar) -> Scalar {
    if is_empty_text(&scalar) {
        Scalar::Text(DEFAULT_PARTITION.to_owned())
    } else {
        scalar
    }
}

fn values_with_prefix(prefix: String) -> IntervalSet {
    if prefix.is_empty() {
        return IntervalSet::all();
    }
    let (_, end) = prefix_span(&prefix);
    let high = end.map(|end| High::below(Scalar::Text(end)));
    IntervalSet::between(Some(Scalar::Text(prefix)), high)
}

/// Sorts spans and joins those that overlap or touch.
fn merge(spans: &mut Vec<Span>) {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for (from, to) in spans.drain(..) {
        match merged.last_mut() {
            Some((_, last_to)) if last_to.as_ref().is_none_or(|last| from <= *last) => {
                let goes_on = match (&*last_to, &to) {
                    (Some(last), Some(next)) => next > last,
                    (Some(_), None) => true,
                    (None, _) => false,
                };
                if goes_on {
                    *last_to = to;
                }
            }
            _ => merged.push((from, to)),
        }
    }
    *spans = merged;
}

/// Joins neighbours, as many each time, until there are few enough.
fn coalesce(spans: &mut Vec<Span>) {
    let group = spans.len().div_ceil(NAME_RANGES_MAX).max(1);
    if group == 1 {
        return;
    }
    let joined = spans.chunks(group).filter_map(|neighbours| {
        let (from, _) = neighbours.first()?;
        let (_, to) = neighbours.last()?;
        Some((from.clone(), to.clone()))
    });
    *spans = joined.collect();
}

#[cfg(test)]
mod tests {
    use super::super::expression::{Constant, Expression};
    use super::super::sample;
    use super::*;
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
        let value_of =
            |key: &str| values[NAMES.iter().position(|name| *name == key).unwrap()].as_str();
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
}
