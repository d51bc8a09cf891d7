//! Connections that wait for their next use.
//!
//! sqlx's own pool asks the server for a sign of life each time a connection comes back, which costs as much as a
//! point read. This one trusts a connection until a statement fails on it; `Session` then takes a fresh one.

use crate::store::sql::failure::Failure;
use crate::store::sql::link::{Link, Role, Target};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A bounded set of connections of one role.
#[derive(Debug)]
pub(in crate::store) struct Pool {
    target: Target,
    role: Role,
    acquire_timeout: Duration,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Link>>,
}

/// A connection on loan. It goes back when it is dropped while `clean`, and is closed otherwise: a statement that was
/// cancelled half-way leaves a connection that nobody may use again.
#[derive(Debug)]
pub(in crate::store) struct Lease {
    link: Option<Link>,
    pool: Arc<Pool>,
    /// Whether the connection had been idle, so that it may have died unseen.
    pub(in crate::store) reused: bool,
    /// Whether the connection is between statements and outside a transaction.
    pub(in crate::store) clean: bool,
    // Last, so that the link is back before the next one is let in.
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(in crate::store) fn new(
        target: Target,
        role: Role,
        connections_max: usize,
        acquire_timeout: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            target,
            role,
            acquire_timeout,
            permits: Arc::new(Semaphore::new(connections_max)),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Waits for a connection, an idle one if there is one. The last one used comes first: it is the warmest, and the
    /// others may be closed by the server.
    pub(in crate::store) async fn acquire(self: &Arc<Self>) -> Result<Lease, Failure> {
        let permits = Arc::clone(&self.permits);
        let permit = timeout(self.acquire_timeout, permits.acquire_owned())
            .await
            .map_err(|_| Failure::timeout("no database connection became free in time"))?
            .map_err(|_| Failure::timeout("the store is closed"))?;
        let idle = self.idle().pop();
        let reused = idle.is_some();
        let link = match idle {
            Some(link) => link,
            None => self.connect().await?,
        };
        Ok(Lease {
            link: Some(link),
            pool: Arc::clone(self),
            reused,
            clean: true,
            _permit: permit,
        })
    }

    async fn connect(&self) -> Result<Link, Failure> {
        timeout(self.acquire_timeout, self.target.connect(self.role))
            .await
            .map_err(|_| Failure::timeout("the database did not accept a connection in time"))?
    }

    pub(in crate::store) async fn close(&self) {
        self.permits.close();
        let links = std::mem::take(&mut *self.idle());
        for link in links {
            link.close().await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(in crate::store) fn link(&mut self) -> Result<&mut Link, Failure> {
        self.link
            .as_mut()
            .ok_or_else(|| Failure::timeout("the database connection is gone"))
    }

    /// Puts a new connection in the place of one that died, and forgets the idle ones: what killed it, such as a
    /// restart of the server, has killed them too.
    pub(in crate::store) async fn renew(&mut self) -> Result<(), Failure> {
        self.link = None;
        self.pool.idle().clear();
        self.link = Some(self.pool.connect().await?);
        self.reused = false;
        self.clean = true;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.clean || self.pool.permits.is_closed() {
            return;
        }
        if let Some(link) = self.link.take() {
            self.pool.idle().push(link);
        }
    }
}
