//! Column statistics as rows, one for each table or partition, engine and column.

use crate::error::Result;
use crate::model::{ColumnStatistics, Name};
use crate::store::form::packing::{from_json, to_json};
use crate::store::form::statistics::{figures_of, form_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{ENGINE_BYTES_MAX, STATISTICS_COLUMN_BYTES_MAX, check_length};
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use std::collections::HashSet;

/// The stored partition name of a table's own statistics.
pub const TABLE_LEVEL: &str = "";

const INSERT: &str =
    "INSERT INTO skep_column_statistics (table_id, partition_name, engine, column_name,
    column_type, analyzed_at, body)
 VALUES ";
const ARGUMENTS_PER_ROW: usize = 7;
const KEYS: [&str; 4] = ["table_id", "partition_name", "engine", "column_name"];
const VALUES: [&str; 3] = ["column_type", "analyzed_at", "body"];

fn statistics_of(row: &Row) -> Result<(String, ColumnStatistics), Failure> {
    let mut cells = row.cells();
    Ok((
        cells.string()?,
        ColumnStatistics {
            column: Name::new(cells.text()?),
            column_type: cells.string()?,
            analyzed_at: cells.integer()?,
            figures: figures_of(from_json(cells.text()?)?)?,
        },
    ))
}

impl Session {
    /// Stores the statistics of columns of a partition, or of the table ([`TABLE_LEVEL`]), over what was there. A
    /// column must not be twice in the list. The caller holds the table's row.
    pub async fn statistics_put(
        &mut self,
        table_id: i64,
        partition: &str,
        engine: &str,
        statistics: &[ColumnStatistics],
    ) -> Result<()> {
        let rows: Vec<_> = statistics
            .iter()
            .map(|column| (partition, column))
            .collect();
        self.statistics_put_many(table_id, engine, &rows).await
    }

    /// As [`Self::statistics_put`], for many partitions in as few statements as can be.
    pub async fn statistics_put_many(
        &mut self,
        table_id: i64,
        engine: &str,
        statistics: &[(&str, &ColumnStatistics)],
    ) -> Result<()> {
        check_length("engine's name", engine, ENGINE_BYTES_MAX)?;
        let mut bodies = Vec::with_capacity(statistics.len());
        for (partition, column) in statistics {
            let name = column.column.as_str();
            check_length("column's name", name, STATISTICS_COLUMN_BYTES_MAX)?;
            bodies.push((*partition, *column, to_json(&form_of(&column.figures))?));
        }
        let mut rest = bodies.as_slice();
        while !rest.is_empty() {
            let count =
                rows_in_next_statement(self.dialect(), ARGUMENTS_PER_ROW, rest, |row| row.2.len());
            let (chunk, later) = rest.split_at(count);
            let rows = chunk.iter().map(|(partition, column, body)| {
                [
                    table_id.into(),
                    (*partition).into(),
                    engine.into(),
                    column.column.as_str().into(),
                    column.column_type.as_str().into(),
                    column.analyzed_at.into(),
                    body.as_str().into(),
                ]
            });
            let statement = self.statement(INSERT).rows(rows).upsert(&KEYS, &VALUES);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(())
    }

    /// The statistics that an engine stored for some columns (none: all of them) of some partitions ([`TABLE_LEVEL`]
    /// for the table), each with its partition's name, in the order of partitions and columns.
    pub async fn statistics_list(
        &mut self,
        table_id: i64,
        partitions: &[&str],
        engine: &str,
        columns: &[Name],
    ) -> Result<Vec<(String, ColumnStatistics)>> {
        let columns: Vec<&str> = columns.iter().map(Name::as_str).collect();
        let mut wanted = partitions.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        // More than a statement takes are picked out of all of them.
        let (listed, picked): (&[&str], HashSet<&str>) = if columns.len() > LIST_LENGTH_MAX {
            (&[], columns.iter().copied().collect())
        } else {
            (&columns, HashSet::new())
        };
        for chunk in wanted.chunks(LIST_LENGTH_MAX) {
            let mut statement = self
                .statement(
                    "SELECT partition_name, column_name, column_type, analyzed_at, body
                     FROM skep_column_statistics
                     WHERE table_id = ? AND engine = ? AND partition_name IN ",
                )
                .bind(table_id)
                .bind(engine)
                .list(chunk);
            if !listed.is_empty() {
                statement = statement.text(" AND column_name IN ").list(listed);
            }
            let statement = statement.text(" ORDER BY partition_name, column_name");
            for row in &self.rows(&statement).await? {
                let one = statistics_of(row)?;
                if picked.is_empty() || picked.contains(one.1.column.as_str()) {
                    found.push(one);
                }
            }
        }
        Ok(found)
    }

    /// Removes statistics of a partition or the table ([`TABLE_LEVEL`]): of one engine or all, of some columns or all
    /// (an empty list). Gives the number of columns that had some.
    pub async fn statistics_delete(
        &mut self,
        table_id: i64,
        partition: &str,
        engine: Option<&str>,
        columns: &[Name],
    ) -> Result<u64> {
        let columns: Vec<&str> = columns.iter().map(Name::as_str).collect();
        let mut chunks: Vec<&[&str]> = columns.chunks(LIST_LENGTH_MAX).collect();
        if chunks.is_empty() {
            chunks.push(&[]);
        }
        let mut deleted = 0;
        for chunk in chunks {
            let mut statement = self
                .statement(
                    "DELETE FROM skep_column_statistics WHERE table_id = ? AND partition_name = ?",
                )
                .bind(table_id)
                .bind(partition);
            if let Some(engine) = engine {
                statement = statement.text(" AND engine = ?").bind(engine);
            }
            if !chunk.is_empty() {
                statement = statement.text(" AND column_name IN ").list(chunk);
            }
            deleted += self.execute(&statement).await?;
        }
        Ok(deleted)
    }

    /// Removes the statistics of some columns everywhere in a table, its partitions included: the columns were
    /// dropped or changed their type.
    pub async fn statistics_delete_columns(
        &mut self,
        table_id: i64,
        columns: &[Name],
    ) -> Result<u64> {
        let columns: Vec<&str> = columns.iter().map(Name::as_str).collect();
        let mut deleted = 0;
        for chunk in columns.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "DELETE FROM skep_column_statistics WHERE table_id = ? AND column_name IN ",
                )
                .bind(table_id)
                .list(chunk);
            deleted += self.execute(&statement).await?;
        }
        Ok(deleted)
    }

    /// The names of the columns of a partition or the table ([`TABLE_LEVEL`]) that an engine has statistics of.
    pub async fn statistics_columns(
        &mut self,
        table_id: i64,
        partition: &str,
        engine: &str,
    ) -> Result<Vec<Name>> {
        let statement = self
            .statement(
                "SELECT column_name
                 FROM skep_column_statistics
                 WHERE table_id = ? AND partition_name = ? AND engine = ?
                 ORDER BY column_name",
            )
            .bind(table_id)
            .bind(partition)
            .bind(engine);
        self.names(&statement).await
    }

    pub(in crate::store) async fn statistics_rename_partition(
        &mut self,
        table_id: i64,
        old: &str,
        new: &str,
    ) -> Result<(), Failure> {
        let statement = self
            .statement(
                "UPDATE skep_column_statistics
                 SET partition_name = ?
                 WHERE table_id = ? AND partition_name = ?",
            )
            .bind(new)
            .bind(table_id)
            .bind(old);
        self.execute(&statement).await?;
        Ok(())
    }
}
