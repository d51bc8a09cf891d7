//! Table locks: asked for, polled, kept alive, given back.
//!
//! Granting needs no process that decides: numbers are given in the order of commits, and a lock is granted exactly
//! when no living lock with a smaller number stands in its way. What was once free of them stays so, on every replica.
//! A lock that nobody keeps alive is deleted by whoever it would hinder, and by a background task.

mod conflict;
mod explain;

pub use explain::ExplainedLock;

use super::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Entity, Error, Result};
use crate::model::{Lock, LockComponent, LockState, Name};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;
use conflict::blocker;
use std::collections::{BTreeMap, BTreeSet};

/// A poll of a lock is a sign of life too, but it is written down only this much of the timeout after the last one:
/// clients poll many times a second.
const HEARTBEAT_SHARE_OF_TIMEOUT: i64 = 10;
/// How many locks that ran out one transaction deletes.
const LOCKS_EXPIRED_AT_ONCE_MAX: usize = 1000;
/// How many components one lock may have.
const LOCK_COMPONENTS_MAX: usize = 10_000;

/// What a client asks for.
#[derive(Debug, Clone)]
pub struct LockSpec {
    /// What is to be locked; granted together or not at all.
    pub components: Vec<LockComponent>,
    /// The transaction it belongs to, 0 for none.
    pub transaction_id: i64,
    /// The user.
    pub user: String,
    /// The machine.
    pub hostname: String,
    /// What the client calls itself.
    pub agent_info: Option<String>,
}

/// Which locks a listing shows; what is absent does not restrict it.
#[derive(Debug, Clone, Default)]
pub struct LockFilter {
    /// The catalog.
    pub catalog: Option<Name>,
    /// The database.
    pub database: Option<Name>,
    /// The table.
    pub table: Option<Name>,
    /// The partition's name.
    pub partition: Option<String>,
    /// The transaction.
    pub transaction_id: Option<i64>,
}

/// A lock in a listing.
#[derive(Debug, Clone)]
pub struct ListedLock {
    /// The lock.
    pub lock: Lock,
    /// The number of the lock that it waits for.
    pub blocked_by: Option<i64>,
}

impl Operations<'_> {
    /// Asks for a lock and answers at once: granted, or waiting for others. The client then polls
    /// [`lock_check`](Self::lock_check).
    #[boxed]
    pub async fn lock_acquire(&self, spec: &LockSpec) -> Result<(i64, LockState)> {
        self.authorize(Action::Lock, Resource::Server).await?;
        no_transaction(spec.transaction_id)?;
        if spec.components.is_empty() {
            return Err(Error::Invalid("a lock needs at least one component".into()));
        }
        if spec.components.len() > LOCK_COMPONENTS_MAX {
            return Err(Error::Invalid(format!(
                "a lock has at most {LOCK_COMPONENTS_MAX} components"
            )));
        }
        let timeout_s = self.settings.lock_timeout_s;
        transact!(self.store, |session| {
            let mut lock = Lock {
                id: 0,
                transaction_id: spec.transaction_id,
                state: LockState::Waiting,
                components: spec.components.clone(),
                user: spec.user.clone(),
                hostname: spec.hostname.clone(),
                agent_info: spec.agent_info.clone(),
                heartbeat_at: DatabaseTime::default(),
                idle_s: 0,
                acquired_at: None,
            };
            lock.id = session.lock_insert(&lock).await?;
            let state = lock_decide(session, &lock, timeout_s).await?;
            Ok((lock.id, state))
        })
    }

    /// How far a lock is; grants it where nothing is in its way any more, and keeps it alive. `NotFound` where it was
    /// given back or has run out.
    #[boxed]
    pub async fn lock_check(&self, id: i64) -> Result<LockState> {
        self.authorize(Action::Lock, Resource::Server).await?;
        let timeout_s = self.settings.lock_timeout_s;
        if let Some(state) = self.lock_peek(id).await? {
            return Ok(state);
        }
        transact!(self.store, |session| {
            if !session.lock_heartbeat(id).await? {
                return Err(missing(id));
            }
            let lock = session.lock_get(id).await?.ok_or_else(|| missing(id))?;
            if lock.state == LockState::Waiting {
                return lock_decide(session, &lock, timeout_s).await;
            }
            Ok(lock.state)
        })
    }
}

impl Catalog {
    /// The answer to a poll where nothing needs to be written: the last sign of life is fresh, and the lock is granted
    /// or has a living one in its way.
    async fn lock_peek(&self, id: i64) -> Result<Option<LockState>> {
        let timeout_s = self.settings.lock_timeout_s;
        let mut session = self.store.session().await?;
        let lock = session.lock_get(id).await?.ok_or_else(|| missing(id))?;
        if lock.idle_s > timeout_s / HEARTBEAT_SHARE_OF_TIMEOUT {
            return Ok(None);
        }
        if lock.state != LockState::Waiting {
            return Ok(Some(lock.state));
        }
        let mut others = locks_around(&mut session, &lock).await?;
        others.retain(|other| other.idle_s <= timeout_s);
        Ok(blocker(&lock, &others).map(|_| LockState::Waiting))
    }
}

