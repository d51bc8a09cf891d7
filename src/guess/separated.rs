//! Columns of lines whose values have one character between; other lines are one column each.

use super::columns::{COLUMNS_MAX, is_field_name};
use super::format::{FileFormat, Head};
use super::value_type::ValueType;
use crate::model::Column;

/// Lines that are looked at.
const LINES_MAX: usize = 1_000;
/// What may stand between values, the likelier first.
const DELIMITERS: [u8; 4] = [b'\t', b',', b';', b'|'];

/// The columns of a text.
pub(super) fn read(text: &str) -> Head {
    DELIMITERS
        .into_iter()
        .find_map(|delimiter| rows(text, delimiter).map(|rows| of_rows(&rows, delimiter, text)))
        .unwrap_or_else(|| Head {
            format: FileFormat::Lines,
            columns: vec![column("line", "string")],
            compression: None,
            notes: Vec::new(),
        })
}

/// The rows by this delimiter; nothing where they are not equally long, or have one value each.
fn rows(text: &str, delimiter: u8) -> Option<Vec<csv::StringRecord>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .take(LINES_MAX)
        .collect::<Result<Vec<_>, _>>();
    let rows = rows.ok()?;
    let width = rows.first()?.len();
    ((2..=COLUMNS_MAX).contains(&width)).then_some(rows)
}

fn of_rows(rows: &[csv::StringRecord], delimiter: u8, text: &str) -> Head {
    let width = rows.first().map_or(0, csv::StringRecord::len);
    let type_of = |rows: &[csv::StringRecord], at: usize| {
        let values = rows.iter().filter_map(|row| row.get(at));
        ValueType::of_all(values.map(str::trim).filter(|value| !value.is_empty()))
    };
    let has_header = header(rows, &type_of);
    let data = rows.get(usize::from(has_header)..).unwrap_or_default();
    let is_quoted = text.contains('"');
    let columns = (0..width).map(|at| {
        let named = rows.first().filter(|_| has_header);
        let name = named.and_then(|row| row.get(at)).map(str::trim);
        let name = name.map_or_else(|| format!("column_{}", at + 1), str::to_lowercase);
        // The serde that knows quotes knows texts alone.
        let data_type = if is_quoted {
            "string"
        } else {
            type_of(data, at).column_type()
        };
        column(&name, data_type)
    });
    let mut notes = Vec::new();
    if has_header {
        let why =
            "the first line names the columns; Spark's reader of such tables shows it as a row";
        notes.push(why.to_owned());
    }
    Head {
        format: FileFormat::Separated {
            delimiter: char::from(delimiter),
            is_quoted,
            has_header,
        },
        columns: columns.collect(),
        compression: None,
        notes,
    }
}

/// Whether the first row names the columns: all of them are names, no two the same, and of the rest some column is none of texts, or
/// none of its values is the first one's.
fn header(
    rows: &[csv::StringRecord],
    type_of: &impl Fn(&[csv::StringRecord], usize) -> ValueType,
) -> bool {
    let [first, rest @ ..] = rows else {
        return false;
    };
    let names: Vec<String> = first
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let is_name = |(at, name): (usize, &String)| {
        is_field_name(name)
            && ValueType::of(name) == ValueType::Text
            && name.len() <= 128
            && !names[..at].contains(name)
    };
    if rest.is_empty() || !names.iter().enumerate().all(is_name) {
        return false;
    }
    let has_types = (0..names.len()).any(|at| type_of(rest, at) != ValueType::Text);
    let is_word = |name: &String| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    has_types
        || names.iter().all(is_word) && rest.len() > 1 && {
            let comes_again = |(at, name): (usize, &String)| {
                let values = rest.iter().filter_map(|row| row.get(at));
                values
                    .into_iter()
                    .any(|value| value.trim().eq_ignore_ascii_case(name))
            };
            !names.iter().enumerate().any(comes_again)
                && names
                    .iter()
                    .any(|name| name.contains('_') || name == "id" || name == "name")
        }
}

fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        comment: None,
    }
}
