//! Deleting data that was dropped: written down with the drop, tried at once, retried until it is done.
//!
//! Between the drop and the end of its deletion the place may be used again, on this replica or another, and engines
//! write their files *before* they create the table or add the partition. So nothing that skep knows tells old files from
//! new ones but the time of their last change, which the store stamps. The rules:
//!
//! 1. A deletion takes only files older than the drop. Whoever saw the drop answered writes younger ones.
//! 2. The clock that stamps the files says when the drop was: that of this machine for its own files, that of the store as
//!    its answers tell it. It is written down with the drop, so a later try by another process goes by the same time.
//! 3. Where a store had not told its clock yet, the first try, before the drop is answered, goes by this process's with a
//!    second of tolerance. In a later one what changed within [`CLOCKS_DIFFER_MAX`](super::noted::CLOCKS_DIFFER_MAX) of
//!    the drop stays, and the deletion stays written down, where an operator sees it.
//! 4. Who is about to use a place finishes the deletions that overlap it, so that the rows of a dropped table do not
//!    reappear in the next one. Where a file cannot be told from a new one, or the store does not answer, the use is
//!    refused: it is neither deleted nor mistaken for data of the new table.
//!
//! The source of a move is another case: what has its copy at the new place goes, and what is a day older than the move. Of the
//! rest nobody knows whether it was not copied, or has lost its copy since: it stays, as by rule 3.
//!
//! Two replicas may work on one deletion at once: both take the same old files. One gap is left that no clock closes: a
//! key of an object store that is written again, under the same name, after a bulk delete that names it was sent.
//!
//! The commit is the drop: what is deleted behind it never makes a drop fail.

use super::covered::deletions_covered;
use super::in_the_way::places_unmoved;
use super::noted::{Deletion, DeletionJob, Noted};
use crate::catalog::Catalog;
use crate::deadline;
use crate::error::Result;
use crate::lake::{Kept, Progress};
use crate::model::{
    Job, JobKind, JobPhase, JobProgress, Location, NewJob, Storage, Table, TableRef,
};
use crate::store::{NewPendingDelete, Owner, Session, Sources};
use crate::transact;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many directories of object stores one drop deletes between two looks at the database: enough that the looks cost
/// little, and few enough that a look is seldom older than a second.
const DELETIONS_PER_LOOK: usize = 128;
/// The same on a file system, which is faster, and where a directory is known again.
const DELETIONS_PER_LOOK_ON_FILE: usize = 512;
/// Seconds before a deletion that was not done at once is tried again.
pub(super) const RETRY_DELAY_S: i64 = 60;
/// How much later than it was the time of a drop may be taken for, by the clock of a store: it tells whole seconds, in answers
/// that take one.
const STORE_KNOWN_WITHIN: Duration = Duration::from_secs(3);

/// A try of deletions that is under way.
pub(super) struct Trying<'a> {
    /// Where what is deleted is counted.
    pub(super) progress: &'a Arc<Progress>,
    /// What the same run has copied, where it has.
    pub(super) copied: Option<&'a Arc<Progress>>,
    /// Whether somebody was answered meanwhile.
    pub(super) late: &'a AtomicBool,
}

/// Says that the call at hand is answered, or given up, once it is dropped.
struct Answered(Arc<AtomicBool>);

