//! Pages of a listing for scans. Keys that are no paths (`a//b`, `a/../b`, control characters) are told apart from the
//! files; where a page ends among those of one directory, the next begins behind it.

use super::key::{KeyKind, kind, odd_part};
use super::query::{OddKey, PageStart, Query};
use super::words::PageQuery;
use super::{Bucket, LakeError, PAGE_KEYS_MAX, Page, prefix_of};
use crate::lake::moment;
use crate::lake::scan::{Entry, Listed, behind};
use crate::model::Location;

impl Bucket {
    /// One page of what lies below a root, in the order of the keys.
    pub(in crate::lake) async fn listing(
        &self,
        root: &Location,
        query: Query,
    ) -> Result<Listed, LakeError> {
        let above = prefix_of(root);
        let mut prefix = format!("{above}{}", query.directory);
        if !query.directory.is_empty() {
            prefix.push('/');
        }
        let (after, token) = match query.from {
            Some(PageStart::Token(token)) => (query.after, Some(token)),
            Some(PageStart::After(after)) => (Some(after), None),
            None => (query.after, None),
        };
        let after = after.map(|after| format!("{above}{after}"));
        let wanted = PageQuery {
            prefix: &prefix,
            after: after.as_deref(),
            token: token.as_deref(),
            is_level: query.is_level,
            keys_max: PAGE_KEYS_MAX,
        };
        let page = self.requests.page(wanted).await;
        let page = page.map_err(|failure| failure.at(root.as_str()))?;
        Ok(listed(page, &above, &prefix))
    }
}

/// What a page tells of what lies below a root.
fn listed(page: Page, above: &str, prefix: &str) -> Listed {
    let mut listed = Listed {
        next: page.next.map(PageStart::Token),
        ..Listed::default()
    };
    // Where the page ends, as far as that is told by a directory that cannot be named.
    let mut last: Option<(String, String)> = None;
    let mut odd = |listed: &mut Listed, key: &str| {
        let below = key.strip_prefix(above).unwrap_or(key);
        let (path, is_directory) = odd_part(below).unwrap_or((below, false));
        if listed.odd.last().is_none_or(|known| known.path != path) {
            listed.odd.push(OddKey {
                key: below.to_owned(),
                path: path.to_owned(),
                reason: format!("the key {below:?} has a part that is no name"),
            });
        }
        if is_directory {
            last = Some((key.to_owned(), path.to_owned()));
        }
    };
    let mut last_key = String::new();
    for object in page.objects {
        let below = object.key.strip_prefix(above).unwrap_or_default();
        let path = match kind(below, object.bytes) {
            KeyKind::File => below,
            // The root's own marker lies in no directory.
            KeyKind::Marker => below.strip_suffix('/').unwrap_or_default(),
            KeyKind::Odd => {
                odd(&mut listed, &object.key);
                last_key = last_key.max(object.key);
                continue;
            }
        };
        if !path.is_empty() {
            listed.files.push(Entry {
                path: path.to_owned(),
                bytes: object.bytes,
                at: moment::seconds(object.modified),
            });
        }
        last_key = last_key.max(object.key);
    }
    for directory in page.prefixes {
        let name = directory.strip_prefix(prefix).unwrap_or_default();
        let name = name.strip_suffix('/').unwrap_or(name);
        if odd_part(name).is_some() {
            odd(&mut listed, &directory);
        } else {
            listed.directories.push(name.to_owned());
        }
        last_key = last_key.max(directory);
    }
    if listed.next.is_some()
        && let Some((key, path)) = last
        && key == last_key
    {
        listed.next = Some(PageStart::After(behind(&path)));
    }
    listed
}
