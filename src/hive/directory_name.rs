//! The default directory names of databases and tables inside the warehouse, and which names are hidden.
//!
//! Engines look for data where Hive would have put it, so the spelling must be Hive's to the letter.
//! This file joins no paths: it names one directory.

use std::fmt::Write as _;

/// The directory of a table: its lower-case name, in which every character other than a letter, a
/// digit or `_` is written as `-<decimal code>-` (Hive's `encodeTableName`; `a-b` → `a-45-b`).
pub fn table_directory(table: &str) -> String {
    encoded(table)
}

/// The directory of a database other than `default` in the catalog `hive`: `<lower-case name>.db`.
/// The name is encoded as a table's is. Hive leaves it as it is, so that `../x` leads out of the
/// warehouse and `a/b` into the directory of another database; word characters, the only ones that
/// Hive 2 and 3 allow, come out the same.
pub fn database_directory(database: &str) -> String {
    encoded(database) + ".db"
}

/// Whether Hive hides a file or directory of this name from counting and reading: `_SUCCESS`, `_temporary`, `.part.crc`.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

/// The code counts UTF-16 units, as Java does; names that pass the object-name check are ASCII, where
/// the two agree.
fn encoded(name: &str) -> String {
    let mut directory = String::with_capacity(name.len());
    for character in name.to_lowercase().chars() {
        if character.is_alphanumeric() || character == '_' {
            directory.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(directory, "-{unit}-");
        }
    }
    directory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay() {
        assert_eq!(table_directory("Web_Sales2"), "web_sales2");
        assert_eq!(database_directory("Sales"), "sales.db");
    }

    #[test]
    fn special_characters_become_codes() {
        assert_eq!(table_directory("a-b c/d"), "a-45-b-32-c-47-d");
        assert_eq!(database_directory("a/b"), "a-47-b.db");
        assert_eq!(database_directory("../.."), "-46--46--47--46--46-.db");
    }
}
