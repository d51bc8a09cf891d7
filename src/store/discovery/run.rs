//! The history of discovery: a row a run that changed something or failed, and what each of its transactions changed,
//! so that it can be undone. Runs that found nothing new leave no row: there is one every few seconds.

use crate::error::Result;
use crate::model::{DiscoveryRun, Partition, RunCause, RunCounts, RunOutcome};
use crate::store::form::object::PartitionForm;
use crate::store::form::packing::to_json;
use crate::store::form::zlib::{deflate, inflate};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};
use serde::{Deserialize, Serialize};

const COLUMNS: &str =
    "SELECT id, table_id, cause, outcome, started_at, ended_at, requests, objects, prefixes,
        found, added, moved, dropped, skipped, error, undone_at
 FROM skep_discovery_runs ";
/// Bytes of an undo body at most, inflated: what one transaction changes is far below.
const BODY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What one transaction of a run changed, as it must be known to undo it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DiscoveryChanges {
    /// The names of the partitions that were added.
    pub added: Vec<String>,
    /// The partitions that were moved to another root, as they were before.
    pub moved: Vec<Partition>,
    /// The partitions that were dropped, as they were.
    pub dropped: Vec<Partition>,
}

#[derive(Serialize, Deserialize)]
struct ChangesForm<'a> {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<String>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    moved: Vec<PartitionForm<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    dropped: Vec<PartitionForm<'a>>,
}

fn run_of(row: &Row) -> Result<DiscoveryRun, Failure> {
    let mut cells = row.cells();
    let (id, table_id) = (cells.integer()?, cells.integer()?);
    let cause = RunCause::parse(cells.text()?).ok_or_else(|| Failure::fault("unknown cause"))?;
    let outcome = RunOutcome::parse(cells.text()?);
    let outcome = outcome.ok_or_else(|| Failure::fault("unknown outcome"))?;
    let (started_at, ended_at) = (cells.integer()?, cells.integer_or_null()?);
    let mut count = || u64::try_from(cells.integer()?).map_err(Failure::fault);
    let counts = RunCounts {
        requests: count()?,
        objects: count()?,
        prefixes: count()?,
        found: count()?,
        added: count()?,
        moved: count()?,
        dropped: count()?,
        skipped: count()?,
    };
    Ok(DiscoveryRun {
        id,
        table_id,
        cause,
        outcome,
        started_at,
        ended_at,
        counts,
        error: cells.string_or_null()?,
        undone_at: cells.integer_or_null()?,
    })
}

impl Statement<'_> {
    /// Gives the next marks a run's counts, in the order of the columns.
    fn counts(self, counts: &RunCounts) -> Self {
        self.bind(counts.requests)
            .bind(counts.objects)
            .bind(counts.prefixes)
            .bind(counts.found)
            .bind(counts.added)
            .bind(counts.moved)
            .bind(counts.dropped)
            .bind(counts.skipped)
    }
}

impl Session {
    /// The next number for a run, in the order of the runs' first changes.
    pub async fn discovery_run_id(&mut self) -> Result<i64> {
        Ok(self.sequence_advance("run", 1).await?.start)
    }

    /// Writes a run as it stands: a new one, or one that has gone on. The database tells when it ended.
    pub async fn discovery_run_put(&mut self, run: &DiscoveryRun) -> Result<()> {
        let ended = run.outcome != RunOutcome::Running;
        let update = self
            .statement(
                "UPDATE skep_discovery_runs
                 SET outcome = ?, requests = ?, objects = ?, prefixes = ?, found = ?, added = ?,
                     moved = ?, dropped = ?, skipped = ?, error = ?, ended_at = ",
            )
            .bind(run.outcome.as_str())
            .counts(&run.counts)
            .bind(run.error.as_deref());
        let update = if ended {
            update.now()
        } else {
            update.text("NULL")
        };
        let update = update.text(" WHERE id = ?").bind(run.id);
        if self.execute(&update).await? > 0 {
            return Ok(());
        }
        let insert = self
            .statement(
                "INSERT INTO skep_discovery_runs
                    (id, table_id, cause, outcome, requests, objects, prefixes, found, added, moved,
                     dropped, skipped, error, started_at, ended_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ",
            )
            .bind(run.id)
            .bind(run.table_id)
            .bind(run.cause.as_str())
            .bind(run.outcome.as_str())
            .counts(&run.counts)
            .bind(run.error.as_deref())
            .bind(run.started_at);
        let insert = if ended {
            insert.now()
        } else {
            insert.text("NULL")
        };
        self.execute(&insert.text(")")).await?;
        Ok(())
    }

    /// The run of this number.
    pub async fn discovery_run_get(&mut self, id: i64) -> Result<Option<DiscoveryRun>> {
        let statement = self.statement(COLUMNS).text("WHERE id = ?").bind(id);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(run_of).transpose()?)
    }

