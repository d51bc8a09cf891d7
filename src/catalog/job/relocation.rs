//! Bringing the directories of managed data to another place, together with the change of the catalog that says so:
//! renames of tables and partitions, exchanges.
//!
//! On an object store everything is copied first, and the transaction that points to the copies writes the sources down
//! for deletion. On a file system a directory moves at once; the job's row, written before, knows it by its mark
//! wherever it stands, so a process that died between the move and the commit is followed by one that finishes it.

use super::failure::{failure_of, is_passing};
use super::in_the_way::{places_apart, places_unmoved};
use super::noted::Deletion;
use super::running::RunningJob;
use super::transfer::{MOVES_CONCURRENT_MAX, Transferred};
use crate::catalog::Catalog;
use crate::catalog::lease::Lease;
use crate::error::{Error, Result};
use crate::lake::Summary;
use crate::model::{
    DatabaseRef, EventBody, Job, JobFailure, JobKind, JobMove, JobPhase, JobProgress, JobTarget,
    JobWork, Location, NewJob, Table,
};
use crate::store::{Owner, Session, Sources};
use crate::transact;
use futures::future::try_join_all;
use std::collections::HashSet;
use std::sync::Arc;

/// Tries after which a job that something passing stops again and again is taken back.
const ATTEMPTS_MAX: i64 = 20;

/// What is to be brought to another place, and why.
#[derive(Debug)]
pub(in crate::catalog) struct Relocation {
    /// What it is.
    pub(in crate::catalog) kind: JobKind,
    /// What no second job may work on at the same time: the same request has the same text.
    pub(in crate::catalog) held: String,
    /// The table whose data it is.
    pub(in crate::catalog) table_id: i64,
    /// What it is about, as people name it.
    pub(in crate::catalog) subject: String,
    /// What it becomes.
    pub(in crate::catalog) target: String,
    /// Which directories go where.
    pub(in crate::catalog) moves: Vec<(Location, Location)>,
    /// The change that is committed once the data is there.
    pub(in crate::catalog) change: EventBody,
    /// The table that an exchange goes to.
    pub(in crate::catalog) to: Option<JobTarget>,
    /// The parameter that must still have a value, and the value.
    pub(in crate::catalog) expected: Option<(String, String)>,
}

/// A rename that somebody may have asked for before.
#[derive(Debug, Clone, Copy)]
pub(in crate::catalog) struct UnheardRename<'a> {
    pub(in crate::catalog) kind: JobKind,
    pub(in crate::catalog) table_id: i64,
    pub(in crate::catalog) subject: &'a str,
    pub(in crate::catalog) target: &'a str,
}

/// What a job's commit needs beside the change: it hands the sources over to deletion.
#[derive(Debug)]
pub(in crate::catalog) struct Handover<'a> {
    job: &'a Job,
    lease: &'a Lease,
    /// Where the data comes from.
    database: DatabaseRef,
    /// What was copied.
    copied: Vec<&'a JobMove>,
}

impl Catalog {
    /// Brings data to another place and commits the change, as a job. Where the same was asked for before and is not
    /// done, it is waited for.
    pub(in crate::catalog) async fn relocate(&self, relocation: Relocation) -> Result<()> {
        let subject = relocation.subject.clone();
        let target = relocation.target.clone();
        let held = relocation.held.clone();
        let new = self.relocation_plan(relocation).await?;
        loop {
            let begun = transact!(self.store, |session| {
                if let Some(job) = session.job_holding(&held).await? {
                    return Ok(Err(job));
                }
                // Who changes a table holds it before a job begins, so this does, too.
                if let Some(EventBody::TableChange { before, .. }) =
                    new.work.as_ref().map(|work| &work.change)
                {
                    session.table_get_held(&before.at).await?;
                }
                let id = session.job_id().await?;
                // Jobs begin one after the other, so none can have taken the place since this look.
                if let Some(job) = session.job_holding(&held).await? {
                    return Ok(Err(job));
                }
                if let Some(job) = done_meanwhile(session, &new).await? {
                    return Ok(Err(job));
                }
                self.relocation_permit(session, &new).await?;
                session.job_insert(id, &new).await?;
                Ok(Ok(id))
            })?;
            match begun {
                Ok(id) => return self.job_join(id).await,
                Err(job) if job.phase == JobPhase::Undoing => {
                    // An earlier try is being taken back; this one begins after it.
                    let undone = self.job_join(job.id).await;
                    if let Some(job) = self.store.session().await?.job_get(job.id).await?
                        && !job.phase.has_ended()
                    {
                        return undone;
                    }
                }
                Err(job) if job.target.as_deref() == Some(&target) => {
                    return self.job_join(job.id).await;
                }
                Err(job) => {
                    return Err(Error::NotAllowed(format!(
                        "{subject} is on its way to {} (job {}); it cannot become {target} meanwhile",
                        job.target.unwrap_or_default(),
                        job.id
                    )));
                }
            }
        }
    }

