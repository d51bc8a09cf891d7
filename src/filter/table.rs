//! Filters over tables: `get_table_names_by_filter`.
//!
//! The same language as for partitions, over properties of a table that have reserved names. Trino,
//! Presto and Iceberg ask for parameters (`hive_filter_field_params__table_type = "ICEBERG"`), Hive 4
//! for names (`hive_filter_field_tableName__ like "(?i)sales.*"`). LIKE is a Java regular expression.

use super::bind::{Binder, BoundExpression};
use super::error::FilterError;
use super::expression::{Comparison, Constant, Expression};
use super::lexer::{Identifiers, PARAMETER_FIELD_PREFIX};
use super::like::LikePattern;
use super::parser::parse_with;
use super::value::KeyType;
use std::collections::BTreeMap;

/// What a filter can ask about a table.
#[derive(Debug, Clone, Copy)]
pub struct TableFacts<'a> {
    /// The lower-case name.
    pub name: &'a str,
    /// The owner, where there is one.
    pub owner: Option<&'a str>,
    /// The type on the wire, such as `MANAGED_TABLE`.
    pub table_type: &'a str,
    /// The last access, in seconds since the epoch.
    pub last_access_s: i64,
    /// The parameters.
    pub parameters: &'a BTreeMap<String, String>,
}

/// A property that a filter names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Name,
    Owner,
    Type,
    LastAccess,
    Parameter(String),
}

impl Field {
    fn of(identifier: &str) -> Option<Self> {
        match identifier {
            "hive_filter_field_tableName__" => Some(Self::Name),
            "hive_filter_field_owner__" => Some(Self::Owner),
            "hive_filter_field_tableType__" => Some(Self::Type),
            "hive_filter_field_last_access__" => Some(Self::LastAccess),
            other => {
                let key = other.strip_prefix(PARAMETER_FIELD_PREFIX)?;
                Some(Self::Parameter(key.to_owned()))
            }
        }
    }
}

/// A filter over tables, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct TableFilter {
    root: BoundExpression,
    fields: Vec<Field>,
}

impl TableFilter {
    /// Reads a filter; an empty text is the filter that all tables match.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut expression = parse_with(text, Identifiers::TableFields)?;
        check(&mut expression)?;
        let mut fields: Vec<Field> = Vec::new();
        let mut resolve = |identifier: &str| {
            let field = Field::of(identifier).ok_or_else(|| FilterError::UnknownTableField {
                key: identifier.to_owned(),
            })?;
            let key_type = match field {
                Field::LastAccess => KeyType::Integer,
                _ => KeyType::Text,
            };
            if let Some(number) = fields.iter().position(|known| *known == field) {
                return Ok((number, key_type));
            }
            fields.push(field);
            Ok((fields.len() - 1, key_type))
        };
        let mut binder = Binder {
            resolve: &mut resolve,
            pattern: LikePattern::of_tables,
            patterns: 0,
        };
        let root = binder.expression(&expression)?;
        Ok(Self { root, fields })
    }

    /// True when a table belongs to the answer. A table without an owner or a parameter matches no
    /// condition on it: `!=` asks for another value, not for none.
    pub fn matches(&self, table: &TableFacts<'_>) -> bool {
        let last_access = table.last_access_s.to_string();
        let verdict = self.root.verdict(&|number| match &self.fields[number] {
            Field::Name => Some((&KeyType::Text, table.name)),
            Field::Owner => table.owner.map(|owner| (&KeyType::Text, owner)),
            Field::Type => Some((&KeyType::Text, table.table_type)),
            Field::LastAccess => Some((&KeyType::Integer, last_access.as_str())),
            Field::Parameter(key) => table
                .parameters
                .get(key)
                .map(|value| (&KeyType::Text, value.as_str())),
        });
        verdict.can_be_true
    }
}