    /// The runs of a table, the latest first, those before a number where one is given.
    pub async fn discovery_run_page(
        &mut self,
        table_id: i64,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<DiscoveryRun>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE table_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
            .bind(table_id)
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(run_of).collect::<Result<_, Failure>>()?)
    }

    /// Ends the runs of a table by a cause that nobody is at any more: their process died. Whoever holds the lease of
    /// such runs may say so.
    pub async fn discovery_run_abandon(&mut self, table_id: i64, cause: RunCause) -> Result<u64> {
        let statement = self
            .statement("UPDATE skep_discovery_runs SET outcome = ?, ended_at = ")
            .bind(RunOutcome::Abandoned.as_str())
            .now()
            .text(" WHERE table_id = ? AND cause = ? AND outcome = ?")
            .bind(table_id)
            .bind(cause.as_str())
            .bind(RunOutcome::Running.as_str());
        Ok(self.execute(&statement).await?)
    }

    /// Marks a run as undone; false where it was already.
    pub async fn discovery_run_undone(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_discovery_runs SET undone_at = ")
            .now()
            .text(" WHERE id = ? AND undone_at IS NULL")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Writes down what the transaction at hand changes, the `position`th of its run.
    pub async fn discovery_changes_insert(
        &mut self,
        run_id: i64,
        position: i64,
        changes: &DiscoveryChanges,
    ) -> Result<()> {
        let mut partitions: Vec<&Partition> = changes.moved.iter().collect();
        partitions.extend(&changes.dropped);
        let descriptors: Vec<_> = partitions.iter().map(|one| &one.descriptor).collect();
        let ids = self.descriptor_ids(&descriptors).await?;
        let mut forms = partitions
            .into_iter()
            .zip(ids)
            .map(|(partition, id)| PartitionForm::new(partition, id));
        let form = ChangesForm {
            added: changes.added.clone(),
            moved: forms.by_ref().take(changes.moved.len()).collect(),
            dropped: forms.collect(),
        };
        let body = deflate(to_json(&form)?.as_bytes())?;
        let statement = self
            .statement(
                "INSERT INTO skep_discovery_changes (run_id, position, body) VALUES (?, ?, ?)",
            )
            .bind(run_id)
            .bind(position)
            .bind(body.as_slice());
        self.execute(&statement).await?;
        Ok(())
    }

    /// What a transaction of a run changed; `None` beyond the last one.
    pub async fn discovery_changes_get(
        &mut self,
        run_id: i64,
        position: i64,
    ) -> Result<Option<DiscoveryChanges>> {
        let statement = self
            .statement("SELECT body FROM skep_discovery_changes WHERE run_id = ? AND position = ?")
            .bind(run_id)
            .bind(position);
        let Some(row) = self.row(&statement).await? else {
            return Ok(None);
        };
        let text = inflate(row.cells().bytes()?, BODY_BYTES_MAX)?;
        let form: ChangesForm<'_> = serde_json::from_slice(&text).map_err(Failure::fault)?;
        let forms = form.moved.iter().chain(&form.dropped);
        let ids: Vec<i64> = forms.map(|form| form.descriptor).collect();
        let descriptors = self.descriptor_list(&ids).await?;
        let read = |forms: Vec<PartitionForm<'_>>| {
            let partitions = forms.into_iter();
            partitions
                .map(|form| form.into_partition(&descriptors))
                .collect::<Result<Vec<_>, Failure>>()
        };
        Ok(Some(DiscoveryChanges {
            added: form.added,
            moved: read(form.moved)?,
            dropped: read(form.dropped)?,
        }))
    }

    /// Removes runs that ended before a time of the database, `seconds` ago, with what they changed: up to `limit` of
    /// them, the oldest first. Gives their number.
    pub async fn discovery_run_expire(&mut self, seconds: i64, limit: usize) -> Result<usize> {
        let statement = self
            .statement("SELECT id FROM skep_discovery_runs WHERE started_at < ")
            .now_once()
            .text(" - ? ORDER BY started_at, id LIMIT ?")
            .bind(seconds)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        let ids = ids.collect::<Result<Vec<i64>, Failure>>()?;
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_discovery_changes WHERE run_id IN ")
                .list(chunk);
            self.execute(&statement).await?;
            let statement = self
                .statement("DELETE FROM skep_discovery_runs WHERE id IN ")
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(ids.len())
    }
}