    /// Whether a rename was done of which nobody has heard yet, because its caller did not wait so long: then this is
    /// its answer.
    pub(in crate::catalog) async fn rename_is_unheard(
        &self,
        rename: UnheardRename<'_>,
    ) -> Result<bool> {
        let UnheardRename {
            kind,
            table_id,
            subject,
            target,
        } = rename;
        let mut session = self.store.session().await?;
        let job = session.job_unheard(table_id, kind, subject, target).await?;
        drop(session);
        let Some(job) = job.filter(|job| matches!(job.phase, JobPhase::Deleting | JobPhase::Done))
        else {
            return Ok(false);
        };
        transact!(self.store, |session| { session.job_heard(job.id).await })?;
        Ok(true)
    }

    /// Fails where a directory is not skep's to move, where somebody has data at its new place, or where another job is at
    /// work at one of them: what that one has copied already would be missing, or what it has not would come twice.
    async fn relocation_permit(&self, session: &mut Session, new: &NewJob) -> Result<()> {
        let Some(work) = &new.work else {
            return Ok(());
        };
        let (from, to): (Vec<&Location>, Vec<&Location>) =
            work.moves.iter().map(|one| (&one.from, &one.to)).unzip();
        let ends: Vec<&Location> = from.iter().chain(&to).copied().collect();
        places_unmoved(session, None, &ends, Sources::All).await?;
        places_apart(&from)?;
        let (table, partitions) = match &work.change {
            EventBody::TableChange { before, .. } => (&**before, None),
            EventBody::PartitionChange { table, before, .. } => {
                (&**table, Some(std::slice::from_ref(&**before)))
            }
            EventBody::Partitions { table, partitions } => (&**table, Some(partitions.as_slice())),
            _ => return Ok(()),
        };
        let target = target_of(work, table);
        let held = self
            .places_held(session, &target, &to, Owner::Nobody)
            .await?;
        if let Some((place, why)) = to.iter().zip(held).find_map(|(at, why)| Some((at, why?))) {
            return Err(Error::NotAllowed(format!(
                "data cannot be moved to {place}: {}",
                why.at_target()
            )));
        }
        let names = partitions.unwrap_or_default().iter();
        let names: HashSet<&str> = names.map(|one| one.name.as_str()).collect();
        let owner = match partitions {
            Some(_) => Owner::Partitions(table.id, &names),
            None => Owner::Table(table.id),
        };
        let untouchable = self
            .places_untouchable(session, &table.at.database_ref(), &from, owner)
            .await?;
        let mut refused = from.iter().zip(untouchable);
        let first = refused.find_map(|(place, why)| Some((place, why?)));
        first.map_or(Ok(()), |(place, why)| Err(why.refused(place)))
    }

    async fn relocation_plan(&self, relocation: Relocation) -> Result<NewJob> {
        let mut moves = Vec::with_capacity(relocation.moves.len());
        for (from, to) in relocation.moves {
            let mark = self.lake.directory_mark(&from).await?;
            moves.push(JobMove { from, to, mark });
        }
        Ok(NewJob {
            kind: relocation.kind,
            phase: JobPhase::Planned,
            held: Some(relocation.held),
            table_id: relocation.table_id,
            subject: relocation.subject,
            target: Some(relocation.target),
            work: Some(JobWork {
                moves,
                change: relocation.change,
                target: relocation.to,
                expected: relocation.expected,
            }),
            deletions: Vec::new(),
            progress: JobProgress::default(),
        })
    }

    /// What a job needs to go on.
    pub(super) async fn relocation_work(&self, job: &Job) -> Result<JobWork> {
        let work = self.store.session().await?.job_work(job.id).await?;
        work.ok_or_else(|| Error::internal(format!("job {} has nothing to go on with", job.id)))
    }

