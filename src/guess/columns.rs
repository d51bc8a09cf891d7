//! The columns of a table from those of several of its files.

use crate::hive::hive_type::HiveType;
use crate::model::Column;
use std::collections::HashSet;

/// Columns of a guess at most.
pub const COLUMNS_MAX: usize = 1_000;
/// Bytes of a column's name at most, in Hive.
const NAME_BYTES_MAX: usize = 767;
/// Characters that are shown of a name that is none.
const NAME_CHARS_SHOWN: usize = 80;
/// Whole numbers, the narrowest first; and numbers with a point.
const INTEGERS: [&str; 4] = ["tinyint", "smallint", "int", "bigint"];
const FLOATS: [&str; 2] = ["float", "double"];

/// The columns of all files together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnsFound {
    /// The columns, in the order of the first file that has them.
    pub columns: Vec<Column>,
    /// Where files differ, in words.
    pub notes: Vec<String>,
}

/// What is known of one column while files are joined.
struct Known {
    column: Column,
    /// The type in the first file that has it, and that file.
    first: (String, String),
    /// The type in another file, and that file, where one type reads both.
    other: Option<(String, String)>,
}

/// Joins the columns of files, the newest file first. A type is one that reads all of them where there is such a one,
/// else that of the newest file; both is said. Columns of text have always one. What has the name of a partition key is left
/// out: a table has a name once.
pub fn join(files: Vec<(String, Vec<Column>)>, keys: &[Column], is_text: bool) -> ColumnsFound {
    let mut notes = Vec::new();
    let mut joined: Vec<Known> = Vec::new();
    for (file, columns) in files {
        for column in columns {
            let Some(column) = admitted(column, keys, &mut notes) else {
                continue;
            };
            let at = joined
                .iter()
                .position(|known| known.column.name == column.name);
            if let Some(at) = at {
                notes.extend(joined[at].take(column, &file, is_text));
            } else if joined.len() < COLUMNS_MAX {
                let first = (column.data_type.clone(), file.clone());
                joined.push(Known {
                    column,
                    first,
                    other: None,
                });
            }
        }
    }
    notes.extend(joined.iter().filter_map(Known::widened));
    let columns = joined.into_iter().map(|known| known.column).collect();
    ColumnsFound { columns, notes }
}

impl Known {
    /// Takes the same column of another file; gives what to say where no type reads both.
    fn take(&mut self, column: Column, file: &str, is_text: bool) -> Option<String> {
        let own = &mut self.column.data_type;
        if *own == column.data_type {
            return None;
        }
        let both = wider(own, &column.data_type).or_else(|| is_text.then(|| "string".to_owned()));
        let Some(both) = both else {
            return Some(format!(
                "the column {:?} is {own} in {} and {} in {file}",
                column.name, self.first.1, column.data_type
            ));
        };
        if column.data_type != self.first.0 && (self.other.is_none() || *own != both) {
            self.other = Some((column.data_type, file.to_owned()));
        }
        *own = both;
        None
    }

    /// That it is not of one type in all files, once.
    fn widened(&self) -> Option<String> {
        let (other, other_file) = self.other.as_ref()?;
        let (first, file) = &self.first;
        let Column {
            name, data_type, ..
        } = &self.column;
        Some(format!(
            "the column {name:?} is {first} in {file} and {other} in {other_file}: {data_type} reads both"
        ))
    }
}

/// A column as a table can have it, or nothing; what is changed or left out is noted, each once.
fn admitted(mut column: Column, keys: &[Column], notes: &mut Vec<String>) -> Option<Column> {
    let mut note = |why: String| {
        if notes.len() < COLUMNS_MAX && !notes.contains(&why) {
            notes.push(why);
        }
    };
    if !is_column_name(&column.name) {
        let name: String = column.name.chars().take(NAME_CHARS_SHOWN).collect();
        note(format!(
            "the files have a column {name:?}, which is no name that engines take: it is left out"
        ));
        return None;
    }
    if let Some(once) = fields_once(&HiveType::parse(&column.data_type)) {
        note(format!(
            "the column {:?} has fields that differ in case alone, which engines take for one: the first of them stands",
            column.name
        ));
        column.data_type = once.to_string();
    }
    let is_key = |key: &Column| key.name.eq_ignore_ascii_case(&column.name);
    if keys.iter().any(is_key) {
        note(format!(
            "the files have a column {:?} of their own: the partition key has that name, so it is left out",
            column.name
        ));
        return None;
    }
    Some(column)
}

