//! Jobs as rows. Their times are the database's: several replicas decide by them whose turn it is.
//!
//! A job that has ended keeps its line and loses what it needed to go on; what it held is free again.

use crate::error::{Entity, Result};
use crate::model::{
    Job, JobFailure, JobFilter, JobKind, JobMove, JobPhase, JobProgress, JobWork, NewJob,
};
use crate::store::form::event::{body_bytes, body_form, body_of, descriptors_of};
use crate::store::form::job::{moves_of, ranges_of, ranges_text, work_of, work_text};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;
use std::ops::Range;

const COLUMNS: &str = "SELECT id, kind, phase, table_id, subject, target, attempts, heard, error_kind, last_error,
        objects_done, objects_total, bytes_done, bytes_total, deletions, created_at, updated_at, ended_at
 FROM skep_jobs ";

/// What the names of the leases of jobs begin with; the job's number follows.
pub const JOB_LEASE: &str = "job:";

/// The kinds of job that leave what they have copied.
const MOVES: [JobKind; 3] = [
    JobKind::RenameTable,
    JobKind::RenamePartition,
    JobKind::ExchangePartitions,
];

/// The phases in which there is something to do.
const ACTIVE: [JobPhase; 4] = [
    JobPhase::Planned,
    JobPhase::Copying,
    JobPhase::Undoing,
    JobPhase::Deleting,
];

/// The job of a row; nothing for a kind or phase of a later version, which is left to it.
fn job_of(row: &Row) -> Result<Option<Job>, Failure> {
    let mut cells = row.cells();
    let id = cells.integer()?;
    let (kind, phase) = (
        JobKind::parse(cells.text()?),
        JobPhase::parse(cells.text()?),
    );
    let (Some(kind), Some(phase)) = (kind, phase) else {
        return Ok(None);
    };
    let (table_id, subject, target) = (cells.integer()?, cells.string()?, cells.string_or_null()?);
    let (attempts, heard) = (cells.integer()?, cells.integer()? != 0);
    let (error_kind, text) = (cells.string_or_null()?, cells.string_or_null()?);
    let count = |value: i64| u64::try_from(value).map_err(Failure::fault);
    let progress = JobProgress {
        objects_done: count(cells.integer()?)?,
        objects_total: cells.integer_or_null()?.map(count).transpose()?,
        bytes_done: count(cells.integer()?)?,
        bytes_total: cells.integer_or_null()?.map(count).transpose()?,
    };
    Ok(Some(Job {
        id,
        kind,
        phase,
        table_id,
        subject,
        target,
        attempts,
        heard,
        failure: error_kind
            .zip(text)
            .map(|(kind, text)| JobFailure { kind, text }),
        progress,
        deletions: ranges_of(cells.text_or_null()?)?,
        created_at: cells.integer()?,
        updated_at: cells.integer()?,
        ended_at: cells.integer_or_null()?,
    }))
}

fn total(count: Option<u64>) -> Option<i64> {
    count.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
}

impl Session {
    /// Stores a job. One that renames a table has that table from here on; its row is held already. Jobs are stored one after the other, in the order of their numbers: what a
    /// job sees of others right after it took its number is all that there is.
    pub async fn job_insert(&mut self, id: i64, job: &NewJob) -> Result<()> {
        let (work, change) = match &job.work {
            Some(work) => {
                let ids = self.descriptor_ids(&descriptors_of(&work.change)).await?;
                let change = body_bytes(&body_form(&work.change, &ids)?)?;
                (Some(work_text(work)?), change)
            }
            None => (None, Vec::new()),
        };
        let deletions = ranges_text(&job.deletions)?;
        let statement = self
            .statement(
                "INSERT INTO skep_jobs (id, kind, phase, held, table_id, subject, target, work, change_body,
                    deletions, attempts, heard, objects_done, objects_total, bytes_done, bytes_total, created_at,
                    updated_at, next_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ",
            )
            .bind(id)
            .bind(job.kind.as_str())
            .bind(job.phase.as_str())
            .bind(job.held.as_deref())
            .bind(job.table_id)
            .bind(job.subject.as_str())
            .bind(job.target.as_deref())
            .bind(work.as_deref())
            .bind(change.as_slice())
            .bind(deletions.as_deref())
            .bind(i64::from(job.phase == JobPhase::Deleting))
            .bind(job.progress.objects_done)
            .bind(total(job.progress.objects_total))
            .bind(job.progress.bytes_done)
            .bind(total(job.progress.bytes_total))
            .now()
            .text(", ")
            .now()
            .text(", ")
            .now()
            .text(")");
        let held = job.held.as_deref().unwrap_or_default();
        self.execute(&statement)
            .await
            .map_err(|failure| failure.on_duplicate(Entity::own("job", held)))?;
        if job.kind == JobKind::RenameTable {
            self.table_moving_put(job.table_id, Some(id)).await?;
        }
        Ok(())
    }

