//! Adding to the catalog's tables the columns that their source has by now: an alter as any engine's, and never more
//! than an addition.

use super::Operations;
use super::history::change_missing;
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{AppliedColumn, ChangeTarget, SchemaChange};
use crate::transact;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Adds to the targets of a change the columns that they lack, and nothing else. Run again it adds what is still
    /// missing. Fails with `NotFound`, with `NotAllowed` for a change that is no addition or has no target.
    #[boxed]
    pub async fn schema_change_apply(&self, id: i64) -> Result<Vec<AppliedColumn>> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let change = session.schema_change_get(id).await?;
        drop(session);
        let change = change.ok_or_else(|| change_missing(id))?;
        let targets = addable(&change)?;
        let mut applied = Vec::new();
        for target in targets {
            let added = self
                .catalog
                .table_columns_add(&target.table, &target.lacks)
                .await?;
            let columns = target.lacks.iter().zip(added);
            applied.extend(columns.map(|(column, added)| AppliedColumn {
                table: target.table.clone(),
                column: column.clone(),
                added,
            }));
        }
        let now = self.now().await?.seconds();
        transact!(self.store, |session| {
            session.schema_change_applied(id, now).await
        })?;
        Ok(applied)
    }
}

/// The targets that lack columns; an error for a change that adds none.
fn addable(change: &SchemaChange) -> Result<Vec<&ChangeTarget>> {
    if change.kind != "column_added" {
        return Err(Error::NotAllowed(format!(
            "the change {} is of the kind {}: only added columns can be applied",
            change.id, change.kind
        )));
    }
    let targets = change.targets.iter();
    let lacking: Vec<_> = targets.filter(|target| !target.lacks.is_empty()).collect();
    if lacking.is_empty() {
        return Err(Error::NotAllowed(format!(
            "no table of the catalog was found to lack the column of the change {} that it could be given: what it reaches \
             has the column, or its type is not known",
            change.id
        )));
    }
    Ok(lacking)
}