impl Drop for Answered {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Why data is deleted, as the row and the log tell it.
fn reason_of(kind: JobKind, table: &Table) -> String {
    let TableRef {
        database,
        table: name,
        ..
    } = &table.at;
    match kind {
        JobKind::DropTable => format!("table {database}.{name} was dropped"),
        JobKind::PurgePartitions => {
            format!("partitions of {database}.{name} are past their time")
        }
        JobKind::Truncate => format!("{database}.{name} was truncated"),
        _ => format!("partitions of {database}.{name} were dropped"),
    }
}

impl Catalog {
    /// Writes down, inside a transaction, which directories are to be deleted that are of no use since a time (seconds
    /// since the epoch). The background task leaves them alone for a while: who dropped them deletes them right after the
    /// commit.
    pub(super) async fn deletions_note(
        &self,
        session: &mut Session,
        pending: &[NewPendingDelete<'_>],
        reason: &str,
        since: i64,
    ) -> Result<Vec<Deletion>> {
        let next_at = session.now().await?.plus_s(RETRY_DELAY_S);
        let ids = session
            .pending_delete_insert_list(pending, reason, since, next_at)
            .await?;
        let deletions = ids.into_iter().zip(pending);
        let deletions = deletions.map(|(id, new)| Deletion {
            id,
            location: new.location.clone(),
            newest_ms: new.newest_ms,
            copied_to: new.copied_to.cloned(),
            covers: Vec::new(),
        });
        Ok(deletions.collect())
    }

    /// Writes down, inside the transaction of a drop or a truncation and before its event, which directories are to be
    /// deleted, as a job. Nothing where there are none. What is not skep's to delete, or holds the data of others than
    /// `owner`, stays where it was dropped, and fails a truncation.
    pub(crate) async fn deletion_job_note(
        &self,
        session: &mut Session,
        kind: JobKind,
        table: &Table,
        locations: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Option<DeletionJob>> {
        if locations.is_empty() {
            return Ok(None);
        }
        // Before anybody is asked about: who comes later is no holder yet, but writes younger files.
        let noted = Noted::now(self.clock.millis());
        let pending = locations.iter().map(|location| NewPendingDelete {
            newest_ms: match location.storage() {
                Storage::File => Some(noted.process_ms),
                _ => self.lake.latest_known_ms(location),
            },
            ..NewPendingDelete::of(location)
        });
        let pending: Vec<NewPendingDelete<'_>> = pending.collect();
        // Who registers places meanwhile has done so before this, and is seen, or sees this one; so nothing is asked earlier.
        let id = session.job_id().await?;
        // The drop would find half of the data, and a job that must be undone would bring back what was dropped. A table
        // that is dropped takes the job that moves it along.
        let sources = if kind == JobKind::DropTable {
            Sources::OnFile
        } else {
            Sources::All
        };
        places_unmoved(session, None, locations, sources).await?;
        let untouchable = self
            .places_untouchable(session, &table.at.database_ref(), locations, owner)
            .await?;
        let (ours, others): (Vec<_>, Vec<_>) = pending
            .into_iter()
            .zip(untouchable)
            .partition(|(_, why)| why.is_none());
        if let Some((new, Some(why))) = others.first() {
            if kind == JobKind::Truncate {
                return Err(why.refused(new.location));
            }
            tracing::warn!(location = %new.location, places = others.len(), "dropped data stays: {why}");
        }
        let pending: Vec<NewPendingDelete<'_>> = ours.into_iter().map(|(new, _)| new).collect();
        if pending.is_empty() {
            return Ok(None);
        }
        let reason = reason_of(kind, table);
        let covered = deletions_covered(session, &pending).await?;
        let mut deletions = self
            .deletions_note(session, &pending, &reason, self.now())
            .await?;
        for deletion in &mut deletions {
            deletion.covers = covered.get(&deletion.location).cloned().unwrap_or_default();
        }
        let job = NewJob {
            kind,
            phase: JobPhase::Deleting,
            held: None,
            table_id: table.id,
            subject: super::subject(&table.at),
            target: None,
            work: None,
            deletions: Deletion::ranges(&deletions),
            progress: JobProgress::default(),
        };
        session.job_insert(id, &job).await?;
        Ok(Some(DeletionJob {
            id,
            deletions,
            keeps_directories: kind == JobKind::Truncate,
            noted,
        }))
    }

    /// Tries the deletions of jobs right after the commit that wrote them down; what is younger than the drop stays. A
    /// failure is logged and left to the background, and so is what takes longer than the call at hand may.
    pub(crate) async fn deletion_jobs_try(&self, jobs: impl IntoIterator<Item = DeletionJob>) {
        let jobs: Vec<DeletionJob> = jobs.into_iter().collect();
        if jobs.is_empty() {
            return;
        }
        let catalog = self.clone();
        // It goes on by itself: a request that was sent cannot be called back, and who takes the place must know of its end.
        let late = Arc::new(AtomicBool::new(false));
        let _answered = Answered(Arc::clone(&late));
        let first = tokio::spawn(async move {
            let progress = Arc::new(Progress::default());
            let mut left = None;
            for job in &jobs {
                let trying = Trying {
                    progress: &progress,
                    copied: None,
                    late: &late,
                };
                if !catalog.deletion_job_try(job, &trying).await && job.goes_by_a_store() {
                    left = Some(job.noted.at);
                }
            }
            catalog.jobs.figures.add(&progress);
            left
        });
        // A later try takes what is older than the drop by the clock of the store, as well as that is known. So nobody who
        // waits for the answer writes before that time.
        if let Some(Ok(Some(at))) = deadline::wait(first).await {
            let known = STORE_KNOWN_WITHIN.saturating_sub(at.elapsed());
            deadline::wait(tokio::time::sleep(known)).await;
        }
    }

    /// Whether nothing is left.
    async fn deletion_job_try(&self, job: &DeletionJob, trying: &Trying<'_>) -> bool {
        let progress = trying.progress;
        let before = (progress.objects(), progress.bytes());
        let is_done = self
            .deletions_try(&job.deletions, job.keeps_directories, job.noted, trying)
            .await;
        if is_done {
            let progress = JobProgress {
                objects_done: progress.objects() - before.0,
                bytes_done: progress.bytes() - before.1,
                ..JobProgress::default()
            };
            self.deletion_job_done(job.id, Some(&progress)).await;
        }
        is_done
    }

    pub(super) async fn deletion_job_done(&self, id: i64, progress: Option<&JobProgress>) {
        let done = transact!(self.store, |session| {
            session.job_done(id, progress).await
        });
        match done {
            Ok(true) => self.jobs.ended(JobPhase::Done),
            Ok(false) => {}
            Err(failure) => {
                tracing::warn!(job = id, %failure, "cannot note that a job is done; it is looked at again");
            }
        }
    }

    /// Tries deletions, several at once; whether all are done.
    pub(super) async fn deletions_try(
        &self,
        deletions: &[Deletion],
        keeps_directories: bool,
        noted: Noted,
        trying: &Trying<'_>,
    ) -> bool {
        let mut are_done = true;
        let mut places = deletions.iter().map(|one| one.location.storage());
        let per_look = if places.all(|storage| storage == Storage::File) {
            DELETIONS_PER_LOOK_ON_FILE
        } else {
            DELETIONS_PER_LOOK
        };
        for chunk in deletions.chunks(per_look) {
            // Looked at before it is asked what is still to be done: what takes a directory's place afterwards is another one.
            let places: Vec<&Location> = chunk.iter().map(|one| &one.location).collect();
            let stood = self.lake.directory_marks(&places).await;
            // A long list takes its time: meanwhile another replica may have finished some, to use the place.
            let chunk = match self.deletions_left(chunk).await {
                Ok(left) => left,
                Err(failure) => {
                    tracing::warn!(%failure, "cannot look what is still to be deleted; it will be retried");
                    are_done = false;
                    continue;
                }
            };
            let wanted = chunk.len();
            let (chunk, waiting) = self.deletions_at_rest(chunk).await;
            let ends = self
                .deletions_attempt(chunk, &stood, (keeps_directories, noted), trying)
                .await;
            let (mut done, mut covered, mut failed) = (Vec::new(), Vec::new(), waiting);
            let mut succeeded = 0;
            for end in ends {
                match end {
                    Ok(one) => {
                        succeeded += 1;
                        done.push(one.id);
                        covered.extend(&one.covers);
                    }
                    Err((id, reason)) => failed.entry(reason).or_default().push(id),
                }
            }
            are_done &= succeeded == wanted;
            // The store is away, or lets nothing be deleted: the background goes on, less eagerly.
            let is_vain = wanted > 0 && succeeded == 0;
            let noted = transact!(self.store, |session| {
                session.pending_delete_done_list(&done).await?;
                session.pending_delete_covered(&covered).await?;
                for (reason, ids) in &failed {
                    session.pending_delete_failed(ids, reason).await?;
                }
                Ok(())
            });
            if let Err(failure) = noted {
                are_done = false;
                tracing::warn!(%failure, "cannot note that dropped data was deleted; it will be deleted again");
            }
            if is_vain {
                return false;
            }
        }
        are_done
    }

    /// Those at whose places no job is at work, and the others with why they wait: a job that is taken back tells its copies
    /// by their sources.
    async fn deletions_at_rest<'a>(
        &self,
        deletions: Vec<&'a Deletion>,
    ) -> (Vec<&'a Deletion>, BTreeMap<String, Vec<i64>>) {
        let (mut at_rest, mut waiting) = (deletions, BTreeMap::<String, Vec<i64>>::new());
        while !at_rest.is_empty() {
            let places: Vec<&Location> = at_rest.iter().map(|one| &one.location).collect();
            let (reason, met) = match self.job_met(None, &places).await {
                Ok(None) => match self.copied_sources_delete(&places).await {
                    Ok(()) => break,
                    Err(failure) => (failure.to_string(), std::mem::take(&mut at_rest)),
                },
                Ok(Some((reason, place))) => {
                    let (met, left): (Vec<_>, Vec<_>) = at_rest
                        .into_iter()
                        .partition(|one| one.location.overlaps(&place));
                    at_rest = left;
                    (reason, met)
                }
                Err(failure) => (failure.to_string(), std::mem::take(&mut at_rest)),
            };
            let met = met.into_iter().map(|one| one.id);
            waiting.entry(reason).or_default().extend(met);
        }
        (at_rest, waiting)
    }

    /// Those that are still written down.
    async fn deletions_left<'a>(&self, deletions: &'a [Deletion]) -> Result<Vec<&'a Deletion>> {
        let ids: Vec<i64> = deletions.iter().map(|one| one.id).collect();
        let mut session = self.store.session().await?;
        let left: HashSet<i64> = session.pending_delete_noted(&ids).await?;
        Ok(deletions
            .iter()
            .filter(|one| left.contains(&one.id))
            .collect())
    }

