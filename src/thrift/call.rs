//! One call: who asks, with which arguments, and how the answer is written.

use super::Shared;
use super::conversation::Conversation;
use super::error::Failure;
use super::reply::Reply;
use super::to_wire::partition_list::{PartitionList, Slot};
use crate::budget::Reservation;
use crate::catalog::Operations;
use crate::error::Error;
use crate::front::REQUEST_BYTES;
use crate::model::Caller;
use hms::wire::decode_bytes_max;
use hms::{Decode, DecodeErrorKind, Encode, MessageHeader, MessageKind, Protocol};

/// What arguments are decoded to, and what the catalog makes of them, bytes for each of the message: counted before the
/// call runs. Few messages need more.
const WORK_FACTOR: usize = 3;
/// The part of it that the arguments may take without asking for more.
const DECODE_FACTOR: usize = 2;
/// What a short message may be decoded to without asking for more, bytes; it is within what every request holds.
const DECODE_BYTES: usize = 4 * 1024;

/// The answer to a call: a whole encoded message, or why there is none.
pub(super) type Answer = Result<Reply, Failure>;

/// What the call of a message of so many bytes holds of the server's budget, bytes: the buffer in which it arrived, which
/// is up to half as large again, its work, and what every request holds.
pub fn message_cost(message_bytes: usize) -> usize {
    let buffer = message_bytes.saturating_add(message_bytes / 2);
    work_bytes(message_bytes)
        .saturating_add(buffer)
        .saturating_add(REQUEST_BYTES)
}

/// What a message holds while its call runs, beside itself, bytes.
pub(super) fn work_bytes(message_bytes: usize) -> usize {
    message_bytes.saturating_mul(WORK_FACTOR)
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
    /// What the call holds of the server's memory.
    pub(super) reservation: &'a Reservation,
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

    /// Decodes the arguments; they borrow from the message. Where they take more memory than most, it is asked for before
    /// they get it.
    pub(super) fn arguments<T: Decode<'a>>(&self) -> Result<T, Failure> {
        let message_bytes = self.arguments.len();
        let most = decode_bytes_max(message_bytes);
        let usual = most.min(message_bytes * DECODE_FACTOR + DECODE_BYTES);
        match self.protocol.decode_within(self.arguments, usual) {
            Ok((arguments, _)) => Ok(arguments),
            Err(failure) if matches!(failure.kind, DecodeErrorKind::MemoryExceeded { .. }) => {
                let held = self.reservation.bytes();
                let more = most.saturating_sub(usual);
                self.reservation.try_grow(more).map_err(Error::from)?;
                let decoded = self.protocol.decode_within(self.arguments, most);
                let (arguments, taken) = decoded.map_err(Failure::Malformed)?;
                self.reservation
                    .shrink_to(held + taken.saturating_sub(usual));
                Ok(arguments)
            }
            Err(failure) => Err(Failure::Malformed(failure)),
        }
    }

    /// Encodes the answer to a question, or to a change where it is short whatever was changed. Refused where there is no
    /// memory for it.
    pub(super) fn reply<T: Encode>(&self, reply: &T) -> Answer {
        let encoded = self.encode(reply);
        self.holds(encoded.capacity())?;
        Ok(encoded.into())
    }

    /// Encodes the answer to a change that is committed, and tells of what it changed: to refuse it would be to say that
    /// nothing was.
    pub(super) fn reply_done<T: Encode>(&self, reply: &T) -> Reply {
        let encoded = Reply::from(self.encode(reply));
        self.owes(&encoded);
        encoded
    }

    /// Counts what the answer takes so far, all of it, where it outgrows what the call holds anyway. It is held until the
    /// client has taken it.
    pub(super) fn holds(&self, bytes: usize) -> Result<(), Failure> {
        let more = bytes.saturating_sub(self.reservation.bytes());
        Ok(self.reservation.try_grow(more).map_err(Error::from)?)
    }

    /// The same for an answer that is sent whatever the memory.
    fn owes(&self, reply: &Reply) {
        let more = reply.memory_bytes();
        self.reservation
            .owe(more.saturating_sub(self.reservation.bytes()));
    }

    /// Encodes an answer around a list of partitions: `wrap` says where the list stands in it, if at all. What was read was
    /// counted as it grew; what was written is answered whatever the memory.
    pub(super) fn reply_list<T: Encode>(
        &self,
        list: PartitionList,
        wrap: impl FnOnce(Slot) -> T,
    ) -> Answer {
        let (slot, partitions) = list.into_slot();
        let position = slot.position();
        let around = self.encode(&wrap(slot));
        let reply = match position.get() {
            Some(at) => partitions.inside(around, at),
            None => around.into(),
        };
        self.owes(&reply);
        Ok(reply)
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
