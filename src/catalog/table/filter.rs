//! Finding tables by a filter on their owner, type, parameters or name: how engines list views and Iceberg tables.

use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::filter::{TableFacts, TableFilter};
use crate::model::{DatabaseRef, Name};
use async_recursion::async_recursion as boxed;

/// How many tables are read at once where all are looked at.
const TABLES_PER_PAGE: usize = 500;

impl Operations<'_> {
    /// The names of the tables that a table filter accepts, at most `max` (`None`: all). A missing database has none.
    #[boxed]
    pub async fn table_names_by_filter(
        &self,
        at: &DatabaseRef,
        filter: &str,
        max: Option<usize>,
    ) -> Result<Vec<Name>> {
        self.authorize(Action::See, Resource::Database(at)).await?;
        let filter =
            TableFilter::parse(filter).map_err(|failure| Error::Invalid(failure.to_string()))?;
        let mut names = Vec::new();
        let mut after: Option<Name> = None;
        loop {
            let mut session = self.store.session().await?;
            let page = session
                .table_page(at, after.as_ref(), TABLES_PER_PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(names);
            };
            after = Some(last.at.table.clone());
            for table in page {
                if max.is_some_and(|max| names.len() >= max) {
                    return Ok(names);
                }
                let facts = TableFacts {
                    name: table.at.table.as_str(),
                    owner: table.owner.as_deref(),
                    table_type: table.table_type.as_str(),
                    last_access_s: table.last_access_at,
                    parameters: &table.parameters,
                };
                if filter.matches(&facts) {
                    names.push(table.at.table);
                }
            }
        }
    }
}