/// Refuses what Hive refuses: order and lists on parameters, patterns on times. Integers that are
/// compared with text are taken as text, as Hive does for parameters (`numFiles = 5`).
fn check(expression: &mut Expression) -> Result<(), FilterError> {
    match expression {
        Expression::And(terms) | Expression::Or(terms) => terms.iter_mut().try_for_each(check),
        Expression::Not(inner) => check(inner),
        Expression::Compare {
            key,
            operator,
            constant,
        } => {
            let equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
            if !equality && is_parameter(key) {
                return Err(unsupported(key, operator.symbol()));
            }
            as_text(key, constant);
            Ok(())
        }
        Expression::Like { key, .. } => match Field::of(key) {
            Some(Field::LastAccess) => Err(unsupported(key, "like")),
            _ => Ok(()),
        },
        Expression::Between { key, low, high } => {
            if is_parameter(key) {
                return Err(unsupported(key, "between"));
            }
            as_text(key, low);
            as_text(key, high);
            Ok(())
        }
        Expression::In { key, constants } => {
            for constant in constants {
                as_text(key, constant);
            }
            Ok(())
        }
        Expression::StructIn { keys, rows } => {
            for row in rows {
                for (key, constant) in keys.iter().zip(row) {
                    as_text(key, constant);
                }
            }
            Ok(())
        }
    }
}

fn is_parameter(key: &str) -> bool {
    matches!(Field::of(key), Some(Field::Parameter(_)))
}

fn unsupported(key: &str, operator: &'static str) -> FilterError {
    FilterError::UnsupportedOperator {
        key: key.to_owned(),
        operator,
    }
}

fn as_text(key: &str, constant: &mut Constant) {
    if is_parameter(key) && !matches!(constant, Constant::Text(_)) {
        *constant = Constant::Text(constant.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(filter: &str) -> bool {
        let parameters = [
            ("table_type", "ICEBERG"),
            ("write.format-default", "parquet"),
            ("numFiles", "5"),
        ];
        let parameters = parameters
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let table = TableFacts {
            name: "web_sales",
            owner: None,
            table_type: "EXTERNAL_TABLE",
            last_access_s: 1000,
            parameters: &parameters,
        };
        TableFilter::parse(filter)
            .unwrap_or_else(|error| panic!("{filter}: {error}"))
            .matches(&table)
    }

    #[test]
    fn reads_what_engines_send() {
        for filter in [
            "",
            "hive_filter_field_params__table_type = \"iceberg\" or hive_filter_field_params__table_type = \"ICEBERG\"",
            "hive_filter_field_params__table_type LIKE \"ICEBERG\"",
            "hive_filter_field_tableName__ like \"(?i)WEB_.*\"",
            "hive_filter_field_tableType__ = 'EXTERNAL_TABLE'",
            "hive_filter_field_last_access__ > 999 and hive_filter_field_last_access__ <= '1000'",
            "hive_filter_field_params__write.format-default=\"parquet\"",
            "hive_filter_field_params__numFiles = 5",
            "not hive_filter_field_params__numFiles in (6, '7')",
            "hive_filter_field_params__table_type <> 'HUDI'",
        ] {
            assert!(matched(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_absent_matches_nothing() {
        for filter in [
            "hive_filter_field_owner__ = 'me'",
            "hive_filter_field_owner__ != 'me'",
            "not hive_filter_field_owner__ = 'me'",
            "hive_filter_field_owner__ like '.*'",
            "hive_filter_field_params__presto_view = \"true\"",
            "hive_filter_field_params__presto_view <> \"true\"",
            "hive_filter_field_tableName__ like 'web%'",
        ] {
            assert!(!matched(filter), "{filter}");
        }
    }

    #[test]
    fn refuses_what_hive_refuses() {
        for filter in [
            "owner = 'me'",
            "hive_filter_field_params__a > 'x'",
            "hive_filter_field_params__a between 'x' and 'y'",
            "hive_filter_field_last_access__ like '1.*'",
            "hive_filter_field_last_access__ = 'yesterday'",
            "hive_filter_field_owner__ = 5",
            "hive_filter_field_owner__ like '*'",
            "hive_filter_field_owner__",
        ] {
            assert!(TableFilter::parse(filter).is_err(), "{filter}");
        }
    }
}
