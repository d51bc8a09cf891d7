//! Looking at the roots of a table, the preferred one first, and handing what was found on in batches. What is done
//! with a batch (written, or only shown) is the sink's.

use super::Discovery;
use super::footer::Fits;
use super::judge::{Candidate, Sighting, Verdict};
use super::known::{Known, name_hash};
use super::plan::DiscoveryPlan;
use super::progress::RunProgress;
use super::record::{Batch, Record, Written};
use super::scope::DiscoveryScope;
use super::site::{Root, Site};
use super::twins::{TWINS_MAX, Twin, twin_skip};
use crate::error::Result;
use crate::lake::{FoundPartition, ScanItem, ScanRequest, ScanSummary};
use crate::model::{DiscoverySkip, Freshness, Location, Partition, RunCounts, SkipKind, TableRef};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Batches that wait between listing and writing: listing must not run ahead of the database.
const BATCHES_WAITING_MAX: usize = 4;
/// LIST requests of one scan that may be on their way at once.
const REQUESTS_CONCURRENT_MAX: usize = 16;
/// Partitions that one transaction writes: it holds the table's row for some ten milliseconds.
pub(super) const PARTITIONS_PER_TRANSACTION_MAX: usize = 2_000;
/// Skipped directories that one run remembers in one go.
const SKIPS_PER_BATCH: usize = 200;

/// Where decisions go.
#[derive(Debug)]
pub(super) enum Sink<'a> {
    /// Into the catalog.
    Record(&'a mut Record),
    /// Into a plan that is shown.
    Plan(&'a mut DiscoveryPlan),
}

/// What the scan of all roots came to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: RunCounts,
    /// Why not everything was looked at; `None` where everything was.
    pub(super) stopped: Option<String>,
    /// Hashes of the names that were found, in every root; kept for sweeps that may drop.
    pub(super) seen: Option<HashSet<u64>>,
    /// Of what was registered.
    pub(super) freshness: Option<Freshness>,
    /// Who watches.
    pub(super) progress: Arc<RunProgress>,
    /// The places of other tables inside this one's, looked up when something is new.
    pub(super) others: Option<Vec<(Location, TableRef)>>,
    /// Directories that mean partitions which are registered elsewhere.
    pub(super) twins: Vec<Twin>,
    /// How the files of new partitions fit the table.
    pub(super) fits: Fits,
}

impl Tally {
    /// Notes a directory that means a partition which is registered elsewhere.
    fn twin(&mut self, twin: Twin) {
        if self.twins.len() < TWINS_MAX {
            self.twins.push(twin);
        } else {
            self.counts.skipped += 1;
        }
    }
}

/// What waits to be written together.
#[derive(Default)]
pub(super) struct Waiting {
    adds: Vec<Candidate>,
    pub(super) moves: Vec<(Partition, Candidate)>,
    pub(super) skips: Vec<DiscoverySkip>,
    /// The names of what waits, with their places: several directories may mean one partition.
    names: HashMap<String, Location>,
}

impl Waiting {
    fn len(&self) -> usize {
        self.adds.len() + self.moves.len()
    }
}

