//! A row of any of the three databases, read cell by cell in the order of the SELECT.

use crate::clock::DatabaseTime;
use crate::store::sql::failure::Failure;
use futures::{Stream, StreamExt};
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo as _, ValueRef as _};

/// A row as its driver gave it.
#[derive(Debug)]
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
    MySql(MySqlRow),
}

/// The rows of a query, as many of them as were wanted.
#[derive(Debug)]
pub(in crate::store) struct FoundRows {
    /// In the order of the query.
    pub(in crate::store) rows: Vec<Row>,
    /// What their cells hold; not counted where no bound was asked for.
    pub(in crate::store) bytes: usize,
    /// There were more, which nobody read.
    pub(in crate::store) is_cut: bool,
}

impl FoundRows {
    /// Reads rows until their cells hold `most` bytes, at least one of them. What comes behind is passed over by the connection
    /// itself, a piece at a time, before its next statement.
    pub(in crate::store) async fn read<R>(
        mut incoming: impl Stream<Item = Result<R, sqlx::Error>> + Unpin,
        of: fn(R) -> Row,
        most: usize,
    ) -> Result<Self, sqlx::Error> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = incoming.next().await {
            if bytes >= most {
                let is_cut = true;
                return Ok(Self {
                    rows,
                    bytes,
                    is_cut,
                });
            }
            let row = of(row?);
            if most != usize::MAX {
                bytes += row.bytes().max(1);
            }
            rows.push(row);
        }
        let is_cut = false;
        Ok(Self {
            rows,
            bytes,
            is_cut,
        })
    }
}

/// Reads a row from left to right. The types are skep's own (`migrations/README.md`), so the drivers' checks, which
/// also refuse text in MySQL's binary columns, are left out.
pub(in crate::store) struct Cells<'r> {
    row: &'r Row,
    next: usize,
}

impl Row {
    pub(in crate::store) fn cells(&self) -> Cells<'_> {
        Cells { row: self, next: 0 }
    }

    /// What its cells hold, bytes. Each row that is read comes by here.
    fn bytes(&self) -> usize {
        match self {
            Self::Sqlite(row) => (0..row.len()).map(|index| self.cell_bytes(index)).sum(),
            Self::Postgres(row) => self.span(row.len()),
            Self::MySql(row) => self.span(row.len()),
        }
    }

    fn cell(&self, index: usize) -> Option<&[u8]> {
        let row = self;
        let mut cells = Cells { row, next: index };
        cells.bytes_or_null().ok().flatten()
    }

    /// What one cell of SQLite's holds.
    fn cell_bytes(&self, index: usize) -> usize {
        let is_number = match self {
            // It writes a number down as text to show its bytes, and it is a number no more.
            Self::Sqlite(row) => row
                .try_get_raw(index)
                .is_ok_and(|cell| cell.type_info().name() == "INTEGER"),
            Self::Postgres(_) | Self::MySql(_) => false,
        };
        if is_number {
            return size_of::<i64>();
        }
        self.cell(index).map_or(0, <[u8]>::len)
    }

    /// What the cells of a server's row hold: they lie behind one another, as they came over the connection.
    fn span(&self, columns: usize) -> usize {
        let first = (0..columns).find_map(|index| self.cell(index));
        let last = (0..columns).rev().find_map(|index| self.cell(index));
        let (Some(first), Some(last)) = (first, last) else {
            return 0;
        };
        let end = last.as_ptr_range().end.addr();
        end.saturating_sub(first.as_ptr().addr())
    }
}

impl<'r> Cells<'r> {
    pub(in crate::store) fn integer_or_null(&mut self) -> Result<Option<i64>, Failure> {
        let index = self.step();
        Ok(match self.row {
            Row::Sqlite(row) => row.try_get_unchecked(index)?,
            Row::Postgres(row) => row.try_get_unchecked(index)?,
            Row::MySql(row) => row.try_get_unchecked(index)?,
        })
    }

    pub(in crate::store) fn text_or_null(&mut self) -> Result<Option<&'r str>, Failure> {
        let index = self.step();
        Ok(match self.row {
            Row::Sqlite(row) => row.try_get_unchecked(index)?,
            Row::Postgres(row) => row.try_get_unchecked(index)?,
            Row::MySql(row) => row.try_get_unchecked(index)?,
        })
    }

    pub(in crate::store) fn bytes_or_null(&mut self) -> Result<Option<&'r [u8]>, Failure> {
        let index = self.step();
        Ok(match self.row {
            Row::Sqlite(row) => row.try_get_unchecked(index)?,
            Row::Postgres(row) => row.try_get_unchecked(index)?,
            Row::MySql(row) => row.try_get_unchecked(index)?,
        })
    }

    pub(in crate::store) fn integer(&mut self) -> Result<i64, Failure> {
        let index = self.next;
        self.integer_or_null()?
            .ok_or_else(|| unexpected_null(index))
    }

    pub(in crate::store) fn text(&mut self) -> Result<&'r str, Failure> {
        let index = self.next;
        self.text_or_null()?.ok_or_else(|| unexpected_null(index))
    }

    /// A moment of the database's clock.
    pub(in crate::store) fn time(&mut self) -> Result<DatabaseTime, Failure> {
        Ok(DatabaseTime::from_database(self.integer()?))
    }

    /// A moment of the database's clock, or none.
    pub(in crate::store) fn time_or_null(&mut self) -> Result<Option<DatabaseTime>, Failure> {
        Ok(self.integer_or_null()?.map(DatabaseTime::from_database))
    }

    /// Bytes, where NULL stands for none.
    pub(in crate::store) fn bytes(&mut self) -> Result<&'r [u8], Failure> {
        Ok(self.bytes_or_null()?.unwrap_or_default())
    }

    /// Owned text.
    pub(in crate::store) fn string(&mut self) -> Result<String, Failure> {
        self.text().map(str::to_owned)
    }

    /// Owned text, or none.
    pub(in crate::store) fn string_or_null(&mut self) -> Result<Option<String>, Failure> {
        Ok(self.text_or_null()?.map(str::to_owned))
    }

    fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }
}

fn unexpected_null(index: usize) -> Failure {
    Failure::fault(format!("column {index} is NULL"))
}
