//! Writing what a run decided: each batch one transaction, with its events, its line in the history, and what is needed
//! to undo it. No directory is made and no object looked at here.

use super::Discovery;
use super::judge::Candidate;
use super::known::name_hash;
use super::unfinished::unfinished;
use crate::catalog::service::{LEASE_S, Lease};
use crate::catalog::service::{change_events, partitions_event, table_missing};
use crate::error::{Error, Result};
use crate::model::{
    DiscoveryRun, DiscoverySettings, DiscoverySkip, EventKind, JobKind, Location, NewEvent,
    Partition, PropertyError, RunCause, RunCounts, RunOutcome, Table,
};
use crate::store::{DiscoveryChanges, Owner, Session, skip_path_stored};
use crate::transact;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What a batch is to change.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) added: Vec<Partition>,
    /// Partitions that move to another place, as they were when that was decided, and their new forms.
    pub(super) moved: Vec<(Partition, Partition)>,
    /// The partitions that go, as they were when that was decided.
    pub(super) dropped: Vec<Partition>,
    /// Paths of partitions that are added: if they were skipped before, they are no more.
    pub(super) places: Vec<String>,
    /// Directories to delete with the partitions that go, by the names of those.
    pub(super) purged: HashMap<String, Location>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.moved.is_empty() && self.dropped.is_empty()
    }

    pub(super) fn add(&mut self, candidate: Candidate) {
        self.places.push(candidate.sighting.location.to_string());
        self.added.push(candidate.partition);
    }

    pub(super) fn move_from(&mut self, before: Partition, candidate: Candidate) {
        self.places.push(candidate.sighting.location.to_string());
        self.moved.push((before, candidate.partition));
    }
}

/// What a transaction really changed.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) added: Vec<Partition>,
    pub(super) moved: u64,
    pub(super) dropped: u64,
    deletion: Option<crate::catalog::service::DeletionJob>,
    /// What was left for a later run.
    left: Vec<DiscoverySkip>,
}

/// The line of a run in the history, written with its first batch: most runs change nothing and leave none.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) run: DiscoveryRun,
    lease: Option<Lease>,
    position: i64,
    /// The hashes of the paths that it told as left out, [`TOLD_MAX`] of them at most.
    told: HashSet<u64>,
}

/// Paths that a run remembers as told, some 16 bytes each. A table keeps a thousand of them.
const TOLD_MAX: usize = 1_000_000;

impl Record {
    pub(super) fn new(
        table_id: i64,
        cause: RunCause,
        started_at: i64,
        lease: Option<Lease>,
    ) -> Self {
        Self {
            run: DiscoveryRun {
                id: 0,
                table_id,
                cause,
                outcome: RunOutcome::Running,
                started_at,
                ended_at: None,
                counts: RunCounts::default(),
                error: None,
                undone_at: None,
            },
            lease,
            position: 0,
            told: HashSet::new(),
        }
    }

    /// Notes what a batch really changed.
    fn note(&mut self, written: &Written) {
        count(&mut self.run.counts, written);
        self.tell(&written.left);
        self.position += 1;
    }

    /// Notes directories that it tells as left out.
    pub(super) fn tell(&mut self, skips: &[DiscoverySkip]) {
        let paths = skips.iter().map(|skip| skip_path_stored(&skip.path));
        for path in paths {
            if self.told.len() == TOLD_MAX {
                return;
            }
            self.told.insert(name_hash(path));
        }
    }

    /// Whether it told a directory, by its stored path, as left out. Where they were too many to be remembered, all are taken to
    /// be, so that nothing is forgotten that is there.
    pub(super) fn has_told(&self, path: &str) -> bool {
        self.told.len() == TOLD_MAX || self.told.contains(&name_hash(path))
    }

    pub(super) fn has_begun(&self) -> bool {
        self.run.id != 0
    }
}

impl Discovery {
    /// Gives a run its number.
    pub(super) async fn record_begin(&self, record: &mut Record) -> Result<i64> {
        if !record.has_begun() {
            record.run.id = transact!(self.store, |session| { session.discovery_run_id().await })?;
        }
        Ok(record.run.id)
    }