    /// Lets the table go whose data a job has moved.
    async fn job_table_leave(&mut self, id: i64) -> Result<(), Failure> {
        let statement = self
            .statement(
                "UPDATE skep_tables SET moving_job = NULL
                 WHERE id = (SELECT table_id FROM skep_jobs WHERE id = ?) AND moving_job = ?",
            )
            .bind(id)
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// The number of the next job. Its counter stays locked until the transaction ends.
    pub async fn job_id(&mut self) -> Result<i64> {
        Ok(self.sequence_advance("job", 1).await?.start)
    }

    /// Lets no drop and no move begin until the transaction ends, so that what it asks of them and what it writes belong
    /// together. All who ask so follow each other, as they do at the counter of events: this comes right before it.
    pub async fn jobs_hold(&mut self) -> Result<()> {
        Ok(self.sequence_hold("job").await?)
    }

    /// The job of this number.
    pub async fn job_get(&mut self, id: i64) -> Result<Option<Job>> {
        let statement = self.statement(COLUMNS).text("WHERE id = ?").bind(id);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(job_of).transpose()?.flatten())
    }

    /// The job that holds this, if one does.
    pub async fn job_holding(&mut self, held: &str) -> Result<Option<Job>> {
        let statement = self.statement(COLUMNS).text("WHERE held = ?").bind(held);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(job_of).transpose()?.flatten())
    }

    /// The latest of the jobs that did the same and of whose end nobody has heard.
    pub async fn job_unheard(
        &mut self,
        table_id: i64,
        kind: JobKind,
        subject: &str,
        target: &str,
    ) -> Result<Option<Job>> {
        let statement = self
            .statement(COLUMNS)
            .text(
                "WHERE table_id = ? AND kind = ? AND heard = 0 AND subject = ? AND target = ?
                 ORDER BY id DESC LIMIT 1",
            )
            .bind(table_id)
            .bind(kind.as_str())
            .bind(subject)
            .bind(target);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(job_of).transpose()?.flatten())
    }

    /// Whether a job failed that was to do the same, after it had found the place free and begun to copy.
    pub async fn job_has_failed(
        &mut self,
        table_id: i64,
        kind: JobKind,
        subject: &str,
        target: &str,
    ) -> Result<bool> {
        let statement = self
            .statement(
                "SELECT id FROM skep_jobs
                 WHERE table_id = ? AND kind = ? AND subject = ? AND target = ? AND phase = ?
                    AND objects_total IS NOT NULL ORDER BY id DESC LIMIT 1",
            )
            .bind(table_id)
            .bind(kind.as_str())
            .bind(subject)
            .bind(target)
            .bind(JobPhase::Failed.as_str());
        Ok(self.row(&statement).await?.is_some())
    }

    /// Notes that somebody who asked for a job was told how it ended.
    pub async fn job_heard(&mut self, id: i64) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_jobs SET heard = 1 WHERE id = ?")
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// What a job needs to go on; `None` once it has ended.
    pub async fn job_work(&mut self, id: i64) -> Result<Option<JobWork>> {
        let statement = self
            .statement("SELECT work, change_body FROM skep_jobs WHERE id = ? AND work IS NOT NULL")
            .bind(id);
        let Some(row) = self.row(&statement).await? else {
            return Ok(None);
        };
        let mut cells = row.cells();
        let (work, change) = (cells.text()?, body_of(cells.bytes()?)?);
        let mut ids = Vec::new();
        change.descriptor_ids(&mut ids);
        let descriptors = self.descriptor_list(&ids).await?;
        Ok(Some(work_of(work, change.into_body(&descriptors)?)?))
    }

    /// The first directories that a job moves, up to `limit`, and how many there are; none once it has ended.
    pub async fn job_moves(&mut self, id: i64, limit: usize) -> Result<(Vec<JobMove>, u64)> {
        let statement = self
            .statement("SELECT work FROM skep_jobs WHERE id = ? AND work IS NOT NULL")
            .bind(id);
        let Some(row) = self.row(&statement).await? else {
            return Ok((Vec::new(), 0));
        };
        Ok(moves_of(row.cells().text()?, limit)?)
    }

    /// Jobs, the latest first.
    pub async fn job_list(&mut self, filter: &JobFilter) -> Result<Vec<Job>> {
        let mut statement = self
            .statement(COLUMNS)
            .text("WHERE id < ?")
            .bind(filter.before.unwrap_or(i64::MAX));
        if let Some(phase) = filter.phase {
            statement = statement.text(" AND phase = ?").bind(phase.as_str());
        }
        if let Some(kind) = filter.kind {
            statement = statement.text(" AND kind = ?").bind(kind.as_str());
        }
        let statement = statement
            .text(" ORDER BY id DESC LIMIT ?")
            .bind(filter.limit);
        jobs(&self.rows(&statement).await?)
    }

    /// Up to `limit` jobs that have not ended, whose time has come and at which nobody is, the longest due first. Those
    /// that take hours keep no other one waiting.
    pub async fn job_due(&mut self, limit: usize) -> Result<Vec<Job>> {
        let held = self.lease_live(JOB_LEASE, LIST_LENGTH_MAX).await?;
        let held: Vec<i64> = held.iter().filter_map(|id| id.parse().ok()).collect();
        let mut statement = self
            .statement(COLUMNS)
            .text("WHERE phase IN ")
            .list(&ACTIVE.map(JobPhase::as_str))
            .text(" AND next_at <= ")
            .now();
        if !held.is_empty() {
            statement = statement.text(" AND id NOT IN ").list(&held);
        }
        let statement = statement.text(" ORDER BY next_at, id LIMIT ?").bind(limit);
        jobs(&self.rows(&statement).await?)
    }

    /// The numbers of the deletions that moves have left and that are not done yet.
    pub(in crate::store) async fn job_sources(&mut self) -> Result<Vec<Range<i64>>, Failure> {
        let statement = self
            .statement("SELECT deletions FROM skep_jobs WHERE phase = ? AND kind IN ")
            .bind(JobPhase::Deleting.as_str())
            .list(&MOVES.map(JobKind::as_str));
        let mut ranges = Vec::new();
        for row in &self.rows(&statement).await? {
            ranges.extend(ranges_of(row.cells().text_or_null()?)?);
        }
        Ok(ranges)
    }

    /// Takes a job from one phase to the next; false where it is not in the first one any more. Where it ends, it
    /// lets go what it held.
    pub async fn job_advance(&mut self, id: i64, from: JobPhase, to: JobPhase) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_jobs SET phase = ?, updated_at = ")
            .bind(to.as_str())
            .now();
        let statement = if to.has_ended() {
            statement
                .text(", held = NULL, work = NULL, change_body = NULL, ended_at = ")
                .now()
        } else {
            statement
        };
        let statement = statement
            .text(" WHERE id = ? AND phase = ?")
            .bind(id)
            .bind(from.as_str());
        let is_advanced = self.execute(&statement).await? > 0;
        if is_advanced && to.has_ended() {
            self.job_table_leave(id).await?;
        }
        Ok(is_advanced)
    }

    /// Takes a job whose change is committed on to deleting what it left: it needs nothing more to go on, and another
    /// one may begin. False where the job has been taken on before.
    pub async fn job_commit(&mut self, id: i64, deletions: &[Range<i64>]) -> Result<bool> {
        let deletions = ranges_text(deletions)?;
        let statement = self
            .statement(
                "UPDATE skep_jobs
                 SET phase = ?, deletions = ?, held = NULL, work = NULL, change_body = NULL, updated_at = ",
            )
            .bind(JobPhase::Deleting.as_str())
            .bind(deletions.as_deref())
            .now()
            .text(" WHERE id = ? AND phase = ?")
            .bind(id)
            .bind(JobPhase::Copying.as_str());
        let is_committed = self.execute(&statement).await? > 0;
        if is_committed {
            self.job_table_leave(id).await?;
        }
        Ok(is_committed)
    }

    /// Notes why a job cannot go on.
    pub async fn job_failure_put(&mut self, id: i64, failure: &JobFailure) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_jobs SET error_kind = ?, last_error = ? WHERE id = ?")
            .bind(failure.kind.as_str())
            .bind(failure.text.as_str())
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Notes a try in vain: the next one is in so many seconds.
    pub async fn job_postpone(&mut self, id: i64, seconds: i64) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_jobs SET attempts = attempts + 1, next_at = ")
            .now()
            .text(" + ?, updated_at = ")
            .bind(seconds)
            .now()
            .text(" WHERE id = ? AND ended_at IS NULL")
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Lets the jobs be looked at again now that wait for deletions: some were done.
    pub async fn job_deletions_hurry(&mut self) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_jobs SET next_at = ")
            .now()
            .text(" WHERE phase = ? AND next_at > ")
            .bind(JobPhase::Deleting.as_str())
            .now();
        self.execute(&statement).await?;
        Ok(())
    }

    /// Notes how much is done.
    pub async fn job_progress_put(&mut self, id: i64, progress: &JobProgress) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_jobs
                 SET objects_done = ?, objects_total = ?, bytes_done = ?, bytes_total = ?, updated_at = ",
            )
            .bind(progress.objects_done)
            .bind(total(progress.objects_total))
            .bind(progress.bytes_done)
            .bind(total(progress.bytes_total))
            .now()
            .text(" WHERE id = ?")
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Ends a job whose deletions are done; false where it has ended already.
    pub async fn job_done(&mut self, id: i64, progress: Option<&JobProgress>) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_jobs SET phase = ?, updated_at = ")
            .bind(JobPhase::Done.as_str())
            .now()
            .text(", ended_at = ")
            .now();
        let statement = match progress {
            Some(progress) => statement
                .text(", objects_done = ?, bytes_done = ?")
                .bind(progress.objects_done)
                .bind(progress.bytes_done),
            None => statement,
        };
        let statement = statement
            .text(" WHERE id = ? AND phase = ?")
            .bind(id)
            .bind(JobPhase::Deleting.as_str());
        Ok(self.execute(&statement).await? > 0)
    }

    /// How many jobs there are in each phase but those that are done.
    pub async fn job_counts(&mut self) -> Result<Vec<(JobPhase, u64)>> {
        let phases = JobPhase::ALL.map(JobPhase::as_str);
        let phases: Vec<&str> = phases
            .into_iter()
            .filter(|phase| *phase != JobPhase::Done.as_str())
            .collect();
        let statement = self
            .statement("SELECT phase, COUNT(*) FROM skep_jobs WHERE phase IN ")
            .list(&phases)
            .text(" GROUP BY phase");
        let rows = self.rows(&statement).await?;
        let counts = rows.iter().map(|row| {
            let mut cells = row.cells();
            let phase = JobPhase::parse(cells.text()?);
            let phase = phase.ok_or_else(|| Failure::fault("unknown phase of a job"))?;
            Ok((
                phase,
                u64::try_from(cells.integer()?).map_err(Failure::fault)?,
            ))
        });
        Ok(counts.collect::<Result<_, Failure>>()?)
    }

    /// The numbers of jobs that ended more than `seconds` ago, up to `limit` of them, the oldest first.
    pub async fn job_expired(&mut self, seconds: i64, limit: usize) -> Result<Vec<i64>> {
        let statement = self
            .statement("SELECT id FROM skep_jobs WHERE ended_at < ")
            .now()
            .text(" - ? ORDER BY ended_at LIMIT ?")
            .bind(seconds)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        Ok(ids.collect::<Result<_, Failure>>()?)
    }

    /// Removes the lines of jobs, and gives their number.
    pub async fn job_delete(&mut self, ids: &[i64]) -> Result<u64> {
        let mut deleted = 0;
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_jobs WHERE id IN ")
                .list(chunk);
            deleted += self.execute(&statement).await?;
        }
        Ok(deleted)
    }
}

fn jobs(rows: &[Row]) -> Result<Vec<Job>> {
    let jobs = rows.iter().filter_map(|row| job_of(row).transpose());
    Ok(jobs.collect::<Result<_, Failure>>()?)
}
