//! What lies at the target of a copy already, read beside the source in the order of the keys: a copy that was cut off
//! goes on where it ended.

use super::{Bucket, LakeError, Object, PAGE_KEYS_MAX, key_below};
use crate::model::Location;
use std::collections::VecDeque;

/// A cursor over the target.
pub(super) struct Copies<'a> {
    bucket: &'a Bucket,
    at: &'a Location,
    page: VecDeque<Object>,
    token: Option<String>,
    ended: bool,
}

impl<'a> Copies<'a> {
    /// From the beginning; nothing is read yet.
    pub(super) fn new(bucket: &'a Bucket, at: &'a Location) -> Self {
        Self {
            bucket,
            at,
            page: VecDeque::new(),
            token: None,
            ended: false,
        }
    }

    /// Whether the copy of an object is there. Objects are asked for in the order of a listing; one that is asked for
    /// out of order may be missed, and is then copied again.
    ///
    /// A copy is as long as its source and younger.
    pub(super) async fn holds(&mut self, name: &str, source: &Object) -> Result<bool, LakeError> {
        loop {
            if self.page.is_empty() && !self.page_next().await? {
                return Ok(false);
            }
            let Some(copy) = self.page.front() else {
                return Ok(false);
            };
            let found = key_below(self.at, &copy.key);
            if found < name {
                self.page.pop_front();
                continue;
            }
            return Ok(found == name
                && copy.bytes == source.bytes
                && copy.modified > source.modified);
        }
    }

    /// Reads the next page; false where there is none.
    async fn page_next(&mut self) -> Result<bool, LakeError> {
        while self.page.is_empty() && !self.ended {
            let token = self.token.take();
            let page = self.bucket.page(self.at, token, PAGE_KEYS_MAX).await?;
            self.ended = page.next.is_none();
            self.token = page.next;
            self.page.extend(page.objects);
        }
        Ok(!self.page.is_empty())
    }
}
