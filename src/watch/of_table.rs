//! What changed of a table of the catalog itself, as sources of the kind `catalog` saw it.

use super::Operations;
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::{ChangeFilter, SchemaChange, TableRef};
use crate::source::SourceKind;
use crate::store::SourceRow;
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, BTreeSet};

/// Changes that are looked at of one source: those of tables whose names go on otherwise are among them.
const CHANGES_MAX: usize = 1_000;

impl Operations<'_> {
    /// The changes of a table's own columns, the newest first, `limit` at most; none where no source watches the catalog.
    #[boxed]
    pub async fn schema_changes_of(
        &self,
        at: &TableRef,
        limit: usize,
    ) -> Result<Vec<SchemaChange>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let mut session = self.store.session().await?;
        let rows = session.source_list().await?.into_iter();
        let rows: BTreeMap<String, SourceRow> = rows.map(|row| (row.name.clone(), row)).collect();
        let names: BTreeSet<&String> = self.setup.sources.keys().chain(rows.keys()).collect();
        let mut changes = Vec::new();
        for name in names {
            let known = self.source_known(name, rows.get(name))?;
            if known.is_none_or(|known| known.settings.kind != SourceKind::Catalog) {
                continue;
            }
            let filter = ChangeFilter {
                source: Some(name.clone()),
                object_prefix: Some(format!("{}.{}", at.database, at.table)),
                limit: CHANGES_MAX,
                ..ChangeFilter::default()
            };
            let found = session.schema_change_list(&filter).await?;
            changes.extend(found.into_iter().filter(|change| {
                change.table.schema == at.database.as_str()
                    && change.table.name == at.table.as_str()
            }));
        }
        changes.sort_by_key(|change| std::cmp::Reverse(change.id));
        changes.truncate(limit);
        Ok(changes)
    }
}
