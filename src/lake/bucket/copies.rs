//! What lies at the target of a copy, read beside the source in the order of the keys: a copy that was cut off goes on where
//! it ended, and nothing is deleted at the source that has no copy, nor at the target what is none.

use super::pages::Pages;
use super::{Bucket, LakeError, Object, key_below, prefix_of};
use crate::lake::moment::UPLOAD_MAX;
use crate::model::Location;
use std::collections::VecDeque;

/// A cursor over the target.
pub(super) struct Copies<'a> {
    at: &'a Location,
    pages: Pages<'a>,
    page: VecDeque<Object>,
    /// Whether what stands first in the page was found.
    is_found: bool,
    /// Keys that were passed over without being asked for: those of a page at most.
    passed: Vec<String>,
}

impl<'a> Copies<'a> {
    /// From the beginning; nothing is read yet.
    pub(super) fn new(bucket: &'a Bucket, at: &'a Location) -> Self {
        Self::after(bucket, at, None)
    }

    /// Behind the copy of that name.
    pub(super) fn after(bucket: &'a Bucket, at: &'a Location, name: Option<&str>) -> Self {
        let key = name.map(|name| prefix_of(at) + name);
        Self {
            at,
            pages: Pages::after(bucket, at, key),
            page: VecDeque::new(),
            is_found: false,
            passed: Vec::new(),
        }
    }

    /// Whether anything was passed over that nobody asked for.
    pub(super) fn has_passed(&self) -> bool {
        !self.passed.is_empty()
    }

    /// The keys that were passed over since this was asked last: nobody asked for them.
    pub(super) fn passed_take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.passed)
    }

    /// Passes over the rest of a page; false where there is none.
    pub(super) async fn rest_pass(&mut self) -> Result<bool, LakeError> {
        if self.page.is_empty() && !self.page_next().await? {
            return Ok(false);
        }
        while !self.page.is_empty() {
            self.first_pass();
        }
        Ok(true)
    }

    fn first_pass(&mut self) {
        let first = self.page.pop_front();
        if let Some(first) = first.filter(|_| !self.is_found) {
            self.passed.push(first.key);
        }
        self.is_found = false;
    }

    /// Passes over what stands before the place of an object's copy, as far as a page goes; true where there may be more.
    /// Whoever needs to know what was passed over asks for it after each time. Objects are asked for in the order of a
    /// listing; one that is asked for out of order may be missed.
    pub(super) async fn pass_to(&mut self, name: &str) -> Result<bool, LakeError> {
        if self.page.is_empty() && !self.page_next().await? {
            return Ok(false);
        }
        while let Some(first) = self.page.front() {
            if key_below(self.at, &first.key) >= name {
                return Ok(false);
            }
            self.first_pass();
        }
        Ok(true)
    }

    /// What lies at the place of an object's copy, once everything before it was passed over.
    pub(super) fn find(&mut self, name: &str) -> Option<&Object> {
        let found = self.page.front();
        let found = found.filter(|copy| key_below(self.at, &copy.key) == name);
        self.is_found |= found.is_some();
        found
    }

    /// The same, of which nobody needs to know what was passed over.
    pub(super) async fn seek(&mut self, name: &str) -> Result<Option<&Object>, LakeError> {
        while self.pass_to(name).await? {
            self.passed.clear();
        }
        self.passed.clear();
        Ok(self.find(name))
    }

    /// Reads the next page; false where there is none.
    async fn page_next(&mut self) -> Result<bool, LakeError> {
        while self.page.is_empty() {
            let Some(page) = self.pages.next().await? else {
                return Ok(false);
            };
            self.page.extend(page);
        }
        Ok(true)
    }
}

/// What the listings of two objects tell of whether one is the copy of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It is.
    Copy,
    /// It may be, or a copy of what was there before the source was written anew.
    Maybe,
    /// It is not, or not any more.
    Other,
}

impl Likeness {
    /// Of an object that lies at the place of a copy. A store tells whole seconds, so what was written in the second of its
    /// copying may be newer than the copy.
    pub(super) fn of(copy: &Object, source: &Object) -> Self {
        if copy.bytes != source.bytes || copy.modified < source.modified {
            return Self::Other;
        }
        let has_same_tag = source.etag.is_some() && copy.etag == source.etag;
        // Whatever was being uploaded when it was copied has a later time than this.
        let is_settled = copy
            .modified
            .duration_since(source.modified)
            .is_ok_and(|since| since > UPLOAD_MAX);
        if has_same_tag || is_settled {
            Self::Copy
        } else {
            Self::Maybe
        }
    }
}
