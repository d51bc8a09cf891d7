//! Dropping what is gone, where a table asks for it (`skep.discovery.mode=sync`), inside rails. Only a sweep that has seen
//! everything may say that something is gone; nothing found at all never does; a brake stops what would drop too
//! much; and each place is looked at once more before its partition goes. Data is never touched.

use super::Discovery;
use super::known::name_hash;
use super::plan::{DiscoveryPlan, PLAN_LIST_LENGTH_MAX, PlannedPartition, location_text};
use super::record::Batch;
use super::scan::{PARTITIONS_PER_TRANSACTION_MAX, Sink, Tally};
use super::site::Site;
use crate::error::Result;
use crate::lake::LakeError;
use crate::model::{Location, Partition};

/// Missing partitions that a plan lists although none of them would be dropped.
const MISSING_LISTED_MAX: u64 = 1_000;
/// Of those how many a message names.
const NAMED_MAX: usize = 5;
/// Whole partitions that one page reads.
const PARTITIONS_PER_PAGE: usize = 2_000;

/// What the catalog has and the listing has not.
#[derive(Debug, Default)]
struct Missing {
    /// Registered partitions.
    known: u64,
    /// Those of them whose directories were not found.
    count: u64,
    /// As many of these as may be dropped, or are listed where none is.
    partitions: Vec<Partition>,
}

impl Discovery {
    /// Drops the partitions whose directories a whole sweep did not find. Gives the reason where the brake stops it.
    pub(super) async fn site_sync(
        &self,
        site: &Site,
        sink: &mut Sink<'_>,
        tally: &mut Tally,
    ) -> Result<Option<String>> {
        let Some(seen) = tally.seen.take() else {
            return Ok(None);
        };
        if tally.stopped.is_some() {
            return Ok(None);
        }
        let missing = self
            .partitions_missing(site, |name| !seen.contains(&name_hash(name)))
            .await?;
        if missing.count == 0 {
            return Ok(None);
        }
        if let Some(why) = brake(site, &missing, seen.is_empty()) {
            if let Sink::Plan(plan) = sink {
                plan.braked = Some(why.clone());
                let table = site.table.location.as_ref();
                let missing = missing.partitions.into_iter();
                plan.missing = missing
                    .map(|one| PlannedPartition::gone(one, table))
                    .collect();
            }
            return Ok(Some(why));
        }
        let mut gone = Vec::with_capacity(missing.partitions.len());
        for partition in missing.partitions {
            let location = partition.full_location(site.table.location.as_ref());
            let Some(location) = location else { continue };
            // Whatever came since the listing stays, and so does what has keys that cannot be read as paths.
            tally.counts.requests += 1;
            match self.lake.summary(&location).await {
                Ok(summary) if summary.files == 0 && summary.odd_keys == 0 => gone.push(partition),
                Ok(_) | Err(LakeError::Invalid { .. }) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        match sink {
            Sink::Plan(plan) => plan.drop_all(site, gone),
            Sink::Record(record) => {
                for chunk in gone.chunks(PARTITIONS_PER_TRANSACTION_MAX) {
                    let batch = Batch {
                        dropped: chunk.to_vec(),
                        ..Batch::default()
                    };
                    self.record_batch(&site.table, record, &batch).await?;
                }
            }
        }
        Ok(None)
    }

    async fn partitions_missing(
        &self,
        site: &Site,
        is_missing: impl Fn(&str) -> bool,
    ) -> Result<Missing> {
        let most = site.settings.drop_count_max.max(MISSING_LISTED_MAX);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut missing = Missing::default();
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
            for partition in page.partitions {
                missing.known += 1;
                if is_missing(&partition.name) && is_discoverable(site, &partition) {
                    missing.count += 1;
                    if missing.partitions.len() < most {
                        missing.partitions.push(partition);
                    }
                }
            }
            if page.ended {
                return Ok(missing);
            }
        }
    }
}

/// Whether discovery would have found a partition at the place that it has: what somebody put elsewhere is not gone
/// because it was not listed.
fn is_discoverable(site: &Site, partition: &Partition) -> bool {
    let location = partition.full_location(site.table.location.as_ref());
    let Some(location) = location else {
        return false;
    };
    let Some(root) = site.root_of(&location) else {
        return false;
    };
    // A directory may be written in several ways, such as with the name of a key in another case.
    let read = root.path_of(&location).map(|path| root.layout.read(path));
    read.is_some_and(|read| read.is_ok_and(|values| values == partition.values))
        || root.place(&partition.values) == Some(location)
}

fn brake(site: &Site, missing: &Missing, found_nothing: bool) -> Option<String> {
    let Missing { known, count, .. } = missing;
    let settings = &site.settings;
    let named = named(missing);
    if found_nothing {
        return Some(format!(
            "the listing found no data at all, so that none of {count} missing partitions is dropped ({named})"
        ));
    }
    if *count > settings.drop_count_max {
        let most = settings.drop_count_max;
        return Some(format!(
            "{count} partitions are missing, more than the {most} that one run may drop (skep.discovery.drop-count-max); none is \
             dropped ({named})"
        ));
    }
    let share = settings.drop_share_max;
    if count.saturating_mul(100) > known.saturating_mul(share) {
        return Some(format!(
            "{count} of {known} partitions are missing, more than the {share} % that one run may drop \
             (skep.discovery.drop-share-max); none is dropped ({named})"
        ));
    }
    None
}

/// The first of what is missing, and how many more there are.
fn named(missing: &Missing) -> String {
    let names = missing.partitions.iter().take(NAMED_MAX);
    let names: Vec<&str> = names.map(|one| one.name.as_str()).collect();
    let more = missing.count.saturating_sub(names.len() as u64);
    let names = names.join(", ");
    if more == 0 {
        names
    } else {
        format!("{names} and {more} more")
    }
}

impl PlannedPartition {
    /// A partition whose directory has no data any more.
    fn gone(partition: Partition, table: Option<&Location>) -> Self {
        Self {
            location: location_text(&partition, table),
            name: partition.name,
            files: 0,
            bytes: 0,
            newest_at: 0,
        }
    }
}

impl DiscoveryPlan {
    fn drop_all(&mut self, site: &Site, gone: Vec<Partition>) {
        self.counts.dropped += gone.len() as u64;
        let table = site.table.location.as_ref();
        let gone = gone.into_iter().take(PLAN_LIST_LENGTH_MAX);
        self.dropped = gone.map(|one| PlannedPartition::gone(one, table)).collect();
    }
}
