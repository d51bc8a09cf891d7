//! Bytes in flight: what the requests and replies of all clients may hold in memory at the same time.
//!
//! What a client can make large is taken from here before it is allocated, and given back when it is dropped. Two bounds
//! hold at once: one for the server, and one for each client, so that one alone cannot take everything. A client is an
//! address; who shares an address shares its part. A request that finds no room waits for a bounded time, then it is
//! refused by an error that names the setting.

use crate::error::Error;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The setting of the whole server's bound.
const TOTAL: &str = "server.bytes_in_flight_max";
/// The setting of one client's bound.
const CLIENT: &str = "server.bytes_in_flight_per_client_max";
/// Bytes that one permit stands for.
const UNIT_BYTES: usize = 1024;
/// The part of an IPv6 address that a client cannot choose: whoever has one has 2^64 of them.
const IPV6_NETWORK_BITS: u32 = 64;

/// How much may be held, and how long a request waits for its part.
#[derive(Debug, Clone, Copy)]
pub struct BudgetLimits {
    /// Bytes of all clients.
    pub total_bytes: usize,
    /// Bytes of one client.
    pub client_bytes: usize,
    /// The longest wait for room.
    pub wait: Duration,
}

/// Why nothing more may be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exhausted {
    /// More than may ever be held at once: trying again is of no use.
    #[error("the request takes {bytes} bytes of memory, more than {setting} ({limit}) allows")]
    TooLarge {
        /// The bytes it would hold.
        bytes: usize,
        /// The bytes that may be held.
        limit: usize,
        /// The setting that says so.
        setting: &'static str,
    },
    /// Other requests hold what there is.
    #[error("other requests hold all that {setting} allows")]
    Busy {
        /// The setting that says so.
        setting: &'static str,
    },
}

impl From<Exhausted> for Error {
    fn from(exhausted: Exhausted) -> Self {
        match exhausted {
            Exhausted::TooLarge { .. } => Self::Invalid(exhausted.to_string()),
            Exhausted::Busy { setting } => Self::Unavailable {
                what: format!("memory for this request ({setting})"),
                source: Box::new(exhausted),
            },
        }
    }
}

/// The bytes in flight of one server.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: BudgetLimits,
    total: Arc<Semaphore>,
    clients: Mutex<HashMap<IpAddr, Weak<Client>>>,
}

/// What one address holds. It is forgotten when its last connection ends.
#[derive(Debug)]
struct Client {
    address: IpAddr,
    own: Arc<Semaphore>,
    shared: Arc<Shared>,
}

impl Drop for Client {
    fn drop(&mut self) {
        let clients = self.shared.clients.lock();
        let mut clients = clients.unwrap_or_else(PoisonError::into_inner);
        // Another connection of this address may have come in the meantime, with a new account.
        if let Some(known) = clients.get(&self.address)
            && known.strong_count() == 0
        {
            clients.remove(&self.address);
        }
    }
}

impl Budget {
    /// A budget of which nothing is held.
    pub fn new(limits: BudgetLimits) -> Self {
        Self(Arc::new(Shared {
            limits,
            total: Arc::new(Semaphore::new(units(limits.total_bytes))),
            clients: Mutex::default(),
        }))
    }

    /// The account of a client. All its connections share one.
    pub fn account(&self, address: IpAddr) -> Account {
        let address = network(address);
        let mut clients = self
            .0
            .clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&address).and_then(Weak::upgrade) {
            return Account(client);
        }
        let client = Arc::new(Client {
            address,
            own: Arc::new(Semaphore::new(units(self.0.limits.client_bytes))),
            shared: Arc::clone(&self.0),
        });
        clients.insert(address, Arc::downgrade(&client));
        Account(client)
    }

    /// What is held at this moment.
    pub fn bytes_held(&self) -> usize {
        let free = self.0.total.available_permits();
        (units(self.0.limits.total_bytes) - free) * UNIT_BYTES
    }
}

/// The part of the address that tells clients apart.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(own) => {
            let mask = u128::MAX << (u128::BITS - IPV6_NETWORK_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(own.to_bits() & mask))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Permits for so many bytes.
fn units(bytes: usize) -> usize {
    bytes.div_ceil(UNIT_BYTES).min(Semaphore::MAX_PERMITS)
}

