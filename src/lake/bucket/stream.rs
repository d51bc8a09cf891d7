//! Copying an object through this process, part by part: to another bucket, or where it is over the store's limit of one
//! request. Each part is read by a request of its own, which has the time that any request has, however large the object.

use super::{Bucket, Object};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};

/// Bytes of the smallest parts in which an object is streamed.
const PART_BYTES_MIN: u64 = 8 * 1024 * 1024;
/// Parts that an object has at most; S3 takes 10,000.
const PARTS_MAX: u64 = 9_000;
/// Bytes that may be on their way at once, in four parts at most and one at least.
const BYTES_MAX: u64 = 32 * 1024 * 1024;

impl Bucket {
    /// Copies an object as it was listed. One that was written anew meanwhile is left to the next look.
    pub(super) async fn stream_copy(
        &self,
        from: &Path,
        target: &Self,
        to: &Path,
        object: &Object,
    ) -> object_store::Result<()> {
        let _turn = self.copying.streams.acquire().await;
        let part = PART_BYTES_MIN.max(object.bytes.div_ceil(PARTS_MAX));
        let parts_concurrent_max = match BYTES_MAX / part {
            0 | 1 => 1,
            2 | 3 => 2,
            _ => 4,
        };
        // A store stamps an upload when it begins: what is written at the source from here on is younger than the copy.
        let upload = target.store.put_multipart(to).await?;
        let part_bytes = usize::try_from(part).unwrap_or(usize::MAX);
        let mut writer = WriteMultipart::new_with_chunk_size(upload, part_bytes);
        let mut start = 0;
        while start < object.bytes {
            let end = object.bytes.min(start + part);
            let options = GetOptions {
                range: Some(GetRange::Bounded(start..end)),
                if_match: object.etag.clone(),
                ..GetOptions::default()
            };
            let sent = async {
                let read = self.store.get_opts(from, options).await?.bytes().await?;
                writer.put(read);
                writer.wait_for_capacity(parts_concurrent_max).await
            };
            if let Err(error) = sent.await {
                // The parts sent so far cost money until they are aborted.
                drop(writer.abort().await);
                return match error {
                    object_store::Error::Precondition { .. } => Ok(()),
                    other => Err(other),
                };
            }
            start = end;
        }
        writer.finish().await.map(|_| ())
    }
}
