//! The stored form of a snapshot: a line of JSON that says what it speaks of and a line a table, deflated and cut in
//! pieces. It is keyed by the SHA-256 of its text, so that a source that did not change stores nothing new.
//!
//! Fields may be added with a default, never renamed or put elsewhere: old snapshots stay as they are.

use crate::error::{Error, Result};
use crate::model::{
    Coverage, Snapshot, SourceColumn, SourceDialect, SourceTable, SourceTableKind, SourceTableRef,
};
use crate::store::form::zlib::{Deflater, inflater};
use crate::store::sql::failure::Failure;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::iter::repeat;

/// Bytes of one piece: far below what one statement may carry.
const PIECE_BYTES: usize = 512 * 1024;
/// Bytes of a snapshot's text at most: four million columns of 200 bytes each are below.
const TEXT_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// A snapshot as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotBody {
    /// The SHA-256 of its text, in hexadecimal digits.
    pub digest: String,
    /// The deflated text, in its order.
    pub pieces: Vec<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct HeadForm<'a> {
    dialect: Cow<'a, str>,
    listed: Vec<Cow<'a, str>>,
    known: Option<Vec<Cow<'a, str>>>,
    unread: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Schema, name and the identities of the partitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    partitions: Vec<(Cow<'a, str>, Cow<'a, str>, Vec<i64>)>,
}

#[derive(Serialize, Deserialize)]
struct TableForm<'a> {
    schema: Cow<'a, str>,
    name: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "is_false")]
    view: bool,
    columns: Vec<ColumnForm<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    primary_key: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "is_empty_map")]
    unique_keys: Cow<'a, BTreeMap<String, Vec<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    definition: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<i64>,
    /// Those of the columns, in their order; none where the source tells none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    column_identities: Vec<Option<i64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    view_identity: Option<i64>,
    /// As those of the columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    default_identities: Vec<Option<i64>>,
    /// Places of hidden columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hidden: Vec<usize>,
}

/// Name, type, whether it may be null, default, comment.
type ColumnForm<'a> = (
    Cow<'a, str>,
    Cow<'a, str>,
    bool,
    Option<Cow<'a, str>>,
    Option<Cow<'a, str>>,
);

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_empty_map(map: &BTreeMap<String, Vec<String>>) -> bool {
    map.is_empty()
}

fn dialect_name(dialect: SourceDialect) -> &'static str {
    match dialect {
        SourceDialect::Postgres => "postgres",
        SourceDialect::MySql => "mysql",
        SourceDialect::Sqlite => "sqlite",
        SourceDialect::Elasticsearch => "elasticsearch",
        SourceDialect::Hive => "hive",
    }
}

fn dialect_of(name: &str) -> Option<SourceDialect> {
    [
        SourceDialect::Postgres,
        SourceDialect::MySql,
        SourceDialect::Sqlite,
        SourceDialect::Elasticsearch,
        SourceDialect::Hive,
    ]
    .into_iter()
    .find(|dialect| dialect_name(*dialect) == name)
}

fn text(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn head_form(snapshot: &Snapshot) -> HeadForm<'_> {
    let coverage = snapshot.coverage();
    let names = |names: &'_ BTreeSet<String>| -> Vec<Cow<'static, str>> {
        names.iter().map(|name| Cow::Owned(name.clone())).collect()
    };
    HeadForm {
        dialect: text(dialect_name(snapshot.dialect())),
        listed: names(&coverage.schemas_listed),
        known: coverage.schemas_known.as_ref().map(names),
        unread: coverage
            .tables_unread
            .iter()
            .map(|at| (text(&at.schema), text(&at.name)))
            .collect(),
        partitions: coverage
            .partitions
            .iter()
            .map(|(of, all)| {
                let all = all.iter().copied().collect();
                (text(&of.schema), text(&of.name), all)
            })
            .collect(),
    }
}

/// Of each column what tells it or its default; nothing where the source tells none.
fn identities(table: &SourceTable, of: impl Fn(&SourceColumn) -> Option<i64>) -> Vec<Option<i64>> {
    let all: Vec<_> = table.columns.iter().map(of).collect();
    if all.iter().all(Option::is_none) {
        return Vec::new();
    }
    all
}

