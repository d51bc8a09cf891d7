//! Copying an object through this process, part by part: to another bucket, or where it is over the store's limit of one
//! request. Each part is read by a request of its own, which has the time that any request has, however large the object.

use super::{Bucket, Object};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt, WriteMultipart};
use std::ops::Range;

/// Bytes of the smallest parts in which an object is streamed.
const PART_BYTES_MIN: u64 = 8 * 1024 * 1024;
/// Parts that an object has at most; S3 takes 10,000.
const PARTS_MAX: u64 = 9_000;
/// Bytes that may be on their way at once, in four parts at most and one at least.
const BYTES_MAX: u64 = 32 * 1024 * 1024;
/// MiB that all streamed copies of a process take: of parts on their way, and of the one that is read. One whose parts are
/// larger goes alone.
pub(super) const STREAMS_MIB_MAX: u32 = 160;
const MIB: u64 = 1024 * 1024;

/// What became of an object that was to be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Streamed {
    Copied,
    /// It was written anew meanwhile: nothing was copied, and the next look finds it.
    Changed,
}

/// How an object goes through this process.
struct Parts {
    bytes: u64,
    concurrent_max: usize,
    /// What it takes of the memory for streams.
    mib: u32,
}

impl Parts {
    fn of(object_bytes: u64) -> Self {
        let bytes = PART_BYTES_MIN.max(object_bytes.div_ceil(PARTS_MAX));
        let concurrent_max = match BYTES_MAX / bytes {
            0 | 1 => 1,
            2 | 3 => 2,
            _ => 4,
        };
        let mib = (bytes * (concurrent_max as u64 + 1)).div_ceil(MIB);
        Self {
            bytes,
            concurrent_max,
            mib: u32::try_from(mib).unwrap_or(u32::MAX).min(STREAMS_MIB_MAX),
        }
    }
}

impl Bucket {
    /// Copies an object. All of its parts are of one content, by what the store tells with each.
    pub(super) async fn stream_copy(
        &self,
        from: &Path,
        target: &Self,
        to: &Path,
        object: &Object,
    ) -> object_store::Result<Streamed> {
        let parts = Parts::of(object.bytes);
        // It is never closed.
        let _turn = self.copying.streams.acquire_many(parts.mib).await;
        // A store stamps an upload when it begins: what is written at the source from here on is younger than the copy.
        let upload = target.store.put_multipart(to).await?;
        let part_bytes = usize::try_from(parts.bytes).unwrap_or(usize::MAX);
        let mut writer = WriteMultipart::new_with_chunk_size(upload, part_bytes);
        let sent = self.parts_send(from, object, &parts, &mut writer).await;
        match sent {
            Ok(Streamed::Copied) => writer.finish().await.map(|_| Streamed::Copied),
            other => {
                // The parts sent so far cost money until they are aborted.
                drop(writer.abort().await);
                other
            }
        }
    }

    async fn parts_send(
        &self,
        from: &Path,
        object: &Object,
        parts: &Parts,
        writer: &mut WriteMultipart,
    ) -> object_store::Result<Streamed> {
        let mut content = None;
        let mut start = 0;
        while start < object.bytes {
            let range = start..object.bytes.min(start + parts.bytes);
            start = range.end;
            let found = self.part(from, range.clone()).await?;
            let told = (found.meta.e_tag.clone(), found.meta.size);
            // Not by a condition of the request: some stores take none, or know other tags than their listings tell.
            if told.1 != object.bytes || *content.get_or_insert_with(|| told.clone()) != told {
                return Ok(Streamed::Changed);
            }
            writer.put(body(found, &range).await?);
            writer.wait_for_capacity(parts.concurrent_max).await?;
        }
        Ok(Streamed::Copied)
    }

    async fn part(&self, from: &Path, range: Range<u64>) -> object_store::Result<GetResult> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        self.store.get_opts(from, options).await
    }

    /// Whether an object and its copy have the same bytes, read from both. False where one changes or goes meanwhile.
    pub(super) async fn has_same_bytes(
        &self,
        from: &Path,
        target: &Self,
        to: &Path,
        bytes: u64,
    ) -> object_store::Result<bool> {
        let mib = u32::try_from(2 * PART_BYTES_MIN / MIB).unwrap_or(STREAMS_MIB_MAX);
        let _turn = self.copying.streams.acquire_many(mib).await;
        let mut start = 0;
        while start < bytes {
            let range = start..bytes.min(start + PART_BYTES_MIN);
            start = range.end;
            let (one, other) = tokio::join!(
                self.part(from, range.clone()),
                target.part(to, range.clone())
            );
            let (one, other) = (body(one?, &range).await?, body(other?, &range).await?);
            if one != other {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The body of a part; one of another length is a fault of the store, and not read on.
async fn body(found: GetResult, range: &Range<u64>) -> object_store::Result<Bytes> {
    let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let mut body = BytesMut::with_capacity(wanted);
    let mut chunks = found.into_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        if body.len() + chunk.len() > wanted {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    if body.len() == wanted {
        return Ok(body.freeze());
    }
    Err(object_store::Error::Generic {
        store: "S3",
        source: format!("{wanted} bytes were asked for, and others were answered").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{MIB, Parts, STREAMS_MIB_MAX};

    #[test]
    fn what_is_read_and_sent_at_once_is_bounded_but_for_a_single_large_part() {
        let of = |bytes| {
            let parts = Parts::of(bytes);
            (parts.bytes / MIB, parts.concurrent_max, parts.mib)
        };
        assert_eq!(of(1), (8, 4, 40));
        assert_eq!(of(100 * 1024 * MIB), (11, 2, 35));
        assert_eq!(of(1024 * 1024 * MIB), (116, 1, STREAMS_MIB_MAX));
    }
}
