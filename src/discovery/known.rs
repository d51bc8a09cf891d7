//! Which partitions are known, in few bytes each: what a look at the window need not look into. Where the names sort by
//! time, those of the window alone are read.

use super::Discovery;
use super::site::Site;
use crate::error::Result;
use crate::hive::name_range::NameRange;
use crate::model::{Location, SkipKind};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Partitions that one page of the walk along the names reads.
const NAMES_PER_PAGE: usize = 10_000;
/// Whole partitions that one page reads.
const PARTITIONS_PER_PAGE: usize = 2_000;
/// Skipped directories that one page reads.
const SKIPS_PER_PAGE: usize = 1_000;

/// A name in 8 bytes. Two names with one hash, once in ages, only mean that a look at the window takes a new partition
/// for a known one; a sweep compares the names themselves.
pub(super) fn name_hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// The partitions of a table, each with the rank of the root that it lies in.
#[derive(Debug, Default)]
pub(super) struct Known {
    ranks: HashMap<u64, u8>,
}

impl Known {
    /// Whether there is nothing to learn of a partition in a root of this rank.
    pub(super) fn settles(&self, name: &str, rank: usize) -> bool {
        let known = self.ranks.get(&name_hash(name));
        known.is_some_and(|known| usize::from(*known) <= rank)
    }

    fn insert(&mut self, name: &str, rank: usize) {
        let rank = u8::try_from(rank).unwrap_or(u8::MAX);
        let entry = self.ranks.entry(name_hash(name)).or_insert(rank);
        *entry = rank.min(*entry);
    }
}

impl Discovery {
    /// The partitions of a table that the windows of its roots can meet at a time, and the directories that are
    /// quarantined.
    pub(super) async fn discovery_known(&self, site: &Site, now: i64) -> Result<Known> {
        let mut known = Known::default();
        let range: Vec<NameRange> = site.window_names(now).into_iter().collect();
        if site.has_choice() {
            self.known_by_place(site, &range, &mut known).await?;
        } else {
            self.known_by_name(site, &range, &mut known).await?;
        }
        self.known_quarantined(site, &mut known).await?;
        Ok(known)
    }

    async fn known_by_name(
        &self,
        site: &Site,
        range: &[NameRange],
        known: &mut Known,
    ) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let mut session = self.store.session().await?;
            let names = session
                .partition_names_page(site.table.id, after.as_deref(), range, NAMES_PER_PAGE)
                .await?;
            let ended = names.len() < NAMES_PER_PAGE;
            for name in &names {
                known.insert(name, 0);
            }
            after = names.into_iter().next_back();
            if ended {
                return Ok(());
            }
        }
    }

    async fn known_by_place(
        &self,
        site: &Site,
        range: &[NameRange],
        known: &mut Known,
    ) -> Result<()> {
        let table = &site.table;
        let mut after: Option<String> = None;
        loop {
            let mut session = self.store.session().await?;
            let mut page = session
                .partition_page(table.id, after.as_deref(), range, PARTITIONS_PER_PAGE)
                .await?;
            for partition in &page.partitions {
                // What lies elsewhere was put there by somebody, and is none of discovery's.
                let location = partition.full_location(table.location.as_ref());
                let root = location.and_then(|location| site.root_of(&location));
                known.insert(&partition.name, root.map_or(0, |root| root.rank));
            }
            after = page.partitions.pop().map(|partition| partition.name);
            if page.ended {
                return Ok(());
            }
        }
    }

    /// Files that do not fit are not read again at each look; a sweep does.
    async fn known_quarantined(&self, site: &Site, known: &mut Known) -> Result<()> {
        let mut after = String::new();
        loop {
            let mut session = self.store.session().await?;
            let skips = session
                .discovery_skip_page(site.table.id, &after, SKIPS_PER_PAGE)
                .await?;
            let ended = skips.len() < SKIPS_PER_PAGE;
            for skip in skips.iter().filter(|skip| skip.kind == SkipKind::Schema) {
                let place = Location::from_stored(skip.path.clone());
                let read = site.root_of(&place).and_then(|root| {
                    let values = root.layout.read(root.path_of(&place)?).ok()?;
                    Some((root.rank, site.name(&values).ok()?))
                });
                if let Some((rank, name)) = read {
                    known.insert(&name, rank);
                }
            }
            after = skips
                .into_iter()
                .next_back()
                .map_or(after, |skip| skip.path);
            if ended {
                return Ok(());
            }
        }
    }
}
