//! A connection whose first bytes were looked at: they are read again by who serves it.

use crate::tls::Link;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// Bytes that tell HTTP/2 from HTTP/1.1.
pub(super) const FIRST_BYTES: usize = 3;

/// A connection and its first bytes.
#[derive(Debug)]
pub(super) struct Begun {
    first: [u8; FIRST_BYTES],
    /// How many of them were read again.
    given: usize,
    link: Link,
}

impl Begun {
    /// Reads the first bytes.
    pub(super) async fn of(mut link: Link) -> io::Result<Self> {
        let mut first = [0; FIRST_BYTES];
        link.read_exact(&mut first).await?;
        let given = 0;
        Ok(Self { first, given, link })
    }

    /// The first bytes.
    pub(super) fn first(&self) -> &[u8; FIRST_BYTES] {
        &self.first
    }
}

impl AsyncRead for Begun {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let left = &this.first[this.given..];
        if left.is_empty() {
            return Pin::new(&mut this.link).poll_read(context, buffer);
        }
        let len = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..len]);
        this.given += len;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Begun {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().link).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().link).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.link.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().link).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().link).poll_shutdown(context)
    }
}
