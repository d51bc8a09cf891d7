//! Tables by where their data lies: the question that an object in a bucket raises.

use super::table::{TableSummary, summary_of};
use crate::error::Result;
use crate::model::{DatabaseRef, Location, Name, TableMeta};
use crate::store::form::place::Place;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::{Cells, Row};
use crate::store::sql::session::Session;
use std::collections::HashSet;

/// What stands before and behind the tables' numbers.
const COLUMNS: &str = "SELECT d.name, t.name, t.table_type, t.owner_name, ";
const JOIN: &str = ") n
 JOIN skep_tables t ON t.id = n.id
 JOIN skep_databases d ON d.id = t.database_id
 JOIN skep_catalogs c ON c.id = d.catalog_id
 WHERE c.name = ? ORDER BY d.name, t.name LIMIT ?";

impl Session {
    /// The tables of a catalog that have data at or above a place, or a partition there, and behind them those that have some
    /// below it; `limit` at most. Both are found by the index of places.
    pub async fn tables_at_place(
        &mut self,
        catalog: &Name,
        location: &Location,
        limit: usize,
    ) -> Result<Vec<TableMeta>> {
        let place = Place::of(location);
        let mut above: Vec<&str> = place.above().collect();
        above.push(place.stored());
        let statement = self
            .statement(COLUMNS)
            .text(self.dialect().comment_of_table())
            .text(" FROM (SELECT id FROM skep_tables WHERE place IN ")
            .list(&above)
            .text(" UNION SELECT table_id AS id FROM skep_partitions WHERE place IN ")
            .list(&above)
            .text(JOIN)
            .bind(catalog.as_str())
            .bind(limit);
        let mut rows = self.rows(&statement).await?;
        let (from, to) = place.below();
        let statement = self
            .statement(COLUMNS)
            .text(self.dialect().comment_of_table())
            .text(" FROM (SELECT id FROM skep_tables WHERE place >= ? AND place < ? ORDER BY place LIMIT ?")
            .bind(from.as_str())
            .bind(to.as_str())
            .bind(limit)
            .text(JOIN)
            .bind(catalog.as_str())
            .bind(limit);
        rows.append(&mut self.rows(&statement).await?);
        let mut seen = HashSet::new();
        let found = rows
            .iter()
            .map(|row: &Row| meta_of(&mut row.cells(), catalog));
        let mut found = found.collect::<Result<Vec<_>, Failure>>()?;
        found.retain(|one| seen.insert(one.at.clone()));
        found.truncate(limit);
        Ok(found)
    }
}

/// A table of a catalog, by the name of its database and what a summary has.
pub(in crate::store) fn meta_of(
    cells: &mut Cells<'_>,
    catalog: &Name,
) -> Result<TableMeta, Failure> {
    let database = Name::new(cells.text()?);
    let TableSummary {
        name,
        table_type,
        owner,
        comment,
    } = summary_of(cells)?;
    let at = DatabaseRef {
        catalog: catalog.clone(),
        database,
    };
    Ok(TableMeta {
        at: at.table(name),
        table_type,
        comment,
        owner,
    })
}
