//! Pages of a listing for scans. The client library fails on a page that holds a key which is no path to it (`a//b`,
//! `a/../b`, control characters); such a page is asked for in pieces, up to that key, and the next one begins behind the
//! directory that cannot be named.

use super::query::{OddKey, PageStart, Query};
use super::{Bucket, Key, LakeError, PAGE_KEYS_MAX};
use crate::lake::scan::{Entry, Listed, behind};
use crate::model::Location;
use object_store::ObjectMeta;
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Error as PathError;

/// How often a page is asked for whose answer broke off. The library repeats what failed before the answer began.
const LISTING_ATTEMPTS_MAX: usize = 3;

/// Why a page did not come.
enum PageFailure {
    /// It holds this key.
    Odd(String),
    Other(LakeError),
}

impl Bucket {
    /// One page of what lies below a root, in the order of the keys.
    pub(in crate::lake) async fn listing(
        &self,
        root: &Location,
        query: Query,
    ) -> Result<Listed, LakeError> {
        let above = if root.is_root() {
            String::new()
        } else {
            format!("{}/", root.key())
        };
        let mut prefix = format!("{above}{}", query.directory);
        if !query.directory.is_empty() {
            prefix.push('/');
        }
        let (after, page_token) = match query.from {
            Some(PageStart::Token(token)) => (query.after, Some(token)),
            Some(PageStart::After(after)) => (Some(after), None),
            None => (query.after, None),
        };
        let options = PaginatedListOptions {
            offset: after.map(|after| format!("{above}{after}")),
            delimiter: query.is_level.then_some("/".into()),
            max_keys: Some(PAGE_KEYS_MAX),
            page_token,
            ..PaginatedListOptions::default()
        };
        let mut listed = Listed::default();
        match self.listing_page(root, &prefix, &options).await {
            Ok(page) => listed.take(&above, page),
            Err(PageFailure::Odd(_)) => {
                let pieces = self.listing_pieces(root, &prefix, options, &above, &mut listed);
                if let Some(odd) = pieces.await? {
                    listed.end_at(odd.strip_prefix(&above).unwrap_or(&odd));
                }
            }
            Err(PageFailure::Other(failure)) => return Err(failure),
        }
        Ok(listed)
    }

    /// A page that holds a key which is no path, up to that key: halves, quarters and so on, each where the last one
    /// that came has ended. Gives the key where it comes next.
    async fn listing_pieces(
        &self,
        root: &Location,
        prefix: &str,
        mut options: PaginatedListOptions,
        above: &str,
        listed: &mut Listed,
    ) -> Result<Option<String>, LakeError> {
        let mut odd = None;
        let mut keys = PAGE_KEYS_MAX.next_power_of_two();
        while keys > 1 {
            keys /= 2;
            options.max_keys = Some(keys);
            listed.requests_more += 1;
            match self.listing_page(root, prefix, &options).await {
                Ok(page) => {
                    odd = None;
                    options.page_token.clone_from(&page.page_token);
                    listed.take(above, page);
                    if options.page_token.is_none() {
                        // It was deleted meanwhile.
                        return Ok(None);
                    }
                }
                Err(PageFailure::Odd(key)) => odd = Some(key),
                Err(PageFailure::Other(failure)) => return Err(failure),
            }
        }
        Ok(odd)
    }

    async fn listing_page(
        &self,
        root: &Location,
        prefix: &str,
        options: &PaginatedListOptions,
    ) -> Result<PaginatedListResult, PageFailure> {
        let mut attempt = 1;
        loop {
            let page = self.store.list_paginated(Some(prefix), options.clone());
            match page.await {
                Ok(page) => return Ok(page),
                Err(error) if attempt < LISTING_ATTEMPTS_MAX && is_broken_off(&error) => {
                    attempt += 1;
                }
                Err(object_store::Error::InvalidPath {
                    source:
                        PathError::EmptySegment { path }
                        | PathError::BadSegment { path, .. }
                        | PathError::NonUnicode { path, .. },
                }) => return Err(PageFailure::Odd(path)),
                Err(error) => {
                    let failure = LakeError::from_store(root.as_str(), error);
                    return Err(PageFailure::Other(failure));
                }
            }
        }
    }
}

impl Listed {
    /// Ends the page at a key that is no path; the next one begins behind the part of it that is no name.
    fn end_at(&mut self, odd: &str) {
        let (path, is_directory) = odd_part(odd);
        self.next = Some(PageStart::After(if is_directory {
            behind(path)
        } else {
            path.to_owned()
        }));
        self.odd = Some(OddKey {
            path: path.to_owned(),
            reason: format!("the key {odd:?} has a part that is no name"),
        });
    }

    /// Adds a page.
    fn take(&mut self, above: &str, page: PaginatedListResult) {
        let below = |key: &Key| Some(key.as_ref().strip_prefix(above)?.to_owned());
        let entry = |object: &ObjectMeta| {
            Some(Entry {
                path: below(&object.location)?,
                bytes: object.size,
                at: object.last_modified.timestamp(),
            })
        };
        let directories = page.result.common_prefixes.iter();
        self.directories
            .extend(directories.filter_map(|key| key.filename().map(str::to_owned)));
        // The root's own marker lies in no directory.
        self.files
            .extend(page.result.objects.iter().filter_map(entry));
        self.next = page.page_token.map(PageStart::Token);
    }
}

/// A path as far as its first part that is no name, and whether more follows.
fn odd_part(path: &str) -> (&str, bool) {
    let mut begin = 0;
    loop {
        let rest = &path[begin..];
        let length = rest.find('/').unwrap_or(rest.len());
        let end = begin + length;
        let part = &path[begin..end];
        let is_odd =
            matches!(part, "" | "." | "..") || part.chars().any(|char| char.is_ascii_control());
        if is_odd || end == path.len() {
            return (&path[..end], end < path.len());
        }
        begin = end + 1;
    }
}

/// Whether a listing's answer began and did not arrive whole. The library tells it as text only.
fn is_broken_off(error: &object_store::Error) -> bool {
    let text = error.to_string();
    text.contains("list response")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_is_no_name_ends_the_path() {
        assert_eq!(odd_part("dt=1//x/y"), ("dt=1/", true));
        assert_eq!(odd_part("/x"), ("", true));
        assert_eq!(odd_part("dt=1/../x"), ("dt=1/..", true));
        assert_eq!(odd_part("dt=1/."), ("dt=1/.", false));
        assert_eq!(odd_part("dt=1/a\tb/x"), ("dt=1/a\tb", true));
        assert_eq!(odd_part("dt=1/"), ("dt=1/", false));
    }
}
