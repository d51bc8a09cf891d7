//! What has arrived on a connection and is not yet a whole message. An idle connection holds nothing; beyond a small piece
//! that every connection may have, all is taken from the server's budget before it is allocated.

use crate::budget::{Account, Exhausted, Reservation};
use bytes::{Buf, BytesMut};
use std::ops::Deref;

/// Bytes that a connection may hold without asking: a short message, or the piece of a long one that is looked at.
const FREE_BYTES: usize = 16 * 1024;
/// There is room to read into while this is left of the buffer.
const ROOM_BYTES: usize = 1024;

/// The bytes that have arrived, the oldest first.
#[derive(Debug)]
pub(super) struct Inbox {
    bytes: BytesMut,
    reservation: Reservation,
}

impl Inbox {
    /// Nothing has arrived.
    pub(super) fn new(account: &Account) -> Self {
        Self {
            bytes: BytesMut::new(),
            reservation: account.reservation(),
        }
    }

    /// Makes room for what arrives next, half as much as there is: what a client merely announces takes none.
    pub(super) async fn make_room(&mut self) -> Result<(), Exhausted> {
        let len = self.bytes.len();
        if self.bytes.capacity() - len >= ROOM_BYTES {
            return Ok(());
        }
        let wanted = len + FREE_BYTES.max(len / 2);
        let held = self.reservation.bytes() + FREE_BYTES;
        self.reservation.grow(wanted.saturating_sub(held)).await?;
        // Reserving would double what there is.
        let mut grown = BytesMut::with_capacity(wanted);
        grown.extend_from_slice(&self.bytes);
        self.bytes = grown;
        Ok(())
    }

    /// Where the next bytes go.
    pub(super) fn room(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }

    /// Takes the first bytes out as a message. What they hold of the budget is given back by [`Self::release`].
    pub(super) fn take(&mut self, len: usize) -> BytesMut {
        self.bytes.split_to(len)
    }

    /// Forgets the first bytes.
    pub(super) fn skip(&mut self, len: usize) {
        self.bytes.advance(len);
    }

    /// Gives back what is not needed for the bytes that are left; a message that was taken must be gone.
    pub(super) fn release(&mut self) {
        // What is left may be a small part of a large buffer.
        if self.reservation.bytes() > 0 || self.bytes.is_empty() {
            self.bytes = BytesMut::from(&self.bytes[..]);
            let held = self.bytes.capacity().saturating_sub(FREE_BYTES);
            self.reservation.shrink_to(held);
        }
    }
}

impl Deref for Inbox {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{FREE_BYTES, Inbox};
    use crate::budget::{Budget, BudgetLimits};
    use std::time::Duration;

    #[tokio::test]
    async fn what_arrives_is_counted_and_given_back() {
        let budget = Budget::new(BudgetLimits {
            total_bytes: 8 * FREE_BYTES,
            client_bytes: 8 * FREE_BYTES,
            wait: Duration::ZERO,
        });
        let mut inbox = Inbox::new(&budget.account([127, 0, 0, 1].into()));
        inbox.make_room().await.unwrap();
        inbox.room().extend_from_slice(&[1; FREE_BYTES]);
        assert_eq!(budget.bytes_held(), 0, "a short message takes nothing");
        while inbox.make_room().await.is_ok() {
            assert!(inbox.bytes.capacity() <= budget.bytes_held() + 2 * FREE_BYTES);
            let room = inbox.bytes.capacity() - inbox.len();
            let bytes = vec![2; room];
            inbox.room().extend_from_slice(&bytes);
        }
        assert!(inbox.len() > 4 * FREE_BYTES, "{}", inbox.len());
        drop(inbox.take(inbox.len() - 3));
        inbox.release();
        assert_eq!((inbox.len(), budget.bytes_held()), (3, 0));
        inbox.skip(3);
        inbox.release();
        assert_eq!(
            inbox.bytes.capacity(),
            0,
            "an idle connection holds nothing"
        );
    }
}
