//! Leases of background work: who is at it, over all replicas, by the database's time.

use super::Catalog;
use crate::error::Result;
use crate::transact;

impl Catalog {
    /// Takes a lease for `seconds`; false where another holder has it.
    pub async fn lease_take(&self, name: &str, holder: &str, seconds: i64) -> Result<bool> {
        transact!(self.store, |session| {
            session.lease_take(name, holder, seconds).await
        })
    }

    /// Keeps a lease for `seconds` more; false where it was lost.
    pub async fn lease_extend(&self, name: &str, holder: &str, seconds: i64) -> Result<bool> {
        transact!(self.store, |session| {
            session.lease_extend(name, holder, seconds).await
        })
    }

    /// Gives a lease back, so that others need not wait for its end.
    pub async fn lease_release(&self, name: &str, holder: &str) -> Result<bool> {
        transact!(self.store, |session| {
            session.lease_release(name, holder).await
        })
    }
}
