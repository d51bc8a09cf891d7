//! Which tables are due: what the background task asks again and again, over all replicas.

use super::Operations;
use super::run::DiscoveryReport;
use super::scope::DiscoveryScope;
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{RunCause, TableRef};
use crate::store::DueTable;
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
