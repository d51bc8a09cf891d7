//! Sets of values of one key as intervals: what a filter leaves of a key, told from outside.
//!
//! A set may be wider than the truth, never narrower: whoever uses it looks at each value again.

use super::expression::Comparison;
use super::value::{KeyType, Scalar};
use std::cmp::Ordering;

/// All values from `low`, included, to `high`; an absent end is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) low: Option<Scalar>,
    pub(super) high: Option<High>,
}

/// The high end of an interval. The derived order is that of the ends: below a value, then up to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct High {
    pub(super) value: Scalar,
    pub(super) included: bool,
}

impl High {
    /// Up to and with a value.
    pub(super) fn upto(value: Scalar) -> Self {
        Self {
            value,
            included: true,
        }
    }

    /// Up to a value, without it.
    pub(super) fn below(value: Scalar) -> Self {
        Self {
            value,
            included: false,
        }
    }
}

impl Interval {
    /// The single value of the interval, where it has just one.
    pub(super) fn point(&self) -> Option<&Scalar> {
        let (low, high) = (self.low.as_ref()?, self.high.as_ref()?);
        (high.included && *low == high.value).then_some(low)
    }
}

/// Intervals in ascending order that do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IntervalSet(Vec<Interval>);

impl IntervalSet {
    /// Every value.
    pub(super) fn all() -> Self {
        Self(vec![Interval {
            low: None,
            high: None,
        }])
    }

    /// No value.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// These values and no others.
    pub(super) fn points(values: impl IntoIterator<Item = Scalar>) -> Self {
        let points = values
            .into_iter()
            .map(|value| Interval {
                low: Some(value.clone()),
                high: Some(High::upto(value)),
            })
            .collect();
        Self::merged(points)
    }

    /// The values that compare so with a constant.
    pub(super) fn compared(key_type: &KeyType, operator: Comparison, constant: Scalar) -> Self {
        match operator {
            Comparison::Equal => Self::points([constant]),
            Comparison::NotEqual => Self::all(),
            Comparison::LessOrEqual => Self::between(None, Some(High::upto(constant))),
            // A low end that is left out would save one value at most.
            Comparison::Greater | Comparison::GreaterOrEqual => Self::between(Some(constant), None),
            Comparison::Less => {
                let high = match predecessor(key_type, &constant) {
                    Some(value) => High::upto(value),
                    None => High::below(constant),
                };
                Self::between(None, Some(high))
            }
        }
    }

    /// One interval.
    pub(super) fn between(low: Option<Scalar>, high: Option<High>) -> Self {
        Self(vec![Interval { low, high }])
    }

    /// True when the set leaves nothing out.
    pub(super) fn is_all(&self) -> bool {
        matches!(
            self.0.as_slice(),
            [Interval {
                low: None,
                high: None
            }]
        )
    }

    /// True when the set holds nothing.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The intervals, ascending.
    pub(super) fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// The values of any of these sets.
    pub(super) fn union(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::merged(sets.into_iter().flat_map(|set| set.0).collect())
    }

    /// The values of both sets.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let mut common = Vec::new();
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(left), Some(right)) = (one.peek(), two.peek()) {
            let low = left.low.as_ref().max(right.low.as_ref());
            let left_ends_first = cmp_high(left.high.as_ref(), right.high.as_ref()).is_le();
            let high = if left_ends_first {
                left.high.as_ref()
            } else {
                right.high.as_ref()
            };
            if holds_a_value(low, high) {
                common.push(Interval {
                    low: low.cloned(),
                    high: high.cloned(),
                });
            }
            if left_ends_first {
                one.next();
            } else {
                two.next();
            }
        }
        Self(common)
    }

    fn merged(mut intervals: Vec<Interval>) -> Self {
        intervals.retain(|one| holds_a_value(one.low.as_ref(), one.high.as_ref()));
        intervals.sort_by(|one, two| one.low.cmp(&two.low));
        let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
        for next in intervals {
            match merged.last_mut() {
                Some(last) if holds_a_value(next.low.as_ref(), last.high.as_ref()) => {
                    if cmp_high(last.high.as_ref(), next.high.as_ref()).is_lt() {
                        last.high = next.high;
                    }
                }
                _ => merged.push(next),
            }
        }
        Self(merged)
    }
}

/// The greatest value below a constant, for the types that have one.
fn predecessor(key_type: &KeyType, constant: &Scalar) -> Option<Scalar> {
    match (key_type, constant) {
        (KeyType::Integer, Scalar::Integer(value)) => value.checked_sub(1).map(Scalar::Integer),
        (KeyType::Date, Scalar::Moment(moment)) if moment.is_midnight() => {
            moment.previous_day().map(Scalar::Moment)
        }
        _ => None,
    }
}

/// An absent high end is above all others.
fn cmp_high(one: Option<&High>, two: Option<&High>) -> Ordering {
    match (one, two) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(two)) => one.cmp(two),
    }
}

/// True when something lies between two ends, as far as their order tells.
fn holds_a_value(low: Option<&Scalar>, high: Option<&High>) -> bool {
    match (low, high) {
        (Some(low), Some(high)) if high.included => *low <= high.value,
        (Some(low), Some(high)) => *low < high.value,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sets() -> impl Strategy<Value = IntervalSet> {
        let low = prop::option::weighted(0.9, (0_i64..12).prop_map(Scalar::Integer));
        let high = (0_i64..12, any::<bool>()).prop_map(|(value, included)| High {
            value: Scalar::Integer(value),
            included,
        });
        let high = prop::option::weighted(0.9, high);
        prop::collection::vec((low, high), 0..4).prop_map(|ends| {
            IntervalSet::union(
                ends.into_iter()
                    .map(|(low, high)| IntervalSet::between(low, high)),
            )
        })
    }

    fn holds(set: &IntervalSet, value: i64) -> bool {
        let value = Scalar::Integer(value);
        set.intervals().iter().any(|interval| {
            interval.low.as_ref().is_none_or(|low| *low <= value)
                && interval
                    .high
                    .as_ref()
                    .is_none_or(|high| high.value > value || (high.included && high.value == value))
        })
    }

    proptest! {
        #[test]
        fn sets_behave_as_sets(one in sets(), two in sets(), value in -1_i64..13) {
            let both = one.intersection(&two);
            let any = IntervalSet::union([one.clone(), two.clone()]);
            prop_assert_eq!(holds(&both, value), holds(&one, value) && holds(&two, value));
            prop_assert_eq!(holds(&any, value), holds(&one, value) || holds(&two, value));
        }
    }

    #[test]
    fn less_is_tight_where_it_can_be() {
        let below = IntervalSet::compared(&KeyType::Integer, Comparison::Less, Scalar::Integer(5));
        assert_eq!(
            below,
            IntervalSet::between(None, Some(High::upto(Scalar::Integer(4))))
        );
        let least = Scalar::Integer(i64::MIN);
        let below = IntervalSet::compared(&KeyType::Integer, Comparison::Less, least.clone());
        assert_eq!(below, IntervalSet::between(None, Some(High::below(least))));
    }
}
