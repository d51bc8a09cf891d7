//! Dropping what is older than a table keeps it (`partition.retention.period`, external tables only): the metadata, and
//! the data too where the table says that (`external.table.purge=true`).

use super::Discovery;
use super::record::{Batch, Record};
use super::site::Site;
use crate::error::Result;
use crate::model::{Partition, Retention};

/// Partitions that one page, and one transaction, works on.
const PARTITIONS_PER_PAGE: usize = 1_000;

impl Discovery {
    /// Drops the partitions whose time is over. A partition's age counts from the end of the time that its directory
    /// tells, or from its registration, as in Hive, where it tells none.
    pub(super) async fn site_retain(&self, site: &Site, record: &mut Record) -> Result<()> {
        let Some(retention) = site.settings.retention else {
            return Ok(());
        };
        let now = self.now();
        let mut after: Option<String> = None;
        loop {
            let mut session = self.store.session().await?;
            let page = session
                .partition_page(site.table.id, after.as_deref(), &[], PARTITIONS_PER_PAGE)
                .await?;
            drop(session);
            after = page
                .partitions
                .last()
                .map(|partition| partition.name.clone());
            let old = page
                .partitions
                .into_iter()
                .filter(|one| begins(site, one).saturating_add(retention.period_s) <= now);
            let batch = Batch {
                dropped: old.collect(),
                ..Batch::default()
            };
            if !batch.is_empty() {
                let batch = purge(site, retention, batch);
                self.record_batch(&site.table, record, &batch).await?;
            }
            if page.ended {
                return Ok(());
            }
        }
    }
}

/// The second from which a partition's age counts.
fn begins(site: &Site, partition: &Partition) -> i64 {
    let location = partition.full_location(site.table.location.as_ref());
    let root = location.and_then(|location| site.root_of(&location));
    let span = root.and_then(|root| root.layout.span(&partition.values));
    span.map_or(partition.created_at, |(_, end)| end)
}

/// Notes the directories that go too: never one outside the roots, never a root or what holds one.
fn purge(site: &Site, retention: Retention, mut batch: Batch) -> Batch {
    if !retention.purge {
        return batch;
    }
    let table = site.table.location.as_ref();
    let places = batch.dropped.iter();
    let places = places.filter_map(|one| Some((one.name.clone(), one.full_location(table)?)));
    batch.purged = places
        .filter(|(_, place)| {
            let holds_root = site.roots.iter().any(|root| place.contains(&root.location));
            !holds_root && site.root_of(place).is_some()
        })
        .collect();
    batch
}