/// A type without the fields whose name another one before has; nothing where there are none.
fn fields_once(data_type: &HiveType) -> Option<HiveType> {
    match data_type {
        HiveType::Array(element) => Some(HiveType::Array(Box::new(fields_once(element)?))),
        HiveType::Map(key, value) => {
            let once = (fields_once(key), fields_once(value));
            if once == (None, None) {
                return None;
            }
            let part = |once: Option<HiveType>, whole: &HiveType| {
                Box::new(once.unwrap_or_else(|| whole.clone()))
            };
            Some(HiveType::Map(part(once.0, key), part(once.1, value)))
        }
        HiveType::Struct(fields) => {
            let mut names = HashSet::new();
            let mut has_changed = false;
            let mut once = Vec::with_capacity(fields.len());
            for (name, field) in fields {
                if !names.insert(name) {
                    has_changed = true;
                    continue;
                }
                let inside = fields_once(field);
                has_changed |= inside.is_some();
                once.push((name.clone(), inside.unwrap_or_else(|| field.clone())));
            }
            has_changed.then_some(HiveType::Struct(once))
        }
        _ => None,
    }
}

/// The type that reads both, of numbers.
fn wider(one: &str, other: &str) -> Option<String> {
    let integer = |text: &str| INTEGERS.iter().position(|name| *name == text);
    let float = |text: &str| FLOATS.iter().position(|name| *name == text);
    let name = match (integer(one), integer(other), float(one), float(other)) {
        (Some(one), Some(other), _, _) => INTEGERS.get(one.max(other))?,
        (_, _, Some(one), Some(other)) => FLOATS.get(one.max(other))?,
        (Some(_), None, None, Some(_)) | (None, Some(_), Some(_), None) => "double",
        _ => return None,
    };
    Some((*name).to_owned())
}

/// Whether a name may be that of a column for every engine.
fn is_column_name(name: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && c != '`';
    !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX && name.chars().all(is_plain)
}

/// Whether a name may stand inside a type's text, and in a table, for every engine.
pub(super) fn is_field_name(name: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '<' | '>' | ':' | ',' | '`' | ';');
    !name.is_empty() && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::{Column, join};

    fn column(name: &str, data_type: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    }

    #[test]
    fn fields_that_differ_in_case_alone_are_one_and_told() {
        let file = vec![
            column("s", "struct<x:bigint,X:string>"),
            column("a", "array<map<string,struct<y:struct<z:int,Z:int>>>>"),
            column("whole", "struct<A:int>"),
        ];
        let found = join(vec![("f".to_owned(), file)], &[], false);
        let types: Vec<&str> = found
            .columns
            .iter()
            .map(|one| one.data_type.as_str())
            .collect();
        assert_eq!(
            types,
            [
                "struct<x:bigint>",
                "array<map<string,struct<y:struct<z:int>>>>",
                "struct<A:int>"
            ]
        );
        assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
    }

    #[test]
    fn names_that_no_engine_takes_are_left_out_and_told() {
        let long = "x".repeat(super::NAME_BYTES_MAX + 1);
        let file = vec![
            column("id", "bigint"),
            column("", "int"),
            column(" ", "int"),
            column("a`b", "int"),
            column("a\nb", "int"),
            column(&long, "int"),
            column("größe in cm", "int"),
        ];
        let found = join(vec![("f".to_owned(), file)], &[], false);
        let names: Vec<&str> = found.columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["id", "größe in cm"]);
        assert_eq!(found.notes.len(), 5, "{:?}", found.notes);
        let is_bounded = |note: &String| note.contains("is left out") && note.len() < 200;
        assert!(found.notes.iter().all(is_bounded), "{:?}", found.notes);
    }

    #[test]
    fn notes_of_names_are_bounded() {
        let names = (0..2 * super::COLUMNS_MAX).map(|number| format!("`{number}"));
        let file = names.map(|name| column(&name, "int")).collect();
        let found = join(vec![("f".to_owned(), file)], &[], false);
        assert_eq!(found.notes.len(), super::COLUMNS_MAX);
        assert!(found.columns.is_empty());
    }

    #[test]
    fn files_that_differ_are_read_by_the_wider_type_or_told() {
        let newest = vec![column("id", "int"), column("at", "timestamp")];
        let older = vec![
            column("id", "bigint"),
            column("at", "string"),
            column("gone", "double"),
            column("dt", "string"),
        ];
        let files = vec![("b".to_owned(), newest), ("a".to_owned(), older)];
        let found = join(files, &[column("dt", "date")], false);
        let expected = vec![
            column("id", "bigint"),
            column("at", "timestamp"),
            column("gone", "double"),
        ];
        assert_eq!(found.columns, expected);
        assert_eq!(found.notes.len(), 3, "{:?}", found.notes);
        assert!(found.notes[0].contains("timestamp in b and string in a"));
        let widened = "the column \"id\" is int in b and bigint in a: bigint reads both";
        assert_eq!(found.notes[2], widened);
    }

    #[test]
    fn a_column_that_is_widened_is_told_once() {
        let files = [
            ("d", "bigint"),
            ("c", "int"),
            ("b", "double"),
            ("a", "double"),
        ];
        let files = files.map(|(file, data_type)| (file.to_owned(), vec![column("id", data_type)]));
        let found = join(files.to_vec(), &[], false);
        assert_eq!(found.columns, [column("id", "double")]);
        let told = "the column \"id\" is bigint in d and double in b: double reads both";
        assert_eq!(found.notes, [told]);
    }
}