/// One client's part of the budget.
#[derive(Debug, Clone)]
pub struct Account(Arc<Client>);

impl Account {
    /// A reservation of this client that holds nothing yet.
    pub fn reservation(&self) -> Reservation {
        Reservation {
            account: self.clone(),
            held: Mutex::default(),
        }
    }

    /// Whether as much can ever be held.
    fn check(&self, bytes: usize) -> Result<(), Exhausted> {
        let limits = &self.0.shared.limits;
        let bounds = [(limits.client_bytes, CLIENT), (limits.total_bytes, TOTAL)];
        let passed = bounds.into_iter().find(|(limit, _)| bytes > *limit);
        passed.map_or(Ok(()), |(limit, setting)| {
            Err(Exhausted::TooLarge {
                bytes,
                limit,
                setting,
            })
        })
    }

    fn acquire_now(&self, units: u32) -> Result<Permits, Exhausted> {
        let now = |from: &Arc<Semaphore>| Arc::clone(from).try_acquire_many_owned(units);
        let own = now(&self.0.own).map_err(|_| Exhausted::Busy { setting: CLIENT })?;
        let total = now(&self.0.shared.total).map_err(|_| Exhausted::Busy { setting: TOTAL })?;
        Ok(Permits { own, total })
    }

    async fn acquire(&self, units: u32) -> Result<Permits, Exhausted> {
        let wait = self.0.shared.limits.wait;
        let own = acquire_within(wait, &self.0.own, units, CLIENT).await?;
        let total = acquire_within(wait, &self.0.shared.total, units, TOTAL).await?;
        Ok(Permits { own, total })
    }
}

async fn acquire_within(
    wait: Duration,
    from: &Arc<Semaphore>,
    units: u32,
    setting: &'static str,
) -> Result<OwnedSemaphorePermit, Exhausted> {
    let permit = Arc::clone(from).acquire_many_owned(units);
    match tokio::time::timeout(wait, permit).await {
        Ok(Ok(permit)) => Ok(permit),
        // The semaphores are never closed.
        Ok(Err(_)) | Err(_) => Err(Exhausted::Busy { setting }),
    }
}

/// What was taken of both bounds.
#[derive(Debug)]
struct Permits {
    own: OwnedSemaphorePermit,
    total: OwnedSemaphorePermit,
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    permits: Option<Permits>,
}

impl Held {
    fn units(&self) -> usize {
        self.permits
            .as_ref()
            .map_or(0, |permits| permits.total.num_permits())
    }

    fn add(&mut self, bytes: usize, new: Permits) {
        self.bytes += bytes;
        if let Some(held) = &mut self.permits {
            held.own.merge(new.own);
            held.total.merge(new.total);
        } else {
            self.permits = Some(new);
        }
    }
}

/// What one request, one buffer or one session holds. What it holds goes back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    account: Account,
    held: Mutex<Held>,
}

impl Reservation {
    /// Takes more, at once or not at all.
    pub fn try_grow(&self, bytes: usize) -> Result<(), Exhausted> {
        let Some(missing) = self.missing(bytes)? else {
            return Ok(());
        };
        let permits = self.account.acquire_now(missing)?;
        self.held().add(bytes, permits);
        Ok(())
    }

    /// Takes more, and waits for it where it has to.
    pub async fn grow(&self, bytes: usize) -> Result<(), Exhausted> {
        let Some(missing) = self.missing(bytes)? else {
            return Ok(());
        };
        let permits = match self.account.acquire_now(missing) {
            Ok(permits) => permits,
            Err(_) => self.account.acquire(missing).await?,
        };
        self.held().add(bytes, permits);
        Ok(())
    }

    /// Gives back what it holds beyond so many bytes.
    pub fn shrink_to(&self, bytes: usize) {
        let mut held = self.held();
        held.bytes = held.bytes.min(bytes);
        let surplus = held.units().saturating_sub(units(held.bytes));
        if let Some(permits) = &mut held.permits {
            drop(permits.own.split(surplus));
            drop(permits.total.split(surplus));
        }
    }

    /// What it holds.
    pub fn bytes(&self) -> usize {
        self.held().bytes
    }

