//! What `InnoDB` calls its tables inside, whatever their names: a table that has another name and the number of one that is
//! gone is that one. The right `PROCESS` shows the numbers; without it there are none, and a rename stays a guess. A table
//! that is built anew gets another number, so two numbers do not prove two tables.

use crate::source::failure::ReadError;
use futures::TryStreamExt;
use sqlx::mysql::MySqlConnection;
use sqlx::{Row, query};
use std::collections::HashMap;
use std::fmt::Write as _;

/// Tables whose numbers are read at most.
const TABLES_MAX: usize = 1_000_000;

/// The numbers by `schema/table`, as `InnoDB` writes names.
pub(super) struct Identities(HashMap<String, i64>);

impl Identities {
    pub(super) async fn read(
        connection: &mut MySqlConnection,
        is_mariadb: bool,
    ) -> Result<Self, ReadError> {
        let mut rows = query(if is_mariadb {
            "SELECT CAST(NAME AS CHAR), CAST(TABLE_ID AS SIGNED)
            FROM information_schema.INNODB_SYS_TABLES"
        } else {
            "SELECT CAST(NAME AS CHAR), CAST(TABLE_ID AS SIGNED)
            FROM information_schema.INNODB_TABLES"
        })
        .fetch(connection);
        let mut found = HashMap::new();
        while found.len() < TABLES_MAX {
            match rows.try_next().await {
                Ok(Some(row)) => {
                    found.insert(row.try_get_unchecked(0)?, row.try_get_unchecked(1)?);
                }
                Ok(None) => break,
                // No right, no InnoDB, or a release that has no such table.
                Err(sqlx::Error::Database(_)) => return Ok(Self(HashMap::new())),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self(found))
    }

    /// The number of a table; `None` for views, for tables of other engines and where numbers are not shown.
    pub(super) fn of(&self, schema: &str, name: &str) -> Option<i64> {
        if self.0.is_empty() {
            return None;
        }
        let inside = format!("{}/{}", file_name(schema)?, file_name(name)?);
        self.0.get(&inside).copied()
    }
}

/// A name as it stands in the name of a file: ASCII letters, digits and `_` as they are, the rest of ASCII by its code.
/// Other letters have codes of their own, which are not known here.
fn file_name(name: &str) -> Option<String> {
    let mut written = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => written.push(character),
            other if other.is_ascii() => {
                // Writing to a String cannot fail.
                let _ = write!(written, "@{:04x}", u32::from(other));
            }
            _ => return None,
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files() {
        let known = HashMap::from([("my@002ddb/t_1".to_owned(), 7), ("a/b@0020c".to_owned(), 8)]);
        let identities = Identities(known);
        assert_eq!(identities.of("my-db", "t_1"), Some(7));
        assert_eq!(identities.of("a", "b c"), Some(8));
        assert_eq!(identities.of("a", "ä"), None);
        assert_eq!(identities.of("a", "view"), None);
    }
}