fn table_form(table: &SourceTable) -> TableForm<'_> {
    let columns = table.columns.iter().map(|column| {
        (
            text(&column.name),
            text(&column.data_type),
            column.nullable,
            column.default.as_deref().map(text),
            column.comment.as_deref().map(text),
        )
    });
    let hidden = table.columns.iter().enumerate();
    let hidden = hidden.filter(|(_, column)| column.hidden);
    TableForm {
        identity: table.identity,
        column_identities: identities(table, |column| column.identity),
        view_identity: table.view_identity,
        default_identities: identities(table, |column| column.default_identity),
        hidden: hidden.map(|(at, _)| at).collect(),
        schema: text(&table.at.schema),
        name: text(&table.at.name),
        view: table.kind == SourceTableKind::View,
        columns: columns.collect(),
        comment: table.comment.as_deref().map(text),
        primary_key: Cow::Borrowed(&table.primary_key),
        unique_keys: Cow::Borrowed(&table.unique_keys),
        definition: table.view_definition.as_deref().map(text),
    }
}

fn table_of(form: TableForm<'_>) -> SourceTable {
    let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
    let columns = form.columns.into_iter();
    let identities = form.column_identities.into_iter().chain(repeat(None));
    let of_defaults = form.default_identities.into_iter().chain(repeat(None));
    let hidden: BTreeSet<usize> = form.hidden.into_iter().collect();
    SourceTable {
        identity: form.identity,
        view_identity: form.view_identity,
        at: SourceTableRef {
            schema: form.schema.into_owned(),
            name: form.name.into_owned(),
        },
        kind: if form.view {
            SourceTableKind::View
        } else {
            SourceTableKind::Table
        },
        columns: columns
            .zip(identities.zip(of_defaults))
            .enumerate()
            .map(|(at, (column, (identity, default_identity)))| {
                let (name, data_type, nullable, default, comment) = column;
                SourceColumn {
                    name: name.into_owned(),
                    data_type: data_type.into_owned(),
                    nullable,
                    default: owned(default),
                    comment: owned(comment),
                    identity,
                    default_identity,
                    hidden: hidden.contains(&at),
                }
            })
            .collect(),
        comment: owned(form.comment),
        primary_key: form.primary_key.into_owned(),
        unique_keys: form.unique_keys.into_owned(),
        view_definition: owned(form.definition),
    }
}

fn coverage_of(form: HeadForm<'_>) -> Coverage {
    let names = |names: Vec<Cow<'_, str>>| names.into_iter().map(Cow::into_owned).collect();
    let unread = form.unread.into_iter();
    Coverage {
        schemas_listed: names(form.listed),
        schemas_known: form.known.map(names),
        tables_unread: unread
            .map(|(schema, name)| SourceTableRef {
                schema: schema.into_owned(),
                name: name.into_owned(),
            })
            .collect(),
        partitions: form
            .partitions
            .into_iter()
            .map(|(schema, name, all)| {
                let of = SourceTableRef {
                    schema: schema.into_owned(),
                    name: name.into_owned(),
                };
                (of, all.into_iter().collect())
            })
            .collect(),
    }
}

/// Digests and deflates line by line: the text is never held whole.
struct Writer {
    digest: Sha256,
    deflater: Deflater,
    line: Vec<u8>,
    bytes: u64,
}

impl Writer {
    fn line(&mut self, form: &impl Serialize) -> Result<(), Failure> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, form).map_err(Failure::fault)?;
        self.line.push(b'\n');
        self.bytes += self.line.len() as u64;
        if self.bytes > TEXT_BYTES_MAX {
            return Err(Failure::fault(Error::Invalid(format!(
                "the source's schema takes more than {TEXT_BYTES_MAX} bytes"
            ))));
        }
        self.digest.update(&self.line);
        self.deflater.write(&self.line)
    }
}

impl SnapshotBody {
    /// Gives a snapshot its stored form. It takes about a second for two million columns: keep it off the threads that
    /// serve.
    pub fn new(snapshot: &Snapshot) -> Result<Self> {
        let mut writer = Writer {
            digest: Sha256::new(),
            deflater: Deflater::default(),
            line: Vec::new(),
            bytes: 0,
        };
        writer.line(&head_form(snapshot))?;
        for table in snapshot.tables() {
            writer.line(&table_form(table))?;
        }
        let body = writer.deflater.finish()?;
        let digest = hex::encode(writer.digest.finalize());
        let pieces = body.chunks(PIECE_BYTES).map(<[u8]>::to_vec).collect();
        Ok(Self { digest, pieces })
    }

