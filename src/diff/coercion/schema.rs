//! A file's columns against a table's: what is missing, what is too much, what is read otherwise.
//!
//! Trino (`hive.parquet.use-column-names`, on by default) and Spark find columns by name without regard
//! to case; a column that the file lacks is null, one that only the file has is not read. Presto finds
//! them by position unless its own `hive.parquet.use-column-names` is set. Spark refuses a file in which
//! two columns differ by case alone.

use super::{Engine, Reading, Verdict, coercion};
use crate::model::Column;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

/// How bad a file is for a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SchemaGrade {
    /// Each engine reads it as meant.
    Ok,
    /// It depends on values or releases.
    Warn,
    /// At least one engine fails or gives wrong answers.
    Breaks,
}

impl fmt::Display for SchemaGrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SchemaGrade::Ok => "ok",
            SchemaGrade::Warn => "warn",
            SchemaGrade::Breaks => "breaks",
        })
    }
}

/// A column that is risky or broken for at least one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The table's column.
    pub column: String,
    /// Its type in the table.
    pub table_type: String,
    /// Its type in the file.
    pub file_type: String,
    /// What the engines do.
    pub verdict: Verdict,
}

impl fmt::Display for Finding {
    /// One line: `price is bigint in the table and int in the file (Spark risky: …)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {} in the table and {} in the file (",
            self.column, self.table_type, self.file_type
        )?;
        let mut comma = "";
        for engine in Engine::ALL {
            let reading = self.verdict.of(engine);
            if reading.why().is_some() {
                write!(f, "{comma}{engine} {reading}")?;
                comma = "; ";
            }
        }
        f.write_str(")")
    }
}

/// What reading a file through a table gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaVerdict {
    /// The columns that are risky or broken, in the table's order.
    pub findings: Vec<Finding>,
    /// The table's columns that the file lacks: each is read as null.
    pub missing: Vec<String>,
    /// The file's columns that the table lacks: they are not read.
    pub extra: Vec<String>,
    /// What concerns the whole file, in plain words, each with its grade.
    pub notes: Vec<(SchemaGrade, String)>,
}

impl SchemaVerdict {
    /// The grade of the worst column or note. Missing and extra columns alone are fine: tables grow.
    pub fn grade(&self) -> SchemaGrade {
        let columns = self.findings.iter().map(|finding| {
            if matches!(finding.verdict.worst(), Reading::Breaks(_)) {
                SchemaGrade::Breaks
            } else {
                SchemaGrade::Warn
            }
        });
        let notes = self.notes.iter().map(|(grade, _)| *grade);
        columns.chain(notes).max().unwrap_or(SchemaGrade::Ok)
    }

    /// The reasons, a line each; empty when the grade is ok.
    pub fn reasons(&self) -> Vec<String> {
        let columns = self.findings.iter().map(ToString::to_string);
        let notes = self.notes.iter().map(|(_, text)| text.clone());
        columns.chain(notes).collect()
    }
}

/// Compares the columns of a file, read from its footer, with those of a table (without its partition
/// keys, which stand in no file; one that does is extra).
pub fn schema_compare(table: &[Column], file: &[Column]) -> SchemaVerdict {
    let mut notes = Vec::new();
    let mut at: HashMap<String, usize> = HashMap::with_capacity(file.len());
    for (position, column) in file.iter().enumerate() {
        let name = column.name.to_lowercase();
        match at.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(position);
            }
            Entry::Occupied(entry) => notes.push((
                SchemaGrade::Breaks,
                format!(
                    "the file has the column {} twice but for the case; Spark refuses it",
                    entry.key()
                ),
            )),
        }
    }
    let (mut findings, mut missing, mut moved) = (Vec::new(), Vec::new(), None);
    for (position, column) in table.iter().enumerate() {
        let name = column.name.to_lowercase();
        let Some(stored_at) = at.remove(&name) else {
            missing.push(column.name.clone());
            continue;
        };
        if stored_at != position && moved.is_none() {
            moved = Some(column.name.as_str());
        }
        let verdict = coercion(&column.data_type, &file[stored_at].data_type);
        if verdict.worst().why().is_some() {
            findings.push(Finding {
                column: column.name.clone(),
                table_type: column.data_type.clone(),
                file_type: file[stored_at].data_type.clone(),
                verdict,
            });
        }
    }
    if !table.is_empty() && missing.len() == table.len() {
        let text = "the file shares no column with the table, so every value is null";
        notes.push((SchemaGrade::Warn, text.to_owned()));
    }
    if let Some(name) = moved {
        notes.push((
            SchemaGrade::Warn,
            format!(
                "from {name} on, columns stand elsewhere in the file; Presto reads by position unless \
                 hive.parquet.use-column-names is set"
            ),
        ));
    }
    let mut extra: Vec<usize> = at.into_values().collect();
    extra.sort_unstable();
    SchemaVerdict {
        findings,
        missing,
        extra: extra
            .into_iter()
            .map(|position| file[position].name.clone())
            .collect(),
        notes,
    }
}
