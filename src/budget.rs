//! Bytes in flight: what the requests and replies of all clients may hold in memory at the same time.
//!
//! What a client can make large is taken from here before it is allocated, and given back when it is dropped. Two bounds
//! hold at once: one for the server, and one for each client, so that one alone cannot take everything. A client is an
//! address; who shares an address shares its part. A request that finds no room waits for a bounded time, then it is
//! refused by an error that names the setting.
//!
//! One thing cannot be refused: the answer to a change that is committed, because a refusal would say that it is not. Where
//! it finds no room it is owed, and nothing new is held until that is given back: how far a bound may be passed is what
//! the changes answer that were running when it was reached.

mod bound;
#[cfg(test)]
mod tests;

use crate::error::Error;
use bound::{Bound, Permit};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Semaphore;

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
    total: Bound,
    clients: Mutex<HashMap<IpAddr, Weak<Client>>>,
}

/// What one address holds. It is forgotten when its last connection ends.
#[derive(Debug)]
struct Client {
    address: IpAddr,
    own: Bound,
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
            total: Bound::new(units(limits.total_bytes), TOTAL),
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
            own: Bound::new(units(self.0.limits.client_bytes), CLIENT),
            shared: Arc::clone(&self.0),
        });
        clients.insert(address, Arc::downgrade(&client));
        Account(client)
    }

    /// What one client may hold.
    pub fn client_bytes(&self) -> usize {
        self.0.limits.client_bytes
    }

    /// What is held at this moment.
    pub fn bytes_held(&self) -> usize {
        self.0.total.held() * UNIT_BYTES
    }
}

/// The part of the address that tells clients apart: all of it, or the network of an IPv6 address.
pub fn network(address: IpAddr) -> IpAddr {
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
        let own = self.0.own.take_now(units)?;
        let total = self.0.shared.total.take_now(units)?;
        Ok(Permits { own, total })
    }

    async fn acquire(&self, units: u32) -> Result<Permits, Exhausted> {
        let wait = self.0.shared.limits.wait;
        let own = self.0.own.take(units, wait).await?;
        let total = self.0.shared.total.take(units, wait).await?;
        Ok(Permits { own, total })
    }

    fn owe(&self, units: usize) {
        self.0.own.owe(units);
        self.0.shared.total.owe(units);
    }

    fn repay(&self, units: usize) {
        self.0.own.repay(units);
        self.0.shared.total.repay(units);
    }
}

/// What was taken of both bounds.
#[derive(Debug)]
struct Permits {
    own: Permit,
    total: Permit,
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    permits: Option<Permits>,
    /// Units that were not free when they were taken.
    owed: usize,
}

impl Held {
    fn units(&self) -> usize {
        let taken = self.permits.as_ref();
        taken.map_or(0, |permits| permits.total.num_permits()) + self.owed
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
    /// Whose account it is from: the address, or the network of an IPv6 address.
    pub fn address(&self) -> IpAddr {
        self.account.0.address
    }

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

    /// Takes more whatever others hold, for the answer to what is done already. What is not free is owed: those who share
    /// the bound get nothing new until it is given back.
    pub fn owe(&self, bytes: usize) {
        if self.try_grow(bytes).is_ok() {
            return;
        }
        let mut held = self.held();
        held.bytes = held.bytes.saturating_add(bytes);
        let missing = units(held.bytes).saturating_sub(held.units());
        held.owed += missing;
        self.account.owe(missing);
    }

    /// Gives back what it holds beyond so many bytes, what is owed first.
    pub fn shrink_to(&self, bytes: usize) {
        let mut held = self.held();
        held.bytes = held.bytes.min(bytes);
        let surplus = held.units().saturating_sub(units(held.bytes));
        let repaid = surplus.min(held.owed);
        held.owed -= repaid;
        self.account.repay(repaid);
        let surplus = surplus - repaid;
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

impl Drop for Reservation {
    fn drop(&mut self) {
        let owed = self.held().owed;
        self.account.repay(owed);
    }
}
