//! Taking a run back: what it added goes, what it moved goes back, what it dropped returns, as far as nobody has changed
//! it since. The table's schedules stop, or the next run would do the same again.

use super::Discovery;
use super::Operations;
use super::RUN_PARAMETER;
use super::record::{Batch, Record};
use super::run::run_missing;
use crate::catalog::service::Lease;
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{DiscoveryRun, Partition, RunCause, RunOutcome, Table, TableRef};
use crate::store::DiscoveryChanges;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

impl Operations<'_> {
    /// Undoes a run and gives the run that did so, which can be undone in turn. Column statistics of dropped partitions
    /// do not come back.
    ///
    /// Discovery of the table is paused from then on: until its properties change, or [`Self::discovery_resume`].
    ///
    /// Fails with `NotFound` of the table or the run, with `NotAllowed` for a run that is under way, undone already, or
    /// whose data was deleted, with `Conflict` while the table is scanned.
    #[boxed]
    pub async fn discovery_undo(&self, at: &TableRef, run_id: i64) -> Result<DiscoveryRun> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let mut session = self.store.session().await?;
        let run = session.discovery_run_get(run_id).await?;
        let run = run.filter(|run| run.table_id == table.id);
        let run = run.ok_or_else(|| run_missing(run_id))?;
        let first = session.discovery_changes_get(run_id, 0).await?;
        let state = session.discovery_table_get(table.id).await?;
        drop(session);
        undo_check(&run, first.is_some())?;
        let started_at = state.map_or_else(|| self.now(), |state| state.now);
        transact!(self.store, |session| {
            session.discovery_pause(run.table_id, true).await
        })?;
        let [window, sweep] = ["window", "sweep"]
            .map(|scope| Lease::new(format!("discovery/{}/{scope}", run.table_id)));
        let undo = self.undo_held(&table, &run, started_at, &sweep);
        let undone = Box::pin(
            self.catalog
                .lease_hold(&window, self.catalog.lease_hold(&sweep, undo)),
        );
        undone.await?.flatten().ok_or_else(|| {
            Error::Conflict(format!(
                "{}.{} is being scanned; its schedule is paused, try again",
                at.database, at.table
            ))
        })
    }
}

impl Discovery {
    /// The undo itself, while its leases keep scans away, and the line that it leaves in the history.
    async fn undo_held(
        &self,
        table: &Table,
        run: &DiscoveryRun,
        started_at: i64,
        lease: &Lease,
    ) -> Result<DiscoveryRun> {
        self.runs_abandon(table.id, &[RunCause::Undo]).await?;
        let mut record = Record::new(table.id, RunCause::Undo, started_at, Some(lease.clone()));
        let undone = self.undo_all(table, run, &mut record).await;
        let (outcome, error) = match &undone {
            Ok(()) => (RunOutcome::Done, None),
            Err(failure) => (RunOutcome::Failed, Some(failure.to_string())),
        };
        self.record_end(&mut record, outcome, error).await?;
        undone?;
        let mut session = self.store.session().await?;
        let done = session.discovery_run_get(record.run.id).await?;
        done.ok_or_else(|| run_missing(record.run.id))
    }
}

impl Operations<'_> {
    /// Lets the schedules of a table go on after an undo.
    #[boxed]
    pub async fn discovery_resume(&self, at: &TableRef) -> Result<()> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        self.schedules_resume(at).await
    }
}

impl Discovery {
    /// As [`Operations::discovery_resume`], where that has been asked already.
    pub(in crate::discovery) async fn schedules_resume(&self, at: &TableRef) -> Result<()> {
        let table = self.catalog.table_read(at).await?;
        transact!(self.store, |session| {
            session.discovery_pause(table.id, false).await
        })
    }

    async fn undo_all(&self, table: &Table, run: &DiscoveryRun, record: &mut Record) -> Result<()> {
        let mut count = 0;
        let mut session = self.store.session().await?;
        while session
            .discovery_changes_get(run.id, count)
            .await?
            .is_some()
        {
            count += 1;
        }
        drop(session);
        // The last change first.
        for position in (0..count).rev() {
            let mut session = self.store.session().await?;
            let changes = session.discovery_changes_get(run.id, position).await?;
            drop(session);
            let mut batch = self
                .undo_batch(table, run, changes.unwrap_or_default())
                .await?;
            // What comes back is signed anew, so that this can be undone too.
            let id = self.record_begin(record).await?.to_string();
            let moved = batch.moved.iter_mut().map(|(_, before)| before);
            for partition in batch.added.iter_mut().chain(moved) {
                let parameters = &mut partition.parameters;
                parameters.insert(RUN_PARAMETER.into(), id.clone());
            }
            if !batch.is_empty() {
                self.record_batch(table, record, &batch).await?;
            }
        }
        transact!(self.store, |session| {
            session.discovery_run_undone(run.id).await
        })?;
        Ok(())
    }

    /// The reverse of what a transaction did, without what somebody has changed since: that bears no longer the run's
    /// number.
    async fn undo_batch(
        &self,
        table: &Table,
        run: &DiscoveryRun,
        changes: DiscoveryChanges,
    ) -> Result<Batch> {
        let sign = run.id.to_string();
        let mut names: Vec<&str> = changes.added.iter().map(String::as_str).collect();
        names.extend(changes.moved.iter().map(|one| one.name.as_str()));
        let mut session = self.store.session().await?;
        let found = session.partition_list_by_names(table.id, &names).await?;
        drop(session);
        let signed = found
            .into_iter()
            .filter(|one| one.parameters.get(RUN_PARAMETER) == Some(&sign));
        let mut signed: HashMap<String, Partition> =
            signed.map(|one| (one.name.clone(), one)).collect();
        let added = changes.added.iter();
        let dropped = added.filter_map(|name| signed.remove(name)).collect();
        let moved = changes.moved.into_iter();
        let moved = moved.filter_map(|before| Some((signed.remove(&before.name)?, before)));
        Ok(Batch {
            moved: moved.collect(),
            added: changes.dropped,
            dropped,
            ..Batch::default()
        })
    }
}

fn undo_check(run: &DiscoveryRun, has_changes: bool) -> Result<()> {
    let why = match run.outcome {
        RunOutcome::Running => "is under way",
        _ if run.undone_at.is_some() => "is undone already",
        _ if !has_changes && run.counts.dropped > 0 => "deleted data that cannot come back",
        _ if !has_changes => "changed nothing",
        _ => return Ok(()),
    };
    Err(Error::NotAllowed(format!("the run {} {why}", run.id)))
}
