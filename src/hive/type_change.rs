//! Which column types may become which in an alter of a table
//! (`metastore.disallow.incompatible.col.type.changes`, on by default in Hive).
//!
//! The check goes by position, as Hive's does: dropping a middle column looks like a change of all
//! that follow. Which tables are exempt (views, Kudu, Iceberg) is the caller's to know.

use super::type_check::first_token;

/// Alter of a table would change columns to types that cannot read the old data: an
/// `InvalidOperationException` with this text in Hive 2.3 to 4.x.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "The following columns have types incompatible with the existing columns in their respective \
     positions :\n{}",
    columns.join(",")
)]
pub struct IncompatibleColumns {
    /// The new names of the columns, in their order.
    pub columns: Vec<String>,
}

/// The numeric types from narrow to wide; each may become any later one.
const NUMERIC: [&str; 7] = [
    "tinyint", "smallint", "int", "bigint", "decimal", "float", "double",
];

/// One column as the check sees it.
#[derive(Debug, Clone, Copy)]
pub struct ColumnType<'a> {
    /// The column's name; only the error shows it.
    pub name: &'a str,
    /// The column's Hive type, such as `decimal(10,2)`.
    pub hive_type: &'a str,
}

/// Compares old and new columns by position, up to the shorter list.
pub fn check_type_changes(
    old: &[ColumnType<'_>],
    new: &[ColumnType<'_>],
) -> Result<(), IncompatibleColumns> {
    let columns: Vec<String> = old
        .iter()
        .zip(new)
        .filter(|(before, after)| !may_become(before.hive_type, after.hive_type))
        .map(|(_, after)| after.name.to_owned())
        .collect();
    if columns.is_empty() {
        Ok(())
    } else {
        Err(IncompatibleColumns { columns })
    }
}

/// True when a column of type `old` may become one of type `new`.
///
/// Parameters are not compared: `decimal(20,2)` may become `decimal(10,2)`, and a `struct` any other
/// `struct`. Strings may become `double`, which Hive 2.3 and 3.1 allow and 4.x does not.
pub fn may_become(old: &str, new: &str) -> bool {
    let (old, new) = (kind(old), kind(new));
    if old == new {
        return true;
    }
    if is_complex(&old) || is_complex(&new) {
        return false;
    }
    if let (Some(before), Some(after)) = (numeric_rank(&old), numeric_rank(&new)) {
        return before < after;
    }
    match old.as_str() {
        "void" => true,
        "string" | "varchar" | "char" => is_string(&new) || new == "double",
        "date" | "datetime" | "timestamp" => is_string(&new),
        numeric if numeric_rank(numeric).is_some() => is_string(&new),
        _ => false,
    }
}

/// The first token in lower case; `timestamp with local time zone` is a kind of its own in Hive, but
/// may become the same kinds as a timestamp.
fn kind(hive_type: &str) -> String {
    let trimmed = hive_type.trim();
    let token = first_token(trimmed);
    // A placeholder such as `<derived from deserializer>` has no token: it equals only itself.
    let kind = if token.is_empty() { trimmed } else { token };
    match kind.to_lowercase().as_str() {
        "integer" => "int".to_owned(),
        "timestamptz" | "timestamplocaltz" => "timestamp".to_owned(),
        lower => lower.to_owned(),
    }
}

fn is_string(kind: &str) -> bool {
    matches!(kind, "string" | "varchar" | "char")
}

fn is_complex(kind: &str) -> bool {
    matches!(kind, "array" | "map" | "struct" | "uniontype")
}

fn numeric_rank(kind: &str) -> Option<usize> {
    NUMERIC.iter().position(|numeric| *numeric == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_table_of_hive() {
        for (old, new) in [
            ("int", "int"),
            ("int", "bigint"),
            ("tinyint", "double"),
            ("bigint", "decimal(20,0)"),
            ("decimal(20,2)", "decimal(10,2)"),
            ("float", "double"),
            ("string", "varchar(10)"),
            ("char(3)", "string"),
            ("string", "double"),
            ("void", "date"),
            ("date", "string"),
            ("timestamp", "varchar(30)"),
            ("double", "string"),
            ("array<int>", "array<string>"),
            ("struct<a:int>", "struct<a:int,b:int>"),
        ] {
            assert!(may_become(old, new), "{old} -> {new}");
        }
        for (old, new) in [
            ("bigint", "int"),
            ("double", "float"),
            ("float", "decimal(10,2)"),
            ("string", "int"),
            ("string", "date"),
            ("date", "timestamp"),
            ("boolean", "string"),
            ("binary", "string"),
            ("array<int>", "map<int,int>"),
            ("void", "array<int>"),
            ("int", "struct<a:int>"),
        ] {
            assert!(!may_become(old, new), "{old} -> {new}");
        }
    }

    #[test]
    fn compares_by_position_and_names_the_new_columns() {
        let column = |name, hive_type| ColumnType { name, hive_type };
        let old = [
            column("a", "int"),
            column("b", "string"),
            column("c", "date"),
        ];
        assert_eq!(check_type_changes(&old, &old[..2]), Ok(()));
        let new = [column("x", "string"), column("y", "date")];
        let error = check_type_changes(&old, &new).unwrap_err();
        assert_eq!(error.columns, ["y"]);
        assert!(error.to_string().ends_with("respective positions :\ny"));
    }
}