impl Discovery {
    /// Scans every root. An error is one of the catalog or of a store; what was written before it stays written.
    pub(super) async fn site_scan(
        &self,
        site: &Site,
        scope: DiscoveryScope,
        requests_max: u64,
        sink: &mut Sink<'_>,
        tally: &mut Tally,
    ) -> Result<()> {
        let now = self.now();
        let known = match scope {
            DiscoveryScope::Window => Some(self.discovery_known(site, now).await?),
            DiscoveryScope::Sweep => None,
        };
        for root in &site.roots {
            let left = requests_max.saturating_sub(tally.counts.requests);
            if left == 0 {
                tally.stopped = Some("the budget of LIST requests is used up".into());
                return Ok(());
            }
            tally.progress.root_begins(&tally.counts);
            let skip = |values: &[String]| {
                let name = site.name(values);
                let settled = |name: String| {
                    let known = known.as_ref();
                    known.is_some_and(|known: &Known| known.settles(&name, root.rank))
                };
                name.is_ok_and(settled)
            };
            let request = ScanRequest {
                root: &root.location,
                layout: &root.layout,
                window: known.is_some().then(|| root.window(now)),
                marker: root.marker.as_deref(),
                requests_max: left,
                requests_concurrent_max: REQUESTS_CONCURRENT_MAX,
                skip: &skip,
            };
            let summary = self.root_scan(site, root, request, sink, tally).await?;
            tally.counts.requests += summary.requests;
            tally.counts.objects += summary.objects;
            tally.counts.prefixes += summary.prefixes;
            tally.counts.skipped += summary.mismatches;
            if !summary.complete {
                let why = summary.stopped;
                tally.stopped = Some(why.unwrap_or_else(|| "the listing is not complete".into()));
            }
        }
        self.twins_settle(site, sink, tally).await
    }

    /// Lists one root and handles what comes, at the same time.
    async fn root_scan(
        &self,
        site: &Site,
        root: &Root,
        request: ScanRequest<'_>,
        sink: &mut Sink<'_>,
        tally: &mut Tally,
    ) -> Result<ScanSummary> {
        let (sender, mut receiver) = mpsc::channel(BATCHES_WAITING_MAX);
        let progress = Arc::clone(&tally.progress);
        // The receiver goes with this block: where it fails, the listing finds nobody and ends.
        let handle = async move {
            let mut waiting = Waiting::default();
            while let Some(items) = receiver.recv().await {
                self.items_judge(site, root, items, &mut waiting, tally)
                    .await?;
                if waiting.len() >= PARTITIONS_PER_TRANSACTION_MAX
                    || waiting.skips.len() >= SKIPS_PER_BATCH
                {
                    self.waiting_flush(site, &mut waiting, sink, tally).await?;
                }
            }
            self.waiting_flush(site, &mut waiting, sink, tally).await
        };
        let scan = self.lake.scan_watched(request, sender, &progress.scan);
        let (scanned, handled) = tokio::join!(scan, handle);
        handled?;
        Ok(scanned?)
    }

