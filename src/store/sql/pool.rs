//! Connections that wait for their next use.
//!
//! sqlx's own pool asks the server for a sign of life each time a connection comes back, which costs as much as a
//! point read. This one trusts a connection that was used a moment ago; `Session` takes a fresh one when it was wrong.
//! A connection that waited for long is asked first, and none waits or lives for ever: what stands between skep and its
//! database (a firewall, a balancer) forgets idle flows without a word, and sqlx sets no keep-alive on its sockets.

use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::link::{Link, Role, Target};
use crate::store::sql::settings::StoreSettings;
use crate::telemetry::{Counted, database_waited};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a connection may take to give a sign of life or to say good-bye.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// A bounded set of connections of one role.
#[derive(Debug)]
pub(in crate::store) struct Pool {
    target: Target,
    role: Role,
    acquire_timeout: Duration,
    idle_timeout: Duration,
    check_after: Duration,
    age_max: Duration,
    permits: Arc<Semaphore>,
    /// The one that waits longest comes first.
    idle: Mutex<VecDeque<Waiting>>,
}

/// A connection with the moment at which it is too old.
#[derive(Debug)]
struct Aged {
    link: Link,
    ends_at: Instant,
    _open: Counted,
}

/// A connection that waits, and since when.
#[derive(Debug)]
struct Waiting {
    aged: Aged,
    since: Instant,
    _idle: Counted,
}

/// A connection on loan. It goes back when it is dropped while `clean`, and is closed otherwise: a statement that was
/// cancelled half-way leaves a connection that nobody may use again.
#[derive(Debug)]
pub(in crate::store) struct Lease {
    aged: Option<Aged>,
    pool: Arc<Pool>,
    /// Whether the connection had been idle, so that it may have died unseen.
    reused: bool,
    /// Whether the connection is between statements and outside a transaction.
    pub(in crate::store) clean: bool,
    _used: Counted,
    // Last, so that the link is back before the next one is let in.
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(in crate::store) fn new(
        target: Target,
        role: Role,
        connections_max: usize,
        settings: &StoreSettings,
    ) -> Arc<Self> {
        Arc::new(Self {
            target,
            role,
            acquire_timeout: settings.acquire_timeout,
            idle_timeout: settings.idle_timeout,
            check_after: settings.check_after,
            age_max: settings.connection_age_max,
            permits: Arc::new(Semaphore::new(connections_max)),
            idle: Mutex::new(VecDeque::new()),
        })
    }

    /// Waits for a connection, an idle one if there is one. The last one used comes first: it is the warmest, and the
    /// others may come to their end.
    pub(in crate::store) async fn acquire(self: &Arc<Self>) -> Result<Lease, Failure> {
        let permits = Arc::clone(&self.permits);
        let began = Instant::now();
        let waiting = Counted::waiting();
        let permit = timeout(self.acquire_timeout, permits.acquire_owned()).await;
        drop(waiting);
        database_waited(began.elapsed(), permit.is_ok());
        let permit = permit
            .map_err(|_| Failure::timeout("no database connection became free in time"))?
            .map_err(|_| Failure::timeout("the store is closed"))?;
        let waiting = self.waiting().await;
        let reused = waiting.is_some();
        let aged = match waiting {
            Some(aged) => aged,
            None => self.connect().await?,
        };
        Ok(Lease {
            aged: Some(aged),
            pool: Arc::clone(self),
            reused,
            clean: true,
            _used: Counted::used(),
            _permit: permit,
        })
    }

    /// A waiting connection that is young enough and, where it waited for long, still there.
    async fn waiting(&self) -> Option<Aged> {
        for ended in self.ended(Instant::now()) {
            // Nobody waits for the good-bye.
            tokio::spawn(timeout(CHECK_TIMEOUT, ended.aged.link.close()));
        }
        let mut last = self.idle().pop_back()?;
        if last.since.elapsed() <= self.check_after {
            return Some(last.aged);
        }
        if let Ok(Ok(())) = timeout(CHECK_TIMEOUT, last.aged.link.check()).await {
            return Some(last.aged);
        }
        tracing::debug!("an idle database connection has died; all idle ones are given up");
        self.idle().clear();
        None
    }

    /// Takes those out that waited for too long or are too old.
    fn ended(&self, now: Instant) -> Vec<Waiting> {
        let mut idle = self.idle();
        let (ended, kept): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut *idle).into_iter().partition(|one| {
                now.saturating_duration_since(one.since) > self.idle_timeout
                    || one.aged.ends_at <= now
            });
        *idle = kept;
        ended.into()
    }

    async fn connect(&self) -> Result<Aged, Failure> {
        let link = timeout(self.acquire_timeout, self.target.connect(self.role))
            .await
            .map_err(|_| Failure::timeout("the database did not accept a connection in time"))??;
        let age = self.age_max.mul_f64(0.8 + fastrand::f64() / 5.0);
        let now = Instant::now();
        Ok(Aged {
            link,
            ends_at: now.checked_add(age).unwrap_or(now),
            _open: Counted::open(),
        })
    }

    pub(in crate::store) async fn close(&self) {
        self.permits.close();
        self.close_idle().await;
    }

    async fn close_idle(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for one in idle {
            one.aged.link.close().await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, VecDeque<Waiting>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(in crate::store) fn link(&mut self) -> Result<&mut Link, Failure> {
        let aged = self.aged.as_mut();
        aged.map(|aged| &mut aged.link)
            .ok_or_else(|| Failure::timeout("the database connection is gone"))
    }

    /// Whether a failure may say no more than that this connection, which had been idle, died meanwhile.
    pub(in crate::store) fn may_have_died(&self, failure: &Failure) -> bool {
        self.reused && (failure.kind.is_of_connection() || failure.kind == FailureKind::Silent)
    }

    /// Closes the idle connections, so that the server gets back what it holds for them.
    pub(in crate::store) async fn close_idle(&self) {
        self.pool.close_idle().await;
    }

    /// Puts a new connection in the place of one that died, and forgets the idle ones: what killed it, such as a
    /// restart of the server, has killed them too.
    pub(in crate::store) async fn renew(&mut self) -> Result<(), Failure> {
        self.aged = None;
        self.pool.idle().clear();
        self.aged = Some(self.pool.connect().await?);
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
        if let Some(aged) = self.aged.take() {
            let since = Instant::now();
            self.pool.idle().push_back(Waiting {
                aged,
                since,
                _idle: Counted::idle(),
            });
        }
    }
}