    /// The first step: nothing may be where the data goes to, and what was dropped where it comes from must be gone, or
    /// it would come along. From here on, what is at the new place is the job's own.
    pub(super) async fn relocation_check(&self, job: &Job, lease: &Lease) -> Result<()> {
        let work = self.relocation_work(job).await?;
        let checked = self.relocation_check_places(job, &work).await;
        let total = match checked {
            Ok(total) => total,
            Err(failure) => {
                // Nothing was touched, so nothing is to be taken back.
                self.relocation_end(job, lease, &failure).await?;
                return Err(failure);
            }
        };
        transact!(self.store, |session| {
            hold(session, lease).await?;
            session.job_progress_put(job.id, &total).await?;
            session
                .job_advance(job.id, JobPhase::Planned, JobPhase::Copying)
                .await?;
            Ok(())
        })
    }

    async fn relocation_check_places(&self, job: &Job, work: &JobWork) -> Result<JobProgress> {
        let ends = work.moves.iter().flat_map(|one| [&one.from, &one.to]);
        self.places_clear_for(Some(job.id), &ends.collect::<Vec<_>>())
            .await?;
        let from: Vec<&Location> = work.moves.iter().map(|one| &one.from).collect();
        self.copied_sources_delete(&from).await?;
        let target = job.target.as_deref().unwrap_or_default();
        let mut session = self.store.session().await?;
        let is_again = session
            .job_has_failed(job.table_id, job.kind, &job.subject, target)
            .await?;
        drop(session);
        let mut total = JobProgress::default();
        for some in work.moves.chunks(MOVES_CONCURRENT_MAX) {
            let counted = try_join_all(some.iter().map(|one| self.move_check(job, one, is_again)));
            for count in counted.await?.into_iter().flatten() {
                total.objects_total = Some(total.objects_total.unwrap_or_default() + count.files);
                total.bytes_total = Some(total.bytes_total.unwrap_or_default() + count.bytes);
            }
        }
        Ok(total)
    }

    /// Fails where something is at the new place; gives what there is to copy. Where an earlier try of the same failed, copies of
    /// its may be there: a store that was given up may have copied after all.
    async fn move_check(
        &self,
        job: &Job,
        one: &JobMove,
        is_again: bool,
    ) -> Result<Option<Summary>> {
        if self.lake.exists(&one.to).await?
            && !(is_again && self.lake.has_only_copies(&one.from, &one.to).await?)
        {
            return Err(taken(job.kind, &one.to));
        }
        let counted = self.lake.directory_transfer_count(&one.from, &one.to);
        Ok(counted.await?)
    }

