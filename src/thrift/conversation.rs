//! What a connection remembers between calls: who the client is and says it is, and the settings it made. It lasts as long as the
//! connection, so it is small, and counted.

use crate::auth::Authenticator;
use crate::budget::{Account, Reservation};
use crate::error::{Error, Result};
use crate::front::caller;
use crate::model::{Caller, Peer, Way};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a user's name and those of its groups at most.
const UGI_BYTES_MAX: usize = 32 * 1024;
/// Groups of a user at most.
const GROUPS_MAX: usize = 1_000;
/// Bytes of one value of `setMetaConf` at most. There are six keys.
const VALUE_BYTES_MAX: usize = 4 * 1024;

/// What a connection remembers.
#[derive(Debug)]
pub(super) struct Conversation {
    peer: Peer,
    reservation: Reservation,
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    /// The user and groups of `set_ugi`.
    ugi: Option<(String, Vec<String>)>,
    /// The keys of `setMetaConf`, which Hive scopes to the connection.
    configuration: HashMap<String, String>,
}

impl Conversation {
    /// A conversation with somebody, of which nothing is remembered.
    pub(super) fn new(peer: Peer, account: &Account) -> Self {
        Self {
            peer,
            reservation: account.reservation(),
            remembered: Mutex::default(),
        }
    }

    /// Remembers who the client says it is, where it may be that one. Hive refuses a second time.
    pub(super) fn introduce(
        &self,
        authenticator: &Authenticator,
        user: &str,
        groups: &[String],
    ) -> Result<()> {
        if groups.len() > GROUPS_MAX {
            let text = format!("set_ugi takes {GROUPS_MAX} groups at most");
            return Err(Error::Invalid(text));
        }
        let bytes = user.len() + groups.iter().map(String::len).sum::<usize>();
        if bytes > UGI_BYTES_MAX {
            let text = format!("set_ugi takes {UGI_BYTES_MAX} bytes at most of a user and groups");
            return Err(Error::Invalid(text));
        }
        authenticator.act_as(&self.peer, user)?;
        let mut remembered = self.remembered();
        if remembered.ugi.is_some() {
            let text = "set_ugi may be called once on a connection";
            return Err(Error::Invalid(text.into()));
        }
        self.reservation
            .try_grow(bytes + size_of_val(groups))
            .map_err(Error::from)?;
        remembered.ugi = Some((user.to_owned(), groups.to_vec()));
        Ok(())
    }

    /// Who asks.
    pub(super) fn caller(&self) -> Caller {
        caller(Way::Thrift, &self.peer, self.remembered().ugi.clone())
    }

    /// Sets a key for this connection.
    pub(super) fn configure(&self, key: &str, value: &str) -> Result<()> {
        if value.len() > VALUE_BYTES_MAX {
            let text = format!("setMetaConf takes {VALUE_BYTES_MAX} bytes at most of a value");
            return Err(Error::Invalid(text));
        }
        let mut remembered = self.remembered();
        if !remembered.configuration.contains_key(key) {
            self.reservation
                .try_grow(VALUE_BYTES_MAX)
                .map_err(Error::from)?;
        }
        remembered
            .configuration
            .insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    /// A key set for this connection.
    pub(super) fn configured(&self, key: &str) -> Option<String> {
        self.remembered().configuration.get(key).cloned()
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
