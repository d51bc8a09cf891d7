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
use crate::hive::name_range::NameRange;
use crate::hive::partition_name::{DEFAULT_PARTITION, escape, escape_value};

/// The most ranges given; more are joined to fewer, wider ones.
pub const NAME_RANGES_MAX: usize = 64;

/// The most prefixes that are followed to the next key.
const PREFIXES_MAX: usize = 256;

/// The most comparisons with constants after which no further prefix is followed: a filter of a megabyte
/// must not be worked through hundreds of times.
const COMPARISONS_MAX: usize = 200_000;

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
#[path = "range_tests.rs"]
mod tests;
