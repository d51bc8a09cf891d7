//! Leases of background work: who is at it, over all replicas, by the database's time.

use super::Catalog;
use crate::error::{Error, Result};
use crate::transact;
use std::time::Duration;

/// Seconds that a lease lasts from its last extension.
pub(crate) const LEASE_S: i64 = 60;

/// The right to be at something.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    pub(crate) name: String,
    pub(crate) holder: String,
    /// Seconds that it lasts from its last extension.
    pub(super) seconds: i64,
}

impl Lease {
    /// A lease to ask for, in the name of a holder that nobody else has.
    pub(crate) fn new(name: String) -> Self {
        Self::lasting(name, LEASE_S)
    }

    /// The same for so many seconds at a time.
    pub(super) fn lasting(name: String, seconds: i64) -> Self {
        Self {
            name,
            holder: format!("{:032x}", fastrand::u128(..)),
            seconds,
        }
    }
}

impl Catalog {
    /// Takes a lease for `seconds`; false where another holder has it.
    pub(crate) async fn lease_take(&self, name: &str, holder: &str, seconds: i64) -> Result<bool> {
        transact!(self.store, |session| {
            session.lease_take(name, holder, seconds).await
        })
    }

    /// Keeps a lease for `seconds` more; false where it was lost.
    pub(crate) async fn lease_extend(
        &self,
        name: &str,
        holder: &str,
        seconds: i64,
    ) -> Result<bool> {
        transact!(self.store, |session| {
            session.lease_extend(name, holder, seconds).await
        })
    }

    /// Gives a lease back, so that others need not wait for its end.
    pub(crate) async fn lease_release(&self, name: &str, holder: &str) -> Result<bool> {
        transact!(self.store, |session| {
            session.lease_release(name, holder).await
        })
    }

    /// Takes a lease for work that keeps it; false where another holder has it.
    pub(crate) async fn lease_begin(&self, lease: &Lease) -> Result<bool> {
        self.lease_take(&lease.name, &lease.holder, lease.seconds)
            .await
    }

    /// Gives a lease back; where that fails, it ends by itself.
    pub(crate) async fn lease_end(&self, lease: &Lease) {
        if let Err(failure) = self.lease_release(&lease.name, &lease.holder).await {
            tracing::warn!(%failure, name = lease.name, "cannot give a lease back; it ends by itself");
        }
    }

    /// Does work that keeps a lease: takes it, keeps it alive meanwhile, and gives it back. `None` where another holder
    /// has it; then nothing is done.
    pub(crate) async fn lease_hold<T>(
        &self,
        lease: &Lease,
        work: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        if !self.lease_begin(lease).await? {
            return Ok(None);
        }
        let done = self.lease_keep(lease, work).await;
        self.lease_end(lease).await;
        done.map(Some)
    }

    /// Runs work while its lease is kept alive. Work whose lease was lost is given up: another process is at it.
    async fn lease_keep<T>(
        &self,
        lease: &Lease,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // Both go on at the same time: the work's own transaction may hold the lease's row.
        tokio::select! {
            done = work => done,
            lost = self.lease_renew(lease) => Err(lost),
        }
    }

    /// Extends a lease again and again; returns when it is lost.
    async fn lease_renew(&self, lease: &Lease) -> Error {
        let pause = Duration::from_secs(lease.seconds.unsigned_abs() / 4);
        loop {
            tokio::time::sleep(pause).await;
            let extended = self.lease_extend(&lease.name, &lease.holder, lease.seconds);
            match extended.await {
                Ok(true) => {}
                Ok(false) => {
                    return Error::Conflict(format!(
                        "the lease {} was lost: this process was too slow",
                        lease.name
                    ));
                }
                // What is written is checked against the lease again.
                Err(failure) => {
                    tracing::warn!(%failure, name = lease.name, "cannot extend a lease");
                }
            }
        }
    }
}
