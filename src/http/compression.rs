//! gzip of answers, for clients that ask for it.

use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};

/// Answers shorter than this are sent as they are, bytes: to compress them saves no packet.
const ANSWER_BYTES_MIN: u16 = 1024;

/// Compresses answers, piece by piece as the client takes them. What is told line by line goes out at once instead.
pub fn compression() -> CompressionLayer<And<And<SizeAbove, NotForContentType>, NotForContentType>>
{
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(
            SizeAbove::new(ANSWER_BYTES_MIN)
                .and(NotForContentType::const_new("application/x-ndjson"))
                .and(NotForContentType::SSE),
        )
}