    /// The second step: the data, then the change. Gives what is to be deleted then.
    pub(super) async fn relocation_carry_out(
        &self,
        job: &Job,
        lease: &Lease,
        running: &Arc<RunningJob>,
    ) -> Result<Option<Vec<Deletion>>> {
        let work = self.relocation_work(job).await?;
        let failure = match self.relocation_transfer(job, &work, running).await {
            Ok(transferred) => match self
                .relocation_commit(job, lease, &work, &transferred)
                .await
            {
                Ok(deletions) => {
                    self.jobs.ended(JobPhase::Done);
                    return Ok(Some(deletions));
                }
                // Whether it is committed is not known, or it may be later: the row will tell.
                Err(failure) if is_passing(&failure) && job.attempts < ATTEMPTS_MAX => {
                    return Err(failure);
                }
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        let reason = failure_of(&failure);
        transact!(self.store, |session| {
            hold(session, lease).await?;
            session.job_failure_put(job.id, &reason).await?;
            session
                .job_advance(job.id, JobPhase::Copying, JobPhase::Undoing)
                .await
        })?;
        Ok(None)
    }

    /// The change itself, with what hands the sources over.
    async fn relocation_commit(
        &self,
        job: &Job,
        lease: &Lease,
        work: &JobWork,
        transferred: &Transferred,
    ) -> Result<Vec<Deletion>> {
        let database = match &work.change {
            EventBody::TableChange { before, .. } => before.at.database_ref(),
            EventBody::PartitionChange { table, .. } | EventBody::Partitions { table, .. } => {
                table.at.database_ref()
            }
            _ => {
                let why = "a job commits a change of a table or partition";
                return Err(Error::internal(why));
            }
        };
        let _committing = lease.committing();
        let handover = Handover {
            job,
            lease,
            database,
            copied: transferred.copied(work),
        };
        match &work.change {
            EventBody::TableChange { before, after, .. } => {
                self.table_rename_commit(before, after, work, &handover)
                    .await
            }
            EventBody::PartitionChange {
                table,
                before,
                after,
            } => {
                self.partition_rename_store(table, before, after, Some(&handover))
                    .await
            }
            EventBody::Partitions { table, partitions } => {
                let target = work.target.as_ref();
                let target = target.ok_or_else(|| Error::internal("an exchange has a target"))?;
                self.exchange_store(table, target, partitions, &handover)
                    .await
            }
            _ => Err(Error::internal(
                "a job commits a change of a table or partition",
            )),
        }
    }

    /// Hands the sources over to deletion and moves the job on, inside the transaction of the change and before its
    /// event.
    pub(in crate::catalog) async fn relocation_hand_over(
        &self,
        session: &mut Session,
        handover: &Handover<'_>,
    ) -> Result<Vec<Deletion>> {
        let Handover {
            job,
            lease,
            database,
            copied,
        } = handover;
        hold(session, lease).await?;
        let is_moved_on = if copied.is_empty() {
            session
                .job_advance(job.id, JobPhase::Copying, JobPhase::Done)
                .await?
        } else {
            // Who registers a source from here on sees that it is to be deleted.
            session.jobs_hold().await?;
            let left = self.sources_left(session, database, copied).await?;
            let deletions = self.sources_note(session, &left).await?;
            let ranges = Deletion::ranges(&deletions);
            if session.job_commit(job.id, &ranges).await? {
                return Ok(deletions);
            }
            false
        };
        if is_moved_on {
            return Ok(Vec::new());
        }
        Err(Error::internal(format!("job {} was done twice", job.id)))
    }

    /// Ends a job that has touched nothing.
    async fn relocation_end(&self, job: &Job, lease: &Lease, failure: &Error) -> Result<()> {
        let reason: JobFailure = failure_of(failure);
        let failed = transact!(self.store, |session| {
            hold(session, lease).await?;
            session.job_failure_put(job.id, &reason).await?;
            session
                .job_advance(job.id, JobPhase::Planned, JobPhase::Failed)
                .await
        })?;
        if failed {
            self.jobs.ended(JobPhase::Failed);
        }
        Ok(())
    }
}

/// The database that a job brings the data of a table to.
fn target_of(work: &JobWork, table: &Table) -> DatabaseRef {
    match (&work.change, &work.target) {
        (EventBody::TableChange { after, .. }, _) => after.at.database_ref(),
        (_, Some(target)) => target.at.database_ref(),
        _ => table.at.database_ref(),
    }
}

/// The job that has just done what a new one is to do, where nobody has heard of its end yet: what is to be moved was
/// there when the request was read, and is not any more.
async fn done_meanwhile(session: &mut Session, new: &NewJob) -> Result<Option<Job>> {
    let (Some(work), Some(target)) = (&new.work, &new.target) else {
        return Ok(None);
    };
    let is_there = match &work.change {
        EventBody::TableChange { before, .. } => {
            let current = session.table_get(&before.at).await?;
            current.is_some_and(|current| current.id == before.id)
        }
        EventBody::PartitionChange { table, before, .. } => session
            .partition_get(table.id, &before.name)
            .await?
            .is_some(),
        EventBody::Partitions { table, partitions } => {
            let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
            let existing = session.partition_names_existing(table.id, &names).await?;
            !existing.is_empty()
        }
        _ => true,
    };
    if is_there {
        return Ok(None);
    }
    let job = session
        .job_unheard(new.table_id, new.kind, &new.subject, target)
        .await?;
    Ok(job.filter(|job| matches!(job.phase, JobPhase::Deleting | JobPhase::Done)))
}

/// Keeps the lease to the end of the transaction, so that what it writes is written by its holder.
pub(super) async fn hold(session: &mut Session, lease: &Lease) -> Result<()> {
    let held = session
        .lease_extend(&lease.name, &lease.holder, lease.seconds)
        .await?;
    if held {
        return Ok(());
    }
    Err(Error::Unavailable {
        what: format!(
            "the lease {} was lost to another process; the job",
            lease.name
        ),
        source: "this process was too slow".into(),
    })
}

/// Hive's words for a place that is taken.
fn taken(kind: JobKind, to: &Location) -> Error {
    match kind {
        JobKind::RenamePartition => Error::NotAllowed(format!(
            "New location for this partition {to} already exists"
        )),
        JobKind::ExchangePartitions => Error::Invalid(format!("the directory {to} exists already")),
        _ => Error::NotAllowed(format!("New location for this table {to} already exists")),
    }
}
