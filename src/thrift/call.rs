//! One call: who asks, with which arguments, and how the answer is written.

use super::Shared;
use super::error::Failure;
use super::reply::Reply;
use super::to_wire::partition_list::{PartitionList, Slot};
use crate::catalog::Operations;
use crate::model::Caller;
use hms::{Decode, Encode, MessageHeader, MessageKind, Protocol};
use std::collections::HashMap;
use std::sync::Mutex;

/// The answer to a call: a whole encoded message, or why there is none.
pub(super) type Answer = Result<Reply, Failure>;

/// What a connection remembers between calls.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// The user and groups of `set_ugi`.
    ugi: Mutex<Option<(String, Vec<String>)>>,
    /// The keys of `setMetaConf`, which Hive scopes to the connection.
    configuration: Mutex<HashMap<String, String>>,
}

impl Conversation {
    /// Remembers who the client says it is. `false` where it said so before: Hive refuses a second time.
    pub(super) fn introduce(&self, user: String, groups: Vec<String>) -> bool {
        let mut ugi = self
            .ugi
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if ugi.is_some() {
            return false;
        }
        *ugi = Some((user, groups));
        true
    }

    /// Sets a key for this connection.
    pub(super) fn configure(&self, key: String, value: String) {
        self.configuration
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(key, value);
    }

    /// Who asks. Without `set_ugi` it is the server's own user, as in Hive.
    pub(super) fn caller(&self) -> Caller {
        let ugi = self
            .ugi
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (user, groups) = ugi.clone().unwrap_or_else(|| ("skep".into(), Vec::new()));
        Caller {
            user,
            groups,
            via: crate::model::Way::Thrift,
        }
    }

    /// A key set for this connection.
    pub(super) fn configured(&self, key: &str) -> Option<String> {
        self.configuration
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(key)
            .cloned()
    }
}

/// A call on its way through a handler.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// What all connections share.
    pub(super) shared: &'a Shared,
    /// What this connection remembers.
    pub(super) conversation: &'a Conversation,
    /// Who asks.
    pub(super) caller: Caller,
    /// The dialect of the connection.
    pub(super) protocol: Protocol,
    /// Name and number, to be repeated in the answer.
    pub(super) header: MessageHeader<'a>,
    /// The encoded arguments.
    pub(super) arguments: &'a [u8],
}

impl<'a> Call<'a> {
    /// The operations, for who asks.
    pub(super) fn catalog(&self) -> Operations<'_> {
        self.shared.catalog.for_caller(&self.caller)
    }

    /// Decodes the arguments; they borrow from the message.
    pub(super) fn arguments<T: Decode<'a>>(&self) -> Result<T, Failure> {
        self.protocol
            .decode(self.arguments)
            .map_err(Failure::Malformed)
    }

    /// Encodes the answer.
    pub(super) fn reply<T: Encode>(&self, reply: &T) -> Answer {
        Ok(self.encode(reply).into())
    }

    /// Encodes an answer around a list of partitions: `wrap` says where the list stands in it, if at all.
    pub(super) fn reply_list<T: Encode>(
        &self,
        list: PartitionList,
        wrap: impl FnOnce(Slot) -> T,
    ) -> Answer {
        let (slot, partitions) = list.into_slot();
        let position = slot.position();
        let around = self.encode(&wrap(slot));
        Ok(match position.get() {
            Some(at) => partitions.inside(around, at),
            None => around.into(),
        })
    }

    fn encode<T: Encode>(&self, reply: &T) -> Vec<u8> {
        let mut out = Vec::new();
        let header = MessageHeader {
            kind: MessageKind::Reply,
            ..self.header
        };
        self.protocol.encode_message(header, reply, &mut out);
        out
    }
}
