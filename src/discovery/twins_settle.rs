//! Following up the directories that mean partitions which are registered elsewhere, once a scan has met them all.

use super::Discovery;
use super::judge::Candidate;
use super::scan::{PARTITIONS_PER_TRANSACTION_MAX, Sink, Tally, Waiting};
use super::site::Site;
use super::twins::twin_skip;
use crate::error::Result;
use crate::model::{Location, Partition};
use std::collections::HashMap;

impl Discovery {
    /// Follows up what a scan met: tells of each directory, or makes its partition point to it where the one in use has
    /// no data any more.
    pub(super) async fn twins_settle(
        &self,
        site: &Site,
        sink: &mut Sink<'_>,
        tally: &mut Tally,
    ) -> Result<()> {
        let now = self.now();
        let twins = std::mem::take(&mut tally.twins);
        let mut waiting = Waiting::default();
        // One of several is enough.
        let mut moved: HashMap<String, Location> = HashMap::new();
        let mut looked_at: HashMap<Location, bool> = HashMap::new();
        for chunk in twins.chunks(PARTITIONS_PER_TRANSACTION_MAX) {
            let names: Vec<&str> = chunk.iter().map(|twin| twin.name.as_str()).collect();
            let mut session = self.store.session().await?;
            let found = session
                .partition_list_by_names(site.table.id, &names)
                .await?;
            drop(session);
            let found: HashMap<&str, &Partition> =
                found.iter().map(|one| (one.name.as_str(), one)).collect();
            for twin in chunk {
                let existing = found.get(twin.name.as_str());
                let root = site.roots.iter().find(|root| root.rank == twin.rank);
                let (Some(existing), Some(root)) = (existing, root) else {
                    continue;
                };
                let in_use = moved.get(&twin.name).unwrap_or(&twin.registered);
                let is_ours =
                    in_use == &twin.registered && site.root_of(&twin.registered).is_some();
                if is_ours && !looked_at.contains_key(in_use) {
                    let is_empty = self.is_empty(in_use, tally).await?;
                    looked_at.insert(in_use.clone(), is_empty);
                }
                let is_empty = is_ours && looked_at.get(in_use) == Some(&true);
                if is_empty {
                    moved.insert(twin.name.clone(), twin.sighting.location.clone());
                    let partition = site.partition_moved(existing, root, &twin.sighting, now);
                    let sighting = twin.sighting.clone();
                    let candidate = Candidate {
                        partition,
                        sighting,
                    };
                    waiting.moves.push(((*existing).clone(), candidate));
                } else {
                    tally.counts.skipped += 1;
                    let location = &twin.sighting.location;
                    waiting
                        .skips
                        .push(twin_skip(location, &twin.name, in_use, now));
                }
            }
        }
        self.waiting_flush(site, &mut waiting, sink, tally).await
    }

    /// Whether there are no bytes at a place, also none that a writer hides as long as it is at work.
    async fn is_empty(&self, location: &Location, tally: &mut Tally) -> Result<bool> {
        tally.counts.requests += 1;
        Ok(!self.lake.has_bytes(location).await?)
    }
}
