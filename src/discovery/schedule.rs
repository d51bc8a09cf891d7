//! Which tables are due: what the background task asks again and again, over all replicas.

use super::Operations;
use super::run::DiscoveryReport;
use super::scope::DiscoveryScope;
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{RunCause, TableRef};
use crate::store::DueTable;
use crate::transact;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// The tables that are due for a run of this scope, the longest due first, without those in one of the buckets.
    #[boxed]
    pub async fn discovery_due(
        &self,
        scope: DiscoveryScope,
        limit: usize,
        buckets_left_out: &[&str],
    ) -> Result<Vec<DueTable>> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut session = self.store.session().await?;
        match scope {
            DiscoveryScope::Window => session.discovery_window_due(limit, buckets_left_out).await,
            DiscoveryScope::Sweep => session.discovery_sweep_due(limit, buckets_left_out).await,
        }
    }

    /// Makes a table due for a sweep: whichever replica looks for due tables first does it, in a second or two. Fails with
    /// `NotFound` of the table, with `Invalid` where it has not opted in, or it or its sweeps are off, and with `NotAllowed` while its schedule
    /// stands still.
    #[boxed]
    pub async fn discovery_sweep_now(&self, at: &TableRef) -> Result<()> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        let status = self.status_read(at).await?;
        let settings = status.settings.map_err(Error::Invalid)?;
        if !settings.on {
            let why = format!("the discovery of {} is off", at.shown());
            return Err(Error::Invalid(why));
        }
        if settings.sweep_interval_s.is_none() {
            let why = format!(
                "sweeps of {} are off (skep.discovery.sweep-interval): `skep discover {} --sweep` makes one all the same",
                at.shown(),
                at.shown()
            );
            return Err(Error::Invalid(why));
        }
        if status.state.paused_at.is_some() {
            let why = format!(
                "the schedule of {} stands still since an undo: let it go on first",
                at.shown()
            );
            return Err(Error::NotAllowed(why));
        }
        transact!(self.store, |session| {
            session.discovery_sweep_soon(status.state.table_id, 0).await
        })
    }

    /// Runs a table that is due. `None` where another replica is at it, or it is gone or has opted out since.
    #[boxed]
    pub async fn discovery_run_due(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
    ) -> Result<Option<DiscoveryReport>> {
        let cause = match scope {
            DiscoveryScope::Window => RunCause::Window,
            DiscoveryScope::Sweep => RunCause::Sweep,
        };
        match self.discovery_run(at, scope, cause).await {
            Ok(report) => Ok(Some(report)),
            Err(Error::Conflict(_) | Error::NotFound(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}
