//! Which column types Hive takes in a create or alter: only the first token is looked at.
//!
//! Everything after that token (precision, element types, struct fields) is stored unread, so types
//! that Hive itself cannot parse pass here as they pass there. Whether a type may replace another is
//! `type_change`'s matter.

/// What engines store as the type of a column that the deserializer describes; Hive accepts it whole.
const FROM_DESERIALIZER: &str = "<derived from deserializer>";

/// The tokens that a type may start with, as written: Hive compares them with their case
/// (`AllTypes` of 2.3, 3.1 and 4.x; the last three are property names that slipped into Hive's list).
const FIRST_TOKENS: &[&str] = &[
    "void",
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "string",
    "char",
    "varchar",
    "date",
    "datetime",
    "timestamp",
    "decimal",
    "binary",
    "interval_year_month",
    "interval_day_time",
    "array",
    "map",
    "struct",
    "uniontype",
    "columns",
    "columns.types",
    "column.name.delimiter",
];

/// A column type that Hive refuses: `InvalidObjectException` on create, `InvalidOperationException`
/// on alter. The callers put `Invalid column ` or `Invalid partition column ` before the text of an
/// unknown type, as Hive does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnTypeError {
    /// The first token is no type.
    #[error("type: {column_type}")]
    Unknown {
        /// The type as it came.
        column_type: String,
    },
    /// The type is empty, a `MetaException` in Hive (its check runs off the string's start).
    #[error("the type of a column is empty")]
    Empty,
}

/// Checks the leading run of letters, digits and `_` of a column type (`decimal` of `decimal(10,2)`)
/// against Hive's list. So `INT`, `integer` and `numeric` fail, `timestamp with local time zone` passes.
pub fn check_column_type(column_type: &str) -> Result<(), ColumnTypeError> {
    if column_type.is_empty() {
        return Err(ColumnTypeError::Empty);
    }
    if column_type == FROM_DESERIALIZER || FIRST_TOKENS.contains(&first_token(column_type)) {
        return Ok(());
    }
    Err(ColumnTypeError::Unknown {
        column_type: column_type.to_owned(),
    })
}

/// The leading run of letters, digits and `_`; empty when the type starts with something else.
pub fn first_token(column_type: &str) -> &str {
    let end = column_type.find(|c: char| !c.is_alphanumeric() && c != '_');
    &column_type[..end.unwrap_or(column_type.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_token_counts() {
        for good in [
            "int",
            "decimal(10,2)",
            "struct<a:nonsense>",
            "timestamp with local time zone",
            "array<",
            "<derived from deserializer>",
        ] {
            assert_eq!(check_column_type(good), Ok(()), "{good}");
        }
        for bad in ["INT", "integer", "numeric", "int8", " int", "<int>", "json"] {
            let error = check_column_type(bad).unwrap_err();
            assert_eq!(error.to_string(), format!("type: {bad}"));
        }
        assert_eq!(check_column_type(""), Err(ColumnTypeError::Empty));
    }
}
