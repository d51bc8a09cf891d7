//! Resolves a parsed filter against the keys it speaks of: identifiers become key numbers, constants
//! values of the keys' types, and lists sorted sets.
//!
//! Keys are matched without regard to case. `NOT` stays as it is, so that `verdict` decides what it
//! means for a value without a reading.

use super::error::FilterError;
use super::expression::{Comparison, Constant, Expression};
use super::like::LikePattern;
use super::value::{KeyType, Scalar};
use crate::model::Column;

/// The most patterns in a filter: each takes up to half a megabyte once it has been used.
const PATTERNS_MAX: usize = 100;

/// A filter over the partitions of one table, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct PartitionFilter {
    pub(super) root: BoundExpression,
    pub(super) keys: Vec<BoundKey>,
}

/// A partition key.
#[derive(Debug, Clone)]
pub(super) struct BoundKey {
    pub(super) name: String,
    pub(super) key_type: KeyType,
}

/// An expression over numbered keys.
#[derive(Debug, Clone)]
pub(super) enum BoundExpression {
    And(Vec<BoundExpression>),
    Or(Vec<BoundExpression>),
    Not(Box<BoundExpression>),
    Test { key: usize, test: Test },
}

/// What is asked of one value.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Compare {
        operator: Comparison,
        constant: Scalar,
    },
    /// Equal to one of these, which are sorted and not empty.
    OneOf(Vec<Scalar>),
    Like(LikePattern),
}

impl PartitionFilter {
    /// Binds a parsed filter to a table's partition keys.
    pub fn bind(expression: &Expression, keys: &[Column]) -> Result<Self, FilterError> {
        let keys: Vec<BoundKey> = keys
            .iter()
            .map(|key| BoundKey {
                name: key.name.clone(),
                key_type: KeyType::of(&key.data_type),
            })
            .collect();
        let mut resolve = |name: &str| {
            let wanted = name.to_lowercase();
            let number = keys
                .iter()
                .position(|key| key.name.to_lowercase() == wanted);
            let number = number.ok_or_else(|| FilterError::UnknownKey {
                key: name.to_owned(),
            })?;
            Ok((number, keys[number].key_type.clone()))
        };
        let mut binder = Binder {
            resolve: &mut resolve,
            pattern: LikePattern::of_partitions,
            patterns: 0,
        };
        let root = binder.expression(expression)?;
        Ok(Self { root, keys })
    }

    /// Parses and binds in one step; an empty text is the filter that all partitions match.
    pub fn parse(text: &str, keys: &[Column]) -> Result<Self, FilterError> {
        Self::bind(&super::parser::parse(text)?, keys)
    }

    /// True for the filter that every partition matches without being looked at.
    pub fn matches_all(&self) -> bool {
        matches!(&self.root, BoundExpression::And(terms) if terms.is_empty())
    }
}

/// Gives the number and type of the key that an identifier names.
pub(super) type Resolve<'a> = dyn FnMut(&str) -> Result<(usize, KeyType), FilterError> + 'a;

/// Binds expressions; partition filters and table filters differ in what identifiers are.
pub(super) struct Binder<'a> {
    /// What the identifiers are.
    pub(super) resolve: &'a mut Resolve<'a>,
    /// How a pattern is read.
    pub(super) pattern: fn(&str) -> Result<LikePattern, FilterError>,
    /// The patterns bound so far.
    pub(super) patterns: usize,
}