    /// The snapshot that is stored so. As slow as [`SnapshotBody::new`].
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.read()?)
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }

    fn read(&self) -> Result<Snapshot, Failure> {
        let pieces = Pieces {
            pieces: self.pieces.iter(),
            rest: &[],
        };
        let mut lines = BufReader::new(inflater(pieces, TEXT_BYTES_MAX));
        let mut line = Vec::new();
        let mut next = || -> Result<Option<Vec<u8>>, Failure> {
            line.clear();
            lines.read_until(b'\n', &mut line).map_err(Failure::fault)?;
            Ok((!line.is_empty()).then(|| std::mem::take(&mut line)))
        };
        let head = next()?.ok_or_else(|| Failure::fault("a snapshot without a body"))?;
        let head: HeadForm<'_> = serde_json::from_slice(&head).map_err(Failure::fault)?;
        let dialect = dialect_of(&head.dialect)
            .ok_or_else(|| Failure::fault("a snapshot in an unknown dialect"))?;
        let mut tables = Vec::new();
        while let Some(line) = next()? {
            let form: TableForm<'_> = serde_json::from_slice(&line).map_err(Failure::fault)?;
            tables.push(table_of(form));
        }
        Snapshot::new(dialect, tables, coverage_of(head)).map_err(Failure::fault)
    }
}

/// Pieces read as one.
struct Pieces<'a> {
    pieces: std::slice::Iter<'a, Vec<u8>>,
    rest: &'a [u8],
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            let Some(piece) = self.pieces.next() else {
                return Ok(0);
            };
            self.rest = piece;
        }
        self.rest.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_comes_back_as_it_was() {
        let mut table = SourceTable::new("shop", "or\"ders\0", SourceTableKind::Table);
        for (name, default) in [("id", None), ("꿀\n", Some("'a'"))] {
            table.columns.push(SourceColumn {
                name: name.to_owned(),
                data_type: "int4".to_owned(),
                nullable: default.is_some(),
                default: default.map(str::to_owned),
                comment: default.map(str::to_owned),
                identity: default.map(|_| 7),
                default_identity: default.map(|_| -8),
                hidden: default.is_some(),
            });
        }
        table.identity = Some(16_384);
        table.comment = Some("x".repeat(3));
        table.primary_key = vec!["id".to_owned()];
        table
            .unique_keys
            .insert("u".to_owned(), vec!["id".to_owned()]);
        let mut view = SourceTable::new("shop", "v", SourceTableKind::View);
        view.view_definition = Some("SELECT 1".to_owned());
        view.view_identity = Some(9);
        let coverage = Coverage {
            schemas_listed: ["shop".to_owned()].into(),
            schemas_known: Some(["shop".to_owned(), "old".to_owned()].into()),
            tables_unread: [table.at.clone()].into(),
            partitions: [(table.at.clone(), [3, 4].into())].into(),
        };
        let snapshot = Snapshot::new(SourceDialect::MySql, vec![view, table], coverage).unwrap();
        let body = SnapshotBody::new(&snapshot).unwrap();
        assert_eq!(body.snapshot().unwrap(), snapshot);
        assert_eq!(SnapshotBody::new(&snapshot).unwrap(), body);
        let mut cut = body.clone();
        cut.pieces[0].truncate(10);
        assert!(cut.snapshot().is_err(), "half a body is no snapshot");
    }

    #[test]
    fn a_large_one_is_cut_in_pieces() {
        let tables = (0..2_000).map(|number: u64| {
            let name = format!("t{number}");
            let mut table = SourceTable::new("shop", &name, SourceTableKind::Table);
            // Hardly to be deflated.
            let noise = Sha256::digest(number.to_be_bytes());
            let comment = format!("{noise:?}").repeat(4);
            table.comment = Some(comment + &"x".repeat(10));
            table
        });
        let snapshot =
            Snapshot::new(SourceDialect::Sqlite, tables.collect(), Coverage::default()).unwrap();
        let mut body = SnapshotBody::new(&snapshot).unwrap();
        // As if the pieces were smaller.
        body.pieces = body
            .pieces
            .concat()
            .chunks(777)
            .map(<[u8]>::to_vec)
            .collect();
        assert!(body.pieces.len() > 10);
        assert_eq!(body.snapshot().unwrap(), snapshot);
    }
}