    async fn items_judge(
        &self,
        site: &Site,
        root: &Root,
        items: Vec<ScanItem>,
        waiting: &mut Waiting,
        tally: &mut Tally,
    ) -> Result<()> {
        let now = self.now();
        let mut found: Vec<(String, FoundPartition)> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                ScanItem::Partition(one) if one.files > 0 => {
                    found.push((site.name(&one.values)?, one));
                }
                // A marker without data: an empty directory is no partition.
                ScanItem::Partition(_) => {}
                ScanItem::Mismatch { path, reason } => waiting.skips.push(DiscoverySkip {
                    path: root.shown(&path),
                    kind: SkipKind::Layout,
                    reason,
                    first_seen_at: now,
                    last_seen_at: now,
                }),
            }
        }
        tally.counts.found += found.len() as u64;
        tally.progress.found(tally.counts.found);
        if let Some(seen) = &mut tally.seen {
            seen.extend(found.iter().map(|(name, _)| name_hash(name)));
        }
        let existing = self
            .partitions_existing(site, root, &mut found, tally)
            .await?;
        for (name, one) in found {
            let sighting = Sighting::new(root, &one);
            if let Some(first) = waiting.names.get(&name).cloned() {
                // The same directory of a less preferred root is no other data.
                if root.location.contains(&first) {
                    tally.counts.skipped += 1;
                    let skip = self.twin_wait(site, root, (name, one), first, waiting)?;
                    waiting.skips.push(skip);
                }
                continue;
            }
            let place = sighting.location.clone();
            let known = existing.get(&name);
            if let Some(known) = known {
                let registered = known.full_location(site.table.location.as_ref());
                let twin = registered
                    .filter(|registered| root.location.contains(registered))
                    .and_then(|registered| Twin::of(root, &name, &sighting, registered));
                if let Some(twin) = twin {
                    tally.twin(twin);
                    continue;
                }
            }
            match site.judge(root, &one.values, sighting, known, now)? {
                Verdict::Known => {}
                Verdict::Expired => tally.counts.skipped += 1,
                Verdict::Skip(skip) => {
                    tally.counts.skipped += 1;
                    waiting.skips.push(skip);
                }
                Verdict::Add(candidate) => {
                    waiting.names.insert(name, place);
                    waiting.adds.push(candidate);
                }
                Verdict::Move(candidate) => {
                    if let Some(before) = known {
                        waiting.names.insert(name, place);
                        waiting.moves.push((before.clone(), candidate));
                    }
                }
            }
        }
        Ok(())
    }

    /// Two directories that mean one new partition: whichever was looked at first, it gets the one that comes first by its
    /// name, and the other one is told.
    fn twin_wait(
        &self,
        site: &Site,
        root: &Root,
        (name, one): (String, FoundPartition),
        first: Location,
        waiting: &mut Waiting,
    ) -> Result<DiscoverySkip> {
        let now = self.now();
        let sighting = Sighting::new(root, &one);
        let (mut in_use, mut left_out) = (first, sighting.location.clone());
        let mut adds = waiting.adds.iter();
        let at = adds.position(|add| add.sighting.location == in_use);
        if let Some(at) = at.filter(|_| left_out.as_str() < in_use.as_str())
            && let Verdict::Add(candidate) = site.judge(root, &one.values, sighting, None, now)?
        {
            waiting.adds[at] = candidate;
            std::mem::swap(&mut in_use, &mut left_out);
            waiting.names.insert(name.clone(), in_use.clone());
        }
        Ok(twin_skip(&left_out, &name, &in_use, now))
    }

    /// The registered partitions of these names. Where none may move, there is nothing to learn of them but where they are,
    /// and they are taken out of what was found.
    async fn partitions_existing(
        &self,
        site: &Site,
        root: &Root,
        found: &mut Vec<(String, FoundPartition)>,
        tally: &mut Tally,
    ) -> Result<HashMap<String, Partition>> {
        if found.is_empty() {
            return Ok(HashMap::new());
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let mut session = self.store.session().await?;
        if site.has_choice() {
            let partitions = session
                .partition_list_by_names(site.table.id, &names)
                .await?;
            let named = partitions.into_iter().map(|one| (one.name.clone(), one));
            return Ok(named.collect());
        }
        let existing = session
            .partition_places_existing(site.table.id, &names)
            .await?;
        let existing: HashMap<String, Option<Location>> = existing.into_iter().collect();
        found.retain(|(name, one)| {
            let Some(own) = existing.get(name) else {
                return true;
            };
            let table = site.table.location.as_ref();
            let registered = own
                .clone()
                .or_else(|| Partition::default_location(table, name));
            let twin = registered
                .and_then(|registered| Twin::of(root, name, &Sighting::new(root, one), registered));
            if let Some(twin) = twin {
                tally.twin(twin);
            }
            false
        });
        Ok(HashMap::new())
    }

    pub(super) async fn waiting_flush(
        &self,
        site: &Site,
        waiting: &mut Waiting,
        sink: &mut Sink<'_>,
        tally: &mut Tally,
    ) -> Result<()> {
        let Waiting {
            mut adds,
            mut moves,
            mut skips,
            names: _,
        } = std::mem::take(waiting);
        if !adds.is_empty() {
            self.others_leave(site, &mut adds, &mut skips, tally)
                .await?;
        }
        let (counts, fits) = (&mut tally.counts, &mut tally.fits);
        self.candidates_inspect(site, &mut adds, &mut moves, &mut skips, counts, fits)
            .await;
        match sink {
            Sink::Plan(plan) => {
                plan.extend(site, adds, moves, skips);
                tally.progress.added(plan.counts.added);
                Ok(())
            }
            Sink::Record(record) => {
                self.record_skips(&site.table, &skips).await?;
                record.tell(&skips);
                let written = self.candidates_write(site, record, adds, moves).await?;
                fresher(&mut tally.freshness, written);
                tally.progress.added(record.run.counts.added);
                Ok(())
            }
        }
    }

    /// Leaves out what lies in the place of another table that takes part: the inner of two tables has it.
    async fn others_leave(
        &self,
        site: &Site,
        adds: &mut Vec<Candidate>,
        skips: &mut Vec<DiscoverySkip>,
        tally: &mut Tally,
    ) -> Result<()> {
        if tally.others.is_none() {
            tally.others = Some(self.sites_inside(site).await?);
        }
        let others = tally.others.as_deref().unwrap_or_default();
        let now = self.now();
        adds.retain(|candidate| {
            let location = &candidate.sighting.location;
            let other = others.iter().find(|(place, _)| place.contains(location));
            let Some((place, at)) = other else {
                return true;
            };
            tally.counts.skipped += 1;
            skips.push(DiscoverySkip {
                path: location.to_string(),
                kind: SkipKind::Layout,
                reason: format!(
                    "it lies in {place}, the place of {}.{}",
                    at.database, at.table
                ),
                first_seen_at: now,
                last_seen_at: now,
            });
            false
        });
        Ok(())
    }

    /// Writes candidates, in as many transactions as it takes. Gives what it learnt of the table's freshness.
    pub(super) async fn candidates_write(
        &self,
        site: &Site,
        record: &mut Record,
        adds: Vec<Candidate>,
        moves: Vec<(Partition, Candidate)>,
    ) -> Result<Option<Freshness>> {
        if adds.is_empty() && moves.is_empty() {
            return Ok(None);
        }
        let run_id = self.record_begin(record).await?;
        let times: HashMap<String, (i64, i64)> = adds
            .iter()
            .map(|one| {
                let times = (one.sighting.oldest_at, one.sighting.newest_at);
                (one.partition.name.clone(), times)
            })
            .collect();
        let mut freshness = None;
        let mut batch = Batch::default();
        let mut adds = adds.into_iter().peekable();
        while adds.peek().is_some() {
            for mut candidate in adds.by_ref().take(PARTITIONS_PER_TRANSACTION_MAX) {
                candidate.sign(run_id);
                batch.add(candidate);
            }
            let written = self.record_batch(&site.table, record, &batch).await?;
            fresher(&mut freshness, freshness_of(&written, &times, self.now()));
            batch = Batch::default();
        }
        for (before, mut candidate) in moves {
            candidate.sign(run_id);
            batch.move_from(before, candidate);
        }
        if !batch.is_empty() {
            self.record_batch(&site.table, record, &batch).await?;
        }
        Ok(freshness)
    }
}

/// What the partitions that were really added say of the table: the newest object, and how long the first object of the
/// slowest of them has waited.
fn freshness_of(
    written: &Written,
    times: &HashMap<String, (i64, i64)>,
    now: i64,
) -> Option<Freshness> {
    let added = written.added.iter();
    let times: Vec<&(i64, i64)> = added.filter_map(|one| times.get(&one.name)).collect();
    let object_at = times.iter().map(|(_, newest)| *newest).max()?;
    let oldest = times.iter().map(|(oldest, _)| *oldest).min()?;
    Some(Freshness {
        object_at,
        registered_at: now,
        lag_s: Some((now - oldest).max(0)),
    })
}

fn fresher(known: &mut Option<Freshness>, learnt: Option<Freshness>) {
    let Some(learnt) = learnt else { return };
    let merged = match *known {
        Some(known) => Freshness {
            object_at: known.object_at.max(learnt.object_at),
            registered_at: learnt.registered_at,
            lag_s: known.lag_s.max(learnt.lag_s),
        },
        None => learnt,
    };
    *known = Some(merged);
}
