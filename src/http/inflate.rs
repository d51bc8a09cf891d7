//! Bodies and messages that come compressed by gzip.

use crate::budget::{Exhausted, Reservation};
use flate2::write::MultiGzDecoder;
use std::io::{self, Write};

/// What is inflated at once, bytes; it becomes a thousand times as much at most.
const PIECE_BYTES: usize = 256;

/// Why something compressed cannot be inflated.
#[derive(Debug, thiserror::Error)]
pub enum InflateError {
    /// It becomes longer than it may.
    #[error("it holds more than {0} bytes")]
    TooLong(usize),
    /// It is no gzip.
    #[error("the body is no gzip: {0}")]
    Broken(io::Error),
    /// There is no memory for it.
    #[error("{0}")]
    Refused(Exhausted),
}

/// What a compressed body holds, counted as it grows. It may have several members, as what is appended to piece by piece.
pub async fn inflate(
    body: &[u8],
    limit: usize,
    reservation: &Reservation,
) -> Result<Vec<u8>, InflateError> {
    let mut decoder = MultiGzDecoder::new(Vec::new());
    let mut counted = 0;
    for piece in body.chunks(PIECE_BYTES) {
        decoder.write_all(piece).map_err(InflateError::Broken)?;
        // What is left in the decoder's own buffer is bounded, and is counted with the next piece.
        let length = decoder.get_ref().len();
        if length > limit {
            return Err(InflateError::TooLong(limit));
        }
        let more = length - counted;
        reservation
            .grow(more)
            .await
            .map_err(InflateError::Refused)?;
        counted = length;
    }
    let inflated = decoder.finish().map_err(InflateError::Broken)?;
    if inflated.len() > limit {
        return Err(InflateError::TooLong(limit));
    }
    let more = inflated.len() - counted;
    reservation
        .grow(more)
        .await
        .map_err(InflateError::Refused)?;
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::inflate;
    use crate::budget::{Budget, BudgetLimits};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use std::time::Duration;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn a_body_that_grows_beyond_the_limit_is_given_up_early() {
        const LIMIT: usize = 1 << 20;
        let budget = Budget::new(BudgetLimits {
            total_bytes: 4 * LIMIT,
            client_bytes: 4 * LIMIT,
            wait: Duration::ZERO,
        });
        let account = budget.account([127, 0, 0, 1].into());
        let text = "all of it ".repeat(LIMIT / 10);
        let reservation = account.reservation();
        let read = inflate(&gzip(text.as_bytes()), LIMIT, &reservation).await;
        assert_eq!(read.unwrap(), text.as_bytes());
        assert!(reservation.bytes() >= text.len());

        let members = [gzip(b"one, "), gzip(b"two")].concat();
        let read = inflate(&members, LIMIT, &account.reservation()).await;
        assert_eq!(read.unwrap(), b"one, two");

        let bomb = gzip(&vec![0; 64 * LIMIT]);
        assert!(bomb.len() < LIMIT);
        let reservation = account.reservation();
        inflate(&bomb, LIMIT, &reservation).await.unwrap_err();
        assert!(reservation.bytes() <= LIMIT);

        for broken in [&gzip(b"cut short")[..15], b"no gzip at all", b""] {
            inflate(broken, LIMIT, &reservation).await.unwrap_err();
        }
    }
}
