//! An encoded answer on its way to the socket. What many partitions share is kept once, beside the places where it
//! belongs, and put in between while the answer is sent: a long answer never stands in memory as a whole.

use bytes::Bytes;

/// Encoded bytes with gaps for shared ones.
#[derive(Debug, Default)]
pub(super) struct Reply {
    own: Vec<u8>,
    shared: Vec<Vec<u8>>,
    gaps: Vec<Gap>,
}

/// Where shared bytes belong.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// Before the byte of this number among the own ones; ascending.
    at: usize,
    /// Which of the shared ones.
    shared: usize,
}

impl From<Vec<u8>> for Reply {
    fn from(own: Vec<u8>) -> Self {
        Self {
            own,
            ..Self::default()
        }
    }
}

impl Reply {
    /// The own bytes, for an encoder that appends to them.
    pub(super) fn own_mut(&mut self) -> &mut Vec<u8> {
        &mut self.own
    }

    /// Takes bytes that will stand in several places, and gives their number.
    pub(super) fn share(&mut self, bytes: Vec<u8>) -> usize {
        self.shared.push(bytes);
        self.shared.len() - 1
    }

    /// Puts shared bytes before the own byte `at`, which lies behind every gap there is.
    pub(super) fn put(&mut self, at: usize, shared: usize) {
        debug_assert!(self.gaps.last().is_none_or(|last| last.at <= at));
        self.gaps.push(Gap { at, shared });
    }

    /// Puts this answer into other bytes, before their byte `at`.
    pub(super) fn inside(mut self, mut around: Vec<u8>, at: usize) -> Self {
        self.own.append(&mut around.split_off(at));
        let shared = self.share(around);
        self.gaps.insert(0, Gap { at: 0, shared });
        self
    }

    /// How many bytes are sent.
    pub(super) fn len(&self) -> usize {
        let shared = self.gaps.iter().map(|gap| self.shared[gap.shared].len());
        self.own.len() + shared.sum::<usize>()
    }

    /// What it holds in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        let shared = self.shared.iter().map(Vec::capacity).sum::<usize>();
        self.own.capacity() + shared + self.gaps.capacity() * size_of::<Gap>()
    }

    /// The bytes in their order, piece by piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let mut from = 0;
        let to_last_gap = self.gaps.iter().flat_map(move |gap| {
            let own = &self.own[from..gap.at];
            from = gap.at;
            [own, self.shared[gap.shared].as_slice()]
        });
        let end = self.gaps.last().map_or(0, |gap| gap.at);
        to_last_gap.chain(std::iter::once(&self.own[end..]))
    }

    /// The same, to be kept: nothing is copied, and no piece is empty.
    pub(super) fn into_pieces(self) -> impl Iterator<Item = Bytes> + Send + 'static {
        let own = Bytes::from(self.own);
        let shared: Vec<Bytes> = self.shared.into_iter().map(Bytes::from).collect();
        let last = own.slice(self.gaps.last().map_or(0, |gap| gap.at)..);
        let mut from = 0;
        let to_last_gap = self.gaps.into_iter().flat_map(move |gap| {
            let before = own.slice(from..gap.at);
            from = gap.at;
            [before, shared[gap.shared].clone()]
        });
        let pieces = to_last_gap.chain(std::iter::once(last));
        pieces.filter(|piece| !piece.is_empty())
    }

    /// All bytes in one piece: for short ones.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        for piece in self.pieces() {
            bytes.extend_from_slice(piece);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn shared_bytes_come_where_they_belong() {
        let mut reply = Reply::from(b"ac".to_vec());
        let (b, empty) = (reply.share(b"B".to_vec()), reply.share(Vec::new()));
        reply.put(0, b);
        reply.put(1, b);
        reply.put(1, empty);
        reply.put(2, b);
        assert_eq!(reply.to_bytes(), b"BaBcB");
        assert_eq!(reply.len(), 5);
        let reply = reply.inside(b"<>".to_vec(), 1);
        assert_eq!(reply.to_bytes(), b"<BaBcB>");
        assert_eq!(reply.len(), 7);
        let pieces: Vec<_> = reply.into_pieces().collect();
        assert!(pieces.iter().all(|piece| !piece.is_empty()));
        assert_eq!(pieces.concat(), b"<BaBcB>");
    }

    #[test]
    fn an_answer_without_gaps_is_its_bytes() {
        assert_eq!(Reply::from(b"abc".to_vec()).to_bytes(), b"abc");
        assert_eq!(Reply::default().inside(b"[]".to_vec(), 1).to_bytes(), b"[]");
        assert_eq!(Reply::default().len(), 0);
    }
}
