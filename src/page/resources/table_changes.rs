//! What changed of a table: in the sources that fill it, and of its own columns.

use super::pieces::{Piece, pieces};
use crate::model::{ChangeFilter, SchemaChange, TableRef};
use crate::page::asked::Asked;
use crate::page::failure::Failure;
use crate::page::show::{When, when};

/// How far back changes are shown.
const SHOWN_S: i64 = 90 * 86_400;
/// Changes of its own that are shown.
const OWN_MAX: usize = 50;

/// A change as it is shown beside its table.
pub(super) struct ChangeRow {
    pub(super) id: i64,
    pub(super) severity: &'static str,
    pub(super) text: Vec<Piece>,
    pub(super) at: Option<When>,
}

/// The latest changes of sources that reach a table.
pub(super) async fn of_sources(asked: &Asked, at: &TableRef) -> Result<Vec<ChangeRow>, Failure> {
    let filter = ChangeFilter {
        since: Some(asked.now() - SHOWN_S),
        ..ChangeFilter::default()
    };
    let all = asked.watch().schema_change_list(&filter).await?;
    let reached = all.into_iter().filter(|change| {
        let mut targets = change.targets.iter();
        targets.any(|target| target.table == *at)
    });
    Ok(rows(asked, reached))
}

/// The history of a table's own columns, where a source watches the catalog.
pub(super) async fn of_itself(asked: &Asked, at: &TableRef) -> Result<Vec<ChangeRow>, Failure> {
    let changes = asked.watch().schema_changes_of(at, OWN_MAX).await?;
    Ok(rows(asked, changes.into_iter()))
}

fn rows(asked: &Asked, changes: impl Iterator<Item = SchemaChange>) -> Vec<ChangeRow> {
    let now = asked.now();
    let rows = changes.map(|change| ChangeRow {
        id: change.id,
        severity: change.severity.as_str(),
        text: pieces(&change.text),
        at: when(change.at, now),
    });
    rows.collect()
}