impl Binder<'_> {
    pub(super) fn expression(
        &mut self,
        expression: &Expression,
    ) -> Result<BoundExpression, FilterError> {
        match expression {
            Expression::And(terms) => {
                let mut bound = Vec::with_capacity(terms.len());
                for term in terms {
                    match self.expression(term)? {
                        BoundExpression::And(inner) => bound.extend(inner),
                        other => bound.push(other),
                    }
                }
                Ok(BoundExpression::And(bound))
            }
            Expression::Or(terms) => {
                let mut bound = Vec::with_capacity(terms.len());
                for term in terms {
                    match self.expression(term)? {
                        BoundExpression::Or(inner) => bound.extend(inner),
                        other => bound.push(other),
                    }
                }
                Ok(BoundExpression::Or(bound))
            }
            Expression::Not(inner) => Ok(BoundExpression::Not(Box::new(self.expression(inner)?))),
            Expression::Compare {
                key,
                operator,
                constant,
            } => self.compare(key, *operator, constant),
            Expression::Like { key, pattern } => self.like(key, pattern),
            Expression::Between { key, low, high } => Ok(BoundExpression::And(vec![
                self.compare(key, Comparison::GreaterOrEqual, low)?,
                self.compare(key, Comparison::LessOrEqual, high)?,
            ])),
            Expression::In { key, constants } => self.one_of(key, constants.iter()),
            Expression::StructIn { keys, rows } => self.struct_in(keys, rows),
        }
    }

    fn compare(
        &mut self,
        key: &str,
        operator: Comparison,
        constant: &Constant,
    ) -> Result<BoundExpression, FilterError> {
        let (number, key_type) = (self.resolve)(key)?;
        let constant = scalar(key, &key_type, constant)?;
        Ok(BoundExpression::Test {
            key: number,
            test: Test::Compare { operator, constant },
        })
    }

    fn like(&mut self, key: &str, pattern: &str) -> Result<BoundExpression, FilterError> {
        let (number, _) = (self.resolve)(key)?;
        self.patterns += 1;
        if self.patterns > PATTERNS_MAX {
            return Err(FilterError::TooLarge {
                limit: PATTERNS_MAX,
                unit: "LIKE patterns",
            });
        }
        let pattern = (self.pattern)(pattern)?;
        Ok(BoundExpression::Test {
            key: number,
            test: Test::Like(pattern),
        })
    }

    fn one_of<'c>(
        &mut self,
        key: &str,
        constants: impl Iterator<Item = &'c Constant>,
    ) -> Result<BoundExpression, FilterError> {
        let (number, key_type) = (self.resolve)(key)?;
        let scalars: Result<Vec<Scalar>, FilterError> = constants
            .map(|constant| scalar(key, &key_type, constant))
            .collect();
        let mut scalars = scalars?;
        scalars.sort_unstable();
        scalars.dedup();
        Ok(BoundExpression::Test {
            key: number,
            test: Test::OneOf(scalars),
        })
    }

    fn struct_in(
        &mut self,
        keys: &[String],
        rows: &[Vec<Constant>],
    ) -> Result<BoundExpression, FilterError> {
        if let [key] = keys {
            return self.one_of(key, rows.iter().flatten());
        }
        let mut alternatives = Vec::with_capacity(rows.len());
        for row in rows {
            let mut terms = Vec::with_capacity(keys.len());
            for (key, constant) in keys.iter().zip(row) {
                terms.push(self.compare(key, Comparison::Equal, constant)?);
            }
            alternatives.push(BoundExpression::And(terms));
        }
        Ok(BoundExpression::Or(alternatives))
    }
}

fn scalar(key: &str, key_type: &KeyType, constant: &Constant) -> Result<Scalar, FilterError> {
    let name = match key_type {
        KeyType::Text | KeyType::Char => "string",
        KeyType::Integer => "integer",
        KeyType::Decimal => "decimal",
        KeyType::Double => "double",
        KeyType::Float => "float",
        KeyType::Date => "date",
        KeyType::Timestamp => "timestamp",
        KeyType::Boolean => "boolean",
        KeyType::Other => {
            return Err(FilterError::UnsupportedKeyType {
                key: key.to_owned(),
            });
        }
    };
    key_type
        .scalar_of(constant)
        .ok_or_else(|| FilterError::TypeMismatch {
            key: key.to_owned(),
            key_type: name,
            constant: constant.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<Column> {
        [
            ("dt", "string"),
            ("Hour", "int"),
            ("day", "date"),
            ("blob", "binary"),
        ]
        .map(|(name, data_type)| Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        })
        .to_vec()
    }

    #[test]
    fn keys_are_found_without_regard_to_case() {
        for text in [
            "DT = 'a'",
            "hour = 1",
            "`HOUR` in (1)",
            "(struct(dt, hour)) in (struct('a', 1))",
        ] {
            assert!(PartitionFilter::parse(text, &keys()).is_ok(), "{text}");
        }
        let error = PartitionFilter::parse("x = 1", &keys()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Specified key <x> is not a partitioning key for the table"
        );
    }

    #[test]
    fn constants_must_fit() {
        for text in [
            "dt = 1",
            "dt in ('a', 1)",
            "hour = 'x'",
            "hour between 1 and 2024-01-01",
            "day > 'x'",
            "blob = 'x'",
            "(struct(dt, hour)) in (struct(1, 1))",
        ] {
            assert!(PartitionFilter::parse(text, &keys()).is_err(), "{text}");
        }
        assert!(PartitionFilter::parse("blob like 'x%'", &keys()).is_ok());
    }

    #[test]
    fn the_number_of_patterns_is_bounded() {
        let text = |count: usize| vec!["dt like 'x'"; count].join(" or ");
        assert!(PartitionFilter::parse(&text(PATTERNS_MAX), &keys()).is_ok());
        assert!(PartitionFilter::parse(&text(PATTERNS_MAX + 1), &keys()).is_err());
    }

    #[test]
    fn all_is_known_without_looking() {
        assert!(PartitionFilter::parse(" ", &keys()).unwrap().matches_all());
        assert!(
            !PartitionFilter::parse("hour = 1", &keys())
                .unwrap()
                .matches_all()
        );
    }
}
