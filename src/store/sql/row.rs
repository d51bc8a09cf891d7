//! A row of any of the three databases, read cell by cell in the order of the SELECT.

use crate::clock::DatabaseTime;
use crate::store::sql::failure::Failure;
use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

/// A row as its driver gave it.
#[derive(Debug)]
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
    MySql(MySqlRow),
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
