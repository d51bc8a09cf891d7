//! The background that takes up deletions which were not done at once. Each storage has its own turn, so that one which does
//! not answer keeps no other one waiting.

use super::deletion::unclear_tell;
use crate::catalog::{Action, Catalog, Operations, Resource};
use crate::error::Result;
use crate::lake::Kept;
use crate::model::Location;
use crate::store::PendingDelete;
use async_recursion::async_recursion as boxed;
use futures::stream::{self, StreamExt};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;

/// How many deletions of one storage are tried before it is asked whether one of them succeeded: a storage that lets nothing be
/// deleted is left alone until the next pass.
const PENDING_DELETES_PER_LOOK: usize = 100;
/// How many a pass of the background task looks at: those of a storage that it is still at are among them.
const PENDING_DELETES_LOOKED_AT_MAX: usize = 5_000;
/// How many of them go on at the same time.
const PENDING_DELETES_CONCURRENT_MAX: usize = 4;
/// How long a pass waits for what it has begun. What takes longer goes on, and keeps nothing but its own storage waiting.
const PASS_PATIENCE: Duration = Duration::from_secs(10);

impl Operations<'_> {
    /// Takes up the deletions that are due. Returns how many were tried and how many of them are not done.
    #[boxed]
    pub async fn pending_deletes_retry(&self) -> Result<(usize, usize)> {
        self.authorize(Action::Operate, Resource::Server).await?;
        self.places_fill().await?;
        let mut session = self.store.session().await?;
        let now = session.now().await?;
        let due = session
            .pending_delete_due(now, PENDING_DELETES_LOOKED_AT_MAX)
            .await?;
        drop(session);
        let mut by_storage: BTreeMap<String, Vec<PendingDelete>> = BTreeMap::new();
        for one in due {
            by_storage
                .entry(storage_of(&one.location))
                .or_default()
                .push(one);
        }
        let mut begun = JoinSet::new();
        for (storage, due) in by_storage {
            // One that does not answer keeps no other one waiting.
            let Some(turn) = self.jobs.deleting.begin(&storage) else {
                continue;
            };
            let catalog = Catalog::clone(self);
            begun.spawn(async move {
                let _turn = turn;
                catalog.pending_deletes_try(due).await
            });
        }
        let (mut tried, mut failed) = (0, 0);
        let all = async {
            while let Some(ended) = begun.join_next().await {
                match ended {
                    Ok(counts) => (tried, failed) = (tried + counts.0, failed + counts.1),
                    Err(failure) => {
                        tracing::error!(%failure, "deletions ended badly; they are tried again");
                    }
                }
            }
        };
        // What is not done by then goes on.
        if tokio::time::timeout(PASS_PATIENCE, all).await.is_err() {
            begun.detach_all();
        }
        Ok((tried, failed))
    }
}

/// What became of a deletion that was due.
enum Tried {
    Done,
    InVain,
    /// Another replica has taken it up.
    ByOthers,
}

impl Catalog {
    /// Tries the deletions of one storage, several at once; how many, and how many of them are not done.
    async fn pending_deletes_try(&self, due: Vec<PendingDelete>) -> (usize, usize) {
        let (mut tried, mut failed) = (0, 0);
        for due in due.chunks(PENDING_DELETES_PER_LOOK) {
            let tries: Vec<_> = due
                .iter()
                .map(|one| self.pending_delete_retry(one))
                .collect();
            let mut tries = stream::iter(tries).buffer_unordered(PENDING_DELETES_CONCURRENT_MAX);
            let mut in_vain = 0;
            while let Some(outcome) = tries.next().await {
                match outcome {
                    Tried::ByOthers => {}
                    Tried::Done => tried += 1,
                    Tried::InVain => (tried, in_vain) = (tried + 1, in_vain + 1),
                }
            }
            failed += in_vain;
            if in_vain == due.len() {
                break;
            }
        }
        (tried, failed)
    }

    async fn pending_delete_retry(&self, pending: &PendingDelete) -> Tried {
        let (location, attempts) = (&pending.location, pending.attempts + 1);
        let kept = async {
            if !self.pending_delete_claim(pending).await? {
                return Ok(None);
            }
            self.pending_delete_finish(pending, None).await.map(Some)
        };
        let reason = match kept.await {
            Ok(None) => return Tried::ByOthers,
            Ok(Some(Kept { unclear: 0, .. })) => return Tried::Done,
            Ok(Some(Kept { unclear, .. })) => unclear_tell(unclear),
            Err(failure) => failure.to_string(),
        };
        tracing::warn!(%location, attempts, "dropped data stays: {reason}");
        Tried::InVain
    }
}

/// The bucket that a place lies in, or the kind of its storage.
fn storage_of(location: &Location) -> String {
    match location.bucket() {
        "" => location.scheme().to_owned(),
        bucket => bucket.to_owned(),
    }
}