    /// Ends a job that has nothing left to delete; whether it ended. Where something is left, it is looked at again
    /// later: the pending deletions have times of their own.
    pub(super) async fn deletion_job_check(&self, job: &Job) -> Result<bool> {
        let mut session = self.store.session().await?;
        let left = session.pending_delete_left(&job.deletions).await?;
        drop(session);
        // Also while one is left: nobody knows how long it takes, and engines fail where the others have no directory.
        if job.kind == JobKind::Truncate {
            self.truncated_directories_create(job.table_id).await?;
        }
        if left > 0 {
            transact!(self.store, |session| {
                session.job_postpone(job.id, RETRY_DELAY_S).await
            })?;
            return Ok(false);
        }
        self.deletion_job_done(job.id, None).await;
        Ok(true)
    }
}

/// Files that a deletion left behind are worth a line: they belong to who wrote them, or to nobody.
pub(super) fn kept_tell(location: &Location, kept: Kept) {
    if kept.younger > 0 {
        let files = kept.younger;
        tracing::warn!(
            %location,
            files,
            "files written after the drop were not deleted"
        );
    }
}

/// Why files stay that may be new.
pub(super) fn unclear_tell(files: u64) -> String {
    format!("{files} files changed at about the time of the drop or move, so they may be new")
}
