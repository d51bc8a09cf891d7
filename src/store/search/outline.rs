//! Tables as a search compares and shows them: without the texts of views and without properties, which may be megabytes.

use crate::error::Result;
use crate::model::{Column, Name, TableMeta};
use crate::store::form::packing::{columns_of, descriptor_of};
use crate::store::hive::table_at_place::meta_of;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use std::collections::BTreeMap;

/// What a table tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOutline {
    /// What listings show of it.
    pub meta: TableMeta,
    /// Its columns, and its partition keys behind them.
    pub columns: Vec<Column>,
}

fn outline_of(row: &Row, catalog: &Name) -> Result<(i64, TableOutline), Failure> {
    let mut cells = row.cells();
    let id = cells.integer()?;
    let meta = meta_of(&mut cells, catalog)?;
    let keys = columns_of(cells.text_or_null()?)?;
    let descriptor = cells.text_or_null()?.map(descriptor_of).transpose()?;
    let columns = descriptor.and_then(|descriptor| descriptor.columns);
    let mut columns = columns.unwrap_or_default();
    columns.extend(keys);
    Ok((id, TableOutline { meta, columns }))
}

impl Session {
    /// Those of some tables of a catalog that there still are, by their numbers; few at a time, for each may have thousands of
    /// columns.
    pub async fn search_outlines(
        &mut self,
        catalog: &Name,
        ids: &[i64],
    ) -> Result<BTreeMap<i64, TableOutline>> {
        let statement = self
            .statement("SELECT t.id, d.name, t.name, t.table_type, t.owner_name, ")
            .text(self.dialect().comment_of_table())
            .text(
                ", t.partition_keys, s.body FROM skep_tables t
                 JOIN skep_databases d ON d.id = t.database_id
                 LEFT JOIN skep_descriptors s ON s.id = t.descriptor_id
                 WHERE t.id IN ",
            )
            .list(ids);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| outline_of(row, catalog));
        Ok(found.collect::<Result<_, Failure>>()?)
    }
}
