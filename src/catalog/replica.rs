//! Who serves this catalog: processes say that they live, and say good-bye.

use crate::catalog::{Action, Operations, Resource};
use crate::error::Result;
use crate::model::{Replica, ReplicaIdentity};
use crate::transact;
use async_recursion::async_recursion as boxed;

/// Seconds after which a replica that stopped without a word is shown no more.
pub const REPLICA_KEPT_S: i64 = 3_600;

impl Operations<'_> {
    /// Notes that a process lives, which has served for so many seconds, and gives the number of those that do, itself
    /// among them. Rows of those that have been silent for an hour go on this way.
    #[boxed]
    pub async fn replica_beat(&self, own: &ReplicaIdentity, served_s: i64) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        transact!(self.store, |session| {
            session.replica_beat(own, served_s).await
        })?;
        let mut session = self.store.session().await?;
        let all = session.replica_list().await?;
        drop(session);
        // Looked at first: hardly ever is there one, and a deletion is a write.
        if all.iter().any(|one| one.idle_s > REPLICA_KEPT_S) {
            transact!(self.store, |session| {
                session.replica_forget(REPLICA_KEPT_S).await
            })?;
        }
        Ok(all.iter().filter(|one| one.is_alive()).count() as u64)
    }

    /// Removes the row of a process that ends, so that nobody takes it for one that died.
    #[boxed]
    pub async fn replica_leave(&self, id: &str) -> Result<()> {
        self.authorize(Action::Operate, Resource::Server).await?;
        transact!(self.store, |session| {
            session.replica_delete(id).await?;
            Ok(())
        })
    }

    /// The processes that serve this catalog: those that live, the oldest first, then those that stopped without a word
    /// within the last hour.
    #[boxed]
    pub async fn replica_list(&self) -> Result<Vec<Replica>> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut all = self.store.session().await?.replica_list().await?;
        all.sort_by_key(|one| !one.is_alive());
        Ok(all)
    }
}