    /// Writes a batch: what exists by now is not added, what has changed since is neither moved nor dropped.
    pub(super) async fn record_batch(
        &self,
        seen: &Table,
        record: &mut Record,
        batch: &Batch,
    ) -> Result<Written> {
        let id = self.record_begin(record).await?;
        let now = self.now();
        let position = record.position;
        let written = transact!(self.store, |session| {
            let table = session
                .table_get_locked(&seen.at)
                .await?
                .ok_or_else(|| table_missing(&seen.at))?;
            if !is_unmoved(seen, &table) {
                return Err(overtaken(seen));
            }
            if let Some(lease) = &record.lease {
                lease_hold(session, lease, &table).await?;
            }
            let after = batch.moved.iter().map(|(_, after)| after);
            let found = batch.added.iter().chain(after);
            let skips = unfinished(session, &table, found, now).await?;
            let (mut written, changes, events) = write(session, &table, batch, &skips).await?;
            if !skips.is_empty() {
                session.discovery_skip_put(table.id, &skips).await?;
            }
            if changes == DiscoveryChanges::default() {
                return Ok(written);
            }
            if !batch.purged.is_empty() {
                // What a partition left that somebody else has dropped or moved meanwhile is theirs.
                let gone = changes.dropped.iter();
                let places = gone.filter_map(|one| batch.purged.get(&one.name));
                let places: Vec<&Location> = places.collect();
                written.deletion = self
                    .catalog
                    .deletion_job_note(
                        session,
                        JobKind::PurgePartitions,
                        &table,
                        &places,
                        // Those that were purged are no partitions any more.
                        Owner::Nobody,
                    )
                    .await?;
            }
            let mut run = record.run.clone();
            count(&mut run.counts, &written);
            session.discovery_run_put(&run).await?;
            // What is purged cannot come back.
            if batch.purged.is_empty() {
                session
                    .discovery_changes_insert(id, position, &changes)
                    .await?;
            }
            let places = batch.places.iter().map(String::as_str);
            let places: Vec<&str> = places.filter(|path| !is_left(&skips, path)).collect();
            session.discovery_skip_delete(table.id, &places).await?;
            session.event_append(now, &events).await?;
            Ok(written)
        });
        let mut written = written?;
        record.note(&written);
        if let Some(deletion) = written.deletion.take() {
            self.catalog.deletion_jobs_try([deletion]).await;
        }
        Ok(written)
    }

    /// Ends a run that has a line, or needs one.
    pub(super) async fn record_end(
        &self,
        record: &mut Record,
        outcome: RunOutcome,
        error: Option<String>,
    ) -> Result<()> {
        self.record_begin(record).await?;
        record.run.outcome = outcome;
        record.run.error = error;
        let run = &record.run;
        transact!(self.store, |session| {
            session.discovery_run_put(run).await
        })
    }

    /// Remembers directories that are no partitions.
    pub(super) async fn record_skips(&self, table: &Table, skips: &[DiscoverySkip]) -> Result<()> {
        if skips.is_empty() {
            return Ok(());
        }
        transact!(self.store, |session| {
            session.discovery_skip_put(table.id, skips).await
        })
    }
}

fn count(counts: &mut RunCounts, written: &Written) {
    counts.added += written.added.len() as u64;
    counts.moved += written.moved;
    counts.dropped += written.dropped;
}

/// Whether a table still has all that a run goes by: who it is, where it lies, the names and types of its keys, and what
/// its properties say of where and how partitions are found, added, dropped and kept. A table that opted out gets no
/// partition more, however far the listing was; one that got a comment, a column or another interval does.
pub(super) fn is_unmoved(seen: &Table, now: &Table) -> bool {
    let keys = |table: &Table| -> Vec<(String, String)> {
        let keys = table.partition_keys.iter();
        keys.map(|key| (key.name.clone(), key.data_type.clone()))
            .collect()
    };
    seen.id == now.id
        && seen.location == now.location
        && keys(seen) == keys(now)
        && (seen.parameters == now.parameters || orders(seen) == orders(now))
}

/// What a table's properties ask for, but for when and how much is looked at.
fn orders(table: &Table) -> Result<Option<DiscoverySettings>, PropertyError> {
    let settings = DiscoverySettings::of_table(table)?;
    Ok(settings.map(|settings| DiscoverySettings {
        interval_s: None,
        sweep_interval_s: None,
        requests_per_day_max: 0,
        fresh_within_s: None,
        ..settings
    }))
}

