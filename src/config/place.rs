//! Where a setting stands: the line and the column of the file, or the variable of the environment.

use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// A line and a column of a file, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// That of a byte of a text.
    pub(super) fn of_byte(text: &str, at: usize) -> Self {
        let before = &text[..text.floor_char_boundary(at)];
        let line_begin = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_begin..].chars().count() + 1,
        }
    }

    /// That of a key such as `watch.owners[0].owner`: of its value, else of the innermost section that it would stand in. Nothing
    /// where the text has none of them.
    pub(super) fn of_key(text: &str, key: &str) -> Option<Self> {
        let file = DeTable::parse(text).ok()?;
        let mut found: Option<Range<usize>> = None;
        let mut inside = Inside::Table(file.get_ref());
        for step in key.split(['.', '[']) {
            let name = step.trim_end_matches(']');
            let next = match inside {
                Inside::Table(table) | Inside::Value(DeValue::Table(table)) => table
                    .iter()
                    .find(|(known, _)| known.get_ref() == name)
                    .map(|(_, value)| value),
                Inside::Value(DeValue::Array(items)) => {
                    name.parse::<usize>().ok().and_then(|at| items.get(at))
                }
                Inside::Value(_) => None,
            };
            let Some(next) = next else {
                break;
            };
            found = Some(next.span());
            inside = Inside::Value(next.get_ref());
        }
        found.map(|span| Self::of_byte(text, span.start))
    }

    /// In words, with the file.
    pub(super) fn within(self, path: &Path) -> String {
        let (path, Self { line, column }) = (path.display(), self);
        format!("{path}, line {line}, column {column}")
    }
}

/// What a step of a key is looked for in.
enum Inside<'a> {
    Table(&'a DeTable<'a>),
    Value(&'a DeValue<'a>),
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn keys_are_found_where_they_stand() {
        let text = "# 매출\n[thrift]\nlisten = 'x'\n\n[[watch.owners]]\npattern = 'a'\n[[watch.owners]]\nowner = 5\n";
        let at = |key| Place::of_key(text, key).map(|place| (place.line, place.column));
        assert_eq!(at("thrift.listen"), Some((3, 10)));
        assert_eq!(at("watch.owners[1].owner"), Some((8, 9)));
        assert_eq!(at("http.listen"), None);
        let section = at("watch.owners[0].owner");
        assert_eq!(section.map(|(line, _)| line), Some(5), "what is missing");
    }
}