    /// The permits that so many more bytes take. Nothing where those that are held suffice; then the bytes are held.
    fn missing(&self, bytes: usize) -> Result<Option<u32>, Exhausted> {
        let mut held = self.held();
        let whole = held.bytes.saturating_add(bytes);
        self.account.check(whole)?;
        let missing = units(whole).saturating_sub(held.units());
        if missing == 0 {
            held.bytes = whole;
            return Ok(None);
        }
        // No more than the account's bound, which passed the check.
        Ok(Some(u32::try_from(missing).unwrap_or(u32::MAX)))
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, BudgetLimits, Exhausted, UNIT_BYTES, network};
    use std::time::Duration;

    const MIB: usize = 1024 * UNIT_BYTES;

    fn budget(wait: Duration) -> Budget {
        Budget::new(BudgetLimits {
            total_bytes: 4 * MIB,
            client_bytes: 3 * MIB,
            wait,
        })
    }

    fn address(text: &str) -> std::net::IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_client_cannot_take_all() {
        let budget = budget(Duration::ZERO);
        let greedy = budget.account(address("10.0.0.1"));
        let one = greedy.reservation();
        one.try_grow(2 * MIB).unwrap();
        let again = budget.account(address("10.0.0.1")).reservation();
        let setting = super::CLIENT;
        assert_eq!(again.try_grow(2 * MIB), Err(Exhausted::Busy { setting }));
        again.try_grow(MIB).unwrap();
        let other = budget.account(address("10.0.0.2")).reservation();
        other.try_grow(MIB).unwrap();
        let setting = super::TOTAL;
        assert_eq!(other.try_grow(1), Err(Exhausted::Busy { setting }));
        assert_eq!(budget.bytes_held(), 4 * MIB);
        drop((one, again, other));
        assert_eq!(budget.bytes_held(), 0);
    }

    #[test]
    fn what_never_fits_is_told_at_once() {
        let budget = budget(Duration::from_hours(1));
        let one = budget.account(address("10.0.0.1")).reservation();
        let refused = one.try_grow(3 * MIB + 1).unwrap_err();
        assert!(
            matches!(refused, Exhausted::TooLarge { setting, .. } if setting == super::CLIENT),
            "{refused}"
        );
        one.try_grow(2 * MIB).unwrap();
        assert!(one.try_grow(2 * MIB).is_err());
        assert_eq!(one.bytes(), 2 * MIB);
    }

    #[test]
    fn what_is_given_back_can_be_taken_by_others() {
        let budget = budget(Duration::ZERO);
        let account = budget.account(address("10.0.0.1"));
        let one = account.reservation();
        for _ in 0..MIB {
            one.try_grow(1).unwrap();
        }
        assert_eq!(budget.bytes_held(), MIB, "small steps are not rounded up");
        one.try_grow(MIB).unwrap();
        one.shrink_to(10);
        assert_eq!((one.bytes(), budget.bytes_held()), (10, UNIT_BYTES));
        one.shrink_to(20);
        assert_eq!(one.bytes(), 10, "shrinking takes nothing");
        account.reservation().try_grow(2 * MIB).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_room_and_not_for_ever() {
        let budget = budget(Duration::from_secs(5));
        let account = budget.account(address("10.0.0.1"));
        let first = account.reservation();
        first.try_grow(3 * MIB).unwrap();
        let second = account.reservation();
        assert!(second.grow(MIB).await.is_err(), "nobody gave anything back");
        let (grown, ()) = tokio::join!(second.grow(MIB), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(first);
        });
        assert_eq!(grown, Ok(()));
    }

    #[test]
    fn an_account_is_forgotten_with_its_last_connection() {
        let budget = budget(Duration::ZERO);
        let one = budget.account(address("10.0.0.1"));
        let two = budget.account(address("::ffff:10.0.0.1"));
        assert_eq!(budget.0.clients.lock().unwrap().len(), 1);
        let kept = two.reservation();
        drop((one, two));
        assert_eq!(budget.0.clients.lock().unwrap().len(), 1);
        drop(kept);
        assert_eq!(budget.0.clients.lock().unwrap().len(), 0);
    }

    #[test]
    fn a_network_is_one_client() {
        assert_eq!(
            network(address("2001:db8::1")),
            network(address("2001:db8::2:1"))
        );
        assert_ne!(
            network(address("2001:db8::1")),
            network(address("2001:db8:0:1::1"))
        );
    }
}
