//! Tables by a part of their name, over all databases of a catalog.

use super::table::{TableSummary, summary_of};
use crate::error::Result;
use crate::model::{DatabaseRef, Name, TableMeta};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

/// What a pattern of SQL's own begins an escape with; names may hold it, so it is escaped too.
const ESCAPE: char = '!';

impl Session {
    /// The tables and views of a catalog whose names contain `word`, of one database where it is named: the very name first,
    /// then those that begin so, `limit` at most. It looks at the name of every table, for no index knows the middles of names.
    pub async fn table_find(
        &mut self,
        catalog: &Name,
        database: Option<&Name>,
        word: &str,
        limit: usize,
    ) -> Result<Vec<TableMeta>> {
        let begins = format!("{}%", escaped(word));
        let contains = format!("%{begins}");
        let mut statement = self
            .statement("SELECT d.name, t.name, t.table_type, t.owner_name, ")
            .text(self.dialect().comment_of_table())
            // What is shown of a table is read for those alone that are.
            .text(
                " FROM (SELECT t.id FROM skep_tables t
                   JOIN skep_databases d ON d.id = t.database_id
                   JOIN skep_catalogs c ON c.id = d.catalog_id
                   WHERE c.name = ? AND t.name LIKE ? ESCAPE '!'",
            )
            .bind(catalog.as_str())
            .bind(contains.as_str());
        if let Some(database) = database {
            statement = statement.text(" AND d.name = ?").bind(database.as_str());
        }
        let statement = statement
            .text(
                " ORDER BY CASE WHEN t.name = ? THEN 0 WHEN t.name LIKE ? ESCAPE '!' THEN 1 ELSE 2 END, t.name, d.name
                 LIMIT ?) n
                 JOIN skep_tables t ON t.id = n.id
                 JOIN skep_databases d ON d.id = t.database_id",
            )
            .bind(word)
            .bind(begins.as_str())
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| meta_of(row, catalog));
        let mut found = found.collect::<Result<Vec<_>, Failure>>()?;
        // A join keeps no order.
        let rank = |name: &str| (name != word, !name.starts_with(word));
        found.sort_by_cached_key(|one| {
            let (name, database) = (one.at.table.clone(), one.at.database.clone());
            (rank(name.as_str()), name, database)
        });
        Ok(found)
    }
}

/// A table of a catalog, by the name of its database and what a summary has.
pub(in crate::store) fn meta_of(row: &Row, catalog: &Name) -> Result<TableMeta, Failure> {
    let mut cells = row.cells();
    let database = Name::new(cells.text()?);
    let TableSummary {
        name,
        table_type,
        owner,
        comment,
    } = summary_of(&mut cells)?;
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

/// A text as a pattern that means it alone.
fn escaped(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len());
    for c in word.chars() {
        if matches!(c, '%' | '_') || c == ESCAPE {
            pattern.push(ESCAPE);
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_pattern_means_its_text_alone() {
        assert_eq!(escaped("a_b%c!d"), "a!_b!%c!!d");
    }
}