impl Operations<'_> {
    /// Gives a lock back, granted or not. `NotFound` where it was given back before or has run out.
    #[boxed]
    pub async fn lock_release(&self, id: i64) -> Result<()> {
        self.authorize(Action::Lock, Resource::Server).await?;
        let found = transact!(self.store, |session| { session.lock_delete(id).await })?;
        if found { Ok(()) } else { Err(missing(id)) }
    }

    /// A sign of life of a lock, of a transaction, or of both; 0 stands for none.
    #[boxed]
    pub async fn lock_heartbeat(&self, id: i64, transaction_id: i64) -> Result<()> {
        self.authorize(Action::Lock, Resource::Server).await?;
        if id != 0 {
            let found = transact!(self.store, |session| { session.lock_heartbeat(id).await })?;
            if !found {
                return Err(missing(id));
            }
        }
        no_transaction(transaction_id)
    }

    /// How many components all locks have: what a listing reads.
    #[boxed]
    pub async fn lock_component_count(&self) -> Result<u64> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.lock_component_count().await
    }

    /// How many living locks wait for others.
    #[boxed]
    pub async fn lock_waiting_count(&self) -> Result<u64> {
        self.authorize(Action::See, Resource::Server).await?;
        let timeout_s = self.settings.lock_timeout_s;
        let mut session = self.store.session().await?;
        session.lock_waiting_count(timeout_s).await
    }

    /// The living locks that have a component the filter accepts, by number.
    #[boxed]
    pub async fn lock_list(&self, filter: &LockFilter) -> Result<Vec<ListedLock>> {
        self.authorize(Action::See, Resource::Server).await?;
        let timeout_s = self.settings.lock_timeout_s;
        let mut locks = self.store.session().await?.lock_list().await?;
        locks.retain(|lock| lock.idle_s <= timeout_s);
        let blocked = locks.iter().map(|lock| {
            let waits = lock.state == LockState::Waiting;
            let other = waits.then(|| blocker(lock, &locks)).flatten();
            other.map(|other| other.id)
        });
        let blocked: Vec<Option<i64>> = blocked.collect();
        let mut listed = Vec::new();
        for (mut lock, blocked_by) in locks.into_iter().zip(blocked) {
            if filter
                .transaction_id
                .is_some_and(|id| id != lock.transaction_id)
            {
                continue;
            }
            lock.components
                .retain(|component| filter.accepts(component));
            if !lock.components.is_empty() {
                listed.push(ListedLock { lock, blocked_by });
            }
        }
        Ok(listed)
    }

    /// Deletes the locks that nobody kept alive, and says how many there were.
    #[boxed]
    pub async fn locks_expire(&self) -> Result<usize> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let timeout_s = self.settings.lock_timeout_s;
        let expired = transact!(self.store, |session| {
            session
                .lock_expire(timeout_s, LOCKS_EXPIRED_AT_ONCE_MAX)
                .await
        })?;
        if !expired.is_empty() {
            tracing::info!(locks = ?expired, "locks ran out without a sign of life");
        }
        Ok(expired.len())
    }
}

impl LockFilter {
    fn accepts(&self, component: &LockComponent) -> bool {
        let same =
            |wanted: Option<&Name>, found: Option<&Name>| wanted.is_none() || wanted == found;
        same(self.catalog.as_ref(), Some(&component.catalog))
            && same(self.database.as_ref(), Some(&component.database))
            && same(self.table.as_ref(), component.table.as_ref())
            && (self.partition.is_none() || self.partition == component.partition)
    }
}

/// Grants a waiting lock where nothing living with a smaller number is in its way. What has run out goes.
async fn lock_decide(session: &mut Session, lock: &Lock, timeout_s: i64) -> Result<LockState> {
    let mut others = locks_around(session, lock).await?;
    let dead = |other: &Lock| other.id < lock.id && other.idle_s > timeout_s;
    if others.iter().any(dead) {
        // A lock that was kept alive in this very moment is not deleted, and then still counts.
        session
            .lock_expire(timeout_s, LOCKS_EXPIRED_AT_ONCE_MAX)
            .await?;
        others = locks_around(session, lock).await?;
    }
    if blocker(lock, &others).is_some() {
        return Ok(LockState::Waiting);
    }
    session.lock_grant(lock.id).await?;
    Ok(LockState::Acquired)
}

/// The locks with a component in one of the databases of `lock`, itself included.
async fn locks_around(session: &mut Session, lock: &Lock) -> Result<Vec<Lock>> {
    let mut databases: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for component in &lock.components {
        databases
            .entry(component.catalog.clone())
            .or_default()
            .insert(component.database.clone());
    }
    let mut found = Vec::new();
    for (catalog, names) in databases {
        let names: Vec<Name> = names.into_iter().collect();
        found.extend(session.lock_list_by_databases(&catalog, &names).await?);
    }
    Ok(found)
}

/// Transactions are not served, so a request that names one cannot be right.
fn no_transaction(id: i64) -> Result<()> {
    if id == 0 {
        Ok(())
    } else {
        Err(Error::NotFound(Entity::Transaction(id)))
    }
}

fn missing(id: i64) -> Error {
    Error::NotFound(Entity::Lock(id))
}