fn overtaken(seen: &Table) -> Error {
    Error::NotAllowed(format!(
        "{}.{} was changed while a run looked at it; the next one goes by what it is now",
        seen.at.database, seen.at.table
    ))
}

/// Keeps the lease, inside the transaction: what follows is written by its holder or not at all.
async fn lease_hold(session: &mut Session, lease: &Lease, table: &Table) -> Result<()> {
    let held = session
        .lease_extend(&lease.name, &lease.holder, LEASE_S)
        .await?;
    if held {
        return Ok(());
    }
    Err(Error::NotAllowed(format!(
        "another process has taken over the scan of {}.{}",
        table.at.database, table.at.table
    )))
}

/// Writes what of a batch still holds, without what is left for a later run.
async fn write(
    session: &mut Session,
    table: &Table,
    batch: &Batch,
    left: &[DiscoverySkip],
) -> Result<(Written, DiscoveryChanges, Vec<NewEvent>)> {
    let mut written = Written {
        left: left.to_vec(),
        ..Written::default()
    };
    let mut changes = DiscoveryChanges::default();
    let mut events = Vec::new();
    let is_free = |partition: &Partition| {
        let place = partition.full_location(table.location.as_ref());
        left.is_empty() || place.is_none_or(|place| !is_left(left, place.as_str()))
    };
    let free = if left.is_empty() {
        Cow::Borrowed(batch.added.as_slice())
    } else {
        let free = batch.added.iter().filter(|one| is_free(one));
        Cow::Owned(free.cloned().collect())
    };
    if !free.is_empty() {
        let new = session.partition_insert_missing(table, &free).await?;
        let added = free.iter().zip(new).filter(|(_, is_new)| *is_new);
        written.added = added.map(|(partition, _)| partition.clone()).collect();
        changes.added = written.added.iter().map(|one| one.name.clone()).collect();
        if !written.added.is_empty() {
            let added = written.added.clone();
            events.push(partitions_event(EventKind::AddPartition, table, added));
        }
    }
    let free = || batch.moved.iter().filter(|(_, after)| is_free(after));
    if free().next().is_some() {
        let before: Vec<&Partition> = free().map(|(before, _)| before).collect();
        let before = unchanged(session, table, &before).await?;
        let is_still = |old: &Partition| before.iter().any(|one| one.name == old.name);
        let moves = free().filter(|(old, _)| is_still(old));
        let after: Vec<Partition> = moves.map(|(_, new)| new.clone()).collect();
        session.partition_update(table, &after).await?;
        written.moved = after.len() as u64;
        events.extend(change_events(table, before.iter().cloned().zip(after)));
        changes.moved = before;
    }
    if !batch.dropped.is_empty() {
        let seen: Vec<&Partition> = batch.dropped.iter().collect();
        let gone = unchanged(session, table, &seen).await?;
        let names: Vec<&str> = gone.iter().map(|one| one.name.as_str()).collect();
        written.dropped = session.partition_delete(table.id, &names).await?;
        if !gone.is_empty() {
            let event = partitions_event(EventKind::DropPartition, table, gone.clone());
            events.push(event);
        }
        changes.dropped = gone;
    }
    Ok((written, changes, events))
}

fn is_left(skips: &[DiscoverySkip], path: &str) -> bool {
    skips.iter().any(|skip| skip.path == path)
}

/// Those that are still what they were when it was decided to change them, in their order: what somebody else has
/// changed since is left to the next run.
async fn unchanged(
    session: &mut Session,
    table: &Table,
    seen: &[&Partition],
) -> Result<Vec<Partition>> {
    let names: Vec<&str> = seen.iter().map(|one| one.name.as_str()).collect();
    let found = session.partition_list_by_names(table.id, &names).await?;
    let mut found: HashMap<String, Partition> = found
        .into_iter()
        .map(|one| (one.name.clone(), one))
        .collect();
    let still = |seen: &&Partition| found.remove(&seen.name).filter(|is| is == *seen);
    Ok(seen.iter().filter_map(still).collect())
}
