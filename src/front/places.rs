//! The places of a port: how many connections it holds, and how many of them one client may have, so that one that leaks
//! them does not lock out the others.

use crate::budget::network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Which bound leaves no place for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// That of the port.
    Server,
    /// That of one client.
    Client,
}

impl Full {
    /// The last part of the setting's key; its section is that of the port.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Server => "connections_max",
            Self::Client => "connections_per_client_max",
        }
    }

    /// The word for it in the metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// How many of a port's connections one client may hold where its own setting says nothing: half, and one at least.
pub fn client_share(connections_max: usize, client_max: Option<usize>) -> usize {
    client_max.unwrap_or_else(|| connections_max.div_ceil(2))
}

/// The places of one port.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    per_client_max: usize,
    clients: Arc<Clients>,
}

/// How many connections each client has; who has none is forgotten.
#[derive(Debug, Default)]
struct Clients(Mutex<HashMap<IpAddr, usize>>);

impl Clients {
    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection; free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    client: IpAddr,
    clients: Arc<Clients>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// So many places, so many of them for one client.
    pub(super) fn new(max: usize, per_client_max: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS))),
            per_client_max,
            clients: Arc::default(),
        }
    }

    /// A place for a connection from this address.
    pub(super) fn take(&self, address: IpAddr) -> Result<Place, Full> {
        let client = network(address);
        let mut open = self.clients.open();
        let own = open.get(&client).copied().unwrap_or_default();
        // Where no place is left at all, that is what an operator has to change.
        let permit = Arc::clone(&self.free).try_acquire_owned();
        let permit = permit.map_err(|_| Full::Server)?;
        if own >= self.per_client_max {
            return Err(Full::Client);
        }
        open.insert(client, own + 1);
        drop(open);
        Ok(Place {
            client,
            clients: Arc::clone(&self.clients),
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.clients.open();
        if let Some(own) = open.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Full, Places};

    #[test]
    fn one_client_leaves_places_for_others() {
        let address = |text: &str| text.parse().unwrap();
        let places = Places::new(3, 2);
        let one = places.take(address("10.0.0.1")).unwrap();
        let _two = places.take(address("::ffff:10.0.0.1")).unwrap();
        let refused = places.take(address("10.0.0.1")).unwrap_err();
        assert_eq!(refused, Full::Client);
        let other = places.take(address("2001:db8::1")).unwrap();
        let refused = places.take(address("2001:db8::2")).unwrap_err();
        assert_eq!(refused, Full::Server);
        drop(one);
        let _again = places.take(address("10.0.0.1")).unwrap();
        drop(other);
        assert_eq!(places.clients.open().len(), 1, "who has none is forgotten");
    }
}
