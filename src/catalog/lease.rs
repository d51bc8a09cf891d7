//! Leases of background work: who is at it, over all replicas, by the database's time.

use super::Catalog;
use crate::error::{Error, Result};
use crate::transact;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Seconds that a lease lasts from its last extension.
pub(crate) const LEASE_S: i64 = 60;

/// The right to be at something.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    pub(crate) name: String,
    pub(crate) holder: String,
    /// Seconds that it lasts from its last extension.
    pub(super) seconds: i64,
    /// Whether a transaction is under way that holds the lease's row: nobody else can take it meanwhile, nor extend it.
    is_committing: Arc<AtomicBool>,
}

/// As long as this lives, work is not given up for a lease that cannot be extended.
#[derive(Debug)]
pub(super) struct Committing<'a>(&'a AtomicBool);

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
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
            is_committing: Arc::default(),
        }
    }

    /// Says that a transaction begins which writes what the lease is for, and holds the lease before it ends. However long it
    /// takes, it is worth nothing unless it does.
    pub(super) fn committing(&self) -> Committing<'_> {
        self.is_committing.store(true, Ordering::SeqCst);
        Committing(&self.is_committing)
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
        let asked = Instant::now();
        if !self.lease_begin(lease).await? {
            return Ok(None);
        }
        let done = self.lease_keep(lease, asked, work).await;
        self.lease_end(lease).await;
        done.map(Some)
    }

    /// Runs work while its lease, asked for at a time, is kept alive. Work whose lease was lost is given up: another process
    /// is at it.
    async fn lease_keep<T>(
        &self,
        lease: &Lease,
        asked: Instant,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let extend = || {
            let extended = self.lease_extend(&lease.name, &lease.holder, lease.seconds);
            extended.boxed()
        };
        // Both go on at the same time: the work's own transaction may hold the lease's row.
        tokio::select! {
            done = work => done,
            lost = lease.renew(asked, extend) => Err(lost),
        }
    }
}

impl Lease {
    /// Extends a lease, asked for at a time, again and again; returns when it is lost, or may be: where the database does not
    /// answer, somebody else may have it as soon as its time is over, and what is done outside of the database is checked
    /// by nobody.
    async fn renew<'f>(
        &self,
        asked: Instant,
        mut extend: impl FnMut() -> BoxFuture<'f, Result<bool>>,
    ) -> Error {
        let pause = Duration::from_secs(self.seconds.unsigned_abs()) / 4;
        let mut until = asked + pause * 3;
        loop {
            tokio::time::sleep_until(until.min(Instant::now() + pause)).await;
            let asked = Instant::now();
            match tokio::time::timeout_at(until, extend()).await {
                Ok(Ok(true)) => until = asked + pause * 3,
                Ok(Ok(false)) => {
                    return Error::Conflict(format!(
                        "the lease {} was lost: this process was too slow",
                        self.name
                    ));
                }
                Ok(Err(failure)) if Instant::now() < until => {
                    tracing::warn!(%failure, name = self.name, "cannot extend a lease");
                }
                Ok(Err(_)) | Err(_) if self.is_committing.load(Ordering::SeqCst) => {
                    until = Instant::now() + pause;
                }
                Ok(Err(_)) | Err(_) => {
                    return Error::Conflict(format!(
                        "the lease {} could not be extended: another process may have it",
                        self.name
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lease;
    use crate::error::Error;
    use futures::FutureExt;
    use std::future::{pending, ready};
    use tokio::time::{Duration, Instant};

    fn down() -> Error {
        Error::Unavailable {
            what: "the database".into(),
            source: "down".into(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_given_up_before_another_process_may_take_it_over() {
        for hangs in [false, true] {
            let lease = Lease::lasting("job:1".into(), 20);
            let asked = Instant::now();
            let mut answers = 0;
            let lost = lease.renew(asked, || {
                answers += 1;
                match answers {
                    1 | 2 => ready(Ok(true)).boxed(),
                    _ if hangs => pending().boxed(),
                    _ => ready(Err(down())).boxed(),
                }
            });
            let text = lost.await.to_string();
            assert!(text.contains("another process may have it"), "{text}");
            // It was extended after 5 and after 10 seconds.
            let lasted = asked.elapsed();
            assert!(lasted >= Duration::from_secs(20), "{lasted:?}");
            assert!(lasted < Duration::from_secs(30), "{lasted:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_commit_may_take_longer_than_its_lease() {
        let lease = Lease::lasting("job:1".into(), 20);
        let asked = Instant::now();
        let lost = lease.renew(asked, || pending().boxed());
        let commit = async {
            let committing = lease.committing();
            tokio::time::sleep(Duration::from_mins(5)).await;
            drop(committing);
            pending::<()>().await;
        };
        let lost = tokio::select! { lost = lost => lost, () = commit => unreachable!() };
        let text = lost.to_string();
        assert!(text.contains("another process may have it"), "{text}");
        assert!(asked.elapsed() >= Duration::from_mins(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_moment_without_the_database_is_no_loss() {
        let lease = Lease::lasting("job:1".into(), 20);
        let mut answers = 0;
        let lost = lease.renew(Instant::now(), || {
            answers += 1;
            let answer = match answers % 2 {
                _ if answers > 40 => Ok(false),
                0 => Ok(true),
                _ => Err(down()),
            };
            ready(answer).boxed()
        });
        let text = lost.await.to_string();
        assert!(text.contains("too slow"), "{text}");
    }
}
