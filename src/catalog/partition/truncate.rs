//! Emptying the directories of a table or of some of its partitions, and setting their figures to nothing.

use super::cursor::PARTITIONS_PER_PAGE;
use super::event::change_event;
use super::table_missing;
use crate::catalog::Catalog;
use crate::catalog::table::{LAST_DDL_TIME, NUM_FILES, TOTAL_SIZE};
use crate::error::{Error, Result};
use crate::hive::stats_json::{COLUMN_STATS_ACCURATE, StatsAccuracy};
use crate::model::{EventBody, EventKind, NewEvent, Parameters, Partition, Table, TableRef};
use crate::transact;

impl Catalog {
    /// Empties a table: the partitions of these names (`None`: all), or the directory of an unpartitioned one.
    /// Directories stay, without what was in them. External tables are emptied too: the Hive clients ask for it only
    /// where their user did.
    ///
    /// Fails with `NotFound` of the table, with `Invalid` for a view or a name that no partition has.
    pub async fn table_truncate(&self, at: &TableRef, names: Option<&[&str]>) -> Result<()> {
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        if table.is_view() {
            return Err(Error::Invalid(format!(
                "the view {} cannot be truncated",
                at.table
            )));
        }
        if let Some(names) = names {
            let partitions = session.partition_list_by_names(table.id, names).await?;
            drop(session);
            if partitions.len() < names.iter().collect::<std::collections::HashSet<_>>().len() {
                return Err(Error::Invalid(
                    "Some partitions to truncate are missing".into(),
                ));
            }
            return self.partitions_truncate(&table, partitions).await;
        }
        drop(session);
        if !table.is_partitioned() {
            return self.table_truncate_directory(table).await;
        }
        let mut after: Option<String> = None;
        loop {
            let mut session = self.store.session().await?;
            let page = session
                .partition_page(table.id, after.as_deref(), &[], PARTITIONS_PER_PAGE)
                .await?;
            drop(session);
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.name.clone());
            self.partitions_truncate(&table, page).await?;
        }
    }

    async fn table_truncate_directory(&self, table: Table) -> Result<()> {
        if let Some(location) = &table.location {
            self.directory_empty(location).await?;
        }
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(&table.at)
                .await?
                .ok_or_else(|| table_missing(&table.at))?;
            let mut after = before.clone();
            figures_clear(&mut after.parameters, now);
            session.table_update(&after).await?;
            let event = NewEvent {
                kind: EventKind::AlterTable,
                catalog: before.at.catalog.clone(),
                database: Some(before.at.database.clone()),
                table: Some(before.at.table.clone()),
                body: EventBody::TableChange {
                    before: Box::new(before),
                    after: Box::new(after),
                    is_truncate: true,
                },
            };
            session.event_append(now, &[event]).await?;
            Ok(())
        })
    }

    async fn partitions_truncate(&self, table: &Table, partitions: Vec<Partition>) -> Result<()> {
        for partition in &partitions {
            if let Some(location) = partition.full_location(table.location.as_deref()) {
                self.directory_empty(&location).await?;
            }
        }
        let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
        let now = self.now();
        transact!(self.store, |session| {
            let current = session
                .table_get_locked(&table.at)
                .await?
                .ok_or_else(|| table_missing(&table.at))?;
            let before = session.partition_list_by_names(current.id, &names).await?;
            let mut after = before.clone();
            for partition in &mut after {
                figures_clear(&mut partition.parameters, now);
            }
            session.partition_update(&current, &after).await?;
            let events: Vec<NewEvent> = before
                .into_iter()
                .zip(after)
                .map(|(old, new)| change_event(&current, old, new))
                .collect();
            if !events.is_empty() {
                session.event_append(now, &events).await?;
            }
            Ok(())
        })
    }

    async fn directory_empty(&self, location: &str) -> Result<()> {
        self.lake.directory_delete(location).await?;
        self.lake.directory_make(location).await?;
        Ok(())
    }
}

/// Nothing is left to count, and that is exact.
fn figures_clear(parameters: &mut Parameters, now: i64) {
    for key in [
        NUM_FILES,
        TOTAL_SIZE,
        "numRows",
        "rawDataSize",
        "numFilesErasureCoded",
    ] {
        if let Some(figure) = parameters.get_mut(key) {
            *figure = "0".into();
        }
    }
    if let Some(text) = StatsAccuracy::basic_only().render() {
        parameters.insert(COLUMN_STATS_ACCURATE.into(), text);
    }
    parameters.insert(LAST_DDL_TIME.into(), now.to_string());
}
