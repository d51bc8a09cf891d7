//! The keys below a directory, page by page, in the order of their bytes: what compares two listings, or remembers where it
//! stands by a key, would miss keys of a store that lists in another order.

use super::words::PageQuery;
use super::{Bucket, LakeError, Object, PAGE_KEYS_MAX, prefix_of};
use crate::model::Location;

/// A listing as far as it was read.
pub(super) struct Pages<'a> {
    bucket: &'a Bucket,
    at: &'a Location,
    token: Option<String>,
    has_ended: bool,
    /// The key behind which it began.
    start: Option<String>,
    /// The last key that was read.
    last: Option<String>,
}

impl<'a> Pages<'a> {
    /// From the beginning; nothing is read yet.
    pub(super) fn new(bucket: &'a Bucket, at: &'a Location) -> Self {
        Self::after(bucket, at, None)
    }

    /// Behind a key; nothing is read yet.
    pub(super) fn after(bucket: &'a Bucket, at: &'a Location, key: Option<String>) -> Self {
        Self {
            bucket,
            at,
            token: None,
            has_ended: false,
            start: key.clone(),
            last: key,
        }
    }

    /// The last key that was read.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// The objects of the next page, which may be none; nothing after the last page. Fails where the store does not list in
    /// the order of the bytes.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Object>>, LakeError> {
        if self.has_ended {
            return Ok(None);
        }
        let token = self.token.take();
        let query = PageQuery {
            prefix: &prefix_of(self.at),
            after: self.start.as_deref(),
            token: token.as_deref(),
            keys_max: PAGE_KEYS_MAX,
            ..PageQuery::default()
        };
        let page = self.bucket.requests.page(query).await;
        let page = page.map_err(|failure| failure.at(self.at.as_str()))?;
        self.has_ended = page.next.is_none();
        self.token = page.next;
        let before = self.last.iter();
        let keys: Vec<&String> = before
            .chain(page.objects.iter().map(|one| &one.key))
            .collect();
        let mut pairs = keys.iter().zip(keys.iter().skip(1));
        if let Some((one, next)) = pairs.find(|(one, next)| one >= next) {
            return Err(LakeError::immovable(
                self.at.as_str(),
                format!("the store lists {one} before {next}, which is not the order of the bytes"),
            ));
        }
        if let Some(last) = page.objects.last() {
            self.last = Some(last.key.clone());
        }
        Ok(Some(page.objects))
    }
}
